"""Values go to the server and come back as they were, and what does not fit is an error."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import DataError, InterfaceError
from hyperdjango.models import Range
from hypothesis import given, settings
from hypothesis import strategies as st
from loops import Run

ZONE = timezone(timedelta(hours=5, minutes=30))
NUMBER = uuid.UUID("12345678-1234-5678-1234-567812345678")

ROUND_TRIPS: list[tuple[str, Any]] = [
    ("bool", True),
    ("bool", False),
    ("int2", -32768),
    ("int2", 32767),
    ("int4", -(2**31)),
    ("int4", 2**31 - 1),
    ("int8", -(2**63)),
    ("int8", 2**63 - 1),
    ("oid", 2**32 - 1),
    ("float4", 1.5),
    ("float8", 1e308),
    ("float8", float("inf")),
    ("numeric", Decimal(0)),
    ("numeric", Decimal("0.00")),
    ("numeric", Decimal("-12345678901234567890.000100")),
    ("numeric", Decimal("1e-300")),
    ("text", ""),
    ("text", "grüße 🐘"),
    ("varchar", "a'b"),
    ("name", "some_name"),
    ("bytea", b""),
    ("bytea", bytes(range(256))),
    ("uuid", NUMBER),
    ("date", date(1, 1, 1)),
    ("date", date(9999, 12, 31)),
    ("time", time(23, 59, 59, 999999)),
    ("timetz", time(1, 2, 3, 4, ZONE)),
    ("timestamp", datetime(1, 1, 1)),
    ("timestamp", datetime(9999, 12, 31, 23, 59, 59, 999999)),
    ("timestamptz", datetime(1999, 12, 31, 23, 59, 59, 999999, UTC)),
    ("interval", timedelta(days=-3, microseconds=1)),
    ("json", {"a": [1, None, "x"]}),
    ("jsonb", {"a": {"b": 1.5}}),
    ("jsonb", "text"),
    ("jsonb", []),
    ("int4[]", []),
    ("int4[]", [1, None, 3]),
    ("int4[]", [[1, 2], [3, None]]),
    ("text[]", ["", "a,b", 'q"', None]),
    ("varchar[]", ["x"]),
    ("numeric[]", [Decimal("1.50")]),
    ("timestamptz[]", [datetime(2024, 2, 29, tzinfo=UTC)]),
    ("uuid[]", [NUMBER]),
    ("jsonb[]", [{"a": 1}, [1]]),
    ("bytea[]", [[[b"x"], [b""]]]),
]


@pytest.mark.parametrize(("kind", "value"), ROUND_TRIPS)
def test_round_trip(url: str, kind: str, value: Any) -> None:
    async def check() -> None:
        async with Database(url) as database:
            back = await database.query_val(f"SELECT $1::{kind}", value)
            assert back == value
            assert type(back) is type(value)
            assert await database.query_val(f"SELECT $1::{kind}", None) is None
            # The server understands it as what it is, not merely sends back what it got.
            if kind not in ("json", "jsonb[]") and "[" not in kind:
                text = await database.query_val(f"SELECT ($1::{kind})::text", value)
                again = await database.query_val(f"SELECT $1::text::{kind}", text)
                assert again == value

    asyncio.run(check())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (kind, value)
        for kind, value in ROUND_TRIPS
        # A list in a list is a dimension of the array.
        if not kind.endswith("[]") and value != []
    ],
)
def test_arrays_of_each(url: str, kind: str, value: Any) -> None:
    async def check() -> None:
        async with Database(url) as database:
            arrays: list[list[Any]] = [
                [value],
                [None],
                [value, None, value],
                [[value, None], [None, value]],
            ]
            for array in arrays:
                back = await database.query_val(f"SELECT $1::{kind}[]", array)
                assert back == array
                first = await database.query_val(f"SELECT ($1::{kind}[])[1]", array)
                assert array == arrays[-1] or first == array[0]
                # The server understands it as what it is, and so do we where it comes as text.
                text = await database.query_val(f"SELECT ($1::{kind}[])::text", array)
                again = await database.query_val(f"SELECT $1::text::{kind}[]", text)
                assert again == array
                assert {type(one) for one in _flat(back)} <= {type(value), type(None)}

    asyncio.run(check())


def _flat(array: Any) -> list[Any]:
    if not isinstance(array, list):
        return [array]
    return [one for inner in array for one in _flat(inner)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'NaN'::numeric::text || 'x'", "NaNx"),
        ("'infinity'::date", "infinity"),
        ("'-infinity'::timestamptz", "-infinity"),
        ("'0044-03-15 BC'::date", "0044-03-15 BC"),
        ("'10000-01-01 00:00:00.5'::timestamp", "10000-01-01 00:00:00.5"),
        ("'24:00'::time", "24:00:00"),
        ("'1 year -2 mons 3 days 04:05:06.7'::interval", None),
        ("'-1 mons +3 days -00:00:00.000001'::interval", None),
        ("'10.0.0.0/8'::inet", "10.0.0.0/8"),
        ("'[1,5)'::int4range", Range(1, 5)),
        ("'(,2020-01-01)'::daterange", Range(None, date(2020, 1, 1))),
        ("ARRAY['empty'::numrange]", [Range(None, None, "empty")]),
        ("'x'::\"char\"", "x"),
        ("ARRAY['10.0.0.1'::inet]", "{10.0.0.1}"),
        ("'Infinity'::numeric", Decimal("Infinity")),
        ("timestamptz '2024-05-01 12:00+02'", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("'x'", "x"),
        ("NULL", None),
    ],
)
def test_what_comes_from_the_server(url: str, expression: str, expected: Any) -> None:
    async def check() -> None:
        async with Database(url) as database:
            value = await database.query_val(f"SELECT {expression}")
            if expected is None and expression != "NULL":
                assert value == await database.query_val(f"SELECT ({expression})::text")
            else:
                assert value == expected

    asyncio.run(check())


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("int4", "1", "parameter $1 is integer and can't be made from a str"),
        ("int4", True, "give an int"),
        ("int4", 2**31, "out of its range"),
        ("int8", 2**63, "out of its range"),
        ("text", 1, "parameter $1 is text and can't be made from a int; give a str"),
        ("bool", 1, "give a bool"),
        ("float4", 1e300, "out of its range"),
        ("float4", 1e-50, "out of its range"),
        ("text", "\ud800", "half of a surrogate pair"),
        ("text[]", ["\udfff"], "half of a surrogate pair"),
        ("varbit", "\ud800", "half of a surrogate pair"),
        ("numeric", 1.5, "give a Decimal or an int"),
        ("numeric", Decimal("sNaN"), "no decimal number"),
        ("timestamptz", datetime(2024, 1, 1), "with a time zone"),
        ("timestamp", datetime(2024, 1, 1, tzinfo=UTC), "without a time zone"),
        ("date", datetime(2024, 1, 1), "give a date"),
        ("timetz", time(1), "with a time zone"),
        ("uuid", "no", "no UUID"),
        ("jsonb", object(), "not JSON serializable"),
        ("json", float("nan"), "JSON"),
        ("inet", b"x", "a str in PostgreSQL's text form"),
        ("int4[]", 1, "give a list"),
        ("int4[]", [[1], [2, 3]], "same length"),
        ("int4[]", [1, [2]], "give an int"),
        ("int4[]", [[[[[[[1]]]]]]], "6 dimensions"),
    ],
)
def test_what_does_not_fit(url: str, kind: str, value: Any, words: str) -> None:
    async def check() -> None:
        async with Database(url) as database:
            # Both as the first use of a statement, and as one that is prepared.
            for _ in range(2):
                with pytest.raises(DataError) as caught:
                    await database.query_val(f"SELECT $1::{kind}", value)
                assert words in str(caught.value)
                assert caught.value.statement == f"SELECT $1::{kind}"
                assert f"Statement: SELECT $1::{kind}" in str(caught.value)
            assert await database.query_val(f"SELECT $1::{kind}", None) is None
            with pytest.raises(InterfaceError, match="1 parameters, and 2 were given"):
                await database.query_val(f"SELECT $1::{kind}", None, None)

    asyncio.run(check())


def test_any_value_comes_back(url: str, run: Run) -> None:
    moments = st.datetimes()
    texts = st.text().filter(lambda text: "\0" not in text)
    database = Database(url, max_size=1)

    async def check() -> None:
        loop = asyncio.get_running_loop()
        await database.connect()

        @settings(max_examples=300, deadline=None, database=None)
        @given(
            st.tuples(
                st.integers(-(2**63), 2**63 - 1),
                st.floats(allow_nan=False),
                st.decimals(allow_nan=False, allow_infinity=False),
                texts,
                st.binary(),
                st.uuids(),
                st.dates(),
                st.times(),
                moments,
                moments.map(lambda moment: moment.replace(tzinfo=UTC)),
                st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)),
                st.lists(st.none() | texts),
                st.lists(st.none() | st.decimals(allow_nan=False, places=3)),
            )
        )
        def values_come_back(values: tuple[Any, ...]) -> None:
            sql = (
                "SELECT $1::int8 a, $2::float8 b, $3::numeric c, $4::text d, $5::bytea e, $6::uuid f,"
                " $7::date g, $8::time h, $9::timestamp i, $10::timestamptz j, $11::interval k,"
                " $12::text[] l, $13::numeric[] m"
            )
            row = asyncio.run_coroutine_threadsafe(
                database.query_one(sql, *values), loop
            ).result(10)
            assert row is not None
            assert tuple(row.values()) == values

        await asyncio.to_thread(values_come_back)
        await database.disconnect()

    run(check())
