"""Pages: a cursor that says after which row the next one begins, and the condition that it stands for.

With a key, a page begins behind the row that the page before ended with, whatever was added or deleted meanwhile. Rows
without a key can only be counted: their cursor says how many are passed over, up to a limit.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.errors import FieldValueError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import F, Q
from hyperdjango.serve.tables import shortened
from hyperdjango.serve.values import compared, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable


class Ordering:
    """The order of rows: what was asked for, and then the key, so that no two rows are the same.

    Attributes:
        parts: the fields, each with whether the largest comes first.
    """

    __slots__ = ("parts", "table")

    def __init__(self, table: ServedTable, names: Sequence[str]) -> None:
        self.table = table
        self.parts: list[tuple[ModelField, bool]] = []
        taken: set[str] = set()
        for name in names:
            is_descending = name.startswith("-")
            plain = name[1:] if is_descending else name
            field = table.field(plain)
            if field is None or not table.types[plain].is_ordered:
                known = [one.name for one in table.sortable]
                why = "has no field" if field is None else "can't be ordered by"
                raise HttpError(
                    400,
                    f"order_by: {table.title} {why} {shortened(plain)}; "
                    f"{did_you_mean(plain, known)}",
                )
            if plain not in taken:
                taken.add(plain)
                self.parts.append((field, is_descending))
        for field in table.key:
            if field.name not in taken:
                self.parts.append((field, False))

    @property
    def is_whole(self) -> bool:
        """Whether no two rows are at the same place."""
        return bool(self.table.key)

    @property
    def names(self) -> list[str]:
        """The fields, as ``order_by`` takes them."""
        return [f"-{field.name}" if down else field.name for field, down in self.parts]

    def of(self, asked: QuerySet[Any]) -> QuerySet[Any]:
        """A queryset in this order; NULL counts as larger than every value, as PostgreSQL has it."""
        return asked.order_by(
            *(
                F(field.name).desc() if down else field.name
                for field, down in self.parts
            )
        )

    def cursor(self, row: Any, passed_over: int) -> str:
        """What says where the page behind a row begins."""
        place: list[Any] | int = passed_over
        if self.is_whole:
            place = []
            for field, _ in self.parts:
                value = getattr(row, field.name)
                place.append(None if value is None else to_text(value))
        text = json.dumps(
            [self._mark(), place], ensure_ascii=False, separators=(",", ":")
        )
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def after(
        self, asked: QuerySet[Any], cursor: str | None, settings: ServeSettings
    ) -> tuple[QuerySet[Any], int]:
        """The rows behind a cursor, and how many are to be passed over.

        Raises:
            HttpError: 400, the cursor was made for something else, or never.
        """
        if cursor is None:
            return asked, 0
        place = self._place(cursor)
        if not self.is_whole:
            if type(place) is not int or not 0 <= place <= settings.most_passed_over:
                raise _broken()
            return asked, place
        if not isinstance(place, list) or len(place) != len(self.parts):
            raise _broken()
        values: list[Any] = []
        for (field, _), text in zip(self.parts, place, strict=True):
            if text is not None and not isinstance(text, str):
                raise _broken()
            try:
                kind = self.table.types[field.name]
                values.append(None if text is None else compared(field, kind, text))
            except FieldValueError:
                raise _broken() from None
        return asked.filter(self._behind(values)), 0

    def _behind(self, values: list[Any]) -> Any:
        """The condition that a row comes behind these values."""
        wanted: Any = None
        same: Any = None
        for (field, down), value in zip(self.parts, values, strict=True):
            further = _further(field, down, value)
            if further is not None:
                one = further if same is None else same & further
                wanted = one if wanted is None else wanted | one
            equal = Q(**{field.name: value})
            same = equal if same is None else same & equal
        if wanted is None:
            # Behind a row whose first value is NULL, and all others' as well, there is nothing.
            return Q(**{f"{self.parts[0][0].name}__in": []})
        field, down = self.parts[0]
        if (
            len(self.parts) > 1
            and values[0] is not None
            and (down or not field.accepts_null)
        ):
            # Said a second time, on its own: an index can begin there.
            compared = "lte" if down else "gte"
            wanted = Q(**{f"{field.name}__{compared}": values[0]}) & wanted
        return wanted

    def _place(self, cursor: str) -> Any:
        try:
            text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mark, place = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            raise _broken() from None
        if mark != self._mark():
            raise _broken()
        return place

    def _mark(self) -> str:
        """What a cursor is good for: this table in this order."""
        said = "\0".join((self.table.name, *self.names))
        return blake2b(said.encode(), digest_size=6).hexdigest()


def _further(field: ModelField, down: bool, value: Any) -> Any:
    """The condition that a field is behind a value; None if nothing is."""
    name = field.name
    if down:
        # NULL comes first.
        return (
            Q(**{f"{name}__isnull": False})
            if value is None
            else Q(**{f"{name}__lt": value})
        )
    if value is None:
        return None
    larger = Q(**{f"{name}__gt": value})
    return larger | Q(**{f"{name}__isnull": True}) if field.accepts_null else larger


def _broken() -> HttpError:
    return HttpError(
        400,
        "after is no cursor of this table in this order; begin without it, and follow next",
    )
