"""What happens before an application's first request and after its last one."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import TYPE_CHECKING

from hyperdjango.app import signals
from hyperdjango.app.endpoints import place_of
from hyperdjango.errors import HyperError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from hyperdjango.app.application import HyperApp
    from hyperdjango.app.asgi import Receive, Send

# The exit status of a worker whose application could not be started: starting it again would not help.
FAILED = 2


class Lifespan:
    """The functions that an application has called when it starts and stops, once each.

    Attributes:
        startup: the functions for the start.
        shutdown: the functions for the stop.
        is_started: bool, whether requests can be answered.
    """

    def __init__(self, app: HyperApp) -> None:
        self.app = app
        self.startup: list[Callable[[], Any]] = []
        self.shutdown: list[Callable[[], Any]] = []
        self.is_started = False
        self._starting: asyncio.Task[None] | None = None
        self._current: Callable[[], Any] | None = None

    async def start(self) -> None:
        """Call the functions for the start, unless that is done; several requests may ask for it at once."""
        if self.is_started:
            return
        loop = asyncio.get_running_loop()
        task = self._starting
        if task is None or task.get_loop() is not loop:
            task = self._starting = loop.create_task(self._start())
        try:
            await asyncio.shield(task)
        finally:
            if task.done() and self._starting is task:
                self._starting = None

    async def _start(self) -> None:
        for mount in self.app._mounts:
            await mount.start()
        for function in self.startup:
            await self._call(function)
        self.is_started = True

    async def stop(self) -> None:
        """Wait for the requests that are worked on, then call the functions for the stop and disconnect."""
        watch = self.app._watch
        if not await watch.drained(self.app.limits.stop_timeout):
            tasks = watch.cancel()
            await asyncio.wait(tasks, timeout=5)
        if not self.is_started:
            return
        self.is_started = False
        problem: BaseException | None = None
        for function in reversed(self.shutdown):
            try:
                await self._call(function)
            except Exception as another:  # noqa: BLE001 - it is raised when all are called
                # The others have to be called all the same.
                problem = problem or another
        for mount in self.app._mounts:
            await mount.stop()
        if self.app._db is not None:
            await self.app._db.disconnect()
        if self.app._pool is not None:
            self.app._pool.shutdown(wait=False, cancel_futures=True)
            self.app._pool = None
        if problem is not None:
            raise problem

    async def _call(self, function: Callable[[], Any]) -> None:
        self._current = function
        result = function()
        if inspect.isawaitable(result):
            await result
        self._current = None

    def run(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, None],
        what: str,
    ) -> None:
        """Do the work in a loop that does not run; where it fails, the process says why and ends."""
        try:
            with signals.starting(loop):
                loop.run_until_complete(work)
        except Exception as problem:  # noqa: BLE001 - it is reported, and the process ends
            place = place_of(self._current) if self._current else self.app.name
            words = f"{what} failed in {place}"
            if isinstance(problem, HyperError):
                sys.stderr.write(f"error: {words}: {problem}\n")
            else:
                import traceback

                traceback.print_exception(problem)
                sys.stderr.write(f"error: {words}\n")
            sys.exit(FAILED)

    async def serve(self, receive: Receive, send: Send) -> None:
        """Do what an ASGI server says (ASGI specification, "Lifespan Protocol")."""
        await receive()
        try:
            await self.start()
        except Exception as problem:
            await send({"type": "lifespan.startup.failed", "message": str(problem)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self.stop()
        except Exception as problem:
            await send({"type": "lifespan.shutdown.failed", "message": str(problem)})
            raise
        await send({"type": "lifespan.shutdown.complete"})
