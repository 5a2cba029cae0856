"""Expressions: what a query can compute, ``F("price") * 2``, ``Value(1)``, ``Case(When(…))``."""

from __future__ import annotations

import datetime as dates
from decimal import Decimal
from uuid import UUID

from hyperdjango.errors import FieldError
from hyperdjango.query.families import python_type_of
from hyperdjango.query.paths import follow
from hyperdjango.query.sides import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.arithmetic import Combined
    from hyperdjango.query.paths import Path
    from hyperdjango.query.scope import Scope


class Expression:
    """The base of everything that a query can compute.

    Arithmetic between expressions, or with plain values, gives an expression: ``+``, ``-``, ``*``,
    ``/``, ``%`` and ``**`` mean PostgreSQL's operators of these names (PostgreSQL documentation,
    "Mathematical Functions and Operators"); ``**`` is ``^``.

    Django documentation, "Query Expressions".
    """

    # Whether a type has been stated for the result, as PostgreSQL calls it.
    db_type: str | None = None

    def sql(self, scope: Scope) -> str:
        """Write the expression into a query."""
        raise NotImplementedError

    def children(self) -> tuple[Expression, ...]:
        """The expressions that this one is made of."""
        return ()

    def side(self, scope: Scope) -> Side:
        """What it is to a lookup that compares it."""
        text = self.is_text_form(scope)
        where = type(self).__name__
        if self.db_type is not None:
            return Side.of_db_type(self.db_type, where, text=text)
        kind = self.type_name(scope)
        return Side.of_type(self.python_type(scope), where, text=text, db_type=kind)

    def python_type(self, scope: Scope) -> type[Any] | None:
        """The Python type of its values, where it is known."""
        return None if self.db_type is None else python_type_of(self.db_type)

    def type_name(self, scope: Scope) -> str | None:
        """The type of its values as PostgreSQL calls it, where it is known."""
        return self.db_type

    def is_text_form(self, scope: Scope) -> bool:
        """Whether its values are read in PostgreSQL's text form: a ``str`` field over another type."""
        return False

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        """The plain values, of no stated type, that it may give as they are."""
        yield from ()

    def default_name(self) -> str:
        """The name that it has in a result when it is given none.

        Raises:
            FieldError: it has none.
        """
        raise FieldError(
            f"a {type(self).__name__} needs a name here; give it one: name={type(self).__name__}(…)"
        )

    @property
    def is_aggregate(self) -> bool:
        """Whether it, or a part of it, computes one value out of many rows."""
        return any(child.is_aggregate for child in self.children())

    @property
    def has_window(self) -> bool:
        """Whether it, or a part of it, is computed over a window."""
        return any(child.has_window for child in self.children())

    def asc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> OrderBy:
        """This as an order, the smallest first."""
        return OrderBy(self, False, nulls_first, nulls_last)

    def desc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> OrderBy:
        """This as an order, the largest first."""
        return OrderBy(self, True, nulls_first, nulls_last)

    def __add__(self, other: Any) -> Combined:
        return combined(self, "+", other)

    def __radd__(self, other: Any) -> Combined:
        return combined(other, "+", self)

    def __sub__(self, other: Any) -> Combined:
        return combined(self, "-", other)

    def __rsub__(self, other: Any) -> Combined:
        return combined(other, "-", self)

    def __mul__(self, other: Any) -> Combined:
        return combined(self, "*", other)

    def __rmul__(self, other: Any) -> Combined:
        return combined(other, "*", self)

    def __truediv__(self, other: Any) -> Combined:
        return combined(self, "/", other)

    def __rtruediv__(self, other: Any) -> Combined:
        return combined(other, "/", self)

    def __mod__(self, other: Any) -> Combined:
        return combined(self, "%", other)

    def __rmod__(self, other: Any) -> Combined:
        return combined(other, "%", self)

    def __pow__(self, other: Any) -> Combined:
        return combined(self, "^", other)

    def __rpow__(self, other: Any) -> Combined:
        return combined(other, "^", self)

    def __neg__(self) -> Combined:
        return combined(self, "*", -1)

    def bitand(self, other: Any) -> Combined:
        """The bits that both have."""
        return combined(self, "&", other)

    def bitor(self, other: Any) -> Combined:
        """The bits that either has."""
        return combined(self, "|", other)

    def bitxor(self, other: Any) -> Combined:
        """The bits that one of both has."""
        return combined(self, "#", other)

    def bitleftshift(self, other: Any) -> Combined:
        """The bits moved to the left."""
        return combined(self, "<<", other)

    def bitrightshift(self, other: Any) -> Combined:
        """The bits moved to the right."""
        return combined(self, ">>", other)

    def __bool__(self) -> bool:
        raise TypeError(
            f"a {type(self).__name__} has no truth value; it is computed by the database"
        )


def combined(left: Any, operator: str, right: Any) -> Combined:
    """Two expressions or plain values, and the operator between them."""
    from hyperdjango.query.arithmetic import Combined

    return Combined(left, operator, right)


def expression(value: Any) -> Expression:
    """A value as an expression: text names a field, as in Django; anything else is itself."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        return F(value)
    made = getattr(value, "as_subquery", None)
    if made is not None:
        result: Expression = made()
        return result
    return Value(value)


def operand(value: Any) -> Expression:
    """An operand of an operator: text is text there."""
    if isinstance(value, Expression):
        return value
    made = getattr(value, "as_subquery", None)
    if made is not None:
        result: Expression = made()
        return result
    return Value(value)


def walk(expressions: tuple[Expression, ...]) -> Iterator[Expression]:
    """The expressions and all that they are made of."""
    for one in expressions:
        yield one
        yield from walk(one.children())


class F(Expression):
    """A field, a relation's field, or an annotation, by its name: ``F("user__email")``.

    Arguments:
        name: str, the name; transforms may follow, ``F("created_at__year")``.

    Django documentation, "Query Expressions", ``F()``.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise FieldError(
                f"F() takes the name of a field, not a {type(name).__name__}"
            )
        self.name = name

    def __repr__(self) -> str:
        return f"F({self.name!r})"

    def default_name(self) -> str:
        return self.name

    def sql(self, scope: Scope) -> str:
        found = self.key(scope)
        if found is not None:
            names = ", ".join(field.name for field in found.fields)
            raise FieldError(
                f"{self!r} is a key of several fields, {names}, and no one value; name one of them"
            )
        sql, _ = self._resolved(scope)
        return sql

    def key(self, scope: Scope) -> Path | None:
        """The path to the key of several fields that it names, or None if it is something else."""
        if scope.split(self.name) is not None:
            return None
        path = follow(scope.model, self.name)
        return path if len(path.fields) > 1 and not path.rest else None

    def columns(self, scope: Scope) -> list[str]:
        """The columns of the key of several fields that it names; none if it is something else."""
        found = self.key(scope)
        return [] if found is None else scope.path(found)

    def side(self, scope: Scope) -> Side:
        return self._resolved(scope)[1]

    def python_type(self, scope: Scope) -> type[Any] | None:
        annotation = scope.annotations.get(self.name)
        if annotation is not None:
            return annotation.python_type(scope)
        if scope.split(self.name) is not None:
            return None
        path = follow(scope.model, self.name)
        return None if path.rest else path.fields[0].python_type

    def type_name(self, scope: Scope) -> str | None:
        annotation = scope.annotations.get(self.name)
        if annotation is not None:
            return annotation.type_name(scope)
        if scope.split(self.name) is not None:
            return self.side(scope).db_type
        path = follow(scope.model, self.name)
        if path.rest:
            return self.side(scope).db_type
        return scope.type_of(path.fields[0])

    def is_text_form(self, scope: Scope) -> bool:
        annotation = scope.annotations.get(self.name)
        if annotation is not None:
            return annotation.is_text_form(scope)
        if scope.split(self.name) is not None:
            return False
        path = follow(scope.model, self.name)
        return not path.rest and path.fields[0].python_type is str

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        annotation = scope.annotations.get(self.name)
        if annotation is not None:
            yield from annotation.plain_values(scope)

    def field(self, scope: Scope) -> ModelField | None:
        """The field that it names, where it is one."""
        if scope.split(self.name) is not None:
            return None
        path = follow(scope.model, self.name)
        return None if path.rest or len(path.fields) != 1 else path.fields[0]

    def is_many(self, scope: Scope) -> bool:
        """Whether it goes over a relation to many rows."""
        if scope.split(self.name) is not None:
            return False
        return follow(scope.model, self.name).is_many

    def _resolved(self, scope: Scope) -> tuple[str, Side]:
        from hyperdjango.query.lookups import Comparison

        found = scope.split(self.name)
        if found is not None:
            name, rest = found
            side = scope.annotations[name].side(scope)
            text = scope.annotation(name)
            if not rest:
                return text, side
            comparison = Comparison(side, (*rest, "exact"), self.name)
            return comparison.transformed(text, scope), comparison.side
        path = follow(scope.model, self.name)
        column = scope.path(path)[0]
        side = Side.of_field(path.fields[0])
        if path.rest:
            # Every part is a transform: the operator that ends a lookup has no place here.
            comparison = Comparison(side, (*path.rest, "exact"), self.name)
            return comparison.transformed(column, scope), comparison.side
        return scope.readable(column.partition(".")[0], path.fields[0]), side


class OuterRef(F):
    """A field of the query around a ``Subquery`` or ``Exists``.

    Django documentation, "Query Expressions", ``OuterRef``.
    """

    def __init__(self, name: str | OuterRef, levels: int = 1) -> None:
        if isinstance(name, OuterRef):
            # One more query out.
            super().__init__(name.name)
            self.levels: int = name.levels + 1
        else:
            super().__init__(name)
            self.levels = levels

    def __repr__(self) -> str:
        return f"OuterRef({self.name!r})"

    def sql(self, scope: Scope) -> str:
        outer = scope.outermost(self.levels)
        return "NULL" if outer is None else F.sql(F(self.name), outer)

    def key(self, scope: Scope) -> Path | None:
        outer = scope.outermost(self.levels)
        return None if outer is None else super().key(outer)

    def columns(self, scope: Scope) -> list[str]:
        outer = scope.outermost(self.levels)
        return [] if outer is None else F(self.name).columns(outer)

    def side(self, scope: Scope) -> Side:
        outer = scope.outermost(self.levels)
        return Side("other", self.name) if outer is None else super().side(outer)

    def python_type(self, scope: Scope) -> type[Any] | None:
        outer = scope.outermost(self.levels)
        return None if outer is None else super().python_type(outer)

    def type_name(self, scope: Scope) -> str | None:
        outer = scope.outermost(self.levels)
        return None if outer is None else super().type_name(outer)

    def is_text_form(self, scope: Scope) -> bool:
        outer = scope.outermost(self.levels)
        return outer is not None and super().is_text_form(outer)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        outer = scope.outermost(self.levels)
        if outer is not None:
            yield from super().plain_values(outer)

    def field(self, scope: Scope) -> ModelField | None:
        outer = scope.outermost(self.levels)
        return None if outer is None else super().field(outer)


# The type that a plain value has where nothing else decides.
_CASTS: dict[type[Any], str] = {
    bool: "boolean",
    float: "double precision",
    Decimal: "numeric",
    str: "text",
    bytes: "bytea",
    bytearray: "bytea",
    memoryview: "bytea",
    dates.date: "date",
    dates.timedelta: "interval",
    UUID: "uuid",
    dict: "jsonb",
}


class Value(Expression):
    """A plain value: ``Value("draft")``.

    Arguments:
        value: the value; None is NULL.
        db_type: str | None, its type as PostgreSQL calls it, where the Python type does not tell.

    Django documentation, "Query Expressions", ``Value()``.
    """

    def __init__(self, value: Any, db_type: str | None = None) -> None:
        self.value = value
        self.db_type = None if db_type is None else checked_type(db_type)

    def __repr__(self) -> str:
        return f"Value({self.value!r})"

    def sql(self, scope: Scope) -> str:
        if self.value is None:
            return f"NULL::{self.db_type}" if self.db_type else "NULL"
        if self.db_type is not None:
            value = self.value
            as_text = isinstance(value, str)
            return f"{scope.writer.parameter(value, as_text)}::{self.db_type}"
        kind = type_of_value(self.value)
        if kind == "jsonb":
            from hyperdjango.query.transforms import json_text

            return f"{scope.writer.parameter(json_text(self.value), True)}::jsonb"
        return f"{scope.writer.parameter(self.value)}::{kind}"

    def python_type(self, scope: Scope) -> type[Any] | None:
        if self.db_type is not None:
            return python_type_of(self.db_type)
        return None if self.value is None else type(self.value)

    def type_name(self, scope: Scope) -> str | None:
        if self.db_type is not None or self.value is None:
            return self.db_type
        return type_of_value(self.value)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        if self.db_type is None:
            yield self


def type_of_value(value: Any) -> str:
    """The PostgreSQL type of a plain value.

    Raises:
        FieldError: it has none.
    """
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if -(2**31) <= value < 2**31:
            return "integer"
        return "bigint" if -(2**63) <= value < 2**63 else "numeric"
    if isinstance(value, dates.datetime):
        if value.utcoffset() is None:
            return "timestamp without time zone"
        return "timestamp with time zone"
    if isinstance(value, dates.time):
        return (
            "time without time zone" if value.tzinfo is None else "time with time zone"
        )
    if isinstance(value, (list, tuple)):
        first = next((item for item in value if item is not None), "")
        return f"{type_of_value(first)}[]"
    for kind, name in _CASTS.items():
        if isinstance(value, kind):
            return name
    raise FieldError(
        f"a {type(value).__name__} is no value of a query; give a plain value, or "
        "Value(text, db_type=…) with its text form"
    )


def checked_type(name: str) -> str:
    """The name of a type, refused if it could be anything else in a statement.

    Names come from the program's own text, and may still be put together wrongly.
    """
    allowed = set(' _(),.[]"')
    if not name or not all(
        character.isalnum() or character in allowed for character in name
    ):
        raise FieldError(
            f"{name!r} is no type; give its name as PostgreSQL writes it: numeric(10,2)"
        )
    return name


class Cast(Expression):
    """An expression as another type: ``Cast("total", "integer")``.

    Arguments:
        value: an expression, or the name of a field.
        db_type: str, the type as PostgreSQL calls it.

    Django documentation, "Database Functions", ``Cast``; PostgreSQL documentation, "Type Casts".
    """

    def __init__(self, value: Any, db_type: str) -> None:
        self.value = expression(value)
        self.db_type = checked_type(db_type)

    def children(self) -> tuple[Expression, ...]:
        return (self.value,)

    def sql(self, scope: Scope) -> str:
        value = self.value
        if isinstance(value, Value) and isinstance(value.value, str):
            # Text that the type is made of: there is no cast from text to most types.
            return Value(value.value, self.db_type).sql(scope)
        return f"({value.sql(scope)})::{self.db_type}"


class Func(Expression):
    """A call of any function: ``Func("name", function="initcap")``.

    Arguments:
        *arguments: expressions; text names a field.
        function: str, the function's name; a schema may stand before it.
        db_type: str | None, the type of its result, where lookups are to know it.

    Django documentation, "Query Expressions", ``Func()``.
    """

    function: str = ""
    result: type[Any] | None = None
    # Whether its arguments are taken each for itself, so that they need not be alike.
    apart = False

    def __init__(
        self, *arguments: Any, function: str | None = None, db_type: str | None = None
    ) -> None:
        self.arguments = tuple(expression(argument) for argument in arguments)
        if function is not None:
            self.function = checked_function(function)
        if db_type is not None:
            self.db_type = checked_type(db_type)

    def __repr__(self) -> str:
        arguments = ", ".join(map(repr, self.arguments))
        return f"{type(self).__name__}({arguments})"

    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def sql(self, scope: Scope) -> str:
        if not self.apart and len(self.arguments) > 1:
            from hyperdjango.query.zones import check_together

            check_together(self.arguments, scope)
        arguments = ", ".join(argument.sql(scope) for argument in self.arguments)
        return f"{self.function}({arguments})"

    def python_type(self, scope: Scope) -> type[Any] | None:
        if self.db_type is not None:
            return super().python_type(scope)
        return self.result


def checked_function(name: str) -> str:
    """The name of a function, refused if it could be anything else in a statement."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise FieldError(
            f"{name!r} is no name of a function; give it plainly: function='initcap'"
        )
    return name


class OrderBy(Expression):
    """An expression as a part of an order."""

    def __init__(
        self,
        value: Any,
        descending: bool = False,
        nulls_first: bool = False,
        nulls_last: bool = False,
    ) -> None:
        if nulls_first and nulls_last:
            raise FieldError("nulls_first and nulls_last exclude each other")
        if isinstance(value, OrderBy):
            raise FieldError("an order has one direction: asc() or desc(), not both")
        self.value = expression(value)
        self.descending = descending
        self.nulls = (
            " NULLS FIRST" if nulls_first else " NULLS LAST" if nulls_last else ""
        )

    def children(self) -> tuple[Expression, ...]:
        return (self.value,)

    def sql(self, scope: Scope) -> str:
        direction = " DESC" if self.descending else ""
        return f"{self.value.sql(scope)}{direction}{self.nulls}"

    def reversed(self) -> OrderBy:
        """The opposite order."""
        made = OrderBy(self.value, not self.descending)
        made.nulls = {
            " NULLS FIRST": " NULLS LAST",
            " NULLS LAST": " NULLS FIRST",
            "": "",
        }[self.nulls]
        return made
