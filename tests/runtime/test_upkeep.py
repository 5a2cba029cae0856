"""What the pool does by itself: sessions that are lost, old or unused; and fairness with very many tasks."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from harness import Cluster
from hyperdjango.database import Database
from hyperdjango.errors import PoolTimeout
from loops import Run
from proxy import Proxy
from test_network import local_socket, through
from test_pool import settle


async def until(database: Database, size: int, idle: int) -> None:
    """Wait until the pool has as many sessions."""
    async with asyncio.timeout(20):
        while (database.pool_stats().size, database.pool_stats().idle) != (size, idle):
            await asyncio.sleep(0.005)


def processes(cluster: Cluster, name: str) -> set[int]:
    """The server processes of sessions with an application's name."""
    sql = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{name}'"
    return {row[0] for row in cluster.run_sql("postgres", sql)}


def test_ten_thousand_tasks_are_served_in_their_order(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=5) as database:
            pool = database.pool()
            lent: list[int] = []

            async def task(number: int) -> None:
                connection = await pool.acquire()
                lent.append(number)
                try:
                    sql = "SELECT $1::int"
                    assert await connection.run(sql, (number,), 3) == number
                finally:
                    pool.release(connection)

            await asyncio.gather(*(task(number) for number in range(10_000)))
            # The first five open their sessions, however long that takes; the others wait in their order.
            assert [number for number in lent if number >= 5] == list(range(5, 10_000))
            assert sorted(lent) == list(range(10_000))
            assert database.pool_stats().size == 5

    run(check())


def test_sessions_that_are_lost_are_replaced(
    cluster: Cluster, url: str, run: Run
) -> None:
    async def check() -> None:
        async with Database(
            f"{url}&application_name=replaced", min_size=3, max_size=5
        ) as database:
            first = processes(cluster, "replaced")
            assert len(first) == 3
            cluster.run_sql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'replaced'",
            )
            while len(processes(cluster, "replaced") - first) < 3:
                await asyncio.sleep(0.01)
            await until(database, 3, 3)
            # Not one of the dead is lent out.
            values = await asyncio.gather(
                *(database.query_val("SELECT $1::int", n) for n in range(30))
            )
            assert values == list(range(30))

    run(check())


def test_a_server_that_is_away_is_asked_again(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable")
        async with Database(plain, min_size=2, max_size=2) as database:
            await proxy.stop()
            await until(database, 0, 0)
            await asyncio.sleep(0.2)
            await proxy.start()
            await until(database, 2, 2)
        # One that stays away does not hold up the end.
        database = Database(plain, min_size=2, max_size=2)
        await database.connect()
        await proxy.stop()
        await until(database, 0, 0)
        async with asyncio.timeout(5):
            await database.disconnect()

    run(check())


def test_idle_sessions_that_are_old_or_unused(
    cluster: Cluster, url: str, run: Run
) -> None:
    async def check() -> None:
        async with Database(
            f"{url}&application_name=old", min_size=1, max_size=4, max_lifetime=0.2
        ) as database:
            first = processes(cluster, "old")
            # Without anybody using it.
            while not processes(cluster, "old") - first:
                await asyncio.sleep(0.01)
            assert await database.query_val("SELECT 1") == 1
        async with Database(url, min_size=1, max_size=4, max_idle=0.1) as database:
            await asyncio.gather(
                *(database.query("SELECT pg_sleep(0.05)") for _ in range(4))
            )
            assert database.pool_stats().size == 4
            await until(database, 1, 1)
            await asyncio.sleep(0.2)
            assert database.pool_stats().size == 1

    run(check())


def test_waiters_are_served_when_a_session_is_lost(
    cluster: Cluster, url: str, run: Run
) -> None:
    async def check() -> None:
        async with Database(
            f"{url}&application_name=lost", max_size=1, acquire_timeout=10
        ) as database:
            running = asyncio.create_task(database.query("SELECT pg_sleep(60)"))
            while not database.pool_stats().size:
                await asyncio.sleep(0)
            waiting = [
                asyncio.create_task(database.query_val("SELECT $1::int", n))
                for n in range(5)
            ]
            while database.pool_stats().waiting < 5:
                await asyncio.sleep(0.001)
            (process,) = processes(cluster, "lost")
            cluster.run_sql("postgres", f"SELECT pg_terminate_backend({process})")
            assert await asyncio.gather(*waiting) == list(range(5))
            assert isinstance(
                (await asyncio.gather(running, return_exceptions=True))[0], Exception
            )
            await settle(database)

    run(check())


def test_the_programs_own_executor_is_not_needed(url: str, run: Run) -> None:
    async def check() -> None:
        loop = asyncio.get_running_loop()
        executor = ThreadPoolExecutor(1)
        loop.set_default_executor(executor)
        gate = threading.Event()
        blocked = loop.run_in_executor(None, gate.wait)
        async with Database(url, max_size=3) as database:
            assert await database.query_val("SELECT 1") == 1
            task = asyncio.create_task(database.query("SELECT pg_sleep(60)"))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await settle(database)
        gate.set()
        await blocked

    run(check())


def test_an_exhausted_pool_recovers(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2, acquire_timeout=0.05) as database:
            results = await asyncio.gather(
                *(database.query_val("SELECT 1 FROM pg_sleep(0.2)") for _ in range(20)),
                return_exceptions=True,
            )
            assert results.count(1) == 2
            assert sum(isinstance(result, PoolTimeout) for result in results) == 18
            assert database.pool_stats().waiting == 0
            assert await database.query_val("SELECT 1") == 1

    run(check())
