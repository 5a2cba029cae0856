"""The package as a whole: its docstrings run, it imports little, and the command says what lacks."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import hyperdjango
import pytest
from package_paths import PACKAGE

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(hyperdjango.__path__, "hyperdjango.")
    if module.name not in ("hyperdjango._engine", "hyperdjango.__main__")
)


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def unbuilt(tmp_path: Path) -> Path:
    """A folder with the package as it is in a source tree, without the native module."""
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(PACKAGE / "hyperdjango", tmp_path / "hyperdjango", ignore=ignored)
    return tmp_path


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    found = [
        example
        for name in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(name))
        for example in test.examples
    ]
    assert len(found) > 30


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    bare = [
        f"{thing.__qualname__}.{inner}"
        for thing in vars(module).values()
        if getattr(thing, "__module__", None) == name and hasattr(thing, "__qualname__")
        for inner, value in {"": thing, **getattr(thing, "__dict__", {})}.items()
        if not inner.startswith("_")
        and (callable(value) or isinstance(value, property))
        and not inspect.getdoc(
            value
        )  # A method that a base documents says what that one does.
        and not thing.__name__.startswith("_")
    ]
    assert bare == []


def test_importing_models_imports_nothing_heavy() -> None:
    done = python(
        PACKAGE, "-S", "-c", "import sys, hyperdjango.models; print(*sys.modules)"
    )
    assert done.returncode == 0, done.stderr
    heavy = {"dataclasses", "inspect", "typing", "re", "json", "decimal", "datetime"}
    assert heavy.isdisjoint(done.stdout.split())


def test_importing_the_package_imports_nothing_of_it() -> None:
    done = python(PACKAGE, "-S", "-c", "import sys, hyperdjango; print(*sys.modules)")
    assert [name for name in done.stdout.split() if "hyperdjango" in name] == [
        "hyperdjango"
    ]


def test_the_names_of_the_package() -> None:
    from hyperdjango.errors import HyperError

    assert hyperdjango.HyperError is HyperError
    assert hyperdjango.__version__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        hyperdjango.nothing  # noqa: B018


@pytest.mark.parametrize("module", ["hyperdjango", "hyperdjango._command"])
def test_the_command_says_that_the_native_module_is_missing(
    unbuilt: Path, module: str
) -> None:
    call = "from hyperdjango._command import main; main()"
    arguments = ("-m", module) if module == "hyperdjango" else ("-c", call)
    done = python(unbuilt, *arguments, "version")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: the native module hyperdjango._engine can't be"
    )
    assert "pip install" in done.stderr


def test_the_command_refuses_what_is_no_text(unbuilt: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hyperdjango", b"\xff"],
        cwd=unbuilt,
        env={**os.environ, "PYTHONPATH": str(unbuilt), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: the argument '\\udcff' is not valid text")


def test_the_version_of_a_source_tree(unbuilt: Path) -> None:
    done = python(
        unbuilt, "-S", "-c", "import hyperdjango; print(hyperdjango.__version__)"
    )
    assert done.stdout == "0+source\n"
