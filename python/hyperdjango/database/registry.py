"""Which databases there are: those with a name, and the one that models use unless told otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hyperdjango.errors import InterfaceError

if TYPE_CHECKING:
    from hyperdjango.database.database import Database

# What `find` calls the default database, unless another database has this name.
DEFAULT = "default"


class _Registry:
    """The databases of this process."""

    def __init__(self) -> None:
        self.named: dict[str, Database] = {}
        # In the order in which they were connected; a dict serves as an ordered set.
        self.connected: dict[Database, None] = {}
        self.chosen: Database | None = None
        self.found: Database | None = None


_registry = _Registry()


def set_default(database: Database | None) -> None:
    """Have models use a database unless they are told otherwise.

    It need not be connected: it is on first use. Without this call the database that was connected
    first is the default, for as long as it is connected.

    Arguments:
        database: Database | None, None to go back to the one that was connected first.
    """
    _registry.chosen = database


async def default_database() -> Database:
    """The database that models use unless told otherwise, connected in the running event loop.

    That is the one that ``set_default`` named, else the one that was connected first, else the one that
    the ``hyper`` command would find: in ``DATABASE_URL``, ``.env`` or libpq's variables.

    Raises:
        InterfaceError: no database is named anywhere.
        ConnectionFailed: it can't be connected.
    """
    return await _default().connected()


def at_hand() -> Database | None:
    """The database that is most likely the default, without a look at whether it can be used now."""
    registry = _registry
    if registry.chosen is not None:
        return registry.chosen
    for database in registry.connected:
        return database
    return None


def _default() -> Database:
    registry = _registry
    if registry.chosen is not None:
        return registry.chosen
    for database in registry.connected:
        if not database.is_left_behind:
            return database
    # What an event loop that is closed has left, as asyncio.run() does, is connected anew in the next.
    for database in registry.connected:
        return database
    if registry.found is None:
        from hyperdjango.database.database import Database

        registry.found = Database(None)
    return registry.found


def find(which: Database | str) -> Database:
    """A database by its name, or the database itself.

    Arguments:
        which: Database | str, what ``using`` was given; ``"default"`` is the default database.

    Raises:
        InterfaceError: no database has this name; the message says which names there are.
    """
    if not isinstance(which, str):
        return which
    database = _registry.named.get(which)
    if database is not None:
        return database
    if which == DEFAULT:
        return _default()
    known = ", ".join(sorted(_registry.named)) or "none"
    raise InterfaceError(
        f"there is no database named {which!r}; give it its name, Database(url, name={which!r}); "
        f"names that are known: {known}"
    )


def register(database: Database, name: str) -> None:
    """Have a database be found by its name."""
    other = _registry.named.get(name)
    if other is not None and other is not database and other in _registry.connected:
        raise InterfaceError(
            f"another database is named {name!r} and is connected; choose another name, or "
            "disconnect that one first"
        )
    _registry.named[name] = database


def note_connected(database: Database) -> None:
    """Keep in mind that a database is connected: the first is the default."""
    _registry.connected.setdefault(database)


def note_disconnected(database: Database) -> None:
    """Keep in mind that a database is not connected any more."""
    _registry.connected.pop(database, None)


def _forget_connections() -> None:
    """In a process made by fork nothing is connected: sessions are their opener's."""
    _registry.connected.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_connections)
