"""The pool: sessions that are opened when needed, lent out in the order of asking, and never lent out unfit."""

from __future__ import annotations

import asyncio
import math
import os
import random
import weakref
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperdjango.database.notices import Notice
from hyperdjango.database.opening import open_connection, send
from hyperdjango.errors import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    PoolTimeout,
    QueryCanceled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from hyperdjango._engine import Connection, Copy, Settings

# How long a session that is not fit to be lent out may take to become so, in seconds.
RECOVERY = 5.0

# Seconds between two looks at the idle sessions, at least and at most.
_SHORTEST_LOOK, _LONGEST_LOOK = 0.01, 15.0

# Seconds before the second attempt to open a session that is to be there, and between later ones.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 15.0

# Everything that a session can have beyond its prepared statements, which stay useful.
_RESET = (
    "RESET SESSION AUTHORIZATION; RESET ROLE; SELECT pg_catalog.pg_advisory_unlock_all(); "
    "CLOSE ALL; UNLISTEN *; RESET ALL; DISCARD TEMP"
)


# How many queries may be under way in one session: others wait in the pool, where they can go to any.
_DEPTH = 16

# How long the last answer of a session may be ago for another query to be sent behind those under way, in seconds: what
# takes longer holds up whoever comes behind it.
_BRISK = 0.01


class Shared:
    """A session that several tasks have queries in, one behind the other.

    Attributes:
        connection: the session.
        users: int, how many there are.
        heard: float, the loop's time at which the last answer came, or the first query was sent.
        disturbed: bool, whether a query was cancelled, so that the cancellation may hit another one.
    """

    __slots__ = ("connection", "disturbed", "heard", "users")

    def __init__(self, connection: Connection, now: float) -> None:
        self.connection = connection
        self.users = 1
        self.heard = now
        self.disturbed = False


class _Waiter:
    """A task that waits for a session.

    Attributes:
        future: what it waits for.
        deadline: float, the loop's time until which it does.
        shares: bool, whether it takes a session that others have queries in.
    """

    __slots__ = ("deadline", "future", "shares")

    def __init__(
        self, future: asyncio.Future[Connection], deadline: float, shares: bool
    ) -> None:
        self.future = future
        self.deadline = deadline
        self.shares = shares


@dataclass(frozen=True)
class PoolStats:
    """How a pool stands at one moment.

    Attributes:
        size: int, sessions that are open or being opened.
        idle: int, sessions that wait to be lent out.
        waiting: int, tasks that wait for a session.
        max_size: int, the most sessions that are open at once.
    """

    size: int
    idle: int
    waiting: int
    max_size: int


class Pool:
    """Sessions of one database, for one event loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        min_size: int,
        max_size: int,
        acquire_timeout: float | None,
        max_lifetime: float | None,
        max_idle: float | None,
        statement_cache_size: int,
        on_notice: Callable[[Notice], object],
    ) -> None:
        self._settings = settings
        self._min_size = min_size
        self._max_size = max_size
        self._acquire_timeout = acquire_timeout
        self._max_lifetime = max_lifetime
        self._max_idle = max_idle
        self._statement_cache_size = statement_cache_size
        self._on_notice = on_notice
        self.loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._has_failed = False
        self._size = 0
        self._idle: deque[Connection] = deque()
        self._waiters: deque[_Waiter] = deque()
        self._impatience: asyncio.TimerHandle | None = None
        self._shared: dict[Connection, Shared] = {}
        # The loop's time at which each session is too old.
        self._expires: dict[Connection, float] = {}
        # Since when each session has been idle, where that matters.
        self._idle_since: dict[Connection, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._hushing: dict[Connection, asyncio.Task[None]] = {}
        self._copying: dict[Connection, tuple[Copy, asyncio.Task[Any] | None]] = {}
        self._refilling: asyncio.Task[None] | None = None
        self._upkeep: asyncio.TimerHandle | None = None
        self.closed = False

    @property
    def is_left_behind(self) -> bool:
        """Whether its event loop is closed, or it belongs to the process that this one was forked from."""
        return self.loop.is_closed() or self._process != os.getpid()

    @property
    def is_failing(self) -> bool:
        """Whether no session is at hand and the last attempt to open one failed."""
        return self._has_failed and not self._idle

    def abandon(self) -> None:
        """Give up the sessions of a pool that is left behind; those of another process are not said goodbye to."""
        self.closed = True
        if self._impatience is not None:
            self._impatience.cancel()
        self._waiters.clear()
        self._shared.clear()
        self._idle.clear()
        if self._process == os.getpid():
            for connection in list(self._expires):
                connection.close()
        self._expires.clear()

    def stats(self) -> PoolStats:
        """How the pool stands now."""
        waiting = sum(not waiter.future.done() for waiter in self._waiters)
        return PoolStats(self._size, len(self._idle), waiting, self._max_size)

    async def fill(self) -> None:
        """Open the sessions that are always to be there."""

        async def one() -> None:
            # Kept at once: whoever waits here may be cancelled when some are open and others not.
            self.release(await self._open())

        opened = await asyncio.gather(
            *(one() for _ in range(self._min_size)), return_exceptions=True
        )
        for problem in filter(None, opened):
            raise problem
        self._plan_upkeep()

    def take(self) -> Connection | None:
        """A session at once, or None if one has to be opened or waited for."""
        while self._idle:
            connection = self._idle.pop()
            if connection.closed or self._is_old(connection):
                self._discard(connection)
            else:
                return connection
        return None

    @property
    def has_spare(self) -> bool:
        """Whether a session is left for who comes next when one is taken, so that none need be shared."""
        return len(self._idle) > 1

    async def acquire(self) -> Connection:
        """A session, to be given back to ``release``.

        Raises:
            PoolTimeout: none became free in time.
            ConnectionFailed: none could be opened.
        """
        connection = self.take()
        if connection is not None:
            return connection
        if self._size < self._max_size:
            return await self._open()
        return await self._wait(False)

    async def _wait(self, shares: bool) -> Connection:
        """Wait for a session, in the order of asking."""
        waiter = self._queue(shares)
        try:
            return await waiter.future
        except BaseException:
            future = waiter.future
            if future.done() and not future.cancelled() and future.exception() is None:
                # It was lent a session in the very turn in which it gave up.
                if shares:
                    self.leave(self._shared[future.result()])
                else:
                    self.release(future.result())
            raise

    def _queue(self, shares: bool) -> _Waiter:
        timeout = self._acquire_timeout
        deadline = math.inf if timeout is None else self.loop.time() + timeout
        waiter = _Waiter(self.loop.create_future(), deadline, shares)
        self._waiters.append(waiter)
        if self._impatience is None and timeout is not None:
            self._impatience = self.loop.call_at(deadline, self._give_up)
        return waiter

    def _give_up(self) -> None:
        """Tell those that have waited for too long; one timer serves all, who have waited in their order."""
        self._impatience = None
        now = self.loop.time()
        while self._waiters:
            waiter = self._waiters[0]
            if not waiter.future.done():
                if waiter.deadline > now:
                    self._impatience = self.loop.call_at(waiter.deadline, self._give_up)
                    return
                waiter.future.set_exception(
                    PoolTimeout(
                        f"all {self._max_size} connections were in use for "
                        f"{self._acquire_timeout} seconds; make transactions shorter, or raise "
                        "max_size or acquire_timeout"
                    )
                )
            self._waiters.popleft()

    def join(self) -> Shared | None:
        """A session at once, for one query that others may be sent ahead of and behind; None if there is none.

        Who waits for a session of their own is not kept waiting by those that share.
        """
        connection = self.take()
        if connection is not None:
            return self._share(connection)
        if self._size < self._max_size or self._waiters:
            return None
        brisk = self.loop.time() - _BRISK
        best = None
        for shared in self._shared.values():
            if (
                shared.users < _DEPTH
                and shared.heard > brisk
                and not shared.disturbed
                and not shared.connection.closed
                and (best is None or shared.users < best.users)
            ):
                best = shared
        if best is not None:
            best.users += 1
        return best

    async def joined(self) -> Shared:
        """A session for one query that others may be sent ahead of and behind, to be given back to ``leave``.

        Raises:
            PoolTimeout: none became free in time.
            ConnectionFailed: none could be opened.
        """
        shared = self.join()
        if shared is not None:
            return shared
        if self._size < self._max_size:
            return self._share(await self._open())
        return self._shared[await self._wait(True)]

    def _share(self, connection: Connection) -> Shared:
        shared = self._shared[connection] = Shared(connection, self.loop.time())
        return shared

    def leave(self, shared: Shared) -> None:
        """Say that a query in a session that is shared is over: the last one gives it back."""
        shared.users -= 1
        if shared.users:
            shared.heard = self.loop.time()
            return
        connection = shared.connection
        if self._shared.get(connection) is shared:
            del self._shared[connection]
        self.release(connection)

    def disturb(self, shared: Shared) -> None:
        """Have the server stop what runs in a session that is shared: nobody wants it any more."""
        shared.disturbed = True
        self.hush(shared.connection)

    def release(self, connection: Connection) -> None:
        """Take a session back; if it is not fit to be lent out it is made so first, or closed."""
        if connection.clean and not self.closed:
            self._lend(connection)
        elif connection.closed or self.closed:
            self._discard(connection)
        else:
            self.spawn(self._recover(connection))

    async def close(self) -> None:
        """Close every session; those lent out are closed when they come back."""
        self.closed = True
        if self._upkeep is not None:
            self._upkeep.cancel()
        if self._refilling is not None:
            self._refilling.cancel()
        while self._waiters:
            future = self._waiters.popleft().future
            if not future.done():
                future.set_exception(InterfaceError("the database was disconnected"))
        if self._impatience is not None:
            self._impatience.cancel()
        while self._idle:
            self._discard(self._idle.pop())
        while self._tasks:
            await asyncio.wait(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done without waiting for it."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _lend(self, connection: Connection) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.future.done():
                if self._is_old(connection):
                    self._waiters.appendleft(waiter)
                    self._discard(connection)
                    return
                waiter.future.set_result(connection)
                if waiter.shares:
                    self._lend_to_others(self._share(connection))
                return
        self._idle.append(connection)
        if self._max_idle is not None:
            self._idle_since[connection] = self.loop.time()

    def _lend_to_others(self, shared: Shared) -> None:
        """Have those that come next share a session, as far as they do."""
        while self._waiters and shared.users < _DEPTH:
            waiter = self._waiters[0]
            if not waiter.future.done():
                if not waiter.shares:
                    return
                waiter.future.set_result(shared.connection)
                shared.users += 1
            self._waiters.popleft()

    def _is_old(self, connection: Connection) -> bool:
        if self._max_lifetime is None:
            return False
        return self.loop.time() > self._expires[connection]

    def _plan_upkeep(self) -> None:
        """Look at the idle sessions every now and then, for as long as anybody holds the pool."""
        limits = [limit for limit in (self._max_lifetime, self._max_idle) if limit]
        if not limits or self.closed:
            return
        pool = weakref.ref(self)

        def look() -> None:
            this = pool()
            if this is not None and not this.closed:
                this.look_after_idle()
                this._plan_upkeep()

        pause = min(max(min(limits) / 4, _SHORTEST_LOOK), _LONGEST_LOOK)
        self._upkeep = self.loop.call_later(pause, look)

    def look_after_idle(self) -> None:
        """Close idle sessions that are too old, or that nobody has used for long; ``min_size`` are kept."""
        for connection in list(self._idle):
            unused = (
                self._max_idle is not None
                and self._size > self._min_size
                and self.loop.time() - self._idle_since[connection] > self._max_idle
            )
            if unused or self._is_old(connection):
                self._idle.remove(connection)
                self._discard(connection)

    async def _open(self) -> Connection:
        self._size += 1
        try:
            connection, opened = await open_connection(
                self._settings, self._statement_cache_size
            )
            self._watch(connection)
        except BaseException as problem:
            self._size -= 1
            self._has_failed = isinstance(problem, OperationalError)
            self._replace()
            raise
        self._has_failed = False
        # Sessions that were opened together do not all end together.
        lifetime = self._max_lifetime or math.inf
        self._expires[connection] = opened + lifetime * random.uniform(0.9, 1.0)
        return connection

    def _watch(self, connection: Connection) -> None:
        """Be told of what the server says unasked; a pool that nobody holds any more is not kept for it."""
        pool, here = weakref.ref(self), weakref.ref(connection)
        on_notice = self._on_notice

        def notice(*fields: Any) -> None:
            on_notice(Notice(*fields))

        def ended() -> None:
            this, connection = pool(), here()
            if this is not None and connection is not None:
                this.lost(connection)

        connection.watch(notice, None, ended)

    def lost(self, connection: Connection) -> None:
        """A session has ended: an idle one is replaced, one that is lent out when it comes back."""
        if connection in self._idle:
            self._idle.remove(connection)
            self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        if not connection.closed:
            connection.close()
        self._idle_since.pop(connection, None)
        if self._expires.pop(connection, None) is not None:
            self._size -= 1
            self._replace()

    def _replace(self) -> None:
        """Open a session for whoever waits for one that is gone."""
        waiting = any(not waiter.future.done() for waiter in self._waiters)
        if waiting and self._size < self._max_size and not self.closed:
            self.spawn(self._open_for_waiter())
            return
        refilling = self._refilling is not None and not self._refilling.done()
        if self._size < self._min_size and not refilling and not self.closed:
            self._refilling = self.spawn(self._refill())

    async def _refill(self) -> None:
        """Open sessions until there are ``min_size`` again, trying less and less often while that fails."""
        pause = _FIRST_PAUSE
        while self._size < self._min_size and not self.closed:
            try:
                self.release(await self._open())
            except OperationalError:
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _open_for_waiter(self) -> None:
        # Whoever asks later may find a server that is back: this attempt says nothing to them.
        asked = list(self._waiters)
        try:
            connection = await self._open()
        except OperationalError as problem:
            for waiter in asked:
                if not waiter.future.done():
                    waiter.future.set_exception(problem)
                    return
        else:
            self.release(connection)

    async def _recover(self, connection: Connection) -> None:
        """Make a session fit again: nothing runs, no transaction is open, its settings are those of its beginning."""
        try:
            async with asyncio.timeout(RECOVERY):
                await self.quiet(connection)
                if connection.transaction != "idle":
                    await connection.run_script("ROLLBACK")
                if connection.spoiled:
                    connection.close()
                elif not connection.clean:
                    await connection.run_script(_RESET)
                    connection.mark_clean()
        except (TimeoutError, DatabaseError, InterfaceError):
            connection.close()
        if connection.clean and not self.closed:
            self._lend(connection)
        else:
            self._discard(connection)

    async def quiet(self, connection: Connection) -> None:
        """Cancel what a session runs, and return when it runs nothing, or is closed."""
        task = self.hush(connection)
        if task is not None:
            # Others may wait for it as well.
            await asyncio.shield(task)

    def is_hushing(self, connection: Connection) -> bool:
        """Whether something is being cancelled in a session."""
        return connection in self._hushing

    def begin_copy(self, connection: Connection, copy: Copy) -> None:
        """Keep in mind that the running task has a COPY under way in a session."""
        self._copying[connection] = (copy, asyncio.current_task())
        copy.result.add_done_callback(lambda _: self._copying.pop(connection, None))

    def is_copied_by(
        self, connection: Connection, task: asyncio.Task[Any] | None
    ) -> bool:
        """Whether a task has a COPY under way in a session."""
        if not self._copying:
            return False
        return self._copying.get(connection, (None, None))[1] is task

    def hush(self, connection: Connection) -> asyncio.Task[None] | None:
        """Begin to cancel what a session runs; what is on the way until it runs nothing."""
        task = self._hushing.get(connection)
        if task is None and not connection.idle and not connection.closed:
            task = self.spawn(self._cancel(connection))
            self._hushing[connection] = task
            task.add_done_callback(lambda _: self._hushing.pop(connection, None))
        return task

    async def _cancel(self, connection: Connection) -> None:
        try:
            async with asyncio.timeout(RECOVERY):
                if connection in self._copying:
                    # The server looks for cancellations only when it gets data.
                    self._copying[connection][0].abandon("it was cancelled")
                cancellation = connection.cancellation()
                # It returns when the server has taken the request, which then can't hit what runs next.
                if cancellation is None or not await send(cancellation):
                    connection.close()
                    return
                # What runs is answered in order: behind the answer to this there is nothing.
                await connection.run_script("")
        except QueryCanceled:
            pass
        except (TimeoutError, OperationalError, InterfaceError):
            connection.close()
