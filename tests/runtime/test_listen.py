"""Notifications arrive in order, wait for whoever is slow, and their loss is told; notices reach whoever asked."""

from __future__ import annotations

import asyncio
import logging

import pytest
from hyperdjango.database import Database, Notice, Notification, Reconnected
from hyperdjango.errors import ConnectionFailed, DataError, InterfaceError
from loops import Run
from proxy import Proxy
from test_network import local_socket, through


def test_notifications(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            channel = 'an "odd" channel'
            async with database.listen(channel, "other") as listener:
                await database.notify(channel, "1")
                await database.notify("other")
                await database.notify("unheard", "x")
                process = await database.query_val("SELECT pg_backend_pid()")
                async with database.transaction():
                    await database.notify(channel, "2")
                with pytest.raises(KeyError):
                    async with database.transaction():
                        await database.notify(channel, "rolled back")
                        raise KeyError
                await database.notify(channel, "3")
                expected = [
                    Notification(channel, "1", process),
                    Notification("other", "", process),
                    Notification(channel, "2", process),
                    Notification(channel, "3", process),
                ]
                assert [await anext(listener) for _ in expected] == expected
                # The pool has its own session, all of it.
                assert database.pool_stats().size == 1
                waiting = asyncio.ensure_future(anext(listener))
                await asyncio.sleep(0)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
                await database.notify("other", "after a cancellation")
                item = await anext(listener)
                assert isinstance(item, Notification)
                assert item.payload == "after a cancellation"
            assert [item async for item in listener] == []
            with pytest.raises(DataError):
                await database.notify("other", "x" * 8000)
            with pytest.raises(InterfaceError, match="at least one channel"):
                database.listen()
            with pytest.raises(InterfaceError, match="enter the listener"):
                await anext(database.listen("x"))
            listening = (
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            while await database.query_val(listening):
                await asyncio.sleep(0.01)

    run(check())


def test_many_notifications_wait_for_a_slow_listener(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url) as database, database.listen("many") as listener:
            count = 40_000
            await database.execute(
                "SELECT pg_notify('many', n::text) FROM generate_series(1, $1) n", count
            )
            first = await anext(listener)
            assert isinstance(first, Notification)
            for _ in range(100):
                await asyncio.sleep(0)
            # Only so many are here, and the others wait in the server.
            assert len(listener._items) < 20_000
            payloads = [first.payload]
            while len(payloads) < count:
                item = await anext(listener)
                assert isinstance(item, Notification)
                payloads.append(item.payload)
            assert payloads == [str(n) for n in range(1, count + 1)]

    run(check())


def test_a_lost_session_is_told(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        far = Database(through(proxy, url, "sslmode=disable"))
        async with Database(url) as database, far.listen("lost") as listener:
            for number in range(3):
                await database.notify("lost", "before")
                first = await anext(listener)
                assert isinstance(first, Notification)
                if number == 2:
                    # The server is away for a while.
                    await proxy.stop()
                    waiting = asyncio.ensure_future(anext(listener))
                    await asyncio.sleep(0.3)
                    await proxy.start()
                    item = await waiting
                else:
                    proxy.cut()
                    item = await anext(listener)
                assert isinstance(item, Reconnected)
                assert item.attempts >= 1
        await proxy.stop()
        with pytest.raises(ConnectionFailed):
            async with far.listen("lost"):
                pass

    run(check())


RAISE = "DO $$ BEGIN RAISE WARNING 'careful' USING DETAIL = 'd', HINT = 'h', ERRCODE = '01234'; RAISE NOTICE 'noted'; END $$"


def test_notices(url: str, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        notices: list[Notice] = []
        async with Database(url, on_notice=notices.append) as database:
            await database.execute(RAISE)
            while len(notices) < 2:
                await asyncio.sleep(0)
        assert notices == [
            Notice("WARNING", "careful", "d", "h", "01234"),
            Notice("NOTICE", "noted", None, None, "00000"),
        ]
        with caplog.at_level(logging.INFO, "hyperdjango.notices"):
            async with Database(url) as database:
                await database.execute(RAISE)
                while len(caplog.records) < 2:
                    await asyncio.sleep(0)
        assert [(record.levelname, record.message) for record in caplog.records] == [
            ("WARNING", "WARNING: careful"),
            ("INFO", "NOTICE: noted"),
        ]
        assert vars(caplog.records[0])["hint"] == "h"

    run(check())
