"""Functions of numbers: ``Round("price", 1)``, ``Sqrt("area")``, ``Mod("id", 10)``."""

from __future__ import annotations

from decimal import Decimal

from hyperdjango.query.expressions import Expression, Func, operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope


class NumberFunc(Func):
    """A function of numbers: of numerics it gives a numeric, of other numbers a float.

    Django documentation, "Database Functions", "Math functions"; PostgreSQL documentation, "Mathematical
    Functions and Operators".
    """

    def python_type(self, scope: Scope) -> type[Any] | None:
        kinds = {one.python_type(scope) for one in self.arguments}
        return Decimal if Decimal in kinds and float not in kinds else float


class _One(NumberFunc):
    def __init__(self, argument: Any) -> None:
        super().__init__(argument)


class _Float(_One):
    """What is computed with floats whatever is given."""

    result: type[Any] | None = float

    def python_type(self, scope: Scope) -> type[Any] | None:
        return float

    def sql(self, scope: Scope) -> str:
        return f"{self.function}(({self.arguments[0].sql(scope)})::double precision)"


class Abs(_One):
    """The number without its sign."""

    function = "abs"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)


class Ceil(_One):
    """The next whole number upwards."""

    function = "ceil"


class Floor(_One):
    """The next whole number downwards."""

    function = "floor"


class Sign(_One):
    """-1, 0 or 1."""

    function = "sign"


class Exp(_One):
    """e to the power of the number."""

    function = "exp"


class Ln(_One):
    """The natural logarithm."""

    function = "ln"


class Sqrt(_One):
    """The square root."""

    function = "sqrt"


class Sin(_Float):
    """The sine of an angle in radians."""

    function = "sin"


class Cos(_Float):
    """The cosine of an angle in radians."""

    function = "cos"


class Tan(_Float):
    """The tangent of an angle in radians."""

    function = "tan"


class Cot(_Float):
    """The cotangent of an angle in radians."""

    function = "cot"


class ASin(_Float):
    """The angle, in radians, of a sine."""

    function = "asin"


class ACos(_Float):
    """The angle, in radians, of a cosine."""

    function = "acos"


class ATan(_Float):
    """The angle, in radians, of a tangent."""

    function = "atan"


class Degrees(_Float):
    """An angle in radians, in degrees."""

    function = "degrees"


class Radians(_Float):
    """An angle in degrees, in radians."""

    function = "radians"


class ATan2(NumberFunc):
    """The angle, in radians, of y over x.

    Arguments:
        y, x: expressions or names of fields.
    """

    function = "atan2"

    def __init__(self, y: Any, x: Any) -> None:
        super().__init__(y, x)

    def python_type(self, scope: Scope) -> type[Any] | None:
        return float

    def sql(self, scope: Scope) -> str:
        y, x = (f"({one.sql(scope)})::double precision" for one in self.arguments)
        return f"atan2({y}, {x})"


class Power(NumberFunc):
    """A number to the power of another.

    Arguments:
        base, exponent: expressions, names of fields, or numbers.
    """

    function = "power"

    def __init__(self, base: Any, exponent: Any) -> None:
        super().__init__(base, exponent)


class _Exact(NumberFunc):
    """What PostgreSQL computes with numerics only; what was a float becomes one again."""

    def sql(self, scope: Scope) -> str:
        written = ", ".join(f"({one.sql(scope)})::numeric" for one in self.arguments)
        sql = f"{self.function}({written})"
        if self.python_type(scope) is float:
            return f"({sql})::double precision"
        return sql


class Log(_Exact):
    """The logarithm of a number.

    Arguments:
        base: an expression, the name of a field, or a number: the base.
        argument: likewise, the number.
    """

    function = "log"

    def __init__(self, base: Any, argument: Any) -> None:
        super().__init__(base, argument)


class Mod(NumberFunc):
    """The remainder of a division, with the sign of the first number.

    Arguments:
        argument, divisor: expressions, names of fields, or numbers.
    """

    function = "mod"

    def __init__(self, argument: Any, divisor: Any) -> None:
        super().__init__(argument, divisor)

    def python_type(self, scope: Scope) -> type[Any] | None:
        kinds = {one.python_type(scope) for one in self.arguments}
        return int if kinds == {int} else super().python_type(scope)

    def sql(self, scope: Scope) -> str:
        if self.python_type(scope) is not float:
            return super().sql(scope)
        first, second = (f"({one.sql(scope)})::numeric" for one in self.arguments)
        return f"mod({first}, {second})::double precision"


class Round(NumberFunc):
    """The nearest number with so many digits behind the point.

    Arguments:
        argument: an expression or the name of a field.
        precision: int, how many digits; negative to round before the point.

    Floats are rounded as numerics are, half away from zero.
    """

    function = "round"

    def __init__(self, argument: Any, precision: int = 0) -> None:
        super().__init__(argument)
        self.precision: Expression = operand(precision)

    def children(self) -> tuple[Expression, ...]:
        return (*self.arguments, self.precision)

    def sql(self, scope: Scope) -> str:
        number = f"({self.arguments[0].sql(scope)})::numeric"
        sql = f"round({number}, {self.precision.sql(scope)})"
        kind = self.python_type(scope)
        cast = {float: "double precision", int: "bigint"}.get(kind or Decimal)
        return f"({sql})::{cast}" if cast else sql

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)


class Pi(Func):
    """The number pi."""

    function = "pi"
    result: type[Any] | None = float

    def __init__(self) -> None:
        super().__init__()


class Random(Func):
    """A number by chance, from 0 to 1."""

    function = "random"
    result: type[Any] | None = float

    def __init__(self) -> None:
        super().__init__()
