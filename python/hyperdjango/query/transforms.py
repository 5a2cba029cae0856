"""Transforms: ``created_at__year``, ``name__lower``, ``attributes__color``; what they make of a column."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hyperdjango import _engine
from hyperdjango.errors import DataError
from hyperdjango.query.families import family_of_type
from hyperdjango.query.sides import Side, plain_text
from hyperdjango.quoting import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.query.families import Family
    from hyperdjango.query.scope import Scope

    # Writes what the transform makes of the text of a side.
    Write = Callable[[str, Side, Scope], str]


class Transform:
    """One transform of a side.

    Attributes:
        side: Side, what it gives.
        write: the function that writes it.
    """

    __slots__ = ("side", "source", "write")

    def __init__(self, source: Side, side: Side, write: Write) -> None:
        self.source = source
        self.side = side
        self.write = write


def find(side: Side, name: str) -> Transform | None:
    """The transform of a name for a side, or None if it has none."""
    known = _KNOWN.get(side.family, {}).get(name)
    if known is not None:
        return known(side, name)
    keyed = _KEYED.get(side.family)
    return None if keyed is None else keyed(side, name)


def names(side: Side) -> list[str]:
    """The transforms that a side has."""
    return list(_KNOWN.get(side.family, ()))


def is_known(name: str) -> bool:
    """Whether any side has a transform of that name."""
    return any(name in transforms for transforms in _KNOWN.values())


def type_of(side: Side, scope: Scope) -> str:
    """The type of a date or moment; with a time zone where nothing says otherwise."""
    if side.is_column and side.field is not None:
        return scope.type_of(side.field)
    if side.db_type is not None:
        return side.db_type
    return "date" if side.family == "date" else "timestamp with time zone"


def in_utc(sql: str, side: Side, scope: Scope) -> str:
    """A moment as its date and time in UTC, which is how models read it."""
    zoned = type_of(side, scope).endswith("with time zone")
    return f"({sql} AT TIME ZONE 'UTC')" if zoned else sql


def _whole(value: Any) -> int:
    number = int(value)
    if isinstance(value, (float, Decimal)) and value != number:
        raise ValueError("not whole")
    return number


def _checked(
    side: Side, convert: Callable[[Any], Any], wanted: str
) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except (ValueError, TypeError):
            raise side.refuse(value, wanted) from None

    return checked


def _numeric(side: Side, name: str, write: Write) -> Transform:
    made = side.made("number", name)
    made.convert = _checked(made, _whole, "a whole number")
    return Transform(side, made, write)


def _extract(part: str, whole: bool = True) -> Callable[[Side, str], Transform]:
    def write(sql: str, side: Side, scope: Scope) -> str:
        if side.family == "datetime":
            sql = in_utc(sql, side, scope)
        extracted = f"EXTRACT({part} FROM {sql})"
        # Seconds have a fraction there, and a number of another type before PostgreSQL 14.
        return f"floor({extracted})::integer" if whole else extracted

    return lambda side, name: _numeric(side, name, write)


def _week_day(side: Side, name: str) -> Transform:
    """Django's: 1 is Sunday, 7 is Saturday."""

    def write(sql: str, side: Side, scope: Scope) -> str:
        if side.family == "datetime":
            sql = in_utc(sql, side, scope)
        return f"(EXTRACT(dow FROM {sql})::integer + 1)"

    return _numeric(side, name, write)


def _cast_moment(kind: str, family: Family) -> Callable[[Side, str], Transform]:
    def write(sql: str, side: Side, scope: Scope) -> str:
        return f"({in_utc(sql, side, scope)})::{kind}"

    def make(side: Side, name: str) -> Transform:
        made = side.made(family, name)
        parse: Callable[[Any], Any] = (
            datetime.date.fromisoformat
            if family == "date"
            else datetime.time.fromisoformat
        )
        made.convert = _checked(
            made,
            lambda value: parse(value) if isinstance(value, str) else value,
            f"a {family}",
        )
        return Transform(side, made, write)

    return make


def _function(
    function: str, family: Family, cast: str = ""
) -> Callable[[Side, str], Transform]:
    def write(sql: str, side: Side, scope: Scope) -> str:
        return f"{function}({sql}{cast})"

    def make(side: Side, name: str) -> Transform:
        made = side.made(family, name)
        if family == "number":
            made.convert = _checked(made, _whole, "a whole number")
        elif family == "text":
            made.convert = plain_text
        return Transform(side, made, write)

    return make


def _range_end(function: str) -> Callable[[Side, str], Transform]:
    def write(sql: str, side: Side, scope: Scope) -> str:
        return f"{function}({sql})"

    def make(side: Side, name: str) -> Transform:
        kind = element_of_range(side)
        made = side.made(
            family_of_type(kind) if kind else "other",
            name,
            nullable=True,
            text=True,
            convert=plain_text,
            db_type=kind,
        )
        return Transform(side, made, write)

    return make


def element_of_range(side: Side) -> str | None:
    """The type that a range is of, where it is one of PostgreSQL's own."""
    from hyperdjango.models.rich import ENDS

    kind = side.db_type or (side.field.db_type if side.field else None) or ""
    return ENDS.get(kind.replace("multirange", "range"))


def _json_key(side: Side, name: str) -> Transform:
    """``->``: a member of an object, or an element of an array where the name is a number."""
    number = name.removeprefix("-")
    # A number that is too large for PostgreSQL is a name.
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    key = name if is_number else literal(name)

    def write(sql: str, side: Side, scope: Scope) -> str:
        return f"({sql} -> {key})"

    made = side.made("json", name, nullable=True, text=True)
    made.convert = json_text
    return Transform(side, made, write)


def json_text(value: Any) -> str:
    """A value as the text of JSON, the same that is written into a column of it.

    Raises:
        ValueError: it has no form in JSON.

    >>> json_text("a"), json_text(None), json_text({"price": Decimal("1.10")})
    ('"a"', 'null', '{"price":1.10}')
    """
    try:
        return _engine.encode_json(value, decimals="number").decode()
    except DataError as problem:
        raise ValueError(str(problem)) from None


def _array_element(side: Side, name: str) -> Transform | None:
    """``tags__0`` is the first element, ``tags__0_2`` the first two, as in Django."""
    first, _, last = name.partition("_")
    if not name.isascii() or max(len(first), len(last)) > 9:
        return None
    if not first.isdecimal() or (last and not last.isdecimal()):
        return None
    if last:
        slice_ = f"[{int(first) + 1}:{int(last)}]"
        made = side.made(
            "array", name, nullable=True, text=side.text, convert=side.convert
        )
    else:
        slice_ = f"[{int(first) + 1}]"
        made = side.made(
            "other", name, nullable=True, text=side.text, convert=plain_text
        )
    if made.convert is plain_text and not side.text:
        made.convert = None
    return Transform(side, made, lambda sql, side, scope: f"({sql}){slice_}")


def _hstore_key(side: Side, name: str) -> Transform:
    key = literal(name)
    made = side.made("text", name, nullable=True, convert=plain_text)
    return Transform(side, made, lambda sql, side, scope: f"({sql} -> {key})")


_DATE = {
    "year": _extract("year"),
    "iso_year": _extract("isoyear"),
    "quarter": _extract("quarter"),
    "month": _extract("month"),
    "week": _extract("week"),
    "day": _extract("day"),
    "day_of_year": _extract("doy"),
    "week_day": _week_day,
    "iso_week_day": _extract("isodow"),
}
_TIME = {
    "hour": _extract("hour"),
    "minute": _extract("minute"),
    "second": _extract("second"),
    "microsecond": _extract("microseconds"),
}
_TEXT = {
    "lower": _function("lower", "text"),
    "upper": _function("upper", "text"),
    "length": _function("length", "number"),
    "trim": _function("btrim", "text"),
    "unaccent": _function("unaccent", "text"),
}

_KNOWN: dict[str, dict[str, Callable[[Side, str], Transform]]] = {
    "date": _DATE,
    "time": _TIME,
    "datetime": {
        **_DATE,
        **_TIME,
        "date": _cast_moment("date", "date"),
        "time": _cast_moment("time", "time"),
        "epoch": _extract("epoch"),
    },
    "interval": {"epoch": _extract("epoch", whole=False), **_TIME},
    "text": _TEXT,
    "array": {"len": _function("cardinality", "number")},
    "range": {
        "startswith": _range_end("lower"),
        "endswith": _range_end("upper"),
        "isempty": _function("isempty", "bool"),
        "lower_inc": _function("lower_inc", "bool"),
        "lower_inf": _function("lower_inf", "bool"),
        "upper_inc": _function("upper_inc", "bool"),
        "upper_inf": _function("upper_inf", "bool"),
    },
    "hstore": {
        "keys": _function("akeys", "array"),
        "values": _function("avals", "array"),
    },
    "json": {
        "length": _function("jsonb_array_length", "number", "::jsonb"),
        "typeof": _function("jsonb_typeof", "text", "::jsonb"),
    },
    "network": {
        "family": _function("family", "number"),
        "host": _function("host", "text"),
        "masklen": _function("masklen", "number"),
    },
}
_KEYED: dict[str, Callable[[Side, str], Transform | None]] = {
    "json": _json_key,
    "array": _array_element,
    "hstore": _hstore_key,
}

_KNOWN["multirange"] = _KNOWN["range"]
