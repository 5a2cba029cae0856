"""What tests of queries share: a loop with a database of the zoo, and rows by SQL to compare with."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from harness import Cluster
from hyperdjango.database import Database
from zoo import SCHEMA


class Zoo:
    """A database of the zoo, and the loop that it lives in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, database: Database) -> None:
        self.loop = loop
        self.database = database

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives."""
        return self.loop.run_until_complete(work)

    def fetch(self, queryset: Any) -> Any:
        """The rows of a queryset."""

        async def fetched() -> Any:
            return await queryset

        return self.run(fetched())

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of SQL."""
        result: list[dict[str, Any]] = self.run(self.database.query(sql, *parameters))
        return result

    def ids(self, queryset: Any) -> list[int]:
        """The keys of a queryset's rows, in their order."""
        result: list[int] = self.fetch(queryset.values_list("id", flat=True))
        return result

    def sql_ids(self, sql: str, *parameters: Any) -> list[int]:
        """The first column of SQL."""
        return [next(iter(row.values())) for row in self.rows(sql, *parameters)]


@contextmanager
def opened(cluster: Cluster) -> Iterator[Zoo]:
    """A zoo of its own."""
    with cluster.database(SCHEMA) as name:
        loop = asyncio.new_event_loop()
        database = Database(cluster.url(name))
        loop.run_until_complete(database.connect())
        try:
            yield Zoo(loop, database)
        finally:
            loop.run_until_complete(database.disconnect())
            loop.close()
