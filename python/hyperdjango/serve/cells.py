"""What pages show of rows: values as text, links along keys and against them, conditions in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from hyperdjango.serve.api import key_of
from hyperdjango.serve.asking import SHOWN, lean_name
from hyperdjango.serve.values import to_text

if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.query.links import Link
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.asking import Asked
    from hyperdjango.serve.tables import ServedTable, ServedTables

_ON_PAGES = 20_000
# What is put into words, in the order of the form.
_LOOKUPS = {
    "": "is",
    "icontains": "contains",
    "startswith": "begins with",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "in": "is one of",
    "isnull": "is NULL",
    "notnull": "is not NULL",
}


class Cell:
    """A value as a page shows it.

    Attributes:
        text: str, what is shown.
        style: str, the class of its style: ``"number"``, ``"code"``, ``"null"``, ``"text"``.
        href: str | None, where it leads.
        is_cut: bool, whether there is more of it.
        is_key: bool, whether it leads to its own row.
    """

    __slots__ = ("href", "is_cut", "is_key", "style", "text")

    def __init__(self, text: str, style: str, href: str | None, is_cut: bool) -> None:
        self.text = text
        self.style = style
        self.href = href
        self.is_cut = is_cut
        self.is_key = False


class Reference:
    """A relation of one row, along its key or against it.

    Attributes:
        name: str, the relation.
        table: ServedTable, where it leads.
        by: str, the fields that hold the key.
        href: str, the page of the row or rows.
        rows: QuerySet, the rows.
    """

    __slots__ = ("by", "href", "name", "rows", "table")

    def __init__(
        self,
        link: Link,
        table: ServedTable,
        href: str,
        rows: QuerySet[Any],
    ) -> None:
        fields = link.pairs
        self.name = link.name
        self.table = table
        self.by = ", ".join(
            (here if link.forward else there).name for here, there in fields
        )
        self.href = href
        self.rows = rows


def page_of(table: ServedTable, row: Any = None) -> str:
    """The page of a table, or of one of its rows."""
    path = f"/tables/{quote(table.name, safe='')}"
    return path if row is None else f"{path}/{quote(key_of(table, row), safe=',')}"


def cell(
    table: ServedTable,
    field: ModelField,
    row: Any,
    *,
    whole: bool = False,
    long: frozenset[str] = frozenset(),
) -> Cell:
    """A value of a row.

    Arguments:
        table: the table.
        field: the field.
        row: the row.
        whole: bool, whether all of the value is shown.
        long: the fields of which the row has the beginnings alone.
    """
    kind = table.types[field.name]
    is_beginning = field.name in long
    value = getattr(row, lean_name(table, field.name) if is_beginning else field.name)
    if value is None:
        return Cell("NULL", "null", None, False)
    style = "text"
    if kind.family == "number":
        style = "number"
    elif not kind.is_text and kind.family not in ("bool", "date", "datetime", "time"):
        style = "code"
    if is_beginning and kind.base == "bytea":
        return Cell(f"{value:,} bytes", style, None, False)
    if isinstance(value, bytes):
        shown = value[: 64 if not whole else 4096]
        text = f"{len(value):,} bytes: {shown.hex(' ')}"
        is_cut = len(shown) < len(value)
        return Cell(text if whole else f"{len(value):,} bytes", "code", None, is_cut)
    text = str(value) if is_beginning else _readable(value, kind.family, whole)
    most = _ON_PAGES if whole else SHOWN
    is_cut = len(text) > most
    if is_cut:
        text = text[:most]
    return Cell(text, style, _leads_to(table, field, value), is_cut)


def _readable(value: Any, family: str, whole: bool) -> str:
    if family == "json" and isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return str(value)
    if isinstance(value, (dict, list)):
        return json.dumps(
            value,
            ensure_ascii=False,
            indent=2 if whole and family == "json" else None,
            default=to_text,
        )
    text = to_text(value)
    if family == "datetime":
        text = text.replace("T", " ", 1)
    return text


def _leads_to(table: ServedTable, field: ModelField, value: Any) -> str | None:
    """The page of the row that a key of one field refers to."""
    for link in table.links.values():
        if len(link.pairs) == 1 and link.pairs[0][0] is field:
            return _page_behind(link, table, [value])
    return None


def _page_behind(link: Link, table: ServedTable, values: list[Any]) -> str | None:
    from hyperdjango.serve.names import joined

    target = _target(link, table)
    if target is None:
        return None
    there = tuple(other for _, other in link.pairs)
    texts = dict(zip(there, map(to_text, values), strict=True))
    if set(there) == set(target.key):
        key = joined(texts[field] for field in target.key)
        return f"{page_of(target)}/{quote(key, safe=',')}"
    pairs = [(condition(field), text) for field, text in texts.items()]
    return f"{page_of(target)}?{urlencode(pairs)}"


def condition(field: ModelField) -> str:
    """The name of the condition that a field is equal to a value."""
    from hyperdjango.serve.asking import WORDS

    return f"{field.name}__exact" if field.name in WORDS else str(field.name)


def _target(link: Link, table: ServedTable) -> ServedTable | None:
    return table.targets.get(link.name)


def references(
    tables: ServedTables, table: ServedTable, row: Any
) -> list[tuple[str, ServedTable, str, str]]:
    """What a row refers to: the fields, the table, the page and the key."""
    found = []
    for link in table.links.values():
        values = [getattr(row, here.name) for here, _ in link.pairs]
        target = tables.of(link.target)
        if None in values or target is None:
            continue
        href = _page_behind(link, table, values)
        if href is not None:
            by = ", ".join(here.name for here, _ in link.pairs)
            found.append((by, target, href, ", ".join(map(to_text, values))))
    return found


def row_page(tables: ServedTables, table: ServedTable, row: Any) -> list[Reference]:
    """What refers to a row."""
    found = []
    for link in table.back.values():
        values = [getattr(row, here.name) for here, _ in link.pairs]
        target = tables.of(link.target)
        if None in values or target is None:
            continue
        wanted = {
            there.name: value
            for (_, there), value in zip(link.pairs, values, strict=True)
        }
        pairs = [
            (condition(there), to_text(value))
            for (_, there), value in zip(link.pairs, values, strict=True)
        ]
        rows: QuerySet[Any] = target.model.objects.filter(**wanted)
        href = f"{page_of(target)}?{urlencode(pairs)}"
        found.append(Reference(link, target, href, rows))
    return found


def lookups_of() -> list[tuple[str, str]]:
    """The ways to compare that the form offers, with their words."""
    return list(_LOOKUPS.items())


def conditions_shown(
    table: ServedTable, asked: Asked, kept: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The conditions in words, each with the page without it."""
    shown = []
    for pair in asked.conditions:
        rest = list(kept)
        rest.remove(pair)
        query = f"?{urlencode(rest)}" if rest else ""
        shown.append((_words(table, *pair), f"{page_of(table)}{query}"))
    return shown


def _words(table: ServedTable, name: str, value: str) -> str:
    field, _, lookup = name.rpartition("__")
    if lookup == "isnull" and field:
        return f"{field} {'is NULL' if value == 'true' else 'is not NULL'}"
    if field and lookup in _LOOKUPS:
        return f"{field} {_LOOKUPS[lookup]} {value}"
    if field and lookup == "exact":
        return f"{field} is {value}"
    return f"{name} is {value}"
