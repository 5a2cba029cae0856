"""Aggregates: values computed out of many rows, ``Count("order_item_set")``."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hyperdjango.errors import FieldError
from hyperdjango.query.arithmetic import alike
from hyperdjango.query.expressions import (
    Expression,
    F,
    Func,
    OrderBy,
    expression,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.query.conditions import Condition
    from hyperdjango.query.expressions import Value
    from hyperdjango.query.scope import Scope


class Aggregate(Func):
    """A value computed out of many rows.

    Arguments:
        *arguments: expressions; text names a field.
        filter: Q | None, which rows count.
        distinct: bool, whether equal values count once.
        default: what the result is when there are no rows, instead of NULL.
        order_by: names and expressions, in which order the rows are taken.

    Django documentation, "QuerySet API reference", "Aggregation functions"; PostgreSQL documentation,
    "Aggregate Functions".
    """

    # Whether a row that appears twice makes another result.
    counts_rows = True

    def __init__(
        self,
        *arguments: Any,
        filter: Any = None,
        distinct: bool = False,
        default: Any = None,
        order_by: Any = (),
        db_type: str | None = None,
        function: str | None = None,
    ) -> None:
        from hyperdjango.query.conditions import condition_of

        super().__init__(*arguments, function=function, db_type=db_type)
        self.filter: Condition | None = None if filter is None else condition_of(filter)
        self.distinct = distinct
        self.default = None if default is None else expression_or_value(default)
        if isinstance(order_by, (str, Expression)):
            order_by = (order_by,)
        self.order_by = tuple(order_part(part) for part in order_by)

    def children(self) -> tuple[Expression, ...]:
        more: tuple[Expression | None, ...] = (self.filter, self.default)
        return (
            *self.arguments,
            *self.order_by,
            *(one for one in more if one is not None),
        )

    @property
    def is_aggregate(self) -> bool:
        return True

    def default_name(self) -> str:
        if len(self.arguments) == 1 and isinstance(self.arguments[0], F):
            return f"{self.arguments[0].name}__{type(self).__name__.lower()}"
        return super().default_name()

    def inner(self, scope: Scope) -> str:
        """What stands between the parentheses."""
        distinct = "DISTINCT " if self.distinct else ""
        arguments = ", ".join(argument.sql(scope) for argument in self.arguments)
        order = ", ".join(part.sql(scope) for part in self.order_by)
        return f"{distinct}{arguments}{f' ORDER BY {order}' if order else ''}"

    def call(self, scope: Scope) -> str:
        """The call alone, without what stands for no rows."""
        sql = f"{self.function}({self.inner(scope)})"
        if self.filter is not None:
            sql = f"{sql} FILTER (WHERE {self.filter.write(scope)[0]})"
        return sql

    def finished(self, sql: str, scope: Scope) -> str:
        """The call with what makes its result: its type, and what stands for no rows."""
        if self.default is not None:
            (default,) = alike_default(self.default, self.arguments, scope)
            sql = f"COALESCE({sql}, {default.sql(scope)})"
        return sql

    def sql(self, scope: Scope) -> str:
        return self.finished(self.call(scope), scope)


def alike_default(
    default: Expression, arguments: tuple[Expression, ...], scope: Scope
) -> tuple[Expression]:
    """A default of the arguments' type where it can be."""
    return (alike((default, *arguments), scope)[0],)


def expression_or_value(value: Any) -> Expression:
    """A default: text is text there."""
    from hyperdjango.query.expressions import operand

    return operand(value)


def order_part(part: Any) -> OrderBy:
    """A part of an order: a name, with a minus for the largest first, or an expression."""
    if isinstance(part, OrderBy):
        return part
    if isinstance(part, str):
        return OrderBy(F(part.lstrip("-+")), part.startswith("-"))
    return OrderBy(expression(part))


class Count(Aggregate):
    """How many rows there are, or with a name, how many values that are not NULL.

    Arguments:
        argument: an expression, the name of a field or of a relation, or ``"*"``.
        distinct: bool, whether equal values count once.
        filter: Q | None, which rows count.
    """

    function = "count"
    result = int

    def __init__(self, argument: Any = "*", **options: Any) -> None:
        self.every_row = argument == "*" and isinstance(argument, str)
        super().__init__(*(() if self.every_row else (argument,)), **options)

    def default_name(self) -> str:
        return "count" if self.every_row else super().default_name()

    def inner(self, scope: Scope) -> str:
        if self.every_row:
            if self.distinct:
                raise FieldError(
                    "Count('*', distinct=True) counts nothing; name a field"
                )
            return "*"
        argument = self.arguments[0]
        if isinstance(argument, F) and argument.name not in scope.annotations:
            from hyperdjango.query.paths import follow

            path = follow(scope.model, argument.name)
            if len(path.fields) > 1 and not path.rest:
                columns = scope.path(path)
                if self.distinct:
                    # A row of NULLs is a value: it must not count.
                    missing = columns[0]
                    return f"DISTINCT CASE WHEN {missing} IS NOT NULL THEN ({', '.join(columns)}) END"
                return columns[0]
        return super().inner(scope)


class Sum(Aggregate):
    """The sum of the values that are not NULL; NULL if there are none."""

    function = "sum"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return _kind_of(self.arguments[0], scope)

    def finished(self, sql: str, scope: Scope) -> str:
        if self.python_type(scope) is int:
            # PostgreSQL gives a numeric for a bigint's; an int stays one here.
            sql = f"({sql})::bigint"
        return super().finished(sql, scope)


def _kind_of(one: Expression, scope: Scope) -> type[Any] | None:
    """The type of an expression's values, where lengths of time may be read as text."""
    kind = one.python_type(scope)
    if kind is str and (one.type_name(scope) or "").startswith("interval"):
        return timedelta
    return kind


class Avg(Aggregate):
    """The mean of the values that are not NULL; of whole numbers it is a ``Decimal``."""

    function = "avg"

    def python_type(self, scope: Scope) -> type[Any] | None:
        kind = _kind_of(self.arguments[0], scope)
        return Decimal if kind is int else kind


class _OfArgument(Aggregate):
    counts_rows = False

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)

    def is_text_form(self, scope: Scope) -> bool:
        return self.arguments[0].is_text_form(scope)

    def type_name(self, scope: Scope) -> str | None:
        return self.arguments[0].type_name(scope)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        yield from self.arguments[0].plain_values(scope)
        if self.default is not None:
            yield from self.default.plain_values(scope)


class Max(_OfArgument):
    """The largest of the values."""

    function = "max"


class Min(_OfArgument):
    """The smallest of the values."""

    function = "min"


class _Spread(Aggregate):
    def python_type(self, scope: Scope) -> type[Any] | None:
        kind = self.arguments[0].python_type(scope)
        return Decimal if kind is int else kind


class StdDev(_Spread):
    """The standard deviation, of the whole or, with ``sample=True``, of a sample."""

    def __init__(self, argument: Any, *, sample: bool = False, **options: Any) -> None:
        function = "stddev_samp" if sample else "stddev_pop"
        super().__init__(argument, function=function, **options)


class Variance(_Spread):
    """The variance, of the whole or, with ``sample=True``, of a sample."""

    def __init__(self, argument: Any, *, sample: bool = False, **options: Any) -> None:
        function = "var_samp" if sample else "var_pop"
        super().__init__(argument, function=function, **options)
