"""save(): a constructed instance is added, a loaded one is changed, and only in what was assigned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hyperdjango.query import F, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE counters (id serial PRIMARY KEY, n integer NOT NULL DEFAULT 5, note text DEFAULT 'none', price numeric);
CREATE TABLE everything (
    id serial PRIMARY KEY, b boolean, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision,
    n numeric, n2 numeric(12,2), m money, t text, v varchar(40), c char(12), y bytea, d date, tm time, ttz timetz,
    ts timestamp, tstz timestamptz, u uuid, j json, jb jsonb, iv interval, ip inet, arr text[], ints integer[],
    rng int4range, x xml
);
CREATE TABLE watched (id serial PRIMARY KEY, a text, b text, c text);
CREATE TABLE writes_seen (columns text[]);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RETURN NULL; END $$;
CREATE TABLE passed_over (id serial PRIMARY KEY, a text);
CREATE TRIGGER pass BEFORE INSERT ON passed_over FOR EACH ROW EXECUTE FUNCTION note();
"""


class Counter(Model):
    id: int = Field(primary_key=True)
    n: int = Field(db_default="5")
    note: str = Field(nullable=True, db_default="'none'::text")
    price: Decimal = Field(nullable=True)

    class Meta:
        table_name = "counters"
        managed = False


class Everything(Model):
    id: int = Field(primary_key=True)
    b: bool = Field(nullable=True)
    i2: int = Field(nullable=True, db_type="smallint")
    i4: int = Field(nullable=True)
    i8: int = Field(nullable=True, db_type="bigint")
    f4: float = Field(nullable=True, db_type="real")
    f8: float = Field(nullable=True)
    n: Decimal = Field(nullable=True)
    n2: Decimal = Field(nullable=True, db_type="numeric(12,2)")
    m: Decimal = Field(nullable=True, db_type="money")
    t: str = Field(nullable=True)
    v: str = Field(nullable=True, db_type="character varying(40)")
    c: str = Field(nullable=True, db_type="character(12)")
    y: bytes = Field(nullable=True)
    d: date = Field(nullable=True)
    tm: time = Field(nullable=True)
    ttz: time = Field(nullable=True, db_type="time with time zone")
    ts: datetime = Field(nullable=True, db_type="timestamp without time zone")
    tstz: datetime = Field(nullable=True)
    u: str = Field(nullable=True, db_type="uuid")
    j: str = Field(nullable=True, db_type="json")
    jb: str = Field(nullable=True, db_type="jsonb")
    iv: str = Field(nullable=True, db_type="interval")
    ip: str = Field(nullable=True, db_type="inet")
    arr: str = Field(nullable=True, db_type="text[]")
    ints: str = Field(nullable=True, db_type="integer[]")
    rng: str = Field(nullable=True, db_type="int4range")
    x: str = Field(nullable=True, db_type="xml")

    class Meta:
        table_name = "everything"
        managed = False


class Watched(Model):
    id: int = Field(primary_key=True)
    a: str = Field(nullable=True)
    b: str = Field(nullable=True)
    c: str = Field(nullable=True)

    class Meta:
        table_name = "watched"
        managed = False


class PassedOver(Model):
    id: int = Field(primary_key=True)
    a: str = Field(nullable=True)

    class Meta:
        table_name = "passed_over"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


# PostgreSQL's text has no NUL.
text = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12
)
numbers = st.decimals(allow_nan=False, allow_infinity=False) | st.integers(
    -(10**40), 10**40
).map(Decimal)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))
naive_times = st.times()

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "b": st.booleans(),
    "i2": st.integers(-(2**15), 2**15 - 1),
    "i4": st.integers(-(2**31), 2**31 - 1),
    "i8": st.integers(-(2**63), 2**63 - 1),
    "f4": st.floats(width=32, allow_nan=False),
    "f8": st.floats(allow_nan=False),
    "n": st.decimals(-(10**30), 10**30, places=20)
    | st.integers(-(10**60), 10**60).map(Decimal),
    "n2": st.decimals(Decimal(-(10**9)), Decimal(10**9), places=2),
    "m": st.decimals(Decimal(-(10**9)), Decimal(10**9), places=2),
    "t": text,
    "v": text,
    "y": st.binary(max_size=20),
    "d": st.dates(),
    "tm": st.times(),
    "ttz": st.times().map(
        lambda t: t.replace(tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    ),
    "ts": st.datetimes(),
    "tstz": moments.map(lambda m: m.replace(tzinfo=UTC)),
    "u": st.uuids().map(str),
    "arr": st.just('{a,NULL,"b c"}'),
    "ints": st.just("{{1,2},{3,4}}"),
    "jb": st.just('{"a": [1, null, "x"]}'),
    "j": st.just('{"a" :1}'),
    "iv": st.just("1 year 2 mons 3 days 04:05:06.7"),
    "ip": st.just("10.1.2.3"),
    "rng": st.just("[1,5)"),
    "x": st.just("<a>1</a>"),
    "c": st.just("AT".ljust(12)),
}
rows = st.fixed_dictionaries(
    {name: st.none() | values for name, values in VALUES.items()}
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, min_size=1, max_size=3), rows)
def test_what_is_written_is_what_is_read(
    w: World, given_rows: list[dict[str, Any]], changed: dict[str, Any]
) -> None:
    """By save, bulk_create, update and bulk_update; and psycopg reads the same."""

    async def work(database: Noting) -> None:
        for values in given_rows:
            made = Everything(**values)
            await made.save()
            again = await Everything.objects.get(pk=made.pk)
            assert again.to_dict() == {
                "id": made.pk,
                **{n: values[n] for n in again.to_dict() if n != "id"},
            }
            for name, value in changed.items():
                setattr(again, name, value)
            await again.save()
            assert (
                await Everything.objects.get(pk=made.pk)
            ).to_dict() == again.to_dict()
            await Everything.objects.filter(pk=made.pk).update(**values)
            assert (
                await Everything.objects.get(pk=made.pk)
            ).to_dict() == made.to_dict()
        many = await Everything.objects.bulk_create(
            [Everything(**values) for values in given_rows]
        )
        found = await Everything.objects.in_bulk([one.pk for one in many])
        for one, values in zip(many, given_rows, strict=True):
            assert (
                found[one.pk].to_dict()
                == one.to_dict()
                == {"id": one.pk, **ordered(values)}
            )
            for name, value in changed.items():
                setattr(one, name, value)
        await Everything.objects.bulk_update(many, list(changed))
        found = await Everything.objects.in_bulk([one.pk for one in many])
        for one in many:
            assert found[one.pk].to_dict() == one.to_dict()

    w.run(work)
    with w.cluster.connect(w.name) as connection:
        plain = ["b", "i2", "i4", "i8", "f8", "n", "n2", "t", "v", "y", "d", "tm", "ts"]
        row = connection.execute(
            f"SELECT {', '.join(plain)} FROM everything ORDER BY id DESC LIMIT 1"
        ).fetchone()
        assert row == tuple(changed[name] for name in plain)


def ordered(values: dict[str, Any]) -> dict[str, Any]:
    return {
        field.name: values[field.name]
        for field in Everything._meta.fields
        if field.name != "id"
    }


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sets(st.sampled_from(["a", "b", "c"])), st.booleans())
def test_a_change_writes_the_fields_that_were_assigned_and_no_others(
    w: World, names: set[str], same: bool
) -> None:
    async def work(database: Noting) -> None:
        made = await Watched.objects.create(a="1", b="2", c="3")
        other = await Watched.objects.get(pk=made.pk)
        for name in ("a", "b", "c"):
            setattr(other, name, "other")
        await other.save()
        loaded = made if same else await Watched.objects.get(pk=made.pk)
        for name in names:
            setattr(loaded, name, "mine")
        database.taken()
        await loaded.save()
        statements = database.taken()
        assert len(statements) == bool(names)
        now = await Watched.objects.get(pk=made.pk)
        for name in ("a", "b", "c"):
            assert getattr(now, name) == ("mine" if name in names else "other")
        # There is nothing left to write.
        database.taken()
        await loaded.save()
        assert database.taken() == []

    w.run(work)


def test_expressions_are_values(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Counter.objects.create(n=1, price=Decimal("1.50"))
        one.n = F("n") + 41
        one.price = F("price") * 2
        await Counter.objects.filter(pk=one.pk).update(n=F("n") + 100)
        await one.save()
        assert (one.n, one.price) == (142, Decimal("3.00"))
        database.taken()
        await one.save()
        assert database.taken() == []
        two = Counter(n=Value(3) + 4)
        await two.save()
        assert two.n == 7
        created = await Counter.objects.bulk_create([Counter(n=Value(8)), Counter(n=9)])
        assert [c.n for c in created] == [8, 9]
        with pytest.raises(errors.FieldError, match=r"F\("):
            await Counter(n=F("n") + 1).save()

    w.run(work)


def test_named_fields_alone_are_written(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Watched.objects.create(a="1", b="2", c="3")
        one.a, one.b = "x", "y"
        await one.save(update_fields=["a"])
        assert (await Watched.objects.get(pk=one.pk)).b == "2"
        # What was not written is still to be.
        await one.save()
        assert (await Watched.objects.get(pk=one.pk)).b == "y"
        database.taken()
        await one.save(update_fields=[])
        assert database.taken() == []
        with pytest.raises(errors.FieldError, match="did you mean|aa"):
            await one.save(update_fields=["aa"])

    w.run(work)


def test_the_ways_to_force(w: World) -> None:
    async def work(database: Noting) -> None:
        one = Watched(a="1")
        await one.save()
        with pytest.raises(errors.UniqueViolation):
            await one.save(force_insert=True)
        await Watched(id=one.id, b="forced").save(force_update=True)
        now = await Watched.objects.get(pk=one.pk)
        assert (now.a, now.b) == ("1", "forced")
        with pytest.raises(Watched.DoesNotExist):
            await Watched(id=-5, b="x").save(force_update=True)
        with pytest.raises(errors.FieldError):
            await one.save(force_insert=True, force_update=True)
        with pytest.raises(errors.FieldError):
            await Watched(a="x").save(force_update=True)
        with pytest.raises(errors.FieldError):
            await Watched(a="x").save(update_fields=["a"])

    w.run(work)


def test_a_row_that_is_gone_is_an_error(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Watched.objects.create(a="1")
        assert await one.delete() == (1, {"Watched": 1})
        assert await one.delete() == (0, {"Watched": 0})
        one.a = "2"
        with pytest.raises(Watched.DoesNotExist, match="force_insert"):
            await one.save()
        with pytest.raises(Watched.DoesNotExist):
            await one.refresh_from_db()
        await one.save(force_insert=True)
        assert (await Watched.objects.get(pk=one.pk)).a == "2"

    w.run(work)


def test_a_row_that_a_trigger_passes_over_is_an_error(w: World) -> None:
    async def work(database: Noting) -> None:
        with pytest.raises(errors.DatabaseError, match="trigger"):
            await PassedOver(a="1").save()
        with pytest.raises(errors.DatabaseError, match="trigger"):
            await PassedOver(id=4, a="1").save()
        with pytest.raises(errors.DatabaseError, match="trigger"):
            await PassedOver.objects.bulk_create([PassedOver(a="1"), PassedOver(a="2")])
        # Where that is to be expected, it is none.
        await PassedOver.objects.bulk_create([PassedOver(a="1")], ignore_conflicts=True)

    w.run(work)


def test_refreshing(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Watched.objects.create(a="1", b="2")
        await Watched.objects.filter(pk=one.pk).update(a="x", b="y")
        one.b = "mine"
        await one.refresh_from_db(fields=["a"])
        assert (one.a, one.b) == ("x", "mine")
        await one.save()
        assert (await Watched.objects.get(pk=one.pk)).b == "mine"
        one.b = "lost"
        await one.refresh_from_db()
        assert one.b == "mine"
        database.taken()
        await one.save()
        assert database.taken() == []
        lean = await Watched.objects.only("a").get(pk=one.pk)
        with pytest.raises(errors.FieldNotLoaded):
            lean.b  # noqa: B018
        await lean.refresh_from_db(fields=["b"])
        assert lean.b == "mine"
        lean.c = "late"
        await lean.save()
        assert (await Watched.objects.get(pk=one.pk)).c == "late"

    w.run(work)


SPECIAL = {
    "n": ["NaN"],
    "f8": ["NaN", "Infinity", "-Infinity"],
    "f4": ["NaN", "Infinity", "-Infinity"],
    "d": ["infinity", "-infinity", "0044-03-15 BC", "12000-01-01"],
    "ts": ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "12000-01-01 00:00:00"],
    "tstz": [
        "infinity",
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "12000-01-01 00:00:00+00",
    ],
    "tm": ["24:00:00"],
}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_python_cannot_hold_goes_through_as_text(w: World, name: str) -> None:
    """What the database has and Python's type has not is read as PostgreSQL writes it, and written so."""

    async def work(database: Noting) -> None:
        for value in SPECIAL[name]:
            pk = await database.query_val(
                f"INSERT INTO everything ({name}) VALUES ('{value}') RETURNING id"
            )
            one = await Everything.objects.get(pk=pk)
            setattr(one, name, getattr(one, name))
            one.t = "touched"
            await one.save()
            copied = Everything(**{name: getattr(one, name), "t": "copied"})
            await copied.save()
            await Everything.objects.bulk_create(
                [Everything(**{name: getattr(one, name)}), Everything(**{name: None})]
            )
            await Everything.objects.filter(pk=pk).update(**{name: getattr(one, name)})
            await Everything.objects.bulk_update([one], [name])
            found = await database.query(
                f"SELECT count(*) AS n FROM everything WHERE {name}::text = (SELECT {name}::text FROM everything WHERE id = $1)",
                pk,
            )
            assert found[0]["n"] == 3, (name, value)
            await database.execute("DELETE FROM everything")

    w.run(work)


def test_naive_moments_are_refused(w: World) -> None:
    with pytest.raises(errors.FieldValueError, match="time zone"):
        Everything(tstz=datetime(2024, 1, 1))
    with pytest.raises(errors.FieldValueError, match="time zone"):
        Everything(ts=datetime(2024, 1, 1, tzinfo=UTC))

    async def work(database: Noting) -> None:
        for name in ("tstz", "ts"):
            wrong = datetime(2024, 1, 1, tzinfo=UTC if name == "ts" else None)
            with pytest.raises(errors.FieldValueError):
                await Everything.objects.filter(pk=0).update(**{name: wrong})

    w.run(work)
