"""COPY: what goes in comes out, nothing piles up, and whatever fails leaves a session that works."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import (
    DataError,
    Error,
    InterfaceError,
    ProgrammingError,
    SyntaxError,
    UndefinedColumn,
    UndefinedTable,
    UniqueViolation,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from loops import Run
from proxy import Proxy
from test_network import local_socket, through
from test_pool import settle


async def table(database: Database, columns: str = "id int PRIMARY KEY, t text") -> str:
    """Make an empty table whose names need to be quoted."""
    name = 'some "odd" table'
    await database.execute('DROP TABLE IF EXISTS "some ""odd"" table"')
    await database.execute(f'CREATE TABLE "some ""odd"" table" ({columns})')
    return name


COUNT = 'SELECT count(*) FROM "some ""odd"" table"'
ALL = 'SELECT * FROM "some ""odd"" table" ORDER BY id'


class AsynchronousFile:
    """A file whose methods are asynchronous."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    async def read(self, size: int) -> bytes:
        return self.file.read(size)

    async def write(self, data: bytes) -> int:
        return self.file.write(data)


def test_sources(url: str, run: Run, tmp_path: Path) -> None:
    data = b"".join(b"%d\trow %d\n" % (n, n) for n in range(1000))
    file = tmp_path / "rows.txt"
    file.write_bytes(data)

    def pieces() -> Iterator[str | bytes]:
        for start in range(0, len(data), 7):
            yield data[start : start + 7]
        yield ""

    async def later() -> AsyncIterator[str]:
        for line in data.decode().splitlines(keepends=True):
            yield line

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(database)
            for source in (
                data,
                file,
                str(file),
                io.BytesIO(data),
                AsynchronousFile(data),
                pieces(),
                later(),
                [data],
            ):
                await database.execute(
                    f'TRUNCATE "{name.replace(chr(34), chr(34) * 2)}"'
                )
                assert await database.copy_from(name, source) == 1000
                assert await database.query_val(COUNT) == 1000
            assert await database.copy_from(name, []) == 0
            csv = "t;id\nx;5000\n-;5001\n"
            assert (
                await database.copy_from(
                    name,
                    [csv],
                    columns=["t", "id"],
                    format="csv",
                    header=True,
                    delimiter=";",
                    null="-",
                    schema="public",
                )
                == 2
            )
            assert (await database.query(ALL))[-2:] == [
                {"id": 5000, "t": "x"},
                {"id": 5001, "t": None},
            ]
            assert database.pool_stats().idle == 1

    run(check())


def test_destinations(url: str, run: Run, tmp_path: Path) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(database)
            rows = [(n, f"row\t{n}") for n in range(2000)]
            assert await database.copy_from(name, rows=rows) == 2000
            pieces = [piece async for piece in database.copy_to(name)]
            data = b"".join(pieces)
            assert data == b"".join(b"%d\trow\\t%d\n" % (n, n) for n in range(2000))
            file, memory, later = (
                tmp_path / "out",
                io.BytesIO(),
                AsynchronousFile(b""),
            )
            assert await database.copy_to(name, file) == 2000
            assert await database.copy_to(name, memory) == 2000
            assert await database.copy_to(name, later) == 2000
            assert (
                file.read_bytes() == memory.getvalue() == later.file.getvalue() == data
            )
            query = io.BytesIO()
            count = await database.copy_to(
                f"{ALL} LIMIT 1 -- the first;\n", query, format="csv", header=True
            )
            assert (count, query.getvalue()) == (1, b"id,t\n0,row\t0\n")
            column = io.BytesIO()
            await database.copy_to(name, column, columns=["t"], schema="public")
            assert column.getvalue().startswith(b"row\\t0\nrow\\t1\n")
            assert [
                piece async for piece in database.copy_to("SELECT WHERE false")
            ] == []
            with pytest.raises(UndefinedTable):
                await database.copy_to("missing", file)
            assert file.read_bytes() == data
            # What binary COPY gives it takes.
            binary = io.BytesIO()
            await database.copy_to(name, binary, format="binary")
            await database.execute('DELETE FROM "some ""odd"" table"')
            binary.seek(0)
            assert await database.copy_from(name, binary, format="binary") == 2000

    run(check())


def test_rows_of_all_types(url: str, run: Run) -> None:
    values: dict[str, list[Any]] = {
        "bool": [True, False],
        "int2": [-1],
        "int4": [2**31 - 1],
        "int8": [-(2**63)],
        "float4": [0.5],
        "float8": [1e300, float("inf")],
        "numeric": [Decimal("-12.5000"), Decimal("1E+10")],
        "text": ["", "a\tb\\c\n", "€"],
        "varchar(5)": ["abc"],
        "bytea": [b"\x00\xff"],
        "date": [date(2024, 2, 29)],
        "time": [time(1, 2, 3, 4)],
        "timestamp": [datetime(1, 1, 1)],
        "timestamptz": [datetime(2024, 1, 1, tzinfo=UTC)],
        "uuid": [UUID(int=5)],
        "json": [{"a": [1, None]}],
        "jsonb": [[1, "x"], "text"],
        "text[]": [["a", None, 'q"\\'], []],
        "int4[]": [[[1, 2], [3, 4]]],
        "mood": ["happy"],
        "positive": [3],
    }

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await database.execute("DROP TYPE IF EXISTS mood, positive CASCADE")
            await database.execute("CREATE TYPE mood AS ENUM ('happy', 'sad')")
            await database.execute("CREATE DOMAIN positive AS int CHECK (VALUE > 0)")
            # With the second set there is a column that has no binary form, and the rows travel as text.
            for more in ({}, {"inet": ["10.0.0.1"], "interval": [timedelta(1, 2, 3)]}):
                kinds = {**values, **more}
                columns = ", ".join(f"c{n} {kind}" for n, kind in enumerate(kinds))
                name = await table(database, f"id int, {columns}")
                rows = [
                    (
                        number,
                        *(chosen[number % len(chosen)] for chosen in kinds.values()),
                    )
                    for number in range(6)
                ]
                rows.append((6, *(None for _ in kinds)))
                assert await database.copy_from(name, rows=rows) == 7
                back = [tuple(row.values()) for row in await database.query(ALL)]
                assert back == rows
                with pytest.raises(Error, match="positive"):
                    last = {"c20": -1}
                    bad = [last.get(f"c{n}") for n, _ in enumerate(kinds)]
                    await database.copy_from(name, rows=[(9, *bad)])

    run(check())


@settings(max_examples=60, deadline=None, database=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.none() | st.text().filter(lambda text: "\0" not in text),
            st.none()
            | st.lists(st.none() | st.text().filter(lambda text: "\0" not in text)),
            st.none() | st.binary(),
            st.none() | st.decimals(allow_nan=False, allow_infinity=False),
        )
    ),
    as_text=st.booleans(),
)
def test_any_rows_come_back(
    any_rows: tuple[asyncio.AbstractEventLoop, Database], rows: list[Any], as_text: bool
) -> None:
    loop, database = any_rows

    async def check() -> None:
        await database.execute("TRUNCATE any_rows, any_rows_as_text")
        name = "any_rows_as_text" if as_text else "any_rows"
        columns = ["a", "b", "c", "d", "e"]
        assert await database.copy_from(name, rows=rows, columns=columns) == len(rows)
        back = await database.query(f"SELECT a, b, c, d, e FROM {name}")
        assert [tuple(row.values()) for row in back] == rows

    loop.run_until_complete(check())


@pytest.fixture(scope="module")
def any_rows(url: str) -> Iterator[tuple[asyncio.AbstractEventLoop, Database]]:
    loop = asyncio.new_event_loop()
    database = Database(url)
    columns = "a int8, b text, c text[], d bytea, e numeric"
    loop.run_until_complete(database.connect())
    for sql in (
        f"CREATE TABLE any_rows ({columns})",
        f"CREATE TABLE any_rows_as_text ({columns}, address inet DEFAULT '10.0.0.1')",
    ):
        loop.run_until_complete(database.execute(sql))
    yield loop, database
    loop.run_until_complete(database.disconnect())
    loop.close()


def test_columns_that_copy_does_not_fill(url: str, run: Run) -> None:
    async def later() -> AsyncIterator[list[Any]]:
        for number in range(5000):
            yield [number]

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(
                database,
                "id int, gone int, twice int GENERATED ALWAYS AS (id * 2) STORED, made int DEFAULT 7",
            )
            await database.execute('ALTER TABLE "some ""odd"" table" DROP gone')
            assert await database.copy_from(name, rows=later(), columns=["id"]) == 5000
            assert await database.query_one(f"{ALL} OFFSET 3 LIMIT 1") == {
                "id": 3,
                "twice": 6,
                "made": 7,
            }
            assert await database.copy_from(name, rows=[(1, 2)]) == 1
            assert await database.copy_from(name, rows=[]) == 0
            with pytest.raises(
                ProgrammingError, match="'twice'.* it can fill: id, made"
            ):
                await database.copy_from(name, rows=[(1,)], columns=["twice"])

    run(check())


def test_what_is_wrong_is_said(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(database)
            process = await database.query_val("SELECT pg_backend_pid()")
            for rows, words in (
                ([(1, "a"), ("2", "b")], 'row 2, column "id": it is integer'),
                ([(1, "a"), (2,)], "row 2 has 1 values, and there are 2 columns"),
                ([(1, 5)], 'row 1, column "t"'),
            ):
                with pytest.raises(DataError) as caught:
                    await database.copy_from(name, rows=rows)
                assert words in str(caught.value)
            with pytest.raises(TypeError, match="row 1 is no tuple"):
                await database.copy_from(name, rows=["ab"])
            with pytest.raises(DataError) as where:
                await database.copy_from(name, b"1\ta\nsecret\tb\n")
            assert 'Where: COPY some "odd" table, line 2, column id' in str(where.value)
            assert "secret" not in str(where.value).partition("Where:")[2]
            assert where.value.context is not None
            assert '"secret"' in where.value.context
            with pytest.raises(UniqueViolation):
                await database.copy_from(name, rows=[(1, "a"), (1, "b")])
            with pytest.raises(UndefinedTable):
                await database.copy_from("missing", b"")
            with pytest.raises(UndefinedTable):
                await database.copy_from("missing", rows=[])
            with pytest.raises(UndefinedColumn):
                await database.copy_from(name, b"", columns=["missing"])
            with pytest.raises(SyntaxError):
                await database.copy_to("SELECT FROM FROM", io.BytesIO())
            with pytest.raises(InterfaceError, match="no format 'xml'"):
                await database.copy_from(name, b"", format="xml")
            with pytest.raises(InterfaceError, match="source or rows"):
                await database.copy_from(name)
            with pytest.raises(InterfaceError, match="rows come without"):
                await database.copy_from(name, rows=[], format="csv")
            with pytest.raises(InterfaceError, match="must give bytes or str"):
                await database.copy_from(name, [(1, 2)])  # type: ignore[list-item]
            with pytest.raises(InterfaceError, match="nowhere to write to"):
                await database.copy_to(name)
            with pytest.raises(FileNotFoundError):
                await database.copy_from(name, "/nowhere/at/all")
            # Not one row was left, and it is the same session still.
            assert await database.query_val(COUNT) == 0
            assert await database.query_val("SELECT pg_backend_pid()") == process
            await settle(database)

    run(check())


class Refusal(Exception):
    """What a source raises."""


def test_a_source_or_destination_that_fails(url: str, run: Run) -> None:
    def source() -> Iterator[bytes]:
        for number in range(50_000):
            yield b"%d\tx\n" % number
        raise Refusal

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise Refusal

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(database)
            with pytest.raises(Refusal):
                await database.copy_from(name, source())
            assert await database.query_val(COUNT) == 0
            async with database.transaction():
                await database.copy_from(name, rows=[(100_001, "kept")])
                with pytest.raises(Refusal):
                    async with database.transaction():
                        await database.copy_from(name, source())
                await database.copy_from(name, rows=[(100_002, "kept")])
            assert await database.query_val(COUNT) == 2
            with pytest.raises(Refusal):
                await database.copy_to(
                    "SELECT repeat('x', 100) FROM generate_series(1, 100000)", Full()
                )
            # Leaving a COPY early is a cancellation: the transaction has failed, the session has not.
            with pytest.raises(Error):
                async with database.transaction():
                    async for _ in database.copy_to(
                        "SELECT repeat('x', 100) FROM generate_series(1, 1000000)"
                    ):
                        break
                    await database.query_val("SELECT 1")
            assert await database.query_val(COUNT) == 2
            assert database.pool_stats().idle == 1

    run(check())


def test_in_a_transaction_the_connection_is_its_own(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            name = await table(database)

            async def asks() -> AsyncIterator[bytes]:
                await database.query("SELECT 1")
                yield b""

            with pytest.raises(InterfaceError, match="COPY is under way"):
                async with database.transaction():
                    await database.copy_from(name, asks())
            async with database.transaction():

                async def count() -> int:
                    return int(await database.query_val(COUNT))

                other = []

                async def rows() -> AsyncIterator[tuple[int, str]]:
                    for number in range(1000):
                        if number == 10:
                            # Another task of the transaction waits for its turn.
                            other.append(asyncio.create_task(count()))
                            await asyncio.sleep(0)
                        yield number, "x"

                assert await database.copy_from(name, rows=rows()) == 1000
                assert await other[0] == 1000
            assert await database.query_val(COUNT) == 1000

    run(check())


def test_nothing_piles_up(url: str, run: Run) -> None:
    """A network that stands still holds the source up, and a slow destination the server."""

    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        async with Database(
            through(proxy, url, "sslmode=disable"), max_size=2
        ) as database:
            name = await table(database)
            given = 0

            def endless() -> Iterator[bytes]:
                nonlocal given
                for number in range(400):
                    given += 1
                    yield b"%d\t%s\n" % (number, b"x" * 100_000)

            async with Database(url) as other:
                async with other.transaction():
                    await other.execute(
                        'LOCK TABLE "some ""odd"" table" IN ACCESS EXCLUSIVE MODE'
                    )
                    task = asyncio.create_task(database.copy_from(name, endless()))
                    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                    while not await other.query_val(waiting):
                        await asyncio.sleep(0.01)
                    assert given == 0
                assert await task == 400
            # 40 MB were given; the server waits for the destination with what the network holds.
            passed = proxy.passed
            chunks = database.copy_to(name).__aiter__()
            size = len(await anext(chunks))
            while True:
                before = proxy.passed
                await asyncio.sleep(0.1)
                if proxy.passed == before:
                    break
            assert proxy.passed - passed < 20_000_000
            async for chunk in chunks:
                size += len(chunk)
            assert size > 400 * 100_000
        await proxy.stop()

    run(check())


def test_cancellation(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            name = await table(database)

            async def slowly() -> AsyncIterator[bytes]:
                for number in range(1000):
                    yield b"%d\tx\n" % number
                    await asyncio.sleep(0.001)

            async def take() -> None:
                async for _ in database.copy_to(
                    "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"
                ):
                    await asyncio.sleep(0.001)

            async def bound() -> None:
                async with database.transaction():
                    await database.copy_from(name, slowly())

            for pause in (0, 0.001, 0.01, 0.05):
                for work in (
                    database.copy_from(name, slowly()),
                    database.copy_from(name, rows=((n, "x") for n in range(1_000_000))),
                    take(),
                    bound(),
                ):
                    task = asyncio.ensure_future(work)
                    await asyncio.sleep(pause)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await task
                    assert await database.query_val("SELECT $1::int", 5) == 5
            await settle(database)
            assert await database.query_val(COUNT) == 0
            assert database.pool_stats().size <= 2

    run(check())


def test_a_connection_that_is_lost(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        async with Database(
            through(proxy, url, "sslmode=disable"), max_size=1
        ) as database:
            name = await table(database)

            async def cutting() -> AsyncIterator[bytes]:
                for number in range(100_000):
                    yield b"%d\tx\n" % number
                    if number == 50:
                        proxy.cut()
                        await asyncio.sleep(0.01)

            with pytest.raises(Error, match="lost"):
                await database.copy_from(name, cutting())
            with pytest.raises(Error, match="lost"):
                async for _ in database.copy_to(
                    "SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
                ):
                    proxy.cut()
            assert await database.query_val(COUNT) == 0
        await proxy.stop()

    run(check())
