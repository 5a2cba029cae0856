"""Validation on request: whether an instance's values fit its fields, and what the database would refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hyperdjango._engine import is_loaded, loaded_fields
from hyperdjango.errors import ValidationError
from hyperdjango.models import domains, validation_asked
from hyperdjango.models.field import is_expression
from hyperdjango.models.validation_asked import NON_FIELD_ERRORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model

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
            takes_null = field.accepts_null and domains.takes_null(field)
            if not (takes_null or (field.primary_key and is_counted(field))):
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
    if is_counted(field) or domains.has_default(field):
        return False
    return not (field.accepts_null and domains.takes_null(field))


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
        labels = domains.labels(field)
        if labels is not None and value not in labels:
            kind = domains.base_type(field) or ""
            yield f"is none of the labels of {kind}: {', '.join(labels)}"
    elif isinstance(value, Decimal) and kind in ("numeric", "decimal") and modifiers:
        yield from _digits(value, *modifiers)
    elif type(value) is int and kind in _BITS:
        bound = 1 << (_BITS[kind] - 1)
        if not -bound <= value < bound:
            yield f"does not fit the column's type, {kind}: it goes from {-bound} to {bound - 1}"


def _type_of(field: ModelField) -> tuple[str, list[int]]:
    """The name of a field's type, and the numbers in parentheses behind it."""
    written = domains.base_type(field)
    if written is None:
        if field.python_type is int:
            # A key may be of any width.
            return ("bigint" if field.primary_key else "integer"), []
        return "", []
    name, _, rest = written.partition("(")
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
    if unique or constraints:
        try:
            await validation_asked.validate_values(instance, excluded, using)
        except ValidationError as error:
            note(error)
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
