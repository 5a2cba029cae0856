"""What a statement leaves behind in a session is gone before anybody else has it."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator

import pytest
from harness import Cluster
from hyperdjango.database import Database
from loops import Run

# What leaves something behind, what then shows it, and what is to be seen.
LEFT = {
    "SET": ("SET work_mem = '1234kB'", "SHOW work_mem", "4MB"),
    "set_config": (
        "SELECT set_config('search_path', 'nowhere', false)",
        "SHOW search_path",
        '"$user", public',
    ),
    "set_config in a block": (
        "DO $$BEGIN PERFORM set_config('work_mem', '1234kB', false); END$$",
        "SHOW work_mem",
        "4MB",
    ),
    "setting in a procedure": ("CALL settle()", "SHOW work_mem", "4MB"),
    "role": ("SET ROLE pg_monitor", "SELECT current_user::text", "postgres"),
    "user": (
        "SET SESSION AUTHORIZATION pg_monitor",
        "SELECT session_user::text",
        "postgres",
    ),
    "lock": (
        "SELECT pg_advisory_lock(5)",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
        0,
    ),
    "lock if free": (
        "SELECT pg_try_advisory_lock_shared(5)",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
        0,
    ),
    "temporary table": (
        "CREATE TEMP TABLE left_behind ()",
        "SELECT count(*) FROM pg_class WHERE relname = 'left_behind'",
        0,
    ),
    "rows into a temporary table": (
        "SELECT 1 AS n INTO TEMPORARY left_behind",
        "SELECT count(*) FROM pg_class WHERE relname = 'left_behind'",
        0,
    ),
    "cursor": (
        "DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1",
        "SELECT count(*) FROM pg_cursors WHERE name = 'left_behind'",
        0,
    ),
    "statement": (
        "PREPARE left_behind AS SELECT 1",
        "SELECT count(*) FROM pg_prepared_statements WHERE name = 'left_behind'",
        0,
    ),
}


@pytest.fixture(scope="module")
def place(cluster: Cluster) -> Iterator[str]:
    script = """CREATE PROCEDURE settle() LANGUAGE plpgsql AS $$
        BEGIN PERFORM set_config('work_mem', '1234kB', false); END$$;
        CREATE FUNCTION mark() RETURNS text LANGUAGE sql AS $$SELECT set_config('left.behind', 'here', false)$$;
        CREATE TABLE attempts (temp integer)"""
    with cluster.database(script) as name:
        yield cluster.url(name)


@pytest.mark.parametrize("way", LEFT)
def test_nothing_is_left_in_a_session(place: str, run: Run, way: str) -> None:
    statement, shown, wanted = LEFT[way]

    async def check() -> None:
        async with Database(place, max_size=1) as database:
            assert await database.query_val(shown) == wanted
            for _ in range(2):
                await database.execute(statement)
                assert await database.query_val(shown) == wanted
            # What was prepared for others stays of use.
            async with database.transaction():
                await database.execute(statement)
            assert await database.query_val(shown) == wanted

    run(check())


def test_a_session_that_nobody_changed_is_not_reset(place: str, run: Run) -> None:
    async def check() -> None:
        async with Database(place, max_size=1) as database:
            # No word of this says what it does: a mark by which a reset would be seen.
            await database.query("SELECT mark()")
            await database.query("SELECT temp AS set_configuration FROM attempts")
            await database.execute("INSERT INTO attempts VALUES (1)")
            async with database.transaction():
                await database.query("SELECT pg_advisory_xact_lock(1)")
                await database.execute("SET LOCAL work_mem = '1234kB'")
            marked = "SELECT current_setting('left.behind', true)"
            assert await database.query_val(marked) == "here"
            await database.execute("SET work_mem = '1234kB'")
            assert await database.query_val(marked) != "here"

    run(check())


@pytest.mark.parametrize("min_size", [1, 3])
def test_a_connect_that_is_cancelled_leaves_no_session(
    cluster: Cluster, run: Run, min_size: int
) -> None:
    counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

    async def check(url: str) -> None:
        async with Database(url, max_size=1) as other:
            await other.query_val(counted)
            await asyncio.sleep(0.2)
            before = len(os.listdir("/proc/self/fd"))
            kept = []
            for _ in range(100):
                database = Database(url, min_size=min_size)
                kept.append(database)
                task = asyncio.create_task(database.connect())
                await asyncio.sleep(random.uniform(0, 0.006))
                if task.cancel():
                    await asyncio.wait([task])
                if not task.cancelled():
                    await database.disconnect()
            # Threads may be about to open one, which is then closed.
            end = time.monotonic() + 20
            while True:
                left = (
                    await other.query_val(counted),
                    len(os.listdir("/proc/self/fd")) - before,
                )
                if left <= (1, 0):
                    break
                assert time.monotonic() < end, left
                await asyncio.sleep(0.05)

    with cluster.database() as name:
        run(check(cluster.url(name)))
