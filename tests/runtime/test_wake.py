"""A task that awaits an answer goes on in the turn of the loop in which it arrives, as if the loop had called it."""

from __future__ import annotations

import asyncio
import contextvars
import selectors
from asyncio import tasks
from collections.abc import Coroutine
from typing import Any

import pytest
from hyperdjango.database import Database
from loops import Run

MARK: contextvars.ContextVar[int] = contextvars.ContextVar("mark", default=0)


class CountingSelector(selectors.DefaultSelector):
    """Counts the turns of the loop: each looks at the sockets once."""

    turns = 0

    def select(self, timeout: float | None = None) -> Any:
        self.turns += 1
        return super().select(timeout)


def test_a_query_takes_one_turn_of_the_loop(url: str) -> None:
    selector = CountingSelector()

    async def check() -> None:
        async with Database(url, max_size=1) as database:
            await database.query_val("SELECT 1")
            before = selector.turns
            for number in range(200):
                assert await database.query_val("SELECT $1::int", number) == number
            # Something else may be due in between.
            assert selector.turns - before < 250

    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(selector)
    ) as runner:
        runner.run(check())


def test_a_task_stays_itself(url: str, run: Run) -> None:
    async def task(database: Database, number: int) -> None:
        MARK.set(number)
        for _ in range(5):
            assert await database.query_val("SELECT $1::int", number) == number
            assert MARK.get() == number
            current = asyncio.current_task()
            assert current is not None and current.get_name() == str(number)
            with pytest.raises(Exception, match="division by zero"):
                await database.query_val("SELECT 1 / $1::int", 0)
            assert MARK.get() == number

    async def check() -> None:
        async with Database(url, max_size=3) as database:
            async with asyncio.TaskGroup() as group:
                for number in range(1, 50):
                    group.create_task(task(database, number), name=str(number))
            assert MARK.get() == 0

    run(check())


def test_who_is_woken_may_cancel_who_comes_next(url: str, run: Run) -> None:
    """Answers of one session arrive together; the second task is cancelled when its answer is already there."""

    async def check() -> None:
        async with Database(url, min_size=1, max_size=1) as database:
            await database.query_val("SELECT 0")
            made: list[asyncio.Task[Any]] = []
            seen: list[str] = []

            async def first() -> None:
                await database.query_val("SELECT pg_sleep(0.05)")
                seen.append("first")
                made[1].cancel()

            async def second() -> None:
                try:
                    await database.query_val("SELECT 2")
                except asyncio.CancelledError:
                    seen.append("cancelled")
                    raise
                seen.append("second")

            made += [asyncio.create_task(first()), asyncio.create_task(second())]
            await asyncio.wait(made)
            assert seen[0] == "first" and len(seen) == 2
            assert made[1].cancelled() == (seen[1] == "cancelled")
            assert await database.query_val("SELECT 3") == 3

    for _ in range(20):
        run(check())


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit])
def test_what_stops_the_loop_leaves_nobody_behind(
    url: str, problem: type[BaseException]
) -> None:
    loop = asyncio.new_event_loop()

    async def stop(database: Database) -> None:
        await database.query_val("SELECT pg_sleep(0.05)")
        raise problem

    async def start() -> tuple[Database, list[asyncio.Task[Any]]]:
        database = Database(url, min_size=1, max_size=1)
        await database.connect()
        made = [
            asyncio.create_task(work)
            for work in (
                stop(database),
                database.query_val("SELECT 1"),
                database.query_val("SELECT 2"),
            )
        ]
        return database, made

    async def finish(database: Database, made: list[asyncio.Task[Any]]) -> list[Any]:
        answers = await asyncio.wait_for(asyncio.gather(*made[1:]), 10)
        await database.disconnect()
        return answers

    try:
        database, made = loop.run_until_complete(start())
        with pytest.raises(problem):
            loop.run_until_complete(asyncio.sleep(5))
        assert isinstance(made[0].exception(), problem)
        assert loop.run_until_complete(finish(database, made)) == [1, 2]
    finally:
        loop.close()


def test_tasks_written_in_python_are_woken_by_the_loop(url: str) -> None:
    """Loops that run inside of others, in notebooks, make such ones."""

    async def work(database: Database) -> int:
        total = 0
        for number in range(20):
            total += await database.query_val("SELECT $1::int", number)
        return total

    async def check() -> None:
        loop = asyncio.get_running_loop()
        python_task: Any = tasks._PyTask  # type: ignore[attr-defined]

        def make(
            loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **more: Any
        ) -> Any:
            return python_task(work, loop=loop, **more)

        async with Database(url, max_size=2) as database:
            loop.set_task_factory(make)
            made = [loop.create_task(work(database)) for _ in range(5)]
            assert await asyncio.gather(*made) == [190] * 5
            assert {type(one) for one in made} == {python_task}

    asyncio.run(check())
