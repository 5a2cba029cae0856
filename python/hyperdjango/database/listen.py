"""Notifications: a session that listens, and that is opened again when it is lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperdjango.database.copy_sql import quote_name
from hyperdjango.database.notices import Notice
from hyperdjango.database.opening import open_connection
from hyperdjango.errors import InterfaceError, OperationalError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from hyperdjango._engine import Connection
    from hyperdjango.database.database import Database

_log = logging.getLogger("hyperdjango.notifications")

# With more notifications than this waiting to be taken, nothing is received: the server keeps them.
_FULL = 10_000

# Seconds before the first and between later attempts to open a lost session again.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 10.0


@dataclass(frozen=True, slots=True)
class Notification:
    """What ``NOTIFY`` has sent (PostgreSQL documentation, "NOTIFY").

    Attributes:
        channel: str, the channel's name.
        payload: str, what was sent along; empty if nothing was.
        process_id: int, the server process of the session that sent it.
    """

    channel: str
    payload: str
    process_id: int


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The session was lost and opened again: what was sent meanwhile never comes.

    Whoever keeps something up to date by notifications reads it anew now.

    Attributes:
        reason: str, how the session was lost.
        attempts: int, how many times it was tried to open it.
    """

    reason: str
    attempts: int


class Listener:
    """``async with database.listen("orders") as listener: async for item in listener: …``."""

    def __init__(self, database: Database, channels: tuple[str, ...]) -> None:
        if not channels:
            raise InterfaceError("listen needs the name of at least one channel")
        self._database = database
        self._statement = "; ".join(
            f"LISTEN {quote_name(channel)}" for channel in channels
        )
        self._connection: Connection | None = None
        self._items: deque[Notification] = deque()
        self._wake: asyncio.Event | None = None
        self._is_paused = False
        self._is_open = False

    async def __aenter__(self) -> Self:
        if self._is_open:
            raise InterfaceError("the listener is open already")
        self._wake = asyncio.Event()
        await self._open()
        self._is_open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_open = False
        connection, self._connection = self._connection, None
        if connection is not None and not connection.closed:
            connection.close()
        self._items.clear()
        if self._wake is not None:
            self._wake.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification | Reconnected:
        wake = self._wake
        if wake is None:
            raise InterfaceError(
                "enter the listener first: async with database.listen(…)"
            )
        while True:
            if self._items:
                item = self._items.popleft()
                if self._is_paused and len(self._items) < _FULL // 2:
                    self._is_paused = False
                    if self._connection is not None:
                        self._connection.resume()
                return item
            if not self._is_open:
                raise StopAsyncIteration
            if self._connection is None or self._connection.closed:
                return await self._open_again()
            wake.clear()
            await wake.wait()

    async def _open(self) -> None:
        connection, _ = await open_connection(self._database.settings, 0)
        try:
            connection.watch(self._notice, self._notification, self._end)
            await self._database.wait_for(connection.run_script(self._statement))
        except BaseException:
            connection.close()
            raise
        self._is_paused = False
        self._connection = connection

    async def _open_again(self) -> Reconnected:
        pause, attempts = _FIRST_PAUSE, 0
        while True:
            # Many listeners that lost one server do not come back at one moment.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            attempts += 1
            try:
                await self._open()
            except OperationalError as problem:
                _log.warning("listening is interrupted: %s", problem)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return Reconnected("the connection was lost", attempts)

    def _notification(self, channel: str, payload: str, process_id: int) -> None:
        self._items.append(Notification(channel, payload, process_id))
        if len(self._items) > _FULL and self._connection is not None:
            self._is_paused = True
            self._connection.pause()
        self._rouse()

    def _notice(self, *fields: Any) -> None:
        self._database.on_notice(Notice(*fields))

    def _end(self) -> None:
        self._rouse()

    def _rouse(self) -> None:
        if self._wake is not None:
            self._wake.set()
