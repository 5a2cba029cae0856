"""Values of columns as JSON Schema (2020-12): types, formats, bounds, labels."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.serve.types import ColumnType

TEXT = r"^[^\u0000]*$"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_DAY = r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
_PLAIN_MOMENT = rf"^([1-9]\d{{3}}|0[1-9]\d\d)-{_DAY}T{_CLOCK}$"
_OFFSET = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
# What is read may be more than what is taken: PostgreSQL's own text of what has no place elsewhere.
_READ_MOMENT = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d.*|-?infinity)$"
_READ_CLOCK = r"^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d){0,2})?$"
_BEYOND = r"^(-?infinity|\d{4,7}-\d\d-\d\d.* BC|\d{5,7}-\d\d-\d\d.*)$"
_DIGITS = r"^-?\d+(\.\d+)?$"
_ANY_DIGITS = r"^(-?\d+(\.\d+)?|NaN|-?Infinity)$"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may also be null."""
    kind = schema.get("type")
    if kind is None and "enum" not in schema:
        return schema
    made = dict(schema)
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    if kind is not None:
        made["type"] = [*(kind if isinstance(kind, list) else [kind]), "null"]
    return made


def value_schema(field: ModelField, kind: ColumnType, *, read: bool) -> dict[str, Any]:
    """The schema of a value in JSON, other than null.

    Arguments:
        field: the field.
        kind: its column's type.
        read: bool, whether it is read; what is sent may be less than what may be there.
    """
    python = field.python_type
    if python is bool:
        return {"type": "boolean"}
    if python is int:
        made: dict[str, Any] = {"type": "integer"}
        if kind.bounds is not None:
            made["minimum"], made["maximum"] = kind.bounds
            made["format"] = "int64" if kind.base == "bigint" else "int32"
        return made
    if python is float:
        if read:
            return {"type": ["number", "string"]}
        largest = kind.largest
        return {"type": "number", "minimum": -largest, "maximum": largest}
    if python is Decimal or kind.family == "number":
        return {"type": "string", "pattern": _digits(kind, read)}
    if python is bytes:
        return {"type": "string", "contentEncoding": "base64", "pattern": _BASE64}
    if python is list:
        return {"type": "array"}
    if python is dict:
        return {"type": "object"}
    if python is object:
        if read:
            return {}
        return {"type": ["object", "array", "string", "number", "boolean"]}
    if python is UUID or kind.base == "uuid":
        return {"type": "string", "format": "uuid"}
    if python in (datetime, date, time):
        return _moment_schema(field, kind, read)
    if kind.labels is not None:
        return {"type": "string", "enum": list(kind.labels)}
    if read and python is not str:
        # A range has ends, a length of time its own form.
        return {}
    made = {"type": "string", "pattern": TEXT}
    if kind.modifiers and kind.base in ("character varying", "character"):
        made["maxLength"] = kind.modifiers[0]
    return made


def _moment_schema(field: ModelField, kind: ColumnType, read: bool) -> dict[str, Any]:
    python = field.python_type
    if python is time:
        offset = _OFFSET if kind.base.endswith("with time zone") else ""
        return {
            "type": "string",
            "pattern": _READ_CLOCK if read else f"^{_CLOCK}{offset}$",
        }
    if python is datetime and not kind.base.endswith("with time zone"):
        return {"type": "string", "pattern": _READ_MOMENT if read else _PLAIN_MOMENT}
    form = "date" if python is date else "date-time"
    if not read:
        return {"type": "string", "format": form}
    return {"type": "string", "anyOf": [{"format": form}, {"pattern": _BEYOND}]}


def _digits(kind: ColumnType, read: bool) -> str:
    if len(kind.modifiers) == 2 and kind.modifiers[0] >= kind.modifiers[1] >= 0:
        precision, scale = kind.modifiers
        whole = precision - scale
        before = rf"\d{{1,{whole}}}" if whole else "0"
        behind = rf"(\.\d{{1,{scale}}})?" if scale else ""
        number = f"-?{before}{behind}"
        return f"^({number}|NaN)$" if read else f"^{number}$"
    return _ANY_DIGITS if read else _DIGITS
