"""The pool under load, cancellation, time limits, and servers that go away."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from harness import Cluster
from hyperdjango.database import Database
from hyperdjango.errors import (
    ConnectionFailed,
    ConnectionLost,
    Error,
    InterfaceError,
    PoolTimeout,
    QueryCanceled,
    QueryTimeout,
)
from loops import Run


async def settle(database: Database) -> None:
    """Wait until every session is back."""
    deadline = time.monotonic() + 15
    while database.pool_stats().idle != database.pool_stats().size:
        assert time.monotonic() < deadline, database.pool_stats()
        await asyncio.sleep(0.01)


def test_a_thousand_tasks_on_ten_connections(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=10) as database:

            async def task(number: int) -> None:
                for step in range(5):
                    assert (
                        await database.query_val(
                            "SELECT $1::int * 10 + $2::int", number, step
                        )
                        == number * 10 + step
                    )

            await asyncio.gather(*(task(number) for number in range(1000)))
            stats = database.pool_stats()
            assert (stats.size, stats.idle, stats.waiting, stats.max_size) == (
                10,
                10,
                0,
                10,
            )

    run(check())


def test_the_first_to_wait_is_the_first_served(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            served: list[int] = []

            async def task(number: int) -> None:
                await database.query("SELECT 1")
                served.append(number)

            await asyncio.gather(*(task(number) for number in range(100)))
            assert served == list(range(100))

    run(check())


def test_an_exhausted_pool(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1, acquire_timeout=0.1) as database:
            async with database.transaction():

                async def outside() -> None:
                    await database.query("SELECT 1")

                import contextvars

                waiting = asyncio.create_task(outside(), context=contextvars.Context())
                with pytest.raises(PoolTimeout, match="all 1 connections"):
                    await waiting
            assert await database.query_val("SELECT 1") == 1
            assert database.pool_stats().waiting == 0

    run(check())


def test_cancellation_at_random_moments(url: str, run: Run) -> None:
    async def check() -> None:
        chance = random.Random(20240517)
        async with Database(url, max_size=4) as database:
            await database.execute("CREATE TABLE IF NOT EXISTS tally (n int)")

            async def work(number: int) -> None:
                kind = number % 5
                if kind == 0:
                    assert await database.query_val("SELECT $1::int", number) == number
                elif kind == 1:
                    assert (
                        await database.query_val(f"SELECT $1::int + {number % 50}", 1)
                        == 1 + number % 50
                    )
                elif kind == 2:
                    await database.query("SELECT pg_sleep(0.002)")
                elif kind == 3:
                    async with database.transaction():
                        assert (
                            await database.query_val("SELECT $1::int", number) == number
                        )
                        await database.execute("INSERT INTO tally VALUES (1)")
                        await database.execute("INSERT INTO tally VALUES (1)")
                else:
                    rows = await database.query(
                        "SELECT n FROM generate_series(1, $1) n", 500
                    )
                    assert len(rows) == 500

            for start in range(0, 3000, 20):
                tasks = [asyncio.create_task(work(start + n)) for n in range(20)]
                for task in tasks:
                    if chance.random() < 0.7:
                        await asyncio.sleep(chance.random() * 0.002)
                        task.cancel()
                for result in await asyncio.gather(*tasks, return_exceptions=True):
                    assert result is None or isinstance(
                        result, asyncio.CancelledError
                    ), repr(result)
            await settle(database)
            assert database.pool_stats().size <= 4
            # Each session answers what it is asked, and each transaction was whole.
            for _ in range(20):
                values = await asyncio.gather(
                    *(database.query_val("SELECT $1::int", n) for n in range(8))
                )
                assert values == list(range(8))
            assert (await database.query_val("SELECT count(*) FROM tally")) % 2 == 0
            await database.execute("DROP TABLE tally")

    run(check())


def test_cancellation_stops_the_server(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            task = asyncio.create_task(database.query("SELECT pg_sleep(1000)"))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await settle(database)
            running = await database.query_val(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1000)' AND state = 'active'"
                " AND pid <> pg_backend_pid()"
            )
            assert running == 0
            assert database.pool_stats().size <= 2

    run(check())


def test_query_timeout(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1, query_timeout=0.1) as database:
            for _ in range(3):
                with pytest.raises(QueryTimeout, match="query_timeout"):
                    await database.query("SELECT pg_sleep(1000)")
                assert await database.query_val("SELECT 1") == 1
            with pytest.raises(QueryTimeout):
                async with database.transaction():
                    await database.query("SELECT pg_sleep(1000)")
            assert await database.query_val("SELECT 1") == 1
            await database.execute("SET statement_timeout = 20")
            assert await database.query_val("SHOW statement_timeout") == "0"

    run(check())


def test_sessions_that_changed_are_reset_and_others_are_not(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            process = await database.query_val("SELECT pg_backend_pid()")
            await database.execute("SET work_mem = '1234kB'")
            assert await database.query_val("SHOW work_mem") != "1234kB"
            await database.query_val(
                "SELECT set_config('TimeZone', 'Asia/Tokyo', false)"
            )
            assert await database.query_val("SHOW TimeZone") != "Asia/Tokyo"
            await database.execute("BEGIN")
            # The transaction of a raw BEGIN ended with its statement.
            first = await database.query_val("SELECT pg_current_xact_id()::text")
            assert first != await database.query_val(
                "SELECT pg_current_xact_id()::text"
            )
            assert await database.query_val("SELECT pg_backend_pid()") == process

    run(check())


def test_backends_that_are_terminated(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=3) as database, Database(url) as other:

            async def fill() -> None:
                await asyncio.gather(
                    *(database.query("SELECT pg_sleep(0.05)") for _ in range(3))
                )

            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            # Idle ones are replaced without anybody noticing.
            await fill()
            await other.execute(end)
            await asyncio.sleep(0.1)
            assert await database.query_val("SELECT 1") == 1
            # One that runs a statement says so.
            await fill()
            tasks = [
                asyncio.create_task(database.query("SELECT pg_sleep(30)"))
                for _ in range(5)
            ]
            await asyncio.sleep(0.1)
            await other.execute(end)
            results = await asyncio.gather(*tasks[:3], return_exceptions=True)
            assert [type(result) for result in results] == [ConnectionLost] * 3
            assert results[0].sqlstate == "57P01"
            for task in tasks[3:]:
                task.cancel()
            await settle(database)
            with pytest.raises(Error):
                async with database.transaction():
                    await other.execute(end)
                    await asyncio.sleep(0.05)
            assert await database.query_val("SELECT 1") == 1

    run(check())


def test_max_lifetime(url: str) -> None:
    async def check() -> None:
        async with Database(url, max_size=1, max_lifetime=0.05) as database:
            first = await database.query_val("SELECT pg_backend_pid()")
            assert await database.query_val("SELECT pg_backend_pid()") == first
            await asyncio.sleep(0.1)
            assert await database.query_val("SELECT pg_backend_pid()") != first
            assert database.pool_stats().size == 1

    asyncio.run(check())


def test_disconnect_while_in_use(url: str, run: Run) -> None:
    async def check() -> None:
        database = Database(url, max_size=1)
        await database.connect()
        running = asyncio.create_task(database.query_val("SELECT 1 FROM pg_sleep(0.2)"))
        waiting = asyncio.create_task(database.query_val("SELECT 2"))
        await asyncio.sleep(0.05)
        await database.disconnect()
        assert await running == 1
        with pytest.raises(InterfaceError, match="disconnected"):
            await waiting
        await database.connect()
        assert await database.query_val("SELECT 3") == 3
        await database.disconnect()

    run(check())


def test_another_event_loop(url: str) -> None:
    database = Database(url)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(database.connect())

    async def check() -> None:
        with pytest.raises(InterfaceError, match="another event loop"):
            await database.query("SELECT 1")

    asyncio.run(check())
    loop.run_until_complete(database.disconnect())
    loop.close()


def test_a_server_that_says_no(cluster: Cluster, url: str) -> None:
    async def check() -> None:
        with pytest.raises(ConnectionFailed, match="no database") as caught:
            await Database(cluster.url("nowhere")).connect()
        assert caught.value.sqlstate == "3D000"
        name = cluster.create_database()
        cluster.run_sql(
            "postgres",
            f"ALTER DATABASE {name} CONNECTION LIMIT 1; CREATE ROLE few LOGIN",
        )
        async with Database(cluster.url(name, "few"), max_size=3) as database:
            # The pool opens one, and the others fail; nobody waits for ever.
            results = await asyncio.gather(
                *(database.query_val("SELECT 1 FROM pg_sleep(0.05)") for _ in range(6)),
                return_exceptions=True,
            )
            assert 1 in results
            assert all(
                result == 1 or isinstance(result, ConnectionFailed)
                for result in results
            )
            assert await database.query_val("SELECT 1") == 1
        cluster.drop_database(name)
        cluster.run_sql("postgres", "DROP ROLE few")

    asyncio.run(check())


def test_statement_timeout_is_the_servers_word(url: str) -> None:
    async def check() -> None:
        async with Database(url) as database:
            with pytest.raises(QueryCanceled) as caught:
                async with database.transaction():
                    await database.execute("SET LOCAL statement_timeout = 20")
                    await database.query("SELECT pg_sleep(30)")
            assert caught.value.sqlstate == "57014"

    asyncio.run(check())
