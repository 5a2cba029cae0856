"""COPY in both directions: sources, destinations, and a session that is whole however it ends."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
from collections.abc import AsyncIterable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hyperdjango.database.copy_sql import (
    COLUMNS,
    CopyOptions,
    copy_from_statement,
    row_types,
    table_name,
)
from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
    from typing import Any, Protocol, TypeAlias

    from hyperdjango._engine import Connection, Copy
    from hyperdjango.database.database import Database
    from hyperdjango.database.pool import Pool

    class _Reader(Protocol):
        def read(self, size: int, /) -> Any: ...

    class _Writer(Protocol):
        def write(self, data: bytes, /) -> Any: ...

    CopySource: TypeAlias = (
        bytes
        | str
        | os.PathLike[str]
        | _Reader
        | Iterable[bytes | str]
        | AsyncIterable[bytes | str]
    )
    CopyRows: TypeAlias = Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]]
    CopyDestination: TypeAlias = str | os.PathLike[str] | _Writer

# How much is read from a file and given to the engine at once, in bytes.
_PIECE = 256 * 1024

# How many values are encoded in one turn of the event loop.
_VALUES = 2000


@asynccontextmanager
async def _session(database: Database) -> AsyncIterator[tuple[Connection, Pool]]:
    """A session on which nothing else runs: the transaction's, or one of its own."""
    transaction = database.current()
    if transaction is not None:
        yield await transaction.alone()
        return
    pool = database.pool()
    connection = await pool.acquire()
    try:
        yield connection, pool
    finally:
        pool.release(connection)


@asynccontextmanager
async def _copy(
    database: Database, statement: str, columns: Sequence[tuple[str, int]] = ()
) -> AsyncIterator[Copy]:
    """A COPY that ends with the block; if the block fails, the COPY fails with it."""
    with database.watch(statement, ()):
        async with _session(database) as (connection, pool):
            copy = connection.copy(statement, columns)
            # Where nobody waits for it any more, its failure is not to be complained about.
            copy.result.add_done_callback(lambda it: it.cancelled() or it.exception())
            pool.begin_copy(connection, copy)
            try:
                yield copy
            except BaseException as problem:
                copy.abandon(f"{type(problem).__name__} in the client")
                if not isinstance(problem, Exception):
                    pool.hush(connection)
                    raise
                try:
                    # The session is of use again when the server has taken note.
                    await asyncio.wait([copy.result])
                except BaseException:
                    pool.hush(connection)
                    raise
                raise


async def _pieces(source: CopySource) -> AsyncGenerator[bytes, None]:
    """The source's data, in pieces of any size."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield bytes(source)
    elif isinstance(source, (str, os.PathLike)):
        file = await asyncio.to_thread(open, source, "rb")
        try:
            while data := await asyncio.to_thread(file.read, _PIECE):
                yield data
        finally:
            file.close()
    elif (read := getattr(source, "read", None)) is not None:
        while data := await _call(read, _PIECE):
            yield _as_bytes(data)
    elif isinstance(source, AsyncIterable):
        async for chunk in source:
            yield _as_bytes(chunk)
    elif isinstance(source, Iterable):
        for chunk in source:
            yield _as_bytes(chunk)
    else:
        raise InterfaceError(
            f"COPY can't read from a {type(source).__name__}; give bytes, a path, a binary file, or an "
            "iterable of bytes or str"
        )


async def _call(function: Any, *arguments: Any) -> Any:
    """Call a file's method in a thread, since files can be slow; or await it, if it is asynchronous."""
    result = await asyncio.to_thread(function, *arguments)
    return await result if inspect.isawaitable(result) else result


def _as_bytes(chunk: Any) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(chunk)
    raise InterfaceError(
        f"COPY's source gave a {type(chunk).__name__} and must give bytes or str; for tuples there is rows="
    )


async def _give(copy: Copy, pieces: AsyncGenerator[bytes, None]) -> int:
    await copy.wait()
    sent = 0
    try:
        async for data in pieces:
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE] if len(data) > _PIECE else data
                sent += len(piece)
                if copy.write(piece):
                    await copy.wait()
                    sent = 0
                elif sent > _PIECE:
                    # However quickly the server takes it, others have their turn.
                    await asyncio.sleep(0)
                    sent = 0
                if copy.result.done():
                    return await copy.result
        copy.finish()
        return await copy.result
    finally:
        await pieces.aclose()


async def copy_from(
    database: Database,
    table: str,
    schema: str | None,
    columns: Sequence[str] | None,
    source: CopySource,
    options: CopyOptions,
) -> int:
    """Send a source's data; the number of rows."""
    statement = copy_from_statement(table, schema, columns, options)
    async with _copy(database, statement) as copy:
        return await _give(copy, _pieces(source))


async def copy_rows(
    database: Database,
    table: str,
    schema: str | None,
    columns: Sequence[str] | None,
    rows: CopyRows,
) -> int:
    """Send rows of Python values, in binary if every column's type has such a form here; how many."""
    name = table_name(table, schema)
    found = await database.query(COLUMNS, name)
    types, is_binary = row_types(name, found, columns)
    size = max(1, _VALUES // len(types))
    batches = _batches(rows, size)
    names = [column for column, _ in types]
    options = CopyOptions("binary" if is_binary else "text")
    statement = copy_from_statement(table, schema, names, options)
    if not is_binary:
        from hyperdjango.database.copy_text import lines

        async with _copy(database, statement) as copy:
            return await _give(copy, lines(batches, types))
    async with _copy(database, statement, types) as copy:
        await copy.wait()
        try:
            async for batch in batches:
                if copy.write_rows(batch):
                    await copy.wait()
                else:
                    await asyncio.sleep(0)
                if copy.result.done():
                    break
        finally:
            await batches.aclose()
        copy.finish()
        return await copy.result


async def _batches(
    rows: CopyRows, size: int
) -> AsyncGenerator[list[Sequence[Any]], None]:
    """Rows, some at a time."""
    if isinstance(rows, AsyncIterable):
        batch: list[Sequence[Any]] = []
        async for row in rows:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch
    elif isinstance(rows, Iterable):
        iterator = iter(rows)
        while batch := list(itertools.islice(iterator, size)):
            yield batch
    else:
        raise InterfaceError(
            f"rows must be an iterable or an asynchronous iterable, not a {type(rows).__name__}"
        )


class CopyOut:
    """A COPY out of the database: awaited if it has a destination, otherwise iterated over."""

    def __init__(
        self, database: Database, statement: str, destination: CopyDestination | None
    ) -> None:
        self._database = database
        self._statement = statement
        self._destination = destination

    def __await__(self) -> Generator[Any, None, int]:
        return self._write().__await__()

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        if self._destination is not None:
            raise InterfaceError(
                "copy_to with a destination is awaited; without one it is iterated over"
            )
        async with _copy(self._database, self._statement) as copy:
            while data := await _next(copy):
                yield data
            await copy.result

    async def _write(self) -> int:
        destination = self._destination
        if destination is None:
            raise InterfaceError(
                "copy_to has nowhere to write to; give it a destination, or use: async for data in …"
            )
        async with _copy(self._database, self._statement) as copy:
            # Whatever keeps the query from running leaves a file as it was.
            data = await _next(copy)
            if not data:
                await copy.result
            file: Any = destination
            if isinstance(destination, (str, os.PathLike)):
                file = await asyncio.to_thread(open, destination, "wb")
            try:
                while data:
                    await _call(file.write, data)
                    data = await _next(copy)
                return await copy.result
            finally:
                if file is not destination:
                    await asyncio.to_thread(file.close)


async def _next(copy: Copy) -> bytes:
    """The next piece of data; empty when there is no more."""
    await copy.wait()
    return copy.read()
