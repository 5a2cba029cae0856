"""Conditions out of a query string: ``price__gt=50`` in Django's words, with every name and value checked."""

from __future__ import annotations

import csv
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.errors import FieldError, FieldValueError, ModelError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import Q, lookups
from hyperdjango.serve.tables import shortened
from hyperdjango.serve.values import compared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.query.lookups import Lookup
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable, ServedTables

# Several values of one condition stand between commas, quoted as in CSV where a comma is in one.
_SEVERAL = frozenset({"in", "range", "has_keys", "has_any_keys"})


def filtered(
    tables: ServedTables,
    table: ServedTable,
    pairs: Iterable[tuple[str, str]],
    settings: ServeSettings,
) -> QuerySet[Any]:
    """The rows for which all conditions hold.

    Arguments:
        tables: what is served; no condition looks at anything else.
        table: whose rows.
        pairs: the names and values, as a query string has them.

    Raises:
        HttpError: 400, a name or value can't be meant; the sentence names the nearest.
    """
    own: list[Q] = []
    many: list[Q] = []
    across = 0
    for name, text in pairs:
        lookup = _lookup(tables, table, name, settings)
        across += bool(lookup.path.links)
        if across > settings.most_filters:
            raise HttpError(
                400,
                f"a request may have {settings.most_filters} conditions across relations",
            )
        try:
            value = _value(tables, lookup, text)
        except (FieldValueError, ValueError, ArithmeticError) as problem:
            words = str(problem) if isinstance(problem, FieldValueError) else ""
            raise HttpError(
                400, f"{shortened(name)}: {words or 'the value can not be read'}"
            ) from None
        (many if lookup.path.is_many else own).append(Q(**{name: value}))
    asked: QuerySet[Any] = table.model.objects.all()
    try:
        if own:
            asked = asked.filter(*own)
        if many:
            # Each row once, however many related rows fulfil the conditions: it is not without such a row.
            asked = asked.exclude(~Q(*many))
    except (FieldError, FieldValueError) as problem:
        raise HttpError(400, str(problem)) from None
    return asked


def searched(table: ServedTable, asked: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The rows with a text in one of their columns of text, or with that key.

    Raises:
        HttpError: 400, the table has no columns of text.
    """
    if "\0" in text:
        raise HttpError(400, "search must be text without the character NUL")
    wanted = [Q(**{f"{field.name}__icontains": text}) for field in table.searched]
    if len(table.key) == 1:
        field = table.key[0]
        kind = table.types[field.name]
        if kind.bounds is not None or kind.base == "uuid":
            with suppress(FieldValueError):
                wanted.append(Q(**{field.name: compared(field, kind, text)}))
    if not wanted:
        raise HttpError(400, f"{table.title} has no columns of text to search")
    condition: Any = wanted[0]
    for one in wanted[1:]:
        condition = condition | one
    return asked.filter(condition)


def _lookup(
    tables: ServedTables, table: ServedTable, name: str, settings: ServeSettings
) -> Lookup:
    """The lookup of a name, if it looks at nothing but what is served."""
    try:
        lookup = lookups.find(table.model, name)
    except FieldError as problem:
        raise HttpError(400, _words(table, name, problem)) from None
    except ModelError:
        # A relation that leads out of the models.
        raise HttpError(400, _unknown(table, name)) from None
    path = lookup.path
    hops = list(path.links)
    if path.link is not None and path.link.forward:
        # It ends the path by its key's own fields, and is no link of it.
        hops.append(path.link)
    here = table
    for hop in hops:
        target = tables.of(hop.target)
        if target is None or (hop.name not in here.links and hop.name not in here.back):
            raise HttpError(400, _unknown(here, hop.name))
        here = target
    if len(hops) > settings.most_hops:
        raise HttpError(
            400, f"a condition goes over {settings.most_hops} relations at most"
        )
    if not lookup.is_simple and not lookup.comparison.null:
        raise HttpError(
            400, f"{shortened(name)} is a key of several fields; name one of them"
        )
    return lookup


def _words(table: ServedTable, name: str, problem: FieldError) -> str:
    """What is wrong with a name; the whole of a long one is nobody's to read."""
    first = name.partition("__")[0]
    if table.field(first) is None and first not in (*table.links, *table.back):
        return _unknown(table, first)
    return str(problem) if len(name) <= 200 else _unknown(table, name)


def _unknown(table: ServedTable, name: str) -> str:
    known = [*(field.name for field in table.fields), *table.links, *table.back]
    return f"{table.title} has no field {shortened(name)}; {did_you_mean(name, known)}"


def _value(tables: ServedTables, lookup: Lookup, text: str) -> Any:
    """The value of a condition."""
    comparison = lookup.comparison
    if "\0" in text:
        raise FieldValueError("must be text without the character NUL")
    if comparison.null:
        if text not in ("true", "false"):
            raise FieldValueError("must be true or false")
        return text == "true"
    if comparison.operator.name in _SEVERAL:
        rows = list(csv.reader([text], strict=True))
        parts = rows[0] if rows else []
        return [_one(tables, lookup, part) for part in parts]
    return _one(tables, lookup, text)


def _one(tables: ServedTables, lookup: Lookup, text: str) -> Any:
    """One value, as the side that it is compared with has them."""
    side = lookup.comparison.side
    field = lookup.path.fields[0]
    name = lookup.comparison.operator.name
    if side.is_column and name in ("exact", "in", "gt", "gte", "lt", "lte", "range"):
        owner = None if field.model is None else tables.of(field.model)
        if owner is not None and side.family not in ("array", "json", "hstore"):
            return compared(field, owner.types[field.name], text)
    if side.family == "json" and name in ("exact", "contains", "contained_by", "in"):
        return _json(text)
    if side.family == "array" and text.startswith("["):
        return _json(text)
    return text


def _json(text: str) -> Any:
    """JSON, or else the text itself."""
    from json import loads

    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text
