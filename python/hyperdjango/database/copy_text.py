"""Rows in COPY's text format, for tables with types that have no binary form here, such as inet and ranges."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from hyperdjango.errors import DataError
from hyperdjango.quoting import element

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from typing import Any

# PostgreSQL documentation, "COPY", "Text Format".
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})

_JSON = (114, 3802)
_TIMESTAMPTZ = 1184


class _Unfit(Exception):
    """A value has no text form."""


async def lines(
    batches: AsyncGenerator[list[Sequence[Any]], None], types: list[tuple[str, int]]
) -> AsyncGenerator[bytes, None]:
    """The rows' lines, a batch at a time.

    Raises:
        DataError: a value can't be written; the message says the row and the column.
    """
    number = 0
    try:
        async for batch in batches:
            text = []
            for row in batch:
                number += 1
                text.append(_line(number, row, types))
            yield "".join(text).encode()
    finally:
        await batches.aclose()


def _line(number: int, row: Sequence[Any], types: list[tuple[str, int]]) -> str:
    if not isinstance(row, (tuple, list)):
        raise TypeError(f"row {number} is no tuple and no list")
    if len(row) != len(types):
        raise DataError(
            f"row {number} has {len(row)} values, and there are {len(types)} columns"
        )
    fields = []
    for value, (name, kind) in zip(row, types, strict=True):
        if value is None:
            fields.append(r"\N")
            continue
        try:
            fields.append(_text(value, kind).translate(_ESCAPES))
        except _Unfit as problem:
            raise DataError(f'row {number}, column "{name}": {problem}') from None
    return "\t".join(fields) + "\n"


def _text(value: Any, kind: int) -> str:
    """A value as PostgreSQL reads it."""
    if kind in _JSON:
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as problem:
            raise _Unfit(str(problem)) from None
    if isinstance(value, (str, bool, int, float, Decimal, UUID)):
        return _plain(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return rf"\x{value.hex()}"
    if isinstance(value, datetime):
        if kind == _TIMESTAMPTZ and value.utcoffset() is None:
            raise _Unfit("it needs a datetime with a time zone")
        return value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(_element(item) for item in value) + "}"
    if type(value).__module__ in ("ipaddress", "hyperdjango.models.ranges"):
        return str(value)
    raise _Unfit(
        f"it can't be made from a {type(value).__name__}; give a str in PostgreSQL's text form"
    )


def _plain(value: str | bool | float | Decimal | UUID) -> str:
    if isinstance(value, str):
        # An enumeration's member is its text.
        return str.__str__(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(value)


def _element(value: Any) -> str:
    """An element of an array (PostgreSQL documentation, "Array Input and Output Syntax")."""
    if value is None:
        return "NULL"
    text = _text(value, 0)
    if isinstance(value, (list, tuple)):
        return text
    return element(text)
