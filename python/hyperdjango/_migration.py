"""``python -m hyperdjango._migration up|down FILE``: runs a migration that is written in Python.

The command gives the statement that writes the history as one line of JSON on standard input, and keeps
that open for as long as it lives. What the migration does and that statement are one transaction.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def main(arguments: list[str]) -> int:
    """Run one way of a migration and print ``{}``, or the error that it ended in, as JSON.

    Arguments:
        arguments: list of str, ``up`` or ``down``, and the migration's file.

    Returns:
        0, or 1 where an error was printed.
    """
    import json

    from hyperdjango._state import error_of

    way, file = arguments
    # Whatever the migration prints must not get into the JSON.
    output = os.dup(1)
    os.dup2(2, 1)
    record: str = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    answer: dict[str, Any] = {}
    try:
        asyncio.run(_run(_load(file), way, file, record))
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - a migration may raise anything
        answer = {"error": error_of(problem)}
    sys.stdout.flush()
    with os.fdopen(output, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(json.dumps(answer) + "\n")
    return 1 if answer else 0


def _end_with_input() -> None:
    """End this process when the command is gone: the lock that it held is gone with it."""
    # Not by sys.stdin, whose lock Python wants for itself when it ends.
    while os.read(0, 4096):
        pass
    os._exit(1)


def _load(file: str) -> ModuleType:
    """Import a file whose name is no module's: it begins with a digit."""
    from importlib.util import module_from_spec, spec_from_file_location

    sys.path.insert(0, os.getcwd())
    spec = spec_from_file_location("hyperdjango_migration", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} can't be imported")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def _run(module: ModuleType, way: str, file: str, record: str) -> None:
    from hyperdjango.database import Database

    function = getattr(module, way, None)
    if function is None:
        raise LookupError(
            f"{os.path.basename(file)} has no `async def {way}(db)`: there is no such way"
        )
    async with Database(min_size=1, max_size=1) as db, db.transaction():
        await function(db)
        await db.execute(record)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
