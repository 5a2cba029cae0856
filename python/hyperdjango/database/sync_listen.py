"""``database.sync.listen``: notifications for code that is not asynchronous."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from hyperdjango.database.listen import Listener, Notification, Reconnected
    from hyperdjango.database.sync import SyncDatabase


class SyncListener:
    """``with database.sync.listen("orders") as listener: for item in listener: …``.

    Several threads may take from one listener: each notification goes to one of them. Disconnecting ends the
    iteration of all.
    """

    def __init__(
        self, database: SyncDatabase, inner: Listener, timeout: float | None
    ) -> None:
        self._database = database
        self._inner = inner
        self._timeout = timeout
        self._was_entered = False
        self._is_open = False
        # One waits for the next notification, however many threads want it.
        self._turn = asyncio.Lock()
        # A time that runs out does not stop it: a lost session may take longer to open again.
        self._waiting: asyncio.Task[Notification | Reconnected | None] | None = None

    def __enter__(self) -> Self:
        self._database._call(self._open)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Disconnecting has closed it, and ended the thread that could.
        if self._is_open:
            self._database._call(self.close, connect=False)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Notification | Reconnected:
        if not self._was_entered:
            raise InterfaceError(
                "enter the listener first: with database.sync.listen(…)"
            )
        item = None
        if self._is_open:
            item = self._database._call(self._take, connect=False)
        if item is None:
            raise StopIteration
        return item

    async def close(self) -> None:
        """End it; called in the thread of ``database.sync``."""
        self._is_open = False
        self._database._listeners.discard(self)
        await self._inner.__aexit__(None, None, None)
        if self._waiting is not None:
            self._waiting.cancel()
        async with self._turn:
            # Whoever waited is told before the thread may end.
            self._waiting = None

    async def _open(self) -> None:
        await self._inner.__aenter__()
        self._was_entered = self._is_open = True
        self._database._listeners.add(self)

    async def _take(self) -> Notification | Reconnected | None:
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                if not self._is_open:
                    return None
                task = self._waiting
                if task is None:
                    task = asyncio.get_running_loop().create_task(self._next())
                    self._waiting = task
                await asyncio.wait([task])
                self._waiting = None
                return None if task.cancelled() else task.result()
        except TimeoutError:
            return None

    async def _next(self) -> Notification | Reconnected | None:
        async for item in self._inner:
            return item
        return None
