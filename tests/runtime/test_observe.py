"""Hooks, slow statements, telemetry, and what errors carry."""

from __future__ import annotations

import asyncio
import io
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness import clean_environment
from hyperdjango.database import Database, Statement
from hyperdjango.database.telemetry import instrument
from hyperdjango.errors import DataError, UndefinedTable
from loops import Run


class Recorder:
    """A hook that remembers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[Any, ...], str | None]] = []

    def before(self, statement: Statement) -> object:
        return statement

    def after(self, token: Any, error: BaseException | None, duration: float) -> None:
        assert duration >= 0
        name = None if error is None else type(error).__name__
        self.seen.append((token.sql, token.parameters, name))


class Broken:
    """A hook that fails."""

    def before(self, statement: Statement) -> object:
        raise RuntimeError("before")

    def after(self, token: Any, error: BaseException | None, duration: float) -> None:
        raise RuntimeError("after")


def test_hooks_are_told_of_everything(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=2) as database:
            recorder = Recorder()
            database.add_hook(recorder)
            await database.query_val("SELECT $1::int", 5)
            with pytest.raises(UndefinedTable):
                await database.execute("SELECT FROM missing")
            async with database.transaction(), database.transaction():
                await database.query("SELECT 1")
            with pytest.raises(KeyError):
                async with database.transaction(readonly=True):
                    raise KeyError
            await database.execute_many("SELECT $1::int", [(1,), (2,)])
            async for _ in database.stream("VALUES (1)"):
                pass
            await database.copy_to("SELECT 2", io.BytesIO())
            task = asyncio.create_task(database.query("SELECT pg_sleep(50)"))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert recorder.seen == [
                ("SELECT $1::int", (5,), None),
                ("SELECT FROM missing", (), "UndefinedTable"),
                ("BEGIN", (), None),
                ("SAVEPOINT hyper_1", (), None),
                ("SELECT 1", (), None),
                ("RELEASE SAVEPOINT hyper_1", (), None),
                ("COMMIT", (), None),
                ("BEGIN READ ONLY", (), None),
                ("ROLLBACK", (), None),
                ("SELECT $1::int", ((1,), (2,)), None),
                ("VALUES (1)", (), None),
                ("COPY (SELECT 2) TO STDOUT WITH (FORMAT text)", (), None),
                ("SELECT pg_sleep(50)", (), "CancelledError"),
            ]
            database.remove_hook(recorder)
            assert database._observer is None
            await database.query("SELECT 1")
            assert len(recorder.seen) == 13

    run(check())


def test_a_hook_that_fails_disturbs_nothing(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def check() -> None:
        async with Database(url) as database:
            recorder = Recorder()
            database.add_hook(Broken())
            database.add_hook(recorder)
            assert await database.query_val("SELECT 1") == 1
            assert len(recorder.seen) == 1

    asyncio.run(check())
    assert [record.getMessage() for record in caplog.records] == [
        "a hook failed before a statement"
    ]


def test_slow_statements(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        async with Database(url, slow_query=0.05) as database:
            await database.query("SELECT 1")
            await database.query("SELECT pg_sleep($1::float8)", 0.06)
        async with Database(url, slow_query=0, log_parameters=True) as database:
            await database.query("SELECT $1::text", "value")
            await database.execute_many("SELECT $1::text", [["a"], ["b"]])

    asyncio.run(check())
    slow, every, many = caplog.records
    assert (slow.name, slow.levelno) == ("hyperdjango.queries", logging.WARNING)
    fields = vars(slow)
    assert fields["sql"] == "SELECT pg_sleep($1::float8)"
    assert fields["duration"] >= 0.05
    assert fields["database"].startswith("postgres://postgres@")
    assert "parameters" not in fields
    assert vars(every)["parameters"] == ("value",)
    assert "value" not in every.getMessage()
    assert vars(many)["parameters"] == (("a",), ("b",))


def test_what_errors_carry(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, errors_with_parameters=True) as database:
            with pytest.raises(DataError) as caught:
                await database.query("SELECT 1 / $1::int", 0)
            assert caught.value.parameters == (0,)
            with pytest.raises(DataError) as many:
                await database.execute_many("SELECT 1 / $1::int", [(1,), [0]])
            assert many.value.parameters == ((1,), (0,))
        async with Database(url) as database:
            with pytest.raises(DataError) as plain:
                await database.query("SELECT 1 / $1::int", 0)
            assert plain.value.parameters is None
            await database.execute(
                "CREATE OR REPLACE FUNCTION fails() RETURNS void LANGUAGE plpgsql"
                " AS $$ BEGIN PERFORM 1 / 0; END $$"
            )
            with pytest.raises(DataError) as inside:
                await database.query("SELECT fails()")
            assert "PL/pgSQL function fails() line 1" in (inside.value.context or "")

    run(check())


def test_telemetry(url: str, run: Run) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
        InMemorySpanExporter,
    )
    from opentelemetry.trace import SpanKind, StatusCode

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def check() -> None:
        async with Database(url) as database:
            hook = instrument(database, tracer_provider=provider)
            with provider.get_tracer("test").start_as_current_span("outer"):
                await database.query("-- why\nselect $1::int", 5)
            with pytest.raises(UndefinedTable):
                await database.execute("DELETE FROM missing")
            database.remove_hook(hook)
            await database.query("SELECT 1")

    run(check())
    query, outer, failed = exporter.get_finished_spans()
    assert (query.name, query.kind) == ("SELECT", SpanKind.CLIENT)
    assert query.parent is not None
    assert query.parent.span_id == outer.context.span_id
    attributes = dict(query.attributes or {})
    assert isinstance(attributes.pop("server.port"), int)
    assert str(attributes.pop("server.address")).startswith("/")
    assert str(attributes.pop("db.namespace")).startswith("test_")
    assert attributes == {
        "db.system.name": "postgresql",
        "db.operation.name": "SELECT",
        "db.query.text": "-- why\nselect $1::int",
    }
    assert query.status.status_code is StatusCode.UNSET
    assert failed.name == "DELETE"
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "42P01"
    assert failed.attributes["db.response.status_code"] == "42P01"
    assert failed.status.status_code is StatusCode.ERROR


def test_what_is_imported(tmp_path: Path) -> None:
    """Importing the client imports nothing that only some programs need."""
    script = (
        "import sys; import hyperdjango.database as d; late = {'hyperdjango.database.sync',"
        " 'hyperdjango.database.copy', 'hyperdjango.database.telemetry', 'opentelemetry'} & set(sys.modules);"
        " assert not late, late; assert d.Notification"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""


def test_telemetry_that_is_not_installed(url: str, tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from hyperdjango.database import Database\n"
        "from hyperdjango.database.telemetry import instrument\n"
        f"try: instrument(Database({url!r}))\n"
        "except Exception as problem: print(type(problem).__name__, problem)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.startswith("InterfaceError the package opentelemetry-api is not")
