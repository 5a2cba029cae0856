"""How many rows there are: by estimate, or counted up to a limit."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from hyperdjango.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.database import Database
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable, ServedTables

# The catalog says what the models can't: how many rows ANALYZE has seen.
_SQL = Path(__file__).with_name("statistics.sql").read_text()
_SECONDS = 30.0
# How many tables that were never analyzed are counted for a list of all.
_COUNTED = 200


class Count:
    """A number of rows.

    Attributes:
        rows: int.
        is_exact: bool, whether so many were there; an estimate otherwise.
        is_more: bool, whether there are more, and counting has stopped.
    """

    __slots__ = ("is_exact", "is_more", "rows")

    def __init__(self, rows: int, *, is_exact: bool, is_more: bool = False) -> None:
        self.rows = rows
        self.is_exact = is_exact
        self.is_more = is_more

    def __str__(self) -> str:
        if self.is_more:
            return f"more than {self.rows:,}"
        return f"{self.rows:,}" if self.is_exact else f"about {rounded(self.rows):,}"


def rounded(number: int) -> int:
    """An estimate without digits that mean nothing.

    >>> rounded(123456), rounded(42)
    (123000, 42)
    """
    digits = len(str(abs(number)))
    return round(number, 3 - digits) if digits > 3 else number


class Statistics:
    """What the server has noted about the tables, read again when it is old.

    Arguments:
        tables: what is served.
        settings: how far to count.
    """

    def __init__(self, tables: ServedTables, settings: ServeSettings) -> None:
        self._tables = tables
        self._settings = settings
        self._rows: dict[tuple[str, str], int] = {}
        self._readable: set[tuple[str, str]] = set()
        self._read_at: float | None = None

    async def read(self, database: Database) -> None:
        """Read what the server has noted, unless that was done a moment ago."""
        if self._read_at is not None and monotonic() - self._read_at < _SECONDS:
            return
        places = [
            (table.schema, table.model._meta.table_name) for table in self._tables
        ]
        rows = await database.query(
            _SQL, [schema for schema, _ in places], [name for _, name in places]
        )
        self._rows = {
            (row["nspname"], row["relname"]): int(row["reltuples"]) for row in rows
        }
        self._readable = {
            (row["nspname"], row["relname"]) for row in rows if row["is_readable"]
        }
        self._read_at = monotonic()

    def noted(self, table: ServedTable) -> int | None:
        """How many rows a table had when it was analyzed; None if it never was."""
        rows = self._rows.get((table.schema, table.model._meta.table_name), -1)
        return None if rows < 0 else rows

    def is_readable(self, table: ServedTable) -> bool:
        """Whether the role may read all columns of a table."""
        return (table.schema, table.model._meta.table_name) in self._readable

    async def of_all(self, tables: Iterable[ServedTable]) -> dict[str, Count | None]:
        """The numbers of rows of tables, by their names; None for those that nothing is known of."""
        found: dict[str, Count | None] = {}
        unknown: list[ServedTable] = []
        for table in tables:
            noted = self.noted(table)
            found[table.name] = None
            if noted is not None:
                found[table.name] = Count(noted, is_exact=False)
            elif not table.is_view and self.is_readable(table):
                unknown.append(table)
        unknown = unknown[:_COUNTED]
        counts = await asyncio.gather(
            *(counted(table.model.objects.all(), self._settings) for table in unknown)
        )
        found.update(
            (table.name, count) for table, count in zip(unknown, counts, strict=True)
        )
        return found


async def counted(asked: QuerySet[Any], settings: ServeSettings) -> Count | None:
    """How many rows there are, counted up to a limit; None if that takes too long, or is not allowed."""
    most = settings.most_counted
    try:
        rows = await asked.order_by()[: most + 1].count()
    except DatabaseError:
        return None
    if rows > most:
        return Count(most, is_exact=True, is_more=True)
    return Count(rows, is_exact=True)


async def estimated(
    asked: QuerySet[Any],
    table: ServedTable,
    statistics: Statistics,
    is_narrowed: bool,
) -> Count | None:
    """How many rows there are, as ANALYZE has noted it or as the planner expects it."""
    noted = None if is_narrowed else statistics.noted(table)
    if noted is not None:
        return Count(noted, is_exact=False)
    try:
        plan = json.loads(await asked.order_by().explain(format="json"))
        return Count(int(plan[0]["Plan"]["Plan Rows"]), is_exact=False)
    except (DatabaseError, ValueError, LookupError, TypeError):
        return None


async def exact(asked: QuerySet[Any]) -> Count | None:
    """How many rows there are, or None if they can't be counted within the statement timeout."""
    from hyperdjango.errors import QueryCanceled

    try:
        return Count(await asked.order_by().count(), is_exact=True)
    except QueryCanceled:
        return None
