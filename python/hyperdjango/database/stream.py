"""Results that are fetched piece by piece, and only as quickly as they are used."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperdjango.database.shapes import COUNT
from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from typing import Any

    from hyperdjango._engine import Connection, Plan
    from hyperdjango.database.database import Database
    from hyperdjango.database.transaction import Transaction

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is wanted of the rows, in the words of `Connection.run`."""

    shape: int
    text_columns: Sequence[int]
    plan: Plan | None
    text_parameters: Sequence[int]

    def declare(
        self, connection: Connection, sql: str, parameters: tuple[Any, ...]
    ) -> asyncio.Future[Any]:
        """Run the statement that declares the cursor, which has the parameters."""
        return connection.run(
            sql, parameters, COUNT, True, (), None, self.text_parameters
        )

    def fetch(self, connection: Connection, sql: str) -> asyncio.Future[Any]:
        """Run the statement that fetches, which has the rows."""
        return connection.run(sql, (), self.shape, True, self.text_columns, self.plan)


async def stream(
    database: Database,
    sql: str,
    parameters: tuple[Any, ...],
    batch_size: int,
    shape: int,
    text_columns: Sequence[int] = (),
    plan: Plan | None = None,
    text_parameters: Sequence[int] = (),
) -> AsyncGenerator[Any, None]:
    """The rows of a query, by a cursor: at most two times ``batch_size`` rows are in memory.

    In a transaction the cursor is part of it, and rows are fetched when they are asked for. Otherwise it has
    a session and a transaction of its own, which is committed after the last row and rolled back if the rows
    are not read to their end; the next rows are then fetched while the last are used.

    Arguments:
        shape, text_columns, plan, text_parameters: as `Connection.run` takes them.
    """
    if batch_size < 1:
        raise InterfaceError("batch_size must be at least 1")
    wanted = _Rows(shape, text_columns, plan, text_parameters)
    with database.watch(sql, parameters):
        rows = _batches(database, sql, parameters, batch_size, wanted)
        try:
            async for batch in rows:
                for row in batch:
                    yield row
        finally:
            await rows.aclose()


def batches(
    database: Database,
    sql: str,
    parameters: tuple[Any, ...],
    batch_size: int,
    shape: int,
) -> AsyncGenerator[list[Any], None]:
    """The same rows, many at a time; the last list may be empty."""
    if batch_size < 1:
        raise InterfaceError("batch_size must be at least 1")
    wanted = _Rows(shape, (), None, ())
    return _batches(database, sql, parameters, batch_size, wanted)


def _batches(
    database: Database,
    sql: str,
    parameters: tuple[Any, ...],
    batch_size: int,
    wanted: _Rows,
) -> AsyncGenerator[list[Any], None]:
    transaction = database.current()
    if transaction is not None:
        return _inside(transaction, sql, parameters, batch_size, wanted)
    return _outside(database, sql, parameters, batch_size, wanted)


async def _inside(
    transaction: Transaction,
    sql: str,
    parameters: tuple[Any, ...],
    batch_size: int,
    wanted: _Rows,
) -> AsyncGenerator[list[Any], None]:
    """Batches by a cursor of the running task's transaction."""
    name = f"hyper_cursor_{next(_numbers)}"
    declare = f"DECLARE {name} NO SCROLL CURSOR FOR {sql}"
    fetch = f"FETCH FORWARD {batch_size} FROM {name}"
    await transaction.wait(lambda it: wanted.declare(it, declare, parameters))
    try:
        more = True
        while more:
            batch = await transaction.wait(lambda it: wanted.fetch(it, fetch))
            more = len(batch) == batch_size
            yield batch
    finally:
        connection = transaction.connection
        if connection is not None and not connection.closed:
            # Their names are used once.
            connection.forget(declare)
            connection.forget(fetch)
            # Where the transaction has failed, the cursor is gone already.
            if connection.transaction == "open":
                await transaction.wait(lambda it: it.run_script(f"CLOSE {name}"))


async def _outside(
    database: Database,
    sql: str,
    parameters: tuple[Any, ...],
    batch_size: int,
    wanted: _Rows,
) -> AsyncGenerator[list[Any], None]:
    """Batches by a session of its own; the next two are on their way while one is used.

    With one on its way the server would wait in each round for the client, and the client for the server;
    so each is half as long.
    """
    size = (batch_size + 1) // 2
    # A session has one such cursor at most, so that the statement with this text is of use more than once.
    declare = f"DECLARE hyper_stream NO SCROLL CURSOR FOR {sql}"
    fetch = f"FETCH FORWARD {size} FROM hyper_stream"
    pool = database.pool()
    connection = await pool.acquire()
    try:
        # What an earlier stream has prepared has other columns.
        connection.forget(fetch)
        begun = _start(connection, lambda it: it.run_script("BEGIN"))
        declared = _start(
            connection, lambda it: wanted.declare(it, declare, parameters)
        )
        coming = deque(
            _start(connection, lambda it: wanted.fetch(it, fetch)) for _ in range(2)
        )
        await database.wait_for(begun)
        await database.wait_for(declared)
        while len(batch := await database.wait_for(coming.popleft())) == size:
            coming.append(_start(connection, lambda it: wanted.fetch(it, fetch)))
            yield batch
        committed = _start(connection, lambda it: it.run_script("COMMIT"))
        yield batch
        await database.wait_for(committed)
    finally:
        # A transaction that is still open is rolled back there.
        pool.release(connection)


def _start(
    connection: Connection, start: Callable[[Connection], asyncio.Future[Any]]
) -> asyncio.Future[Any]:
    """Send something whose answer is awaited later, or never: its failure is then not to be complained about."""
    future = start(connection)
    future.add_done_callback(lambda it: it.cancelled() or it.exception())
    return future
