"""The checks on the keywords of ``Field``, each alone and all of them together."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.columns import (
    IDENTITY_KINDS,
    Generated,
    Identity,
    Serial,
    Table,
)
from hyperdjango.models.constraints import ACTIONS
from hyperdjango.models.declaration import choice, flag, refuse, text
from hyperdjango.models.indexes import checked_collation
from hyperdjango.models.suggest import did_you_mean, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NoReturn

    from hyperdjango.models.field import ModelField

# What users of Django or of other libraries write, and what it is here.
ELSEWHERE = {
    "blank": "nullable=True says whether the column takes NULL",
    "choices": "a Check in Meta.constraints says which values there are",
    "db_collation": "did you mean 'collation'?",
    "db_column": "did you mean 'column_name'?",
    "db_comment": "did you mean 'comment'?",
    "db_index": "did you mean 'index'?",
    "decimal_places": "write db_type='numeric(10,2)'",
    "default_factory": "default= takes a callable as well",
    "max_digits": "write db_type='numeric(10,2)'",
    "max_length": "write db_type='character varying(80)'",
    "null": "did you mean 'nullable'?",
    "server_default": "did you mean 'db_default'?",
    "to": "did you mean 'foreign_key'?",
}

# Spellings that PostgreSQL reads and never prints (PostgreSQL documentation, "Data Types",
# Table 8.1, and "Numeric Types" for the serials): a column declared so would differ for ever.
PRINTED = {
    "bool": "boolean",
    "char": "character",
    "decimal": "numeric",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
}
SERIALS = {
    "bigserial": "bigint",
    "serial": "integer",
    "serial2": "smallint",
    "serial4": "integer",
    "serial8": "bigint",
    "smallserial": "smallint",
}

# A literal of one of these can be shared by all instances and be written into the database.
_LITERALS = {
    ("builtins", "NoneType"),
    ("builtins", "bool"),
    ("builtins", "bytes"),
    ("builtins", "float"),
    ("builtins", "int"),
    ("builtins", "str"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("uuid", "UUID"),
}


def refuse_keyword(keyword: str, known: Iterable[str]) -> NoReturn:
    """Raise ``ModelError`` for a keyword that ``Field`` does not have, naming what was meant."""
    hint = ELSEWHERE.get(keyword) or did_you_mean(keyword, known)
    raise ModelError(f"{place()}Field() has no keyword {keyword!r}; {hint}")


def check_together(field: ModelField) -> None:
    """Refuse keywords that contradict each other.

    Raises:
        ModelError: two of them can't both hold; the message says which to drop.
    """
    given = field.__dict__
    if field.foreign_key is None:
        for keyword in ("on_delete", "on_update", "related_name", "db_constraint"):
            if keyword in given:
                raise ModelError(
                    f"{place()}Field() has {keyword} and no foreign_key; name the target "
                    f"as foreign_key=, or drop {keyword}"
                )
    if len(given) == 1:
        return
    sources = [
        keyword
        for keyword, present in (
            ("db_default", field.db_default is not None),
            ("identity", field.identity is not None),
            ("generated", field.generated is not None),
            ("auto", bool(field.auto)),
            # A callable is the client's own, and no default of the column.
            ("default", "default" in given and not callable(field.default)),
        )
        if present
    ]
    if len(sources) > 1:
        _contradict(sources[0], sources[1], "a column has one source of values")
    if field.generated is not None and callable(field.default):
        _contradict("default", "generated", "the database computes this column")
    if field.identity is not None and field.nullable:
        _contradict("identity", "nullable", "an identity column is never null")


def _contradict(one: str, other: str, why: str) -> NoReturn:
    raise ModelError(
        f"{place()}Field() has both {one} and {other}: {why}; drop one of them"
    )


def _flag(keyword: str) -> Callable[[Any], bool]:
    return lambda value: flag("Field", keyword, value)


def _text(keyword: str) -> Callable[[Any], str | None]:
    return lambda value: None if value is None else text("Field", keyword, value)


def _action(keyword: str) -> Callable[[Any], str]:
    return lambda value: choice("Field", keyword, value, ACTIONS)


def _default(value: Any) -> Any:
    if callable(value) or (type(value).__module__, type(value).__name__) in _LITERALS:
        return value
    if isinstance(value, (str, int)):
        return value
    raise ModelError(
        f"{place()}Field() can't share one {type(value).__name__} between all instances; "
        f"give a callable that makes it, default={type(value).__name__}"
    )


def _auto(value: Any) -> bool | Serial | None:
    if value is None or isinstance(value, Serial):
        return value
    return flag("Field", "auto", value)


def _foreign_key(value: Any) -> str | Table | None:
    if isinstance(value, tuple) and 2 <= len(value):
        value = Table(*value)
    if isinstance(value, Table):
        if len(value.columns) > 1:
            raise ModelError(
                f"{place()}Field() refers to {len(value.columns)} columns by its "
                "foreign_key; list a ForeignKey over as many fields in Meta.constraints"
            )
        return value
    if value is None:
        return None
    if isinstance(value, type):
        raise ModelError(
            f"{place()}Field() wants the target's name as foreign_key: {value.__name__!r}"
        )
    parts = text("Field", "foreign_key", value).split(".")
    if len(parts) > 2 or not all(part.isidentifier() for part in parts):
        raise ModelError(
            f"{place()}Field() can't read {value!r} as foreign_key; write a class name, "
            "'User', one of its fields, 'Country.code', or, for a table that no model "
            "describes, Table('schema', 'table', 'column')"
        )
    return str(value)


def _related_name(value: Any) -> str | None:
    name = _text("related_name")(value)
    if name is not None and not name.isidentifier():
        raise refuse("Field", "related_name", "a Python name", value)
    return name


def _db_type(value: Any) -> str | None:
    if value is None:
        return None
    spelled = text("Field", "db_type", value)
    element = spelled.rstrip("[]")
    arrays = spelled[len(element) :]
    base, bracket, modifier = element.partition("(")
    base = base.strip().lower()
    if base in SERIALS:
        raise ModelError(
            f"{place()}Field() can't have db_type={spelled!r}, which is no type of its own; "
            f"write db_type={SERIALS[base]!r}, with auto=True where it is not the primary key"
        )
    # The zone stands behind the precision: timestamp(3) without time zone.
    if base not in PRINTED or " zone" in modifier:
        return spelled
    printed = PRINTED[base]
    if base == "float" and bracket:
        printed = "real or double precision"
    elif base in ("time", "timestamp", "timetz", "timestamptz"):
        name, space, zone = printed.partition(" ")
        printed = name + bracket + modifier + space + zone
    else:
        printed += bracket + modifier
    raise ModelError(
        f"{place()}Field() has db_type={spelled!r}, which PostgreSQL prints as "
        f"{printed + arrays!r}; write that"
    )


def _identity(value: Any) -> Identity | None:
    if value is None or isinstance(value, Identity):
        return value
    return Identity(choice("Field", "identity", value, IDENTITY_KINDS))


def _generated(value: Any) -> Generated | None:
    if value is None or isinstance(value, Generated):
        return value
    return Generated(text("Field", "generated", value))


def _collation(value: Any) -> str | tuple[str, str] | None:
    return checked_collation("Field", value)


CHECKS: dict[str, Callable[[Any], Any]] = {
    "primary_key": _flag("primary_key"),
    "unique": _flag("unique"),
    "nullable": _flag("nullable"),
    "default": _default,
    "db_default": _text("db_default"),
    "foreign_key": _foreign_key,
    "on_delete": _action("on_delete"),
    "on_update": _action("on_update"),
    "related_name": _related_name,
    "column_name": _text("column_name"),
    "db_type": _db_type,
    "auto": _auto,
    "identity": _identity,
    "generated": _generated,
    "index": _flag("index"),
    "collation": _collation,
    "comment": _text("comment"),
    "db_constraint": _flag("db_constraint"),
}
