"""Which database a model's statement goes to: the one named, that of an open transaction, the router's, the default."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from hyperdjango.database.registry import default_database, find
from hyperdjango.errors import ConnectionFailed, InterfaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hyperdjango.database.database import Database
    from hyperdjango.models.model import Model


class Router(Protocol):
    """What chooses the database of a model's statements (Django documentation, "Automatic database routing").

    Each method gives a ``Database``, its name, or None for the default. Two more methods are optional.
    ``failed(database)`` is told which of the chosen could not be connected and says whether to ask again.
    ``database_for_instance(model, origin)`` is told which ``Database`` an instance was loaded from, and gives
    the one that its statements go to, or None to have the methods below choose, as they do without it.
    """

    def database_for_read(self, model: type) -> Database | str | None:
        """The database for a query about a model."""

    def database_for_write(self, model: type) -> Database | str | None:
        """The database for a change of a model's rows."""


_router: Router | None = None


def set_router(router: Router | None) -> None:
    """Have a router choose the database of every model's statements.

    Arguments:
        router: Router | None, an object with ``database_for_read`` and ``database_for_write``; None to have none.

    Raises:
        InterfaceError: one of the two methods is missing.
    """
    global _router
    if router is not None:
        for name in ("database_for_read", "database_for_write"):
            if not callable(getattr(router, name, None)):
                raise InterfaceError(
                    f"{type(router).__name__} can't be a router: it has no method {name}(model)"
                )
    _router = router


def has_router() -> bool:
    """Whether a router chooses the databases."""
    return _router is not None


class ReplicaRouter:
    """Sends changes to the primary, and queries outside of transactions to the replicas in turn.

    Inside a transaction of the primary everything goes to the primary. A replica lags behind the primary:
    what was just written may not be there yet. A replica that can't be connected is left out for
    ``retry_after`` seconds; with none left queries go to the primary.

    Arguments:
        primary: Database | str, the database that takes changes, or its name.
        replicas: Sequence[Database | str], the databases that only answer queries, or their names.
        retry_after: float, seconds that a replica is left out for after a failure.

    >>> def example() -> None:
    ...     set_router(ReplicaRouter("primary", ["replica_1", "replica_2"]))
    """

    def __init__(
        self,
        primary: Database | str,
        replicas: Sequence[Database | str],
        *,
        retry_after: float = 30.0,
    ) -> None:
        self._primary = primary
        self._replicas = tuple(replicas)
        self._retry_after = retry_after
        self._turn = 0
        self._left_out: dict[Database, float] = {}

    def database_for_read(self, model: type) -> Database:
        """The next replica that can be connected, or the primary."""
        for _ in self._replicas:
            replica = find(self._replicas[self._turn % len(self._replicas)])
            self._turn += 1
            until = self._left_out.get(replica)
            if until is None or time.monotonic() >= until:
                return replica
        return find(self._primary)

    def database_for_write(self, model: type) -> Database:
        """The primary."""
        return find(self._primary)

    def database_for_instance(self, model: type, origin: Database) -> Database | None:
        """Where an instance came from, if it is none of these databases: its row is not in the primary."""
        known = (self._primary, *self._replicas)
        return None if any(find(one) is origin for one in known) else origin

    def failed(self, database: Database) -> bool:
        """Leave a replica out for a while; True, since others remain."""
        if database is find(self._primary):
            return False
        self._left_out[database] = time.monotonic() + self._retry_after
        return True


def place_of(instance: Model) -> Database | str | None:
    """What ``using`` is for the statements of an instance, unless something else is asked for.

    Without a router that is where the instance was loaded from. A router chooses by itself, since what was
    read from a replica is not changed there.
    """
    from hyperdjango._engine import origin

    database: Database | None = origin(instance)
    if _router is None or database is None:
        return database
    ask = getattr(_router, "database_for_instance", None)
    if ask is None:
        return None
    chosen: Database | str | None = ask(type(instance), database)
    return chosen


async def resolve(
    model: type, *, write: bool, using: Database | str | None = None
) -> Database:
    """The database for a statement about a model, connected in the running event loop.

    In this order: the one that ``using`` names; one with an open transaction of the running task, if the
    router could choose it; the router's choice; the default.

    Arguments:
        model: type, the model.
        write: bool, whether the statement may change something; locking rows is a change.
        using: Database | str | None, what the program asked for.

    Raises:
        InterfaceError: no such database, or none at all.
        ConnectionFailed: it can't be connected.
    """
    if using is not None:
        return await find(using).connected()
    router = _router
    if router is None:
        return await default_database()
    writer = await _choice(router.database_for_write(model))
    if write or writer.current() is not None:
        return await writer.connected()
    # A router that always names a database that fails must not be asked for ever.
    for _ in range(100):
        reader = await _choice(router.database_for_read(model))
        try:
            return await reader.connected(probe=True)
        except ConnectionFailed:
            failed = getattr(router, "failed", None)
            if failed is None or not failed(reader):
                raise
    return await writer.connected()


async def _choice(chosen: Database | str | None) -> Database:
    return await default_database() if chosen is None else find(chosen)
