"""What tests of writing share: a database made by a script, and a database that notes the statements it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from harness import Cluster
from hyperdjango.database import Database


class Noting(Database):
    """A database that notes the text of every statement that models send."""

    statements: list[str]

    def run(
        self, sql: str, parameters: tuple[Any, ...], shape: int, *options: Any
    ) -> Coroutine[Any, Any, Any]:
        self._note(sql)
        return super().run(sql, parameters, shape, *options)

    def read(
        self, sql: str, parameters: tuple[Any, ...], shape: int, *options: Any
    ) -> Coroutine[Any, Any, Any]:
        self._note(sql)
        return super().read(sql, parameters, shape, *options)

    def _note(self, sql: str) -> None:
        if "pg_catalog.format_type" not in sql:
            self.__dict__.setdefault("statements", []).append(sql)

    def taken(self) -> list[str]:
        """The statements since this was asked last."""
        noted = list(self.__dict__.get("statements", ()))
        self.__dict__["statements"] = []
        return noted


class World:
    """A database of a module's own, and how its tests use it."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.url = cluster.url(name)

    def sql(self, script: str) -> list[tuple[Any, ...]]:
        """What psycopg gives for a script."""
        return self.cluster.run_sql(self.name, script)

    def run(self, work: Callable[[Noting], Awaitable[Any]], **options: Any) -> Any:
        """Run a coroutine function with a connected database."""

        async def main() -> Any:
            async with Noting(self.url, **options) as database:
                return await work(database)

        return asyncio.run(main())


@contextmanager
def world(cluster: Cluster, script: str) -> Iterator[World]:
    """A database for the length of a `with`."""
    with cluster.database(script) as name:
        yield World(cluster, name)
