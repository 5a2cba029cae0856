"""The shortest way to one row by plain values: what ``objects.get(id=5)`` asks for again and again."""

from __future__ import annotations

import asyncio

from hyperdjango.database import registry as databases
from hyperdjango.database import routing
from hyperdjango.models.registry import registry
from hyperdjango.query import execution, lookups
from hyperdjango.query.columns import columns_of
from hyperdjango.query.conditions import Q
from hyperdjango.query.parameters import bound, is_encodable
from hyperdjango.query.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.model import Model
    from hyperdjango.query.compiled import Compiled

# What is compared as it is, where it is of the field's own type.
_PLAIN = ("text", "number", "bool", "other")

# How many combinations of names are kept for each database: names may come from outside.
_KEPT = 1000


class Quick:
    """A statement for one combination of names.

    Attributes:
        version: int, which models it was written for.
        types: tuple of type, what the values must be, exactly.
        limits: tuple of int, the first whole number that is too large for each column; 0 where it has none.
        compiled: Compiled, the statement.
    """

    __slots__ = ("compiled", "limits", "types", "version")

    def __init__(
        self,
        version: int,
        types: tuple[type[Any], ...],
        limits: tuple[int, ...],
        compiled: Compiled,
    ) -> None:
        self.version = version
        self.types = types
        self.limits = limits
        self.compiled = compiled


def rows(
    model: type[Model], values: dict[str, Any]
) -> Coroutine[Any, Any, list[Any]] | None:
    """Up to two rows with these values, or None where that is to be asked for the usual way.

    Arguments:
        model: the class.
        values: the names of fields, with values.

    Returns:
        What is to be awaited: nothing is between it and the database.
    """
    if routing.has_router():
        return None
    database = databases.at_hand()
    if database is None:
        return None
    known = columns_of(database).quick.get((model, *values))
    if known is None or known.version != registry.version:
        return None
    parameters = tuple(values.values())
    if tuple(map(type, parameters)) != known.types:
        return None
    for value, limit in zip(parameters, known.limits, strict=True):
        if limit and not -limit <= value < limit:
            # The column has no room for it: another statement says so.
            return None
        if not limit and type(value) is str and not is_encodable(value):
            return None
    if not database.serves(asyncio.get_running_loop()):
        return None
    compiled = known.compiled
    return database.read(
        compiled.sql,
        parameters,
        compiled.shape,
        True,
        compiled.text_columns,
        compiled.plan,
        compiled.text_parameters,
    )


def forget() -> None:
    """Ask the usual way again: something has changed in the database."""
    database = databases.at_hand()
    if database is not None:
        columns_of(database).forget()


async def learn(model: type[Model], values: dict[str, Any]) -> None:
    """Have the next query of this kind go the shortest way, if it can."""
    if routing.has_router():
        return
    database = databases.at_hand()
    if database is None or not database.serves(asyncio.get_running_loop()):
        return
    kept = columns_of(database).quick
    key = (model, *values)
    known = kept.get(key)
    if known is not None and known.version == registry.version:
        return
    made = await _write(database, model, values)
    if made is None:
        return
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = made


async def _write(
    database: Database, model: type[Model], values: dict[str, Any]
) -> Quick | None:
    types, limits = [], []
    for name in values:
        found = lookups.find(model, name)
        comparison, path = found.comparison, found.path
        if (
            path.links
            or path.link is not None
            or len(path.fields) != 1
            or comparison.chain
            or comparison.null
            or comparison.operator.name != "exact"
            or comparison.side.family not in _PLAIN
        ):
            return None
        field = path.fields[0]
        if field.python_type not in (int, str, bool):
            return None
        types.append(field.python_type)
        limits.append(bound(field) if field.python_type is int else 0)
    if tuple(map(type, values.values())) != tuple(types):
        return None
    condition = Q(**values)
    state = State(model)
    state.where = ((1, condition),)
    state.groups = 1
    state.high = 2
    if any(
        limit and not -limit <= value < limit
        for value, limit in zip(values.values(), limits, strict=True)
    ):
        return None
    compiled = await execution.prepared(database, state)
    if compiled.parameters != tuple(values.values()):
        return None
    return Quick(registry.version, tuple(types), tuple(limits), compiled)
