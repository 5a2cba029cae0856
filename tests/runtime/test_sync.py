"""``database.sync``: the same answers, from any thread, beside any event loop, and nothing left at the end."""

from __future__ import annotations

import asyncio
import inspect
import io
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import clean_environment
from hyperdjango.database import (
    Database,
    Notification,
    Reconnected,
    Statement,
    portal,
    registry,
)
from hyperdjango.database.registry import default_database
from hyperdjango.database.sync import SyncDatabase
from hyperdjango.database.sync_listen import SyncListener
from hyperdjango.errors import InterfaceError, UndefinedTable


def test_the_same_methods(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registry", registry._Registry())
    database = Database(url, max_size=2)
    with database.sync as sync:
        assert sync.execute("CREATE TABLE synced (id int PRIMARY KEY, t text)") == 0
        assert sync.execute_many("INSERT INTO synced VALUES ($1, $2)", [(1, "a")]) == 1
        assert sync.query("SELECT * FROM synced") == [{"id": 1, "t": "a"}]
        assert sync.query_one("SELECT * FROM synced") == {"id": 1, "t": "a"}
        assert sync.query_val("SELECT $1::int", 5) == 5
        assert sync.copy_from("synced", rows=[(2, "b"), (3, "c")]) == 2
        data = io.BytesIO()
        assert sync.copy_to("synced", data) == 3
        assert (
            b"".join(sync.copy_to("synced")) == data.getvalue() == b"1\ta\n2\tb\n3\tc\n"
        )
        sql = "SELECT n FROM generate_series(1, $1::int) n"
        rows = list(sync.stream(sql, 1000, batch_size=7))
        assert rows == [{"n": n} for n in range(1, 1001)]
        for row in sync.stream(sql, 1000):
            if row["n"] == 5:
                break
        sync.notify("channel", "payload")
        with pytest.raises(UndefinedTable):
            sync.query("SELECT * FROM missing")

        # What is run has the default database, which this is while nothing else is connected.
        async def of_a_model() -> object:
            return (await default_database()) is database, await database.query_val(
                "SELECT 7"
            )

        assert sync.run(of_a_model()) == (True, 7)
        with pytest.raises(InterfaceError, match="can't be used in what runs inside"):

            async def inside() -> None:
                sync.query("SELECT 1")

            sync.run(inside())
        sync.execute("DROP TABLE synced")
        assert sync.pool_stats().idle >= 1
    assert portal._portal is None
    # It is connected again by its next use.
    assert database.sync.query_val("SELECT 1") == 1
    database.sync.disconnect()


def test_transactions(url: str) -> None:
    database = Database(url, max_size=2)
    with database.sync as sync:
        sync.execute("CREATE TABLE bound (n int)")
        count = "SELECT count(*) FROM bound"
        with sync.transaction(isolation="serializable"):
            sync.execute("INSERT INTO bound VALUES (1)")
            with pytest.raises(KeyError), sync.transaction():
                sync.execute("INSERT INTO bound VALUES (2)")
                raise KeyError
            with sync.transaction():
                sync.execute("INSERT INTO bound VALUES (3)")
                assert [row["n"] for row in sync.stream("SELECT n FROM bound")] == [
                    1,
                    3,
                ]
            # Another thread is not in it.
            with ThreadPoolExecutor(1) as executor:
                assert executor.submit(sync.query_val, count).result() == 0
        assert sync.query_val(count) == 2
        transaction = sync.transaction()
        transaction.__enter__()
        with ThreadPoolExecutor(1) as executor:
            ended = executor.submit(transaction.__exit__, None, None, None)
            with pytest.raises(InterfaceError, match="the thread that began it"):
                ended.result()
        transaction.__exit__(None, None, None)
        sync.execute("DROP TABLE bound")
        assert sync.pool_stats().idle == sync.pool_stats().size


# What `Database` has for this package alone, and `sync` itself; `SyncDatabase.run` is something else.
NOT_BLOCKING = {
    "connected",
    "current",
    "is_connected_in_sync",
    "is_left_behind",
    "pool",
    "read",
    "run",
    "serves",
    "set_current",
    "sync",
    "wait_for",
    "watch",
}


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


def test_every_method_is_there() -> None:
    assert public(Database) - public(SyncDatabase) == NOT_BLOCKING - {"run"}
    for name in public(Database) & public(SyncDatabase) - NOT_BLOCKING:
        own = inspect.signature(getattr(Database, name)).parameters
        there = inspect.signature(getattr(SyncDatabase, name)).parameters
        # Waiting for ever is for tasks, which can be cancelled.
        more = ["timeout"] if name == "listen" else []
        assert [*own, *more] == list(there), name
        for parameter in own.values():
            other = there[parameter.name]
            assert (parameter.kind, parameter.default) == (other.kind, other.default)


def test_hooks(url: str) -> None:
    class Hook:
        def __init__(self) -> None:
            self.told: list[str] = []

        def before(self, statement: Statement) -> None:
            self.told.append(statement.sql)

        def after(
            self, token: object, error: BaseException | None, duration: float
        ) -> None:
            self.told.append("over")

    hook = Hook()
    with Database(url).sync as sync:
        sync.add_hook(hook)
        sync.query("SELECT 1")
        sync.remove_hook(hook)
        sync.query("SELECT 2")
    assert hook.told == ["SELECT 1", "over"]


def payloads(items: Iterable[Notification | Reconnected]) -> list[str]:
    return [item.payload for item in items if isinstance(item, Notification)]


def test_listening(url: str) -> None:
    database = Database(url, max_size=2)
    with database.sync as sync:
        with sync.listen("one", 'an "odd" channel', timeout=0.3) as listener:
            sync.notify("one", "1")
            with sync.transaction():
                sync.notify('an "odd" channel', "2")
                sync.notify("one", "3")
            # It goes on where it was left off.
            item = next(listener)
            assert isinstance(item, Notification)
            assert (item.channel, item.payload) == ("one", "1")
            assert payloads(listener) == ["2", "3"]
            began = time.monotonic()
            assert payloads(listener) == []
            assert time.monotonic() - began > 0.2
            sync.notify("one", "4")
            assert payloads(listener) == ["4"]
            sync.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN \"one%'"
            )
            seen: list[object] = []
            # The session is lost and opened again, however short the time.
            while not any(isinstance(item, Reconnected) for item in seen):
                seen.extend(listener)
            sync.notify("one", "5")
            assert payloads(listener) == ["5"]
        assert list(listener) == []
        with pytest.raises(InterfaceError, match="at least one channel"):
            sync.listen()
        with pytest.raises(InterfaceError, match="enter the listener"):
            next(sync.listen("x"))
        for wrong in (0, -1, float("nan")):
            with pytest.raises(InterfaceError, match="None to wait"):
                sync.listen("x", timeout=wrong)
        listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        while sync.query_val(listening):
            time.sleep(0.01)
    assert portal._portal is None


def test_listening_in_many_threads(url: str) -> None:
    database = Database(url, max_size=2)
    sync = database.sync
    with sync.listen("many") as listener, ThreadPoolExecutor(5) as executor:
        taken = [executor.submit(lambda: payloads(listener)) for _ in range(4)]
        for number in range(200):
            sync.notify("many", str(number))
        while sync.run(waiting(listener)):
            time.sleep(0.01)
        # Who waits is told that it is over.
        executor.submit(sync.disconnect).result()
        heard = [payload for one in taken for payload in one.result(10)]
    assert sorted(map(int, heard)) == list(range(200))
    assert portal._portal is None


async def waiting(listener: SyncListener) -> int:
    """How many notifications nobody has taken yet."""
    await asyncio.sleep(0.05)
    return len(listener._inner._items)


def test_many_threads(url: str) -> None:
    database = Database(url, max_size=3)

    def work(number: int) -> bool:
        with database.sync.transaction():
            process = database.sync.query_val("SELECT pg_backend_pid()")
            value = database.sync.query_val("SELECT $1::int", number)
            same = database.sync.query_val("SELECT pg_backend_pid()")
        return process == same and value == number

    with database.sync, ThreadPoolExecutor(10) as executor:
        assert all(executor.map(work, range(300)))


def test_beside_an_event_loop(url: str) -> None:
    """As in a notebook, where every cell runs inside of a loop."""

    async def check() -> None:
        async with Database(url) as database:
            assert await database.query_val("SELECT 1") == 1
            assert database.sync.query_val("SELECT 2") == 2
            async with database.transaction():
                own = await database.query_val("SELECT pg_backend_pid()")
                # The loop's transaction is the loop's.
                assert database.sync.query_val("SELECT pg_backend_pid()") != own
                with database.sync.transaction():
                    assert await database.query_val("SELECT pg_backend_pid()") == own
            assert await database.query_val("SELECT 3") == 3
            database.sync.disconnect()

    asyncio.run(check())


SCRIPT = """
import os, signal, sys, threading
from hyperdjango.database import Database

database = Database({url!r}, max_size=1)
sync = database.sync
sync.connect()
process = sync.query_val("SELECT pg_backend_pid()")
{body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "print('done', flush=True)",
        "sync.transaction().__enter__(); print('done', flush=True)",
        "listener = sync.listen('x', timeout=0.1).__enter__(); print('done', *listener, flush=True)",
        "rows = sync.stream('SELECT generate_series(1, 10000)'); next(rows); print('done', flush=True)",
    ],
)
def test_a_program_that_does_not_disconnect_ends(
    url: str, tmp_path: Path, body: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(url=url, body=body))
    done = subprocess.run(
        [sys.executable, script],
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C as Python has it: whoever starts the tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_cancels_the_statement(url: str) -> None:
    database = Database(url, max_size=1)
    with database.sync as sync:
        main = threading.main_thread().ident
        assert main is not None
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(77)'"

        def interrupt() -> None:
            with Database(url).sync as other:
                while not other.query_val(f"{running} AND pid <> pg_backend_pid()"):
                    time.sleep(0.01)
                signal.pthread_kill(main, signal.SIGINT)

        for _ in range(2):
            thread = threading.Thread(target=interrupt)
            thread.start()
            with pytest.raises(KeyboardInterrupt):
                sync.query("SELECT pg_sleep(77)")
            thread.join()
            assert sync.query_val("SELECT 1") == 1
        with pytest.raises(KeyboardInterrupt), sync.transaction():
            thread = threading.Thread(target=interrupt)
            thread.start()
            sync.query("SELECT pg_sleep(77)")
        thread.join()
        assert sync.query_val("SELECT 2") == 2
        assert sync.pool_stats().size == 1
