"""Validation that asks the database: other rows with the same keys, checks, and values that it has to read."""

from __future__ import annotations

from contextlib import nullcontext
from enum import Enum
from typing import Any

from hyperdjango._engine import is_loaded, loaded_fields
from hyperdjango.errors import (
    DataError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    ValidationError,
)
from hyperdjango.models import domains
from hyperdjango.models.constraints import Check, Unique
from hyperdjango.models.field import is_expression
from hyperdjango.models.indexes import IndexColumn
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hyperdjango.database import Database
    from hyperdjango.errors import Error
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.models.options import Options
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.compiled import Compiled
    from hyperdjango.query.writer import Writer

# What is wrong with an instance as a whole stands under this name, as in Django.
NON_FIELD_ERRORS = "__all__"


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

    for field in fields:
        value = getattr(instance, field.name)
        if value is None:
            yield f"{identifier(field.column)} IS NULL"
        else:
            yield f"{identifier(field.column)} = {parameter(writer, field, value, columns)}"


async def validate_constraints(
    instance: Model, exclude: Iterable[str], using: Database | str | None
) -> None:
    """Have the server compute the checks of table and domains for the instance's values, in one statement.

    A field that was never set has its default there, if that is a constant. Other values that are not known
    are NULL, which fulfils most checks.

    Raises:
        ValidationError: one is not fulfilled.
    """
    options = instance._meta
    excluded = set(exclude)
    checks = [one for one in options.constraints if isinstance(one, Check)]
    of_domains = [
        (field, said, test)
        for field in options.fields
        if _is_known(instance, field, excluded)
        for said, test in domains.checks(field, identifier(field.column))
    ]
    if not (checks or of_domains):
        return

    def make(columns: Columns) -> Compiled:
        from hyperdjango.database.shapes import TUPLES
        from hyperdjango.query.compiled import Compiled
        from hyperdjango.query.writer import Writer
        from hyperdjango.query.writes import parameter

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
            kind = domains.plain_type(field) or columns.type_of(field)
            values.append(f"{text}::{kind} AS {identifier(field.column)}")
        every = [f"({check.expression}) IS NOT FALSE" for check in checks]
        tests = ", ".join([*every, *(test for _, _, test in of_domains)])
        row = f"(SELECT {', '.join(values)}) {identifier(options.table_name)}"
        sql = f"SELECT {tests} FROM {row}"
        return Compiled(sql, tuple(writer.parameters), TUPLES, (), writer.text)

    row = await _ask(instance, make, using)
    problems: dict[str, list[str]] = {}
    said = [
        (
            NON_FIELD_ERRORS,
            f"the check {check.name or check.expression} is not fulfilled",
        )
        for check in checks
    ]
    said.extend((field.name, words) for field, words, _ in of_domains)
    for (place, words), is_fulfilled in zip(said, row, strict=True):
        if not is_fulfilled:
            problems.setdefault(place, []).append(words)
    if problems:
        raise ValidationError(problems)


def _is_known(instance: Model, field: ModelField, excluded: set[str]) -> bool:
    """Whether a field has a value that can be looked at."""
    if field.name in excluded or field.position not in loaded_fields(instance):
        return False
    value = getattr(instance, field.name)
    return not (value is None or is_expression(value) or field.generated is not None)


# The types that take every text, as far as `clean_fields` has not refused it.
_TEXTS = frozenset(
    ("text", "character varying", "character", "citext", "name", '"char"')
)


async def validate_values(
    instance: Model, exclude: Iterable[str], using: Database | str | None
) -> None:
    """Have the server read the values that are text here and something else there, in one statement.

    Raises:
        ValidationError: it can't read one, as a UUID of the wrong length.
    """
    excluded = set(exclude)
    fields = [
        field
        for field in instance._meta.fields
        if _is_known(instance, field, excluded)
        and isinstance(getattr(instance, field.name), str)
        and domains.labels(field) is None
        and not isinstance(getattr(instance, field.name), Enum)
    ]
    if not fields:
        return
    database = await _database(instance, using)
    transaction = database.current()
    if transaction is not None and not transaction.is_ours:
        # A value that can't be read would end the transaction, and this task can't guard it.
        return

    async def refused(some: list[ModelField]) -> Error | None:
        def make(columns: Columns) -> Compiled:
            from hyperdjango.database.shapes import TUPLES
            from hyperdjango.query.compiled import Compiled
            from hyperdjango.query.writer import Writer
            from hyperdjango.query.writes import parameter

            writer, texts = Writer(), []
            for field in some:
                kind = domains.plain_type(field) or columns.type_of(field)
                if kind == "numeric":
                    # Its precision is asked for as well: too many digits are an error, not cut off.
                    kind = domains.base_type(field) or kind
                if kind not in _TEXTS:
                    value = getattr(instance, field.name)
                    text = parameter(writer, field, value, columns)
                    texts.append(f"{text}::{kind} IS NULL")
            sql = f"SELECT {', '.join(texts)}"
            return Compiled(sql, tuple(writer.parameters), TUPLES, (), writer.text)

        compiled = await execution.write(database, make)
        if not compiled.parameters:
            return None
        try:
            async with nullcontext() if transaction is None else database.transaction():
                await execution.run(database, compiled)
        except (
            DataError,
            ProgrammingError,
            IntegrityError,
            NotSupportedError,
        ) as error:
            return error
        return None

    from hyperdjango.query import execution

    if await refused(fields) is None:
        return
    problems: dict[str, list[str]] = {}
    for field in fields:
        error = await refused([field])
        if error is not None:
            words = str(error).partition("\n")[0].partition(" (SQLSTATE")[0]
            problems[field.name] = [f"does not fit the column's type: {words}"]
    if problems:
        raise ValidationError(problems)


def _default(instance: Model, field: ModelField) -> str:
    """What a field that was never set will have, in SQL, where that is plain; a function may do anything."""
    default = field.db_default
    if is_loaded(instance) or default is None or "(" in default:
        return "NULL"
    return f"({default})"


async def _database(instance: Model, using: Database | str | None) -> Database:
    from hyperdjango.database.routing import place_of, resolve

    where = using if using is not None else place_of(instance)
    return await resolve(type(instance), write=True, using=where)


async def _ask(
    instance: Model, make: Callable[[Columns], Compiled], using: Database | str | None
) -> tuple[Any, ...]:
    from hyperdjango.query import execution

    database = await _database(instance, using)
    rows = await execution.run(database, await execution.write(database, make))
    row: tuple[Any, ...] = rows[0]
    return row
