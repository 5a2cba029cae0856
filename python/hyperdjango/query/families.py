"""Families of column types: which lookups and transforms a column understands."""

from __future__ import annotations

import datetime
from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from hyperdjango.models.field import ModelField

    Family = Literal[
        "text",
        "number",
        "bool",
        "datetime",
        "date",
        "time",
        "interval",
        "bytes",
        "json",
        "array",
        "range",
        "multirange",
        "hstore",
        "tsvector",
        "network",
        "other",
    ]

# By the Python type of the values, where the column's own type is the canonical one or of its kind.
_BY_PYTHON_TYPE: dict[type[Any], Family] = {
    int: "number",
    float: "number",
    Decimal: "number",
    str: "text",
    bool: "bool",
    bytes: "bytes",
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "interval",
}

# By the first word of the column's type (PostgreSQL documentation, "Data Types").
_BY_DB_TYPE: dict[str, Family] = {
    "text": "text",
    "character": "text",
    "varchar": "text",
    "char": "text",
    "name": "text",
    "citext": "text",
    '"char"': "text",
    "xml": "other",
    "uuid": "other",
    "json": "json",
    "jsonb": "json",
    "interval": "interval",
    "hstore": "hstore",
    "tsvector": "tsvector",
    "inet": "network",
    "cidr": "network",
    "int4range": "range",
    "int8range": "range",
    "numrange": "range",
    "daterange": "range",
    "tsrange": "range",
    "tstzrange": "range",
    "int4multirange": "multirange",
    "int8multirange": "multirange",
    "nummultirange": "multirange",
    "datemultirange": "multirange",
    "tsmultirange": "multirange",
    "tstzmultirange": "multirange",
    "date": "date",
    "timestamp": "datetime",
    "time": "time",
    "boolean": "bool",
    "bytea": "bytes",
}

_NUMBERS = (
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "money",
    "oid",
)


def family_of_type(db_type: str) -> Family:
    """The family of a type as ``format_type`` prints it.

    >>> family_of_type("character varying(80)"), family_of_type("text[]"), family_of_type("jsonb")
    ('text', 'array', 'json')
    """
    if db_type.endswith("]"):
        return "array"
    # A type of an extension may stand in any schema.
    plain = db_type.rpartition(".")[2]
    first = plain.partition("(")[0].partition(" ")[0]
    if plain.startswith(_NUMBERS):
        return "number"
    return _BY_DB_TYPE.get(first, "other")


def python_type_of(db_type: str) -> type[Any] | None:
    """The Python type of the values of a type, where it has one of its own.

    >>> python_type_of("numeric(10,2)"), python_type_of("jsonb")
    (<class 'decimal.Decimal'>, None)
    """
    plain = db_type.rpartition(".")[2]
    if plain.endswith("]"):
        return list
    for beginning, kind in _PYTHON_TYPES.items():
        if plain.startswith(beginning):
            return kind
    return None


# The longer of two beginnings comes first.
_PYTHON_TYPES: dict[str, type[Any]] = {
    "int4range": str,
    "int8range": str,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "interval": datetime.timedelta,
    "int": int,
    "oid": int,
    "numeric": Decimal,
    "decimal": Decimal,
    "money": Decimal,
    "real": float,
    "double precision": float,
    "float": float,
    "boolean": bool,
    "bool": bool,
    "bytea": bytes,
    "timestamp": datetime.datetime,
    "time": datetime.time,
    "daterange": str,
    "date": datetime.date,
    "text": str,
    "character": str,
    "varchar": str,
    "citext": str,
    "name": str,
}


def family_of(field: ModelField) -> Family:
    """The family of a field's column: by its ``db_type`` where it states one, else by its annotation."""
    if field.db_type is not None:
        family = family_of_type(field.db_type)
        if family != "other" or field.python_type is str:
            return family
    return _BY_PYTHON_TYPE.get(field.python_type, "other")
