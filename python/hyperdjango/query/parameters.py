"""Parameters of comparisons: the values of a column as PostgreSQL takes them, one or an array of them."""

from __future__ import annotations

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
    """The values of a lookup in PostgreSQL's text form, where Python can't hold one of them.

    None where it can hold all, or where the lookup has a form of its own.
    """
    if side.text or operator.text is not None:
        return None
    return beyond(side.family, values)


def of_key(scope: Scope, field: ModelField, value: Any) -> str:
    """A value of a field, or a list of them for an array, as a parameter."""
    text_form = beyond(family_of(field), (value,))
    if text_form is not None:
        return scope.writer.parameter(text_form[0], True)
    place = scope.writer.parameter(value, field.python_type is str)
    return named(place, field, scope, isinstance(value, list))


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
        place = of_key(scope, field, [key[position] for key in keys])
        arrays.append(f"unnest({place}::{scope.type_of(field)}[])")
    # In a FROM, an array of a composite type would become the type's columns.
    return f"SELECT {', '.join(arrays)}"
