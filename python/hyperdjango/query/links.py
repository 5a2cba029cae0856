"""Links: how one model leads to another, along a foreign key or against it."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from hyperdjango.errors import ModelError
from hyperdjango.models.columns import Table
from hyperdjango.models.constraints import ForeignKey, Unique
from hyperdjango.models.registry import registry
from hyperdjango.models.relations import Relation, snake_case

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model


class Link:
    """A way from a model to another one.

    Attributes:
        name: str, what it is called on the source.
        source, target: the models.
        pairs: the fields of both that are equal, in the order of the key.
        many: bool, whether several rows of the target may belong to one of the source.
        forward: bool, whether the source holds the key.
        nullable: bool, whether there may be no row of the target.
        back: str | None, the name of the opposite direction, where it is a relation attribute.
    """

    __slots__ = (
        "back",
        "forward",
        "many",
        "name",
        "nullable",
        "pairs",
        "source",
        "target",
    )

    def __init__(
        self,
        name: str,
        source: type[Model],
        target: type[Model],
        pairs: tuple[tuple[ModelField, ModelField], ...],
        *,
        many: bool,
        forward: bool,
        nullable: bool,
        back: str | None,
    ) -> None:
        self.name = name
        self.source = source
        self.target = target
        self.pairs = pairs
        self.many = many
        self.forward = forward
        self.nullable = nullable
        self.back = back

    def __repr__(self) -> str:
        return f"<Link {self.source.__name__}.{self.name} to {self.target.__name__}>"


class ForwardLinks(Mapping[str, Link]):
    """The links along the foreign keys of a model, by their names.

    Each is made when it is asked for: the target of another key may be a table that no model describes.
    """

    def __init__(self, model: type[Model]) -> None:
        self._relations = model._meta.relations
        self._made: dict[str, Link] = {}

    def __getitem__(self, name: str) -> Link:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _along(self._relations[name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._relations)

    def __len__(self) -> int:
        return len(self._relations)

    def __contains__(self, name: object) -> bool:
        return name in self._relations

    def described(self) -> Iterator[Link]:
        """The links whose targets have models."""
        for name in self:
            try:
                yield self[name]
            except ModelError:
                continue


_forward: WeakKeyDictionary[type[Model], ForwardLinks] = WeakKeyDictionary()
_reverse: WeakKeyDictionary[type[Model], tuple[int, dict[str, Link]]] = (
    WeakKeyDictionary()
)


class ReverseAttribute:
    """The base of what stands in a class for a relation against its key, once it was used."""

    __slots__ = ()


def _is_reverse(model: type[Model], name: str) -> bool:
    return isinstance(model.__dict__.get(name), ReverseAttribute)


def forward_links(model: type[Model]) -> ForwardLinks:
    """The links along the foreign keys of a model, by their names; each is made when it is asked for."""
    links = _forward.get(model)
    if links is None:
        links = _forward[model] = ForwardLinks(model)
    return links


def forward_link(model: type[Model], name: str) -> Link | None:
    """The link of a relation of that name, if there is one; other relations are not looked at.

    Raises:
        ModelError: its target is not found.
    """
    return forward_links(model).get(name)


def _along(relation: Relation) -> Link:
    pairs = relation.pairs()
    enforced = _is_enforced(relation, tuple(field.name for field, _ in pairs))
    return Link(
        relation.name,
        relation.model,
        relation.target(),
        pairs,
        many=False,
        forward=True,
        nullable=not enforced or any(field.accepts_null for field, _ in pairs),
        back=None,
    )


def _is_enforced(relation: Relation, names: tuple[str, ...]) -> bool:
    """Whether there is a row of the target for every key that is not null."""
    if not all(field.db_constraint for field, _ in relation.pairs()):
        return False
    return not any(
        isinstance(constraint, ForeignKey)
        and constraint.fields == names
        and not constraint.validated
        for constraint in relation.model._meta.constraints
    )


def reverse_links(model: type[Model]) -> dict[str, Link]:
    """The links against the foreign keys that lead to a model, by their names.

    A link is called by the key's ``related_name``, or else after the model that has the key:
    ``order_item_set`` for the rows of ``OrderItem``, ``order_item`` where the key is unique, so that
    there is one row at most. Where a model has several keys to the same target, the relation comes
    in between: ``order_billing_address_set``. A name that is taken gets ``_ref``.

    Django documentation, "Related objects reference".
    """
    known = _reverse.get(model)
    if known is not None and known[0] == registry.version:
        return known[1]
    links: dict[str, Link] = {}
    taken = {
        *model._meta.attributes,
        *(name for name in dir(model) if not _is_reverse(model, name)),
    }
    for relation, alone in _leading_to(model):
        unique = _is_unique(relation)
        name = relation.related_name
        if name is None:
            name = snake_case(relation.model.__name__)
            if not alone:
                name = f"{name}_{relation.name}"
            if not unique:
                name = f"{name}_set"
        while name in taken or name in links:
            name += "_ref"
        links[name] = Link(
            name,
            model,
            relation.model,
            tuple((there, here) for here, there in relation.pairs()),
            many=not unique,
            forward=False,
            nullable=True,
            back=relation.name,
        )
    _reverse[model] = registry.version, links
    return links


# The relations of all models by what they refer to, a class name or a table, as long as the registry is what it was.
_referring: tuple[int, dict[object, list[Relation]]] = -1, {}


def _relations_to(model: type[Model]) -> list[Relation]:
    """The relations that may lead to a model, in the order of declaration."""
    global _referring
    if _referring[0] != registry.version:
        found: dict[object, list[Relation]] = {}
        for other in registry:
            if other._meta.abstract:
                continue
            for relation in other._meta.relations.values():
                found.setdefault(_referred(relation), []).append(relation)
        _referring = registry.version, found
    known = _referring[1]
    options = model._meta
    relations = [*known.get(model.__name__, ()), *known.get(options.table, ())]
    relations.sort(key=lambda relation: relation.model._meta.number)
    return relations


def _referred(relation: Relation) -> object:
    reference = relation.reference
    if isinstance(reference, Table):
        return reference.schema, reference.name
    return reference.partition(".")[0]


def _leading_to(model: type[Model]) -> Iterator[tuple[Relation, bool]]:
    """The relations of all models that lead to this one, and whether each is its model's only one."""
    found: dict[type[Model], list[Relation]] = {}
    for relation in _relations_to(model):
        if _leads_to(relation, model):
            found.setdefault(relation.model, []).append(relation)
    for relations in found.values():
        if len(relations) > 1:
            # A class may be named here and its table there: they come as the model has them.
            places = list(relations[0].model._meta.relations.values())
            relations.sort(key=places.index)
        for relation in relations:
            yield relation, len(relations) == 1


def _leads_to(relation: Relation, model: type[Model]) -> bool:
    try:
        return relation.target() is model
    except ModelError:
        return False


def _is_unique(relation: Relation) -> bool:
    """Whether the fields of a key determine their row."""
    fields = {field.name for field, _ in relation.pairs()}
    options = relation.model._meta
    if fields == {field.name for field in options.primary_key}:
        return True
    if len(fields) == 1 and next(iter(relation.pairs()))[0].unique:
        return True
    return any(
        isinstance(constraint, Unique) and set(constraint.fields) == fields
        for constraint in options.constraints
    )


def link(model: type[Model], name: str) -> Link | None:
    """The link of a name, in either direction, or None."""
    return forward_link(model, name) or reverse_links(model).get(name)
