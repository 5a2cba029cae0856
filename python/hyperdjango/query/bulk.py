"""Many rows in one statement: an array for each column, and PostgreSQL's ``unnest``."""

from __future__ import annotations

from operator import attrgetter
from types import NoneType

from hyperdjango import _engine
from hyperdjango.database.shapes import FLAT
from hyperdjango.errors import FieldError
from hyperdjango.models.field import set_stored
from hyperdjango.query import execution, manyrows, writes
from hyperdjango.query.expressions import Expression
from hyperdjango.query.instances import (
    insert,
    key_of,
    not_added,
    take_back,
    take_related_keys,
)
from hyperdjango.query.instances import update as change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.writes import Conflict

# A statement's parameters may have a gigabyte at most: with so many rows there is room for wide ones.
BATCH = 50_000


def conflict(
    model: type[Model],
    ignore: bool,
    change: bool,
    update_fields: Sequence[str] | None,
    unique_fields: Sequence[str] | None,
) -> Conflict | None:
    """What is done with rows that are there already.

    Raises:
        FieldError: the arguments contradict each other.
    """
    options = model._meta
    if ignore and change:
        raise FieldError("ignore_conflicts and update_conflicts exclude each other")
    if not (ignore or change):
        if update_fields or unique_fields:
            raise FieldError(
                "update_fields and unique_fields go with update_conflicts=True"
            )
        return None
    target = tuple(options.get_field(name) for name in unique_fields or ())
    if ignore:
        return writes.Conflict((), target)
    if not update_fields:
        raise FieldError("update_conflicts=True needs update_fields: which are changed")
    changed = tuple(options.get_field(name) for name in update_fields)
    for field in changed:
        if writes.is_computed(field):
            raise FieldError(f"{field} is computed by the database")
    return writes.Conflict(changed, target or options.primary_key)


async def create(
    model: type[Model],
    instances: list[Model],
    batch_size: int | None,
    conflict: Conflict | None,
    database: Database,
) -> None:
    """Add the rows of instances."""
    writes.check_writable(model)
    for instance in instances:
        if not isinstance(instance, model):
            raise FieldError(
                f"bulk_create() of {model.__name__} can't add a {type(instance).__name__}"
            )
    if model._meta.relations:
        for instance in instances:
            take_related_keys(instance)
    groups = list(_alike(model, instances))
    batches = [
        (fields, part)
        for fields, group in groups
        for part in _batches(group, batch_size)
    ]
    if len(batches) == 1:
        await _create_batch(model, *batches[0], conflict, database)
        return
    # All of them, or none.
    async with database.transaction():
        for fields, part in batches:
            await _create_batch(model, fields, part, conflict, database)


def _alike(
    model: type[Model], instances: list[Model]
) -> Iterator[tuple[tuple[ModelField, ...], list[Model]]]:
    """The instances by the fields that they set, in the order in which they first come."""
    options = model._meta
    merged: dict[tuple[ModelField, ...], list[Model]] = {}
    for positions, group in _engine.by_loaded_fields(instances):
        fields = tuple(options.fields[position] for position in sorted(positions))
        computed = [field for field in fields if writes.is_computed(field)]
        if computed and not _engine.is_loaded(group[0]):
            raise FieldError(
                f"{computed[0]} is computed by the database, and can't be given a value"
            )
        fields = tuple(field for field in fields if field not in computed)
        for part, members in _by_empty_keys(options.primary_key, fields, group):
            merged.setdefault(part, []).extend(members)
    return iter(merged.items())


def _by_empty_keys(
    key: tuple[ModelField, ...], fields: tuple[ModelField, ...], group: list[Model]
) -> Iterator[tuple[tuple[ModelField, ...], list[Model]]]:
    """The instances of a group by the parts of the key that are None, which are as if they were never set."""
    given = [
        field
        for field in key
        if field in fields
        and NoneType in set(map(type, map(attrgetter(field.name), group)))
    ]
    if not given:
        yield fields, group
        return
    found: dict[tuple[ModelField, ...], list[Model]] = {}
    for instance in group:
        values = instance.__dict__
        empty = [field for field in given if values.get(field.name, instance) is None]
        part = tuple(one for one in fields if one not in empty) if empty else fields
        found.setdefault(part, []).append(instance)
    yield from found.items()


def _batches(instances: list[Model], size: int | None) -> Iterator[list[Model]]:
    if size is not None and size < 1:
        raise FieldError("batch_size must be at least 1")
    step = min(size or BATCH, BATCH)
    for start in range(0, len(instances), step):
        yield instances[start : start + step]


async def _create_batch(
    model: type[Model],
    fields: tuple[ModelField, ...],
    instances: list[Model],
    conflict: Conflict | None,
    database: Database,
) -> None:
    # Where rows may be passed over, it is not known which instance a row that comes back belongs to.
    back = (
        [field for field in model._meta.fields if field not in fields]
        if conflict is None or conflict.update
        else []
    )
    values = [list(map(attrgetter(field.name), instances)) for field in fields]
    if not fields or any(map(_has_expression, values)):
        if conflict is not None:
            raise FieldError(
                "rows that set no field, or set one to an expression, can't be added with conflicts"
            )
        async with database.transaction():
            for instance in instances:
                await insert(instance, database)
        return
    compiled = await execution.write(
        database,
        lambda columns: manyrows.insert_many(
            model, fields, values, back, conflict, columns
        ),
    )
    is_flat = len(back) == 1 and back[0].column != "ctid"
    if is_flat:
        # One value of each row, the key as a rule: no tuples are made.
        compiled.shape = FLAT
    rows = await execution.run(database, compiled)
    if conflict is not None and not conflict.update:
        return
    if (len(rows) if back else rows) != len(instances):
        raise not_added(model)
    if is_flat:
        _put(instances, back[0], rows)
    elif back:
        _take_back(instances, back, rows)
    _engine.set_all_loaded(instances, database)


def _take_back(
    instances: list[Model], back: Sequence[ModelField], rows: list[tuple[Any, ...]]
) -> None:
    """Put what the database has read back into instances, a field at a time."""
    if len(rows[0]) > len(back):
        for instance, row in zip(instances, rows, strict=True):
            take_back(instance, back, row)
        return
    for field, values in zip(back, zip(*rows, strict=True), strict=True):
        _put(instances, field, values)


def _put(instances: list[Model], field: ModelField, values: Sequence[Any]) -> None:
    exact = {field.python_type, type(None)}
    if set(map(type, values)) <= exact and field.kind != "made":
        _engine.put_values(instances, field, values)
    else:
        for instance, value in zip(instances, values, strict=True):
            set_stored(instance, field, value)


def _has_expression(values: list[Any]) -> bool:
    return any(issubclass(kind, Expression) for kind in set(map(type, values)))


async def update(
    model: type[Model],
    instances: list[Model],
    names: Sequence[str],
    batch_size: int | None,
    database: Database,
) -> int:
    """Change fields of the rows of instances."""
    writes.check_writable(model)
    options = model._meta
    if not options.primary_key or any(
        field.column == "ctid" for field in options.primary_key
    ):
        raise FieldError(
            f"{options.name} has no primary key of its own, which bulk_update() finds rows by"
        )
    changed = [options.get_field(name) for name in names]
    if not changed:
        raise FieldError("bulk_update() needs the names of the fields that it writes")
    for field in changed:
        if field.primary_key or writes.is_computed(field):
            raise FieldError(f"bulk_update() can't write {field}")
    by_key: dict[Any, Model] = {}
    for instance in instances:
        if not isinstance(instance, model):
            raise FieldError(
                f"bulk_update() of {options.name} can't change a {type(instance).__name__}"
            )
        # A row that comes twice gets what the last instance has.
        by_key[tuple([value for _, value in key_of(instance)])] = instance
    return await _update_rows(
        model, list(by_key.values()), changed, batch_size, database
    )


async def _update_rows(
    model: type[Model],
    instances: list[Model],
    changed: list[ModelField],
    batch_size: int | None,
    database: Database,
) -> int:
    parts = list(_batches(instances, batch_size))
    if len(parts) == 1:
        return await _update_batch(model, parts[0], changed, database)
    count = 0
    if parts:
        # All of them, or none.
        async with database.transaction():
            for part in parts:
                count += await _update_batch(model, part, changed, database)
    return count


async def _update_batch(
    model: type[Model],
    instances: list[Model],
    changed: list[ModelField],
    database: Database,
) -> int:
    fields = [*model._meta.primary_key, *changed]
    values = [list(map(attrgetter(field.name), instances)) for field in fields]
    if any(map(_has_expression, values)):
        return await _update_singly(instances, changed, database)
    compiled = await execution.write(
        database,
        lambda columns: manyrows.update_many(model, fields, values, columns),
    )
    count: int = await execution.run(database, compiled)
    written = {field.position for field in changed}
    for instance in instances:
        left = [one for one in _engine.changed(instance) if one not in written]
        _engine.clear_changed(instance)
        for position in left:
            _engine.mark_changed(instance, position)
    return count


async def _update_singly(
    instances: list[Model], changed: list[ModelField], database: Database
) -> int:
    """Change rows one by one, since each may have expressions of its own."""
    count = 0
    async with database.transaction():
        for instance in instances:
            try:
                await change(instance, changed, database)
            except type(instance).DoesNotExist:
                continue
            count += 1
    return count
