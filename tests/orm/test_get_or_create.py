"""get_or_create() and update_or_create(), also when many tasks come at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE tags (id serial PRIMARY KEY, name text UNIQUE, uses integer NOT NULL DEFAULT 0, kind text);
CREATE TABLE pairs (a integer, b integer, n integer, PRIMARY KEY (a, b));
"""


class Tag(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True, unique=True)
    uses: int = Field(db_default="0")
    kind: str = Field(nullable=True)

    class Meta:
        table_name = "tags"
        managed = False


class Pair(Model):
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True)
    n: int = Field(nullable=True)

    class Meta:
        table_name = "pairs"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_a_row_is_added_once(w: World) -> None:
    async def work(database: Noting) -> None:
        one, added = await Tag.objects.get_or_create(
            {"kind": lambda: "called"}, name="a", uses=3
        )
        assert added and (one.uses, one.kind) == (3, "called")
        again, added = await Tag.objects.get_or_create({"kind": "other"}, name="a")
        assert not added and again == one and again.kind == "called"
        pair, added = await Pair.objects.get_or_create({"n": 1}, pk=(1, 2))
        assert added and pair.pk == (1, 2)
        assert (await Pair.objects.get_or_create(pk=(1, 2)))[1] is False
        exact, added = await Tag.objects.get_or_create(
            name__exact="b", kind__isnull=True
        )
        assert added and exact.name == "b"

    w.run(work)


def test_a_row_is_changed_or_added(w: World) -> None:
    async def work(database: Noting) -> None:
        one, added = await Tag.objects.update_or_create(
            {"uses": 1}, {"uses": 100}, name="u"
        )
        assert added and one.uses == 100
        one, added = await Tag.objects.update_or_create(
            {"uses": lambda: 2}, {"uses": 100}, name="u"
        )
        assert not added and (await Tag.objects.get(name="u")).uses == 2
        one, added = await Tag.objects.update_or_create({"kind": "k"}, name="v")
        assert added and one.kind == "k"

    w.run(work)


@pytest.mark.parametrize("isolated", [False, True])
def test_fifty_tasks_at_once(w: World, isolated: bool) -> None:
    async def work(database: Noting) -> None:
        name = f"race {isolated}"

        async def get() -> bool:
            if isolated:
                async with database.transaction():
                    return (await Tag.objects.get_or_create(name=name))[1]
            return (await Tag.objects.get_or_create(name=name))[1]

        added = await asyncio.gather(*(get() for _ in range(50)))
        assert sum(added) == 1
        assert await Tag.objects.filter(name=name).count() == 1

    w.run(work, max_size=10)


def test_fifty_changes_at_once_lose_nothing(w: World) -> None:
    async def work(database: Noting) -> None:
        await Tag.objects.create(name="count")

        async def add() -> None:
            async with database.transaction():
                tag = await Tag.objects.select_for_update().get(name="count")
                await Tag.objects.update_or_create({"uses": tag.uses + 1}, name="count")

        await asyncio.gather(*(add() for _ in range(50)))
        assert (await Tag.objects.get(name="count")).uses == 50
        made = await asyncio.gather(
            *(
                Tag.objects.update_or_create({"uses": n}, name="fresh")
                for n in range(50)
            )
        )
        assert sum(added for _, added in made) == 1
        assert await Tag.objects.filter(name="fresh").count() == 1

    w.run(work, max_size=10)


def test_mistakes_are_told_and_nothing_is_added(w: World) -> None:
    async def work(database: Noting) -> None:
        count = await Tag.objects.count()
        await Tag.objects.bulk_create(
            [Tag(name=f"many{i}", kind="many") for i in range(2)]
        )
        with pytest.raises(Tag.MultipleObjectsReturned):
            await Tag.objects.get_or_create(kind="many")
        with pytest.raises(errors.FieldError):
            await Tag.objects.get_or_create({"nme": "x"}, name="new")
        with pytest.raises(errors.FieldError):
            await Tag.objects.get_or_create(nme="x")
        # The conflict is about another column than those that were looked for.
        with pytest.raises(errors.UniqueViolation):
            await Tag.objects.get_or_create({"name": "many0"}, kind="none such")
        async with database.transaction():
            with pytest.raises(errors.UniqueViolation):
                await Tag.objects.get_or_create({"name": "many0"}, kind="none such")
            # The transaction is as it was.
            assert await Tag.objects.count() == count + 2

    w.run(work)


def test_statements_are_few(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        await Tag.objects.get_or_create(name="few")
        assert len(database.taken()) == 2
        await Tag.objects.get_or_create(name="few")
        assert len(database.taken()) == 1

    w.run(work)
