"""What the tests of the Python package share: modules of models that are imported for real."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from package_paths import ImportModule


@pytest.fixture
def import_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ImportModule]:
    """Write a module and import it, as Python imports a user's models.py."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written: list[str] = []

    def write(source: str, name: str = "models") -> ModuleType:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        importlib.invalidate_caches()
        sys.modules.pop(name, None)
        written.append(name)
        return importlib.import_module(name)

    yield write
    from hyperdjango.models.registry import registry

    for name in written:
        sys.modules.pop(name, None)
        registry.forget(name)
