"""What a models file has to be, whatever the database: it parses, ruff likes it, and it imports without a warning."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from harness import TOOLS
from hyperdjango.models import Model
from hyperdjango.models.registry import registry

IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); import models"


def check_layout(text: str) -> None:
    """The file parses, and ruff would change nothing about it."""
    ast.parse(text)
    # Without the settings of this project: a user's has its own.
    for arguments in (
        ["format", "--check", "--diff"],
        ["check"],
    ):
        done = subprocess.run(
            [
                str(TOOLS / "ruff"),
                *arguments,
                "--isolated",
                "--no-cache",
                "--stdin-filename",
                "models.py",
                "-",
            ],
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def check_import(text: str, folder: Path) -> None:
    """A new Python with every warning an error imports the file, and it prints nothing."""
    (folder / "models.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(TOOLS / "python"), "-B", "-W", "error", "-c", IMPORT, str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@contextmanager
def imported(text: str, folder: Path, name: str = "inspected") -> Iterator[ModuleType]:
    """The file as a module of this process, with every warning an error."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    writing, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            specification.loader.exec_module(module)
        yield module
    finally:
        sys.dont_write_bytecode = writing
        del sys.modules[name]
        registry.forget(name)


def models_of(module: ModuleType) -> dict[tuple[str, str], type[Model]]:
    """The models that a module defines, by schema and table."""
    found: dict[tuple[str, str], type[Model]] = {}
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Model)
            and value.__module__ == module.__name__
        ):
            place = (value._meta.schema, value._meta.table_name)
            assert place not in found, place
            found[place] = value
    return found
