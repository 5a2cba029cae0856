"""Functions of dates and moments: ``TruncMonth("created_at")``, ``ExtractYear("created_at")``, ``Now()``.

A moment with a time zone is taken in UTC, as models read it, unless ``tzinfo=`` names another zone.
"""

from __future__ import annotations

import datetime as dates

from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import transforms
from hyperdjango.query.expressions import Func
from hyperdjango.query.sides import Side
from hyperdjango.quoting import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope


def zone_name(zone: Any) -> str | None:
    """The name of a time zone: of a ``ZoneInfo``, of ``timezone.utc``, or itself.

    Raises:
        FieldError: it has none.
    """
    if zone is None or isinstance(zone, str):
        return zone
    if zone is dates.UTC:
        return "UTC"
    key = getattr(zone, "key", None)
    if isinstance(key, str):
        return key
    raise FieldError(
        "tzinfo= takes a ZoneInfo, timezone.utc, or a name: tzinfo='Europe/Berlin'"
    )


class Now(Func):
    """The moment when the statement began.

    Django documentation, "Database Functions", ``Now``.
    """

    function = "statement_timestamp"
    result: type[Any] | None = dates.datetime

    def __init__(self) -> None:
        super().__init__()

    def type_name(self, scope: Scope) -> str | None:
        return "timestamp with time zone"


class _OfMoment(Func):
    """What is made of one date or moment."""

    def __init__(self, argument: Any, tzinfo: Any = None) -> None:
        super().__init__(argument)
        self.zone = zone_name(tzinfo)

    def source(self, scope: Scope) -> tuple[str, Side]:
        """The argument, in its time zone if it has one, and what it is."""
        argument = self.arguments[0]
        sql, side = argument.sql(scope), argument.side(scope)
        if side.family == "datetime" and self.zoned(side, scope):
            sql = f"({sql} AT TIME ZONE {literal(self.zone or 'UTC')})"
            side = Side("datetime", side.where, db_type="timestamp without time zone")
        return sql, side

    def zoned(self, side: Side, scope: Scope) -> bool:
        """Whether the argument has a time zone."""
        return side.family == "datetime" and transforms.type_of(side, scope).endswith(
            "with time zone"
        )

    def refuse(self, side: Side, wanted: str) -> FieldError:
        """The error for an argument of another type."""
        return FieldError(
            f"{type(self).__name__} takes {wanted}, and {side.where} is none"
        )


class Extract(_OfMoment):
    """A part of a date, moment, time or length of time, as a number.

    Arguments:
        argument: an expression or the name of a field.
        lookup_name: str, ``"year"``, ``"month"``, ``"week_day"``, ``"epoch"`` …
        tzinfo: a time zone; UTC where there is none.

    Django documentation, "Database Functions", ``Extract``.
    """

    result: type[Any] | None = int
    part = ""

    def __init__(
        self, argument: Any, lookup_name: str | None = None, tzinfo: Any = None
    ) -> None:
        super().__init__(argument, tzinfo)
        self.part = lookup_name or self.part
        if not self.part:
            raise FieldError("Extract() needs a part: Extract('created_at', 'year')")

    def default_name(self) -> str:
        return f"{self.arguments[0].default_name()}__{self.part}"

    def sql(self, scope: Scope) -> str:
        sql, side = self.source(scope)
        if side.family not in ("date", "datetime", "time", "interval"):
            raise self.refuse(side, "a date or a time")
        found = transforms.find(side, self.part)
        if found is None or found.side.family != "number":
            known = [
                name for name in transforms.names(side) if name not in ("date", "time")
            ]
            raise FieldError(
                f"{side.where} has no part {self.part!r}; {did_you_mean(self.part, known)}"
            )
        return found.write(sql, side, scope)


class ExtractYear(Extract):
    """The year."""

    part = "year"


class ExtractIsoYear(Extract):
    """The year that the week belongs to (ISO 8601)."""

    part = "iso_year"


class ExtractQuarter(Extract):
    """The quarter, 1 to 4."""

    part = "quarter"


class ExtractMonth(Extract):
    """The month, 1 to 12."""

    part = "month"


class ExtractWeek(Extract):
    """The week, 1 to 53 (ISO 8601)."""

    part = "week"


class ExtractDay(Extract):
    """The day of the month."""

    part = "day"


class ExtractWeekDay(Extract):
    """The day of the week, from 1 for Sunday to 7 for Saturday."""

    part = "week_day"


class ExtractIsoWeekDay(Extract):
    """The day of the week, from 1 for Monday to 7 for Sunday."""

    part = "iso_week_day"


class ExtractHour(Extract):
    """The hour."""

    part = "hour"


class ExtractMinute(Extract):
    """The minute."""

    part = "minute"


class ExtractSecond(Extract):
    """The second, without its fraction."""

    part = "second"


_DATES = ("year", "quarter", "month", "week", "day")
_TIMES = ("hour", "minute", "second")


class Trunc(_OfMoment):
    """The beginning of the year, month, hour … of a date or moment.

    Arguments:
        argument: an expression or the name of a field.
        kind: str, ``"year"``, ``"quarter"``, ``"month"``, ``"week"``, ``"day"``, ``"hour"``, ``"minute"`` or
            ``"second"``.
        tzinfo: a time zone; UTC where there is none.

    The result is of the argument's type.

    Django documentation, "Database Functions", ``Trunc``.
    """

    kind = ""

    def __init__(
        self, argument: Any, kind: str | None = None, tzinfo: Any = None
    ) -> None:
        super().__init__(argument, tzinfo)
        self.kind = kind or self.kind
        if self.kind not in (*_DATES, *_TIMES):
            raise FieldError(
                f"Trunc() has no kind {self.kind!r}; {did_you_mean(self.kind, [*_DATES, *_TIMES])}"
            )

    def sql(self, scope: Scope) -> str:
        before = self.arguments[0].side(scope)
        sql, _ = self.source(scope)
        if before.family == "date" and self.kind in _DATES:
            return f"date_trunc('{self.kind}', ({sql})::timestamp)::date"
        if before.family == "time" and self.kind in _TIMES:
            return f"date_trunc('{self.kind}', {sql})::time"
        if before.family != "datetime":
            raise self.refuse(before, f"what has a {self.kind}")
        made = f"date_trunc('{self.kind}', {sql})"
        if self.zoned(before, scope):
            return f"({made} AT TIME ZONE {literal(self.zone or 'UTC')})"
        return made

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.arguments[0].python_type(scope)

    def type_name(self, scope: Scope) -> str | None:
        return self.arguments[0].type_name(scope)


class TruncYear(Trunc):
    """The beginning of the year."""

    kind = "year"


class TruncQuarter(Trunc):
    """The beginning of the quarter."""

    kind = "quarter"


class TruncMonth(Trunc):
    """The beginning of the month."""

    kind = "month"


class TruncWeek(Trunc):
    """The beginning of the week: Monday."""

    kind = "week"


class TruncDay(Trunc):
    """The beginning of the day."""

    kind = "day"


class TruncHour(Trunc):
    """The beginning of the hour."""

    kind = "hour"


class TruncMinute(Trunc):
    """The beginning of the minute."""

    kind = "minute"


class TruncSecond(Trunc):
    """The beginning of the second."""

    kind = "second"


class TruncDate(_OfMoment):
    """The date of a moment.

    Arguments:
        argument: an expression or the name of a field.
        tzinfo: a time zone; UTC where there is none.
    """

    result: type[Any] | None = dates.date
    cast = "date"

    def __init__(self, argument: Any, tzinfo: Any = None) -> None:
        super().__init__(argument, tzinfo)

    def sql(self, scope: Scope) -> str:
        sql, side = self.source(scope)
        if side.family != "datetime":
            raise self.refuse(side, "a moment")
        return f"({sql})::{self.cast}"


class TruncTime(TruncDate):
    """The time of day of a moment.

    Arguments:
        argument: an expression or the name of a field.
        tzinfo: a time zone; UTC where there is none.
    """

    result: type[Any] | None = dates.time
    cast = "time"
