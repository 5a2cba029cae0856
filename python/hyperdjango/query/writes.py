"""INSERT, UPDATE and DELETE: the text of statements that change one row, or the rows of a queryset."""

from __future__ import annotations

from hyperdjango import _engine
from hyperdjango.database.shapes import COUNT, TUPLES
from hyperdjango.errors import FieldError
from hyperdjango.query import select as selects
from hyperdjango.query.compiled import Compiled
from hyperdjango.query.expressions import Expression, F
from hyperdjango.query.scope import Scope
from hyperdjango.query.selection import ROW_VERSION
from hyperdjango.query.sides import Side
from hyperdjango.query.writer import Writer, table
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.state import State


def check_writable(model: type[Model]) -> None:
    """Refuse a model whose rows can't be changed.

    Raises:
        FieldError: it is of a view.
    """
    options = model._meta
    if options.view is not None:
        kind = "materialized view" if options.view.materialized else "view"
        raise FieldError(
            f"{options.name} is a {kind}, and its rows can't be changed through the model; change the "
            "tables that it is made of"
        )


def is_computed(field: ModelField) -> bool:
    """Whether the database alone writes a field."""
    return field.generated is not None or field.column in _SYSTEM_COLUMNS


# PostgreSQL documentation, "System Columns".
_SYSTEM_COLUMNS = frozenset(("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"))


class Conflict:
    """What is done with a row that is there already.

    Attributes:
        update: tuple of ModelField, the fields that are taken from the new row; none means that the old
            row stays as it is.
        target: tuple of ModelField, the fields that make it the same row.
    """

    __slots__ = ("target", "update")

    def __init__(
        self, update: tuple[ModelField, ...], target: tuple[ModelField, ...]
    ) -> None:
        self.update = update
        self.target = target

    def sql(self) -> str:
        """The clause (PostgreSQL documentation, "INSERT", ON CONFLICT)."""
        target = ""
        if self.target:
            target = (
                f" ({', '.join(identifier(field.column) for field in self.target)})"
            )
        if not self.update:
            return f" ON CONFLICT{target} DO NOTHING"
        changes = ", ".join(
            f"{identifier(field.column)} = EXCLUDED.{identifier(field.column)}"
            for field in self.update
        )
        return f" ON CONFLICT{target} DO UPDATE SET {changes}"


def parameter(writer: Writer, field: ModelField, value: Any, columns: Columns) -> str:
    """A value as a parameter of the field's column.

    A str for a moment or a length of time is what Python can't hold, ``infinity``, in PostgreSQL's own form.
    """
    kind = columns.column(field).type
    if is_json(field, kind):
        return writer.parameter(None if value is None else json_of(value), True)
    place = writer.parameter(value, field.python_type is str or is_beyond(field, value))
    return f"{place}::numeric::money" if kind == "money" else place


# The types that have values in PostgreSQL which Python's do not have.
LESS_IN_PYTHON = frozenset(("date", "datetime", "time", "timedelta"))


def is_beyond(field: ModelField, value: Any) -> bool:
    """Whether a value is what Python can't hold, as text."""
    return isinstance(value, str) and field.python_type.__name__ in LESS_IN_PYTHON


def is_json(field: ModelField, kind: str) -> bool:
    """Whether the values of a field are Python's, and the column's JSON."""
    return kind in ("json", "jsonb") and field.python_type is not str


def json_of(value: Any) -> str:
    """A value as the text of JSON, with every digit."""
    return _engine.encode_json(value, decimals="number").decode()


def returning(
    fields: Sequence[ModelField], alias: str, columns: Columns, writer: Writer
) -> tuple[str, list[int]]:
    """The clause that reads fields back, and which of them are read in PostgreSQL's text form."""
    if not fields:
        return "", []
    texts, as_text = [], []
    for number, field in enumerate(fields):
        text = f"{alias}{identifier(field.column)}"
        if columns.type_of(field) == "money":
            text = f"{text}::numeric"
        texts.append(text)
        if field.python_type is str:
            as_text.append(number)
    if any(field.column == "ctid" for field in fields):
        as_text.append(len(texts))
        texts.append(f"{alias}{ROW_VERSION}")
    return f" RETURNING {', '.join(texts)}", as_text


def insert(
    model: type[Model],
    values: Sequence[tuple[ModelField, Any]],
    back: Sequence[ModelField],
    columns: Columns,
) -> Compiled:
    """The statement that adds one row.

    Arguments:
        model: the class.
        values: the fields that have a value, with it.
        back: the fields that are read back.
        columns: the real columns.
    """
    writer = Writer()
    scope = Scope(model, writer, None, None, columns)
    names, places = [], []
    for field, value in values:
        names.append(identifier(field.column))
        places.append(_new_value(field, value, scope, columns))
    sql = f"INSERT INTO {table(model)} "
    if names:
        sql += f"({', '.join(names)}) VALUES ({', '.join(places)})"
    else:
        sql += "DEFAULT VALUES"
    clause, as_text = returning(back, "", columns, writer)
    shape = TUPLES if back else COUNT
    return Compiled(sql + clause, tuple(writer.parameters), shape, as_text, writer.text)


def _new_value(field: ModelField, value: Any, scope: Scope, columns: Columns) -> str:
    """What a field of a new row is set to."""
    if isinstance(value, Expression) and _names_field(value):
        raise FieldError(
            f"{field} is set to {value!r}, which is what the row has already, and there is no row yet; "
            "F() works when a loaded instance is saved, and in update()"
        )
    return _changed_value(field, value, scope, columns)


def _names_field(value: Expression) -> bool:
    return type(value) is F or any(_names_field(child) for child in value.children())


def update(state: State, changes: dict[ModelField, Any], columns: Columns) -> Compiled:
    """The statement that changes the rows of a queryset.

    Arguments:
        state: which rows.
        changes: the new values, or expressions, by field.
        columns: the real columns.
    """
    writer = Writer()
    scope = selects.scope_of(state, writer, None, columns)
    texts = []
    for field, value in changes.items():
        text = _changed_value(field, value, scope, columns)
        texts.append(f"{identifier(field.column)} = {text}")
    if len(scope.joins) > 1:
        raise FieldError(
            "update() can set a field to what its own row has, and not to what related rows have; use "
            "a Subquery"
        )
    where = rows_of(state, scope)
    sql = f"UPDATE {table(state.model)} {scope.alias} SET {', '.join(texts)}{where}"
    return Compiled(sql, tuple(writer.parameters), COUNT, (), writer.text)


def _changed_value(
    field: ModelField, value: Any, scope: Scope, columns: Columns
) -> str:
    """What a field of a row is set to."""
    if not isinstance(value, Expression):
        return parameter(scope.writer, field, value, columns)
    text = value.sql(scope)
    return f"({text})::numeric::money" if columns.type_of(field) == "money" else text


def delete(state: State, columns: Columns) -> Compiled:
    """The statement that deletes the rows of a queryset."""
    writer = Writer()
    scope = selects.scope_of(state, writer, None, columns)
    where = rows_of(state, scope)
    sql = f"DELETE FROM {table(state.model)} {scope.alias}{where}"
    return Compiled(sql, tuple(writer.parameters), COUNT, (), writer.text)


class System(Expression):
    """A system column (PostgreSQL documentation, "System Columns")."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sql(self, scope: Scope) -> str:
        return f"{scope.alias}.{identifier(self.name)}"


def rows_of(state: State, scope: Scope) -> str:
    """The WHERE clause that chooses a queryset's rows of the scope's one table."""
    plain = not (
        state.combined
        or state.is_sliced
        or state.distinct
        or state.is_grouped
        or state.lock
    )
    if plain:
        before = len(scope.writer.parameters), len(scope.writer.text)
        where, _ = selects.conditions(state, scope)
        if len(scope.joins) == 1:
            return f" WHERE {' AND '.join(where)}" if where else ""
        # What needs other tables is written anew, as a query of its own.
        del scope.writer.parameters[before[0] :]
        del scope.writer.text[before[1] :]
    key = [field.column for field in state.model._meta.primary_key]
    key = key or ["tableoid", "ctid"]
    inner = state.copy()
    inner.shape = "tuples"
    inner.related, inner.only, inner.deferred = (), None, ()
    inner.hidden = frozenset(inner.annotations)
    names = ", ".join(f"{scope.alias}.{identifier(column)}" for column in key)
    if state.model._meta.primary_key:
        inner.values = tuple(field.name for field in state.model._meta.primary_key)
    else:
        # Rows that nothing tells from others are told by where they are, for one statement.
        inner.values = tuple((column, System(column)) for column in key)
    text = selects.write(inner, scope.writer, None, scope.columns)
    return f" WHERE ({names}) IN ({text})"


def update_one(
    model: type[Model],
    changes: Sequence[tuple[ModelField, Any]],
    key: Sequence[tuple[ModelField, Any]],
    version: str | None,
    back: Sequence[ModelField],
    columns: Columns,
) -> Compiled:
    """The statement that changes the row with a key.

    Arguments:
        model: the class.
        changes: the fields and their new values.
        key: the fields of the key and their values.
        version: str | None, the row's version, where the key is its place in the table.
        back: the fields that are read back.
        columns: the real columns.
    """
    writer = Writer()
    scope = Scope(model, writer, None, None, columns)
    texts = [
        f"{identifier(field.column)} = {_changed_value(field, value, scope, columns)}"
        for field, value in changes
    ]
    if len(scope.joins) > 1:
        raise FieldError(
            f"a field of {model.__name__} can be set to what its own row has, and not to what related "
            "rows have; use a Subquery"
        )
    where = _by_key(key, version, writer, columns)
    clause, as_text = returning(back, "", columns, writer)
    sql = f"UPDATE {table(model)} {scope.alias} SET {', '.join(texts)} WHERE {where}{clause}"
    shape = TUPLES if back else COUNT
    return Compiled(sql, tuple(writer.parameters), shape, as_text, writer.text)


def delete_one(
    model: type[Model],
    key: Sequence[tuple[ModelField, Any]],
    version: str | None,
    columns: Columns,
) -> Compiled:
    """The statement that deletes the row with a key."""
    writer = Writer()
    where = _by_key(key, version, writer, columns)
    sql = f"DELETE FROM {table(model)} WHERE {where}"
    return Compiled(sql, tuple(writer.parameters), COUNT, (), writer.text)


def _by_key(
    key: Sequence[tuple[ModelField, Any]],
    version: str | None,
    writer: Writer,
    columns: Columns,
) -> str:
    conditions = [
        f"{identifier(field.column)} = {parameter(writer, field, value, columns)}"
        for field, value in key
    ]
    if version is not None:
        conditions.append(f"{ROW_VERSION} = {writer.parameter(version, True)}::xid")
    return " AND ".join(conditions)


def converted(field: ModelField, value: Any) -> Any:
    """A value as update() sends it; an expression stays one."""
    if isinstance(value, Expression):
        return value
    made = getattr(value, "as_subquery", None)
    if made is not None:
        return made()
    if value is None:
        return None
    convert = Side.of_field(field).convert
    return field.convert(value) if convert is None else convert(value)
