"""``Model``, the base of every model: construction, values, equality and representation."""

from __future__ import annotations

from hyperdjango._engine import (
    OwnDict,
    Record,
    fill,
    is_loaded,
    loaded_fields,
    mark_changed,
    set_attribute,
)
from hyperdjango.errors import (
    FieldError,
    ModelError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
)
from hyperdjango.models.build import build
from hyperdjango.models.registry import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, ClassVar, TypeVar

    from hyperdjango.database import Database
    from hyperdjango.models.options import Options
    from hyperdjango.query.manager import Manager

    Row = TypeVar("Row", bound="Model")


class ModelException:
    """An exception class of each model's own, made when it is first asked for.

    Arguments:
        name: str, the attribute's name.
        base: the exception that all of them are.
    """

    def __init__(self, name: str, base: type[Exception]) -> None:
        self._name = name
        self._base = base
        self._made: dict[type[Model], type[Exception]] = {}

    def __get__(self, instance: Model | None, owner: type[Model]) -> type[Exception]:
        made = self._made.get(owner)
        if made is None:
            parents = tuple(
                getattr(parent, self._name)
                for parent in owner.__bases__
                if issubclass(parent, Model) and parent is not Model
            )
            contents = {
                "__module__": owner.__module__,
                "__qualname__": f"{owner.__qualname__}.{self._name}",
                "__doc__": f"{self._base.__name__}, of {owner.__name__} rows.",
            }
            made = type(self._name, parents or (self._base,), contents)
            self._made[owner] = made
        return made


class ManagerOf:
    """``objects``: the manager of each model, made when it is first asked for."""

    def __get__(self, instance: None, owner: type[Row]) -> Manager[Row]:
        if instance is not None:
            raise FieldError(
                f"objects belongs to the class: {owner.__name__}.objects, not to an instance"
            )
        made: Manager[Any] | None = owner._meta.manager
        if made is None:
            from hyperdjango.query.manager import manager_of

            made = owner._meta.manager = manager_of(owner)
        return made


class Model(Record):
    """A row of a table, as a Python object.

    Arguments:
        **values: the values of fields, by field name; an instance or None for a relation, by
            its name; ``pk`` for the primary key.

    Raises:
        FieldError: there is no field of that name. It is a ``TypeError``.
        FieldValueError: a value can't become the type of its field.

    A value is converted to the field's type when it is assigned. A field that is given no value
    has its ``default``, and stays unset without one: it reads as None, and the database's own
    default applies when the row is inserted.

    An instance that was fetched reads each value out of its row when it is asked for. What
    Python can't hold is a str in PostgreSQL's own form, as in ``Database.query``: ``infinity``, a
    date before Christ or after the year 9999, ``24:00:00``.

    Django documentation, "Model instance reference".

    >>> from decimal import Decimal
    >>> from hyperdjango.models import Field
    >>> class Order(Model):
    ...     id: int = Field(primary_key=True)
    ...     total: Decimal = Field()
    ...     status: str = Field(default="pending")
    ...
    ...     class Meta:
    ...         table_name = "orders"
    ...         managed = False
    >>> Order(id=1, total="3.25")
    Order(id=1, total=Decimal('3.25'), status='pending')
    """

    _meta: ClassVar[Options]
    objects = ManagerOf()

    if TYPE_CHECKING:
        DoesNotExist: ClassVar[type[ObjectDoesNotExist]]
        MultipleObjectsReturned: ClassVar[type[MultipleObjectsReturned]]
    else:
        DoesNotExist = ModelException("DoesNotExist", ObjectDoesNotExist)
        MultipleObjectsReturned = ModelException(
            "MultipleObjectsReturned", MultipleObjectsReturned
        )

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        bases = [
            base
            for base in reversed(cls.__mro__[1:])
            if issubclass(base, Model) and base is not Model
        ]
        for base in bases:
            if not base._meta.abstract:
                raise ModelError(
                    f"{cls.__name__} inherits from {base.__name__}, which has a table of its "
                    "own; move what they share to a class with Meta.abstract = True, and say "
                    f'inherits = ["{base.__name__}"] in Meta for PostgreSQL\'s inheritance'
                )
        cls._meta = build(cls, bases)
        if not cls._meta.abstract:
            registry.add(cls)

    if TYPE_CHECKING:

        def __init__(self, /, **values: Any) -> None: ...

    def __complete__(self, values: dict[str, Any]) -> None:
        """What the constructor has to do beyond setting fields to values of exactly their types."""
        if type(self) is Model:
            raise FieldError("Model itself has no rows; construct a class based on it")
        meta = self._meta
        if meta.abstract:
            raise FieldError(
                f"{meta.name} is abstract, and has no rows; construct a class based on it"
            )
        others = fill(self, meta.plain, values)
        for name, value in others.items() if others else ():
            attribute = meta.attributes.get(name)
            if attribute is not None:
                attribute.assign(self, value)
            elif name == "pk":
                self.pk = value
            else:
                raise meta.unknown_name(name)
        if meta.defaults:
            present = self.__dict__
            for field in meta.defaults:
                if field.name not in present:
                    field.assign(self, field.initial())

    def __setattr__(self, name: str, value: Any) -> None:
        attribute = self._meta.attributes.get(name)
        if attribute is None:
            set_attribute(self, name, value)
            # It may be an annotation of the query.
            mark_changed(self, -1)
        else:
            attribute.assign(self, value)

    @property
    def pk(self) -> Any:
        """The value of the primary key; a tuple for several fields, None without a key.

        Assigning to it assigns to the key's fields.

        Raises:
            FieldError: on assignment, the model has no primary key, or the number of values is
                another.

        Django documentation, "Model instance reference", ``pk``.
        """
        key = self._meta.primary_key
        if len(key) == 1:
            return getattr(self, key[0].name)
        return tuple(getattr(self, field.name) for field in key) or None

    @pk.setter
    def pk(self, value: Any) -> None:
        key = self._meta.primary_key
        values = (value,) if len(key) == 1 else value
        if not key or not isinstance(values, (tuple, list)) or len(values) != len(key):
            names = ", ".join(field.name for field in key) or "no field"
            raise FieldError(
                f"{self._meta.name}.pk is {names}; assign as many values, in that order"
            )
        for field, one in zip(key, values, strict=True):
            field.assign(self, one)

    async def save(
        self,
        *,
        force_insert: bool = False,
        force_update: bool = False,
        update_fields: Iterable[str] | None = None,
        using: Database | str | None = None,
    ) -> None:
        """Add the instance's row, or change it if the instance was loaded.

        A new row leaves out fields that were never set, so that the database's own defaults apply, and
        reads back what the database has put there. A change writes the fields that were assigned.

        Arguments:
            force_insert: bool, whether a row is added in any case.
            force_update: bool, whether a row is changed in any case: every field is written.
            update_fields: the names of the fields to write, instead of those that were assigned.
            using: Database | str | None, another database than the model's usual one.

        Raises:
            DoesNotExist: there is no such row any more; by ``ctid``, also if others have changed it.
            FieldError: the model is of a view, has no primary key, or a computed field was assigned.
            IntegrityError: a constraint refuses the row; it is one of its subclasses.

        Django documentation, "Model instance reference", "Saving objects".

        >>> async def example(order: Order) -> None:
        ...     order.status = "paid"
        ...     await order.save()
        """
        from hyperdjango.query import instances

        await instances.save(
            self,
            force_insert=force_insert,
            force_update=force_update,
            update_fields=update_fields,
            using=using,
        )

    async def delete(
        self, *, using: Database | str | None = None
    ) -> tuple[int, dict[str, int]]:
        """Delete the instance's row.

        Returns:
            How many rows were deleted, and the same by the model's name.

        Raises:
            FieldError: the model is of a view or has no primary key.
            ForeignKeyViolation: other rows refer to it.

        Django documentation, "Model instance reference", "Deleting objects".
        """
        from hyperdjango.query import instances

        return await instances.delete(self, using=using)

    async def refresh_from_db(
        self,
        fields: Iterable[str] | None = None,
        *,
        using: Database | str | None = None,
    ) -> None:
        """Read the instance's row again; what was assigned and not saved is lost.

        Arguments:
            fields: the names of the fields to read; None means all.
            using: Database | str | None, another database than the one it came from.

        Raises:
            DoesNotExist: there is no such row any more.

        Django documentation, "Model instance reference", "Refreshing objects from database".
        """
        from hyperdjango.query import instances

        await instances.refresh(self, None if fields is None else list(fields), using)

    def clean(self) -> None:
        """Look at values together; a model of your own says here what it expects of them.

        Raises:
            ValidationError: something is wrong.

        Django documentation, "Model instance reference", "Validating objects".
        """

    def clean_fields(self, exclude: Iterable[str] | None = None) -> None:
        """Look at each value alone: NULL, length, digits, range, labels; the database is not asked.

        Arguments:
            exclude: the names of fields that are not looked at.

        Raises:
            ValidationError: a value does not fit its column; ``message_dict`` says which.

        Django documentation, "Model instance reference", "Validating objects".
        """
        from hyperdjango.models import validation

        validation.clean_fields(self, exclude or ())

    async def validate_unique(
        self,
        exclude: Iterable[str] | None = None,
        *,
        using: Database | str | None = None,
    ) -> None:
        """Look for other rows with the same key or unique values, in one statement.

        Another program may add such a row afterwards: only ``save()`` knows. Unique indexes over
        expressions, or of some rows, are not looked at, and neither are exclusion constraints.

        Arguments:
            exclude: the names of fields; keys that one of them is in are not looked at.
            using: Database | str | None, another database than the one it came from.

        Raises:
            ValidationError: there is such a row.

        Django documentation, "Model instance reference", "Validating objects".
        """
        from hyperdjango.models import validation_asked

        await validation_asked.validate_unique(self, exclude or (), using)

    async def validate_constraints(
        self,
        exclude: Iterable[str] | None = None,
        *,
        using: Database | str | None = None,
    ) -> None:
        """Have the server compute the check constraints for the values, in one statement.

        A field that was never set counts as its default, if that is a constant; what is not known, or
        excluded, counts as NULL.

        Arguments:
            exclude: the names of fields whose values are not looked at.
            using: Database | str | None, another database than the one it came from.

        Raises:
            ValidationError: a check is not fulfilled.

        Django documentation, "Model instance reference", "Validating objects".
        """
        from hyperdjango.models import validation_asked

        await validation_asked.validate_constraints(self, exclude or (), using)

    async def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,
        validate_constraints: bool = True,
        *,
        using: Database | str | None = None,
    ) -> None:
        """Look at everything, and say all that is wrong at once; ``save()`` does not do it by itself.

        Arguments:
            exclude: the names of fields that are not looked at.
            validate_unique, validate_constraints: bool, whether the database is asked.
            using: Database | str | None, another database than the one it came from.

        Raises:
            ValidationError: something is wrong; ``message_dict`` says what.

        Django documentation, "Model instance reference", "Validating objects".
        """
        from hyperdjango.models import validation

        await validation.full_clean(
            self, exclude or (), validate_unique, validate_constraints, using
        )

    if not TYPE_CHECKING:
        __dict__ = OwnDict()

        # A type checker would take any name for an attribute.
        def __getattr__(self, name: str) -> Any:
            # Fields, relations and methods are found before: what is left may be a relation against its key.
            if not name.startswith("__"):
                from hyperdjango.query.relatedmanagers import related

                found = related(self, name)
                if found is not NotImplemented:
                    return found
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}"
            )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Model) or type(other) is not type(self):
            return NotImplemented
        key = _known_key(self)
        return key is not None and key == _known_key(other)

    def __hash__(self) -> int:
        key = _known_key(self)
        if key is None:
            raise TypeError(
                f"a {self._meta.name} without a primary key value can't be hashed; save it "
                "before it goes into a set or becomes a key of a dict"
            )
        return hash(key)

    def __repr__(self) -> str:
        fields = self._meta.fields
        names = [fields[position].name for position in loaded_fields(self)]
        if not is_loaded(self):
            # What was set and deleted again is unset.
            names = [name for name in names if name in self.__dict__]
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self._meta.name}({values})"


def _known_key(instance: Model) -> tuple[Any, ...] | None:
    """The values of the primary key, or None where one of them is not known."""
    values = tuple(
        getattr(instance, field.name) for field in instance._meta.primary_key
    )
    return values if values and None not in values else None
