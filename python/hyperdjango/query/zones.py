"""Zones: a moment without a time zone is nothing beside one that has one, and the other way round.

PostgreSQL would take the zone of the session for it, which is nobody's intention.
"""

from __future__ import annotations

import datetime as dates

from hyperdjango.errors import FieldValueError
from hyperdjango.query.expressions import F

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.expressions import Expression, Value
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.sides import Side

# What is compared with each other: moments, and times of day.
_MOMENTS = (dates.datetime, dates.time)


def _is_moment(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_moment, value))
    return isinstance(value, _MOMENTS)


def _moments(one: Expression, scope: Scope) -> list[Value]:
    """The plain moments and times of day that an expression may give."""
    return [found for found in one.plain_values(scope) if _is_moment(found.value)]


def check_field(field: ModelField, one: Expression, scope: Scope) -> None:
    """Refuse an expression for a field, if it may give a moment that the field itself would refuse.

    Raises:
        FieldValueError: it may.
    """
    _refuse(_moments(one, scope), field, scope.type_of(field), str(field))


def check_side(side: Side, one: Expression, scope: Scope) -> None:
    """Refuse an expression that a side is compared with, if it may give a moment that the side is none of.

    Raises:
        FieldValueError: it may.
    """
    if side.family not in ("datetime", "time"):
        return
    found = _moments(one, scope)
    if not found:
        return
    if side.is_column and side.field is not None:
        _refuse(found, side.field, scope.type_of(side.field), side.where)
    else:
        _refuse(found, None, side.db_type, side.where)


def check_together(many: Sequence[Expression], scope: Scope) -> None:
    """Refuse expressions that meet, if one may give a moment with a time zone and another one without.

    Raises:
        FieldValueError: they may.
    """
    found = [value for one in many for value in _moments(one, scope)]
    if not found:
        return
    # A column says which is wanted, before a value does.
    for one in sorted(many, key=lambda one: one in found):
        field = one.field(scope) if isinstance(one, F) else None
        where = repr(one) if one in found else one.side(scope).where
        _refuse(found, field, one.type_name(scope), where)


def _refuse(
    found: Iterable[Value], field: ModelField | None, kind: str | None, where: str
) -> None:
    for one in found:
        value = one.value
        if field is not None and isinstance(value, field.python_type):
            # The same words as for a value that does not stand in Value().
            if field.python_type in (*_MOMENTS, list):
                field.convert(value)
        elif kind is not None and isinstance(value, _MOMENTS):
            _compare(value, kind, where)


def _compare(value: dates.datetime | dates.time, kind: str, where: str) -> None:
    if isinstance(value, dates.datetime):
        if not kind.startswith("timestamp"):
            return
    elif not kind.startswith("time") or kind.startswith("timestamp"):
        return
    name = type(value).__name__
    refused = f"{where} can't be {value.isoformat()}; give it"
    if kind.endswith("with time zone") and value.utcoffset() is None:
        raise FieldValueError(
            f"{refused} a time zone, {name}(…, tzinfo=timezone.utc), since {where} has one"
        )
    if not kind.endswith("with time zone") and value.tzinfo is not None:
        raise FieldValueError(
            f"{refused} without a time zone, since {where} has none: value.astimezone(…) to the zone "
            "you mean, then .replace(tzinfo=None)"
        )
