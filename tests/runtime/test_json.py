"""JSON: what is written is what was given, wherever it came from, and what has no form is an error that says where."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import ipaddress
import json
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango._engine import Plan, encode_json
from hyperdjango.errors import DataError
from hyperdjango.models import Field, Model
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import fetch, plan_of, session

texts = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Point:
    x: int
    y: Any = None


class Any_(Model):
    id: int = Field(primary_key=True)
    number: float = Field()
    exact: Decimal = Field()
    moment: datetime = Field()
    clock: time = Field(db_type="time with time zone")
    day: date = Field()
    data: bytes = Field()
    text: str = Field()

    class Meta:
        table_name = "any"


class Named(Model):
    id: int = Field(primary_key=True)

    class Meta:
        table_name = "named"

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "name": f"number {self.id}"}


@given(documents)
def test_json_reads_what_was_written(value: Any) -> None:
    assert json.loads(encode_json(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10**400, "1" + "0" * 400),
        (-(2**63), "-9223372036854775808"),
        (1.0, "1.0"),
        (1e300, "1e+300"),
        (Decimal("2.50"), '"2.50"'),
        (Decimal("1E-7"), '"0.0000001"'),
        (Decimal("NaN"), '"NaN"'),
        (datetime(2024, 2, 29, 1, 2, 3), '"2024-02-29T01:02:03"'),
        (datetime(2024, 2, 29, tzinfo=UTC), '"2024-02-29T00:00:00Z"'),
        (
            datetime(
                24, 2, 29, 1, 2, 3, 45, timezone(timedelta(hours=-5, minutes=-30))
            ),
            '"0024-02-29T01:02:03.000045-05:30"',
        ),
        (date(24, 2, 29), '"0024-02-29"'),
        (time(1, 2, 3, 400), '"01:02:03.000400"'),
        (timedelta(days=1, hours=2, microseconds=500), '"P1DT2H0.0005S"'),
        (timedelta(), '"PT0S"'),
        (timedelta(microseconds=-1), '"-PT0.000001S"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (b"\x00\xff", '"AP8="'),
        (bytearray(b"a"), '"YQ=="'),
        (memoryview(b"ab"), '"YWI="'),
        (Color.RED, '"red"'),
        (Level.HIGH, "3"),
        (ipaddress.ip_address("::1"), '"::1"'),
        (ipaddress.ip_network("10.0.0.0/8"), '"10.0.0.0/8"'),
        ((1, (2,)), "[1,[2]]"),
        ({1}, "[1]"),
        (frozenset(["a"]), '["a"]'),
        (Point(1, [Point(2)]), '{"x":1,"y":[{"x":2,"y":null}]}'),
        ({1: 2, Color.RED: 1, date(2024, 1, 1): 3}, '{"1":2,"red":1,"2024-01-01":3}'),
        (
            {Decimal("1E+1"): 1, uuid.UUID(int=0): 2},
            '{"10":1,"' + str(uuid.UUID(int=0)) + '":2}',
        ),
        ('\x00\x1f"\\/\u2028é🐘', '"\\u0000\\u001f\\"\\\\/\u2028é🐘"'),
    ],
)
def test_forms(value: Any, expected: str) -> None:
    assert encode_json(value).decode() == expected
    assert encode_json([value]).decode() == f"[{expected}]"


def test_decimals_as_numbers() -> None:
    value = [Decimal("2.50"), Decimal("-1E+2"), Decimal(0)]
    assert encode_json(value, decimals="number") == b"[2.50,-100,0]"
    with pytest.raises(DataError, match=r"\$\[0\] is NaN or infinite"):
        encode_json([Decimal("Infinity")], decimals="number")
    with pytest.raises(ValueError, match="decimals"):
        encode_json(1, decimals="float")  # type: ignore[arg-type]


def test_what_has_no_form_is_named() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    deep: Any = 1
    for _ in range(1001):
        deep = [deep]
    for value, words in (
        ([0, 0, 0, {"price": float("nan")}], r"\$\[3\]\.price is NaN"),
        ({"a b": [float("-inf")]}, r'\$\["a b"\]\[0\] is NaN or infinite'),
        ({"x": "\ud800"}, r"\$\.x has half of a surrogate pair"),
        ({"x": object()}, r"\$\.x is a object, which has no form"),
        ({None: 1}, r"\$ has a NoneType as a key"),
        ({True: 1}, r"\$ has a bool as a key"),
        (cyclic, "contains itself"),
        (deep, "1,000 levels"),
    ):
        with pytest.raises(DataError, match=words):
            encode_json(value)
    assert encode_json(deep[0][0]).count(b"[") == 999


def test_default_makes_something_of_the_rest() -> None:
    assert encode_json({"a": {1j}}, default=str) == b'{"a":["1j"]}'
    with pytest.raises(ZeroDivisionError):
        encode_json(object(), default=lambda value: 1 / 0)
    # One that never ends is stopped.
    with pytest.raises(DataError, match="1,000 levels"):
        encode_json(object(), default=lambda value: value)


def test_a_dict_that_changes_meanwhile() -> None:
    growing: dict[Any, Any] = {"a": object(), "b": 1}

    def grow(value: object) -> int:
        growing[len(growing)] = 1
        return 1

    with pytest.raises(DataError, match="was changed"):
        encode_json(growing, default=grow)


def test_rows_are_written_as_their_dicts(url: str) -> None:
    values = st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC)),
        st.times(
            timezones=st.just(timezone(timedelta(hours=5, minutes=30, seconds=7)))
            | st.just(UTC)
        ),
        st.dates(),
        st.binary(),
        texts.filter(lambda text: "\0" not in text),
        st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)),
        st.uuids(),
        st.lists(documents.filter(lambda value: "\\u0000" not in json.dumps(value))),
    )
    sql = (
        "SELECT $1::int8, $2::float8, $3::numeric, $4::timestamptz, $5::timetz, $6::date, $7::bytea, $8::text,"
        " $9::interval AS span, $10::uuid AS key, $11::jsonb AS document"
    )

    async def check() -> None:
        loop = asyncio.get_running_loop()
        plan = plan_of(Any_, extras=[("span", 8), ("key", 9), ("document", 10)])
        async with session(url) as connection:

            @settings(max_examples=200, deadline=None, database=None)
            @given(values)
            def both_are_the_same(parameters: tuple[Any, ...]) -> None:
                done = asyncio.run_coroutine_threadsafe(
                    fetch(connection, plan, sql, *parameters), loop
                )
                (row,) = done.result(10)
                for decimals in ("string", "number"):
                    from_row = encode_json(row, decimals=decimals)
                    assert from_row == encode_json(row.to_dict(), decimals=decimals)
                assert json.loads(from_row)["text"] == parameters[7]
                assert row.exact == parameters[2]
                assert encode_json(row, decimals="number") == from_row

            await asyncio.to_thread(both_are_the_same)

    asyncio.run(check())


def test_a_model_may_say_its_own(url: str) -> None:
    async def check() -> None:
        async with session(url) as connection:
            rows = await fetch(
                connection, plan_of(Named), "SELECT generate_series(1, 2)"
            )
            expected = b'[{"id":1,"name":"number 1"},{"id":2,"name":"number 2"}]'
            assert encode_json(rows) == expected
            plan = Plan(Any_, [(Any_._meta.get_field("number"), 0)])
            (row,) = await fetch(connection, plan, "SELECT 'NaN'::float8")
            with pytest.raises(DataError, match=r"\$\[0\]\.number is NaN"):
                encode_json([row])

    asyncio.run(check())
