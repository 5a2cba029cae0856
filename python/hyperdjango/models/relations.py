"""Relations: the attribute ``user`` that a field ``user_id`` with a foreign key gives."""

from __future__ import annotations

from hyperdjango._engine import related, set_attribute
from hyperdjango.errors import FieldNotLoaded, ModelError, RelationNotLoaded
from hyperdjango.models.columns import Table
from hyperdjango.models.registry import registry
from hyperdjango.models.reserved import is_reserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

    from hyperdjango.models.constraints import ForeignKey
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model


class Relation:
    """What makes the target of a single-field foreign key readable.

    The target is found by its class name when it is first needed, so that classes may refer to
    each other in any order.

    Arguments:
        name: str, the attribute's name.
        field: ModelField, the field with the key.
        model: the class that has both.
        reference: str | Table, the field's ``foreign_key``.

    Django documentation, "Model field reference", ``ForeignKey``.
    """

    __slots__ = ("field", "model", "name", "reference")
    name: str
    field: ModelField
    model: type[Model]
    reference: str | Table

    def __init__(
        self, name: str, field: ModelField, model: type[Model], reference: str | Table
    ) -> None:
        self.name = name
        self.field = field
        self.model = model
        self.reference = reference

    def target(self) -> type[Model]:
        """The model that the relation leads to.

        Raises:
            ModelError: no model has that name or table, or more than one has.
        """
        reference, module = self.reference, self.model.__module__
        if isinstance(reference, Table):
            return registry.by_table(
                reference.schema, reference.name, module, str(self.field)
            )
        name = reference.partition(".")[0]
        return registry.by_name(name, module, str(self.field))

    def target_field(self) -> ModelField:
        """The field of the target that the key holds: its primary key, or the one named.

        Raises:
            ModelError: the target is not found, has no such field, or no key of one field.
        """
        reference = self.reference
        options = self.target()._meta
        if isinstance(reference, Table):
            if reference.columns:
                return options.field_of_column(reference.columns[0])
        elif "." in reference:
            return options.get_field(reference.partition(".")[2])
        if len(options.primary_key) != 1:
            count = len(options.primary_key) or "no"
            raise ModelError(
                f"{self.field} refers to {options.name}, whose primary key has {count} "
                f"fields; name the one that it holds, as in foreign_key='{options.name}.id'"
            )
        return options.primary_key[0]

    @property
    def related_name(self) -> str | None:
        """What the opposite direction is called, where the key says so."""
        name: str | None = self.field.related_name
        return name

    def pairs(self) -> tuple[tuple[ModelField, ModelField], ...]:
        """The fields that hold the key, each with the field of the target that it is equal to.

        Raises:
            ModelError: as ``target`` and ``target_field``.
        """
        return ((self.field, self.target_field()),)

    def names(self) -> tuple[str, ...]:
        """The names of the fields that hold the key."""
        return (self.field.name,)

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        # What was read or set is found first, in the instance.
        if instance is None:
            return self
        target = related(instance, self.name)
        if target is not NotImplemented:
            return target
        try:
            if any(getattr(instance, name) is None for name in self.names()):
                return None
        except FieldNotLoaded:
            pass
        model = owner.__name__
        raise RelationNotLoaded(
            f"{model}.{self.name} is not loaded; fetch it with its row, "
            f'{model}.objects.select_related("{self.name}"), or read {self.field.name}'
        )

    def assign(self, instance: Model, value: object) -> None:
        """Set the relation, and the field that holds its key.

        Arguments:
            instance: the model's instance.
            value: an instance of the target, or None.

        Raises:
            FieldError: it is neither.
        """
        from hyperdjango.errors import FieldError

        key = None
        if value is not None:
            target = self.target()
            if not isinstance(value, target):
                raise FieldError(
                    f"{self} takes a {target.__name__} or None, not a "
                    f"{type(value).__name__}; a key goes to {self.field.name}"
                )
            key = referring_value(value, self.target_field(), self.field)
        self.field.assign(instance, key)
        set_attribute(instance, self.name, value)

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.name}"

    def __repr__(self) -> str:
        return f"<Relation {self} by {self.field.name}>"


class CompositeRelation(Relation):
    """What makes the target of a foreign key over several fields readable.

    Arguments:
        name: str, the attribute's name.
        constraint: ForeignKey, the entry of ``Meta.constraints``.
        model: the class that has both.
        fields: the fields of the key, in its order.

    PostgreSQL documentation, "Constraints", "Foreign Keys".
    """

    __slots__ = ("constraint",)
    constraint: ForeignKey

    def __init__(
        self,
        name: str,
        constraint: ForeignKey,
        model: type[Model],
        fields: list[ModelField],
    ) -> None:
        assert constraint.to is not None
        super().__init__(name, fields[0], model, constraint.to)
        self.constraint = constraint
        for field in fields:
            field.composites = (*field.composites, name)

    def names(self) -> tuple[str, ...]:
        """The names of the fields that hold the key."""
        return self.constraint.fields

    @property
    def related_name(self) -> str | None:
        """A key over several fields has no name for the opposite direction."""
        return None

    def pairs(self) -> tuple[tuple[ModelField, ModelField], ...]:
        """The fields that hold the key, each with the field of the target that it is equal to."""
        here = self.model._meta
        there = self.target()._meta
        if isinstance(self.reference, Table) and self.reference.columns:
            targets = tuple(map(there.field_of_column, self.reference.columns))
        elif self.constraint.to_fields is not None:
            targets = tuple(map(there.get_field, self.constraint.to_fields))
        else:
            targets = there.primary_key
        if len(targets) != len(self.constraint.fields):
            raise ModelError(
                f"{self} refers to {there.name} by {len(self.constraint.fields)} fields, and its "
                f"key has {len(targets)}; name the fields that it holds, to_fields=[…]"
            )
        names = zip(self.constraint.fields, targets, strict=True)
        return tuple((here.by_name[name], target) for name, target in names)

    def assign(self, instance: Model, value: object) -> None:
        """Set the relation, and the fields that hold its key."""
        from hyperdjango.errors import FieldError

        if value is not None and not isinstance(value, self.target()):
            raise FieldError(
                f"{self} takes a {self.target().__name__} or None, not a {type(value).__name__}"
            )
        for field, target in self.pairs():
            field.assign(
                instance,
                None if value is None else referring_value(value, target, field),
            )
        set_attribute(instance, self.name, value)


def referring_value(target: Model, there: ModelField, here: ModelField) -> Any:
    """What a field that refers to an instance holds of its key.

    Arguments:
        target: the instance.
        there: ModelField, the field of the instance.
        here: ModelField, the field that refers to it; its type may be another one: a midnight is a date there.
    """
    value = getattr(target, there.name)
    if (
        here.python_type.__name__ == "date"
        and type(value).__name__ == "datetime"
        and value.tzinfo is None
        and value == value.min.combine(value, value.min.time())
    ):
        return value.date()
    return value


def target_name(reference: str | Table) -> str:
    """The name of the relation that a key over several fields gives: after its target.

    >>> target_name("OrderItem"), target_name(Table("ref", "countries", "code"))
    ('order_item', 'countries')
    """
    from re import sub

    if isinstance(reference, Table):
        name = sub(r"\W", "_", reference.name)
        return name if name.isidentifier() else f"_{name}"
    return snake_case(reference)


def snake_case(name: str) -> str:
    """A class name as the name of an attribute.

    >>> snake_case("OrderItem"), snake_case("HTTPLog2")
    ('order_item', 'http_log2')
    """
    from re import sub

    parts = sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return sub(r"([a-z0-9])([A-Z])", r"\1_\2", parts).lower()


def composite_name(reference: str | Table, taken: Container[str]) -> str:
    """As ``target_name``, with ``_ref`` where that is taken, reserved, or a word of Python's."""
    from keyword import iskeyword

    name = target_name(reference)
    if name in taken or is_reserved(name) or iskeyword(name):
        return _free(f"{name}_ref", taken)
    return name


def relation_name(field: str, taken: Container[str]) -> str:
    """The name of the relation that a field gives.

    Arguments:
        field: str, the field's name.
        taken: the names of the other attributes.

    Returns:
        The name without ``_id``; ``_ref`` is added where there is no such ending, or where the
        rest is taken, reserved, or no name.

    >>> relation_name("user_id", ["id"]), relation_name("owner", [])
    ('user', 'owner_ref')
    >>> relation_name("user_id", ["user"]), relation_name("class_id", [])
    ('user_ref', 'class_ref')
    """
    from keyword import iskeyword

    base = field.removesuffix("_id")
    if base == field or not base.isidentifier():
        return _free(f"{field}_ref", taken)
    if base in taken or is_reserved(base) or iskeyword(base):
        return _free(f"{base}_ref", taken)
    return base


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "_ref"
    return name
