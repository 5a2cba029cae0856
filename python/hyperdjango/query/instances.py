"""Instances: one row of a model is added, changed, deleted, or read again."""

from __future__ import annotations

from hyperdjango import _engine
from hyperdjango.database.routing import place_of, resolve
from hyperdjango.errors import DatabaseError, FieldError
from hyperdjango.models.relations import referring_value
from hyperdjango.query import execution, writes
from hyperdjango.query.conditions import Condition
from hyperdjango.query.expressions import Expression
from hyperdjango.query.selection import ROW_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.models.options import Options
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.compiled import Compiled
    from hyperdjango.query.scope import Scope


async def _database(instance: Model, using: Database | str | None) -> Database:
    """Where a row is changed: where the router says, or it was loaded from, unless something else is asked for."""
    if using is None:
        using = place_of(instance)
    return await resolve(type(instance), write=True, using=using)


async def save(
    instance: Model,
    *,
    force_insert: bool,
    force_update: bool,
    update_fields: Iterable[str] | None,
    using: Database | str | None,
) -> None:
    """Add or change an instance's row, as ``Model.save`` says."""
    if force_insert and (force_update or update_fields is not None):
        raise FieldError("force_insert excludes force_update and update_fields")
    model = type(instance)
    writes.check_writable(model)
    take_related_keys(instance)
    if force_insert or not (_engine.is_loaded(instance) or force_update):
        if update_fields is not None:
            raise FieldError(
                f"this {model.__name__} was not loaded, so that there is no row to update; save it "
                "without update_fields"
            )
        await insert(instance, await resolve(model, write=True, using=using))
        return
    fields = changed_fields(instance, update_fields)
    if not fields and (not force_update or update_fields is not None):
        return
    await update(instance, fields, await _database(instance, using))


def take_related_keys(instance: Model) -> None:
    """Take the keys of related instances that were saved only after they were assigned.

    Raises:
        FieldError: one was not saved, so that there is no key to refer to it by.
    """
    present = instance.__dict__
    for name, relation in type(instance)._meta.relations.items():
        target = present.get(name)
        if target is None:
            continue
        for field, there in relation.pairs():
            if present.get(field.name, target) is not None:
                continue
            value = referring_value(target, there, field)
            if value is None:
                raise FieldError(
                    f"{relation} is a {type(target).__name__} that has no {there.name} yet; save it first"
                )
            field.assign(instance, value)
            present[name] = target


def has_value(instance: Model, field: ModelField) -> bool:
    """Whether a field was given a value, or was loaded."""
    return field.position in _engine.loaded_fields(instance)


async def insert(instance: Model, database: Database) -> None:
    """Add an instance's row, and read back what the database has put into it."""
    model = type(instance)
    present = set(_engine.loaded_fields(instance))
    values: list[tuple[ModelField, Any]] = []
    back: list[ModelField] = []
    for field in model._meta.fields:
        if field.position not in present:
            back.append(field)
            continue
        value = getattr(instance, field.name)
        if writes.is_computed(field):
            if field.position in _engine.changed(instance):
                raise FieldError(
                    f"{field} is computed by the database, and can't be given a value"
                )
            back.append(field)
        elif value is None and field.primary_key:
            back.append(field)
        else:
            values.append((field, value))
            if isinstance(value, Expression):
                back.append(field)
    compiled = await _written(
        database,
        ("insert", model),
        values,
        (),
        back,
        lambda columns: writes.insert(model, values, back, columns),
    )
    result = await execution.run(database, compiled)
    if not result:
        raise not_added(model)
    _saved(instance, values, back, result, database)


async def _written(
    database: Database,
    kind: tuple[object, ...],
    sent: Sequence[tuple[ModelField, Any]],
    more: Sequence[Any],
    back: Sequence[ModelField],
    make: Callable[[Columns], Compiled],
) -> Compiled:
    """The statement for a row: one that was written for another with the same fields, or a new one."""
    for field, value in sent:
        if (
            isinstance(value, Expression)
            or writes.is_beyond(field, value)
            or field.python_type.__name__ in ("object", "dict", "list")
        ):
            # The text depends on the value.
            return await execution.write(database, make)
    key = (
        *kind,
        tuple([field.position for field, _ in sent]),
        tuple([field.position for field in back]),
    )
    values = [value for _, value in sent]
    values.extend(more)
    return await execution.write_once(database, key, values, make)


def not_added(model: type[Model]) -> DatabaseError:
    """The error for rows that the database took, and did not put into the table."""
    return DatabaseError(
        f"the database has taken the new rows of {model.__name__}, and not all of them are in its table: "
        "a trigger or a rule passed them over, or put them elsewhere; name the table where they are, or "
        "add them by Database.execute()"
    )


def _saved(
    instance: Model,
    sent: Sequence[tuple[ModelField, Any]],
    back: Sequence[ModelField],
    rows: Any,
    database: Database,
) -> None:
    """Note that an instance is in the database; what was not sent is still to be saved."""
    present = instance.__dict__
    written = {
        field.position
        for field, value in sent
        if present.get(field.name, value) is value
    }
    # A key that was None, and is what the database gave it.
    written.update(field.position for field in back if present.get(field.name) is None)
    left = [
        position for position in _engine.changed(instance) if position not in written
    ]
    _engine.set_loaded(instance, database)
    if back:
        # What was assigned while the statement ran is newer than what comes back.
        names = type(instance)._meta.fields
        newer = {names[position] for position in left} & {field for field, _ in sent}
        take_back(instance, back, rows[0], newer)
        _engine.clear_changed(instance)
    for position in left:
        _engine.mark_changed(instance, position)


def take_back(
    instance: Model,
    fields: Sequence[ModelField],
    row: Sequence[Any],
    newer: Collection[ModelField] = (),
) -> None:
    """Put what the database has read back into an instance, but for fields that were assigned since."""
    from hyperdjango.models.field import set_stored

    for field, value in zip(fields, row, strict=False):
        if field not in newer:
            set_stored(instance, field, value)
    if len(row) > len(fields):
        _engine.cache(instance)[ROW_VERSION] = row[-1]


def fields_named(options: Options, names: Iterable[str]) -> list[ModelField]:
    """The fields of these names; a relation's name stands for the fields that hold its key.

    Raises:
        FieldError: there is no such field; the message names the nearest.
    """
    found: dict[ModelField, None] = {}
    for name in names:
        relation = options.relations.get(name)
        if relation is not None and name not in options.by_name:
            found.update((field, None) for field, _ in relation.pairs())
        else:
            found[options.get_field(name)] = None
    return list(found)


def changed_fields(
    instance: Model, update_fields: Iterable[str] | None
) -> list[ModelField]:
    """The fields that save() writes: those named, or else those that were assigned."""
    options = type(instance)._meta
    if update_fields is not None:
        fields = fields_named(options, update_fields)
        for field in fields:
            if writes.is_computed(field):
                raise FieldError(f"{field} is computed by the database")
            if field.primary_key:
                raise FieldError(f"{field} is the key that the row is found by")
        return fields
    changed = set(_engine.changed(instance))
    present = set(_engine.loaded_fields(instance))
    is_loaded = _engine.is_loaded(instance)
    fields = []
    for field in options.fields:
        if field.primary_key and not is_loaded:
            # It says which row is meant.
            continue
        if field.position in changed:
            if writes.is_computed(field):
                raise FieldError(
                    f"{field} is computed by the database, and can't be given a value"
                )
            fields.append(field)
        elif (
            field.position in present
            and isinstance(
                instance.__dict__.get(field.name), (list, dict, set, bytearray)
            )
            and not writes.is_computed(field)
        ):
            # It may have been changed in place, which no assignment tells.
            fields.append(field)
    return fields


def key_of(instance: Model) -> list[tuple[ModelField, Any]]:
    """The fields of the primary key, with their values.

    Raises:
        FieldError: the model has no key, or a part of it has no value.
    """
    options = type(instance)._meta
    if not options.primary_key:
        raise FieldError(
            f"{options.name} has no primary key, so that its rows can't be told apart; mark one: "
            "ctid: str = Field(primary_key=True), or Field(primary_key=True) on a unique column"
        )
    changed = _engine.changed(instance)
    key = []
    for field in options.primary_key:
        if _engine.is_loaded(instance) and field.position in changed:
            raise FieldError(
                f"{field} is the key of a row that was loaded, and was changed; change it by "
                f"{options.name}.objects.filter(…).update({field.name}=…), or add a new row: "
                "save(force_insert=True)"
            )
        value = getattr(instance, field.name)
        if value is None:
            raise FieldError(f"{field} has no value: save the instance first")
        key.append((field, value))
    return key


def _version(instance: Model) -> str | None:
    """The version of a row that is known by its place in the table."""
    options = type(instance)._meta
    if not any(field.column == "ctid" for field in options.primary_key):
        return None
    version: str | None = _engine.cached(instance, ROW_VERSION)
    if version is None:
        raise FieldError(
            f"this {options.name} was not loaded, so that it is not known which row its ctid meant; "
            "fetch it first"
        )
    return version


async def update(
    instance: Model, fields: Sequence[ModelField], database: Database
) -> None:
    """Change an instance's row.

    Raises:
        DoesNotExist: the row is gone; the exception is the model's own.
    """
    model = type(instance)
    key = key_of(instance)
    version = _version(instance)
    fields = fields or [
        field
        for field in model._meta.fields
        if has_value(instance, field)
        and not field.primary_key
        and not writes.is_computed(field)
    ]
    changes = [(field, getattr(instance, field.name)) for field in fields]
    if not changes:
        return
    back = [
        field
        for field in model._meta.fields
        if field.generated is not None or field.column == "ctid"
    ]
    back.extend(field for field, value in changes if isinstance(value, Expression))
    compiled = await _written(
        database,
        ("update", model, version is None),
        [*changes, *key],
        () if version is None else (version,),
        back,
        lambda columns: writes.update_one(model, changes, key, version, back, columns),
    )
    result = await execution.run(database, compiled)
    if not result:
        raise _gone(instance, version)
    _saved(instance, changes, back, result, database)


def _gone(instance: Model, version: str | None) -> Exception:
    model = type(instance)
    if version is not None:
        return model.DoesNotExist(
            f"the {model.__name__} row was changed or deleted by others since it was fetched, and has "
            "no key to find it by; fetch it again"
        )
    return model.DoesNotExist(
        f"there is no {model.__name__} with this key any more; save(force_insert=True) adds it anew"
    )


async def delete(
    instance: Model, *, using: Database | str | None
) -> tuple[int, dict[str, int]]:
    """Delete an instance's row."""
    model = type(instance)
    writes.check_writable(model)
    key = key_of(instance)
    version = _version(instance)
    database = await _database(instance, using)
    compiled = await execution.write(
        database, lambda columns: writes.delete_one(model, key, version, columns)
    )
    count: int = await execution.run(database, compiled)
    if not count and version is not None:
        raise _gone(instance, version)
    return count, {model.__name__: count}


async def refresh(
    instance: Model, fields: Sequence[str] | None, using: Database | str | None
) -> None:
    """Read an instance's row again."""
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.query.state import State

    model = type(instance)
    state = State(model)
    state.using = using if using is not None else place_of(instance)
    key = {
        field.name: getattr(instance, field.name) for field in model._meta.primary_key
    }
    if not key:
        key_of(instance)
    queryset: QuerySet[Any] = QuerySet(state).filter(**key)
    version = _version(instance)
    if version is not None:
        # The place may be another row's by now.
        queryset = queryset.filter(RowVersion(version))
    if fields is not None:
        names = [field.name for field in fields_named(model._meta, fields)]
        row = await queryset.only(*names).get()
        from hyperdjango.models.field import set_stored

        # What was assigned to other fields is still to be saved.
        changed = set(_engine.changed(instance))
        for name in names:
            field = model._meta.by_name[name]
            set_stored(instance, field, getattr(row, name))
            changed.discard(field.position)
        _engine.clear_changed(instance)
        for position in changed:
            _engine.mark_changed(instance, position)
        return
    row = await queryset.get()
    _engine.adopt(instance, row)
    version = _engine.cached(row, ROW_VERSION)
    if version is not None:
        _engine.cache(instance)[ROW_VERSION] = version


class RowVersion(Condition):
    """That a row is of a version, which it has for as long as nobody changes it."""

    def __init__(self, version: str) -> None:
        self.version = version

    def write(self, scope: Scope) -> tuple[str, bool]:
        place = scope.writer.parameter(self.version, True)
        return f"{scope.alias}.{ROW_VERSION} = {place}::xid", False


async def refresh_view(
    model: type[Model],
    concurrently: bool,
    with_data: bool,
    using: Database | str | None,
) -> None:
    """Compute the rows of a materialized view anew."""
    from hyperdjango.query.writer import table

    view = model._meta.view
    if view is None or not view.materialized:
        raise FieldError(f"{model.__name__} is of no materialized view")
    if concurrently and not with_data:
        raise FieldError("concurrently needs with_data: the old rows stay until then")
    database = await resolve(model, write=True, using=using)
    words = " CONCURRENTLY" if concurrently else ""
    data = "" if with_data else " WITH NO DATA"
    await database.execute(f"REFRESH MATERIALIZED VIEW{words} {table(model)}{data}")
