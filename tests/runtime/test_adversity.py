"""Cancellation at any moment, servers that crash, networks that stand still, poolers, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from harness import ROOT, Cluster
from hyperdjango.database import Database, pool
from hyperdjango.errors import (
    ConnectionFailed,
    ConnectionLost,
    Error,
    OperationalError,
    QueryTimeout,
)
from loops import Run
from proxy import Proxy
from test_network import local_socket, through
from test_pool import settle


async def each_answers_its_own(database: Database) -> None:
    """Every session gives the answer to what it was asked."""
    for _ in range(5):
        values = await asyncio.gather(
            *(database.query_val("SELECT $1::int", n) for n in range(20))
        )
        assert values == list(range(20))


def test_cancellation_at_random_moments_of_anything(url: str, run: Run) -> None:
    async def check() -> None:
        chance = random.Random(20240611)
        async with Database(url, max_size=4) as database:
            await database.execute("CREATE TABLE IF NOT EXISTS taken (n int)")
            await database.execute("TRUNCATE taken")

            async def slowly(count: int) -> AsyncIterator[tuple[int]]:
                for number in range(count):
                    yield (number,)
                    if number % 5 == 0:
                        await asyncio.sleep(0)

            async def pairs() -> None:
                # All rows of a COPY or none.
                assert await database.copy_from("taken", rows=slowly(20)) == 20

            async def streamed() -> None:
                sql = "SELECT n FROM generate_series(1, 300) n"
                seen = [row["n"] async for row in database.stream(sql, batch_size=20)]
                assert seen == list(range(1, 301))

            async def copied() -> None:
                sql = "SELECT repeat('x', 1000) FROM generate_series(1, 500)"
                size = 0
                async for data in database.copy_to(sql):
                    size += len(data)
                assert size == 500 * 1001

            async def bound() -> None:
                async with database.transaction():
                    await pairs()
                    async with database.transaction():
                        await streamed()
                    await pairs()

            async def inside() -> None:
                async with database.transaction():
                    own = await database.query_val("SELECT pg_backend_pid()")
                    for number in range(5):
                        assert (
                            await database.query_val("SELECT $1::int", number) == number
                        )
                    assert await database.query_val("SELECT pg_backend_pid()") == own

            works = (pairs, streamed, copied, bound, inside)
            for start in range(0, 1500, 15):
                tasks = [
                    asyncio.create_task(works[(start + n) % len(works)]())
                    for n in range(15)
                ]
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
            assert await database.query_val("SELECT count(*) FROM taken") % 20 == 0
            await each_answers_its_own(database)

    run(check())


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server of the test's own, which may crash."""
    server = subprocess.Popen(
        [ROOT / "target" / "release" / "hyperdj-throwaway"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert server.stdin is not None and server.stdout is not None
    try:
        yield Cluster(server.stdout.readline().strip())
    finally:
        server.stdin.close()
        server.stdout.close()
        server.wait(timeout=60)


def test_a_server_that_crashes(own_cluster: Cluster) -> None:
    """A backend that is killed takes all sessions with it: the server starts its memory anew."""

    async def check() -> None:
        async with Database(
            own_cluster.url("postgres"), min_size=2, max_size=4
        ) as database:
            await database.execute("CREATE TABLE survivors (n int)")
            # A throwaway server forgets what was not written when it crashes.
            await database.execute("CHECKPOINT")
            for _ in range(2):
                inside = asyncio.Event()

                async def transaction(inside: asyncio.Event = inside) -> None:
                    async with database.transaction():
                        await database.execute("INSERT INTO survivors VALUES (1)")
                        inside.set()
                        await database.query("SELECT pg_sleep(60)")

                async def copying() -> None:
                    async def rows() -> AsyncIterator[bytes]:
                        while True:
                            yield b"1\n"
                            await asyncio.sleep(0.001)

                    await database.copy_from("survivors", rows())

                tasks = [
                    asyncio.create_task(transaction()),
                    asyncio.create_task(copying()),
                    asyncio.create_task(database.query("SELECT pg_sleep(60)")),
                ]
                await inside.wait()
                os.kill(
                    await database.query_val("SELECT pg_backend_pid()"), signal.SIGKILL
                )
                async with asyncio.timeout(20):
                    results = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(
                    isinstance(result, OperationalError) for result in results
                ), results
                async with asyncio.timeout(20):
                    while True:
                        try:
                            count = await database.query_val(
                                "SELECT count(*) FROM survivors"
                            )
                        except (ConnectionFailed, ConnectionLost):
                            await asyncio.sleep(0.02)
                        else:
                            break
                assert count == 0
                await each_answers_its_own(database)

    asyncio.run(check())


def test_a_network_that_stands_still(
    url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "RECOVERY", 0.2)

    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable&connect_timeout=2")
        async with Database(
            plain, min_size=0, max_size=2, query_timeout=0.2
        ) as database:
            await database.query("SELECT 1")
            proxy.flows.clear()
            with pytest.raises(QueryTimeout):
                await database.query("SELECT 1")
            async with asyncio.timeout(5):
                await settle(database)
            proxy.flows.set()
            proxy.cut()
            while True:
                try:
                    await each_answers_its_own(database)
                    break
                except OperationalError:
                    await asyncio.sleep(0.01)
        await proxy.stop()

    run(check())


def test_copies_and_streams_cut_at_any_byte(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url), piece=512)
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable")
        outcomes = set()
        for after in range(300, 30_000, 1511):
            for kind in ("stream", "copy"):
                database = Database(plain, min_size=0, max_size=1)
                await database.connect()
                proxy.passed, proxy.cut_after = 0, after
                try:
                    if kind == "copy":
                        data = io.BytesIO()
                        sql = "SELECT n FROM generate_series(1, 1000) n"
                        assert await database.copy_to(sql, data) == 1000
                        assert data.getvalue().count(b"\n") == 1000
                    else:
                        sql = "SELECT n, 'text' t FROM generate_series(1, 500) n"
                        rows = [row["n"] async for row in database.stream(sql)]
                        assert rows == list(range(1, 501))
                except (ConnectionFailed, ConnectionLost) as problem:
                    outcomes.add((kind, type(problem)))
                else:
                    outcomes.add((kind, None))
                proxy.cut_after = None
                assert await database.query_val("SELECT 1") == 1
                await database.disconnect()
        assert {(kind, ConnectionLost) for kind in ("stream", "copy")} < outcomes
        assert {(kind, None) for kind in ("stream", "copy")} < outcomes
        await proxy.stop()

    run(check())


def test_ddl_under_statements_in_use(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=5) as database:
            await database.execute("DROP TABLE IF EXISTS shifting")
            await database.execute("CREATE TABLE shifting (a int)")
            await database.execute("INSERT INTO shifting VALUES (1)")
            is_over = False

            async def ask() -> int:
                count = 0
                while not is_over:
                    rows = await database.query("SELECT * FROM shifting")
                    assert [row["a"] for row in rows] == [1]
                    count += 1
                return count

            asking = [asyncio.create_task(ask()) for _ in range(4)]
            for number in range(30):
                await database.execute(f"ALTER TABLE shifting ADD c{number} int")
                kind = ("bigint", "int", "smallint")[number % 3]
                await database.execute(f"ALTER TABLE shifting ALTER a TYPE {kind}")
            is_over = True
            assert all(count > 0 for count in await asyncio.gather(*asking))

    run(check())


def test_statements_that_somebody_else_deallocates(url: str, run: Run) -> None:
    """As a pooler does that resets sessions between transactions."""

    async def check() -> None:
        async with Database(url, max_size=3) as database:

            async def work(number: int) -> None:
                assert await database.query_val(
                    f"SELECT $1::int + {number % 7}", 1
                ) == (1 + number % 7)
                if number % 3 == 0:
                    await database.execute("DEALLOCATE ALL")

            await asyncio.gather(*(work(number) for number in range(500)))

    run(check())


@pytest.fixture(scope="module")
def pooled_url(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the database by way of PgBouncer in transaction mode."""
    program = os.environ.get("HYPER_PGBOUNCER") or shutil.which("pgbouncer")
    if program is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    settings = parse_qs(urlsplit(url).query)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("pgbouncer")
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        f"""[databases]
* = host={settings["host"][0]} port={settings["port"][0]} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
ignore_startup_parameters = extra_float_digits
"""
    )
    # It refuses to be root, and the server's socket is for the server's user.
    user = group = None
    if os.geteuid() == 0:
        socket_folder = Path(settings["host"][0]).stat()
        user, group = socket_folder.st_uid, socket_folder.st_gid
        for part in (configuration, folder, *folder.parents[:-1]):
            if part.stat().st_uid == 0:
                part.chmod(part.stat().st_mode | 0o5)
    server = subprocess.Popen(
        [program, "-q", configuration],
        user=user,
        group=group,
        cwd="/",
    )
    try:
        yield f"postgres://postgres@127.0.0.1:{port}{urlsplit(url).path}?sslmode=disable"
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_behind_pgbouncer(pooled_url: str, run: Run) -> None:
    async def check() -> None:
        database = Database(pooled_url, max_size=6, statement_cache_size=0)
        async with asyncio.timeout(20):
            while True:
                try:
                    await database.connect()
                    break
                except ConnectionFailed:
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(60):
            await database.execute("DROP TABLE IF EXISTS pooled")
            await database.execute("CREATE TABLE pooled (n int, t text)")

            async def work(number: int) -> None:
                sql = f"SELECT $1::int + {number % 10}"
                assert await database.query_val(sql, number) == number + number % 10
                async with database.transaction():
                    first = await database.query_val("SELECT pg_backend_pid()")
                    assert await database.query_val("SELECT pg_backend_pid()") == first
                rows = [
                    row["n"]
                    async for row in database.stream(
                        "SELECT n FROM generate_series(1, $1::int) n", 30, batch_size=8
                    )
                ]
                assert rows == list(range(1, 31))
                assert await database.copy_from("pooled", rows=[(number, "x")]) == 1
                out = io.BytesIO()
                assert await database.copy_to("SELECT 5", out) == 1

            await asyncio.gather(*(work(number) for number in range(60)))
            assert await database.query_val("SELECT count(*) FROM pooled") == 60
            for pause in (0, 0.01, 0.05):
                task = asyncio.create_task(database.query("SELECT pg_sleep(30)"))
                await asyncio.sleep(pause)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            await settle(database)
            await each_answers_its_own(database)
        await database.disconnect()

    run(check())


def test_nothing_is_left_behind(url: str, run: Run) -> None:
    def files() -> int:
        return len(os.listdir("/proc/self/fd"))

    async def check() -> None:
        async with Database(url, max_size=3, statement_cache_size=20) as database:
            await database.execute("CREATE TABLE IF NOT EXISTS leaks (n int)")

            async def once(number: int) -> None:
                await database.query("SELECT $1::int", number)
                await database.query(f"SELECT {number}")
                async with database.transaction():
                    await database.copy_from("leaks", rows=[(number,)])
                async for row in database.stream("SELECT n FROM leaks LIMIT 5"):
                    if row["n"] == 3:
                        break
                with pytest.raises(Error):
                    await database.query("SELECT missing")
                await database.copy_to("leaks", io.BytesIO())
                task = asyncio.create_task(database.query("SELECT pg_sleep(10)"))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

            async def measure(start: int) -> tuple[int, int, int]:
                for number in range(start, start + 30, 10):
                    await asyncio.gather(*(once(number + n) for n in range(10)))
                await settle(database)
                await asyncio.sleep(0)
                gc.collect()
                # How many sessions there are is the pool's business.
                descriptors = files() - database.pool_stats().size
                return descriptors, len(asyncio.all_tasks()), len(gc.get_objects())

            await measure(0)
            before = await measure(100)
            after = await measure(200)
            last = await measure(300)
            assert last[:2] == before[:2]
            # Of what is counted in thousands nothing grows with every round.
            assert last[2] - after[2] < 300
            kept = "SELECT count(*) FROM pg_prepared_statements"
            for count in await asyncio.gather(
                *(database.query_val(kept) for _ in range(3))
            ):
                assert count <= 20
            names = "SELECT count(*) FROM pg_cursors WHERE name LIKE 'hyper%'"
            assert await database.query_val(names) == 0
        gc.collect()

    run(check())
