"""Matching: which keys of two sides of a relation are equal, as PostgreSQL has it."""

from __future__ import annotations

import math

from hyperdjango.database.shapes import TUPLES
from hyperdjango.query.compiled import Compiled
from hyperdjango.query.writer import Writer
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.query.columns import RealColumn

    Pairs = tuple[tuple[ModelField, ModelField], ...]
    # The parts of a key in PostgreSQL's text form.
    Texts = tuple[str, ...]

# Types whose values are equal to each other's, whatever the width or the length, where Python's are.
_WHOLE = frozenset(("smallint", "integer", "bigint", "oid"))
_TEXT = frozenset(("text", "character varying", "name"))
# Types whose values are equal to those of the same type where Python's are, by the annotations for which that holds: as
# text, 1.0 is not 1.00, and a float has fewer digits than a numeric.
_EXACT = {
    "uuid": ("UUID", "str", "object"),
    "boolean": ("bool", "str", "object"),
    "date": ("date", "str", "object"),
    "bytea": ("bytes", "str", "object"),
    "time without time zone": ("time", "str", "object"),
    "timestamp without time zone": ("datetime", "str", "object"),
    "timestamp with time zone": ("datetime", "object"),
    "numeric": ("Decimal", "int"),
    "real": ("float",),
    "double precision": ("float",),
}
# Types whose text is written in one way only.
_CANONICAL = frozenset(("inet", "cidr", "macaddr", "macaddr8"))
_DEFAULT = 'pg_catalog."default"'
# Annotations with values that are not equal to themselves, NaN, or that are text: infinity.
_NUMBERS = frozenset(("float", "Decimal"))
_MOMENTS = frozenset(("date", "datetime", "time"))
_SPECIAL = _NUMBERS | _MOMENTS
_STEADY = _SPECIAL | {"UUID", "bytes"}


class Matching:
    """How the keys of a relation are found equal: the one place where that is known.

    Arguments:
        pairs: the fields of both sides, those of the rows that are there before those of the rows that are
            looked for.
        columns: their columns.
        referred_first: bool, whether the first of each pair is the one that the foreign key refers to.

    Attributes:
        is_plain: bool, whether Python finds the same values equal as PostgreSQL does, but for values that are
            special.
        is_of_one_type: bool, whether the columns of both sides are of the same types and collations.
    """

    __slots__ = (
        "_collations",
        "_fields",
        "_specials",
        "_types",
        "is_of_one_type",
        "is_plain",
    )

    def __init__(
        self,
        pairs: Pairs,
        columns: Sequence[tuple[RealColumn, RealColumn]],
        referred_first: bool,
    ) -> None:
        self._fields = tuple(zip(*pairs, strict=True))
        self._types = tuple(
            zip(*[(here.type, there.type) for here, there in columns], strict=True)
        )
        # The collation of each, and whether it has to be said: it is not that of the column that is looked at.
        self._collations = [
            (collation, collation != there.collation)
            for (_, there), collation in zip(
                columns,
                [_collation(*real, referred_first) for real in columns],
                strict=True,
            )
        ]
        self.is_plain = all(
            _is_plain(fields, real) for fields, real in zip(pairs, columns, strict=True)
        )
        self.is_of_one_type = all(
            here.type == there.type and here.collation == there.collation
            for here, there in columns
        )
        self._specials = [
            (number, here)
            for number, (here, _) in enumerate(pairs)
            if here.python_type.__name__ in _SPECIAL
        ]

    def is_plain_for(self, keys: Sequence[Any]) -> bool:
        """Whether Python finds these keys equal to the same keys as PostgreSQL does.

        Arguments:
            keys: values, or tuples of them for a key of several fields.
        """
        if not self.is_plain:
            return False
        several = len(self._fields[0]) > 1
        for number, field in self._specials:
            values = [key[number] for key in keys] if several else keys
            if has_special(field, values):
                return False
        return True

    def texts(self, values: Sequence[Any], side: int) -> Texts | None:
        """The parts of a key as text, or None if one is missing.

        Arguments:
            values: the parts.
            side: int, 0 for the rows that are there, 1 for those that are looked for.
        """
        texts = []
        for field, kind, value in zip(
            self._fields[side], self._types[side], values, strict=True
        ):
            if value is None:
                return None
            texts.append(_text(field, kind, value))
        return tuple(texts)

    def texts_of(self, row: Any, side: int) -> Texts | None:
        """The key of an instance as text; None if a part of it is missing."""
        return self.texts(
            [getattr(row, field.name) for field in self._fields[side]], side
        )

    def write(self, alias: str, keys: Iterable[Texts], writer: Writer) -> str:
        """The condition that a row looked for has one of these keys.

        Arguments:
            alias: str, the alias of its table.
            keys: the keys, as text, at least one.
            writer: Writer, the statement.
        """
        several = list(keys)
        columns = [
            f"{alias}.{identifier(field.column)}"
            # On the column, since what comes out of a subquery has no collation that was said.
            + (f" COLLATE {collation}" if collation and is_said else "")
            for field, (collation, is_said) in zip(
                self._fields[1], self._collations, strict=True
            )
        ]
        if len(several) == 1:
            return " AND ".join(
                f"{column} = {_cast(writer.parameter(text, True) + '::text', kind)}"
                for column, text, kind in zip(
                    columns, several[0], self._types[0], strict=True
                )
            )
        arrays = [f"{writer.parameter(list(part))}::text[]" for part in zip(*several)]
        if len(columns) == 1:
            selected = _cast(f"unnest({arrays[0]})", self._types[0][0])
            return f"{columns[0]} IN (SELECT {selected})"
        names = [f"k{number}" for number in range(len(columns))]
        selected = ", ".join(
            _cast(f"k.{name}", kind)
            for name, kind in zip(names, self._types[0], strict=True)
        )
        return (
            f"({', '.join(columns)}) IN (SELECT {selected} "
            f"FROM unnest({', '.join(arrays)}) k({', '.join(names)}))"
        )

    def pairing(self, here: Sequence[Texts], there: Sequence[Texts]) -> Compiled:
        """The statement that pairs keys of both sides that are equal: rows of their places, counted from 1.

        Arguments:
            here: keys of the rows that are there, as text.
            there: keys of the rows that were found, as text.
        """
        writer = Writer()
        sources = []
        for name, keys in (("h", here), ("t", there)):
            arrays = ", ".join(
                f"{writer.parameter(list(part))}::text[]" for part in zip(*keys)
            )
            names = ", ".join(f"k{number}" for number in range(len(self._fields[0])))
            sources.append(f"unnest({arrays}) WITH ORDINALITY {name}({names}, n)")
        same = []
        for number, (mine, theirs, (collation, _)) in enumerate(
            zip(*self._types, self._collations, strict=True)
        ):
            said = f" COLLATE {collation}" if collation else ""
            same.append(
                f"{_cast(f't.k{number}', theirs)}{said} = {_cast(f'h.k{number}', mine)}"
            )
        sql = (
            f"SELECT h.n, t.n FROM {sources[0]} JOIN {sources[1]} "
            f"ON {' AND '.join(same)}"
        )
        return Compiled(sql, tuple(writer.parameters), TUPLES, (), writer.text)


def _collation(here: RealColumn, there: RealColumn, referred_first: bool) -> str | None:
    """The collation that a JOIN compares two columns by (PostgreSQL documentation, "Collation Support", "Concepts").

    Where it can't tell, it is that of the column which a foreign key refers to.
    """
    if here.collation in (None, _DEFAULT):
        return there.collation or here.collation
    if there.collation in (None, _DEFAULT) or referred_first:
        return here.collation
    return there.collation


def _is_plain(
    fields: tuple[ModelField, ModelField], columns: tuple[RealColumn, RealColumn]
) -> bool:
    """Whether Python's equality of the values of two fields is PostgreSQL's of those of their columns."""
    python_type = fields[0].python_type
    if python_type is not fields[1].python_type:
        return False
    here, there = columns
    types = {here.type, there.type}
    if types <= _WHOLE:
        return python_type in (int, str, object)
    is_text = python_type is object or issubclass(python_type, str)
    if types <= _TEXT:
        return is_text and here.is_deterministic and there.is_deterministic
    if len(types) > 1:
        return False
    if here.type == "bpchar":
        # Of one length, all values are padded alike.
        return (
            is_text
            and here.declared == there.declared
            and "(" in here.declared
            and here.is_deterministic
            and there.is_deterministic
        )
    if here.is_enum or here.type in _CANONICAL:
        return True
    return python_type.__name__ in _EXACT.get(here.type, ())


def has_special(field: ModelField, values: Iterable[Any]) -> bool:
    """Whether there is a NaN, which is equal to itself in PostgreSQL alone, or text for what Python can't hold."""
    name = field.python_type.__name__
    if name in _NUMBERS:
        return any(map(math.isnan, values))
    return name in _MOMENTS and any(isinstance(value, str) for value in values)


def is_steady(here: ModelField, there: ModelField) -> bool:
    """Whether it is known of two fields alone, without their values, what a key of theirs is sent as."""
    kind = here.python_type
    return kind is there.python_type and (
        kind in (int, bool) or kind.__name__ in _STEADY or issubclass(kind, str)
    )


def _cast(text: str, kind: str) -> str:
    """Text as a value of a type."""
    if kind == "money":
        # Amounts are read as numbers, whatever the locale.
        return f"{text}::numeric::money"
    return f"{text}::{kind}"


def _text(field: ModelField, kind: str, value: Any) -> str:
    """A value of a field in PostgreSQL's text form."""
    from hyperdjango.query.manyrows import array_text
    from hyperdjango.query.sides import (
        hstore_text,
        is_range,
        plain_text,
        range_object_text,
    )
    from hyperdjango.query.writes import is_json, json_of

    if is_json(field, kind):
        return json_of(value)
    if isinstance(value, (list, tuple)):
        return array_text(value) or "{}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, dict):
        return hstore_text(value)
    if not isinstance(value, str) and is_range(value):
        return range_object_text(value)
    return plain_text(value)


__all__ = ["Matching", "has_special", "is_steady"]
