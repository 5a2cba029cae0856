"""``Field``, which declares a column, and ``ModelField``, which describes it afterwards."""

from __future__ import annotations

import sys
from types import MappingProxyType

from hyperdjango._engine import (
    FieldReader,
    forget_related,
    is_loaded,
    mark_changed,
    set_attribute,
)
from hyperdjango.errors import FieldNotLoaded, ModelError
from hyperdjango.models.annotations import UNION, describe, is_rich, resolve
from hyperdjango.models.columns import Generated, Identity, Serial, Table
from hyperdjango.models.fieldchecks import CHECKS, check_together, refuse_keyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Literal, Never

    from hyperdjango.models.model import Model
    from hyperdjango.models.relations import Relation

    Action = (
        Literal["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"] | str
    )


class Unset:
    """The class of the one object that stands for "nothing was given", where None is a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()


NOTHING: Mapping[str, Any] = MappingProxyType({})


def Field(
    *,
    primary_key: bool = False,
    unique: bool = False,
    nullable: bool = False,
    default: Any = UNSET,
    db_default: str | None = None,
    foreign_key: str | Table | tuple[str, ...] | None = None,
    on_delete: Action = "NO ACTION",
    on_update: Action = "NO ACTION",
    related_name: str | None = None,
    column_name: str | None = None,
    db_type: str | None = None,
    auto: bool | Serial | None = None,
    identity: str | Identity | None = None,
    generated: str | Generated | None = None,
    index: bool = False,
    collation: str | tuple[str, str] | None = None,
    comment: str | None = None,
    db_constraint: bool = True,
    **unknown: Never,
) -> Any:
    """Declare a column of a model, as in ``total: Decimal = Field()``.

    The annotation says which Python type the values have. A type checker takes the result for
    any type, so that the annotation holds for instances.

    Arguments:
        primary_key: bool, the primary key, or a part of it.
        unique: bool, a unique constraint over this column alone.
        nullable: bool, whether the column takes NULL; ``X | None`` as the annotation says the
            same, except on a primary key.
        default: a plain value, or a callable without arguments, called for each instance; what
            a constructed instance has where no value is given. A plain value is the column's
            DEFAULT as well.
        db_default: str, the SQL of the column's DEFAULT, exactly as ``pg_get_expr`` prints it.
        foreign_key: str, the class name of the target, ``"User"``, or one of its fields,
            ``"Country.code"``; or ``Table("schema", "table", "column")`` for a table that no
            model describes; a tuple of the same three is that table as well.
        on_delete, on_update: str, ``"NO ACTION"``, ``"RESTRICT"``, ``"CASCADE"``,
            ``"SET NULL"`` or ``"SET DEFAULT"``: what PostgreSQL does to this row when its
            target is deleted or changes its key.
        related_name: str, the name of the opposite direction on the target.
        column_name: str, the column, where it is not called like the field.
        db_type: str, the column's type as ``format_type`` prints it, ``"character
            varying(80)"``; without it, the type that belongs to the annotation.
        auto: bool, True for a serial that is no primary key, False for an integer primary key
            without one; or a ``Serial`` with what its sequence has of its own.
        identity: ``"always"``, ``"by default"``, or an ``Identity`` with its sequence.
        generated: str, the SQL of a stored generated column, or a ``Generated``.
        index: bool, a plain index over this column alone.
        collation: str, a collation of ``pg_catalog``, or (schema, name) for any other.
        comment: str, the column's comment.
        db_constraint: bool, False for a relation that the database does not enforce.

    Returns:
        A ``ModelField``, which is a class attribute of the model afterwards.

    Raises:
        ModelError: an unknown keyword, a value of the wrong type, or keywords that contradict
            each other. It is a ``TypeError``.

    The vocabulary is Django's where Django has the notion (Django documentation, "Model field
    reference"), and PostgreSQL's elsewhere (PostgreSQL documentation, "CREATE TABLE").

    >>> Field(foreign_key="User", on_delete="cascade")
    Field(foreign_key='User', on_delete='CASCADE')
    """
    # Nothing may come before this line: it takes the parameters as they are.
    given = locals()
    if unknown:
        refuse_keyword(next(iter(unknown)), DEFAULTS)
    del given["unknown"]
    return ModelField(given)


# A model has thousands of fields and imports at once: only what differs is checked and kept.
DEFAULTS: dict[str, Any] = Field.__kwdefaults__ or {}


def set_stored(instance: Model, field: ModelField, value: object) -> None:
    """Put a value into an instance that the database has given.

    Arguments:
        instance: the model's instance.
        field: ModelField, the field.
        value: what was read; it becomes the field's type where it is of another one.
    """
    if value is not None and (
        type(value) is not field.python_type or field.kind == "made"
    ):
        value = _read(field, value)
    set_attribute(instance, field.name, value)
    mark_changed(instance, field.position)


def is_expression(value: object) -> bool:
    """Whether a value is an expression of a query; the query language is not imported to tell."""
    module = sys.modules.get("hyperdjango.query.expressions")
    return module is not None and isinstance(value, module.Expression)


def _read(field: ModelField, value: Any) -> Any:
    """A value of a type that the field does not have: converted, unless it is what Python can't hold."""
    if field.kind == "made":
        return field.convert(value)
    if isinstance(value, str):
        return value
    if isinstance(value, field.python_type):
        return value
    return field.convert(value)


class ModelField(FieldReader):
    """A column of a model, as ``Order._meta.fields`` lists it.

    It has every keyword of ``Field`` as an attribute, and is the class attribute behind the
    instance's: a value once set or read is among the instance's own attributes, and found
    without a call; else it is read out of the row that the instance was made of.

    Attributes:
        name: str, the field's name in the class.
        column: str, the column's name.
        model: the class, None until the field is in one.
        position: int, the place among the model's fields, from 0.
        kind: str | None, the name of ``python_type``, once it was asked for.
        relation: Relation | None, what ``foreign_key`` makes readable.
        composites: tuple of str, the relations by keys of several fields that it belongs to.

    PostgreSQL documentation, "CREATE TABLE"; Django documentation, "Model field reference".
    """

    column: str = ""
    model: type[Model] | None = None
    relation: Relation | None = None
    composites: tuple[str, ...] = ()
    annotation: Any = None
    namespace: Mapping[str, Any] = NOTHING

    primary_key: bool = False
    unique: bool = False
    nullable: bool = False
    default: Any = UNSET
    db_default: str | None = None
    foreign_key: str | Table | None = None
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    related_name: str | None = None
    column_name: str | None = None
    db_type: str | None = None
    auto: bool | Serial | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    index: bool = False
    collation: str | tuple[str, str] | None = None
    comment: str | None = None
    db_constraint: bool = True

    _kind: tuple[type[Any], bool] | None = None
    _converter: Callable[[Any], Any] | None = None
    # The type whose values need no look at all; Unset's own has none.
    _exact: type[Any] = Unset

    def __init__(self, given: dict[str, Any]) -> None:
        values = self.__dict__
        for keyword, value in given.items():
            if value is not DEFAULTS[keyword]:
                values[keyword] = CHECKS[keyword](value)
        if values:
            check_together(self)

    def bound(
        self,
        model: type[Model] | None,
        name: str,
        annotation: Any,
        namespace: Mapping[str, Any] = NOTHING,
    ) -> ModelField:
        """This field as that model's: itself, or a copy where it was inherited.

        Arguments:
            model: the class that has the field.
            name: str, its name there.
            annotation: its annotation, or the text of it.
            namespace: the names that such text may refer to.

        Raises:
            ModelError: the annotation is no type of a column.
        """
        field = self
        if self.model is not None:
            field = ModelField({})
            field.__dict__.update(
                {key: self.__dict__[key] for key in DEFAULTS if key in self.__dict__}
            )
        field.model = model
        field.name = name
        field.annotation = annotation
        field.namespace = namespace
        field.column = field.column_name or name
        if isinstance(annotation, (type, UNION)):
            field._resolved()
        return field

    def assign(self, instance: Model, value: object) -> None:
        """Set the field of an instance to the value, converted to the field's type.

        A relation that was loaded for another key is forgotten.

        Arguments:
            instance: the model's instance.
            value: the new value; None stays None, and so does an expression, which ``save()`` has the
                database compute.

        Raises:
            FieldValueError: the value can't become the field's type.
        """
        if value is not None and type(value) is not self._exact:
            if is_expression(value):
                # ``F("n") + 1`` is computed by the database when the instance is saved.
                from hyperdjango.query.writing import check_expression

                check_expression(self, value)
            else:
                value = self.convert(value)
        if self.primary_key and is_loaded(instance) and self._holds(instance, value):
            # The key of a loaded row can't change, and does not.
            return
        relation = self.relation
        if relation is not None and not self._holds(instance, value):
            instance.__dict__.pop(relation.name, None)
            forget_related(instance, relation.name)
        for name in self.composites:
            instance.__dict__.pop(name, None)
            forget_related(instance, name)
        set_attribute(instance, self.name, value)
        mark_changed(instance, self.position)

    def _holds(self, instance: Model, value: object) -> bool:
        """Whether the field of the instance is known to have the value already."""
        try:
            held = getattr(instance, self.name)
            return held is value or (
                not (is_expression(held) or is_expression(value))
                and bool(held == value)
            )
        except FieldNotLoaded:
            return False

    def convert(self, value: Any) -> Any:
        """The value as the field's Python type, and never another value.

        Arguments:
            value: anything but None.

        Returns:
            The value of ``python_type``: ``"3.25"`` of a ``Decimal`` field is
            ``Decimal("3.25")``.

        Raises:
            FieldValueError: it is not such a value, or would lose something: 3.7 is no int.
        """
        converter = self._converter
        if converter is None:
            from hyperdjango.models.annotations import type_name
            from hyperdjango.models.convert import converter_for, passes_exactly

            converter = self._converter = converter_for(self)
            self._exact = passes_exactly(self)
            # What the constructor takes without a look, in the engine; of moments, those in UTC.
            kind = self.python_type
            is_moment = type_name(kind) == "datetime" and self.db_type is None
            self.passes = kind if is_moment else self._exact
        return converter(value)

    @property
    def python_type(self) -> type[Any]:
        """The Python type of the values: ``int``, ``Decimal``, ``datetime``, …

        Raises:
            ModelError: the annotation is text that names nothing, or no type of a column.
        """
        return self._resolved()[0]

    @property
    def optional(self) -> bool:
        """Whether the annotation allows None beside the type."""
        return self._resolved()[1]

    @property
    def accepts_null(self) -> bool:
        """Whether the column takes NULL: ``nullable=True``, or ``X | None`` outside the key."""
        return self.nullable or (self.optional and not self.primary_key)

    def _resolved(self) -> tuple[type[Any], bool]:
        kind = self._kind
        if kind is None:
            kind = resolve(self.annotation, str(self), self.namespace)
            if kind[0] is not int and (self.auto or self.identity is not None):
                raise ModelError(
                    f"{self} is counted by the database, and annotated "
                    f"{kind[0].__name__}; annotate it int, or drop auto= and identity="
                )
            if is_rich(kind[0]):
                if self.db_type is None:
                    raise ModelError(
                        f"{self} is annotated {describe(self.annotation)}, which is of no type of "
                        "column alone; say which: db_type='jsonb', db_type='integer[]', db_type='uuid'"
                    )
                self._kind = kind
                from hyperdjango.models.rich import is_natural

                # The engine gives what is natural for the column, or has the field make something of that.
                self.kind = "any" if is_natural(self) else "made"
            self._kind = kind
        return kind

    def initial(self) -> Any:
        """What a constructed instance has for this field, ``UNSET`` where it has nothing."""
        default = self.default
        return default() if callable(default) else default

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.name}" if self.model else repr(self)

    def __repr__(self) -> str:
        given = ", ".join(
            f"{key}={self._spelled(key)}" for key in DEFAULTS if key in self.__dict__
        )
        return f"Field({given})"

    def _spelled(self, keyword: str) -> str:
        value = self.__dict__[keyword]
        if keyword == "identity" and value == Identity(value.kind):
            return repr(value.kind)
        if keyword == "generated" and not value.virtual:
            return repr(value.expression)
        return repr(value)
