"""Window functions: values computed over the rows around each row."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.aggregates import Aggregate, order_part
from hyperdjango.query.arithmetic import alike
from hyperdjango.query.expressions import Expression, Func, expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.query.expressions import Value
    from hyperdjango.query.scope import Scope


class Window(Expression):
    """A function over the rows around each row: ``Window(Sum("total"), partition_by="user_id")``.

    Arguments:
        value: an aggregate or a window function.
        partition_by: names and expressions, which rows belong together.
        order_by: names and expressions, in which order.
        frame: RowRange | ValueRange | None, how far the function sees.

    Django documentation, "Query Expressions", "Window functions"; PostgreSQL documentation, "Window
    Function Calls".
    """

    def __init__(
        self,
        value: Any,
        partition_by: Any = (),
        order_by: Any = (),
        frame: Frame | None = None,
    ) -> None:
        if not isinstance(value, (Aggregate, WindowFunction)):
            raise FieldError("Window() takes an aggregate or a window function")
        self.value = value
        self.partition_by = tuple(expression(part) for part in _tuple(partition_by))
        self.order_by = tuple(order_part(part) for part in _tuple(order_by))
        self.frame = frame

    def children(self) -> tuple[Expression, ...]:
        return (*self.value.children(), *self.partition_by, *self.order_by)

    @property
    def has_window(self) -> bool:
        return True

    def sql(self, scope: Scope) -> str:
        value = (
            self.value.call(scope)
            if isinstance(self.value, Aggregate)
            else self.value.sql(scope)
        )
        parts = []
        if self.partition_by:
            parts.append(
                f"PARTITION BY {', '.join(part.sql(scope) for part in self.partition_by)}"
            )
        if self.order_by:
            parts.append(
                f"ORDER BY {', '.join(part.sql(scope) for part in self.order_by)}"
            )
        if self.frame is not None:
            parts.append(self.frame.sql())
        sql = f"{value} OVER ({' '.join(parts)})"
        if isinstance(self.value, Aggregate):
            sql = self.value.finished(sql, scope)
        return sql

    def type_name(self, scope: Scope) -> str | None:
        return self.value.type_name(scope)

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.value.python_type(scope)

    def is_text_form(self, scope: Scope) -> bool:
        return self.value.is_text_form(scope)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        return self.value.plain_values(scope)


def _tuple(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, (str, Expression)) else tuple(value)


class Frame:
    """How far a window function sees: from ``start`` to ``end``, None for all the way.

    Arguments:
        start: int | None, so many rows before (negative) or behind; 0 is the row itself.
        end: int | None, likewise.
    """

    kind = ""

    def __init__(self, start: int | None = None, end: int | None = None) -> None:
        self.start = start
        self.end = end

    def sql(self) -> str:
        """The frame clause."""
        return f"{self.kind} BETWEEN {_bound(self.start, 'PRECEDING')} AND {_bound(self.end, 'FOLLOWING')}"


def _bound(value: int | None, without: str) -> str:
    if value is None:
        return f"UNBOUNDED {without}"
    if value == 0:
        return "CURRENT ROW"
    return f"{int(-value)} PRECEDING" if value < 0 else f"{int(value)} FOLLOWING"


class RowRange(Frame):
    """A frame counted in rows."""

    kind = "ROWS"


class ValueRange(Frame):
    """A frame of rows with values near the row's."""

    kind = "RANGE"


class WindowFunction(Func):
    """A function that has a meaning over a window only."""


class RowNumber(WindowFunction):
    """The number of the row, from 1."""

    function = "row_number"
    result = int


class Rank(WindowFunction):
    """The rank of the row, with gaps behind equal ones."""

    function = "rank"
    result = int


class DenseRank(WindowFunction):
    """The rank of the row, without gaps."""

    function = "dense_rank"
    result = int


class PercentRank(WindowFunction):
    """The relative rank of the row, from 0 to 1."""

    function = "percent_rank"
    result = float


class CumeDist(WindowFunction):
    """The share of rows up to this one."""

    function = "cume_dist"
    result = float


class Ntile(WindowFunction):
    """The number of the row's part, when all are dealt into so many."""

    function = "ntile"
    result = int

    def __init__(self, count: int = 1) -> None:
        super().__init__(int(count))


class _OfArgument(WindowFunction):
    def type_name(self, scope: Scope) -> str | None:
        return self.arguments[0].type_name(scope)

    def sql(self, scope: Scope) -> str:
        # A default behind the offset takes the type of the argument.
        argument, *others = self.arguments
        made = alike((argument, *others), scope)
        written = ", ".join(one.sql(scope) for one in made)
        return f"{self.function}({written})"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)

    def is_text_form(self, scope: Scope) -> bool:
        return self.arguments[0].is_text_form(scope)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        for one in (self.arguments[0], *self.arguments[2:]):
            yield from one.plain_values(scope)


class FirstValue(_OfArgument):
    """The value of the first row of the frame."""

    function = "first_value"


class LastValue(_OfArgument):
    """The value of the last row of the frame."""

    function = "last_value"


class NthValue(_OfArgument):
    """The value of the row of that number in the frame, from 1."""

    function = "nth_value"

    def __init__(self, argument: Any, nth: int = 1) -> None:
        super().__init__(argument, int(nth))


class Lag(_OfArgument):
    """The value of the row so many before."""

    function = "lag"

    def __init__(self, argument: Any, offset: int = 1, default: Any = None) -> None:
        more = () if default is None else (_value(default),)
        super().__init__(argument, int(offset), *more)


class Lead(_OfArgument):
    """The value of the row so many behind."""

    function = "lead"

    def __init__(self, argument: Any, offset: int = 1, default: Any = None) -> None:
        more = () if default is None else (_value(default),)
        super().__init__(argument, int(offset), *more)


def _value(value: Any) -> Expression:
    from hyperdjango.query.expressions import operand

    return operand(value)
