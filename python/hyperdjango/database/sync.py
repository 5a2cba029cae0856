"""``database.sync``: the same database for code that is not asynchronous."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import TYPE_CHECKING, overload

from hyperdjango.database import portal
from hyperdjango.database.shapes import DICTS
from hyperdjango.database.stream import batches
from hyperdjango.database.transaction import Owner, owner
from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Awaitable,
        Callable,
        Iterable,
        Iterator,
        Sequence,
    )
    from types import TracebackType
    from typing import Any, Self, TypeVar

    from hyperdjango.database.copy import CopyDestination, CopyRows, CopySource
    from hyperdjango.database.database import Database
    from hyperdjango.database.observe import Hook
    from hyperdjango.database.pool import PoolStats
    from hyperdjango.database.sync_listen import SyncListener
    from hyperdjango.database.transaction import Transaction

    _Result = TypeVar("_Result")


class _Thread(threading.local):
    """What belongs to a thread that uses `SyncDatabase`."""

    def __init__(self) -> None:
        self.owner = Owner()
        self.transaction: Transaction | None = None


class SyncDatabase:
    """A database whose methods wait: ``database.sync``, for scripts, shells and notebooks.

    The methods are those of `Database`. The work is done by an event loop in a thread of its own, with a pool
    of its own, so that it can be used from several threads, and where an event loop runs already. It is
    connected by its first use, or by ``with database.sync:``, and stays so until ``disconnect`` or the end of
    the program. A transaction belongs to the thread that began it. Ctrl-C cancels the running statement.

    >>> def example(database: Database) -> None:
    ...     with database.sync as sync, sync.transaction():
    ...         print(sync.query("SELECT * FROM orders WHERE id = $1", 5))
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = _Thread()
        # Those that are open; only the other thread looks at them.
        self._listeners: set[SyncListener] = set()

    def __repr__(self) -> str:
        return f"{self._database!r}.sync"

    def run(self, awaitable: Awaitable[_Result]) -> _Result:
        """Wait for anything that is awaited, such as a queryset; statements in it can use this database.

        Statements for models go where they always go: to the default database, unless ``using`` or a router
        says otherwise.
        """

        async def work() -> _Result:
            return await awaitable

        return self._call(work)

    def connect(self) -> None:
        """Open the pool, if it is not open."""
        self._call(self._nothing)

    def disconnect(self) -> None:
        """Close all sessions, and end the thread if no other database uses it."""
        if self._listeners or self._database.is_connected_in_sync:
            self._call(self.leave, connect=False)
        portal.leave(self._database)

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.disconnect()

    def pool_stats(self) -> PoolStats:
        """How the pool stands now."""

        async def stats() -> PoolStats:
            return self._database.pool_stats()

        return self._call(stats)

    def execute(self, sql: str, *parameters: Any) -> int:
        """Run a statement; the number of rows that it changed, or selected."""
        return self._call(lambda: self._database.execute(sql, *parameters))

    def execute_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> int:
        """Run a statement once for each sequence of parameters, all of them or none."""
        tuples = [tuple(values) for values in parameters]
        return self._call(lambda: self._database.execute_many(sql, tuples))

    def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a statement; all rows of its result."""
        return self._call(lambda: self._database.query(sql, *parameters))

    def query_one(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """Run a statement; the first row of its result, or None if it has none."""
        return self._call(lambda: self._database.query_one(sql, *parameters))

    def query_val(self, sql: str, *parameters: Any) -> Any:
        """Run a statement; the first value of the first row of its result, or None if it has none."""
        return self._call(lambda: self._database.query_val(sql, *parameters))

    def stream(
        self, sql: str, *parameters: Any, batch_size: int = 500
    ) -> Iterator[dict[str, Any]]:
        """Run a query; its rows one by one, see `Database.stream`."""

        async def begin() -> AsyncGenerator[list[dict[str, Any]], None]:
            return batches(self._database, sql, parameters, batch_size, DICTS)

        for batch in self._iterate(begin):
            yield from batch

    def copy_from(
        self,
        table: str,
        source: CopySource | None = None,
        *,
        rows: CopyRows | None = None,
        columns: Sequence[str] | None = None,
        format: str = "text",
        header: bool = False,
        delimiter: str | None = None,
        null: str | None = None,
        schema: str | None = None,
    ) -> int:
        """Load data into a table by COPY, see `Database.copy_from`."""
        return self._call(
            lambda: self._database.copy_from(
                table,
                source,
                rows=rows,
                columns=columns,
                format=format,
                header=header,
                delimiter=delimiter,
                null=null,
                schema=schema,
            )
        )

    @overload
    def copy_to(
        self,
        source: str,
        destination: CopyDestination,
        *,
        columns: Sequence[str] | None = None,
        format: str = "text",
        header: bool = False,
        delimiter: str | None = None,
        null: str | None = None,
        schema: str | None = None,
    ) -> int: ...

    @overload
    def copy_to(
        self,
        source: str,
        destination: None = None,
        *,
        columns: Sequence[str] | None = None,
        format: str = "text",
        header: bool = False,
        delimiter: str | None = None,
        null: str | None = None,
        schema: str | None = None,
    ) -> Iterator[bytes]: ...

    def copy_to(
        self,
        source: str,
        destination: CopyDestination | None = None,
        *,
        columns: Sequence[str] | None = None,
        format: str = "text",
        header: bool = False,
        delimiter: str | None = None,
        null: str | None = None,
        schema: str | None = None,
    ) -> int | Iterator[bytes]:
        """Write the data of a table or of a query by COPY, see `Database.copy_to`.

        Returns:
            With a destination the number of rows, without one an iterator over pieces of the data.
        """
        copy = self._database.copy_to(
            source,
            destination,
            columns=columns,
            format=format,
            header=header,
            delimiter=delimiter,
            null=null,
            schema=schema,
        )
        if destination is not None:
            return self.run(copy)

        async def begin() -> AsyncGenerator[bytes, None]:
            return copy.__aiter__()

        return self._iterate(begin)

    def notify(self, channel: str, payload: str = "") -> None:
        """Send a notification, see `Database.notify`."""
        self._call(lambda: self._database.notify(channel, payload))

    def listen(self, *channels: str, timeout: float | None = None) -> SyncListener:
        """Listen to notifications, for ``with`` and ``for``, see `Database.listen`.

        Arguments:
            channels: str, names of channels, unquoted and as they are; one or more.
            timeout: float | None, seconds without a notification after which ``for`` ends; it can be begun
                again, and nothing is lost between. None to wait for as long as it takes.

        Raises:
            ConnectionFailed: when the block is entered and no session can be opened.

        >>> def example(database: Database) -> None:
        ...     with database.sync.listen("orders", timeout=60) as listener:
        ...         for item in listener:
        ...             print(item)
        ...         print("nothing for a minute")
        """
        from hyperdjango.database.sync_listen import SyncListener

        if timeout is not None and not timeout > 0:
            raise InterfaceError(
                "timeout must be more than 0 seconds; give None to wait for as long as it takes"
            )
        return SyncListener(self, self._database.listen(*channels), timeout)

    def add_hook(self, hook: Hook) -> None:
        """Have a hook be told of every statement, see `Database.add_hook`; it is called in the other thread."""
        self._database.add_hook(hook)

    def remove_hook(self, hook: Hook) -> None:
        """Have a hook be told of nothing more, see `Database.remove_hook`."""
        self._database.remove_hook(hook)

    def transaction(
        self,
        *,
        isolation: str | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> SyncTransaction:
        """A transaction of this thread, for ``with``; inside of another one a savepoint."""
        inner = self._database.transaction(
            isolation=isolation, readonly=readonly, deferrable=deferrable
        )
        return SyncTransaction(self, inner)

    async def leave(self) -> None:
        """Close what is open; called in the other thread."""
        for listener in list(self._listeners):
            await listener.close()
        await self._database.disconnect()

    async def _nothing(self) -> None:
        pass

    def _call(
        self, work: Callable[[], Awaitable[_Result]], *, connect: bool = True
    ) -> _Result:
        """Have something done in the other thread, in this thread's transaction, and wait for it."""
        there, here = portal.open_portal(), self._thread
        context = contextvars.copy_context()
        # Of an event loop in this thread nothing goes along: its transactions are not for other loops.
        context.run(self._database.set_current, here.transaction)
        context.run(owner.set, here.owner)

        # A thread's own data is not found under the same name in another.
        own = here.owner

        async def begin() -> _Result:
            own.task = asyncio.current_task()
            if connect:
                await self._database.connected()
                there.connected.add(self._database)
            return await work()

        return there.call(begin(), context)

    def _iterate(
        self, begin: Callable[[], Awaitable[AsyncGenerator[_Result, None]]]
    ) -> Iterator[_Result]:
        there = portal.open_portal()
        items = self._call(begin)
        try:
            while True:
                try:
                    item = self._call(items.__anext__, connect=False)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            # At the end of the program the thread may have gone first, and its sessions with it.
            if there.thread.is_alive():
                self._call(items.aclose, connect=False)


class SyncTransaction:
    """A transaction for ``with``; it is committed at the end of the block, or rolled back by an exception."""

    def __init__(self, database: SyncDatabase, inner: Transaction) -> None:
        self._database = database
        self._inner = inner
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._database._call(self._inner.__aenter__)
        self._thread = threading.current_thread()
        self._database._thread.transaction = self._inner
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._thread is not threading.current_thread():
            raise InterfaceError("a transaction is ended by the thread that began it")
        self._database._thread.transaction = self._inner.outer
        self._database._call(
            lambda: self._inner.__aexit__(kind, problem, traceback), connect=False
        )
