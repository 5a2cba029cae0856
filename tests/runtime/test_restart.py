"""A server that is restarted under a pool, in an orderly way and by a crash: clear errors, then work as before."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from harness import Cluster
from hyperdjango.database import Database
from hyperdjango.errors import ConnectionLost, OperationalError
from loops import Run


class Server:
    """A PostgreSQL of the test's own, which it starts and stops as an administrator does."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._programs = cluster.bin_dir
        self._folder = folder
        # Nobody but the server's user may run it, and root must not.
        settings = parse_qs(urlsplit(cluster.url("postgres")).query)
        owner = Path(settings["host"][0]).stat()
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": owner.st_uid, "group": owner.st_gid}
            os.chown(folder, owner.st_uid, owner.st_gid)
        self._run("initdb", "-D", f"{folder}/data", "-U", "postgres", "--no-sync")
        (folder / "data" / "postgresql.auto.conf").write_text(
            f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = off\n"
        )
        self.url = f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"

    def _run(self, program: str, *words: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        for name in ("LD_LIBRARY_PATH",):
            if name in os.environ:
                environment[name] = os.environ[name]
        subprocess.run(
            [self._programs / program, *words],
            check=True,
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._user,
        )

    def control(self, *words: str) -> None:
        """Run pg_ctl, and wait until it is done."""
        log = f"{self._folder}/log"
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-l", log, *words)

    def kill(self) -> None:
        """Kill the server's first process, as the system does that has run out of memory."""
        line = (self._folder / "data" / "postmaster.pid").read_text().partition("\n")[0]
        os.kill(int(line), signal.SIGKILL)


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Iterator[Server]:
    # The path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="restart-") as name:
        made = Server(cluster, Path(name))
        made.control("start")
        try:
            yield made
        finally:
            made.control("stop", "-m", "immediate")


@pytest.mark.parametrize("manner", ["fast", "immediate", "killed"])
def test_a_server_that_is_restarted(server: Server, run: Run, manner: str) -> None:
    async def restart() -> None:
        if manner == "killed":
            server.kill()
            # The others notice that the first is gone, and end; only then may one be started anew.
            for _ in range(100):
                with suppress(subprocess.CalledProcessError):
                    await asyncio.to_thread(server.control, "start")
                    return
                await asyncio.sleep(0.1)
            raise AssertionError("the server did not come back")
        await asyncio.to_thread(server.control, "restart", "-m", manner)

    async def check() -> None:
        async with Database(server.url, min_size=4, max_size=4) as database:
            await database.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
            await database.execute("TRUNCATE kept")
            sleeping = [
                asyncio.ensure_future(database.execute("SELECT pg_sleep(60)"))
                for _ in range(2)
            ]

            async def changing() -> None:
                async with database.transaction():
                    await database.execute("INSERT INTO kept VALUES (1)")
                    await database.execute("SELECT pg_sleep(60)")

            changed = asyncio.ensure_future(changing())
            # Once all three are under way.
            while (
                await database.query_val(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'"
                )
                != 3
            ):
                await asyncio.sleep(0.02)
            await restart()
            # Whoever was answered by nobody hears of it, at once.
            for work in (*sleeping, changed):
                with pytest.raises(OperationalError) as caught:
                    await asyncio.wait_for(work, 20)
                assert server.url not in str(caught.value)
            # Then everything is as before: the pool has put new connections in the place of the old.
            for attempt in range(3):
                try:
                    assert await database.query_val("SELECT count(*) FROM kept") == 0
                    break
                except ConnectionLost:
                    # What was sent on a connection that nobody had found dead yet; it is not sent twice.
                    assert attempt < 2
            values = await asyncio.gather(
                *(database.query_val("SELECT $1::int", n) for n in range(200))
            )
            assert values == list(range(200))
            async with database.transaction():
                await database.execute("INSERT INTO kept VALUES (2)")
            assert await database.query_val("SELECT n FROM kept") == 2

    run(check())


def test_a_server_that_is_away_for_a_while(server: Server, run: Run) -> None:
    async def check() -> None:
        async with Database(server.url, min_size=1, max_size=2) as database:
            assert await database.query_val("SELECT 1") == 1
            await asyncio.to_thread(server.control, "stop", "-m", "fast")
            try:
                for _ in range(3):
                    with pytest.raises(OperationalError):
                        await asyncio.wait_for(database.query_val("SELECT 1"), 20)
            finally:
                await asyncio.to_thread(server.control, "start")
            values = await asyncio.gather(
                *(database.query_val("SELECT $1::int", n) for n in range(50))
            )
            assert values == list(range(50))

    run(check())
