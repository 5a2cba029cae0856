"""Many tasks on few connections, and tasks that are cancelled in the middle of writing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango.models import Field, Model
from hyperdjango.query import F
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE visits (id serial PRIMARY KEY, page integer NOT NULL, n integer NOT NULL DEFAULT 0);
CREATE INDEX ON visits (page);
INSERT INTO visits (page) SELECT g FROM generate_series(0, 99) g;
"""


class Visit(Model):
    id: int = Field(primary_key=True)
    page: int = Field()
    n: int = Field(db_default="0")

    class Meta:
        table_name = "visits"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_ten_thousand_tasks_on_five_connections(w: World) -> None:
    async def work(database: Noting) -> None:
        async def one(number: int) -> None:
            page = number % 100
            match number % 5:
                case 0:
                    assert (
                        await Visit.objects.filter(page=page).order_by("id")[:1].get()
                    ).page == page
                case 1:
                    assert (
                        await Visit.objects.filter(page=page).update(n=F("n") + 1) >= 1
                    )
                case 2:
                    first = (
                        await Visit.objects.filter(page=page).values("page")[:1].get()
                    )
                    assert first["page"] == page
                case 3:
                    made = await Visit.objects.create(page=1000 + number)
                    assert made.n == 0
                    made.n = number
                    await made.save()
                    assert (await Visit.objects.get(pk=made.pk)).n == number
                case _:
                    assert await Visit.objects.filter(page=page).count() >= 1

        await asyncio.gather(*(one(number) for number in range(10_000)))
        assert await Visit.objects.filter(page__gte=1000).count() == 2000
        counted = await Visit.objects.filter(page__lt=100).values_list("n", flat=True)
        assert sum(counted) == 2000

    w.run(work, min_size=1, max_size=5, acquire_timeout=120)


def test_cancelled_writes_are_whole_or_not_there(w: World) -> None:
    async def work(database: Noting) -> None:
        await Visit.objects.filter(page__gte=1000).delete()
        choose = random.Random(7)

        async def write(number: int) -> None:
            async with database.transaction():
                one = await Visit.objects.create(page=5000 + number)
                one.n = 1
                await one.save()
                await Visit.objects.bulk_create(
                    [Visit(page=5000 + number, n=1) for _ in range(3)]
                )

        tasks = [asyncio.create_task(write(number)) for number in range(200)]
        while not all(task.done() for task in tasks):
            task = choose.choice(tasks)
            if choose.random() < 0.2:
                task.cancel()
            await asyncio.sleep(0)
        for number, task in enumerate(tasks):
            rows = await Visit.objects.filter(page=5000 + number).values_list(
                "n", flat=True
            )
            if not task.cancelled():
                assert task.exception() is None
                assert rows == [1, 1, 1, 1]
            else:
                # Cancelled while COMMIT was under way, it may be there; a part of it never is.
                assert rows in ([], [1, 1, 1, 1])
        assert await Visit.objects.count() >= 100

    w.run(work, max_size=5, acquire_timeout=60)
