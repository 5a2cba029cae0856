"""Transactions and savepoints, as asynchronous context managers that belong to a task."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

from hyperdjango.errors import Error, InterfaceError, QueryTimeout

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self, TypeVar

    from hyperdjango._engine import Connection
    from hyperdjango.database.database import Database
    from hyperdjango.database.pool import Pool

    _Result = TypeVar("_Result")

_ISOLATIONS = ("serializable", "repeatable read", "read committed", "read uncommitted")


def begin_statement(isolation: str | None, readonly: bool, deferrable: bool) -> str:
    """The statement that begins a transaction with these properties.

    >>> begin_statement("serializable", True, False)
    'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY'
    """
    words = ["BEGIN"]
    if isolation is not None:
        name = isolation.lower().replace("_", " ")
        if name not in _ISOLATIONS:
            raise InterfaceError(
                f"there is no isolation level {isolation!r}; give one of {', '.join(_ISOLATIONS)}"
            )
        words.append(f"ISOLATION LEVEL {name.upper()}")
    if readonly:
        words.append("READ ONLY")
    if deferrable:
        words.append("DEFERRABLE")
    return " ".join(words)


class Owner:
    """What transactions belong to where one thread's work is done by many tasks of another.

    Attributes:
        task: the task that does the work now.
    """

    task: asyncio.Task[object] | None = None


owner: ContextVar[Owner | None] = ContextVar("hyperdjango_owner", default=None)


def _running() -> object:
    """What a transaction that begins now belongs to: the running task, or whom that task works for."""
    task, works_for = asyncio.current_task(), owner.get()
    return works_for if works_for is not None and works_for.task is task else task


class Transaction:
    """A transaction, or a savepoint inside of one: ``async with database.transaction():``.

    It is committed at the end of the block, and rolled back if an exception leaves the block. Statements
    of the task that began it, and of tasks that this one starts meanwhile, run in it.
    """

    def __init__(self, database: Database, begin: str, has_options: bool) -> None:
        self._database = database
        self._begin = begin
        self._has_options = has_options
        self.outer: Transaction | None = None
        self._owner: object = None
        self._savepoint: str | None = None
        self._depth = 0
        self._pool: Pool | None = None
        self.connection: Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether statements can run in it."""
        return self.connection is not None

    @property
    def is_ours(self) -> bool:
        """Whether the running task began it, and may open a savepoint in it."""
        return self._owner is _running()

    async def wait(
        self, start: Callable[[Connection], asyncio.Future[_Result]]
    ) -> _Result:
        """Run something in the transaction; the server stops it once nobody waits for it any more."""
        connection, pool = self.connection, self._pool
        if connection is not None and pool is not None:
            if pool.loop is not asyncio.get_running_loop():
                raise InterfaceError("the transaction was begun in another event loop")
            if pool.is_hushing(connection):
                # A statement that is being cancelled: the cancellation must not hit the next.
                await pool.quiet(connection)
                connection = self.connection
            elif pool.is_copied_by(connection, asyncio.current_task()):
                raise InterfaceError(
                    "a COPY is under way in this transaction, and it has the connection to itself; "
                    "finish it first, or use a database or a task that is not in the transaction"
                )
        if connection is None or pool is None:
            raise InterfaceError("the transaction has ended")
        try:
            return await self._database.wait_for(start(connection))
        except (asyncio.CancelledError, QueryTimeout):
            pool.hush(connection)
            raise

    async def alone(self) -> tuple[Connection, Pool]:
        """Wait until nothing runs in the transaction; its connection."""
        while True:
            await self.wait(lambda it: it.run_script(""))
            connection, pool = self.connection, self._pool
            if connection is None or pool is None:
                raise InterfaceError("the transaction has ended")
            if connection.idle:
                return connection, pool

    async def __aenter__(self) -> Self:
        if self._owner is not None:
            raise InterfaceError(
                "a transaction can be entered once; call transaction() again"
            )
        outer = self._database.current()
        running = _running()
        if outer is None:
            pool = self._database.pool()
            connection = await pool.acquire()
            try:
                with self._database.watch(self._begin, ()):
                    await self._database.wait_for(connection.run_script(self._begin))
            except BaseException:
                pool.release(connection)
                raise
        else:
            if outer._owner is not running:
                raise InterfaceError(
                    "a savepoint can't be opened by another task than the one that began the "
                    "transaction, since savepoints are nested"
                )
            if self._has_options:
                raise InterfaceError(
                    "isolation, readonly and deferrable belong to the outermost transaction"
                )
            self._depth = outer._depth + 1
            savepoint = f"hyper_{self._depth}"
            command = f"SAVEPOINT {savepoint}"
            with self._database.watch(command, ()):
                await outer.wait(lambda it: it.run_script(command))
            self._savepoint = savepoint
            assert outer._pool is not None and outer.connection is not None
            pool, connection = outer._pool, outer.connection
        self._pool = pool
        self.connection = connection
        self._owner = running
        self.outer = outer
        self._database.set_current(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        connection, pool = self.connection, self._pool
        assert connection is not None and pool is not None
        self.connection = None
        self._database.set_current(self.outer)
        try:
            if not connection.closed:
                await self._finish(connection, pool, kind is None)
            elif kind is None:
                raise InterfaceError(
                    "the connection was lost before the transaction could be committed"
                )
        except Error:
            # What left the block matters more than that it could not be rolled back.
            if kind is None:
                raise
        finally:
            if self._savepoint is None:
                pool.release(connection)

    async def _finish(self, connection: Connection, pool: Pool, success: bool) -> None:
        if connection.idle and connection.transaction == "idle":
            if success:
                raise InterfaceError(
                    "the transaction was over before the end of its block: a statement in it was a COMMIT, a "
                    "ROLLBACK or the like, and what followed was not in a transaction; leave the end to "
                    "transaction(), which rolls back when an exception leaves the block"
                )
            return
        failed = connection.transaction == "failed"
        if success and connection.idle and not failed:
            command = (
                "COMMIT"
                if self._savepoint is None
                else f"RELEASE SAVEPOINT {self._savepoint}"
            )
            with self._database.watch(command, ()):
                await self._database.wait_for(connection.run_script(command))
            return
        # A statement that nobody waits for any more must not stand in the way.
        await pool.quiet(connection)
        if connection.closed:
            return
        command = (
            "ROLLBACK"
            if self._savepoint is None
            else f"ROLLBACK TO SAVEPOINT {self._savepoint}"
        )
        with self._database.watch(command, ()):
            await connection.run_script(command)
        if success:
            raise InterfaceError(
                "the transaction was rolled back: "
                + (
                    "a statement in it had failed, and its exception was caught inside the block; "
                    "catch it outside, or put the statement into a transaction() of its own"
                    if failed
                    else "a statement in it was still running at its end; await it inside the block"
                )
            )
