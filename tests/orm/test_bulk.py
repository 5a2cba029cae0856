"""bulk_create() and bulk_update(): many rows, few statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hyperdjango.query import F, Value
from writes_support import Noting, World, world

SCRIPT = """
CREATE SCHEMA other;
CREATE TYPE other."Mood" AS ENUM ('so, so', 'good');
CREATE DOMAIN percentage AS numeric(5,2) CHECK (VALUE <= 100);
CREATE DOMAIN tags AS text[];
CREATE TABLE goods (
    id serial PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 1.50, code text UNIQUE,
    mood other."Mood", rate percentage, labels tags, matrix integer[], spans int4range, spans_of daterange[],
    doc jsonb, docs jsonb[], raw bytea, raws bytea[], pay money, iso char(3), born date, moods other."Mood"[],
    twice numeric GENERATED ALWAYS AS (price * 2) STORED
);
CREATE TABLE lines (a integer, b text, n integer NOT NULL DEFAULT 0, PRIMARY KEY (a, b));
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE pairs (id serial PRIMARY KEY, one pair, two pair[]);
CREATE TABLE always (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
"""


class Good(Model):
    id: int = Field(primary_key=True)
    name: str = Field()
    price: Decimal = Field(nullable=True, db_type="numeric(10,2)", db_default="1.50")
    code: str = Field(nullable=True, unique=True)
    mood: str = Field(nullable=True, db_type='other."Mood"')
    rate: Decimal = Field(nullable=True, db_type="percentage")
    labels: str = Field(nullable=True, db_type="tags")
    matrix: str = Field(nullable=True, db_type="integer[]")
    spans: str = Field(nullable=True, db_type="int4range")
    spans_of: str = Field(nullable=True, db_type="daterange[]")
    doc: str = Field(nullable=True, db_type="jsonb")
    docs: str = Field(nullable=True, db_type="jsonb[]")
    raw: bytes = Field(nullable=True)
    raws: str = Field(nullable=True, db_type="bytea[]")
    pay: Decimal = Field(nullable=True, db_type="money")
    iso: str = Field(nullable=True, db_type="character(3)")
    born: date = Field(nullable=True)
    moods: str = Field(nullable=True, db_type='other."Mood"[]')
    twice: Decimal = Field(nullable=True, generated="(price * (2)::numeric)")

    class Meta:
        table_name = "goods"
        managed = False


class Paired(Model):
    id: int = Field(primary_key=True)
    one: str = Field(nullable=True, db_type="pair")
    two: str = Field(nullable=True, db_type="pair[]")

    class Meta:
        table_name = "pairs"
        managed = False


class Line(Model):
    a: int = Field(primary_key=True)
    b: str = Field(primary_key=True)
    n: int = Field(db_default="0")

    class Meta:
        table_name = "lines"
        managed = False


class Always(Model):
    id: int = Field(primary_key=True, identity="always")
    name: str = Field(nullable=True)

    class Meta:
        table_name = "always"
        managed = False


VALUES = {
    "mood": "so, so",
    "rate": Decimal("12.50"),
    "labels": '{"a, b",NULL,c}',
    "matrix": "{{1,2},{3,NULL}}",
    "spans": "[1,5)",
    "spans_of": '{"[2024-01-01,2024-02-01)",empty}',
    "doc": '{"a": [1, "x"], "é": null}',
    "docs": r'{"{\"a\": 1}","[2, null]"}',
    "raw": b"\0\xff",
    "raws": r'{"\\x00ff",NULL}',
    "pay": Decimal("1234.56"),
    "iso": "AT ",
    "born": date(1815, 12, 10),
    "moods": '{good,"so, so"}',
}


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


@pytest.mark.parametrize("count", [1, 3])
def test_every_kind_of_column(w: World, count: int) -> None:
    """A value comes back as it went in, beside NULL, by each way of writing."""

    async def work(database: Noting) -> None:
        for name, value in VALUES.items():
            made = await Good.objects.bulk_create(
                [Good(name=name, **{name: value}) for _ in range(count)]
                + [Good(name=name, **{name: None})]
            )
            for one in made[:-1]:
                assert getattr(await Good.objects.get(pk=one.pk), name) == value, name
            assert getattr(await Good.objects.get(pk=made[-1].pk), name) is None
            for one in made:
                setattr(one, name, None if getattr(one, name) else value)
            assert await Good.objects.bulk_update(made, [name]) == count + 1
            found = await Good.objects.in_bulk([one.pk for one in made])
            for one in made:
                assert getattr(found[one.pk], name) == getattr(one, name), name

    w.run(work)


def test_one_statement_whatever_the_number_of_rows(w: World) -> None:
    async def work(database: Noting) -> None:
        for count in (1, 1000):
            database.taken()
            made = await Good.objects.bulk_create(
                [Good(name=f"n{i}") for i in range(count)]
            )
            assert len(database.taken()) == 1
            assert [one.id for one in made] == sorted(one.id for one in made)
            assert {one.price for one in made} == {Decimal("1.50")}
            assert {one.twice for one in made} == {Decimal("3.00")}
            for one in made:
                one.price = Decimal(one.id)
            database.taken()
            assert await Good.objects.bulk_update(made, ["price", "name"]) == count
            assert len(database.taken()) == 1
            for one in made:
                await one.save()
            assert database.taken() == [], "bulk_update() has left nothing to write"
        # Fields that are set and fields that are not: one statement for each kind.
        database.taken()
        mixed = [
            Good(name="m", price=5) if i % 2 else Good(name="m") for i in range(100)
        ]
        await Good.objects.bulk_create(mixed)
        assert len(database.taken()) == 2
        assert {one.price for one in mixed} == {Decimal("1.50"), Decimal("5.00")}

    w.run(work)


def test_no_rows(w: World) -> None:
    async def work(database: Noting) -> None:
        assert await Good.objects.bulk_create([]) == []
        assert await Good.objects.bulk_update([], ["name"]) == 0
        assert database.taken() == []

    w.run(work)


def test_sixty_thousand_rows(w: World) -> None:
    async def work(database: Noting) -> None:
        rows = [Line(a=i, b="many", n=i) for i in range(60_000)]
        database.taken()
        await Line.objects.bulk_create(rows)
        assert len(database.taken()) == 2
        assert await Line.objects.filter(b="many").count() == 60_000
        # All or none, also over several statements.
        again = [Line(a=i, b="again") for i in range(120)] + [Line(a=5, b="many")]
        with pytest.raises(errors.UniqueViolation):
            await Line.objects.bulk_create(again, batch_size=50)
        assert await Line.objects.filter(b="again").count() == 0
        with pytest.raises(errors.FieldError, match="batch_size"):
            await Line.objects.bulk_create(again, batch_size=0)

    w.run(work)


def test_keys_that_are_given_and_keys_that_are_not(w: World) -> None:
    async def work(database: Noting) -> None:
        made = await Good.objects.bulk_create(
            [Good(id=None, name="a"), Good(id=900_001, name="b"), Good(name="c")]
        )
        assert made[1].id == 900_001 and None not in [one.id for one in made]
        for one in made:
            assert (await Good.objects.get(pk=one.id)).name == one.name
        always = await Always.objects.bulk_create([Always(name="x"), Always(name="y")])
        assert [one.name for one in always] == ["x", "y"] and always[0].id < always[
            1
        ].id
        with pytest.raises(errors.DatabaseError):
            await Always.objects.bulk_create([Always(id=5, name="x")])
        with pytest.raises(errors.FieldError, match="computed"):
            await Good.objects.bulk_create([Good(name="x", twice=4)])

    w.run(work)


def test_conflicts(w: World) -> None:
    async def work(database: Noting) -> None:
        await Good.objects.create(name="old", code="k1", price=1)
        rows = [
            Good(name="new", code="k1", price=2),
            Good(name="new", code="k2", price=2),
        ]
        with pytest.raises(errors.UniqueViolation):
            await Good.objects.bulk_create(rows)
        await Good.objects.bulk_create(rows, ignore_conflicts=True)
        assert (await Good.objects.get(code="k1")).name == "old"
        assert (await Good.objects.get(code="k2")).name == "new"
        rows = [
            Good(name="newer", code="k1", price=3),
            Good(name="newer", code="k3", price=3),
        ]
        made = await Good.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["name"], unique_fields=["code"]
        )
        one = await Good.objects.get(code="k1")
        assert (one.name, one.price) == ("newer", Decimal("1.00"))
        assert made[0].id == one.id and made[1].twice == Decimal("6.00")
        for wrong in (
            {"update_fields": ["name"]},
            {"ignore_conflicts": True, "update_conflicts": True},
            {"update_conflicts": True},
            {
                "update_conflicts": True,
                "update_fields": ["nme"],
                "unique_fields": ["code"],
            },
            {
                "update_conflicts": True,
                "update_fields": ["twice"],
                "unique_fields": ["code"],
            },
        ):
            with pytest.raises(errors.FieldError):
                await Good.objects.bulk_create(rows, **wrong)  # type: ignore[arg-type]

    w.run(work)


def test_expressions(w: World) -> None:
    async def work(database: Noting) -> None:
        made = await Good.objects.bulk_create(
            [Good(name=Value("computed"), price=1), Good(name="plain", price=2)]
        )
        assert [one.name for one in made] == ["computed", "plain"]
        made[0].price = F("price") + 10
        made[1].price = Decimal("7.00")
        assert await Good.objects.bulk_update(made, ["price"]) == 2
        assert [one.price for one in made] == [Decimal("11.00"), Decimal("7.00")]
        assert (await Good.objects.get(pk=made[0].pk)).price == Decimal("11.00")

    w.run(work)


def test_changes_by_a_key_of_two_parts(w: World) -> None:
    async def work(database: Noting) -> None:
        rows = await Line.objects.bulk_create(
            [Line(a=i, b=b) for i in (-1, -2) for b in "xy"]
        )
        for number, row in enumerate(rows):
            row.n = number + 1
        assert await Line.objects.bulk_update(rows, ["n"], batch_size=3) == 4
        for row in rows:
            assert (await Line.objects.get(pk=(row.a, row.b))).n == row.n

    w.run(work)


def test_what_bulk_update_refuses(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Good.objects.create(name="a")
        for fields in ([], ["id"], ["twice"], ["nme"]):
            with pytest.raises(errors.FieldError):
                await Good.objects.bulk_update([one], fields)
        with pytest.raises(errors.FieldError, match="no value"):
            await Good.objects.bulk_update([Good(name="x")], ["name"])
        with pytest.raises(errors.FieldError, match="Line"):
            await Good.objects.bulk_update([Line(a=1, b="x")], ["name"])
        one.id += 1
        with pytest.raises(errors.FieldError, match="key"):
            await Good.objects.bulk_update([one], ["name"])

    w.run(work)


def test_a_row_that_comes_twice_gets_what_comes_last(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Good.objects.create(name="a")
        twins = [Good(id=one.id, name=name) for name in ("first", "last")]
        assert await Good.objects.bulk_update(twins, ["name"]) == 1
        assert (await Good.objects.get(pk=one.pk)).name == "last"

    w.run(work)


def test_a_composite_value_is_one_column(w: World) -> None:
    async def work(database: Noting) -> None:
        one, two = await Paired.objects.bulk_create(
            [Paired(one="(1,x)", two='{"(2,y)",NULL}'), Paired(one=None, two=None)]
        )
        one.one, two.one, two.two = "(3,)", "(4,z)", '{"(5,w)"}'
        assert await Paired.objects.bulk_update([one, two], ["one", "two"]) == 2

    w.run(work)
    assert w.sql("SELECT one::text, two::text FROM pairs ORDER BY id") == [
        ("(3,)", '{"(2,y)",NULL}'),
        ("(4,z)", '{"(5,w)"}'),
    ]
