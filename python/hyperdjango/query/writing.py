"""What a queryset can change: ``create``, ``update``, ``delete``, and many rows in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hyperdjango.errors import FieldError, UniqueViolation
from hyperdjango.models.relations import referring_value
from hyperdjango.query import execution, writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.query.expressions import Expression
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.query.state import State

Row_co = TypeVar("Row_co", covariant=True)


class Writing(Generic[Row_co]):
    """The methods of a queryset that change rows."""

    __slots__ = ()
    _state: State

    def _check_instances(self, method: str) -> None:
        if self._state.shape != "models":
            raise FieldError(f"{method}() belongs before values() and values_list()")

    async def create(self, **values: Any) -> Row_co:
        """Construct an instance and add its row.

        Arguments:
            **values: as for the model's constructor.

        Returns:
            The instance, with what the database has filled in.

        Django documentation, "QuerySet API reference", ``create()``.
        """
        self._check_instances("create")
        instance: Any = self._state.model(**values)
        await instance.save(force_insert=True, using=self._state.using)
        result: Row_co = instance
        return result

    async def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, **lookups: Any
    ) -> tuple[Row_co, bool]:
        """The one row with these values, added if there is none.

        Arguments:
            defaults: values that a new row has besides; callables are called.
            **lookups: what the row is found by.

        Returns:
            The instance, and whether it was added.

        Raises:
            MultipleObjectsReturned: there are several.

        Django documentation, "QuerySet API reference", ``get_or_create()``.
        """
        asked: QuerySet[Any] = self  # type: ignore[assignment]
        model = self._state.model
        try:
            return await asked.get(**lookups), False
        except model.DoesNotExist:
            pass
        values = _new_values(lookups, defaults)
        database = await execution.database_of(self._state, changing=True)
        try:
            if database.current() is None:
                # The statement is a transaction by itself.
                return await self._create_in(database, values), True
            async with database.transaction():
                return await self._create_in(database, values), True
        except UniqueViolation:
            # Another program was quicker.
            try:
                return await asked.using(database).get(**lookups), False
            except model.DoesNotExist:
                pass
            raise

    async def update_or_create(
        self,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **lookups: Any,
    ) -> tuple[Row_co, bool]:
        """The one row with these values, with others changed; added if there is none.

        Arguments:
            defaults: the values that are set; callables are called.
            create_defaults: what a new row has instead of ``defaults``.
            **lookups: what the row is found by.

        Returns:
            The instance, and whether it was added.

        Django documentation, "QuerySet API reference", ``update_or_create()``.
        """
        asked: QuerySet[Any] = self  # type: ignore[assignment]
        changes = {name: _called(value) for name, value in (defaults or {}).items()}
        new = defaults if create_defaults is None else create_defaults
        database = await execution.database_of(self._state, changing=True)
        async with database.transaction():
            locked = asked.using(database).select_for_update()
            instance, created = await locked.get_or_create(new, **lookups)
            if created:
                return instance, True
            for name, value in changes.items():
                setattr(instance, name, value)
            await instance.save(using=database)
            return instance, False

    async def _create_in(self, database: Database, values: dict[str, Any]) -> Row_co:
        instance: Any = self._state.model(**values)
        await instance.save(force_insert=True, using=database)
        result: Row_co = instance
        return result

    async def update(self, **changes: Any) -> int:
        """Change the rows, in one statement.

        Arguments:
            **changes: new values, or expressions: ``price=F("price") * 2``.

        Returns:
            How many rows were changed.

        Django documentation, "QuerySet API reference", ``update()``.
        """
        self._check_instances("update")
        model = self._state.model
        writes.check_writable(model)
        if not changes:
            return 0
        found: dict[ModelField, Any] = {}
        for name, value in changes.items():
            relation = model._meta.relations.get(name)
            if relation is not None and name not in model._meta.by_name:
                for here, there in relation.pairs():
                    if hasattr(value, "_meta"):
                        key = referring_value(value, there, here)
                        found[here] = writes.converted(here, key)
                    else:
                        found[here] = value
                continue
            field = model._meta.get_field(name)
            if writes.is_computed(field):
                raise FieldError(f"{field} is computed by the database")
            found[field] = made = writes.converted(field, value)
            check_expression(field, made, self._state.annotations)
        return await self._change(
            lambda state, columns: writes.update(state, found, columns)
        )

    async def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows, in one statement.

        Returns:
            How many rows were deleted, and the same by the model's name. Rows that the database deletes
            with them (ON DELETE CASCADE) are not counted.

        Django documentation, "QuerySet API reference", ``delete()``.
        """
        self._check_instances("delete")
        writes.check_writable(self._state.model)
        count = await self._change(writes.delete)
        return count, {self._state.model.__name__: count}

    async def _change(self, make: Any) -> int:
        state = self._state
        if state.is_sliced or state.combined:
            raise FieldError(
                "a slice or combination can't be changed or deleted; choose the rows by their keys: "
                "filter(pk__in=…)"
            )
        if state.nothing:
            return 0
        database = await execution.database_of(state, changing=True)
        compiled = await execution.write(database, lambda columns: make(state, columns))
        count: int = await execution.run(database, compiled)
        return count

    async def bulk_create(
        self,
        instances: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Sequence[str] | None = None,
        unique_fields: Sequence[str] | None = None,
    ) -> list[Row_co]:
        """Add the rows of many instances, in one statement for those that set the same fields.

        Arguments:
            instances: the instances.
            batch_size: int | None, how many rows a statement adds at most.
            ignore_conflicts: bool, whether rows that are there already are passed over.
            update_conflicts: bool, whether they are changed instead.
            update_fields: which fields are changed then.
            unique_fields: which fields tell that a row is there already.

        Returns:
            The instances. Unless ``ignore_conflicts`` is given, they have what the database has filled in.

        Django documentation, "QuerySet API reference", ``bulk_create()``.
        """
        from hyperdjango.query import bulk

        self._check_instances("bulk_create")
        conflict = bulk.conflict(
            self._state.model,
            ignore_conflicts,
            update_conflicts,
            update_fields,
            unique_fields,
        )
        made = list(instances)
        database = await execution.database_of(self._state, changing=True)
        await bulk.create(self._state.model, made, batch_size, conflict, database)
        return made

    async def bulk_update(
        self,
        instances: Iterable[Any],
        fields: Sequence[str],
        batch_size: int | None = None,
    ) -> int:
        """Change fields of the rows of many instances, in one statement.

        Arguments:
            instances: the instances; their rows are found by the primary key.
            fields: the names of the fields that are written.
            batch_size: int | None, how many rows a statement changes at most.

        Returns:
            How many rows were changed.

        Django documentation, "QuerySet API reference", ``bulk_update()``.
        """
        from hyperdjango.query import bulk

        self._check_instances("bulk_update")
        database = await execution.database_of(self._state, changing=True)
        return await bulk.update(
            self._state.model, list(instances), fields, batch_size, database
        )


def check_expression(
    field: ModelField, value: Any, annotations: Mapping[str, Expression] | None = None
) -> None:
    """Refuse an expression that a field is set to, if it may give a plain value that the field is none of.

    Arguments:
        field: ModelField, the field.
        value: the expression; anything else is not looked at.
        annotations: the expressions that have names.

    Raises:
        FieldValueError: it may.
    """
    from hyperdjango.query.expressions import Expression
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.writer import Writer
    from hyperdjango.query.zones import check_field

    if isinstance(value, Expression) and field.model is not None:
        scope = Scope(field.model, Writer(), None, annotations)
        scope.checking = True
        check_field(field, value, scope)


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def _new_values(
    lookups: Mapping[str, Any], defaults: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a new row has: what it was looked for by, as far as that says equality, and the defaults."""
    values = {
        name.removesuffix("__exact"): value
        for name, value in lookups.items()
        if "__" not in name.removesuffix("__exact")
    }
    values.update({name: _called(value) for name, value in (defaults or {}).items()})
    return values
