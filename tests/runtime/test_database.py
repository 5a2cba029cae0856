"""Statements, results, errors, and prepared statements that outlive DDL."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from harness import PACKAGE
from hyperdjango.database import Database
from hyperdjango.errors import (
    ConnectionFailed,
    DataError,
    Error,
    InterfaceError,
    NotNullViolation,
    NotSupportedError,
    ProgrammingError,
    SyntaxError,
    UndefinedColumn,
    UndefinedTable,
    UniqueViolation,
)
from loops import Run


def test_results(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url) as database:
            rows = await database.query(
                "SELECT n, n::text t FROM generate_series(1, $1) n", 3
            )
            assert rows == [{"n": 1, "t": "1"}, {"n": 2, "t": "2"}, {"n": 3, "t": "3"}]
            assert await database.query("SELECT 1 n WHERE false") == []
            assert await database.query_one("SELECT 1 n WHERE false") is None
            assert await database.query_val("SELECT 1 n WHERE false") is None
            assert await database.query_one("SELECT NULL n") == {"n": None}
            assert await database.execute("SELECT FROM generate_series(1, 5)") == 5
            assert await database.query("SELECT FROM generate_series(1, 2)") == [{}, {}]
            assert await database.execute("") == 0
            assert await database.execute("CREATE TABLE made (n int PRIMARY KEY)") == 0
            assert (
                await database.execute("INSERT INTO made VALUES ($1), ($2)", 1, 2) == 2
            )
            assert await database.execute("DELETE FROM made") == 2
            many = [(n,) for n in range(1000)]
            assert (
                await database.execute_many("INSERT INTO made VALUES ($1)", many)
                == 1000
            )
            assert await database.execute_many("INSERT INTO made VALUES ($1)", []) == 0
            with pytest.raises(UniqueViolation):
                await database.execute_many(
                    "INSERT INTO made VALUES ($1)", [(5000,), (1,)]
                )
            with pytest.raises(DataError):
                await database.execute_many(
                    "INSERT INTO made VALUES ($1)", [(5000,), ("x",)]
                )
            assert await database.query_val("SELECT count(*) FROM made") == 1000
            await database.execute("DROP TABLE made")

    run(check())


def test_long_results_and_parameters(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url) as database:
            text = "x" * 20_000_000
            assert await database.query_val("SELECT $1::text", text) == text
            rows = await database.query(
                "SELECT n, n::numeric m FROM generate_series(1, 100000) n"
            )
            assert [row["n"] for row in rows] == list(range(1, 100_001))

    run(check())


def test_errors_say_what_and_where(url: str) -> None:
    async def check() -> None:
        async with Database(url) as database:
            await database.execute(
                "CREATE TABLE faulty (n int PRIMARY KEY, m int NOT NULL)"
            )
            for error, sql in (
                (UndefinedTable, "SELECT * FROM missing"),
                (UndefinedColumn, "SELECT missing FROM faulty"),
                (SyntaxError, "SELEC 1"),
                (DataError, "SELECT 1 / 0"),
                (NotNullViolation, "INSERT INTO faulty VALUES (1)"),
                (SyntaxError, "SELECT 1; SELECT 2"),
            ):
                for _ in range(2):
                    with pytest.raises(error):
                        await database.query(sql)
            await database.execute("INSERT INTO faulty VALUES (1, 4711)")
            with pytest.raises(UniqueViolation) as caught:
                await database.execute("INSERT INTO faulty VALUES ($1, $2)", 1, 4711)
            problem = caught.value
            assert (problem.sqlstate, problem.table, problem.constraint) == (
                "23505",
                "faulty",
                "faulty_pkey",
            )
            assert problem.detail == "Key (n)=(1) already exists."
            assert "(1)" not in str(problem)
            assert str(problem).splitlines()[1:] == [
                "Statement: INSERT INTO faulty VALUES ($1, $2)"
            ]
            for sqlstate, sql, parameters in (
                ("23502", "INSERT INTO faulty VALUES ($1)", (7,)),
                ("22012", "SELECT 1 / $1::int", (0,)),
                ("22003", "SELECT $1::int * $1::int", (2_000_000_000,)),
                ("22P02", "SELECT $1::text::int", ("abc",)),
                ("40001", "DO 'BEGIN RAISE SQLSTATE ''40001''; END'", ()),
            ):
                with pytest.raises(Error) as told:
                    await database.query(sql, *parameters)
                assert told.value.sqlstate == sqlstate
                assert told.value.statement == sql
                assert f"\nStatement: {sql}" in str(told.value)
            long = f"SELECT 1 / $1::int -- {'x' * 1000}\n"
            with pytest.raises(Error) as told:
                await database.query(long, 0)
            assert told.value.statement == long
            assert str(told.value).endswith("xxx …") and len(str(told.value)) < 500
            with pytest.raises(UndefinedColumn) as place:
                await database.query("SELECT n,\n  missing\nFROM faulty")
            assert place.value.position == 13
            assert str(place.value).splitlines()[1:] == [
                "line 2:   missing",
                "          ^",
            ]
            with pytest.raises(
                ProgrammingError, match='two columns of the result are named "n"'
            ):
                await database.query("SELECT 1 AS n, 2 AS n")
            with pytest.raises(NotSupportedError, match="COPY TO STDOUT"):
                await database.execute("COPY faulty TO STDOUT")
            with pytest.raises(Error, match="COPY FROM STDIN"):
                await database.execute("COPY faulty FROM STDIN")
            assert await database.query_val("SELECT m FROM faulty") == 4711

    asyncio.run(check())


def test_ddl_under_prepared_statements(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await database.execute("CREATE TABLE changing (a int)")
            await database.execute("INSERT INTO changing VALUES (1)")
            for _ in range(2):
                assert await database.query("SELECT * FROM changing") == [{"a": 1}]
            await database.execute("ALTER TABLE changing ADD b text DEFAULT 'x'")
            assert await database.query("SELECT * FROM changing") == [
                {"a": 1, "b": "x"}
            ]
            await database.execute("ALTER TABLE changing ALTER a TYPE numeric")
            # Several at once on one connection, all with the statement that is out of date.
            async with database.transaction() as transaction:
                connection = transaction.connection
            assert connection is not None
            futures = [
                connection.run("SELECT * FROM changing", (), 1) for _ in range(5)
            ]
            for rows in await asyncio.gather(*futures):
                assert rows == [{"a": 1, "b": "x"}]
            await database.execute("DEALLOCATE ALL")
            assert await database.query_val("SELECT b FROM changing") == "x"
            assert await database.query("SELECT * FROM changing") == [
                {"a": 1, "b": "x"}
            ]
            # In a transaction the first failure is final, and the next time it works.
            await database.execute("ALTER TABLE changing DROP b")
            with pytest.raises(NotSupportedError, match="cached plan"):
                async with database.transaction():
                    await database.query("SELECT * FROM changing")
            assert await database.query("SELECT * FROM changing") == [{"a": 1}]
            await database.execute("DROP TABLE changing")

    run(check())


@pytest.mark.parametrize("size", [0, 1, 3])
def test_few_prepared_statements(url: str, size: int) -> None:
    async def check() -> None:
        async with Database(url, max_size=1, statement_cache_size=size) as database:
            for _ in range(3):
                for number in range(5):
                    sql = f"SELECT $1::int + {number}"
                    assert await database.query_val(sql, 10) == 10 + number
            kept = await database.query_val(
                "SELECT count(*) FROM pg_prepared_statements"
            )
            assert kept <= size

    asyncio.run(check())


def test_operations_on_one_connection_keep_their_order(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            async with database.transaction() as transaction:
                connection = transaction.connection
            assert connection is not None
            futures = []
            for number in range(200):
                # Every third is new, and must not be overtaken by one that is prepared.
                sql = (
                    f"SELECT $1::int, {number}" if number % 3 == 0 else "SELECT $1::int"
                )
                futures.append(connection.run(sql, (number,), 3))
                if number % 7 == 0:
                    futures.append(connection.run("SELECT 1 / $1::int", (0,), 3))
            done: list[int] = []
            for index, future in enumerate(futures):
                future.add_done_callback(lambda _, index=index: done.append(index))
            results = await asyncio.gather(*futures, return_exceptions=True)
            assert done == list(range(len(futures)))
            numbers = [result for result in results if isinstance(result, int)]
            assert numbers == list(range(200))

    run(check())


def test_columns_as_text(url: str) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            async with database.transaction() as transaction:
                connection = transaction.connection
            assert connection is not None
            sql = "SELECT 1.50 a, '{\"b\":  1}'::json b, 2 c, NULL::uuid d, '2024-01-01'::date e"
            for _ in range(2):
                row = await connection.run(sql, (), 2, text_columns=[1, 2, 3, 4])
                assert row == {
                    "a": Decimal("1.50"),
                    "b": '{"b":  1}',
                    "c": "2",
                    "d": None,
                    "e": "2024-01-01",
                }
                row = await connection.run(sql, (), 4)
                assert row == [(Decimal("1.50"), {"b": 1}, 2, None, date(2024, 1, 1))]

    asyncio.run(check())


def test_wrong_use(url: str) -> None:
    async def check() -> None:
        database = Database(url)
        with pytest.raises(InterfaceError, match="not connected"):
            await database.query("SELECT 1")
        with pytest.raises(InterfaceError, match="zero byte|can't be sent"):
            async with database:
                await database.query("SELECT 1 \0")
        with pytest.raises(InterfaceError, match="^http:// is a web address"):
            Database("http://example.org")
        with pytest.raises(InterfaceError, match="min_size"):
            Database(url, min_size=3, max_size=2)
        arguments: tuple[tuple[str, Any, str], ...] = (
            ("connect_timeout", 0, "give None for no limit"),
            ("acquire_timeout", "x", "a number of seconds, or None"),
            ("acquire_timeout", -1, "more than 0 seconds, and is -1"),
            ("query_timeout", 0, "give None for no limit"),
            ("query_timeout", float("nan"), "more than 0 seconds"),
            ("query_timeout", float("inf"), "give None for no limit"),
            ("query_timeout", True, "a number of seconds"),
            ("max_lifetime", -0.5, "more than 0 seconds"),
            ("max_idle", "1h", "a number of seconds"),
            ("slow_query", -1, "must not be negative"),
            ("slow_query", "1", "a number of seconds"),
            ("min_size", "3", "a whole number, not '3'"),
            ("min_size", -1, "must not be negative"),
            ("max_size", 2.5, "a whole number"),
            ("max_size", 0, "1 <= max_size"),
            ("statement_cache_size", None, "a whole number"),
        )
        for name, value, words in arguments:
            with pytest.raises(InterfaceError, match=words) as wrong:
                Database(url, **{"min_size": 0, name: value})
            assert name in str(wrong.value)
        await database.connect()

    asyncio.run(check())
    secret = "postgres://postgres:geheim@127.0.0.1:1/x"

    async def refused() -> None:
        with pytest.raises(ConnectionFailed) as caught:
            await Database(secret).connect()
        assert "geheim" not in str(caught.value)
        assert "geheim" not in repr(Database(secret))

    asyncio.run(refused())


def test_the_url_says_how_long_opening_may_take(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seconds(given: str | None, **options: Any) -> float:
        began = time.monotonic()
        with pytest.raises(ConnectionFailed):
            asyncio.run(Database(given, **options).connect())
        return time.monotonic() - began

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        plain = f"postgres://x@127.0.0.1:{silent.getsockname()[1]}/x?sslmode=disable"
        assert 0.9 < seconds(f"{plain}&connect_timeout=1") < 3
        # What is given counts more.
        assert seconds(f"{plain}&connect_timeout=60", connect_timeout=0.2) < 3
        monkeypatch.chdir(tmp_path)
        Path(".env").write_text(f"DATABASE_URL={plain}&connect_timeout=1\n")
        for name in ("DATABASE_URL", "HYPER_DATABASE_URL"):
            monkeypatch.delenv(name, raising=False)
        assert 0.9 < seconds(None) < 3
        monkeypatch.setenv("PGCONNECT_TIMEOUT", "1")
        assert 0.9 < seconds(plain) < 3


def test_nothing_is_leaked(url: str, run: Run) -> None:
    def files() -> int:
        return len(os.listdir("/proc/self/fd"))

    async def once() -> None:
        async with Database(url, min_size=2) as database:
            await asyncio.gather(*(database.query("SELECT 1") for _ in range(20)))
            assert files() > before

    before = files()
    run(once())
    gc.collect()
    assert files() <= before

    async def references() -> None:
        async with Database(url) as database:
            sql = "SELECT $1::text t, $2::int n, NULL z"
            value = "".join(["text"] * 2)
            await database.query(sql, value, 1)
            start = sys.getrefcount(value), sys.getrefcount(sql)
            for _ in range(100):
                await database.query(sql, value, 1)
            assert (sys.getrefcount(value), sys.getrefcount(sql)) == start

    run(references())


def test_errors_are_imported_quickly() -> None:
    code = (
        "import sys, hyperdjango, hyperdjango.errors;"
        "sys.exit('asyncio' in sys.modules or 'decimal' in sys.modules)"
    )
    subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path[:0] = [{str(PACKAGE)!r}]; {code}",
        ],
        check=True,
    )
