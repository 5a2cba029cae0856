"""Transactions and savepoints: what is committed, what is rolled back, and whom they belong to."""

from __future__ import annotations

import asyncio

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import DataError, InterfaceError, InternalError, UniqueViolation
from loops import Run

INSERT = "INSERT INTO notes VALUES ($1)"


async def notes(database: Database) -> list[int]:
    """What the table holds."""
    rows = await database.query("SELECT n FROM notes ORDER BY n")
    return [row["n"] for row in rows]


async def prepare(database: Database) -> None:
    """Make the table anew."""
    await database.execute("DROP TABLE IF EXISTS notes")
    await database.execute("CREATE TABLE notes (n int PRIMARY KEY)")


def test_commit_and_rollback(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            await prepare(database)
            async with database.transaction():
                await database.execute(INSERT, 1)
                await database.execute_many(INSERT, [(2,), (3,)])
            with pytest.raises(ZeroDivisionError):
                async with database.transaction():
                    await database.execute(INSERT, 4)
                    raise ZeroDivisionError
            with pytest.raises(UniqueViolation):
                async with database.transaction():
                    await database.execute(INSERT, 5)
                    await database.execute(INSERT, 1)
            assert await notes(database) == [1, 2, 3]
            with pytest.raises(InterfaceError, match="was rolled back"):
                async with database.transaction():
                    await database.execute(INSERT, 6)
                    with pytest.raises(DataError):
                        await database.query("SELECT 1 / 0")
                    with pytest.raises(InternalError):
                        await database.query("SELECT 1")
            assert await notes(database) == [1, 2, 3]
            assert database.pool_stats().idle == database.pool_stats().size

    run(check())


def test_savepoints(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            await prepare(database)
            async with database.transaction():
                await database.execute(INSERT, 1)
                with pytest.raises(UniqueViolation):
                    async with database.transaction():
                        await database.execute(INSERT, 2)
                        async with database.transaction():
                            await database.execute(INSERT, 3)
                        await database.execute(INSERT, 1)
                async with database.transaction():
                    await database.execute(INSERT, 4)
                with pytest.raises(InterfaceError, match="outermost"):
                    async with database.transaction(readonly=True):
                        pass
                await database.execute(INSERT, 5)
            assert await notes(database) == [1, 4, 5]

    run(check())


@pytest.mark.parametrize("word", ["ROLLBACK", "COMMIT", "ABORT"])
def test_an_end_by_hand_is_noticed(url: str, run: Run, word: str) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await prepare(database)
            with pytest.raises(InterfaceError, match="over before the end of its"):
                async with database.transaction():
                    await database.execute(word)
                    await database.execute("INSERT INTO notes VALUES (1)")
            with pytest.raises(InterfaceError, match="over before the end of its"):
                async with database.transaction(), database.transaction():
                    await database.execute(word)
            # What leaves the block matters more.
            with pytest.raises(KeyError):
                async with database.transaction():
                    await database.execute(word)
                    raise KeyError
            async with database.transaction():
                await database.execute("INSERT INTO notes VALUES (2)")
            assert await notes(database) == [1, 2]
            assert database.pool_stats().idle == 1

    run(check())


def test_properties(url: str) -> None:
    async def check() -> None:
        async with Database(url) as database:
            async with database.transaction(
                isolation="serializable", readonly=True, deferrable=True
            ):
                for name, value in (
                    ("transaction_isolation", "serializable"),
                    ("transaction_read_only", "on"),
                    ("transaction_deferrable", "on"),
                ):
                    assert await database.query_val(f"SHOW {name}") == value
            with pytest.raises(InterfaceError, match="isolation level"):
                database.transaction(isolation="chaos")
            transaction = database.transaction()
            async with transaction:
                pass
            with pytest.raises(InterfaceError, match="once"):
                async with transaction:
                    pass

    asyncio.run(check())


def test_whose_a_transaction_is(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=3) as database:
            await prepare(database)
            other = Database(url)
            await other.connect()
            release, later = asyncio.Event(), asyncio.Event()

            async def outlives(moment: asyncio.Event) -> list[int]:
                await moment.wait()
                return await notes(database)

            async def savepoint() -> None:
                async with database.transaction():
                    pass

            outside = asyncio.create_task(outlives(release))
            async with database.transaction():
                await database.execute(INSERT, 1)
                # Tasks that begin in it are in it, also those that wait_for makes.
                assert await asyncio.wait_for(notes(database), 5) == [1]
                counts = await asyncio.gather(
                    *(database.execute(INSERT, n) for n in range(2, 20))
                )
                assert counts == [1] * 18
                with pytest.raises(InterfaceError, match="another task"):
                    await asyncio.create_task(savepoint())
                # Other tasks and other databases are not.
                assert await notes(other) == []
                late = asyncio.create_task(outlives(later))
                release.set()
                assert await outside == []
            await database.execute("DELETE FROM notes WHERE n > 2")
            later.set()
            assert await late == [1, 2]
            await other.disconnect()

    run(check())


def test_a_statement_that_nobody_waits_for(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await prepare(database)
            # The transaction goes on as failed, and the connection is in step.
            with pytest.raises(TimeoutError):
                async with database.transaction():
                    await database.execute(INSERT, 1)
                    async with asyncio.timeout(0.05):
                        await database.query("SELECT pg_sleep(30)")
            assert await notes(database) == []
            async with database.transaction():
                await database.execute(INSERT, 1)
                with pytest.raises(TimeoutError):
                    async with database.transaction():
                        await database.execute(INSERT, 2)
                        async with asyncio.timeout(0.05):
                            await database.query("SELECT pg_sleep(30)")
                await database.execute(INSERT, 3)
            assert await notes(database) == [1, 3]
            with pytest.raises(InterfaceError, match="still running"):
                async with database.transaction():
                    lost = asyncio.create_task(database.query("SELECT pg_sleep(30)"))
                    await asyncio.sleep(0.05)
            with pytest.raises(Exception, match="canceling statement"):
                await lost
            assert database.pool_stats().size == 1

    run(check())
