"""The examples of docs/orm.md run on the sample database, and give what the page shows."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Any

import pytest
from harness import ROOT
from hyperdjango.database import Database
from orm_support import Run

PAGE = ROOT / "docs" / "orm.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^( *)(\S.*)\n\1#> (.*)$", re.MULTILINE)


def test_the_page_is_true(
    shop: ModuleType, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "models", shop)
    expected: list[str] = []
    shown: list[str] = []

    def compare(match: re.Match[str]) -> str:
        expected.append(match[3])
        return f"{match[1]}shown.append(repr(({match[2]})))"

    body = "\n".join(
        SHOWN.sub(compare, block) for block in BLOCK.findall(PAGE.read_text())
    )
    text = "async def page():\n" + re.sub("^", "    ", body, flags=re.MULTILINE)
    names: dict[str, Any] = {"shown": shown, "__name__": "page"}
    exec(compile(text, str(PAGE), "exec"), names)  # noqa: S102 - the page is the project's own

    async def work(database: Database) -> None:
        await names["page"]()

    run(work)
    assert shown == expected
    assert len(shown) > 15
