"""Fetched instances of models: every value as a dict has it, read when it is asked for, and never lost."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import pickle
import resource
import sys
import weakref
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hyperdjango import _engine as engine
from hyperdjango._engine import Connection, Plan, encode_json
from hyperdjango.errors import (
    FieldNotLoaded,
    FieldValueError,
    InterfaceError,
    ProgrammingError,
    RelationNotLoaded,
)
from hyperdjango.models import Field, Model
from sessions import DICTS, INSTANCES, VALUES, fetch, one, plan_of, session

STATISTICS = Path("/proc/self/statm")


class Kinds(Model):
    id: int = Field(primary_key=True)
    small: int = Field(nullable=True)
    whole: int = Field(nullable=True)
    real: float = Field(nullable=True)
    double: float = Field(nullable=True)
    exact: Decimal = Field(nullable=True)
    text: str = Field(nullable=True)
    flag: bool = Field(nullable=True)
    data: bytes = Field(nullable=True)
    day: date = Field(nullable=True)
    clock: time = Field(nullable=True)
    zoned_clock: time = Field(nullable=True, db_type="time with time zone")
    moment: datetime = Field(nullable=True)
    plain_moment: datetime = Field(nullable=True, db_type="timestamp without time zone")

    class Meta:
        table_name = "kinds"


ROWS = """
SELECT n::int8 id, (n - 5)::int2 small, (n * 1000)::int4 whole, (n / 7.0)::float4 AS real, n / 3.0::float8 AS double,
    (n * 1.250)::numeric(12, 3) exact, 'text "' || n || E'\\u00e9\\n' "text", n % 2 = 0 flag, decode('00ff', 'hex') data,
    '2024-01-01'::date + n::int AS day, '01:02:03.004'::time clock, '01:02:03+05:30'::timetz zoned_clock,
    '2024-01-01 12:00+02'::timestamptz + n * interval '1.5 hours' moment, '2024-01-01 12:00'::timestamp plain_moment
FROM generate_series($1::int, $2::int) n
"""
NULLS = "SELECT 1::int8, " + ", ".join(
    f"NULL::{kind}"
    for kind in [
        "int2",
        "int4",
        "float4",
        "float8",
        "numeric",
        "text",
        "bool",
        "bytea",
        "date",
        "time",
        "timetz",
        "timestamptz",
        "timestamp",
    ]
)


class Customer(Model):
    id: int = Field(primary_key=True)
    name: str = Field()

    class Meta:
        table_name = "customers"


class Order(Model):
    id: int = Field(primary_key=True)
    customer_id: int = Field(foreign_key="Customer", nullable=True)
    total: Decimal = Field()

    class Meta:
        table_name = "orders"


class Line(Model):
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="Order")

    class Meta:
        table_name = "lines"


LINES = (
    "SELECT * FROM (VALUES (1, 10, 10, 7, 2.50, 7, 'Ada'), (2, 11, 11, NULL, 1, NULL, NULL), (3, 12, NULL, NULL,"
    " NULL, NULL, NULL)) v (id, order_id, o_id, o_customer, total, c_id, name)"
)


def line_plan() -> Plan:
    customer = plan_of(Customer, first=5)
    order = plan_of(Order, first=2, related=[("customer", customer, [5, 6])])
    return plan_of(Line, related=[("order", order, [2])])


def on(url: str, work: Callable[[Connection], Awaitable[None]]) -> None:
    """Run the work on a session."""

    async def check() -> None:
        async with session(url) as connection:
            await work(connection)

    asyncio.run(check())


def test_every_type_is_what_a_query_gives(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = plan_of(Kinds)
        for sql, parameters in ((ROWS, (1, 20)), (NULLS, ())):
            dicts = await connection.run(sql, parameters, DICTS) if parameters else None
            untouched = await fetch(connection, plan, sql, *parameters)
            read = await fetch(connection, plan, sql, *parameters)
            for index, (first, second) in enumerate(zip(untouched, read, strict=True)):
                as_dict = first.to_dict()
                by_attribute = {
                    field.name: getattr(second, field.name)
                    for field in Kinds._meta.fields
                }
                assert as_dict == by_attribute == second.to_dict()
                assert list(as_dict) == [field.name for field in Kinds._meta.fields]
                assert list(map(type, as_dict.values())) == list(
                    map(type, by_attribute.values())
                )
                if dicts:
                    assert as_dict == dicts[index]
                else:
                    assert set(as_dict.values()) == {1, None}
                # Nothing was kept by making the dict.
                assert first.__dict__ == {}
                assert engine.loaded_fields(first) == tuple(range(14))
                assert engine.is_loaded(first)
                assert engine.changed(first) == ()
                assert encode_json(first) == encode_json(as_dict) == encode_json(second)
                assert first == second
                assert hash(first) == hash(second)
                assert repr(first) == repr(second)

    on(url, work)


def test_values_that_python_cannot_hold_are_text(url: str) -> None:
    async def work(connection: Connection) -> None:
        sql = (
            "SELECT 1::int8, 'infinity'::date, '24:00'::time, '-infinity'::timestamptz,"
            " '10000-01-01'::timestamp"
        )
        plan = plan_of(Kinds, "id", "day", "clock", "moment", "plain_moment")
        row = await one(connection, plan, sql)
        (again,) = await fetch(connection, plan, sql)
        assert row.day == "infinity"
        assert row.clock == "24:00:00"
        assert row.moment == "-infinity"
        assert row.plain_moment == "10000-01-01 00:00:00"
        assert encode_json(again) == encode_json(row.to_dict())

    on(url, work)


def test_a_type_that_is_not_the_field_s_is_converted(url: str) -> None:
    class Odd(Model):
        id: int = Field(primary_key=True)
        whole: int = Field()
        exact: Decimal = Field()
        number: float = Field()
        words: str = Field()
        key: str = Field()
        document: str = Field()

        class Meta:
            table_name = "odd"

    async def work(connection: Connection) -> None:
        sql = (
            "SELECT 1 id, 5::numeric(4,2), 7::int8, 1.5::numeric, '{a,b}'::text[],"
            " '12345678-1234-5678-1234-567812345678'::uuid, '{\"b\":1, \"a\": 2}'::jsonb"
        )
        row = await one(connection, plan_of(Odd), sql)
        other = await one(connection, plan_of(Odd), sql)
        assert encode_json(other) == encode_json(row.to_dict())
        assert (row.whole, type(row.whole)) == (5, int)
        assert (row.exact, type(row.exact)) == (7, Decimal)
        assert (row.number, type(row.number)) == (1.5, float)
        assert row.words == "{a,b}"
        assert row.key == "12345678-1234-5678-1234-567812345678"
        assert row.document == '{"a": 2, "b": 1}'
        refused = await one(connection, plan_of(Odd, "id", "whole"), "SELECT 1, 1.5")
        with pytest.raises(FieldValueError, match=r"Odd\.whole"):
            _ = refused.whole

    on(url, work)


def test_fields_that_were_left_out(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = plan_of(Kinds, "id", "text")
        row = await one(connection, plan, "SELECT 1::int8, 'x'")
        assert row.to_dict() == {"id": 1, "text": "x"}
        assert engine.loaded_fields(row) == (0, 6)
        for loaded in (row, copy.copy(row), pickle.loads(pickle.dumps(row))):
            with pytest.raises(FieldNotLoaded, match=r"Kinds\.exact .*refresh_from_db"):
                _ = loaded.exact
            assert repr(loaded) == "Kinds(id=1, text='x')"
        row.exact = "1.5"
        assert row.to_dict() == {"id": 1, "exact": Decimal("1.5"), "text": "x"}
        assert encode_json(row) == b'{"id":1,"exact":"1.5","text":"x"}'

    on(url, work)


def test_annotations_follow_the_fields(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = plan_of(Customer, extras=[("documents", 2), ("many", 3)])
        sql = """SELECT 1, 'Ada', '[{"a": 1.50}]'::jsonb, ARRAY[1, 2]"""
        row = await one(connection, plan, sql)
        expected = {"id": 1, "name": "Ada", "documents": [{"a": 1.5}], "many": [1, 2]}
        assert row.documents == [{"a": 1.5}]
        assert row.to_dict() == expected
        assert list(row.to_dict()) == list(expected)
        assert encode_json(row) == encode_json(expected)
        assert pickle.loads(pickle.dumps(row)).to_dict() == expected
        row.many = 3
        assert row.to_dict()["many"] == 3
        assert encode_json(row) == encode_json(row.to_dict())

    on(url, work)


def test_plans_by_name(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = Plan.by_name(Customer, Customer._meta.fields, origin="here")
        row = await one(connection, plan, "SELECT 5 AS more, 'Ada' AS name, 1 AS id")
        assert row.to_dict() == {"id": 1, "name": "Ada", "more": 5}
        assert engine.origin(row) == plan.origin == "here"
        part = await one(connection, plan, "SELECT 'Bob' AS name")
        with pytest.raises(FieldNotLoaded):
            _ = part.id
        with pytest.raises(ProgrammingError, match="two columns"):
            await fetch(connection, plan, "SELECT 1 AS id, 2 AS id")

    on(url, work)


def test_a_plan_must_fit(url: str) -> None:
    async def work(connection: Connection) -> None:
        for _ in range(2):
            with pytest.raises(InterfaceError, match="reads column 1"):
                await fetch(connection, plan_of(Customer), "SELECT 1")
        with pytest.raises(InterfaceError, match="need a plan"):
            await connection.run("SELECT 1", (), INSTANCES)
        with pytest.raises(TypeError):
            Plan(Customer, [("id", 0)])  # type: ignore[list-item]
        with pytest.raises(TypeError):
            Plan(int, [])  # type: ignore[arg-type]
        assert await connection.run(
            "SELECT n FROM generate_series(1, 3) n", (), VALUES
        ) == [1, 2, 3]

    on(url, work)


def test_relations_of_the_same_row(url: str) -> None:
    async def work(connection: Connection) -> None:
        first, second, third = await fetch(connection, line_plan(), LINES)
        line: Any = first
        assert line.order.customer.name == "Ada"
        assert line.order is line.order
        assert line.order.total == Decimal("2.50")
        assert second.order.id == 11
        assert second.order.customer is None
        assert third.order is None
        assert engine.related(first, "customer") is NotImplemented
        # The relation does not belong to the dict.
        assert line.to_dict() == {"id": 1, "order_id": 10}
        copied = pickle.loads(pickle.dumps(first))
        assert copied.order.customer.name == "Ada"
        # A key that is assigned anew leads elsewhere.
        second.order_id = 11
        assert second.order.id == 11
        (fresh, *_) = await fetch(connection, line_plan(), LINES)
        fresh.order_id = 99
        with pytest.raises(RelationNotLoaded):
            _ = fresh.order

    on(url, work)


def test_assignment_and_what_has_changed(url: str) -> None:
    async def work(connection: Connection) -> None:
        sql = "SELECT 1, 7, 2.50"
        row = await one(connection, plan_of(Order, origin="db"), sql)
        row.total = "3.5"
        assert row.total == Decimal("3.5")
        assert engine.changed(row) == (2,)
        assert row.to_dict() == {"id": 1, "customer_id": 7, "total": Decimal("3.5")}
        assert encode_json(row) == b'{"id":1,"customer_id":7,"total":"3.5"}'
        engine.clear_changed(row)
        assert engine.changed(row) == ()
        new = Order(id=5, total=1)
        assert not engine.is_loaded(new)
        assert engine.changed(new) == (0, 2)
        assert engine.origin(new) is None
        engine.set_loaded(new, "there")
        assert engine.is_loaded(new)
        assert engine.changed(new) == ()
        assert engine.origin(new) == "there"
        assert new.customer_id is None

    on(url, work)


def test_adopting_another_row(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = plan_of(Order, origin="db")
        old = await one(connection, plan, "SELECT 1, 7, 2.50")
        kept = old
        assert old.total == Decimal("2.50")
        old.customer_id = 8
        old.note = "mine"
        engine.cache(old)["lines"] = []
        new = await one(connection, plan, "SELECT 1, 9, 4.00")
        assert new.total == 4
        engine.adopt(old, new)
        assert old is kept
        assert old.to_dict() == {"id": 1, "customer_id": 9, "total": Decimal("4.00")}
        assert engine.changed(old) == ()
        assert not engine.has_cache(old)
        assert old.note == "mine"
        constructed = Order(id=1)
        engine.adopt(constructed, new)
        assert engine.is_loaded(constructed)
        assert constructed.customer_id == 9

    on(url, work)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))]
)
def test_copies_lose_nothing(url: str, duplicate: Callable[[Any], Any]) -> None:
    async def work(connection: Connection) -> None:
        row = await one(connection, plan_of(Kinds, origin=object()), ROWS, 3, 3)
        row.text = "changed"
        engine.cache(row)["hidden"] = 5
        made = duplicate(row)
        assert made.to_dict() == row.to_dict()
        assert engine.changed(made) == engine.changed(row) == (6,)
        assert engine.is_loaded(made)
        assert engine.loaded_fields(made) == engine.loaded_fields(row)
        assert engine.cache(made) == {"hidden": 5}
        assert engine.origin(made) is None
        made.whole = 1
        engine.cache(made)["more"] = 1
        assert row.whole == 3000
        assert engine.cache(row) == {"hidden": 5}

    on(url, work)


def test_weak_references_and_cycles(url: str) -> None:
    async def work(connection: Connection) -> None:
        row = await one(connection, plan_of(Customer), "SELECT 1, 'Ada'")
        gone = weakref.ref(row)
        engine.cache(row)["self"] = row
        row.name  # noqa: B018
        del row
        # The loop itself has the future with the rows in its hand until its next turn.
        await asyncio.sleep(0)
        gc.collect()
        assert gone() is None

    on(url, work)


@pytest.mark.parametrize("change", ["nothing", "assigned", "numeric", "text"])
def test_stitching(url: str, change: str) -> None:
    async def work(connection: Connection) -> None:
        kind = {"numeric": "numeric", "text": "text"}.get(change, "int2")
        customers = await fetch(
            connection,
            plan_of(Customer),
            "SELECT n::int8, 'c' FROM generate_series(1, 4) n UNION ALL SELECT 2, 'again' UNION ALL SELECT NULL, 'x'",
        )
        orders = await fetch(
            connection,
            plan_of(Order),
            f"SELECT n, nullif(n % 4, 0)::{kind}, 1.0 FROM generate_series(1, 11) n",
        )
        if change == "assigned":
            orders[0].customer_id = 3
        engine.stitch(
            customers,
            Customer._meta.get_field("id"),
            orders,
            Order._meta.get_field("customer_id"),
            "orders",
            "customer",
        )
        for customer in customers:
            expected = [
                order
                for order in orders
                if order.customer_id == customer.id and customer.id is not None
            ]
            assert engine.cache(customer)["orders"] == expected
            for order in expected:
                assert order.customer.id == customer.id
        lists = [engine.cache(customer)["orders"] for customer in customers]
        assert len({id(each) for each in lists}) == len(customers)
        assert orders[3].customer is None

    on(url, work)


@pytest.mark.parametrize("count", [63, 64, 65, 130, 1000])
def test_wide_tables(url: str, count: int) -> None:
    contents: dict[str, Any] = {"__annotations__": {f"c{n}": int for n in range(count)}}
    contents.update({f"c{n}": Field(nullable=True) for n in range(count)})
    wide: type[Model] = type("Wide", (Model,), contents)

    async def work(connection: Connection) -> None:
        columns = ", ".join(str(n) if n % 3 else "NULL::int" for n in range(count))
        row = await one(connection, plan_of(wide), f"SELECT {columns}")
        expected = {f"c{n}": n if n % 3 else None for n in range(count)}
        assert row.to_dict() == expected
        assert {name: getattr(row, name) for name in expected} == expected
        setattr(row, f"c{count - 1}", 5)
        assert engine.changed(row) == (count - 1,)
        assert json.loads(encode_json(row)) == {**expected, f"c{count - 1}": 5}

    on(url, work)


def test_a_statement_serves_many_plans_and_survives_ddl(url: str) -> None:
    async def work(connection: Connection) -> None:
        await connection.run_script(
            "CREATE TEMP TABLE t (id int, name text); INSERT INTO t VALUES (1, 'x')"
        )
        sql = "SELECT * FROM t"
        for _ in range(20):
            row = await one(connection, plan_of(Customer), sql)
            assert row.to_dict() == {"id": 1, "name": "x"}
        plan = plan_of(Customer)
        await one(connection, plan, sql)
        await connection.run_script("ALTER TABLE t ALTER name TYPE int USING 5")
        assert (await one(connection, plan, sql)).name == "5"
        assert connection.statements == 1

    on(url, work)


def test_nothing_leaks(url: str) -> None:
    async def work(connection: Connection) -> None:
        plan = plan_of(Kinds)
        marker = object()
        counted = plan_of(Order, origin=marker)

        async def rounds(number: int) -> int:
            for _ in range(number):
                rows = await fetch(connection, plan, ROWS, 1, 1000)
                rows[0].to_dict()
                for row in rows:
                    _ = row.text, row.exact, row.moment
                    engine.cache(row)["hidden"] = row.id
                # One cycle a round: what waits for the collector would blur the memory that is measured.
                engine.cache(row)["row"] = row
                encode_json(rows)
                orders = await fetch(connection, counted, "SELECT 1, 2, 3.0")
                copy.copy(orders[0])
            del rows, orders, row
            await asyncio.sleep(0)
            gc.collect()
            return sys.getallocatedblocks()

        def resident() -> int:
            """Bytes of memory, those of Rust's values among them."""
            return int(STATISTICS.read_text().split()[1]) * resource.getpagesize()

        before = await rounds(20)
        memory = resident()
        references = (
            sys.getrefcount(marker),
            sys.getrefcount(Kinds),
            sys.getrefcount(None),
        )
        after = await rounds(100)
        assert after - before < 500
        # The bytes of 100,000 rows alone are more than 20 MB.
        assert resident() - memory < 10_000_000
        assert (sys.getrefcount(marker), sys.getrefcount(Kinds)) == references[:2]
        assert abs(sys.getrefcount(None) - references[2]) < 500

    on(url, work)


def test_moments_have_their_zone(url: str) -> None:
    async def work(connection: Connection) -> None:
        row = await one(
            connection,
            plan_of(Kinds, "moment"),
            "SELECT '2024-05-01 12:00+02'::timestamptz",
        )
        assert row.moment == datetime(2024, 5, 1, 10, tzinfo=UTC)
        assert row.moment.tzinfo is UTC
        assert encode_json(row) == b'{"moment":"2024-05-01T10:00:00Z"}'

    on(url, work)
