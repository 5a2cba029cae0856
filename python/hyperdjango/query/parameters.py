"""Parameters of comparisons: the values of a column as PostgreSQL takes them, one or an array of them."""

from __future__ import annotations

from hyperdjango.query.expressions import Expression, type_of_value
from hyperdjango.query.families import family_of, family_of_type
from hyperdjango.query.sides import beyond

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.operators import Operator
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.sides import Side


def in_text_form(
    side: Side, operator: Operator, values: tuple[Any, ...]
) -> tuple[Any, ...] | None:
    """The values of a lookup in PostgreSQL's text form, where they need that: JSON, and what Python can't hold.

    None where they do not, or where the lookup has a form of its own.

    Raises:
        FieldValueError: a value has no such form.
    """
    for value in values:
        _check_characters(side, value)
    if side.text or operator.text is not None:
        return None
    if side.family != "json":
        return beyond(side.family, values)
    if operator.name == "in":
        return ([_as_json(side, item) for item in values[0]],)
    return tuple([_as_json(side, value) for value in values])


def _as_json(side: Side, value: Any) -> Any:
    from hyperdjango.query.transforms import json_text

    if isinstance(value, Expression):
        return value
    try:
        return json_text(value)
    except ValueError as problem:
        raise side.refuse(value, f"what JSON has a form for: {problem}") from None


def _check_characters(side: Side, value: Any) -> None:
    if isinstance(value, str):
        if not is_encodable(value):
            raise side.refuse(value, NO_CHARACTER)
    elif isinstance(value, list):
        for item in value:
            _check_characters(side, item)


# What is wanted instead of text that has no form in UTF-8.
NO_CHARACTER = (
    "text of whole characters: it has half of a surrogate pair, which can't be sent"
)


def is_encodable(text: str) -> bool:
    """Whether text has a form in UTF-8: half of a surrogate pair has none."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# How many bits a whole number of a column has (PostgreSQL documentation, "Numeric Types").
_BITS = {"smallint": 16, "bigint": 64}


def bound(field: ModelField | None) -> int:
    """The first whole number that is too large for a column, as far as the model knows it."""
    return 1 << (_BITS.get((field and field.db_type) or "", 32) - 1)


def _wider(field: ModelField | None, value: Any) -> str | None:
    """The type that holds a whole number, or a list of them, where the column's own does not.

    Such a value is compared as what it is: no row is equal to it, and every row is less, or none.
    """
    numbers = [one for one in _values(value) if type(one) is int]
    limit = bound(field)
    if not numbers or (-limit <= min(numbers) and max(numbers) < limit):
        return None
    kinds = {type_of_value(one) for one in numbers}
    return next((kind for kind in ("numeric", "bigint") if kind in kinds), "integer")


def _values(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def wider(
    side: Side, operator: Operator, values: tuple[Any, ...]
) -> tuple[str | None, ...]:
    """The types of a lookup's values that the side has no room for; empty where all of them fit."""
    if side.family != "number" or operator.text is not None or side.text:
        return ()
    if side.field is not None and side.field.db_type == "oid":
        return ()
    field = side.field if side.is_column else None
    found = tuple(_wider(field, value) for value in values)
    return found if any(found) else ()


# The lookups that compare a column with values of its own type.
ORDERED = ("exact", "gt", "gte", "lt", "lte", "in", "range")


def place_of(
    scope: Scope,
    side: Side,
    operator: Operator,
    value: Any,
    as_text: bool,
    *,
    array: bool = False,
) -> str:
    """What stands for a value of a lookup: a parameter, or what the database computes.

    Arguments:
        scope: the tables.
        side: Side, what is compared.
        operator: Operator, how.
        value: the value, or an expression.
        as_text: bool, whether it travels in PostgreSQL's text form.
        array: bool, whether it is a list of values.
    """
    if isinstance(value, Expression):
        return value.sql(scope)
    place = scope.writer.parameter(value, as_text)
    kind = next(iter(wider(side, operator, (value,))), None)
    if kind is not None:
        return f"{place}::{kind}{'[]' if array else ''}"
    if side.is_column and operator.name in ORDERED:
        return named(place, side.field, scope, array)
    return place


def of_key(scope: Scope, field: ModelField, value: Any) -> str:
    """A value of a field, or a list of them for an array, as a parameter; or what the database computes."""
    if isinstance(value, Expression):
        return value.sql(scope)
    text_form = beyond(family_of(field), (value,))
    if text_form is not None:
        return scope.writer.parameter(text_form[0], True)
    place = scope.writer.parameter(value, field.python_type is str)
    if field.python_type is int:
        kind = _wider(field, value)
        return place if kind is None else f"{place}::{kind}{_array(value)}"
    return named(place, field, scope, isinstance(value, list))


def _array(value: Any) -> str:
    return "[]" if isinstance(value, list) else ""


def named(place: str, field: ModelField | None, scope: Scope, array: bool) -> str:
    """A parameter that says which type it has, where PostgreSQL would take it for another.

    A column of a composite type is compared as any record, and one of ``regclass`` as an ``oid``: what
    stands beside it would be read as that.
    """
    if field is None or field.python_type is not str:
        return place
    kind = scope.type_of(field)
    if family_of_type(kind) != "other":
        return place
    return f"{place}::{kind}{'[]' if array else ''}"


def rows_of_keys(
    scope: Scope, fields: Sequence[ModelField], keys: Sequence[tuple[Any, ...]]
) -> str:
    """Keys of several fields as a SELECT of rows."""
    arrays = []
    for position, field in enumerate(fields):
        values = [key[position] for key in keys]
        place = of_key(scope, field, values)
        if "::" not in place:
            place = f"{place}::{scope.type_of(field)}[]"
        arrays.append(f"unnest({place})")
    # In a FROM, an array of a composite type would become the type's columns.
    return f"SELECT {', '.join(arrays)}"
