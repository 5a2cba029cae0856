"""INSERT and UPDATE of many rows: one statement, with an array for each column."""

from __future__ import annotations

from hyperdjango.database.shapes import COUNT, TUPLES
from hyperdjango.query.compiled import Compiled
from hyperdjango.query.writer import Writer, table
from hyperdjango.query.writes import (
    LESS_IN_PYTHON,
    is_json,
    json_of,
    returning,
)
from hyperdjango.quoting import element, identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.writes import Conflict


def insert_many(
    model: type[Model],
    fields: Sequence[ModelField],
    values: Sequence[list[Any]],
    back: Sequence[ModelField],
    conflict: Conflict | None,
    columns: Columns,
) -> Compiled:
    """The statement that adds many rows: one, with an array for each column.

    Arguments:
        model: the class.
        fields: the fields that have values.
        values: the values of each field, all lists of one length.
        back: the fields that are read back, in the order of the rows.
        conflict: Conflict | None.
        columns: the real columns.
    """
    writer = Writer()
    names = ", ".join(identifier(field.column) for field in fields)
    # Side by side in the list of what is selected, the arrays give a row at a time, in their order
    # (PostgreSQL documentation, "SQL Functions Returning Sets"): a FROM would first write all of them down.
    selected = [
        f"unnest({array}){cast}"
        for array, cast in arrays(fields, values, columns, writer)
    ]
    sql = f"INSERT INTO {table(model)} ({names}) SELECT {', '.join(selected)}"
    if conflict is not None:
        sql += conflict.sql()
    clause, as_text = returning(back, "", columns, writer)
    shape = TUPLES if back else COUNT
    return Compiled(sql + clause, tuple(writer.parameters), shape, as_text, writer.text)


def arrays(
    fields: Sequence[ModelField],
    values: Sequence[list[Any]],
    columns: Columns,
    writer: Writer,
) -> Iterator[tuple[str, str]]:
    """The values of each field as an array in SQL, and the cast that makes an element a value of the field."""
    for field, column in zip(fields, values, strict=True):
        kind = columns.column(field).type
        if kind.endswith("[]"):
            # An array of arrays would be one array of more dimensions: each travels as text.
            texts = [array_text(value) for value in column]
            yield f"{writer.parameter(texts)}::text[]", f"::{kind}"
        elif kind == "money":
            yield f"{writer.parameter(column)}::numeric[]", "::money"
        else:
            as_text = field.python_type is str
            if is_json(field, kind):
                as_text = True
                column = [None if value is None else json_of(value) for value in column]
            elif not as_text and (
                field.python_type.__name__ in LESS_IN_PYTHON
                and str in set(map(type, column))
            ):
                # What Python can't hold is there in PostgreSQL's own form, and so the others have to be.
                as_text, column = True, [_as_text(value) for value in column]
            yield f"{writer.parameter(column, as_text)}::{kind}[]", ""


def _as_text(value: Any) -> str | None:
    from hyperdjango.query.sides import plain_text

    return None if value is None else plain_text(value)


def array_text(value: Any) -> str | None:
    """A list in the text form of an array (PostgreSQL documentation, "Array Input and Output Syntax").

    >>> array_text(["a", None, 'say "no"'])
    '{"a",NULL,"say \\\\"no\\\\""}'
    """
    from hyperdjango.query.sides import plain_text

    if value is None or isinstance(value, str):
        return value
    parts = []
    for item in value:
        if item is None:
            parts.append("NULL")
        elif isinstance(item, (list, tuple)):
            parts.append(array_text(item) or "{}")
        elif isinstance(item, (bytes, bytearray)):
            parts.append(element("\\x" + bytes(item).hex()))
        elif isinstance(item, dict):
            parts.append(element(json_of(item)))
        else:
            parts.append(element(plain_text(item)))
    return "{" + ",".join(parts) + "}"


def update_many(
    model: type[Model],
    fields: Sequence[ModelField],
    values: Sequence[list[Any]],
    columns: Columns,
) -> Compiled:
    """The statement that changes many rows: the first fields are the key, the others are set."""
    writer = Writer()
    key = model._meta.primary_key
    parts, selected = [], []
    for number, (array, cast) in enumerate(arrays(fields, values, columns, writer)):
        # In a FROM of its own, an array of a composite type would become the type's columns.
        parts.append(f"unnest({array}) c{number}")
        selected.append(f"u.c{number}{cast}")
    source = f"(SELECT {', '.join(parts)}) u"
    same = " AND ".join(
        f"t.{identifier(field.column)} = {selected[number]}"
        for number, field in enumerate(key)
    )
    changes = ", ".join(
        f"{identifier(field.column)} = {selected[len(key) + number]}"
        for number, field in enumerate(fields[len(key) :])
    )
    sql = f"UPDATE {table(model)} t SET {changes} FROM {source} WHERE {same}"
    return Compiled(sql, tuple(writer.parameters), COUNT, (), writer.text)
