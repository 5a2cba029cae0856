"""ARCHITECTURE.md's invariants that can be read off the source."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from harness import ROOT

CRATES = sorted(path.parent for path in (ROOT / "crates").glob("*/Cargo.toml"))
PURE = (
    "hyperdj-schema",
    "hyperdj-protocol",
    "hyperdj-codegen",
    "hyperdj-state",
    "hyperdj-ddl",
    "hyperdj-change",
    "hyperdj-diagram",
    "hyperdj-doctor",
    "hyperdj-update",
    "hyperdj-infer",
    "hyperdj-values",
)
IMPURE = re.compile(r"\bstd::(fs|net|env|process|thread|time|os|io)\b")
ITEM = re.compile(r"^#\[cfg\(test\)\]", re.MULTILINE)


def product_code(crate: Path) -> dict[Path, str]:
    """The sources of a crate without their tests."""
    return {
        path: ITEM.split(path.read_text(), maxsplit=1)[0]
        for path in sorted((crate / "src").rglob("*.rs"))
    }


@pytest.mark.parametrize("name", PURE)
def test_pure_crates_do_no_input_or_output(name: str) -> None:
    crate = ROOT / "crates" / name
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in product_code(crate).items()
        for match in IMPURE.finditer(text)
    ]
    assert not found


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_only_the_binding_crate_names_pyo3(crate: Path) -> None:
    manifest = tomllib.loads((crate / "Cargo.toml").read_text())
    names = {
        name for table in manifest.values() if isinstance(table, dict) for name in table
    }
    assert ("pyo3" in names) == (crate.name == "hyperdj-python")


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_only_the_binding_crate_allows_unsafe_code(crate: Path) -> None:
    allows = any(
        re.search(r"allow\([^)]*unsafe_code", path.read_text())
        for path in sorted((crate / "src").rglob("*.rs"))
    )
    assert allows == (crate.name == "hyperdj-python")


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_every_crate_has_the_lints_and_stands_in_the_code_map(crate: Path) -> None:
    manifest = tomllib.loads((crate / "Cargo.toml").read_text())
    assert manifest["lints"] == {"workspace": True}
    assert f"`crates/{crate.name}`" in (ROOT / "ARCHITECTURE.md").read_text()


def test_every_file_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for crate in CRATES
        for path in sorted((crate / "src").rglob("*.rs"))
        if not path.read_text().startswith("//!")
    ]
    assert not silent


def test_no_two_files_of_tests_have_the_same_name() -> None:
    """pytest knows a file by its name alone, whatever folder it is in."""
    paths = [
        path
        for path in (ROOT / "tests").rglob("*.py")
        if path.name != "conftest.py" and "cases" not in path.parts
    ]
    names = [path.name for path in paths]
    assert sorted({name for name in names if names.count(name) > 1}) == []
