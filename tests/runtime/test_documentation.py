"""The examples of docs/database.md and of the client's docstrings: the former run, the latter are Python."""

from __future__ import annotations

import ast
import asyncio
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import PACKAGE, ROOT

PAGE = ROOT / "docs" / "database.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^( *)(\S.*)\n\1#> (.*)$", re.MULTILINE)


def program(url: str) -> tuple[str, list[str]]:
    """The page as one coroutine function, in which every shown value is compared, and the values."""
    expected: list[str] = []

    def compare(match: re.Match[str]) -> str:
        expected.append(match[3])
        return f"{match[1]}shown.append(repr(({match[2]})))"

    body = "\n".join(
        SHOWN.sub(compare, block) for block in BLOCK.findall(PAGE.read_text())
    )
    body = re.sub(r'"postgres://ada@[^"]*"', repr(url), body)
    return "async def page():\n" + re.sub(
        "^", "    ", body, flags=re.MULTILINE
    ), expected


def test_the_page_is_true(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, expected = program(url)
    shown: list[str] = []
    names: dict[str, Any] = {"Decimal": Decimal, "shown": shown}
    exec(compile(text, str(PAGE), "exec"), names)  # noqa: S102 - the page is the project's own
    asyncio.run(names["page"]())
    assert shown == expected
    assert len(shown) > 8


@pytest.mark.parametrize(
    "path",
    sorted((PACKAGE / "hyperdjango" / "database").glob("*.py")),
    ids=lambda path: path.stem,
)
def test_every_public_function_has_words(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    silent = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any("overload" in ast.dump(mark) for mark in node.decorator_list)
        and not nested(tree, node)
    ]
    assert not silent


def nested(tree: ast.Module, inner: ast.AST) -> bool:
    """Whether a definition stands inside of a function, or of a private class."""
    return any(
        inner is not outer and inner in ast.walk(outer)
        for outer in ast.walk(tree)
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef))
        or (isinstance(outer, ast.ClassDef) and outer.name.startswith("_"))
    )
