"""The facts of a table as its model says them, by the meaning that the documentation gives to each keyword."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from types import ModuleType
from typing import Any

import psycopg
from facts import (
    CheckFacts,
    ColumnFacts,
    ForeignKeyFacts,
    IndexFacts,
    IndexKeyFacts,
    KeyFacts,
    TableFacts,
)
from hyperdjango.models import Check, ForeignKey, Model, PrimaryKey, Table, Unique
from hyperdjango.models.field import UNSET
from models_file import models_of

Connection = psycopg.Connection[tuple[Any, ...]]

CANONICAL = {
    int: "integer",
    float: "double precision",
    Decimal: "numeric",
    str: "text",
    datetime: "timestamp with time zone",
    bool: "boolean",
    date: "date",
    time: "time without time zone",
    bytes: "bytea",
}

# The table "Type Mapping": every other type is a str.
PYTHON_TYPES = {
    "smallint": int,
    "integer": int,
    "bigint": int,
    "real": float,
    "double precision": float,
    "numeric": Decimal,
    "money": Decimal,
    "boolean": bool,
    "timestamp with time zone": datetime,
    "timestamp without time zone": datetime,
    "date": date,
    "time without time zone": time,
    "time with time zone": time,
    "bytea": bytes,
}

RANGES = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}


def python_type(data_type: str) -> type:
    """The Python type that a column type is mapped to; modifiers change nothing about it."""
    if data_type.endswith("[]"):
        return str
    before, _, after = data_type.partition("(")
    return PYTHON_TYPES.get(before + after.partition(")")[2], str)


def sql_literal(value: object) -> str:
    """A default of Python's as SQL that a person would write for it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    assert isinstance(value, str), value
    return "'" + value.replace("'", "''") + "'"


def model_facts(
    module: ModuleType, connection: Connection
) -> dict[tuple[str, str], TableFacts]:
    """The facts of all models of a module; the connection prints literal defaults as the server does."""
    models = models_of(module)
    by_name = {model.__name__: model for model in models.values()}
    return {
        place: table_facts(model, by_name, connection).sorted()
        for place, model in models.items()
    }


def table_facts(
    model: type[Model], by_name: dict[str, type[Model]], connection: Connection
) -> TableFacts:
    meta = model._meta
    facts = TableFacts(meta.schema, meta.table_name, meta.comment)
    column_of = {field.name: field.column for field in meta.fields}
    types = {field.column: column_type(field) for field in meta.fields}
    defaults = deparsed(
        connection,
        {
            field.column: (types[field.column], field.default)
            for field in meta.fields
            if field.default is not UNSET
        },
    )
    single = meta.primary_key[0] if len(meta.primary_key) == 1 else None
    for field in meta.fields:
        assert field.python_type is python_type(types[field.column]), field
        assert field.default is UNSET or field.db_default is None, field
        default = defaults.get(field.column, field.db_default)
        plain = (
            default is None
            and field.default is UNSET
            and field.identity is None
            and field.generated is None
        )
        implicit = (
            field is single and field.python_type is int and not field.foreign_key
        )
        if field.auto or (implicit and plain and field.auto is not False):
            assert plain, field
            default = "serial"
        facts.columns.append(
            ColumnFacts(
                field.column,
                types[field.column],
                field.nullable,
                default,
                identity_facts(field.identity, types[field.column]),
                field.generated and field.generated.expression,
                pair(field.collation),
                field.comment,
            )
        )
        if field.index:
            key = IndexKeyFacts(field.column, None, False, False, None, None)
            facts.indexes.append(
                IndexFacts(None, "btree", False, (key,), (), None, False, None)
            )
    add_keys(facts, meta, column_of)
    add_foreign_keys(facts, meta, column_of, by_name)
    for one in meta.constraints:
        if isinstance(one, Check):
            facts.checks.append(
                CheckFacts(
                    one.name, one.expression, one.no_inherit, one.validated, one.comment
                )
            )
    for index in meta.indexes:
        facts.indexes.append(
            IndexFacts(
                index.name,
                index.method,
                index.unique,
                tuple(index_key(key, column_of) for key in index.keys),
                tuple(column_of[name] for name in index.include),
                index.where,
                index.nulls_not_distinct,
                index.comment,
            )
        )
    return facts


def column_type(field: Any) -> str:
    return field.db_type or CANONICAL[field.python_type]


def deparsed(
    connection: Connection, literals: dict[str, tuple[str, object]]
) -> dict[str, str]:
    """What the server prints for defaults that are written as literals."""
    if not literals:
        return {}
    columns = ", ".join(
        f"c{number} {data_type} DEFAULT {sql_literal(value)}"
        for number, (data_type, value) in enumerate(literals.values())
    )
    with connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TEMPORARY TABLE literals ({columns})".encode())
        rows = connection.execute(
            "SELECT a.attnum, pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attribute a"
            " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
            " WHERE a.attrelid = 'pg_temp.literals'::regclass AND a.attnum > 0 ORDER BY 1"
        ).fetchall()
    return {name: row[1] for name, row in zip(literals, rows, strict=True)}


def identity_facts(identity: Any, data_type: str) -> tuple[object, ...] | None:
    """The settings of an identity column, with PostgreSQL's own (CREATE SEQUENCE) where none is said."""
    if identity is None:
        return None
    limit = RANGES[data_type]
    increment = identity.increment or 1
    upwards = increment > 0
    low = identity.min_value
    low = (1 if upwards else -limit) if low is None else low
    high = identity.max_value
    high = (limit - 1 if upwards else -1) if high is None else high
    start = identity.start
    start = (low if upwards else high) if start is None else start
    return (
        identity.kind,
        start,
        increment,
        low,
        high,
        identity.cache or 1,
        identity.cycle,
        identity.sequence_name,
    )


def pair(name: str | tuple[str, str] | None) -> tuple[str, str] | None:
    """A collation with its schema."""
    return ("pg_catalog", name) if isinstance(name, str) else name


def add_keys(facts: TableFacts, meta: Any, column_of: dict[str, str]) -> None:
    """The primary key, and unique constraints: marked on a field, in Meta, or both for the same one."""
    objects = [one for one in meta.constraints if isinstance(one, PrimaryKey)]
    assert len(objects) <= 1
    if meta.primary_key:
        one = objects[0] if objects else PrimaryKey()
        facts.primary_key = KeyFacts(
            one.name,
            tuple(field.column for field in meta.primary_key),
            tuple(column_of[name] for name in one.include),
            False,
            one.deferrable,
            one.comment,
        )
    else:
        assert not objects
    said = set()
    for one in meta.constraints:
        if isinstance(one, Unique):
            said.add(one.fields)
            facts.uniques.append(
                KeyFacts(
                    one.name,
                    tuple(column_of[name] for name in one.fields),
                    tuple(column_of[name] for name in one.include),
                    one.nulls_not_distinct,
                    one.deferrable,
                    one.comment,
                )
            )
    for field in meta.fields:
        if field.unique and (field.name,) not in said:
            facts.uniques.append(
                KeyFacts(None, (field.column,), (), False, False, None)
            )
        # All of a column's unique constraints show on it.
        if len(said) and (field.name,) in said:
            assert field.unique, field


def add_foreign_keys(
    facts: TableFacts,
    meta: Any,
    column_of: dict[str, str],
    by_name: dict[str, type[Model]],
) -> None:
    """Foreign keys: on the field, refined by an object without a target, or whole in Meta."""
    objects = [one for one in meta.constraints if isinstance(one, ForeignKey)]
    refining = {one.fields[0]: one for one in objects if one.to is None}
    for field in meta.fields:
        if field.foreign_key is None:
            assert field.name not in refining, field
            continue
        one = refining.pop(field.name, None) or ForeignKey(field.name)
        target, columns = resolved(field.foreign_key, by_name)
        facts.foreign_keys.append(
            ForeignKeyFacts(
                one.name,
                (field.column,),
                target,
                columns,
                one.on_delete or field.on_delete,
                one.on_update or field.on_update,
                tuple(column_of[name] for name in one.set_columns),
                one.match,
                one.deferrable,
                one.validated,
                one.comment,
            )
        )
    assert not refining
    for one in objects:
        if one.to is None:
            continue
        target, columns = resolved(one.to, by_name)
        if one.to_fields is not None:
            fields = by_name[one.to]._meta.by_name
            columns = tuple(fields[name].column for name in one.to_fields)
        facts.foreign_keys.append(
            ForeignKeyFacts(
                one.name,
                tuple(column_of[name] for name in one.fields),
                target,
                columns,
                one.on_delete or "NO ACTION",
                one.on_update or "NO ACTION",
                tuple(column_of[name] for name in one.set_columns),
                one.match,
                one.deferrable,
                one.validated,
                one.comment,
            )
        )


def resolved(
    target: str | Table, by_name: dict[str, type[Model]]
) -> tuple[tuple[str, str], tuple[str, ...]]:
    """The table and columns that "User", "Country.code" or a Table mean."""
    if isinstance(target, Table):
        return (target.schema, target.name), target.columns
    name, _, field = target.partition(".")
    meta = by_name[name]._meta
    if field:
        return (meta.schema, meta.table_name), (meta.by_name[field].column,)
    return (meta.schema, meta.table_name), tuple(one.column for one in meta.primary_key)


def index_key(key: Any, column_of: dict[str, str]) -> IndexKeyFacts:
    """A key of an index: nulls come last, and first when descending, unless it says otherwise."""
    if isinstance(key, str):
        return IndexKeyFacts(column_of[key], None, False, False, None, None)
    field = getattr(key, "field", None)
    nulls = key.nulls or ("first" if key.descending else "last")
    return IndexKeyFacts(
        None if field is None else column_of[field],
        getattr(key, "expression", None),
        key.descending,
        nulls == "first",
        key.operator_class,
        pair(key.collation),
    )
