"""What the ORM's tests share: importing generated models, and running coroutines with a database."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from hyperdjango.database import Database

# Runs a coroutine function with a database that is connected, and gives what it gives.
Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]


def load_models(path: Path, name: str) -> ModuleType:
    """Import a models file under a name of its own."""
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def runner(url: str) -> Run:
    """What runs a coroutine function with a database of this URL."""

    def run(work: Callable[[Database], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            async with Database(url) as database:
                return await work(database)

        return asyncio.run(main())

    return run
