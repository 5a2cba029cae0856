"""What a request for rows asks for, read out of its query string; the API and the pages read it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.errors import FieldValueError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import Func, Left
from hyperdjango.serve import embedding
from hyperdjango.serve.filters import filtered, searched
from hyperdjango.serve.names import split
from hyperdjango.serve.paging import Ordering
from hyperdjango.serve.tables import shortened
from hyperdjango.serve.values import compared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.embedding import Embedding
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable, ServedTables

# Names of the query string that are no conditions; a column that is called so is compared by ``limit__exact``.
WORDS = ("limit", "after", "order_by", "fields", "embed", "count", "search")

# How many names a list of them may have.
MOST_NAMES = 100
MOST_EMBEDDED = 10


class Asked:
    """What a request asks for.

    Attributes:
        table: ServedTable.
        limit: int, how many rows at most.
        rows: the queryset of all rows that the conditions leave, in no order.
        ordering: Ordering.
        after: str | None, the cursor.
        fields: the names of the fields that were asked for; None for all.
        tree: what comes within each row.
        count: str | None, ``"estimate"`` or ``"exact"``.
        is_narrowed: bool, whether there are conditions.
        conditions: the conditions as they were written.
        search: str, what is searched for.
        long: the names of the fields of which the rows have the beginnings alone.
    """

    def __init__(
        self,
        tables: ServedTables,
        table: ServedTable,
        pairs: Iterable[tuple[str, str]],
        settings: ServeSettings,
    ) -> None:
        words: dict[str, str] = {}
        self.conditions: list[tuple[str, str]] = []
        for name, value in pairs:
            if name not in WORDS:
                self.conditions.append((name, value))
            elif name in words:
                raise HttpError(400, f"{name} may be given once")
            else:
                words[name] = value
        self._settings = settings
        self.table = table
        self.limit = _limit(words.get("limit"), settings)
        self.after = words.get("after") or None
        self.count = words.get("count")
        if self.count not in (None, "estimate", "exact"):
            raise HttpError(400, "count is estimate or exact")
        self.ordering = Ordering(table, _names(words, "order_by"))
        self.fields = _fields(table, words)
        self.tree: dict[str, Embedding] = embedding.embedded(
            tables, table, _names(words, "embed", MOST_EMBEDDED), settings
        )
        self.rows = filtered(tables, table, self.conditions, settings)
        self.search = words.get("search", "")
        if self.search:
            self.rows = searched(table, self.rows, self.search)
        self.is_narrowed = bool(self.search or self.conditions)
        self.long: frozenset[str] = frozenset()

    async def page(self, *, lean: bool = False) -> tuple[list[Any], str | None]:
        """The rows of a page, and the cursor of the next; None where this is the last.

        Arguments:
            lean: bool, whether of long values only their beginnings come, under ``lean_name``; ``long`` says of which.
        """
        settings = self._settings
        asked, passed_over = self.ordering.after(self.rows, self.after, settings)
        asked = self.ordering.of(asked)
        if self.fields is not None:
            needed = [field.name for field, _ in self.ordering.parts]
            for name in self.tree:
                link = self.table.links.get(name) or self.table.back[name]
                needed.extend(here.name for here, _ in link.pairs)
            asked = asked.only(*dict.fromkeys((*self.fields, *needed)))
        if lean:
            self.long = _long_fields(
                self.table, (field.name for field, _ in self.ordering.parts)
            )
            asked = _lean(self.table, asked, sorted(self.long))
        asked = embedding.fetching(asked, self.tree, settings)
        rows: list[Any] = await asked[passed_over : passed_over + self.limit + 1]
        if len(rows) <= self.limit:
            return rows, None
        rows.pop()
        further = passed_over + self.limit
        if not self.ordering.is_whole and further > settings.most_passed_over:
            return rows, None
        return rows, self.ordering.cursor(rows[-1], further)

    def rendered(self, rows: list[Any]) -> list[Any]:
        """Rows as what JSON is written of: the engine writes a row from its bytes."""
        made = embedding.rendered(rows, self.tree)
        if self.fields is None:
            return made
        names = [*self.fields, *self.tree]
        dicts = [row if isinstance(row, dict) else row.to_dict() for row in made]
        return [{name: row[name] for name in names} for row in dicts]


# Characters of a value that a list of rows shows; the row's own page shows more.
SHOWN = 80
_LONG = frozenset(
    {"text", "json", "jsonb", "xml", "tsvector", "bytea", "character varying"}
)


def _long_fields(table: ServedTable, needed: Iterable[str]) -> frozenset[str]:
    """The fields whose values may be long, but for those that are needed as they are."""
    kept = set(needed)
    for link in table.links.values():
        kept.update(here.name for here, _ in link.pairs)
    return frozenset(
        field.name
        for field in table.fields
        if field.name not in kept
        and table.types[field.name].base in _LONG
        and not table.types[field.name].modifiers
    )


def _lean(
    table: ServedTable, asked: QuerySet[Any], long: Iterable[str]
) -> QuerySet[Any]:
    """Rows with the beginnings of long values, and how many bytes ``bytea`` has."""
    parts: dict[str, Any] = {}
    for name in long:
        is_bytes = table.types[name].base == "bytea"
        parts[lean_name(table, name)] = (
            Func(name, function="octet_length") if is_bytes else Left(name, SHOWN + 1)
        )
    return asked.defer(*long).annotate(**parts) if parts else asked


def lean_name(table: ServedTable, name: str) -> str:
    """What a row that was fetched lean calls the beginning of a long value."""
    return f"shown_in_lists_{table.model._meta.by_name[name].position}"


def row_of(
    table: ServedTable, key: str, pairs: Iterable[tuple[str, str]] = ()
) -> QuerySet[Any]:
    """The row with a key.

    Raises:
        HttpError: 404, there can be none.
    """
    parts = split(key)
    if not table.key:
        raise HttpError(
            404, f"{table.title} has no key, so that its rows have no address"
        )
    if len(parts) != len(table.key):
        names = ",".join(field.name for field in table.key)
        raise HttpError(404, f"the key of {table.title} is {names}")
    values = {}
    for field, text in zip(table.key, parts, strict=True):
        try:
            values[field.name] = compared(field, table.types[field.name], text)
        except FieldValueError:
            raise HttpError(404, "there is no row with this key") from None
    asked: QuerySet[Any] = table.model.objects.filter(**values)
    return asked


def _limit(text: str | None, settings: ServeSettings) -> int:
    if text is None:
        return settings.default_limit
    if text.isascii() and text.isdigit() and len(text) < 9:
        number = int(text)
        if 1 <= number <= settings.most_rows:
            return number
    raise HttpError(400, f"limit is a number from 1 to {settings.most_rows}")


def _names(words: dict[str, str], word: str, most: int = MOST_NAMES) -> list[str]:
    text = words.get(word)
    if text is None:
        return []
    names = text.split(",")
    if not all(names):
        raise HttpError(400, f"{word} is names between commas")
    if len(names) > most:
        raise HttpError(400, f"{word} names {most} at most")
    if len(set(names)) < len(names):
        raise HttpError(400, f"{word} has a name twice")
    return names


def _fields(table: ServedTable, words: dict[str, str]) -> list[str] | None:
    if "fields" not in words:
        return None
    names = _names(words, "fields")
    for name in names:
        if table.field(name) is None:
            known = [field.name for field in table.fields]
            raise HttpError(
                400,
                f"fields: {table.title} has no field {shortened(name)}; {did_you_mean(name, known)}",
            )
    return names
