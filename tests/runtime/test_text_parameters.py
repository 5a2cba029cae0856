"""Parameters in PostgreSQL's text form: any type as text, lists as array literals, domains and enumerations."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango.errors import DataError
from hyperdjango.models import Range
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import VALUE, session

TYPES = """
CREATE TYPE mood AS ENUM ('happy', 'so so');
CREATE DOMAIN price AS numeric(10, 2);
CREATE DOMAIN age AS int;
CREATE TABLE things (mood mood, moods mood[], price price, age age, span int4range, spans int4range[]);
"""


def test_any_list_of_texts_comes_back(url: str) -> None:
    texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    special = st.sampled_from(
        ["", "NULL", "null", '"', "\\", "{", "}", ",", "a b", "'"]
    )
    elements = st.none() | texts | special

    async def check() -> None:
        loop = asyncio.get_running_loop()
        async with session(url) as connection:

            async def back(value: list[Any]) -> Any:
                return await connection.run(
                    "SELECT $1::text[]", (value,), VALUE, text_parameters=[0]
                )

            @settings(max_examples=200, deadline=None, database=None)
            @given(
                st.lists(elements), st.lists(st.tuples(elements, elements), min_size=1)
            )
            def lists_come_back(flat: list[Any], nested: list[tuple[Any, Any]]) -> None:
                for value in (flat, [list(pair) for pair in nested]):
                    done = asyncio.run_coroutine_threadsafe(back(value), loop)
                    assert done.result(10) == value

            await asyncio.to_thread(lists_come_back)

    asyncio.run(check())


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("uuid", "12345678-1234-5678-1234-567812345678", None),
        ("jsonb", '{"a": 1}', None),
        ("inet", "10.0.0.1/32", None),
        ("int4range", "[1,5)", None),
        ("int4", 7, "7"),
        ("int4", "7", None),
        ("bool", True, "true"),
        ("float8", 1e-300, "1e-300"),
        ("date", date(24, 2, 29), "0024-02-29"),
        ("time", time(1, 2, 3, 4), "01:02:03.000004"),
        ("timestamp", datetime(2024, 2, 29, 1), "2024-02-29 01:00:00"),
        ("uuid[]", [uuid.UUID(int=1)], "{00000000-0000-0000-0000-000000000001}"),
        ("timestamp[]", [datetime(2024, 2, 29)], '{"2024-02-29 00:00:00"}'),
        ("numeric", Decimal("1E+3"), "1000"),
        ("int4[]", [1, None, 3], "{1,NULL,3}"),
        ("bool[]", [[True], [False]], "{{t},{f}}"),
        ("uuid[]", [], "{}"),
        ("text", None, None),
    ],
)
def test_text_for_any_type(
    url: str, kind: str, value: Any, expected: str | None
) -> None:
    async def check() -> None:
        async with session(url) as connection:
            for _ in range(2):
                back = await connection.run(
                    f"SELECT $1::{kind}::text", (value,), VALUE, text_parameters=[0]
                )
                assert back == (value if expected is None else expected)

    asyncio.run(check())


@pytest.mark.parametrize("value", [b"x", {"a": 1}, object(), [b"x"], [[[[[[["x"]]]]]]]])
def test_what_has_no_text_form(url: str, value: Any) -> None:
    async def check() -> None:
        async with session(url) as connection:
            with pytest.raises(DataError, match=r"parameter \$1"):
                await connection.run(
                    "SELECT $1::text", (value,), VALUE, text_parameters=[0]
                )

    asyncio.run(check())


def test_domains_enumerations_and_ranges(url: str) -> None:
    async def check() -> None:
        async with session(url) as connection:
            await connection.run_script(TYPES)
            values = (
                "so so",
                ["happy", None, "so so"],
                Decimal("2.50"),
                7,
                "[1,5)",
                ["[1,2)"],
            )
            sql = "INSERT INTO things VALUES ($1, $2, $3, $4, $5, $6)"
            for _ in range(2):
                assert await connection.run(sql, values, 0) == 1
            (row, _) = await connection.run("SELECT * FROM things", (), 1)
            assert row == {
                "mood": "so so",
                "moods": '{happy,NULL,"so so"}',
                "price": Decimal("2.50"),
                "age": 7,
                "span": Range(1, 5),
                "spans": [Range(1, 2)],
            }
            found = "SELECT count(*) FROM things WHERE mood = ANY($1) AND price = $2"
            assert await connection.run(found, (["so so"], Decimal("2.5")), VALUE) == 2

    asyncio.run(check())
