"""Models inside of transactions: what is rolled back was never there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE accounts (id serial PRIMARY KEY, name text UNIQUE, balance integer NOT NULL DEFAULT 0 CHECK (balance >= 0));
"""


class Purse(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True, unique=True)
    balance: int = Field(db_default="0")

    class Meta:
        table_name = "accounts"
        managed = False


class Undone(Exception):
    """Ends a transaction of a test."""


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_what_is_rolled_back_was_never_there(w: World) -> None:
    async def work(database: Noting) -> None:
        kept = await Purse.objects.create(name="kept", balance=1)
        inside = asyncio.Event()

        async def count() -> int:
            await inside.wait()
            return await Purse.objects.count()

        # A task that was there before the transaction is not in it.
        other = asyncio.create_task(count())
        await asyncio.sleep(0)
        with pytest.raises(Undone):
            async with database.transaction():
                await Purse.objects.create(name="gone")
                await Purse.objects.bulk_create([Purse(name="gone too")])
                await Purse.objects.filter(name="kept").update(balance=2)
                kept.balance = 3
                await kept.save()
                # It is there inside, and nowhere else.
                assert await Purse.objects.count() == 3
                inside.set()
                assert await other == 1
                raise Undone
        assert await Purse.objects.count() == 1
        await kept.refresh_from_db()
        assert kept.balance == 1

    w.run(work)


def test_savepoints(w: World) -> None:
    async def work(database: Noting) -> None:
        async with database.transaction():
            await Purse.objects.create(name="outer")
            with pytest.raises(errors.UniqueViolation):
                async with database.transaction():
                    await Purse.objects.create(name="inner")
                    await Purse.objects.create(name="outer")
            with pytest.raises(errors.CheckViolation):
                async with database.transaction():
                    await Purse.objects.filter(name="outer").update(balance=-1)
            await Purse.objects.create(name="after")
        names = (
            await Purse.objects.filter(name__in=["outer", "inner", "after"])
            .order_by("name")
            .values_list("name", flat=True)
        )
        assert names == ["after", "outer"]

    w.run(work)


def test_rows_are_locked_to_the_end(w: World) -> None:
    async def work(database: Noting) -> None:
        await Purse.objects.create(name="a", balance=100)
        await Purse.objects.create(name="b", balance=0)

        async def move(amount: int) -> None:
            async with database.transaction():
                first, second = (
                    await Purse.objects.filter(name__in=["a", "b"])
                    .order_by("name")
                    .select_for_update()
                )
                first.balance -= amount
                second.balance += amount
                await first.save()
                await second.save()

        await asyncio.gather(*(move(n) for n in range(1, 11)))
        a, b = await Purse.objects.filter(name__in=["a", "b"]).order_by("name")
        assert (a.balance, b.balance) == (45, 55)
        with pytest.raises(errors.InterfaceError, match="transaction"):
            await Purse.objects.select_for_update().get(name="a")

    w.run(work)
