"""Arithmetic: operators between expressions, and the types that their results have."""

from __future__ import annotations

import datetime as dates
from decimal import Decimal

from hyperdjango.query.expressions import Expression, Value, operand
from hyperdjango.query.zones import check_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from hyperdjango.query.scope import Scope


class Combined(Expression):
    """Two expressions and the operator between them."""

    def __init__(self, left: Any, operator: str, right: Any) -> None:
        self.left = operand(left)
        self.operator = operator
        self.right = operand(right)

    def __repr__(self) -> str:
        return f"({self.left!r} {self.operator} {self.right!r})"

    def children(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def sql(self, scope: Scope) -> str:
        left, right = alike((self.left, self.right), scope)
        sql = f"({left.sql(scope)} {self.operator} {right.sql(scope)})"
        if self.operator == "-" and self._kinds(scope) == (dates.date, dates.date):
            # PostgreSQL gives a number of days there.
            return f"(interval '1 day' * {sql})"
        return sql

    def _kinds(self, scope: Scope) -> tuple[type[Any] | None, type[Any] | None]:
        left, right = alike((self.left, self.right), scope)
        return _kind(left, scope), _kind(right, scope)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        # A moment that a length of time is added to stays one with a time zone, or without.
        if self.python_type(scope) in (dates.datetime, dates.time):
            yield from self.left.plain_values(scope)
            yield from self.right.plain_values(scope)

    def python_type(self, scope: Scope) -> type[Any] | None:
        left, right = self._kinds(scope)
        if self.operator == "^" and {left, right} <= {int, float, None}:
            return float
        if left in _MOMENTS or right in _MOMENTS:
            return _moment(left, self.operator, right)
        return widest((left, right))

    def type_name(self, scope: Scope) -> str | None:
        kind = self.python_type(scope)
        if kind is dates.datetime:
            for one in (self.left, self.right):
                if _kind(one, scope) is dates.datetime:
                    return one.type_name(scope)
            return "timestamp without time zone"
        return None


_MOMENTS = (dates.date, dates.datetime, dates.time, dates.timedelta)


def _moment(
    left: type[Any] | None, operator: str, right: type[Any] | None
) -> type[Any] | None:
    """The type of what is computed with dates, moments and lengths of time."""
    if operator == "-" and right is not None and right is not dates.timedelta:
        if right is int:
            return left
        return dates.timedelta
    if operator in "+-":
        kinds = {left, right}
        if kinds == {dates.date, dates.timedelta}:
            return dates.datetime
        if kinds == {dates.date, dates.time}:
            return dates.datetime
        for kind in (dates.datetime, dates.date, dates.time):
            if kind in kinds:
                return kind
    return dates.timedelta


def _kind(one: Expression, scope: Scope) -> type[Any] | None:
    """The type of an expression's values; lengths of time may be read as text."""
    kind = one.python_type(scope)
    if kind is str and (one.type_name(scope) or "").startswith("interval"):
        return dates.timedelta
    return kind


def widest(kinds: Iterable[type[Any] | None]) -> type[Any] | None:
    """The type of a value that may be of any of these types; None where that is not known.

    >>> widest([int, Decimal]), widest([int, str]) is None
    (<class 'decimal.Decimal'>, True)
    """
    found = set(kinds) - {None}
    if len(found) == 1:
        return found.pop()
    for wide in (float, Decimal):
        if wide in found and found <= {int, Decimal, float}:
            return wide
    return None


def alike(many: Sequence[Expression], scope: Scope) -> tuple[Expression, ...]:
    """Expressions that are to have one type: plain values take that of the others where they can.

    1.1 beside a numeric is numeric, and text beside a column that is read as text is of the column's type.

    Raises:
        FieldValueError: a moment with a time zone would meet one without.
    """
    check_together(many, scope)
    if not any(isinstance(one, Value) and one.db_type is None for one in many):
        return tuple(many)
    others = [one for one in many if not isinstance(one, Value)]
    is_exact = any(one.python_type(scope) is Decimal for one in others)
    text = next((one for one in others if one.is_text_form(scope)), None)
    kind = None if text is None else text.type_name(scope)
    made: list[Expression] = []
    for one in many:
        if isinstance(one, Value) and one.db_type is None:
            if isinstance(one.value, float) and is_exact:
                one = Value(Decimal(repr(one.value)))
            elif isinstance(one.value, str) and kind is not None and kind != "text":
                one = Value(one.value, db_type=kind)
        made.append(one)
    return tuple(made)
