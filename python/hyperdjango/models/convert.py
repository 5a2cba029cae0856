"""The conversion of a value to the type of its field: never to another value, or it is refused.

This module is imported when the first value is converted, since it needs decimal and datetime.
"""

from __future__ import annotations

import datetime as dates
import math
from decimal import Decimal, InvalidOperation
from functools import partial
from uuid import UUID

from hyperdjango.errors import FieldValueError
from hyperdjango.models.annotations import type_name
from hyperdjango.models.suggest import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.models.field import ModelField

    Converter = Callable[[ModelField, Any], Any]

# What PostgreSQL reads as a boolean (PostgreSQL documentation, "Boolean Type").
_UTC = dates.UTC
_TRUE = ("true", "t", "yes", "y", "on", "1")
_FALSE = ("false", "f", "no", "n", "off", "0")


def converter_for(field: ModelField) -> Callable[[Any], Any]:
    """The function that converts a value, other than None, to the type of a field.

    Arguments:
        field: ModelField, the field.

    Returns:
        A function of the value; it raises ``FieldValueError``.

    Raises:
        ModelError: the field's annotation names nothing, or no type of a column.

    >>> from hyperdjango.models import Field
    >>> converter_for(Field().bound(None, "count", "int"))("5")
    5
    """
    found = _CONVERTERS.get(field.python_type)
    if found is not None:
        return partial(found, field)
    from hyperdjango.models.convert_rich import rich_converter

    return rich_converter(field)


def passes_exactly(field: ModelField) -> type[Any]:
    """The type whose values are the field's as they are, ``NoneType`` if each needs a look."""
    kind = field.python_type
    looked_at = kind in (dates.datetime, dates.time, list) or type_name(kind) == "Range"
    return type(None) if looked_at else kind


def refusal(field: ModelField, value: object, wanted: str) -> FieldValueError:
    """The error for a value that is of a usable type, and no such value."""
    return FieldValueError(f"{field} can't be {shorten(value)}; give {wanted}")


def wrong_type(field: ModelField, value: object, wanted: str) -> FieldValueError:
    """The error for a value of a type that is never converted; its contents are not shown."""
    return FieldValueError(
        f"{field} can't be made from a {type(value).__name__}; give {wanted}"
    )


def _plain_number(value: str) -> str:
    """Text without what Python reads in a number and PostgreSQL (before 16) does not."""
    text = value.strip()
    return text if text.isascii() and "_" not in text else "no number"


def to_int(field: ModelField, value: Any) -> int:
    """A whole number, from a number that is whole or from its digits."""
    wanted = 'a whole number, 5 or "5"'
    try:
        if isinstance(value, str):
            return int(_plain_number(value))
        if isinstance(value, (float, Decimal)):
            if value == int(value):
                return int(value)
            raise refusal(field, value, wanted)
        if hasattr(value, "__index__"):
            return int(value)
    except (ValueError, OverflowError):
        raise refusal(field, value, wanted) from None
    raise wrong_type(field, value, wanted)


def to_float(field: ModelField, value: Any) -> float:
    """A float, from a number that has an equal float, or from text.

    A ``Decimal`` that is a float's shortest spelling counts as equal, as ``0.1`` does.
    """
    wanted = 'a number that a float can hold, 1.5 or "1.5"'
    if isinstance(value, bool):
        raise wrong_type(field, value, wanted)
    try:
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            number = float(_plain_number(value))
            if math.isinf(number) and "inf" not in value.lower():
                raise refusal(field, value, wanted)
            return number
        if isinstance(value, Decimal):
            number = float(value)
            if value.is_nan() or value in (Decimal(number), Decimal(repr(number))):
                return number
            raise refusal(field, value, wanted)
        if hasattr(value, "__index__") or hasattr(value, "__float__"):
            number = float(value)
            if number == value or math.isnan(number):
                return number
            raise refusal(field, value, wanted)
    except (ValueError, OverflowError):
        raise refusal(field, value, wanted) from None
    raise wrong_type(field, value, wanted)


def to_decimal(field: ModelField, value: Any) -> Decimal:
    """A ``Decimal``, from a whole number, text, or a float as Python prints it."""
    wanted = 'a number, Decimal("3.25"), 3 or "3.25"'
    if isinstance(value, bool):
        raise wrong_type(field, value, wanted)
    try:
        if isinstance(value, Decimal):
            return Decimal(value)
        if isinstance(value, str):
            return _quiet(Decimal(_plain_number(value)))
        if isinstance(value, float):
            return Decimal(repr(float(value)))
        if hasattr(value, "__index__"):
            return Decimal(int(value))
    except (ValueError, InvalidOperation):
        raise refusal(field, value, wanted) from None
    raise wrong_type(field, value, wanted)


def _quiet(value: Decimal) -> Decimal:
    """The number, unless it is a NaN that PostgreSQL has none of."""
    if value.is_snan() or (
        value.is_nan() and (value.is_signed() or len(str(value)) > 3)
    ):
        raise ValueError("not a plain NaN")
    return value


def to_str(field: ModelField, value: Any) -> str:
    """Text, from what has one text form only: numbers, UUIDs, network addresses.

    A dict or a list is text for a ``json`` or ``jsonb`` column alone.
    """
    if isinstance(value, str):
        # An enumeration's member is its text.
        return str.__str__(value)
    kind = type(value)
    if kind in (int, Decimal) or kind.__module__ in ("uuid", "ipaddress"):
        return str(value)
    if isinstance(value, (dict, list)):
        if field.db_type in ("json", "jsonb"):
            return _json(field, value)
        raise wrong_type(
            field, value, "text; for a JSON column, its text: json.dumps(value)"
        )
    raise wrong_type(field, value, "text, as PostgreSQL would print the value")


def _json(field: ModelField, value: object) -> str:
    from json import dumps

    try:
        return dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise FieldValueError(
            f"{field} can't be written as JSON: {problem}; give what json.dumps takes"
        ) from None


def to_bool(field: ModelField, value: Any) -> bool:
    """True or False, from 1 and 0, and from the words that PostgreSQL reads so."""
    wanted = 'True, False, or a word such as "true", "no" or "on"'
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise refusal(field, value, wanted)
    if isinstance(value, int):
        if value in (0, 1):
            return value == 1
        raise refusal(field, value, wanted)
    raise wrong_type(field, value, wanted)


def to_bytes(field: ModelField, value: Any) -> bytes:
    """Bytes, from any object made of bytes; text has no bytes until it is encoded."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        raise wrong_type(field, value, "bytes: encode the text, value.encode()")
    raise wrong_type(field, value, "bytes")


# What PostgreSQL has and Python has not, as PostgreSQL writes it with DateStyle ISO (PostgreSQL documentation,
# "Date/Time Output"): infinity, years before Christ and after 9999, and the end of a day. It stays text.
_DATE = r"(?:\d{5,7}-\d\d-\d\d%s|\d{4,7}-\d\d-\d\d%s BC|-?infinity)"
_CLOCK = r" \d\d:\d\d:\d\d(?:\.\d{1,6})?"
_OFFSET = r"[+-]\d\d(?::\d\d){0,2}"
_BEYOND_DATE = _DATE % ("", "")
_BEYOND_MOMENT = {
    True: _DATE % (_CLOCK + _OFFSET, _CLOCK + _OFFSET),
    False: _DATE % (_CLOCK, _CLOCK),
    None: _DATE % ((f"{_CLOCK}(?:{_OFFSET})?",) * 2),
}
_BEYOND_TIME = {
    True: f"24:00:00{_OFFSET}",
    False: "24:00:00",
    None: f"24:00:00(?:{_OFFSET})?",
}


def _is_beyond(pattern: str, value: str) -> bool:
    from re import ASCII, fullmatch

    return fullmatch(pattern, value, ASCII) is not None


def is_beyond_python(kind: type[Any], value: str) -> bool:
    """Whether text is a date, moment or time of day that PostgreSQL has and Python has not."""
    patterns = {
        dates.date: _BEYOND_DATE,
        dates.datetime: _BEYOND_MOMENT[None],
        dates.time: _BEYOND_TIME[None],
    }
    return _is_beyond(patterns[kind], value)


def to_date(field: ModelField, value: Any) -> dates.date:
    """A date, from ISO 8601 text; a moment is no date, since its time would be lost."""
    wanted = 'a date, date(2024, 5, 17) or "2024-05-17"'
    if isinstance(value, dates.datetime):
        raise wrong_type(
            field, value, f"{wanted}: take its date(), in the zone you mean"
        )
    if isinstance(value, dates.date):
        return value
    if isinstance(value, str):
        try:
            return dates.date.fromisoformat(value.strip())
        except ValueError:
            if _is_beyond(_BEYOND_DATE, value):
                return value  # type: ignore[return-value]
            raise refusal(field, value, wanted) from None
    raise wrong_type(field, value, wanted)


def to_datetime(field: ModelField, value: Any) -> dates.datetime:
    """A moment, from ISO 8601 text; with a zone exactly where the column has one."""
    if field.db_type is None and type(value) is dates.datetime and value.tzinfo is _UTC:
        return value
    wanted = 'a datetime, or "2024-05-17T08:30:00+00:00"'
    if isinstance(value, str):
        try:
            value = dates.datetime.fromisoformat(value.strip())
        except ValueError:
            zoned = _zoned(field, "timestamp", otherwise=True)
            if _is_beyond(_BEYOND_MOMENT[zoned], value):
                return value  # type: ignore[no-any-return]
            raise refusal(field, value, wanted) from None
    if not isinstance(value, dates.datetime):
        raise wrong_type(field, value, wanted)
    zoned = _zoned(field, "timestamp", otherwise=True)
    if zoned and value.utcoffset() is None:
        raise refusal(
            field,
            value.isoformat(),
            "it a time zone, datetime(…, tzinfo=timezone.utc); or say "
            'db_type="timestamp without time zone" if the column has none',
        )
    if zoned is False and value.utcoffset() is not None:
        raise refusal(
            field,
            value.isoformat(),
            "it without a time zone, since the column keeps none: value.astimezone(…) to the "
            "zone you mean, then .replace(tzinfo=None)",
        )
    return value


def to_time(field: ModelField, value: Any) -> dates.time:
    """A time of day, from ISO 8601 text; with an offset exactly where the column has one."""
    wanted = 'a time, time(8, 30) or "08:30:00"'
    if isinstance(value, str):
        try:
            value = dates.time.fromisoformat(value.strip())
        except ValueError:
            zoned = _zoned(field, "time", otherwise=False)
            if _is_beyond(_BEYOND_TIME[zoned], value):
                return value  # type: ignore[no-any-return]
            raise refusal(field, value, wanted) from None
    if not isinstance(value, dates.time):
        raise wrong_type(field, value, wanted)
    zoned = _zoned(field, "time", otherwise=False)
    if zoned and value.utcoffset() is None:
        raise refusal(
            field, value.isoformat(), "it an offset, time(8, 30, tzinfo=timezone.utc)"
        )
    if zoned is False and value.tzinfo is not None:
        raise refusal(
            field,
            value.isoformat(),
            "it without a time zone, since the column keeps none: .replace(tzinfo=None)",
        )
    return value


def _zoned(field: ModelField, base: str, *, otherwise: bool) -> bool | None:
    """Whether the column keeps a time zone; None for a type that does not tell, as a domain."""
    db_type = field.db_type
    if db_type is None:
        return otherwise
    if not db_type.startswith(base):
        return None
    if db_type.endswith("with time zone"):
        return True
    return False if db_type.endswith("without time zone") else None


def to_dict(field: ModelField, value: Any) -> dict[Any, Any]:
    """A dict, from a dict."""
    if isinstance(value, dict):
        return value
    raise wrong_type(field, value, "a dict")


def to_anything(field: ModelField, value: Any) -> Any:
    """The value as it is."""
    return value


def to_uuid(field: ModelField, value: Any) -> UUID:
    """A UUID, from its text."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(value.strip())
        except ValueError:
            raise refusal(field, value, "a UUID or its text") from None
    raise wrong_type(field, value, "a UUID or its text")


def to_timedelta(field: ModelField, value: Any) -> dates.timedelta:
    """A length of time, which has no text form that both Python and PostgreSQL read.

    An interval with months in it comes as text: no timedelta says it, since a month has no length of its own.
    """
    if isinstance(value, dates.timedelta):
        return value
    if isinstance(value, str):
        raise refusal(
            field,
            value,
            "a timedelta, which has no months and no text form; annotate the field str, with "
            'db_type="interval", for PostgreSQL\'s own form',
        )
    raise wrong_type(field, value, "a timedelta: timedelta(hours=3)")


_CONVERTERS: dict[type[Any], Converter] = {
    int: to_int,
    float: to_float,
    Decimal: to_decimal,
    str: to_str,
    bool: to_bool,
    bytes: to_bytes,
    dates.date: to_date,
    dates.datetime: to_datetime,
    dates.time: to_time,
    dict: to_dict,
    object: to_anything,
    UUID: to_uuid,
    dates.timedelta: to_timedelta,
}
