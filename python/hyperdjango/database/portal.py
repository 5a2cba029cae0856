"""The thread whose event loop does the work of every ``database.sync``."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import TYPE_CHECKING

from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from contextvars import Context
    from typing import Any, TypeVar

    from hyperdjango.database.database import Database

    _Result = TypeVar("_Result")

# How long what was interrupted may take to come to its end, in seconds.
_PATIENCE = 10.0


class Portal:
    """A thread with an event loop, for as long as a database is connected there."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.connected: set[Database] = set()
        # A program that ends without disconnecting is not held up; see `_at_exit`.
        self.thread = threading.Thread(
            target=self._work, name="hyperdjango-sync", daemon=True
        )
        self.thread.start()

    def _work(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()

    def call(self, work: Coroutine[Any, Any, _Result], context: Context) -> _Result:
        """Run a coroutine in the thread, and wait for it; an interrupt cancels it."""
        outcome: Future[_Result] = Future()
        tasks: list[asyncio.Task[_Result]] = []

        def begin() -> None:
            task = self.loop.create_task(work, context=context)
            tasks.append(task)
            task.add_done_callback(finish)

        def finish(task: asyncio.Task[_Result]) -> None:
            if task.cancelled():
                outcome.set_exception(asyncio.CancelledError())
            elif (problem := task.exception()) is not None:
                outcome.set_exception(problem)
            else:
                outcome.set_result(task.result())

        self.loop.call_soon_threadsafe(begin)
        try:
            wait([outcome])
        except BaseException:
            self.loop.call_soon_threadsafe(lambda: tasks[0].cancel())
            wait([outcome], _PATIENCE)
            raise
        return outcome.result()

    def stop(self) -> None:
        """End the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(_PATIENCE)


_portal: Portal | None = None
_lock = threading.Lock()


def is_here() -> bool:
    """Whether this is the portal's thread."""
    return _portal is not None and _portal.thread.ident == threading.get_ident()


def open_portal() -> Portal:
    """The portal; its thread is started if it does not run.

    Raises:
        InterfaceError: this is the portal's own thread, which would wait for itself.
    """
    global _portal
    with _lock:
        if _portal is None:
            _portal = Portal()
        portal = _portal
    if is_here():
        raise InterfaceError(
            "database.sync can't be used in what runs inside of it; use the asynchronous methods there"
        )
    return portal


def leave(database: Database) -> None:
    """Say that a database is not connected in the portal any more: with the last one the thread ends."""
    global _portal
    with _lock:
        portal = _portal
        if portal is None:
            return
        portal.connected.discard(database)
        if portal.connected:
            return
        _portal = None
    portal.stop()


def _at_exit() -> None:
    portal = _portal
    if portal is None or not portal.thread.is_alive():
        return

    async def goodbye() -> None:
        for database in list(portal.connected):
            await database.sync.leave()

    with suppress(Exception):
        done = asyncio.run_coroutine_threadsafe(goodbye(), portal.loop)
        done.result(_PATIENCE)
    portal.stop()


def _forget() -> None:
    global _portal, _lock
    _portal, _lock = None, threading.Lock()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    # The thread stays behind in the parent.
    os.register_at_fork(after_in_child=_forget)
