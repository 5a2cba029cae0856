"""Results that are fetched piece by piece, and only as quickly as they are used."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Any

    from hyperdjango.database.database import Database

# What the engine is to give; the numbers are `Shape::from_code`'s.
_COUNT, _DICTS = 0, 1

_numbers = itertools.count(1)


async def stream(
    database: Database, sql: str, parameters: tuple[Any, ...], batch_size: int
) -> AsyncGenerator[dict[str, Any], None]:
    """The rows of a query, by a cursor: at most ``batch_size`` rows are in memory.

    In a transaction the cursor is part of it; otherwise it has a session and a transaction of its own, which
    is committed after the last row, and rolled back if the rows are not read to their end.
    """
    if batch_size < 1:
        raise InterfaceError("batch_size must be at least 1")
    name = f"hyper_cursor_{next(_numbers)}"
    declare = f"DECLARE {name} NO SCROLL CURSOR FOR {sql}"
    fetch = f"FETCH FORWARD {batch_size} FROM {name}"
    transaction = database.current()
    if transaction is not None:
        await transaction.wait(lambda it: it.run(declare, parameters, _COUNT, False))
        try:
            while rows := await transaction.wait(
                lambda it: it.run(fetch, (), _DICTS, False)
            ):
                for row in rows:
                    yield row
                if len(rows) < batch_size:
                    break
        finally:
            # Where the transaction is over or has failed, the cursor is gone already.
            connection = transaction.connection
            if connection is not None and connection.transaction == "open":
                await transaction.wait(lambda it: it.run_script(f"CLOSE {name}"))
        return
    pool = database.pool()
    connection = await pool.acquire()
    try:
        await database.wait_for(connection.run_script("BEGIN"))
        await database.wait_for(connection.run(declare, parameters, _COUNT, False))
        while rows := await database.wait_for(connection.run(fetch, (), _DICTS, False)):
            for row in rows:
                yield row
            if len(rows) < batch_size:
                break
        await database.wait_for(connection.run_script("COMMIT"))
    finally:
        # A transaction that is still open is rolled back there.
        pool.release(connection)
