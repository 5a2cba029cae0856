"""Validation on request: whether an instance's values fit its fields, and what the database would refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hyperdjango._engine import is_loaded, loaded_fields
from hyperdjango.errors import ValidationError
from hyperdjango.models.constraints import Check, Unique
from hyperdjango.models.field import is_expression
from hyperdjango.models.indexes import IndexColumn
from hyperdjango.models.types import EnumType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.models.options import Options
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.compiled import Compiled
    from hyperdjango.query.writer import Writer

# What is wrong with an instance as a whole stands under this name, as in Django.
NON_FIELD_ERRORS = "__all__"

# How many bits an integer type has (PostgreSQL documentation, "Numeric Types").
_BITS = {"smallint": 16, "integer": 32, "bigint": 64}


def clean_fields(instance: Model, exclude: Iterable[str]) -> None:
    """Look at each value alone, without asking the database.

    Raises:
        ValidationError: a value does not fit its column; ``message_dict`` says which.
    """
    excluded = set(exclude)
    present = set(loaded_fields(instance))
    problems: dict[str, list[str]] = {}
    for field in instance._meta.fields:
        if field.name in excluded:
            continue
        if field.position not in present:
            if not is_loaded(instance) and _must_be_given(field):
                problems[field.name] = ["has no value, and takes no NULL; give one"]
            continue
        value = getattr(instance, field.name)
        if is_expression(value) or field.generated is not None:
            continue
        if value is None:
            if not (field.accepts_null or (field.primary_key and is_counted(field))):
                problems[field.name] = ["takes no NULL; give a value"]
            continue
        found = list(_problems(field, value))
        if found:
            problems[field.name] = found
    if problems:
        raise ValidationError(problems)


def is_counted(field: ModelField) -> bool:
    """Whether the database gives a field of a new row its value."""
    if (
        field.db_default is not None
        or field.identity is not None
        or field.generated is not None
        or field.column == "ctid"
    ):
        return True
    if field.auto is not None:
        return bool(field.auto)
    key = field.model._meta.primary_key if field.model else ()
    return field.python_type is int and key == (field,) and field.foreign_key is None


def _must_be_given(field: ModelField) -> bool:
    return not field.accepts_null and not is_counted(field)


def _problems(field: ModelField, value: Any) -> Iterator[str]:
    """What is wrong with a value, as far as the model knows the column."""
    kind, modifiers = _type_of(field)
    if isinstance(value, str) and field.python_type is str:
        if "\0" in value:
            yield "has a character NUL, which PostgreSQL's text can't hold"
        limited = kind in ("character varying", "character") and bool(modifiers)
        # Spaces at the end, which the server would cut off, mean nothing to character(n) alone.
        kept = value.rstrip(" ") if kind == "character" else value
        if limited and len(kept) > modifiers[0]:
            yield (
                f"has {len(value)} characters; the column takes {modifiers[0]} at most"
            )
        labels = _labels(field)
        if labels is not None and value not in labels:
            yield f"is none of the labels of {field.db_type}: {', '.join(labels)}"
    elif isinstance(value, Decimal) and kind in ("numeric", "decimal") and modifiers:
        yield from _digits(value, *modifiers)
    elif type(value) is int and kind in _BITS:
        bound = 1 << (_BITS[kind] - 1)
        if not -bound <= value < bound:
            yield f"does not fit the column's type, {kind}: it goes from {-bound} to {bound - 1}"


def _type_of(field: ModelField) -> tuple[str, list[int]]:
    """The name of a field's type, and the numbers in parentheses behind it."""
    if field.db_type is None:
        if field.python_type is int:
            # A key may be of any width.
            return ("bigint" if field.primary_key else "integer"), []
        return "", []
    name, _, rest = field.db_type.partition("(")
    numbers = rest.partition(")")[0].split(",") if rest.endswith(")") else []
    try:
        return name.strip(), [int(number) for number in numbers]
    except ValueError:
        return name.strip(), []


def _digits(value: Decimal, precision: int, scale: int = 0) -> Iterator[str]:
    if value.is_nan():
        return
    if value.is_infinite():
        yield f"is infinite; the column takes {precision} digits"
        return
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    # Zeros at the end are no digits that would be lost.
    significant = text.rstrip("0")
    exponent += len(text) - len(significant)
    if significant and -exponent > scale:
        yield f"has {-exponent} digits behind the point; the column keeps {scale}"
    elif significant and len(significant) + exponent > precision - scale:
        yield (
            f"has {len(significant) + exponent} digits before the point; the column takes "
            f"{precision - scale}"
        )


def _labels(field: ModelField) -> tuple[str, ...] | None:
    """The labels of a field's enumeration, where the models file lists it in ``types``."""
    types = field.namespace.get("types")
    if field.db_type is None or not isinstance(types, (list, tuple)):
        return None
    wanted = field.db_type.replace('"', "")
    for one in types:
        if isinstance(one, EnumType) and wanted in (
            one.name,
            f"{one.schema}.{one.name}",
        ):
            return one.labels
    return None


async def validate_unique(
    instance: Model, exclude: Iterable[str], using: Database | str | None
) -> None:
    """Look for other rows with the same keys, in one statement.

    Raises:
        ValidationError: there is one.
    """
    options = instance._meta
    excluded = set(exclude)
    keys = [
        (fields, nulls_equal)
        for fields, nulls_equal in _unique_keys(options, is_loaded(instance))
        if excluded.isdisjoint(field.name for field in fields)
        and _is_comparable(instance, fields, nulls_equal)
    ]
    if not keys:
        return

    def make(columns: Columns) -> Compiled:
        from hyperdjango.database.shapes import TUPLES
        from hyperdjango.query.compiled import Compiled
        from hyperdjango.query.writer import Writer, table

        writer = Writer()
        tests = []
        for fields, _ in keys:
            where = " AND ".join(_is_same(instance, fields, columns, writer))
            if is_loaded(instance) and options.primary_key:
                itself = " AND ".join(
                    _is_same(instance, options.primary_key, columns, writer)
                )
                where += f" AND NOT ({itself})"
            tests.append(f"EXISTS (SELECT 1 FROM {table(options.model)} WHERE {where})")
        sql = f"SELECT {', '.join(tests)}"
        return Compiled(sql, tuple(writer.parameters), TUPLES, (), writer.text)

    row = await _ask(instance, make, using)
    problems: dict[str, list[str]] = {}
    for (fields, _), exists in zip(keys, row, strict=True):
        if exists:
            names = " and ".join(field.name for field in fields)
            place = fields[0].name if len(fields) == 1 else NON_FIELD_ERRORS
            problems.setdefault(place, []).append(
                f"there is another {options.name} with this {names}"
            )
    if problems:
        raise ValidationError(problems)


def _unique_keys(
    options: Options, is_loaded: bool
) -> Iterator[tuple[tuple[ModelField, ...], bool]]:
    """The fields that no two rows have equal, and whether nulls are equal there; each once."""
    found: dict[tuple[ModelField, ...], bool] = {}
    key = options.primary_key
    if key and not is_loaded and all(field.column != "ctid" for field in key):
        found[key] = False
    for field in options.fields:
        if field.unique:
            found[(field,)] = False
    for one in options.constraints:
        if isinstance(one, Unique):
            fields = tuple(options.by_name[name] for name in one.fields)
            found[fields] = one.nulls_not_distinct
    for index in options.indexes:
        if index.unique and index.where is None:
            names = [
                key.field if isinstance(key, IndexColumn) else key for key in index.keys
            ]
            fields = tuple(
                options.by_name[name] for name in names if isinstance(name, str)
            )
            if len(fields) == len(names):
                found.setdefault(fields, index.nulls_not_distinct)
    yield from found.items()


def _is_comparable(
    instance: Model, fields: tuple[ModelField, ...], nulls_equal: bool
) -> bool:
    """Whether the values are known, and another row could have the same ones."""
    present = set(loaded_fields(instance))
    for field in fields:
        if field.position not in present:
            return False
        value = getattr(instance, field.name)
        if is_expression(value) or (value is None and not nulls_equal):
            return False
    return True


def _is_same(
    instance: Model, fields: Iterable[ModelField], columns: Columns, writer: Writer
) -> Iterator[str]:
    from hyperdjango.query.writes import parameter
    from hyperdjango.quoting import identifier

    for field in fields:
        value = getattr(instance, field.name)
        if value is None:
            yield f"{identifier(field.column)} IS NULL"
        else:
            yield f"{identifier(field.column)} = {parameter(writer, field, value, columns)}"


async def validate_constraints(
    instance: Model, exclude: Iterable[str], using: Database | str | None
) -> None:
    """Have the server compute the check constraints for the instance's values, in one statement.

    A field that was never set has its default there, if that is a constant. Other values that are not known
    are NULL, which fulfils most checks.

    Raises:
        ValidationError: one is not fulfilled.
    """
    options = instance._meta
    excluded = set(exclude)
    checks = [one for one in options.constraints if isinstance(one, Check)]
    if not checks:
        return

    def make(columns: Columns) -> Compiled:
        from hyperdjango.database.shapes import TUPLES
        from hyperdjango.query.compiled import Compiled
        from hyperdjango.query.writer import Writer
        from hyperdjango.query.writes import parameter
        from hyperdjango.quoting import identifier

        writer = Writer()
        present = set(loaded_fields(instance))
        values = []
        for field in options.fields:
            if field.column == "ctid":
                continue
            known = field.position in present and field.name not in excluded
            value = getattr(instance, field.name) if known else None
            text = "NULL" if known else _default(instance, field)
            if value is not None and not is_expression(value):
                text = parameter(writer, field, value, columns)
            kind = columns.type_of(field)
            values.append(f"{text}::{kind} AS {identifier(field.column)}")
        tests = ", ".join(f"({check.expression}) IS NOT FALSE" for check in checks)
        row = f"(SELECT {', '.join(values)}) {identifier(options.table_name)}"
        sql = f"SELECT {tests} FROM {row}"
        return Compiled(sql, tuple(writer.parameters), TUPLES, (), writer.text)

    row = await _ask(instance, make, using)
    problems = [
        f"the check {check.name or check.expression} is not fulfilled"
        for check, is_fulfilled in zip(checks, row, strict=True)
        if not is_fulfilled
    ]
    if problems:
        raise ValidationError({NON_FIELD_ERRORS: problems})


def _default(instance: Model, field: ModelField) -> str:
    """What a field that was never set will have, in SQL, where that is plain; a function may do anything."""
    default = field.db_default
    if is_loaded(instance) or default is None or "(" in default:
        return "NULL"
    return f"({default})"


async def _ask(
    instance: Model, make: Callable[[Columns], Compiled], using: Database | str | None
) -> tuple[Any, ...]:
    from hyperdjango.database.routing import place_of, resolve
    from hyperdjango.query import execution

    where = using if using is not None else place_of(instance)
    database = await resolve(type(instance), write=True, using=where)
    rows = await execution.run(database, await execution.write(database, make))
    row: tuple[Any, ...] = rows[0]
    return row


async def full_clean(
    instance: Model,
    exclude: Iterable[str],
    unique: bool,
    constraints: bool,
    using: Database | str | None,
) -> None:
    """Look at everything, and say all that is wrong at once.

    Raises:
        ValidationError: something is.
    """
    problems: dict[str, list[str]] = {}
    excluded = set(exclude)

    def note(error: ValidationError) -> None:
        for name, messages in error.as_dict(NON_FIELD_ERRORS).items():
            problems.setdefault(name, []).extend(messages)

    try:
        instance.clean_fields(excluded)
    except ValidationError as error:
        note(error)
    try:
        instance.clean()
    except ValidationError as error:
        note(error)
    # What has a wrong value already is not compared with other rows.
    excluded.update(problems)
    if unique:
        try:
            await instance.validate_unique(excluded, using=using)
        except ValidationError as error:
            note(error)
    excluded.update(problems)
    if constraints:
        try:
            await instance.validate_constraints(excluded, using=using)
        except ValidationError as error:
            note(error)
    if problems:
        raise ValidationError(problems)
