"""Sides: what a lookup compares, a column or what a transform makes of it, and how values become like it."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hyperdjango.errors import FieldValueError
from hyperdjango.models.suggest import shorten
from hyperdjango.query.families import family_of
from hyperdjango.quoting import element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.families import Family


class Side:
    """One side of a comparison, as far as it is known without a database.

    Attributes:
        family: str, the family of its type.
        convert: a function from a value to what is sent, or None where a value is sent as it is.
        text: bool, whether values travel in PostgreSQL's text form.
        nullable: bool, whether it may be NULL.
        where: str, what it is, for an error.
        field: ModelField | None, the column that it is, or that it was made from.
        db_type: str | None, its type, where it is not that of the column.
        is_column: bool, whether it is the column itself.
    """

    __slots__ = (
        "convert",
        "db_type",
        "family",
        "field",
        "is_column",
        "nullable",
        "text",
        "where",
    )

    def __init__(
        self,
        family: Family,
        where: str,
        *,
        convert: Callable[[Any], Any] | None = None,
        text: bool = False,
        nullable: bool = True,
        field: ModelField | None = None,
        is_column: bool = False,
        db_type: str | None = None,
    ) -> None:
        self.db_type = db_type
        self.family: Family = family
        self.where = where
        self.convert = convert
        self.text = text
        self.nullable = nullable
        self.field = field
        self.is_column = is_column

    @classmethod
    def of_field(cls, field: ModelField) -> Side:
        """The column of a field."""
        family = family_of(field)
        is_str = field.python_type is str
        convert: Callable[[Any], Any] = field.convert
        if is_str and family in TEXT_FORMS:
            convert = TEXT_FORMS[family](field)
        return cls(
            family,
            str(field),
            convert=convert,
            text=is_str,
            nullable=field.accepts_null,
            field=field,
            is_column=True,
        )

    @classmethod
    def of_type(
        cls,
        kind: type[Any] | None,
        where: str,
        *,
        text: bool = False,
        db_type: str | None = None,
    ) -> Side:
        """What an expression gives whose values have a Python type."""
        family, convert = (
            _BY_TYPE.get(kind, ("other", None)) if kind else ("other", None)
        )
        return cls(family, where, convert=convert, text=text, db_type=db_type)

    @classmethod
    def of_db_type(cls, db_type: str, where: str, *, text: bool = False) -> Side:
        """What an expression gives whose type was stated."""
        from hyperdjango.query.families import family_of_type, python_type_of

        family = family_of_type(db_type)
        _, convert = _BY_TYPE.get(
            python_type_of(db_type) or type(None), ("other", None)
        )
        if family == "json":
            from hyperdjango.query.transforms import json_text

            return cls(family, where, convert=json_text, text=True, db_type=db_type)
        return cls(family, where, convert=convert, text=text, db_type=db_type)

    def made(
        self,
        family: Family,
        transform: str,
        *,
        convert: Callable[[Any], Any] | None = None,
        nullable: bool = False,
        text: bool = False,
        db_type: str | None = None,
    ) -> Side:
        """What a transform makes of this side."""
        return Side(
            family,
            f"{self.where}__{transform}",
            convert=convert,
            text=text,
            nullable=self.nullable or nullable,
            field=self.field,
            db_type=db_type,
        )

    def refuse(self, value: object, wanted: str) -> FieldValueError:
        """The error for a value that can't be compared with this."""
        return FieldValueError(f"{self.where} can't be {shorten(value)}; give {wanted}")


def _pass_or_json(field: ModelField) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        from hyperdjango.query.transforms import json_text

        # Text is JSON's own already: that is what the field has.
        if isinstance(value, str):
            return field.convert(value)
        return json_text(value)

    return convert


def _pass_list(field: ModelField) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return _items(value)
        return field.convert(value)

    return convert


def _items(values: Any) -> list[Any]:
    """The elements of an array, as they can travel in PostgreSQL's text form."""
    return [
        _items(value)
        if isinstance(value, (list, tuple))
        else value
        if value is None or isinstance(value, (bool, int, float, Decimal))
        else plain_text(value)
        for value in values
    ]


def is_range(value: Any) -> bool:
    """Whether a value is an object of a class for ranges, such as psycopg's."""
    return all(hasattr(value, name) for name in ("lower", "upper", "bounds")) or all(
        hasattr(value, name) for name in ("lower", "upper", "lower_inc", "upper_inc")
    )


def range_object_text(value: Any) -> str:
    """A range of a class for ranges in PostgreSQL's text form."""
    if getattr(value, "isempty", False):
        return "empty"
    bounds = getattr(value, "bounds", None) or (
        ("[" if value.lower_inc else "(") + ("]" if value.upper_inc else ")")
    )
    return range_text(value.lower, value.upper, bounds)


def _range_text(field: ModelField) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, tuple) and len(value) in (2, 3):
            return range_text(*value)
        if is_range(value):
            return range_object_text(value)
        return field.convert(value)

    return convert


def _multirange_text(field: ModelField) -> Callable[[Any], Any]:
    one = _range_text(field)

    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return "{" + ",".join(str(one(item)) for item in value) + "}"
        text = one(value)
        return text if text.lstrip().startswith("{") else "{" + text + "}"

    return convert


def _interval_text(field: ModelField) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, datetime.timedelta):
            return plain_text(value)
        return field.convert(value)

    return convert


def _hstore_text(field: ModelField) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            return hstore_text(value)
        return field.convert(value)

    return convert


def range_text(lower: Any, upper: Any, bounds: str = "[)") -> str:
    """A range in PostgreSQL's text form (PostgreSQL documentation, "Range Types", input and output).

    >>> range_text(1, None)
    '["1",)'
    """
    ends = ["" if end is None else element(plain_text(end)) for end in (lower, upper)]
    return f"{bounds[0]}{ends[0]},{ends[1]}{bounds[1]}"


def hstore_text(values: dict[Any, Any]) -> str:
    """A dict in the text form of hstore (PostgreSQL documentation, "hstore").

    >>> hstore_text({"a": "1", "b": None})
    '"a"=>"1", "b"=>NULL'
    """
    pairs = []
    for key, value in values.items():
        text = "NULL" if value is None else element(str(value))
        pairs.append(f"{element(str(key))}=>{text}")
    return ", ".join(pairs)


def plain_text(value: Any) -> str:
    """A value in PostgreSQL's text form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        # Python's own parts, each a whole number: 1.5 days before is -2 days and 12 hours.
        return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    # An enumeration's member is its text.
    return str.__str__(value) if isinstance(value, str) else str(value)


# The families that have values in PostgreSQL which Python's types do not have: infinity, years before Christ.
_LESS_IN_PYTHON = frozenset(("date", "datetime", "time"))


def beyond(family: Family, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The values in PostgreSQL's text form, if one of them is what Python can't hold; None if none is.

    Such a value is a str already, as it is read; a list of values is an array.
    """
    if family not in _LESS_IN_PYTHON or not any(map(_is_beyond, values)):
        return None
    return tuple(map(_in_text_form, values))


def _is_beyond(value: Any) -> bool:
    if isinstance(value, list):
        return str in set(map(type, value))
    return isinstance(value, str)


def _in_text_form(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_text_form(item) for item in value]
    moment = isinstance(value, (datetime.date, datetime.time))
    return plain_text(value) if moment else value


TEXT_FORMS: dict[str, Callable[[ModelField], Callable[[Any], Any]]] = {
    "array": _pass_list,
    "range": _range_text,
    "multirange": _multirange_text,
    "json": _pass_or_json,
    "hstore": _hstore_text,
    "interval": _interval_text,
}


def _int(value: Any) -> Any:
    if isinstance(value, str):
        return int(value)
    if isinstance(value, (float, Decimal)) and value == int(value):
        return int(value)
    return value


def _decimal(value: Any) -> Any:
    if isinstance(value, (str, float)):
        return Decimal(str(value))
    return value


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, (str, int, Decimal)) else value


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else plain_text(value)


def _date(value: Any) -> Any:
    return _parsed(datetime.date, value)


def _datetime(value: Any) -> Any:
    return _parsed(datetime.datetime, value)


def _time(value: Any) -> Any:
    return _parsed(datetime.time, value)


def _parsed(kind: type[Any], value: Any) -> Any:
    """A date, moment or time, from text; what Python can't hold stays text."""
    if not isinstance(value, str):
        return value
    try:
        return kind.fromisoformat(value)
    except ValueError:
        from hyperdjango.models.convert import is_beyond_python

        if is_beyond_python(kind, value):
            return value
        raise


_BY_TYPE: dict[type[Any], tuple[Family, Callable[[Any], Any] | None]] = {
    int: ("number", _int),
    Decimal: ("number", _decimal),
    float: ("number", _float),
    str: ("text", _text),
    bool: ("bool", None),
    bytes: ("bytes", None),
    datetime.datetime: ("datetime", _datetime),
    datetime.date: ("date", _date),
    datetime.time: ("time", _time),
    datetime.timedelta: ("interval", None),
    list: ("array", None),
    dict: ("json", None),
}
