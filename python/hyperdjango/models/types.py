"""The types and sequences that a models module may list as ``types`` and ``sequences``."""

from __future__ import annotations

from types import MappingProxyType

from hyperdjango.models.annotations import is_enumeration
from hyperdjango.models.columns import Table, sequence_settings
from hyperdjango.models.constraints import Check
from hyperdjango.models.declaration import (
    Declaration,
    flag,
    instances,
    optional_text,
    parameters,
    refuse,
    refuse_unknown,
    storable,
    text,
)
from hyperdjango.models.indexes import checked_collation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence as Many
    from enum import Enum
    from typing import Never


class EnumType(Declaration):
    """An enumeration of labels.

    Arguments:
        schema, name: str, the type.
        labels: list of str, in their order; a label may be any text. Or the class of the enumeration in Python,
            whose members are text.
        comment: str | None, the type's comment.

    Raises:
        ModelError: a value is of the wrong type, a label is there twice, or a keyword is
            unknown.

    PostgreSQL documentation, "Enumerated Types".

    >>> EnumType("public", "mood", ["sad", "happy"])
    EnumType('public', 'mood', ['sad', 'happy'])
    """

    __slots__ = ("comment", "labels", "name", "schema")
    schema: str
    name: str
    labels: tuple[str, ...]
    comment: str | None

    def __init__(
        self,
        schema: str,
        name: str,
        labels: Many[str] | type[Enum],
        *,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("EnumType", unknown, parameters(EnumType))
        self._store(
            schema=text("EnumType", "schema", schema),
            name=text("EnumType", "name", name),
            labels=_labels(labels),
            comment=optional_text("EnumType", "comment", comment),
        )


def _labels(value: object) -> tuple[str, ...]:
    """The labels of an enumeration; unlike a name, one of them may be empty."""
    if isinstance(value, type) and is_enumeration(value):
        value = [str.__str__(member) for member in value]
    if not isinstance(value, (list, tuple)):
        raise refuse("EnumType", "labels", "a list of labels", value)
    for label in value:
        unique = value.count(label) == 1
        if not isinstance(label, str) or not storable(label) or not unique:
            raise refuse("EnumType", "labels", "text that is there only once", label)
    return tuple(value)


class DomainType(Declaration):
    """A type with conditions of its own.

    Arguments:
        schema, name: str, the type.
        base_type: str, the type underneath, as ``format_type`` prints it.
        nullable: bool, False for NOT NULL.
        db_default: str | None, the SQL of its default, as ``pg_get_expr`` prints it.
        collation: str | (schema, name) | None, where it is not the base type's.
        checks: list of Check, the conditions; they speak of ``VALUE``.
        comment: str | None, the type's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE DOMAIN".

    >>> DomainType("public", "price", "numeric", checks=[Check("(VALUE > 0)")]).base_type
    'numeric'
    """

    __slots__ = (
        "base_type",
        "checks",
        "collation",
        "comment",
        "db_default",
        "name",
        "nullable",
        "schema",
    )
    schema: str
    name: str
    base_type: str
    nullable: bool
    db_default: str | None
    collation: str | tuple[str, str] | None
    checks: tuple[Check, ...]
    comment: str | None

    def __init__(
        self,
        schema: str,
        name: str,
        base_type: str,
        *,
        nullable: bool = True,
        db_default: str | None = None,
        collation: str | tuple[str, str] | None = None,
        checks: Many[Check] = (),
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("DomainType", unknown, parameters(DomainType))
        self._store(
            schema=text("DomainType", "schema", schema),
            name=text("DomainType", "name", name),
            base_type=text("DomainType", "base_type", base_type),
            nullable=flag("DomainType", "nullable", nullable),
            db_default=optional_text("DomainType", "db_default", db_default),
            collation=checked_collation("DomainType", collation),
            checks=instances("DomainType", "checks", checks, Check),
            comment=optional_text("DomainType", "comment", comment),
        )


class CompositeType(Declaration):
    """A row type of its own, without a table.

    Arguments:
        schema, name: str, the type.
        fields: dict of str to str, the attributes in order, each with its type as
            ``format_type`` prints it.
        comment: str | None, the type's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "Composite Types".

    >>> CompositeType("public", "point", {"x": "integer", "y": "integer"}).fields["x"]
    'integer'
    """

    __slots__ = ("comment", "fields", "name", "schema")
    schema: str
    name: str
    fields: Mapping[str, str]
    comment: str | None

    def __init__(
        self,
        schema: str,
        name: str,
        fields: Mapping[str, str],
        *,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("CompositeType", unknown, parameters(CompositeType))
        if not isinstance(fields, (dict, MappingProxyType)):
            raise refuse("CompositeType", "fields", "a dict of names and types", fields)
        self._store(
            schema=text("CompositeType", "schema", schema),
            name=text("CompositeType", "name", name),
            fields=MappingProxyType(
                {
                    text("CompositeType", "a name in fields", field): text(
                        "CompositeType", f"the type of {field!r}", db_type
                    )
                    for field, db_type in fields.items()
                }
            ),
            comment=optional_text("CompositeType", "comment", comment),
        )

    def __eq__(self, other: object) -> bool:
        # The order of the attributes is part of the type, which a mapping's equality ignores.
        same = super().__eq__(other)
        if same is True and isinstance(other, CompositeType):
            return list(self.fields) == list(other.fields)
        return same

    __hash__ = Declaration.__hash__


class Sequence(Declaration):
    """A sequence that belongs to no serial or identity column.

    Arguments:
        schema, name: str, the sequence.
        data_type: str, ``"bigint"``, ``"integer"`` or ``"smallint"``.
        start, increment, min_value, max_value, cache: int | None, its settings; None is
            PostgreSQL's own for the data type.
        cycle: bool, whether it starts again when it is used up.
        owned_by: Table | None, the table and column that it goes away with.
        unlogged: bool, whether it is lost in a crash (PostgreSQL 15).
        comment: str | None, the sequence's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE SEQUENCE".

    >>> Sequence("public", "invoice_number", start=1000)
    Sequence('public', 'invoice_number', start=1000)
    """

    __slots__ = (
        "cache",
        "comment",
        "cycle",
        "data_type",
        "increment",
        "max_value",
        "min_value",
        "name",
        "owned_by",
        "schema",
        "start",
        "unlogged",
    )
    schema: str
    name: str
    data_type: str
    start: int | None
    increment: int | None
    min_value: int | None
    max_value: int | None
    cache: int | None
    cycle: bool
    owned_by: Table | None
    unlogged: bool
    comment: str | None

    def __init__(
        self,
        schema: str,
        name: str,
        *,
        data_type: str = "bigint",
        start: int | None = None,
        increment: int | None = None,
        min_value: int | None = None,
        max_value: int | None = None,
        cache: int | None = None,
        cycle: bool = False,
        owned_by: Table | None = None,
        unlogged: bool = False,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Sequence", unknown, parameters(Sequence))
        if owned_by is not None and (
            not isinstance(owned_by, Table) or len(owned_by.columns) != 1
        ):
            raise refuse("Sequence", "owned_by", "a Table with one column", owned_by)
        self._store(
            schema=text("Sequence", "schema", schema),
            name=text("Sequence", "name", name),
            data_type=text("Sequence", "data_type", data_type),
            owned_by=owned_by,
            unlogged=flag("Sequence", "unlogged", unlogged),
            comment=optional_text("Sequence", "comment", comment),
            **sequence_settings(
                "Sequence", start, increment, min_value, max_value, cache, cycle
            ),
        )
