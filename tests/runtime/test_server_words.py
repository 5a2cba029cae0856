"""What the server says at unusual moments: at the commit, beside results, and with unusual settings."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
from harness import TOOLS
from hyperdjango.database import Database
from hyperdjango.errors import ForeignKeyViolation
from loops import Run


def test_a_constraint_that_fails_at_the_commit(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await database.execute("CREATE TABLE parents (id int PRIMARY KEY)")
            await database.execute(
                "CREATE TABLE children (id int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)"
            )
            for _ in range(2):
                with pytest.raises(ForeignKeyViolation):
                    async with database.transaction():
                        await database.execute("INSERT INTO children VALUES ($1)", 1)
                # Without a transaction it fails at the statement's own end.
                with pytest.raises(ForeignKeyViolation):
                    await database.execute("INSERT INTO children VALUES ($1)", 1)
            assert await database.query_val("SELECT count(*) FROM children") == 0
            await database.execute("DROP TABLE children")
            await database.execute("DROP TABLE parents")

    run(check())


def test_notices_and_notifications_are_no_answers(url: str, run: Run) -> None:
    async def check() -> None:
        async with Database(url, max_size=1) as database:
            for number in range(3):
                await database.execute(
                    "DO $$ BEGIN RAISE NOTICE 'noted'; RAISE WARNING 'warned'; END $$"
                )
                async with database.transaction():
                    await database.execute("LISTEN something")
                    await database.execute("NOTIFY something, 'payload'")
                assert await database.query_val("SELECT $1::int", number) == number

    run(check())


@pytest.mark.parametrize(
    "setting",
    [
        "DateStyle = 'German, DMY'",
        "IntervalStyle = 'iso_8601'",
        "TimeZone = 'Asia/Kathmandu'",
        "bytea_output = 'escape'",
        "extra_float_digits = -10",
        "lc_monetary = 'C'",
    ],
)
def test_settings_do_not_change_values(url: str, setting: str) -> None:
    sql = (
        "SELECT '2024-02-01'::date a, '2024-02-01 10:00'::timestamp b, '2024-02-01 10:00Z'::timestamptz c,"
        " '1 day'::interval d, '\\x00ff'::bytea e, 0.1::float8 f, '0044-03-15 BC'::date g, '1 mon'::interval h"
    )

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            before = await database.query_one(sql)
            async with database.transaction():
                await database.execute(f"SET LOCAL {setting}")
                assert await database.query_one(sql) == before

    asyncio.run(check())


def test_the_stub_says_what_the_module_has() -> None:
    done = subprocess.run(
        [TOOLS / "stubtest", "hyperdjango._engine"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
