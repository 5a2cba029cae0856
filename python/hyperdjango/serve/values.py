"""Values out of URLs and JSON, as strict as the OpenAPI document says; and values as text, for keys, cursors and pages."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from hyperdjango.errors import FieldValueError
from hyperdjango.query.sides import plain_text

if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.serve.types import ColumnType

# 5.0 is a whole number as well, to JSON Schema.
_INTEGER = re.compile(r"(-?\d{1,19})(?:\.0+)?", re.ASCII)
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_WORDS = {"true": True, "false": False}
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
# RFC 3339 lets these two be written small.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)t(.*)", re.ASCII)


class JsonNumber(float):
    """A number of JSON's with a fraction or an exponent, and how it was written."""

    text: str

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.text = text
        return made


def from_text(field: ModelField, kind: ColumnType, text: str) -> Any:
    """A value as it stands in a URL.

    Arguments:
        field: the field.
        kind: its column's type.
        text: what stands there: ``true``, ``5``, ``2024-05-17T08:30:00Z``, base 64 for bytes.

    Raises:
        FieldValueError: it is no such value.
    """
    python = field.python_type
    if "\0" in text:
        raise _refusal(field, "text without the character NUL")
    if python is bool:
        if text not in _WORDS:
            raise _refusal(field, "true or false")
        return _WORDS[text]
    if python is int:
        return _whole(field, kind, text)
    if python is float and text not in _NO_NUMBERS:
        return _fitting(field, kind, _number(field, text))
    if python in (Decimal, float) or kind.family == "number":
        return _number(field, text)
    if python is bytes:
        return _bytes(field, text)
    if python is datetime:
        return field.convert(_moment(text))
    if python in (list, dict, object):
        return _json(field, text)
    if python is timedelta:
        raise _refusal(field, "left out: a length of time has no form in JSON here")
    if kind.labels is not None and text not in kind.labels:
        raise _refusal(field, f"one of: {', '.join(kind.labels)}")
    if kind.base == "uuid":
        return field.convert(_uuid(field, text))
    return field.convert(text)


def compared(field: ModelField, kind: ColumnType, text: str) -> Any:
    """A value as it stands in a URL, to be compared with a field: what Python can't hold is the server's to read.

    Raises:
        FieldValueError: it is no such value.
    """
    from hyperdjango.query import Cast, Value

    if field.python_type is timedelta and "\0" not in text:
        return Cast(Value(text), "interval")
    value = from_text(field, kind, text)
    if isinstance(value, str) and field.python_type in (date, datetime, time):
        return Cast(Value(value), kind.base)
    return value


def from_json(field: ModelField, kind: ColumnType, value: Any) -> Any:
    """A value of a JSON document, other than null.

    Raises:
        FieldValueError: it is of another type of JSON's than the field's, or no such value.
    """
    python = field.python_type
    if python is object or (python is dict and kind.family == "json"):
        return _plain(value)
    if python is bool:
        return _of(field, value, bool, "true or false")
    if python is int:
        if isinstance(value, JsonNumber) and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise _refusal(field, "a whole number")
        return _whole(field, kind, str(value))
    if python is float:
        if isinstance(value, str) and value in _NO_NUMBERS:
            return float(value)
        if type(value) not in (int, JsonNumber):
            raise _refusal(field, "a number")
        try:
            return _fitting(field, kind, float(value))
        except OverflowError:
            raise _refusal(field, "a number that fits") from None
    if python is Decimal or kind.family == "number":
        if isinstance(value, JsonNumber):
            value = value.text
        if type(value) not in (int, str):
            raise _refusal(field, 'a number, or its digits as text: "12.50"')
        return _number(field, str(value))
    if python is bytes:
        return _bytes(field, _of(field, value, str, "text in base 64"))
    if python is list:
        return _plain(_of(field, value, list, "an array"))
    if python is dict:
        return _plain(_of(field, value, dict, "an object"))
    return from_text(field, kind, _of(field, value, str, "text"))


def to_text(value: Any) -> str:
    """A value as a URL has it: what ``from_text`` reads."""
    if isinstance(value, Enum):
        return to_text(value.value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, (list, dict)):
        from json import dumps

        return dumps(value, ensure_ascii=False, default=to_text)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (int, float, UUID, timedelta)):
        return plain_text(value)
    return str(value)


def _of(field: ModelField, value: Any, kind: type[Any], wanted: str) -> Any:
    if type(value) is not kind:
        raise _refusal(field, wanted)
    return value


def _plain(value: Any) -> Any:
    """A value of JSON's with Python's own numbers."""
    if isinstance(value, JsonNumber):
        return float(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _whole(field: ModelField, kind: ColumnType, text: str) -> int:
    found = _INTEGER.fullmatch(text)
    if found is None:
        raise _refusal(field, "a whole number")
    number = int(found[1])
    bounds = kind.bounds
    if bounds is not None and not bounds[0] <= number <= bounds[1]:
        raise _refusal(field, f"a number from {bounds[0]} to {bounds[1]}")
    return number


def _number(field: ModelField, text: str) -> Any:
    if not _NUMBER.fullmatch(text) and text not in _NO_NUMBERS:
        raise _refusal(field, "a number")
    return field.convert(text)


def _fitting(field: ModelField, kind: ColumnType, number: float) -> float:
    if abs(number) > kind.largest:
        raise _refusal(field, f"a number from {-kind.largest} to {kind.largest}")
    return number


def _bytes(field: ModelField, text: str) -> bytes:
    try:
        # Both alphabets; urlsafe_b64decode itself passes over what is in neither.
        if not re.fullmatch(r"[A-Za-z0-9+/_-]*={0,2}", text):
            raise ValueError
        return urlsafe_b64decode(text.replace("+", "-").replace("/", "_"))
    except ValueError:
        raise _refusal(field, "base 64") from None


def _moment(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    if found is not None:
        text = f"{found[1]}T{found[2]}"
    # In a URL that was written by hand a plus is a space.
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", text) if text.count(":") > 2 else text
    return text[:-1] + "Z" if text.endswith("z") else text


def _uuid(field: ModelField, text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise _refusal(field, "a UUID") from None


def _json(field: ModelField, text: str) -> Any:
    from json import loads

    try:
        return loads(text)
    except (ValueError, RecursionError):
        if field.python_type is object:
            return text
        raise _refusal(field, "a value of JSON's") from None


def _refusal(field: ModelField, wanted: str) -> FieldValueError:
    return FieldValueError(f"{field.name} must be {wanted}")
