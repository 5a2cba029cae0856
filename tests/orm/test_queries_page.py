"""The examples of docs/queries.md, run in their order over the sample database."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Awaitable
from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Any

from harness import ROOT
from hyperdjango.database import Database
from orm_support import Run


def test_the_examples_of_the_page_run(shop: ModuleType, run: Run) -> None:
    text = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 6

    async def work(database: Database) -> None:
        names: dict[str, Any] = {
            **vars(shop),
            "database": database,
            "date": date,
            "Decimal": Decimal,
        }
        for example in examples:
            code = compile(
                example, "docs/queries.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            )
            made: Awaitable[Any] | None = eval(code, names)
            if inspect.isawaitable(made):
                await made
        # What the examples say is there.
        for name in (
            "orders",
            "names",
            "users",
            "months",
            "best",
            "found",
            "newest",
            "both",
            "some",
        ):
            assert names[name], name

    run(work)
