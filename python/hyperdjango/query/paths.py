"""Paths: what ``user__email__icontains`` leads to, worked out once for each model and name."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.links import forward_links, link, reverse_links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.links import Link


class Path:
    """The beginning of a name that leads to fields, and what is left of the name.

    Attributes:
        model: the model that the path begins at.
        links: tuple of Link, the relations to follow.
        fields: tuple of ModelField, what is meant there: one field, or the fields of a key.
        link: Link | None, the relation where the name ends with one; the fields hold its key then.
        rest: tuple of str, the parts of the name that are transforms and a lookup.
    """

    __slots__ = ("fields", "link", "links", "model", "rest")

    def __init__(
        self,
        model: type[Model],
        links: tuple[Link, ...],
        fields: tuple[ModelField, ...],
        last: Link | None,
        rest: tuple[str, ...],
    ) -> None:
        self.model = model
        self.links = links
        self.fields = fields
        self.link = last
        self.rest = rest

    @property
    def is_many(self) -> bool:
        """Whether several rows may be at its end for one at its beginning."""
        return any(hop.many for hop in self.links)


def follow(model: type[Model], name: str) -> Path:
    """Follow a name from a model, as far as it names relations and fields.

    Arguments:
        model: the class to begin at.
        name: str, names separated by two underscores, ``"user__email"``; ``"pk"`` is the key.

    Raises:
        FieldError: nothing has the first of the names, or a relation is followed by a name that its
            target does not have; the message names the nearest.
    """
    parts = name.split("__")
    links: list[Link] = []
    here = model
    while True:
        if not parts:
            return _end_with_link(model, links, ())
        used, field, hop = _step(here, parts)
        if field is not None:
            parts = parts[used:]
            if len(field) == 1:
                field = _shorten(links, field[0])
            return Path(model, tuple(links), field, None, tuple(parts))
        if hop is not None:
            links.append(hop)
            here = hop.target
            parts = parts[used:]
            continue
        if links:
            from hyperdjango.query.lookups import is_known

            if is_known(parts[0]):
                return _end_with_link(model, links, tuple(parts))
        raise unknown(here, parts[0], name)


def _step(
    model: type[Model], parts: list[str]
) -> tuple[int, tuple[ModelField, ...] | None, Link | None]:
    """The longest beginning of the parts that is a field or a relation of a model."""
    options = model._meta
    for used in range(len(parts), 0, -1):
        candidate = "__".join(parts[:used])
        field = options.by_name.get(candidate)
        if field is not None:
            return used, (field,), None
        hop = link(model, candidate)
        if hop is not None:
            return used, None, hop
    if parts[0] == "pk" and options.primary_key:
        return 1, options.primary_key, None
    return 0, None, None


def _shorten(links: list[Link], field: ModelField) -> tuple[ModelField]:
    """``user__id`` is ``user_id``: no join is needed for a key that the row itself has."""
    while links and links[-1].forward and links[-1].pairs[0][0].db_constraint:
        same = [here for here, there in links[-1].pairs if there is field]
        if not same:
            break
        field = same[0]
        links.pop()
    return (field,)


def _end_with_link(
    model: type[Model], links: list[Link], rest: tuple[str, ...]
) -> Path:
    last = links[-1]
    if last.forward:
        fields = tuple(here for here, _ in last.pairs)
        return Path(model, tuple(links[:-1]), fields, last, rest)
    fields = last.target._meta.primary_key or tuple(there for _, there in last.pairs)
    return Path(model, tuple(links), fields, last, rest)


def unknown(model: type[Model], part: str, name: str) -> FieldError:
    """The error for a name that a model has no field or relation of."""
    options = model._meta
    field = options.by_column.get(part)
    if field is not None:
        hint = f"the column {part!r} is the field {field.name!r}"
    else:
        known = [*options.by_name, *forward_links(model), *reverse_links(model)]
        hint = did_you_mean(part, known)
    where = "" if part == name else f" (in {name!r})"
    return FieldError(f"{options.name} has no field {part!r}{where}; {hint}")
