"""The indexes that a ``Meta`` may list, and the keys of an index."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.declaration import (
    Declaration,
    choice,
    flag,
    instances,
    names,
    optional_text,
    parameters,
    refuse_unknown,
    settings,
    text,
)
from hyperdjango.models.suggest import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, Never

    Nulls = Literal["first", "last"] | None


class IndexKey(Declaration):
    """What a key of an index may say besides what it indexes."""

    __slots__ = (
        "collation",
        "descending",
        "nulls",
        "operator_class",
        "operator_class_options",
    )
    descending: bool
    nulls: Nulls
    operator_class: str | None
    operator_class_options: Mapping[str, str]
    collation: str | tuple[str, str] | None

    def _keyed(
        self,
        descending: bool,
        nulls: Nulls,
        operator_class: str | None,
        operator_class_options: Mapping[str, str] | None,
        collation: str | tuple[str, str] | None,
    ) -> None:
        kind = type(self).__name__
        options = settings(kind, "operator_class_options", operator_class_options)
        if options and operator_class is None:
            raise ModelError(
                f"{place()}{kind}() has operator_class_options for no operator_class; name it"
            )
        self._store(
            descending=flag(kind, "descending", descending),
            nulls=nulls and choice(kind, "nulls", nulls, ("first", "last")),
            operator_class=optional_text(kind, "operator_class", operator_class),
            operator_class_options=options,
            collation=checked_collation(kind, collation),
        )


class IndexColumn(IndexKey):
    """A field as the key of an index, where it is more than its plain name.

    Arguments:
        field: str, the field's name.
        descending: bool, whether the order is from high to low.
        nulls: ``"first"``, ``"last"`` or None, where nulls sort; None means last, and first
            when descending.
        operator_class: str | None, as ``pg_get_indexdef`` prints it, ``"text_pattern_ops"``.
        operator_class_options: dict of str, the operator class's settings.
        collation: str | (schema, name) | None, a collation other than the column's.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE INDEX".

    >>> IndexColumn("created_at", descending=True, nulls="last")
    IndexColumn('created_at', descending=True, nulls='last')
    """

    __slots__ = ("field",)
    field: str

    def __init__(
        self,
        field: str,
        *,
        descending: bool = False,
        nulls: Nulls = None,
        operator_class: str | None = None,
        operator_class_options: Mapping[str, str] | None = None,
        collation: str | tuple[str, str] | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("IndexColumn", unknown, parameters(IndexColumn))
        self._store(field=text("IndexColumn", "field", field))
        self._keyed(
            descending, nulls, operator_class, operator_class_options, collation
        )


class IndexExpression(IndexKey):
    """An expression as the key of an index.

    Arguments:
        expression: str, SQL as ``pg_get_indexdef`` prints it; it names columns.
        descending, nulls, operator_class, operator_class_options, collation: as for
            ``IndexColumn``.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "Indexes on Expressions".

    >>> IndexExpression("lower(email)")
    IndexExpression('lower(email)')
    """

    __slots__ = ("expression",)
    expression: str

    def __init__(
        self,
        expression: str,
        *,
        descending: bool = False,
        nulls: Nulls = None,
        operator_class: str | None = None,
        operator_class_options: Mapping[str, str] | None = None,
        collation: str | tuple[str, str] | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("IndexExpression", unknown, parameters(IndexExpression))
        self._store(expression=text("IndexExpression", "expression", expression))
        self._keyed(
            descending, nulls, operator_class, operator_class_options, collation
        )


class Index(Declaration):
    """An index that no constraint brings along.

    Arguments:
        *keys: str | IndexColumn | IndexExpression, the keys in order, at least one; a str is a
            field's name.
        name: str | None, where it is not the one that PostgreSQL would choose.
        unique: bool, whether no two rows may have the same keys.
        method: str, the access method, ``"btree"``, ``"gin"``, …
        include: list of str, fields kept in the index without being part of the key.
        where: str | None, SQL that says which rows are indexed; it names columns.
        nulls_not_distinct: bool, whether two nulls are equal to a unique index (PostgreSQL 15).
        options: dict of str, storage parameters.
        tablespace: str | None, where it is not the database's own.
        valid: bool, False for one that ``CREATE INDEX CONCURRENTLY`` left unfinished.
        comment: str | None, the index's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE INDEX".

    >>> Index("user_id", IndexExpression("lower(status)"), where="(total > 0)")
    Index('user_id', IndexExpression('lower(status)'), where='(total > 0)')
    """

    __slots__ = (
        "comment",
        "include",
        "keys",
        "method",
        "name",
        "nulls_not_distinct",
        "options",
        "tablespace",
        "unique",
        "valid",
        "where",
    )
    keys: tuple[str | IndexColumn | IndexExpression, ...]
    name: str | None
    unique: bool
    method: str
    include: tuple[str, ...]
    where: str | None
    nulls_not_distinct: bool
    options: Mapping[str, str]
    tablespace: str | None
    valid: bool
    comment: str | None

    def __init__(
        self,
        *keys: str | IndexColumn | IndexExpression,
        name: str | None = None,
        unique: bool = False,
        method: str = "btree",
        include: Sequence[str] = (),
        where: str | None = None,
        nulls_not_distinct: bool = False,
        options: Mapping[str, str] | None = None,
        tablespace: str | None = None,
        valid: bool = True,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Index", unknown, parameters(Index))
        if not keys:
            raise ModelError(f"{place()}Index() has no keys; name at least one field")
        self._store(
            keys=instances("Index", "keys", keys, (str, IndexColumn, IndexExpression)),
            name=optional_text("Index", "name", name),
            unique=flag("Index", "unique", unique),
            method=text("Index", "method", method),
            include=names("Index", "include", include),
            where=optional_text("Index", "where", where),
            nulls_not_distinct=flag("Index", "nulls_not_distinct", nulls_not_distinct),
            options=settings("Index", "options", options),
            tablespace=optional_text("Index", "tablespace", tablespace),
            valid=flag("Index", "valid", valid),
            comment=optional_text("Index", "comment", comment),
        )
        if self.nulls_not_distinct and not self.unique:
            raise ModelError(
                f"{place()}Index() is nulls_not_distinct, which only a unique index can be; "
                "add unique=True"
            )


def checked_collation(kind: str, value: object) -> str | tuple[str, str] | None:
    """A collation of ``pg_catalog`` by its name, or one of another schema as (schema, name)."""
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return text(kind, "collation's schema", value[0]), text(
            kind, "collation", value[1]
        )
    return optional_text(kind, "collation", value)
