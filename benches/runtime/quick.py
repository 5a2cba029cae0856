"""Three kinds of reading beside asyncpg, interleaved in one run: ``python benches/runtime/quick.py URL``.

Both sides have prepared statements; asyncpg has no reset between its pool's users. Values are compared before
anything is timed. Times are medians over the rounds, in microseconds an operation: wall and CPU of this process.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from hyperdjango.database import Database

ROUNDS = 15
CONNECTIONS = 16
TASKS = 32

SCHEMA = """
DROP TABLE IF EXISTS bench_orders;
CREATE TABLE bench_orders (
    id bigint PRIMARY KEY, customer_id integer NOT NULL, status text NOT NULL, total numeric(12,2) NOT NULL,
    paid boolean NOT NULL, note text, weight double precision, created_at timestamptz NOT NULL, due date NOT NULL
);
INSERT INTO bench_orders SELECT n, n % 100, 'status ' || n % 7, n * 1.25, n % 2 = 0,
    CASE WHEN n % 3 = 0 THEN 'a note about order ' || n END, n / 3.0, '2024-01-01Z'::timestamptz + n * interval '1 hour',
    '2024-01-01'::date + n::int FROM generate_series(1, 1000) n;
ANALYZE bench_orders;
"""
BY_KEY = "SELECT * FROM bench_orders WHERE id = $1"
ALL = "SELECT * FROM bench_orders"

Work = Callable[[], Awaitable[int]]


async def timed(work: Work) -> tuple[float, float]:
    """Microseconds an operation: wall and CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = await work()
    return (
        (time.perf_counter() - wall) * 1e6 / count,
        (time.process_time() - cpu) * 1e6 / count,
    )


async def compare(name: str, ours: Work, theirs: Work) -> None:
    """Print both sides of a comparison."""
    results: dict[str, list[tuple[float, float]]] = {"hyperdjango": [], "asyncpg": []}
    await ours()
    await theirs()
    for _ in range(ROUNDS):
        results["hyperdjango"].append(await timed(ours))
        results["asyncpg"].append(await timed(theirs))
    for side, times in results.items():
        wall = statistics.median(wall for wall, _ in times)
        cpu = statistics.median(cpu for _, cpu in times)
        print(f"{name:32} {side:12} {wall:9.1f} wall {cpu:9.1f} cpu")


async def main(url: str) -> None:
    """Run every comparison."""
    print(f"load average {os.getloadavg()[0]:.2f}, {type(asyncio.get_running_loop())}")

    async def no_reset(connection: Any) -> None:
        """Leave a session as it is."""

    pool = await asyncpg.create_pool(
        url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=no_reset
    )
    await pool.execute(SCHEMA)
    async with Database(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as database:
        ours = await database.query(ALL + " ORDER BY id")
        theirs = [dict(record) for record in await pool.fetch(ALL + " ORDER BY id")]
        assert ours == theirs and len(ours) == 1000
        assert [list(map(type, row.values())) for row in ours] == [
            list(map(type, row.values())) for row in theirs
        ]

        async def one_by_one() -> int:
            for key in range(1, 301):
                await database.query_one(BY_KEY, key)
            return 300

        async def one_by_one_asyncpg() -> int:
            async with pool.acquire() as connection:
                for key in range(1, 301):
                    await connection.fetchrow(BY_KEY, key)
            return 300

        async def one_by_one_asyncpg_pool() -> int:
            for key in range(1, 301):
                await pool.fetchrow(BY_KEY, key)
            return 300

        async def many() -> int:
            async def task() -> None:
                for key in range(1, 31):
                    await database.query_one(BY_KEY, key)

            await asyncio.gather(*(task() for _ in range(TASKS)))
            return TASKS * 30

        async def many_asyncpg() -> int:
            async def task() -> None:
                for key in range(1, 31):
                    await pool.fetchrow(BY_KEY, key)

            await asyncio.gather(*(task() for _ in range(TASKS)))
            return TASKS * 30

        async def thousand() -> int:
            for _ in range(10):
                await database.query(ALL)
            return 10

        async def thousand_asyncpg() -> int:
            async with pool.acquire() as connection:
                for _ in range(10):
                    [dict(record) for record in await connection.fetch(ALL)]
            return 10

        await compare("by key", one_by_one, one_by_one_asyncpg)
        await compare(
            "by key, asyncpg by its pool", one_by_one, one_by_one_asyncpg_pool
        )
        await compare("by key, 32 tasks, 16 connections", many, many_asyncpg)
        await compare("1,000 rows to dicts", thousand, thousand_asyncpg)
    await pool.execute("DROP TABLE bench_orders")
    await pool.close()


if __name__ == "__main__":
    if "--uvloop" in sys.argv:
        import uvloop

        uvloop.run(main(sys.argv[1]))
    else:
        asyncio.run(main(sys.argv[1]))
