"""What a table is, in a form that the catalog and a model's `_meta` can both be brought into, and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

# The longest identifier (PostgreSQL documentation, "Identifiers and Key Words").
NAME_BYTES = 63


class ColumnFacts(NamedTuple):
    """A column: the default is its SQL, or "serial"; identity and generated are None where it is neither."""

    name: str
    data_type: str
    nullable: bool
    default: str | None
    identity: tuple[object, ...] | None
    generated: str | None
    collation: tuple[str, str] | None
    comment: str | None


class KeyFacts(NamedTuple):
    """A primary key or a unique constraint."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...]
    nulls_not_distinct: bool
    deferrable: str | bool
    comment: str | None


class ForeignKeyFacts(NamedTuple):
    """A foreign key."""

    name: str
    columns: tuple[str, ...]
    target: tuple[str, str]
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    set_columns: tuple[str, ...]
    match: str
    deferrable: str | bool
    validated: bool
    comment: str | None


class CheckFacts(NamedTuple):
    """A check, its expression as pg_get_constraintdef prints it within CHECK ( )."""

    name: str
    expression: str
    no_inherit: bool
    validated: bool
    comment: str | None


class IndexKeyFacts(NamedTuple):
    """One key of an index: a column's name or an expression."""

    column: str | None
    expression: str | None
    descending: bool
    nulls_first: bool
    operator_class: str | None
    collation: tuple[str, str] | None


class IndexFacts(NamedTuple):
    """An index that no constraint owns."""

    name: str
    method: str
    unique: bool
    keys: tuple[IndexKeyFacts, ...]
    include: tuple[str, ...]
    where: str | None
    nulls_not_distinct: bool
    comment: str | None


@dataclass
class TableFacts:
    """A table; what has no order of its own is sorted."""

    schema: str
    name: str
    comment: str | None = None
    columns: list[ColumnFacts] = field(default_factory=list)
    primary_key: KeyFacts | None = None
    uniques: list[KeyFacts] = field(default_factory=list)
    foreign_keys: list[ForeignKeyFacts] = field(default_factory=list)
    checks: list[CheckFacts] = field(default_factory=list)
    indexes: list[IndexFacts] = field(default_factory=list)

    def sorted(self) -> TableFacts:
        for facts in (self.uniques, self.foreign_keys, self.checks, self.indexes):
            facts.sort(key=repr)
        return self


def chosen_name(table: str, columns: str | None, label: str) -> str:
    """The name that PostgreSQL gives by itself: the longer part is shortened first, at a character's border.

    Arguments:
        table: str, the table's name.
        columns: str | None, the columns' names joined by underscores.
        label: str, "pkey", "key", "fkey", "check", "idx" or "seq".

    `makeObjectName` in PostgreSQL's `indexcmds.c` says so.
    """
    parts = [table.encode(), (columns or "").encode()]
    lengths = [len(part) for part in parts]
    room = NAME_BYTES - len(label) - 1 - (columns is not None)
    while sum(lengths) > room:
        lengths[0 if lengths[0] > lengths[1] else 1] -= 1
    shortened = [
        part[:length].decode(errors="ignore")
        for part, length in zip(parts, lengths, strict=True)
    ]
    return "_".join(shortened[: 1 if columns is None else 2] + [label])


def joined_columns(columns: tuple[str, ...]) -> str:
    """Columns in a chosen name, as far as one buffer holds them (`ChooseForeignKeyConstraintNameAddition`)."""
    joined = b""
    for column in columns:
        joined += (b"_" if joined else b"") + column.encode()
        if len(joined) > NAME_BYTES:
            break
    return joined.decode()


def index_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The names of an index's own columns: each only once (`ChooseIndexColumnNames`)."""
    found: list[str] = []
    for column in columns:
        name, number = column, 0
        while name in found:
            number += 1
            room = NAME_BYTES - len(str(number))
            name = column.encode()[:room].decode(errors="ignore") + str(number)
        found.append(name)
    return tuple(found)
