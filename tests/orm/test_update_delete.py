"""update() and delete(): the rows of a queryset, in one statement."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.database import Database
from hyperdjango.models import Field, Model
from hyperdjango.query import Count, F, Q, Value
from orm_support import Run
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE groups (id serial PRIMARY KEY, name text, n integer DEFAULT 0);
CREATE TABLE members (id serial PRIMARY KEY, group_id integer REFERENCES groups ON DELETE CASCADE, name text, points integer);
CREATE TABLE notes (message text, n integer);
CREATE TABLE pairs (a integer, b integer, n integer, PRIMARY KEY (a, b));
"""


class Group(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)
    n: int = Field(nullable=True, db_default="0")

    class Meta:
        table_name = "groups"
        managed = False


class Member(Model):
    id: int = Field(primary_key=True)
    group_id: int = Field(
        nullable=True, foreign_key="Group", on_delete="CASCADE", related_name="members"
    )
    name: str = Field(nullable=True)
    points: int = Field(nullable=True)

    class Meta:
        table_name = "members"
        managed = False


class Note(Model):
    message: str = Field(nullable=True)
    n: int = Field(nullable=True)

    class Meta:
        table_name = "notes"
        managed = False


class Pair(Model):
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True)
    n: int = Field(nullable=True)

    class Meta:
        table_name = "pairs"
        managed = False


FILL = """
TRUNCATE groups, members, notes, pairs RESTART IDENTITY;
INSERT INTO groups (name) SELECT 'g' || g FROM generate_series(1, 4) g;
INSERT INTO members (group_id, name, points) SELECT 1 + g % 3, 'm' || g, g FROM generate_series(1, 12) g;
INSERT INTO notes SELECT 'same', g % 2 FROM generate_series(1, 6) g;
INSERT INTO pairs SELECT a, b, a * b FROM generate_series(1, 3) a, generate_series(1, 3) b;
"""


@pytest.fixture(scope="module")
def made(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as found:
        yield found


@pytest.fixture
def w(made: World) -> World:
    made.sql(FILL)
    return made


# The rows of many kinds of querysets.
CHOSEN = [
    lambda: Member.objects.all(),
    lambda: Member.objects.filter(points__gt=6),
    lambda: Member.objects.exclude(points__gt=6),
    lambda: Member.objects.filter(group__name="g2"),
    lambda: Member.objects.filter(Q(group__name="g1") | Q(points=3)),
    lambda: Member.objects.exclude(group__name="g1"),
    lambda: Member.objects.annotate(double=F("points") * 2).filter(double__gt=10),
    lambda: Member.objects.filter(pk__in=[1, 2, 99]),
    lambda: Member.objects.none(),
    lambda: Member.objects.filter(group__members__points=4),
]


@pytest.mark.parametrize("choose", CHOSEN)
def test_the_rows_that_are_chosen_and_no_others(w: World, choose: Any) -> None:
    async def work(database: Noting) -> None:
        expected = sorted({row.id for row in await choose()})
        everything = await Member.objects.count()
        database.taken()
        assert await choose().update(name="changed") == len(expected)
        assert len(database.taken()) <= 1
        changed = (
            await Member.objects.filter(name="changed")
            .order_by("id")
            .values_list("id", flat=True)
        )
        assert changed == expected
        database.taken()
        assert await choose().delete() == (len(expected), {"Member": len(expected)})
        assert len(database.taken()) <= 1
        assert await Member.objects.count() == everything - len(expected)

    w.run(work)


def test_groups_chosen_by_their_members(w: World) -> None:
    async def work(database: Noting) -> None:
        assert await Group.objects.filter(members__points__gte=11).update(n=1) == 2
        counted = Group.objects.annotate(size=Count("members")).filter(size=0)
        assert await counted.update(name="empty") == 1
        assert (await Group.objects.get(name="empty")).id == 4
        assert await counted.delete() == (1, {"Group": 1})

    w.run(work)


def test_expressions(w: World) -> None:
    async def work(database: Noting) -> None:
        assert (
            await Member.objects.filter(points=3).update(
                points=F("points") * 2 + 1, name=Value("seven")
            )
            == 1
        )
        assert (await Member.objects.get(name="seven")).points == 7
        best = Member.objects.order_by("-points").values("points")[:1]
        await Group.objects.filter(pk=1).update(n=best)
        assert (await Group.objects.get(pk=1)).n == 12
        await Member.objects.filter(pk=1).update(group=await Group.objects.get(pk=4))
        assert (await Member.objects.get(pk=1)).group_id == 4
        await Member.objects.filter(pk=1).update(group=None)
        assert (await Member.objects.get(pk=1)).group_id is None
        await Member.objects.filter(pk=2).update(points="5")
        assert (await Member.objects.get(pk=2)).points == 5

    w.run(work)


def test_rows_that_nothing_tells_apart(w: World) -> None:
    """A model with no key: rows are chosen by their own fields, and by what needs a query of its own."""

    async def work(database: Noting) -> None:
        assert await Note.objects.filter(n=1).update(message="odd") == 3
        annotated = Note.objects.annotate(size=Count("message")).filter(size=1)
        assert await Note.objects.count() == 6
        assert await Note.objects.filter(n=0).delete() == (3, {"Note": 3})
        del annotated
        assert await Note.objects.distinct().update(n=7) == 3
        note = await Note.objects.first()
        assert note is not None
        for refused in (
            note.save(force_update=True),
            note.delete(),
            note.refresh_from_db(),
        ):
            with pytest.raises(errors.FieldError, match="primary key"):
                await refused

    w.run(work)


def test_keys_of_several_fields(w: World) -> None:
    async def work(database: Noting) -> None:
        assert await Pair.objects.filter(pk__in=[(1, 1), (2, 3)]).update(n=0) == 2
        assert await Pair.objects.filter(pk=(3, 3)).delete() == (1, {"Pair": 1})
        assert await Pair.objects.distinct().filter(n=0).delete() == (2, {"Pair": 2})

    w.run(work)


def test_what_is_refused(w: World) -> None:
    async def work(database: Noting) -> None:
        for refused in (
            Member.objects.all()[:3].update(points=1),
            Member.objects.all()[:3].delete(),
            Member.objects.values("id").update(points=1),
            Member.objects.values("id").delete(),
            Member.objects.all().union(Member.objects.all()).delete(),
            Member.objects.update(pionts=1),
            Member.objects.update(name=F("group__name")),
        ):
            with pytest.raises(errors.FieldError):
                await refused
        with pytest.raises(errors.FieldValueError):
            await Member.objects.update(points="many")
        assert await Member.objects.filter(points=1).count() == 1

    w.run(work)


def test_injection(w: World) -> None:
    """What looks like SQL is a value, or is refused."""

    async def work(database: Noting) -> None:
        nasty = "x'; DROP TABLE members; --"
        assert await Member.objects.filter(pk=1).update(name=nasty) == 1
        assert (await Member.objects.get(name=nasty)).id == 1
        with pytest.raises(errors.FieldError):
            await Member.objects.update(**{"name\" = ''; --": 1})

    w.run(work)


def test_the_sample(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        items = shop.OrderItem.objects.filter(order__status="cancelled")
        count = await items.count()
        async with database.transaction():
            assert await items.update(quantity=F("quantity") + 1) == count > 0
        deleted, by_name = await shop.Orders.objects.filter(status="cancelled").delete()
        assert deleted == by_name["Orders"] and await items.count() == 0

    run(work)
