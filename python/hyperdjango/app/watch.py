"""Clients that go away: what is done for them is cancelled, and with it their queries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.app.request import Request

# How long a request may take until its client is watched, in seconds. Most are over before that, and cost nothing.
PATIENCE = 0.1


class Watch:
    """The requests that are worked on now.

    To watch every client would cost as much as answering it. So requests are only noted, and a timer looks after those
    that it sees for the second time.

    Attributes:
        running: the requests that are worked on, by their tasks.
    """

    __slots__ = ("_idle", "_is_ticking", "_loop", "_seen", "_watchers", "running")

    def __init__(self) -> None:
        self.running: dict[asyncio.Task[Any], Request] = {}
        self._watchers: dict[Request, asyncio.Task[None]] = {}
        self._seen: set[int] = set()
        self._is_ticking = False
        self._idle: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self, task: asyncio.Task[Any], request: Request) -> None:
        """Note that a task works on a request."""
        self.running[task] = request
        # A loop that ended, as asyncio.run() ends one, has taken its timer with it.
        if not self._is_ticking or self._loop is not task.get_loop():
            self._is_ticking = True
            self._loop = task.get_loop()
            self._loop.call_later(PATIENCE, self._tick)

    def leave(self, task: asyncio.Task[Any], request: Request) -> None:
        """Note that a task is done with its request."""
        self.running.pop(task, None)
        if self._watchers:
            watcher = self._watchers.pop(request, None)
            if watcher is not None:
                watcher.cancel()
        if self._idle is not None and not self.running:
            self._idle.set()

    async def drained(self, seconds: float) -> bool:
        """Wait until nothing is worked on any more; whether that came in time."""
        if self.running:
            self._idle = asyncio.Event()
            try:
                async with asyncio.timeout(seconds):
                    await self._idle.wait()
            except TimeoutError:
                return False
            finally:
                self._idle = None
        return True

    def cancel(self) -> list[asyncio.Task[Any]]:
        """Cancel what is still worked on."""
        tasks = list(self.running)
        for task in tasks:
            task.cancel()
        return tasks

    def _tick(self) -> None:
        if not self.running:
            self._is_ticking = False
            self._seen.clear()
            return
        seen: set[int] = set()
        for task, request in self.running.items():
            number = id(request)
            seen.add(number)
            if number in self._seen and request not in self._watchers:
                self._watchers[request] = asyncio.get_running_loop().create_task(
                    _watch(task, request)
                )
        self._seen = seen
        assert self._loop is not None
        self._loop.call_later(PATIENCE, self._tick)


async def _watch(task: asyncio.Task[Any], request: Request) -> None:
    await request._until_gone()
    request._is_vanished = True
    task.cancel()
