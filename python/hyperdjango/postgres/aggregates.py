"""PostgreSQL's own aggregates: ``ArrayAgg("name")``, ``StringAgg("name", Value(", "))``, ``JSONBAgg``."""

from __future__ import annotations

from decimal import Decimal
from json import loads

from hyperdjango.errors import FieldValueError
from hyperdjango.models.suggest import shorten
from hyperdjango.query.aggregates import Aggregate
from hyperdjango.query.expressions import Value
from hyperdjango.query.functions.text import as_text
from hyperdjango.query.manyrows import array_text
from hyperdjango.query.transforms import json_text
from hyperdjango.query.zones import check_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope


class ArrayAgg(Aggregate):
    """The values, as a list.

    Arguments:
        argument: an expression or the name of a field.
        filter, distinct, default, order_by: as for every aggregate.

    Django documentation, "PostgreSQL specific aggregation functions", ``ArrayAgg``.
    """

    function = "array_agg"
    result: type[Any] | None = list

    def __init__(self, argument: Any, **options: Any) -> None:
        super().__init__(argument, **options)

    def type_name(self, scope: Scope) -> str | None:
        kind = self.arguments[0].type_name(scope)
        return None if kind is None else f"{kind}[]"

    def finished(self, sql: str, scope: Scope) -> str:
        default = self.default
        if (
            isinstance(default, Value)
            and default.db_type is None
            and isinstance(default.value, (list, tuple))
        ):
            # Its elements are of the values' type, which PostgreSQL knows when it reads them.
            check_together((*self.arguments, *map(Value, default.value)), scope)
            text = array_text(default.value)
            return f"COALESCE({sql}, {scope.writer.parameter(text, True)})"
        return super().finished(sql, scope)


class JSONBAgg(Aggregate):
    """The values, as a list of JSON.

    Arguments:
        argument: an expression or the name of a field.
        filter, distinct, default, order_by: as for every aggregate.

    Django documentation, "PostgreSQL specific aggregation functions", ``JSONBAgg``.
    """

    function = "jsonb_agg"
    result: type[Any] | None = dict

    def __init__(self, argument: Any, **options: Any) -> None:
        super().__init__(argument, **options)
        if isinstance(self.default, Value) and self.default.db_type is None:
            self.default = Value(_json_of(self.default.value), db_type="jsonb")

    def type_name(self, scope: Scope) -> str | None:
        return "jsonb"


def _json_of(value: Any) -> str | None:
    """A default as the text of JSON; text is that already, as it is for a field of text.

    Raises:
        FieldValueError: it is not.
    """
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            return json_text(value)
        loads(value)
    except ValueError as problem:
        raise FieldValueError(
            f"JSONBAgg(default={shorten(value)}) is no JSON: {problem}; give a list, or JSON's text: '[]'"
        ) from None
    return value


class StringAgg(Aggregate):
    """The values as text, one behind the other.

    Arguments:
        argument: an expression or the name of a field.
        delimiter: str, or an expression, what stands between them.
        filter, distinct, default, order_by: as for every aggregate.

    Django documentation, "PostgreSQL specific aggregation functions", ``StringAgg``.
    """

    function = "string_agg"
    result: type[Any] | None = str

    def __init__(self, argument: Any, delimiter: Any, **options: Any) -> None:
        if isinstance(delimiter, str):
            delimiter = Value(delimiter)
        super().__init__(argument, delimiter, **options)

    def inner(self, scope: Scope) -> str:
        distinct = "DISTINCT " if self.distinct else ""
        arguments = ", ".join(as_text(one, scope) for one in self.arguments)
        order = ", ".join(part.sql(scope) for part in self.order_by)
        return f"{distinct}{arguments}{f' ORDER BY {order}' if order else ''}"


class _OfArgument(Aggregate):
    counts_rows = False

    def __init__(self, argument: Any, **options: Any) -> None:
        super().__init__(argument, **options)

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)


class BitAnd(_OfArgument):
    """The bits that all values have."""

    function = "bit_and"


class BitOr(_OfArgument):
    """The bits that any value has."""

    function = "bit_or"


class BitXor(_OfArgument):
    """The bits that an odd number of values have (PostgreSQL 14 and later)."""

    function = "bit_xor"
    counts_rows = True


class BoolAnd(_OfArgument):
    """Whether all values are true."""

    function = "bool_and"


class BoolOr(_OfArgument):
    """Whether any value is true."""

    function = "bool_or"


class StatAggregate(Aggregate):
    """An aggregate of pairs of numbers.

    Arguments:
        y, x: expressions or names of fields.

    Django documentation, "PostgreSQL specific aggregation functions", "Aggregate functions for statistics".
    """

    result: type[Any] | None = float

    def __init__(self, y: Any, x: Any, **options: Any) -> None:
        super().__init__(y, x, **options)

    def inner(self, scope: Scope) -> str:
        return ", ".join(
            f"({one.sql(scope)})::double precision" for one in self.arguments
        )


class Corr(StatAggregate):
    """The correlation."""

    function = "corr"


class CovarPop(StatAggregate):
    """The covariance of the whole, or with ``sample=True`` of a sample.

    Arguments:
        y, x: expressions or names of fields.
        sample: bool, whether the rows are a sample.
    """

    def __init__(self, y: Any, x: Any, sample: bool = False, **options: Any) -> None:
        function = "covar_samp" if sample else "covar_pop"
        super().__init__(y, x, function=function, **options)


class RegrAvgX(StatAggregate):
    """The mean of x."""

    function = "regr_avgx"


class RegrAvgY(StatAggregate):
    """The mean of y."""

    function = "regr_avgy"


class RegrCount(StatAggregate):
    """How many pairs have no NULL."""

    function = "regr_count"
    result: type[Any] | None = int


class RegrIntercept(StatAggregate):
    """Where the line of least squares meets the y axis."""

    function = "regr_intercept"


class RegrR2(StatAggregate):
    """The square of the correlation."""

    function = "regr_r2"


class RegrSlope(StatAggregate):
    """The slope of the line of least squares."""

    function = "regr_slope"


class RegrSXX(StatAggregate):
    """The sum of squares of x."""

    function = "regr_sxx"


class RegrSXY(StatAggregate):
    """The sum of products."""

    function = "regr_sxy"


class RegrSYY(StatAggregate):
    """The sum of squares of y."""

    function = "regr_syy"


class OrderedSet(Aggregate):
    """An aggregate of values in their order: a median, a percentile, the most frequent value.

    PostgreSQL documentation, "Aggregate Functions", "Ordered-Set Aggregate Functions".
    """

    def __init__(self, argument: Any, *direct: Any, **options: Any) -> None:
        super().__init__(argument, **options)
        self.direct = tuple(float(one) for one in direct)

    def inner(self, scope: Scope) -> str:
        return ", ".join(f"{one!r}::double precision" for one in self.direct)

    def call(self, scope: Scope) -> str:
        order = self.arguments[0].sql(scope)
        sql = f"{self.function}({self.inner(scope)}) WITHIN GROUP (ORDER BY {order})"
        if self.filter is not None:
            sql = f"{sql} FILTER (WHERE {self.filter.write(scope)[0]})"
        return sql


class Mode(OrderedSet):
    """The most frequent value.

    Arguments:
        argument: an expression or the name of a field.
    """

    function = "mode"

    def __init__(self, argument: Any, **options: Any) -> None:
        super().__init__(argument, **options)

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)

    def is_text_form(self, scope: Scope) -> bool:
        return self.arguments[0].is_text_form(scope)


class Percentile(OrderedSet):
    """The value below which a share of the values are: ``Percentile("price", 0.5)`` is the median.

    Arguments:
        argument: an expression or the name of a field.
        fraction: float, the share, from 0 to 1.
        discrete: bool, whether it must be one of the values.
    """

    def __init__(
        self, argument: Any, fraction: float, *, discrete: bool = False, **options: Any
    ) -> None:
        function = "percentile_disc" if discrete else "percentile_cont"
        super().__init__(argument, fraction, function=function, **options)
        self.discrete = discrete

    def python_type(self, scope: Scope) -> type[Any] | None:
        kind = self.arguments[0].python_type(scope)
        if self.discrete:
            return kind
        return float if kind in (int, float, Decimal) else kind
