"""Periods: ``created_at__year=2024`` and ``created_at__date=…`` as ranges of the column, which an index can serve."""

from __future__ import annotations

import datetime

from hyperdjango.query.operators import Operator
from hyperdjango.query.transforms import type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.query.scope import Scope
    from hyperdjango.query.sides import Side

    # The moment that a period begins at, out of its parameter; that of the next one with True.
    Begin = Callable[[str, str, bool], str]


class Period(Operator):
    """An operator that compares what the transform before it was made of."""

    __slots__ = ("begin",)
    begin: Begin

    def write_period(
        self, source: Side, sql: str, values: list[str], scope: Scope
    ) -> str:
        """Write the comparison.

        Arguments:
            source: what the transform is of.
            sql: its text.
            values: the places of the parameters.
        """
        kind = type_of(source, scope)
        first, last = values[0], values[-1]
        at = self.begin
        if self.name == "gt":
            return f"{sql} >= {at(kind, first, True)}"
        if self.name == "gte":
            return f"{sql} >= {at(kind, first, False)}"
        if self.name == "lt":
            return f"{sql} < {at(kind, first, False)}"
        if self.name == "lte":
            return f"{sql} < {at(kind, first, True)}"
        low, high = at(kind, first, False), at(kind, last, True)
        return f"({sql} >= {low} AND {sql} < {high})"


def _year(kind: str, place: str, behind: bool) -> str:
    year = f"{place}::integer{' + 1' if behind else ''}"
    if kind == "date":
        return f"make_date({year}, 1, 1)"
    if kind.endswith("with time zone"):
        return f"make_timestamptz({year}, 1, 1, 0, 0, 0, 'UTC')"
    return f"make_timestamp({year}, 1, 1, 0, 0, 0)"


def _date(kind: str, place: str, behind: bool) -> str:
    midnight = f"({place}::date{' + 1' if behind else ''})::timestamp"
    zoned = kind.endswith("with time zone")
    return f"({midnight} AT TIME ZONE 'UTC')" if zoned else midnight


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and 1 <= value <= 9998


def _is_date(value: Any) -> bool:
    return type(value) is datetime.date


_BEGINS: dict[str, tuple[Begin, Callable[[Any], bool]]] = {
    "year": (_year, _is_year),
    "date": (_date, _is_date),
}
_NAMES = ("exact", "gt", "gte", "lt", "lte", "range")
_made: dict[tuple[str, str], Period] = {}


def find(source: Side, transform: str, operator: Operator, value: Any) -> Period | None:
    """The period that a comparison with a value is, or None if it is none.

    Arguments:
        source: what the transform is of.
        transform: str, its name.
        operator: how its result is compared.
        value: with what; a period outside of the years that models know is none.
    """
    if transform not in _BEGINS or operator.name not in _NAMES:
        return None
    if source.family != "datetime" and (source.family, transform) != ("date", "year"):
        return None
    begin, is_usual = _BEGINS[transform]
    values = value if operator.name == "range" else (value,)
    if not isinstance(values, (list, tuple)) or not all(map(is_usual, values)):
        return None
    period = _made.get((transform, operator.name))
    if period is None:
        period = Period(operator.name, operator.prepare, operator.write, text=False)
        period.begin = begin
        _made[transform, operator.name] = period
    return period
