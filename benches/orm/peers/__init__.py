"""One module for each library: its way of doing the operations, as its documentation recommends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

TITLES = {
    "hyperdjango": "hyperdjango",
    "asyncpg": "asyncpg",
    "psycopg": "psycopg 3",
    "psqlpy": "psqlpy",
    "piccolo": "Piccolo",
    "tortoise": "Tortoise",
    "django": "Django",
    "sqlalchemy": "SQLAlchemy 2",
}
"""The modules of this package, and what the libraries are called."""


class Peer:
    """A library at work.

    Operations are coroutine methods; one that is missing is one that the library has no way to do. ``before_…`` runs
    ahead of an operation and is not measured; what it returns is the operation's argument.
    """

    def __init__(self, host: str, port: str) -> None:
        self.host = host
        self.port = port

    @property
    def url(self) -> str:
        """The database as a URL that libpq would take."""
        return f"postgresql://postgres@/bench?host={self.host}&port={self.port}"

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""

    async def queryset_json(self) -> Any:
        """Where there is no shorter way from a query to JSON, it is by way of the models."""
        models_json: Callable[[], Awaitable[Any]] = getattr(self, "models_json")  # noqa: B009
        return await models_json()


class Lent:
    """Things that are used by one task at a time, such as connections: the last given back is the first lent."""

    def __init__(self, things: Iterable[Any]) -> None:
        self._free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
        for thing in things:
            self._free.put_nowait(thing)

    async def use(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """Do something with one of them."""
        thing = await self._free.get()
        try:
            return await work(thing)
        finally:
            self._free.put_nowait(thing)


def fields(row: Any) -> tuple[Any, ...]:
    """All fields of a product."""
    return row.id, row.sku, row.name, row.price, row.created_at
