"""A session of the engine's without a pool, for tests of what the engine does itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from hyperdjango._engine import Connection, FieldReader, Plan, Settings
from hyperdjango.models import Model

INSTANCES, VALUES, DICTS, VALUE = 5, 6, 1, 3


@asynccontextmanager
async def session(url: str) -> AsyncIterator[Connection]:
    """A connection that the running loop drives."""
    connection = await asyncio.to_thread(Settings(url, 10.0).connect, 100)
    connection.attach(asyncio.get_running_loop())
    try:
        yield connection
    finally:
        connection.close()


def plan_of(model: type[Model], *names: str, first: int = 0, **settings: Any) -> Plan:
    """A plan of the named fields, or of all, whose columns stand in that order from `first` on."""
    fields: Sequence[FieldReader] = [
        model._meta.get_field(name) for name in names
    ] or model._meta.fields
    return Plan(
        model,
        [(field, first + index) for index, field in enumerate(fields)],
        **settings,
    )


async def fetch(
    connection: Connection, plan: Plan, sql: str, *parameters: Any
) -> list[Any]:
    """The instances that a statement gives."""
    rows: list[Any] = await connection.run(sql, parameters, INSTANCES, plan=plan)
    return rows


async def one(connection: Connection, plan: Plan, sql: str, *parameters: Any) -> Any:
    """The only instance."""
    (row,) = await fetch(connection, plan, sql, *parameters)
    return row
