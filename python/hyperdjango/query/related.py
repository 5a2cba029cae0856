"""Prefetching: the rows of relations, fetched for many instances at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hyperdjango import _engine
from hyperdjango._engine import FieldReader
from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import execution
from hyperdjango.query.keys import KeyIn, RelatedTo
from hyperdjango.query.links import forward_links, link, reverse_links
from hyperdjango.query.queryset import QuerySet
from hyperdjango.query.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hyperdjango.database import Database
    from hyperdjango.models.model import Model
    from hyperdjango.query.links import Link
    from hyperdjango.query.matching import Matching, Texts

Row_co = TypeVar("Row_co", covariant=True)


class Prefetch:
    """A relation whose rows are fetched with those of a queryset, and how.

    Arguments:
        lookup: str, the relation, or relations separated by two underscores.
        queryset: QuerySet | None, which of its rows, in which order, and with what of their own.
        to_attr: str | None, the attribute that gets the list, instead of the relation's name.

    Django documentation, "QuerySet API reference", ``Prefetch()``.
    """

    def __init__(
        self,
        lookup: str,
        queryset: QuerySet[Any] | None = None,
        to_attr: str | None = None,
    ) -> None:
        if queryset is not None:
            state = queryset._state
            if state.is_sliced or state.combined or state.shape != "models":
                raise FieldError(
                    "the queryset of Prefetch() gives instances, and can't be sliced or combined"
                )
        if to_attr is not None and not to_attr.isidentifier():
            raise FieldError(f"to_attr={to_attr!r} is no name of an attribute")
        self.lookup = lookup
        self.queryset = queryset
        self.to_attr = to_attr

    def __repr__(self) -> str:
        return f"Prefetch({self.lookup!r})"


def prefetches(
    model: type[Model], lookups: Sequence[str | Prefetch | None]
) -> tuple[Prefetch, ...]:
    """The relations that are named, each checked.

    Raises:
        FieldError: there is no such relation; the message names the nearest.
    """
    made = []
    for lookup in lookups:
        if not isinstance(lookup, (str, Prefetch)):
            raise FieldError(
                f"prefetch_related() takes names and Prefetch(), not a {type(lookup).__name__}"
            )
        one = Prefetch(lookup) if isinstance(lookup, str) else lookup
        here = model
        for name in one.lookup.split("__"):
            here = _hop(here, name, one.lookup).target
        if one.queryset is not None and one.queryset._state.model is not here:
            raise FieldError(
                f"Prefetch({one.lookup!r}) has a queryset of {one.queryset._state.model.__name__}; the "
                f"relation leads to {here.__name__}"
            )
        made.append(one)
    return tuple(made)


def _hop(model: type[Model], name: str, path: str) -> Link:
    hop = link(model, name)
    if hop is None:
        known = [*forward_links(model), *reverse_links(model)]
        raise FieldError(
            f"prefetch_related({path!r}): {model.__name__} has no relation {name!r}; "
            f"{did_you_mean(name, known)}"
        )
    return hop


async def prefetch(instances: list[Any], state: State) -> None:
    """Fetch the rows of relations for many instances: one statement for each relation."""
    done: dict[str, list[Any]] = {"": instances}
    for one in state.prefetch:
        path, model = "", state.model
        for name in one.lookup.split("__"):
            hop = _hop(model, name, one.lookup)
            before, path = path, f"{path}__{name}" if path else name
            is_last = path == one.lookup
            place = one.to_attr if is_last and one.to_attr else name
            key = f"{before}__{place}" if before else place
            if key not in done:
                queryset = one.queryset if is_last else None
                done[key] = await _fetch(done[before], hop, queryset, place, state)
            if is_last and one.to_attr:
                break
            model = hop.target


async def _fetch(
    parents: list[Any],
    hop: Link,
    queryset: QuerySet[Any] | None,
    place: str,
    state: State,
) -> list[Any]:
    """Fetch the rows at the end of a relation, and give them to the instances that they belong to."""
    values = list(keys_of(parents, hop))
    to_attr = place != hop.name
    if not values:
        _give(parents, [], hop, place, to_attr)
        return []
    asked = queryset
    if asked is None:
        asked = QuerySet(State(hop.target))
    asked_state = asked._state.copy()
    if asked_state.using is None:
        asked_state.using = state.using
    names = tuple(there.name for _, there in hop.pairs)
    if asked_state.only is not None:
        asked_state.only = tuple(dict.fromkeys((*asked_state.only, *names)))
    asked_state.deferred = tuple(
        name for name in asked_state.deferred if name not in names
    )
    asked = QuerySet(asked_state)
    database = await execution.database_of(asked_state)
    matching = await matching_of(database, hop)
    children: list[Any]
    if matching.is_plain_for(values):
        fields = tuple(there for _, there in hop.pairs)
        keys = list(dict.fromkeys(values))
        if len(fields) == 1:
            keys = [(key,) for key in keys]
        children = await asked.filter(KeyIn(fields, keys))
        _give(parents, children, hop, place, to_attr)
        return children
    children = await of_keys(asked, hop, values)
    of_parents, of_children = await _places(database, matching, parents, children)
    if hop.many and not to_attr and all(len(places) < 2 for places in of_children):
        _stitch(parents, of_parents, children, of_children, hop, place)
        return children
    lists: dict[int | None, list[Any]] = {}
    for child, places in zip(children, of_children, strict=True):
        for number in places:
            lists.setdefault(number, []).append(child)
    for parent, own in zip(parents, of_parents, strict=True):
        _put(parent, lists.get(own, []), hop, place, to_attr)
    return children


async def matching_of(database: Database, hop: Link) -> Matching:
    """How a relation's keys are found equal in a database."""
    return await execution.write(
        database, lambda columns: columns.matching(hop.pairs, not hop.forward)
    )


async def belong_to(instance: Any, rows: list[Any], hop: Link, state: State) -> bool:
    """Whether all of these rows belong to an instance, by what PostgreSQL finds equal."""
    database = await execution.database_of(state)
    matching = await matching_of(database, hop)
    if matching.is_plain_for(list(keys_of([instance], hop))):
        # Python finds the same, and has been asked.
        return False
    _, places = await _places(database, matching, [instance], rows)
    return all(places)


async def _places(
    database: Database, matching: Matching, parents: list[Any], children: list[Any]
) -> tuple[list[int | None], list[list[int]]]:
    """The place of each instance's key among all of them, and those of the keys that each row's is equal to.

    A row may belong to several keys, which differ in form alone; a key with a part missing has no place.
    """
    of_parents = [matching.texts_of(parent, 0) for parent in parents]
    of_children = [matching.texts_of(child, 1) for child in children]
    here = list(dict.fromkeys(key for key in of_parents if key is not None))
    there = list(dict.fromkeys(key for key in of_children if key is not None))
    equal: dict[Texts | None, list[int]] = {}
    if here and there:
        pairs = await execution.read(database, matching.pairing(here, there))
        for first, second in sorted(pairs):
            equal.setdefault(there[second - 1], []).append(first)
    places: dict[Texts | None, int] = {
        key: number + 1 for number, key in enumerate(here)
    }
    return (
        [places.get(key) for key in of_parents],
        [equal.get(key, []) for key in of_children],
    )


def keys_of(parents: list[Any], hop: Link) -> Iterator[Any]:
    """The keys that the instances are related by; those with a part missing have no rows."""
    if len(hop.pairs) == 1:
        name = hop.pairs[0][0].name
        for parent in parents:
            value = getattr(parent, name)
            if value is not None:
                yield value
        return
    names = [here.name for here, _ in hop.pairs]
    for parent in parents:
        values = tuple(getattr(parent, name) for name in names)
        if not any(value is None for value in values):
            yield values


def of_keys(asked: QuerySet[Any], hop: Link, keys: list[Any]) -> QuerySet[Any]:
    """The rows at the end of a relation that have one of these keys."""
    if len(hop.pairs) == 1:
        keys = [(key,) for key in keys]
    return asked.filter(RelatedTo(hop.pairs, keys, not hop.forward))


def _give(
    parents: list[Any], children: list[Any], hop: Link, place: str, to_attr: bool
) -> None:
    """Give rows to the instances that they belong to, where Python tells which these are."""
    here, there = hop.pairs[0]
    if hop.many and len(hop.pairs) == 1 and not to_attr:
        _engine.stitch(parents, here, children, there, place, hop.back)
        return
    names = [one.name for _, one in hop.pairs]
    groups: dict[Any, list[Any]] = {}
    for child in children:
        groups.setdefault(tuple(getattr(child, name) for name in names), []).append(
            child
        )
    sources = [one.name for one, _ in hop.pairs]
    for parent in parents:
        # Without rows the keys may be lists, which no dict takes.
        key = tuple(getattr(parent, name) for name in sources) if groups else ()
        _put(parent, groups.get(key, []), hop, place, to_attr)


def _place_reader() -> FieldReader:
    """What reads a row's place where the engine reads its key: an attribute, since no column is so far behind."""
    reader = FieldReader()
    reader.name, reader.position = "_place_of_key", 1 << 30
    return reader


_PLACE = _place_reader()


def _stitch(
    parents: list[Any],
    of_parents: list[int | None],
    children: list[Any],
    of_children: list[list[int]],
    hop: Link,
    place: str,
) -> None:
    """Have the engine give rows to instances by their places, so that they lead back and keep nobody alive."""
    name = _PLACE.name
    try:
        for parent, own in zip(parents, of_parents, strict=True):
            _engine.set_attribute(parent, name, own)
        for child, places in zip(children, of_children, strict=True):
            _engine.set_attribute(child, name, places[0] if places else None)
        _engine.stitch(parents, _PLACE, children, _PLACE, place, hop.back)
    finally:
        for row in (*parents, *children):
            row.__dict__.pop(name, None)


def _put(parent: Any, found: list[Any], hop: Link, place: str, to_attr: bool) -> None:
    """Give an instance the rows that belong to it."""
    if hop.many:
        for child in found:
            if hop.back is not None:
                _engine.set_attribute(child, hop.back, parent)
        if to_attr:
            _engine.set_attribute(parent, place, list(found))
        else:
            _engine.cache(parent)[place] = list(found)
        return
    one = found[0] if found else None
    _engine.set_attribute(parent, place, one)
    if one is not None and hop.back is not None:
        _engine.set_attribute(one, hop.back, parent)
