"""The default database, databases with names, and routers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness import clean_environment
from hyperdjango.database import (
    Database,
    ReplicaRouter,
    registry,
    set_default,
    set_router,
)
from hyperdjango.database.registry import default_database, find
from hyperdjango.database.routing import resolve
from hyperdjango.errors import ConnectionFailed, ConnectionLost, InterfaceError
from loops import Run
from proxy import Proxy
from test_network import local_socket, through

UNREACHABLE = "postgres://postgres@127.0.0.1:1/nothing"


class Model:
    """What stands for a model: routers are given the class and nothing else."""


@pytest.fixture(autouse=True)
def registry_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registry", registry._Registry())
    yield
    set_router(None)


def test_the_first_to_connect_is_the_default(url: str, run: Run) -> None:
    async def check() -> None:
        first, second = Database(url), Database(url)
        await second.connect()
        await first.connect()
        assert await default_database() is second
        set_default(first)
        assert await default_database() is first
        set_default(None)
        await second.disconnect()
        assert await default_database() is first
        await first.disconnect()
        chosen = Database(url)
        set_default(chosen)
        # It is connected on first use, by many tasks at once.
        found = await asyncio.gather(*(default_database() for _ in range(50)))
        assert set(found) == {chosen}
        assert chosen.pool_stats().size == 1
        assert find("default") is chosen
        await chosen.disconnect()

    run(check())


def test_the_default_is_found_as_the_command_finds_it(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "HYPER_DATABASE_URL", "PGHOST", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)

    async def value() -> object:
        return await (await default_database()).query_val("SELECT 1")

    with pytest.raises(InterfaceError, match="no database was named"):
        asyncio.run(value())
    monkeypatch.setenv("DATABASE_URL", url)
    # A script may run one event loop after the other.
    for _ in range(3):
        assert asyncio.run(value()) == 1
    database = Database(url)
    set_default(database)
    for _ in range(3):
        assert asyncio.run(value()) == 1
    asyncio.run(database.connect())
    asyncio.run(database.disconnect())


def test_a_forked_process_connects_anew(url: str, tmp_path: Path) -> None:
    script = tmp_path / "forks.py"
    script.write_text(
        f"""
import asyncio, os
from hyperdjango.database import Database, set_default
from hyperdjango.database.registry import default_database

database = Database({url!r})

async def process():
    return await (await default_database()).query_val("SELECT pg_backend_pid()")

async def main():
    set_default(database)
    before = await process()
    child = os.fork()
    if child == 0:
        # The child has a loop of its own; the parent's is not its to run.
        asyncio._set_running_loop(None)
        os._exit(asyncio.run(process()) == before)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert await process() == before
    await database.disconnect()

asyncio.run(main())
"""
    )
    done = subprocess.run(
        [sys.executable, script],
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_names(url: str, run: Run) -> None:
    async def check() -> None:
        reports, other = Database(url, name="reports"), Database(url, name="other")
        assert find("reports") is reports
        assert find(other) is other
        with pytest.raises(InterfaceError, match="known: other, reports"):
            find("report")
        assert await resolve(Model, write=True, using="reports") is reports
        with pytest.raises(InterfaceError, match="named 'reports' and is connected"):
            Database(url, name="reports")
        await reports.disconnect()
        again = Database(url, name="reports")
        assert find("reports") is again

    run(check())


def test_a_router_chooses(url: str, run: Run) -> None:
    async def check() -> None:
        class ByModel:
            def database_for_read(self, model: type) -> Database | str | None:
                return None if model is Model else "reads"

            def database_for_write(self, model: type) -> Database | str | None:
                return writes

        async with (
            Database(url) as default,
            Database(url, name="reads") as reads,
            Database(url) as writes,
        ):
            assert await resolve(Model, write=False) is default
            set_router(ByModel())
            assert await resolve(Model, write=False) is default
            assert await resolve(int, write=False) is reads
            assert await resolve(int, write=True) is writes
            async with writes.transaction():
                assert await resolve(Model, write=False) is writes
                assert await resolve(Model, write=False, using="reads") is reads
            assert await resolve(Model, write=False) is default
        with pytest.raises(InterfaceError, match="no method database_for_read"):
            set_router(object())  # type: ignore[arg-type]

    run(check())


def test_replicas_take_turns(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, name="primary") as primary:
            replicas = [Database(url), Database(UNREACHABLE), Database(url)]
            set_router(ReplicaRouter("primary", replicas))
            reads = [await resolve(Model, write=False) for _ in range(6)]
            assert reads == [replicas[0], replicas[2]] * 3
            assert await resolve(Model, write=True) is primary
            async with primary.transaction():
                assert await resolve(Model, write=False) is primary
            for replica in replicas:
                await replica.disconnect()
            set_router(ReplicaRouter(primary, [UNREACHABLE_DATABASE]))
            assert await resolve(Model, write=False) is primary
            set_router(ReplicaRouter(UNREACHABLE_DATABASE, [UNREACHABLE_DATABASE]))
            with pytest.raises(ConnectionFailed):
                await resolve(Model, write=False)

    run(check())


UNREACHABLE_DATABASE = Database(UNREACHABLE)


def test_a_replica_that_goes_and_comes_back(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        async with (
            Database(url) as primary,
            Database(through(proxy, url, "sslmode=disable")) as replica,
        ):
            set_router(ReplicaRouter(primary, [replica], retry_after=0))
            assert await resolve(Model, write=False) is replica
            await proxy.stop()
            with pytest.raises(ConnectionFailed):
                # A session that is gone is noticed at the latest on use, and none can be opened.
                while True:
                    with suppress(ConnectionLost):
                        await replica.query("SELECT 1")
            assert await resolve(Model, write=True) is primary
            set_router(ReplicaRouter(primary, [replica], retry_after=1000))
            assert await resolve(Model, write=False) is primary
            await proxy.start()
            assert await resolve(Model, write=False) is primary
            set_router(ReplicaRouter(primary, [replica]))
            assert await resolve(Model, write=False) is replica
        await proxy.stop()

    run(check())


def test_several_hosts(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        name = urlsplit(url).path
        hosts = f"postgres://postgres@127.0.0.1:1,127.0.0.1:{proxy.port}{name}?sslmode=disable"
        async with Database(f"{hosts}&target_session_attrs=read-write") as database:
            assert await database.query_val("SELECT 1") == 1
        with pytest.raises(ConnectionFailed):
            await Database(f"{hosts}&target_session_attrs=standby").connect()
        async with Database(f"{hosts}&target_session_attrs=prefer-standby") as database:
            assert await database.query_val("SELECT 1") == 1
        await proxy.stop()

    run(check())
