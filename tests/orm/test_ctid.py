"""Tables without a key: a row is known by its place and version, and never mistaken for another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = "CREATE TABLE log (message text, n integer);"


class Log(Model):
    ctid: str = Field(primary_key=True, db_type="tid")
    message: str = Field(nullable=True)
    n: int = Field(nullable=True)

    class Meta:
        table_name = "log"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_a_row_is_added_changed_and_deleted(w: World) -> None:
    async def work(database: Noting) -> None:
        one = Log(message="a")
        await one.save()
        first = one.ctid
        one.message = "b"
        await one.save()
        assert one.ctid != first
        found = await Log.objects.get(message="b")
        assert found == one and found.ctid == one.ctid
        found.n = 3
        await found.save()
        found.n = 4
        await found.save()
        assert (await Log.objects.get(message="b")).n == 4
        await found.refresh_from_db()
        found.n = 5
        await found.save()
        many = await Log.objects.bulk_create([Log(message="m1"), Log(message="m2")])
        many[1].n = 9
        await many[1].save()
        assert (await Log.objects.get(message="m2")).n == 9
        assert await found.delete() == (1, {"Log": 1})
        assert await Log.objects.filter(message="b").count() == 0
        lean = await Log.objects.only("message").get(message="m1")
        lean.message = "lean"
        await lean.save()
        with pytest.raises(errors.FieldError, match="fetch it"):
            await Log(ctid="(0,1)", message="x").save(force_update=True)
        with pytest.raises(errors.FieldError):
            await Log.objects.bulk_update(many, ["n"])
        await Log.objects.all().delete()

    w.run(work)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["save", "delete", "refresh"]),
    st.lists(
        st.sampled_from(["change", "delete", "vacuum", "insert", "full"]),
        min_size=1,
        max_size=6,
    ),
)
def test_the_wrong_row_is_never_hit(w: World, act: str, others: list[str]) -> None:
    """Whatever others do meanwhile: either the row is as it was, or nothing is changed."""

    async def work(database: Noting) -> None:
        await database.execute("TRUNCATE log")
        one = await Log.objects.create(message="mine", n=0)
        loaded = await Log.objects.get(message="mine")
        assert loaded == one
        for number, other in enumerate(others):
            if other == "change":
                await database.execute(
                    "UPDATE log SET n = n + 1 WHERE message = 'mine'"
                )
            elif other == "delete":
                await database.execute("DELETE FROM log WHERE message = 'mine'")
            elif other == "insert":
                await database.execute(
                    "INSERT INTO log VALUES ($1, 100)", f"other {number}"
                )
            else:
                await database.execute(
                    f"VACUUM {'(FULL)' if other == 'full' else ''} log"
                )
        before = sorted(await Log.objects.values_list("message", "n"))
        try:
            if act == "save":
                loaded.message = "changed"
                await loaded.save()
                expected = sorted(
                    ("changed", n) if m == "mine" else (m, n) for m, n in before
                )
                assert loaded.n == 0
            elif act == "delete":
                await loaded.delete()
                expected = [row for row in before if row[0] != "mine"]
            else:
                await loaded.refresh_from_db()
                assert loaded.message == "mine"
                expected = before
        except Log.DoesNotExist:
            expected = before
            untouched = not {"change", "delete", "full"} & set(others)
            assert not untouched
        else:
            assert not {"change", "delete"} & set(others)
        assert sorted(await Log.objects.values_list("message", "n")) == expected

    w.run(work)


def test_of_two_who_change_a_row_one_is_told(w: World) -> None:
    async def work(database: Noting) -> None:
        await database.execute("TRUNCATE log")
        await Log.objects.create(message="both", n=0)
        first, second = await Log.objects.get(), await Log.objects.get()
        async with Noting(w.url) as other:
            async with database.transaction():
                first.n = 1
                await first.save()
                second.n = 2
                waiting = asyncio.create_task(second.save(using=other))
                while not await other.query_val(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1",
                    w.name,
                ):
                    pass
            with pytest.raises(Log.DoesNotExist, match="others"):
                await waiting
        assert (await Log.objects.get()).n == 1
        # Who is told fetches it again.
        again = await Log.objects.get()
        again.n = 3
        await again.save()
        first.n = 4
        with pytest.raises(Log.DoesNotExist):
            await first.save()

    w.run(work)


def test_the_version_is_not_among_the_values(w: World) -> None:
    async def work(database: Noting) -> None:
        await database.execute("TRUNCATE log")
        await Log.objects.create(message="a")
        found = await Log.objects.get()
        assert list(found.to_dict()) == ["ctid", "message", "n"]

    w.run(work)
