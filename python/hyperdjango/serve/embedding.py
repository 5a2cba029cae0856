"""Related rows within rows: ``embed=user,order_item_set__product``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import Prefetch, RowNumber, Window
from hyperdjango.serve.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.query.links import Link
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable, ServedTables

# The name that each row's place among its like has in a query; no column's, since it is looked for.
_PLACE = "embedded_place"


class Embedding:
    """A relation whose rows come within others.

    Attributes:
        link: Link.
        table: ServedTable, where it leads.
        inner: what comes within its rows, by the names of relations.
    """

    __slots__ = ("inner", "link", "table")

    def __init__(self, link: Link, table: ServedTable) -> None:
        self.link = link
        self.table = table
        self.inner: dict[str, Embedding] = {}


def embedded(
    tables: ServedTables,
    table: ServedTable,
    names: Iterable[str],
    settings: ServeSettings,
) -> dict[str, Embedding]:
    """The relations that were named.

    Raises:
        HttpError: 400, there is no such relation to what is served, or there are too many.
    """
    tree: dict[str, Embedding] = {}
    for name in names:
        here, level = table, tree
        parts = name.split("__")
        if len(parts) > settings.most_hops:
            raise HttpError(
                400, f"embed goes over {settings.most_hops} relations at most"
            )
        for part in parts:
            link = here.links.get(part) or here.back.get(part)
            target = None if link is None else tables.of(link.target)
            if link is None or target is None:
                known = [*here.links, *here.back]
                raise HttpError(
                    400,
                    f"{here.title} has no relation {shortened(part)} to embed; "
                    f"{did_you_mean(part, known)}",
                )
            here = target
            level = level.setdefault(part, Embedding(link, target)).inner
    return tree


def fetching(
    asked: QuerySet[Any], tree: dict[str, Embedding], settings: ServeSettings
) -> QuerySet[Any]:
    """A queryset that fetches the rows of relations with its own."""
    related: list[str] = []
    prefetches: list[Prefetch] = []
    _collect(tree, "", related, prefetches, settings)
    if related:
        asked = asked.select_related(*related)
    if prefetches:
        asked = asked.prefetch_related(*prefetches)
    return asked


def _collect(
    tree: dict[str, Embedding],
    before: str,
    related: list[str],
    prefetches: list[Prefetch],
    settings: ServeSettings,
) -> None:
    for name, one in tree.items():
        path = f"{before}{name}"
        if one.link.forward:
            related.append(path)
            _collect(one.inner, f"{path}__", related, prefetches, settings)
            continue
        rows: QuerySet[Any] = one.table.model.objects.all()
        if one.link.many:
            names = [there.name for _, there in one.link.pairs]
            order = [field.name for field in one.table.key] or names
            place = Window(RowNumber(), partition_by=names, order_by=order)
            rows = rows.alias(**{_PLACE: place}).filter(
                **{f"{_PLACE}__lte": settings.most_embedded}
            )
        prefetches.append(Prefetch(path, fetching(rows, one.inner, settings)))


def rendered(rows: list[Any], tree: dict[str, Embedding]) -> list[Any]:
    """Rows as what JSON is written of: themselves, or dicts with the rows of relations."""
    if not tree:
        return rows
    return [one(row, tree) for row in rows]


def one(row: Any, tree: dict[str, Embedding]) -> Any:
    """A row as what JSON is written of."""
    if not tree:
        return row
    made = row.to_dict()
    for name, embedding in tree.items():
        value = getattr(row, name)
        if embedding.link.many:
            made[name] = rendered(list(value), embedding.inner)
        else:
            made[name] = None if value is None else one(value, embedding.inner)
    return made
