"""``Database``: where an application sends its SQL."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

from hyperdjango.database import portal, registry
from hyperdjango.database.arguments import (
    CONNECT_TIMEOUT,
    check_count,
    check_seconds,
    check_slow_query,
)
from hyperdjango.database.notices import log_notice
from hyperdjango.database.observe import Observer
from hyperdjango.database.pool import Pool, PoolStats
from hyperdjango.database.shapes import COUNT, DICTS, FIRST_DICT, FIRST_VALUE
from hyperdjango.database.stream import stream
from hyperdjango.database.transaction import Transaction, begin_statement
from hyperdjango.errors import InterfaceError, QueryCanceled, QueryTimeout

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Callable,
        Coroutine,
        Iterable,
        Mapping,
        Sequence,
    )
    from contextlib import AbstractContextManager
    from types import EllipsisType, TracebackType
    from typing import Any, Self, TypeVar

    from hyperdjango.database.copy import (
        CopyDestination,
        CopyOut,
        CopyRows,
        CopySource,
    )
    from hyperdjango.database.listen import Listener
    from hyperdjango.database.notices import Notice
    from hyperdjango.database.observe import Hook
    from hyperdjango.database.sync import SyncDatabase

    _Result = TypeVar("_Result")

_NOBODY: AbstractContextManager[None] = nullcontext()


class Database:
    """A PostgreSQL database, and a pool of sessions with it.

    Statements have their parameters as ``$1``, ``$2`` …; their values travel apart from the text. Results
    are Python's natural types: int, float, Decimal, str, bool, bytes, date, time, datetime
    (``timestamptz`` in UTC), timedelta, UUID, ``Range``, what ``json.loads`` gives, and lists for arrays. What Python
    can't hold is a str in PostgreSQL's own form: an interval with months, ``infinity``, a date before
    Christ or after the year 9999, ``24:00:00``, and types that are not named here.

    Arguments:
        url: str | None, ``postgres://user:password@host:port/name`` or ``host=… dbname=…``; None finds it
            as the ``hyper`` command does, in ``DATABASE_URL``, ``.env`` or libpq's variables.
        min_size: int, sessions that ``connect`` opens, and that are opened again when they are lost.
        max_size: int, the most sessions that are open at once.
        connect_timeout: float | None, seconds that opening a session may take with each address; if it is
            not given, what the URL says, or 10; None for what the URL says, or no limit.
        acquire_timeout: float | None, seconds that a statement may wait for a free session.
        query_timeout: float | None, seconds that a statement may take before it is cancelled.
        max_lifetime: float | None, seconds after which a session is replaced when nobody uses it.
        max_idle: float | None, seconds after which a session that nobody uses is closed, if there are more
            than ``min_size``; None to keep them.
        statement_cache_size: int, prepared statements that each session keeps; 0 for a pooler in
            transaction mode that does not know prepared statements.
        name: str | None, what ``using("…")`` and routers call this database.
        application_name: str | None, what ``pg_stat_activity`` calls the sessions; "hyperdjango" unless the
            URL or the environment says otherwise.
        settings: Mapping[str, str] | None, the server's settings for each session, such as
            ``{"statement_timeout": "5s"}``. A pooler may refuse those that it does not know.
        on_notice: Callable[[Notice], object] | None, called in the event loop for each notice of the server;
            without it notices go to the logger ``hyperdjango.notices``.
        slow_query: float | None, seconds from which on a statement is logged as a warning, by the logger
            ``hyperdjango.queries``; its record has ``sql``, ``duration`` and ``database``.
        log_parameters: bool, whether the record has the statement's ``parameters`` as well.
        errors_with_parameters: bool, whether errors carry the statement's parameters, as ``error.parameters``.

    Raises:
        InterfaceError: the settings can't be used.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        min_size: int = 1,
        max_size: int = 10,
        connect_timeout: float | EllipsisType | None = ...,
        acquire_timeout: float | None = 30.0,
        query_timeout: float | None = None,
        max_lifetime: float | None = 3600.0,
        max_idle: float | None = None,
        statement_cache_size: int = 256,
        name: str | None = None,
        application_name: str | None = None,
        settings: Mapping[str, str] | None = None,
        on_notice: Callable[[Notice], object] | None = None,
        slow_query: float | None = None,
        log_parameters: bool = False,
        errors_with_parameters: bool = False,
    ) -> None:
        from hyperdjango._engine import Settings

        for argument, size in (
            ("min_size", min_size),
            ("max_size", max_size),
            ("statement_cache_size", statement_cache_size),
        ):
            check_count(argument, size)
        default = None
        if connect_timeout is ...:
            connect_timeout, default = None, CONNECT_TIMEOUT
        for argument, seconds in (
            ("connect_timeout", connect_timeout),
            ("acquire_timeout", acquire_timeout),
            ("query_timeout", query_timeout),
            ("max_lifetime", max_lifetime),
            ("max_idle", max_idle),
        ):
            check_seconds(argument, seconds)
        check_slow_query(slow_query)
        if not min_size <= max_size or max_size < 1:
            raise InterfaceError(
                "min_size and max_size must fulfil 0 <= min_size <= max_size, 1 <= max_size"
            )
        self.settings = Settings(
            url,
            connect_timeout,
            application_name,
            list((settings or {}).items()),
            default,
        )
        self._min_size = min_size
        self._max_size = max_size
        self._acquire_timeout = acquire_timeout
        self._query_timeout = query_timeout
        self._max_lifetime = max_lifetime
        self._max_idle = max_idle
        self._statement_cache_size = statement_cache_size
        self._pool: Pool | None = None
        # What models have found out about it; theirs to keep.
        self.known: Any = None
        # What `sync` uses: a pool of its own, in an event loop of its own.
        self._sync_pool: Pool | None = None
        self._sync: SyncDatabase | None = None
        self._transaction: ContextVar[Transaction | None] = ContextVar(
            "hyperdjango_transaction", default=None
        )
        self.on_notice = on_notice or log_notice
        self._watching = Observer(
            self, slow_query, log_parameters, errors_with_parameters
        )
        # None as long as there is nothing to do: a statement then pays for looking here, and for no more.
        self._observer = self._watching if self._watching.is_needed else None
        self._connecting: asyncio.Task[None] | None = None
        if name is not None:
            registry.register(self, name)

    def __repr__(self) -> str:
        return f"<Database {self.settings}>"

    async def connect(self) -> None:
        """Open the pool, and with it ``min_size`` sessions.

        Raises:
            ConnectionFailed: no session could be opened; the message says why and what to do.
        """
        self._drop_what_is_left_behind()
        known = self._mine()
        if known is not None and not known.closed:
            raise InterfaceError("the database is connected already")
        pool = Pool(
            self.settings,
            min_size=self._min_size,
            max_size=self._max_size,
            acquire_timeout=self._acquire_timeout,
            max_lifetime=self._max_lifetime,
            max_idle=self._max_idle,
            statement_cache_size=self._statement_cache_size,
            on_notice=self.on_notice,
        )
        try:
            await pool.fill()
        except BaseException:
            await pool.close()
            raise
        known = self._mine()
        if known is not None and not known.closed:
            await pool.close()
            raise InterfaceError("the database is connected already")
        self._keep(pool)
        registry.note_connected(self)

    async def disconnect(self) -> None:
        """Close all sessions; one that is in use is closed when its user is done."""
        self._drop_what_is_left_behind()
        pool = self._mine()
        self._keep(None)
        if self._pool is None and self._sync_pool is None:
            registry.note_disconnected(self)
        if pool is not None:
            await pool.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.disconnect()

    def pool_stats(self) -> PoolStats:
        """How the pool stands now."""
        return self.pool().stats()

    async def execute(self, sql: str, *parameters: Any) -> int:
        """Run a statement; the number of rows that it changed, or selected."""
        result: int = await self.run(sql, parameters, COUNT)
        return result

    async def execute_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> int:
        """Run a statement once for each sequence of parameters, all of them or none, in one round trip.

        Returns:
            The number of rows that were changed.
        """
        tuples = [tuple(values) for values in parameters]
        if not tuples:
            return 0
        with self.watch(sql, () if self._observer is None else tuple(tuples)):
            transaction = self.current()
            if transaction is not None:
                return await transaction.wait(lambda it: it.run_many(sql, tuples))
            pool = self.pool()
            connection = await pool.acquire()
            try:
                return await self.wait_for(connection.run_many(sql, tuples))
            finally:
                pool.release(connection)

    async def query(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a statement; all rows of its result."""
        result: list[dict[str, Any]] = await self.run(sql, parameters, DICTS)
        return result

    async def query_one(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """Run a statement; the first row of its result, or None if it has none."""
        result: dict[str, Any] | None = await self.run(sql, parameters, FIRST_DICT)
        return result

    async def query_val(self, sql: str, *parameters: Any) -> Any:
        """Run a statement; the first value of the first row of its result, or None if it has none."""
        return await self.run(sql, parameters, FIRST_VALUE)

    def stream(
        self, sql: str, *parameters: Any, batch_size: int = 500
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Run a query, a SELECT or VALUES; its rows one by one, fetched as quickly as they are used.

        Arguments:
            batch_size: int, how many rows are fetched at once. The next are fetched while these are used,
                outside of a transaction: at most twice as many are in memory.

        >>> async def example(database: Database) -> None:
        ...     async for row in database.stream("SELECT * FROM orders"):
        ...         print(row)
        """
        return stream(self, sql, parameters, batch_size, DICTS)

    async def copy_from(
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
        """Load data into a table by COPY, the quickest way (PostgreSQL documentation, "COPY").

        Either ``source``, data as COPY reads it, or ``rows``, Python values. Nothing is loaded if anything
        fails: the source, a value, a constraint. In a transaction it is part of it, and has the connection
        to itself meanwhile. ``query_timeout`` does not count here; ``asyncio.timeout`` does.

        Arguments:
            table: str, the table's name as it is, unquoted.
            source: bytes; a path (str or PathLike); a binary file; or an iterable or asynchronous iterable of
                bytes or str.
            rows: an iterable or asynchronous iterable of tuples or lists, one value for each column. The
                values are those that parameters take.
            columns: Sequence[str] | None, the columns to fill, in order; None for all that are not generated.
            format: str, "text", "csv" or "binary"; of ``source``.
            header: bool, whether the first line of ``source`` names the columns, and is skipped.
            delimiter: str | None, what stands between columns in ``source``.
            null: str | None, what stands for NULL in ``source``.
            schema: str | None, the table's schema; None to look in the ``search_path``.

        Returns:
            The number of rows.

        Raises:
            DataError: a value does not fit; the message says the row or line, and the column.
            IntegrityError: a constraint refuses a row.
            UndefinedTable: there is no such table.

        >>> async def example(database: Database) -> None:
        ...     await database.copy_from("orders", rows=[(1, "new"), (2, "paid")])
        ...     await database.copy_from("orders", "orders.csv", format="csv", header=True)
        """
        from hyperdjango.database.copy import copy_from, copy_rows
        from hyperdjango.database.copy_sql import CopyOptions

        options = CopyOptions(format, header, delimiter, null)
        if rows is not None:
            if source is not None or options != CopyOptions():
                raise InterfaceError(
                    "rows come without source, format, header, delimiter and null"
                )
            return await copy_rows(self, table, schema, columns, rows)
        if source is None:
            raise InterfaceError("give copy_from a source or rows")
        return await copy_from(self, table, schema, columns, source, options)

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
    ) -> CopyOut:
        """Write the data of a table or of a query by COPY (PostgreSQL documentation, "COPY").

        With a destination it is awaited, and gives the number of rows; without one it is iterated over, and
        gives pieces of the data as bytes. The server waits while the data is not taken.

        Arguments:
            source: str, a table's name as it is, or a query: what begins with SELECT, VALUES, WITH, TABLE,
                INSERT, UPDATE, DELETE, MERGE or a parenthesis, and goes on. A query has no parameters.
            destination: a path (str or PathLike), which is overwritten, or a binary file.
            columns: Sequence[str] | None, the columns of a table; None for all that are not generated.
            format: str, "text", "csv" or "binary".
            header: bool, whether the first line names the columns.
            delimiter: str | None, what stands between columns.
            null: str | None, what stands for NULL.
            schema: str | None, the table's schema; None to look in the ``search_path``.

        >>> async def example(database: Database) -> None:
        ...     count = await database.copy_to("orders", "orders.csv", format="csv", header=True)
        ...     async for data in database.copy_to("SELECT id FROM orders"):
        ...         print(len(data))
        """
        from hyperdjango.database.copy import CopyOut
        from hyperdjango.database.copy_sql import CopyOptions, copy_to_statement

        options = CopyOptions(format, header, delimiter, null)
        statement = copy_to_statement(source, schema, columns, options)
        return CopyOut(self, statement, destination)

    def listen(self, *channels: str) -> Listener:
        """Listen to notifications (PostgreSQL documentation, "LISTEN").

        The listener has a session of its own, beside those of the pool and not counted in ``max_size``; the
        database need not be connected for it. It gives a `Notification` for each that is sent from the
        beginning of the block on. A session that is lost is opened again, after longer and longer pauses, and
        the listener gives `Reconnected`: what was sent meanwhile is lost.

        Arguments:
            channels: str, names of channels, unquoted and as they are; one or more.

        Raises:
            ConnectionFailed: when the block is entered and no session can be opened.

        >>> async def example(database: Database) -> None:
        ...     async with database.listen("orders") as listener:
        ...         async for item in listener:
        ...             if isinstance(item, Reconnected):
        ...                 print("read all orders anew")
        ...             else:
        ...                 print(item.channel, item.payload)
        """
        from hyperdjango.database.listen import Listener

        return Listener(self, channels)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Send a notification, at the end of the transaction if there is one (PostgreSQL documentation, "NOTIFY").

        Arguments:
            channel: str, the channel's name, as it is.
            payload: str, what is sent along, less than 8000 bytes.
        """
        await self.execute("SELECT pg_catalog.pg_notify($1, $2)", channel, payload)

    def transaction(
        self,
        *,
        isolation: str | None = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> Transaction:
        """A transaction, for ``async with``; inside of another one a savepoint.

        Arguments:
            isolation: str | None, "serializable", "repeatable read" or "read committed"; the server's
                default if None.
            readonly: bool, whether the transaction may change nothing.
            deferrable: bool, whether a serializable read-only transaction waits until it can't fail.
        """
        begin = begin_statement(isolation, readonly, deferrable)
        return Transaction(self, begin, begin != "BEGIN")

    @property
    def sync(self) -> SyncDatabase:
        """The same database for code that is not asynchronous: scripts, shells, notebooks; see `SyncDatabase`."""
        if self._sync is None:
            from hyperdjango.database.sync import SyncDatabase

            self._sync = SyncDatabase(self)
        return self._sync

    def add_hook(self, hook: Hook) -> None:
        """Have a hook be told of every statement; see `Hook`."""
        with self._watching.lock:
            self._watching.hooks = (*self._watching.hooks, hook)
            self._observer = self._watching

    def remove_hook(self, hook: Hook) -> None:
        """Have a hook be told of nothing more; nothing happens if it never was."""
        with self._watching.lock:
            left = tuple(known for known in self._watching.hooks if known is not hook)
            self._watching.hooks = left
            self._observer = self._watching if self._watching.is_needed else None

    # What follows is for this package.

    def run(
        self, sql: str, parameters: tuple[Any, ...], shape: int, *options: Any
    ) -> Coroutine[Any, Any, Any]:
        """Run a statement, in the transaction of the running task if it has one; every statement goes this way.

        Arguments:
            shape: int, what is wanted of the result: `Shape::from_code`'s numbers.
            options: what `Connection.run` takes behind the shape.
        """
        if self._observer is None:
            return self._run(sql, parameters, shape, options)
        return self._observed(sql, parameters, shape, options)

    def read(
        self, sql: str, parameters: tuple[Any, ...], shape: int, *options: Any
    ) -> Coroutine[Any, Any, Any]:
        """As `run`, for a query that changes nothing: others may be sent ahead of and behind it in one session."""
        if self._observer is None:
            return self._run(sql, parameters, shape, options, True)
        return self._observed(sql, parameters, shape, options, True)

    def watch(
        self, sql: str, parameters: tuple[Any, ...]
    ) -> AbstractContextManager[None]:
        """What is to surround the running of a statement that does not go by `run`."""
        return (
            _NOBODY if self._observer is None else self._observer.watch(sql, parameters)
        )

    async def connected(self, *, probe: bool = False) -> Self:
        """Connect, unless that is done; several tasks may ask at once.

        Arguments:
            probe: bool, whether to find out first if a server that was lost is back.
        """
        pool = self._mine()
        if pool is None or pool.loop is not asyncio.get_running_loop():
            await self._connect_once()
        elif probe and pool.is_failing:
            pool.release(await pool.acquire())
        return self

    @property
    def is_connected_in_sync(self) -> bool:
        """Whether `sync` has a pool."""
        return self._sync_pool is not None

    @property
    def is_left_behind(self) -> bool:
        """Whether it was connected in an event loop that is closed, or by the process that this one was forked from."""
        pools = [pool for pool in (self._pool, self._sync_pool) if pool is not None]
        return bool(pools) and all(pool.is_left_behind for pool in pools)

    def serves(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether it is connected in this event loop, and not for `sync`."""
        pool = self._pool
        return pool is not None and pool.loop is loop

    def pool(self) -> Pool:
        """The pool, if it belongs to the running event loop."""
        pool = self._pool
        loop = asyncio.get_running_loop()
        if pool is not None and pool.loop is loop:
            return pool
        if portal.is_here():
            pool = self._sync_pool
            if pool is not None and pool.loop is loop:
                return pool
        if pool is None:
            raise InterfaceError(
                "the database is not connected; await database.connect() first, "
                "or use: async with database"
            )
        raise InterfaceError(
            "the database was connected in another event loop; disconnect there, connect here, or use "
            "database.sync, which has a loop of its own"
        )

    def current(self) -> Transaction | None:
        """The transaction that the running task is in."""
        transaction = self._transaction.get()
        # A task that outlives the transaction that it was started in goes on without.
        if transaction is not None and not transaction.is_open:
            return None
        return transaction

    def set_current(self, transaction: Transaction | None) -> None:
        """Have the running task be in a transaction, or in none."""
        self._transaction.set(transaction)

    async def wait_for(self, future: asyncio.Future[_Result]) -> _Result:
        """Wait for a statement, for as long as ``query_timeout`` allows."""
        if self._query_timeout is None:
            return await future
        try:
            async with asyncio.timeout(self._query_timeout):
                return await future
        except TimeoutError:
            raise QueryTimeout(
                f"a statement took longer than query_timeout, {self._query_timeout} seconds, "
                "and was cancelled"
            ) from None

    async def _connect_once(self) -> None:
        self._drop_what_is_left_behind()
        if self._mine() is not None:
            self.pool()
        task = self._connecting
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.get_running_loop().create_task(self.connect())
            self._connecting = task
            task.add_done_callback(self._connecting_is_over)
        # Others may wait for it as well.
        await asyncio.shield(task)

    def _connecting_is_over(self, task: asyncio.Task[None]) -> None:
        if self._connecting is task:
            self._connecting = None
        if not task.cancelled():
            # Whoever waited has it already; if nobody did any more, it is not to be complained about.
            task.exception()

    def _mine(self) -> Pool | None:
        """The pool of `sync` in its event loop, the other one in all others."""
        return self._sync_pool if portal.is_here() else self._pool

    def _keep(self, pool: Pool | None) -> None:
        if portal.is_here():
            self._sync_pool = pool
        else:
            self._pool = pool

    def _drop_what_is_left_behind(self) -> None:
        pool = self._mine()
        if pool is not None and pool.is_left_behind:
            self._keep(None)
            pool.abandon()

    async def _observed(
        self,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        options: tuple[Any, ...],
        shares: bool = False,
    ) -> Any:
        with self.watch(sql, parameters):
            return await self._run(sql, parameters, shape, options, shares)

    async def _run(
        self,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        options: tuple[Any, ...],
        shares: bool = False,
    ) -> Any:
        transaction = self._transaction.get()
        if transaction is not None and transaction.connection is not None:
            return await transaction.wait(
                lambda it: it.run(sql, parameters, shape, *options)
            )
        pool = self.pool()
        if shares and not pool.has_spare:
            return await self._run_shared(pool, sql, parameters, shape, options)
        connection = pool.take() or await pool.acquire()
        try:
            future = connection.run(sql, parameters, shape, *options)
            if self._query_timeout is None:
                return await future
            return await self.wait_for(future)
        finally:
            pool.release(connection)

    async def _run_shared(
        self,
        pool: Pool,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        options: tuple[Any, ...],
    ) -> Any:
        while True:
            shared = pool.join() or await pool.joined()
            try:
                future = shared.connection.run(sql, parameters, shape, *options)
                if self._query_timeout is None:
                    return await future
                return await self.wait_for(future)
            except QueryTimeout:
                pool.disturb(shared)
                raise
            except QueryCanceled:
                # It was another query that nobody waits for any more; this one changes nothing, and is sent again.
                if not shared.disturbed:
                    raise
            except asyncio.CancelledError:
                pool.disturb(shared)
                raise
            finally:
                pool.leave(shared)
