"""Streams: all rows in order, few in memory, and a session that comes back however they end."""

from __future__ import annotations

import asyncio

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import DataError, InterfaceError, UndefinedTable
from loops import Run
from test_pool import settle

NUMBERS = "SELECT n FROM generate_series($1::int, $2::int) n"


@pytest.mark.parametrize("batch_size", [1, 7, 100, 1000])
def test_all_rows_in_order(url: str, run: Run, batch_size: int) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            for count in (0, 1, 99, 100, 101):
                rows = [
                    row["n"]
                    async for row in database.stream(
                        NUMBERS, 1, count, batch_size=batch_size
                    )
                ]
                assert rows == list(range(1, count + 1))
            assert database.pool_stats().idle == 1

    run(check())


def test_rows_are_fetched_as_they_are_used(url: str) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            await database.execute("CREATE SEQUENCE fetched")
            rows = database.stream(
                "SELECT nextval('fetched') n FROM generate_series(1, 1000000)",
                batch_size=10,
            )
            seen = 0
            async for row in rows:
                seen += 1
                assert row["n"] == seen
                if seen == 25:
                    break
            # No more than twice the batch is ahead.
            last = "SELECT last_value FROM fetched"
            while await database.query_val(last) < 35:
                await asyncio.sleep(0.001)
            assert await database.query_val(last) == 35
            await rows.aclose()
            await settle(database)
            await database.execute("DROP SEQUENCE fetched")

    asyncio.run(check())


def test_streams_in_a_transaction(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            async with database.transaction():
                await database.execute("CREATE TABLE streamed (n int)")
                async for row in database.stream(NUMBERS, 1, 20, batch_size=3):
                    # Other statements of the transaction run meanwhile, other streams as well.
                    await database.execute("INSERT INTO streamed VALUES ($1)", row["n"])
                    async for other in database.stream(NUMBERS, 1, 3):
                        if other["n"] == 2:
                            break
                count = await database.query_val("SELECT count(*) FROM streamed")
                assert count == 20
                with pytest.raises(DataError):
                    async with database.transaction():
                        async for _ in database.stream(
                            "SELECT 1 / (3 - n) FROM generate_series(1, 5) n",
                            batch_size=1,
                        ):
                            pass
            await database.execute("DROP TABLE streamed")

    run(check())


def test_streams_that_fail(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            with pytest.raises(UndefinedTable):
                async for _ in database.stream("SELECT * FROM missing"):
                    pass
            with pytest.raises(DataError):
                async for _ in database.stream("SELECT 1 / $1::int", 0):
                    pass
            with pytest.raises(InterfaceError, match="batch_size"):
                async for _ in database.stream("SELECT 1", batch_size=0):
                    pass
            await settle(database)

            async def endless() -> None:
                async for _ in database.stream(
                    "SELECT pg_sleep(0.001) FROM generate_series(1, 100000)"
                ):
                    pass

            for pause in (0, 0.001, 0.01, 0.1):
                task = asyncio.create_task(endless())
                await asyncio.sleep(pause)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert await database.query_val("SELECT 1") == 1
            await settle(database)
            assert database.pool_stats().size == 1

    run(check())
