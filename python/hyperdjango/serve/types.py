"""Types of columns, as far as URLs, JSON and pages need to know them."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from hyperdjango.models.types import DomainType, EnumType
from hyperdjango.query.families import family_of_type
from hyperdjango.query.scope import CANONICAL

if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.query.columns import RealColumn

# Types that PostgreSQL has no order for, or one that means nothing to a reader.
_UNORDERED = frozenset(
    {
        "aclitem",
        "box",
        "circle",
        "cid",
        "json",
        "jsonpath",
        "line",
        "lseg",
        "path",
        "pg_snapshot",
        "point",
        "polygon",
        "refcursor",
        "txid_snapshot",
        "xid",
        "xml",
    }
)
_UNORDERED_FAMILIES = frozenset({"json", "array", "hstore", "tsvector", "multirange"})
_BITS = {"smallint": 16, "integer": 32, "bigint": 64}


class ColumnType:
    """The type of a field's column.

    Attributes:
        shown: str, the type as the database names it: ``numeric(10,2)``, ``public.percentage``.
        base: str, without modifiers, and what a domain is over: ``numeric``.
        modifiers: tuple of int, the numbers in parentheses.
        family: str, which lookups it has.
        labels: tuple of str | None, of an enumeration.
        is_computed: bool, whether the database alone writes the column.
        is_text: bool, whether a search looks into it.
        is_ordered: bool, whether rows can be ordered by it.
    """

    __slots__ = (
        "base",
        "family",
        "is_computed",
        "is_ordered",
        "is_text",
        "labels",
        "modifiers",
        "shown",
    )

    def __init__(
        self,
        shown: str,
        base: str,
        modifiers: tuple[int, ...],
        labels: tuple[str, ...] | None,
        is_computed: bool,
    ) -> None:
        self.shown = shown
        self.base = base
        self.modifiers = modifiers
        self.labels = labels
        self.is_computed = is_computed
        self.family = family_of_type(base)
        self.is_text = self.family == "text"
        self.is_ordered = (
            self.family not in _UNORDERED_FAMILIES and base not in _UNORDERED
        )

    @property
    def title(self) -> str:
        """The type as people name it."""
        return self.shown.removeprefix("public.")

    @property
    def largest(self) -> float:
        """The largest value of a type of floating point."""
        return 3.4028234663852886e38 if self.base == "real" else 1.7976931348623157e308

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The smallest and the largest value of an integer type."""
        bits = _BITS.get(self.base)
        return None if bits is None else (-(1 << bits - 1), (1 << bits - 1) - 1)


def column_type(field: ModelField, real: RealColumn | None) -> ColumnType:
    """The type of a field's column: what the model says of it, and what the database does."""
    said = field.db_type
    kind = field.python_type.__name__
    shown = said or (real.type if real is not None else CANONICAL.get(kind, kind))
    labels: tuple[str, ...] | None = None
    if issubclass(field.python_type, Enum):
        labels = tuple(str(member.value) for member in field.python_type)
    types = field.namespace.get("types")
    for one in types if isinstance(types, (list, tuple)) else ():
        if not isinstance(one, (EnumType, DomainType)):
            continue
        if (said or "").replace('"', "") not in (one.name, f"{one.schema}.{one.name}"):
            continue
        if isinstance(one, EnumType):
            labels = one.labels
        else:
            said = one.base_type
    found = re.fullmatch(r"[^()]*\(([\d, ]+)\)[^()\[\]]*", said or "")
    modifiers = tuple(int(number) for number in found[1].split(",")) if found else ()
    base = real.type if real is not None else re.sub(r"\([\d, ]*\)", "", said or shown)
    # What character(n) is called where n is not looked at.
    base = "character" if base == "bpchar" else base
    is_computed = field.generated is not None or (real is not None and real.is_computed)
    if field.identity is not None and field.identity.kind == "always":
        is_computed = True
    return ColumnType(shown, base, modifiers, labels, is_computed)
