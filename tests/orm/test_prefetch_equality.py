"""prefetch_related() over keys that PostgreSQL finds equal and Python does not: what is found is what a JOIN finds."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from equality_support import (
    AMOUNT,
    CODE,
    KINDS,
    PAIR,
    Kind,
    both,
    joined,
    models,
    script,
)
from harness import Cluster
from hyperdjango import errors
from hyperdjango.query import Prefetch
from writes_support import Noting, World, world


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, "") as made:
        yield made


@pytest.fixture(params=[*KINDS, "pair"])
def case(request: pytest.FixtureRequest, w: World) -> str:
    """A kind whose tables are there, or a reason why they can't be."""
    import psycopg.errors as refusals

    name: str = request.param
    if w.sql(f"SELECT to_regclass('up_{name}')") == [(None,)]:
        text = PAIR if name == "pair" else script(name)
        for needed in (AMOUNT, CODE):
            if needed in text and w.sql(
                f"SELECT to_regtype('{needed.split()[2]}') IS NOT NULL"
            ) == [(True,)]:
                text = text.replace(needed, "")
        try:
            w.sql(text)
        except (
            # From PostgreSQL 18 on a foreign key may not lead from one of its collations to another.
            refusals.CollationMismatch,
            refusals.FeatureNotSupported,
            refusals.UndefinedFile,
            refusals.UndefinedObject,
        ) as problem:
            pytest.skip(f"this server has not what {name} takes: {problem}")
    return name


def test_rows_that_refer_are_those_of_a_join(w: World, case: str) -> None:
    up, down, downs, back, _ = both(case)
    expected = joined(w, case)

    async def work(database: Noting) -> None:
        rows: list[Any] = await up.objects.prefetch_related(
            Prefetch(downs, down.objects.order_by("-id")),
        ).order_by("n")
        assert expected == [
            (row.n, one.id) for row in rows for one in reversed(getattr(row, downs))
        ]
        assert all(
            getattr(one, back) is row for row in rows for one in getattr(row, downs)
        )
        # The related manager asks for the same rows, and so does a filter.
        for row in await up.objects.order_by("n"):
            own = [one for n, one in expected if n == row.n]
            assert [one.id for one in await getattr(row, downs).order_by("id")] == own
            assert await getattr(row, downs).count() == len(own)
            asked = down.objects.filter(**{back: row}).order_by("id")
            assert [one.id for one in await asked] == own
            others = down.objects.exclude(**{back: row})
            assert not {one.id for one in await others} & set(own)
            through = up.objects.filter(**{f"{downs}__{back}": row})
            assert {one.n for one in await through} == ({row.n} if own else set())
            number = row.n
            await row.refresh_from_db()
            assert row.n == number
        many = down.objects.filter(**{f"{back}__in": rows}).order_by("id")
        assert [one.id for one in await many] == sorted(one for _, one in expected)

    w.run(work)


def test_rows_that_are_referred_to_are_those_of_a_join(w: World, case: str) -> None:
    _, down, downs, back, _ = both(case)
    expected = joined(w, case)

    async def work(database: Noting) -> None:
        rows: list[Any] = await down.objects.prefetch_related(back).order_by("id")
        found = [(getattr(row, back), row) for row in rows]
        assert expected == sorted((up.n, row.id) for up, row in found if up)
        selected: list[Any] = await down.objects.select_related(back).order_by("id")
        assert [(up.n if up else None, row.id) for up, row in found] == [
            (getattr(row, back).n if getattr(row, back) else None, row.id)
            for row in selected
        ]
        for row in rows:
            await row.refresh_from_db(fields=["id"])
        # There and back again: each of them has all that refer to it.
        rows = await down.objects.prefetch_related(f"{back}__{downs}").order_by("id")
        for row in rows:
            up = getattr(row, back)
            if up is not None:
                assert sorted(one.id for one in getattr(up, downs)) == [
                    one for n, one in expected if n == up.n
                ]

    w.run(work)


def test_the_rows_may_be_chosen(w: World, case: str) -> None:
    up, down, downs, _, _ = both(case)
    expected = joined(w, case)
    last = max(one for _, one in expected)

    async def work(database: Noting) -> None:
        chosen = down.objects.filter(id__lt=last).only("id").order_by("-id")
        rows: list[Any] = await up.objects.prefetch_related(
            Prefetch(downs, chosen, to_attr="chosen")
        ).order_by("n")
        assert all(type(row.chosen) is list for row in rows)
        assert [(row.n, one.id) for row in rows for one in reversed(row.chosen)] == [
            (n, one) for n, one in expected if one < last
        ]
        # A row that comes twice has its rows twice.
        one = up.objects.filter(n=expected[0][0])
        twice: list[Any] = [*await one, *await one]
        from hyperdjango.query.related import prefetch

        await prefetch(twice, up.objects.prefetch_related(downs)._state)
        assert [len(getattr(row, downs)) for row in twice] == [
            len([n for n, _ in expected if n == expected[0][0]])
        ] * 2

    w.run(work)


def test_a_relation_takes_three_statements_at_most(w: World, case: str) -> None:
    up, _, downs, back, _ = both(case)

    async def work(database: Noting) -> None:
        database.taken()
        await up.objects.prefetch_related(downs)
        # The rows, those that refer to them, and which keys are equal.
        assert len(database.taken()) <= 3
        await up.objects.filter(n=-1).prefetch_related(f"{downs}__{back}")
        assert len(database.taken()) == 1

    w.run(work)


def test_rows_keep_nobody_alive(w: World, case: str) -> None:
    up, _, downs, back, _ = both(case)

    async def work(database: Noting) -> None:
        rows: list[Any] = await up.objects.prefetch_related(downs)
        every = [(row, one) for row in rows for one in getattr(row, downs)]
        assert every and all(getattr(one, back) is row for row, one in every)
        assert not any(
            "place" in name for one in every for row in one for name in vars(row)
        )
        alive = [weakref.ref(row) for one in every for row in one]
        gc.disable()
        try:
            del rows, every
            # There is no circle: nothing is left to the collector.
            assert not any(reference() for reference in alive)
        finally:
            gc.enable()

    w.run(work)


def test_rows_come_to_belong_to_an_instance_and_no_longer_do(
    w: World, case: str
) -> None:
    up, down, downs, back, _ = both(case)
    expected = joined(w, case)

    async def work(database: Noting) -> None:
        row: Any = await up.objects.get(n=expected[0][0])
        manager = getattr(row, downs)
        rows: list[Any] = await manager.all()
        assert await manager.remove(*rows) == len(rows)
        assert await manager.count() == 0
        assert await manager.add(*rows) == len(rows)
        made = await manager.create()
        assert getattr(made, back) is row
        other = down(**{back: row})
        await other.save()
        assert await down.objects.filter(pk=made.pk).update(**{back: row}) == 1
        own = {one.pk for one in (*rows, made, other)}
        assert {one.pk for one in await manager.all()} == own
        stranger: Any = await down.objects.exclude(**{back: row}).first()
        with pytest.raises(errors.FieldError, match="does not belong"):
            await manager.remove(made, stranger)
        await down.objects.filter(pk__in=[made.pk, other.pk]).delete()

    w.run(work)


PLAIN = {
    "plain_integer": ("bigint", "smallint", int, "g"),
    "plain_uuid": ("uuid", "uuid", str, "md5(g::text)::uuid"),
    "plain_text": ("text", "character varying(20)", str, "'key ' || g"),
    "plain_c": ('text COLLATE "C"', "text", str, "'key ' || g"),
    "plain_char": ("character(9)", "character(9)", str, "'key ' || g"),
    "plain_date": ("date", "date", date, "date '2000-01-01' + g"),
    "plain_numeric": ("numeric(9,2)", "numeric", Decimal, "g / 4.0"),
    "plain_inet": ("inet", "inet", str, "'10.0.0.0'::inet + g"),
    "plain_enum": ("public.twenty", "public.twenty", str, "('k' || g)::public.twenty"),
    "plain_timestamp": (
        "timestamp with time zone",
        "timestamp with time zone",
        datetime,
        "timestamptz '2000-01-01 00:00+00' + g * interval '7 hours'",
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_usual_keys_take_one_statement_for_each_relation(
    w: World, name: str
) -> None:
    up_type, down_type, python_type, made = PLAIN[name]
    up, _ = models(name, Kind(up_type, down_type, python_type, (), ()))
    labels = ", ".join(f"'k{number}'" for number in range(1, 21))
    w.sql(f"""
    {f"CREATE TYPE twenty AS ENUM ({labels});" if name == "plain_enum" else ""}
    CREATE TABLE up_{name} (id {up_type} PRIMARY KEY, n integer);
    CREATE TABLE down_{name} (id serial PRIMARY KEY, up_id {down_type} REFERENCES up_{name});
    INSERT INTO up_{name} SELECT {made}, g FROM generate_series(1, 20) g;
    INSERT INTO down_{name} (up_id) SELECT id FROM up_{name}, generate_series(1, n % 3);
    """)

    async def work(database: Noting) -> None:
        database.taken()
        rows: list[Any] = await up.objects.prefetch_related("downs__up")
        assert len(database.taken()) == 3
        for row in rows:
            assert len(row.downs) == row.n % 3
            assert all(one.up.n == row.n for one in row.downs)

    w.run(work)


def test_the_rows_may_be_in_another_database(cluster: Cluster, w: World) -> None:
    kind = Kind("citext", "citext", str, (), ())
    up, down = models("apart", kind)
    here = "CREATE TABLE up_apart (id text PRIMARY KEY, n integer); INSERT INTO up_apart VALUES ('a', 1), ('b', 2)"
    there = (
        "CREATE TABLE down_apart (id serial PRIMARY KEY, up_id text);"
        "INSERT INTO down_apart (up_id) VALUES ('a'), ('b'), ('a')"
    )
    with world(cluster, here) as first, world(cluster, there) as second:

        async def work(database: Noting) -> None:
            async with Noting(second.url) as other:
                asked = Prefetch("downs", down.objects.using(other).order_by("id"))
                rows: list[Any] = (
                    await up.objects.using(database)
                    .prefetch_related(asked)
                    .order_by("n")
                )
                assert [[one.id for one in row.downs] for row in rows] == [[1, 3], [2]]

        first.run(work)
