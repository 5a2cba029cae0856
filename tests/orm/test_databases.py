"""Several databases: an instance remembers where it came from, and routers and using() say where to go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.database import Database, ReplicaRouter, set_router
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE parents (id serial PRIMARY KEY, name text);
CREATE TABLE children (id serial PRIMARY KEY, parent_id integer REFERENCES parents, name text);
"""


class Parent(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)

    class Meta:
        table_name = "parents"
        managed = False


class Child(Model):
    id: int = Field(primary_key=True)
    parent_id: int = Field(nullable=True, foreign_key="Parent", related_name="children")
    name: str = Field(nullable=True)

    class Meta:
        table_name = "children"
        managed = False


@pytest.fixture
def here(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


@pytest.fixture
def there(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_an_instance_goes_back_to_where_it_came_from(here: World, there: World) -> None:
    async def work(first: Noting) -> None:
        async with Noting(there.url) as second:
            one = await Parent.objects.using(second).create(name="second")
            assert await Parent.objects.count() == 0
            one.name = "changed"
            await one.save()
            found = (
                await Parent.objects.using(second)
                .prefetch_related("children")
                .get(pk=one.pk)
            )
            assert found.name == "changed"
            child = await found.children.create(name="c")  # type: ignore[attr-defined]
            assert await Child.objects.using(second).count() == 1
            related = await Child.objects.using(second).select_related("parent").get()
            related.parent.name = "by its child"  # type: ignore[attr-defined]
            await related.parent.save()  # type: ignore[attr-defined]
            await found.refresh_from_db()
            assert found.name == "by its child"
            found, _ = await Parent.objects.using(second).get_or_create(name="new")
            found.name = "newer"
            await found.save()
            await found.full_clean()
            bulk = await Parent.objects.using(second).bulk_create([Parent(name="bulk")])
            await bulk[0].delete()
            await child.delete()
            streamed = [row async for row in Parent.objects.using(second)]
            await streamed[0].delete()
            first_sent = first.taken()
            assert all(sql.startswith("SELECT") for sql in first_sent)
            # Elsewhere it is another row.
            copied = await Parent.objects.using(second).get()
            await copied.save(using=first, force_insert=True)
            copied.name = "copied"
            await copied.save()
            assert (await Parent.objects.get()).name == "copied"
            assert (await Parent.objects.using(second).get()).name == "newer"

    here.run(work)


def test_a_router_chooses(here: World, there: World) -> None:
    async def work(first: Noting) -> None:
        async with Noting(there.url) as second:

            class Router:
                def database_for_read(self, model: type) -> Database:
                    return first

                def database_for_write(self, model: type) -> Database | None:
                    return second if model is Parent else None

            set_router(Router())
            try:
                one = await Parent.objects.create(name="x")
                assert await Parent.objects.count() == 0
                one.name = "y"
                await one.save()
                assert (await Parent.objects.using(second).get()).name == "y"
                # A query in a transaction of where changes go sees them.
                async with second.transaction():
                    assert await Parent.objects.count() == 1
                    assert await Parent.objects.filter(name="y").update(name="z") == 1
                child = await Child.objects.create(name="c")
                assert await Child.objects.count() == 1 and child.id
            finally:
                set_router(None)

    here.run(work)


def test_what_was_read_from_a_replica_is_changed_in_the_primary(
    here: World, there: World
) -> None:
    async def work(primary: Noting) -> None:
        replica = Noting(here.url, settings={"default_transaction_read_only": "on"})
        async with replica, Noting(there.url) as other:
            for name in ("saved", "deleted", "refreshed"):
                await Parent.objects.create(name=name)
            elsewhere = await Parent.objects.using(other).create(name="other")
            set_router(ReplicaRouter(primary, [replica]))
            try:
                saved, deleted, refreshed = await Parent.objects.order_by("id")
                assert len(replica.taken()) == 1
                saved.name = "changed"
                await saved.save()
                assert await deleted.delete() == (1, {"Parent": 1})
                # Reading an instance again asks a replica, but in a transaction where that is.
                await refreshed.refresh_from_db()
                assert len(replica.taken()) == 1
                async with primary.transaction():
                    await Parent.objects.filter(pk=refreshed.pk).update(name="new")
                    await refreshed.refresh_from_db()
                    assert refreshed.name == "new"
                    refreshed.name = "newer"
                    await refreshed.save()
                    found = await Parent.objects.get(pk=refreshed.pk)
                    assert found.name == "newer"
                assert not replica.taken()
                # The relation's rows go the same ways.
                owner = await Parent.objects.get(name="newer")
                child = await owner.children.create(name="c")  # type: ignore[attr-defined]
                assert [one.id for one in await owner.children.all()] == [child.id]  # type: ignore[attr-defined]
                assert len(replica.taken()) == 2
                async with primary.transaction():
                    await owner.children.create(name="d")  # type: ignore[attr-defined]
                    assert await owner.children.count() == 2  # type: ignore[attr-defined]
                    added, _ = await owner.children.get_or_create(name="e")  # type: ignore[attr-defined]
                    await added.full_clean()
                assert await owner.children.filter(name="e").delete()  # type: ignore[attr-defined]
                assert not replica.taken()
                # What is asked for comes first.
                await owner.refresh_from_db(using=replica)
                assert len(replica.taken()) == 1
                with pytest.raises(errors.InternalError, match="read-only"):
                    await owner.delete(using=replica)
                # A row of another database stays there.
                elsewhere.name = "changed there"
                await elsewhere.save()
                await elsewhere.refresh_from_db()
                await elsewhere.children.create(name="x")  # type: ignore[attr-defined]
                assert await Child.objects.using(other).count() == 1
                assert not await Parent.objects.filter(name="changed there").exists()
            finally:
                set_router(None)

    here.run(work)


def test_a_router_is_told_where_an_instance_came_from(
    here: World, there: World
) -> None:
    async def work(first: Noting) -> None:
        async with Noting(there.url) as second:

            class Plain:
                def database_for_read(self, model: type) -> Database:
                    return second

                def database_for_write(self, model: type) -> Database:
                    return first

            class Told(Plain):
                def database_for_instance(
                    self, model: type, origin: Database
                ) -> Database | None:
                    return origin if model is Parent else None

            one = await Parent.objects.using(second).create(name="x")
            copied = await Parent.objects.create(name="x")
            assert copied.pk == one.pk
            try:
                set_router(Told())
                one.name = "told"
                await one.save()
                set_router(Plain())
                one.name = "not told"
                await one.save()
            finally:
                set_router(None)
            assert (await Parent.objects.using(first).get()).name == "not told"
            assert (await Parent.objects.using(second).get()).name == "told"

    here.run(work)


def test_a_database_that_lacks_the_table_says_so(here: World, cluster: Cluster) -> None:
    async def work(first: Noting) -> None:
        with cluster.database() as empty:
            async with Database(cluster.url(empty)) as second:
                with pytest.raises(errors.UndefinedTable, match="Parent"):
                    await Parent.objects.using(second).create(name="x")
                await second.execute("CREATE TABLE parents (id serial PRIMARY KEY)")
                with pytest.raises(errors.UndefinedColumn, match=r"Parent\.name"):
                    await Parent.objects.using(second).create(name="x")
                # What comes later is found.
                await second.execute("ALTER TABLE parents ADD name text")
                assert (await Parent.objects.using(second).create(name="x")).id == 1
                # What comes when the table was read already is, too, at once.
                await second.execute("ALTER TABLE parents DROP name")
                with pytest.raises(errors.UndefinedColumn):
                    await Parent.objects.using(second).create(name="x")
                assert await Parent.objects.using(second).values_list("id") == [(1,)]
                await second.execute("ALTER TABLE parents ADD name text")
                assert (await Parent.objects.using(second).create(name="x")).id == 2
                await Parent.objects.using(second).filter(id=2).delete()
                # What others added is no matter.
                await second.execute("ALTER TABLE parents ADD more integer DEFAULT 5")
                one = await Parent.objects.using(second).get()
                one.name = "y"
                await one.save()

    here.run(work)
