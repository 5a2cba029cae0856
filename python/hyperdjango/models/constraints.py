"""The constraints that a ``Meta`` may list: keys, foreign keys, checks and exclusions."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.columns import Table
from hyperdjango.models.declaration import (
    Declaration,
    choice,
    class_name,
    flag,
    names,
    optional_text,
    parameters,
    refuse,
    refuse_unknown,
    settings,
    text,
)
from hyperdjango.models.suggest import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, Never

    Deferrable = Literal[False, "deferred", "immediate"]

# What happens to a row when the one it refers to goes or changes its key (PostgreSQL
# documentation, "CREATE TABLE", REFERENCES).
ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")

# MATCH PARTIAL is in the standard, and not in PostgreSQL.
MATCHES = ("SIMPLE", "FULL")


class Constraint(Declaration):
    """What every constraint has: a name, None where PostgreSQL's own is meant, and a comment."""

    __slots__ = ("comment", "name")
    name: str | None
    comment: str | None

    def _named(self, name: str | None, comment: str | None) -> None:
        kind = type(self).__name__
        self._store(
            name=optional_text(kind, "name", name),
            comment=optional_text(kind, "comment", comment),
        )


class PrimaryKey(Constraint):
    """The primary key of a model, where it has facts that ``primary_key=True`` can't say.

    Arguments:
        *fields: str, the key's fields in order; none means those marked ``primary_key=True``.
        name: str | None, where it is not the one that PostgreSQL would choose.
        include: list of str, fields kept in the index without being part of the key.
        options: dict of str, storage parameters of its index, ``{"fillfactor": "70"}``.
        tablespace: str | None, where its index is, other than the database's own.
        deferrable: False, ``"deferred"`` or ``"immediate"``, when it is checked.
        comment: str | None, the constraint's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE TABLE", PRIMARY KEY.

    >>> PrimaryKey(name="orders_key", include=["status"])
    PrimaryKey(name='orders_key', include=['status'])
    """

    __slots__ = ("deferrable", "fields", "include", "options", "tablespace")
    fields: tuple[str, ...]
    include: tuple[str, ...]
    options: Mapping[str, str]
    tablespace: str | None
    deferrable: Deferrable

    def __init__(
        self,
        *fields: str,
        name: str | None = None,
        include: Sequence[str] = (),
        options: Mapping[str, str] | None = None,
        tablespace: str | None = None,
        deferrable: Deferrable = False,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("PrimaryKey", unknown, parameters(PrimaryKey))
        self._named(name, comment)
        self._store(
            fields=names("PrimaryKey", "fields", fields),
            include=names("PrimaryKey", "include", include),
            options=settings("PrimaryKey", "options", options),
            tablespace=optional_text("PrimaryKey", "tablespace", tablespace),
            deferrable=checked_deferrable("PrimaryKey", deferrable),
        )


class Unique(Constraint):
    """A unique constraint over one field or several.

    Over exactly one field that is marked ``unique=True`` it is that same constraint, with what
    the mark can't say.

    Arguments:
        *fields: str, the fields in order, at least one.
        name: str | None, where it is not the one that PostgreSQL would choose.
        include: list of str, fields kept in the index without being part of the key.
        options: dict of str, storage parameters of its index, ``{"fillfactor": "70"}``.
        tablespace: str | None, where its index is, other than the database's own.
        nulls_not_distinct: bool, whether two nulls are equal (PostgreSQL 15).
        deferrable: False, ``"deferred"`` or ``"immediate"``, when it is checked.
        comment: str | None, the constraint's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE TABLE", UNIQUE.

    >>> Unique("tenant_id", "email", deferrable="immediate")
    Unique('tenant_id', 'email', deferrable='immediate')
    """

    __slots__ = (
        "deferrable",
        "fields",
        "include",
        "nulls_not_distinct",
        "options",
        "tablespace",
    )
    fields: tuple[str, ...]
    include: tuple[str, ...]
    options: Mapping[str, str]
    tablespace: str | None
    nulls_not_distinct: bool
    deferrable: Deferrable

    def __init__(
        self,
        *fields: str,
        name: str | None = None,
        include: Sequence[str] = (),
        options: Mapping[str, str] | None = None,
        tablespace: str | None = None,
        nulls_not_distinct: bool = False,
        deferrable: Deferrable = False,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Unique", unknown, parameters(Unique))
        self._named(name, comment)
        if not fields:
            raise refuse("Unique", "fields", "at least one field", fields)
        self._store(
            fields=names("Unique", "fields", fields),
            include=names("Unique", "include", include),
            options=settings("Unique", "options", options),
            tablespace=optional_text("Unique", "tablespace", tablespace),
            nulls_not_distinct=flag("Unique", "nulls_not_distinct", nulls_not_distinct),
            deferrable=checked_deferrable("Unique", deferrable),
        )


class ForeignKey(Constraint):
    """A foreign key over several fields, or the facts of one that ``foreign_key=`` can't say.

    Arguments:
        fields: str | list of str, the referring field or fields.
        to: str | Table | None, the class name of the target, or its table; None means the
            target of the field's own ``foreign_key``, refined by the rest.
        to_fields: list of str | None, the fields of ``to``; None means its primary key.
        name: str | None, where it is not the one that PostgreSQL would choose.
        on_delete, on_update: str, ``"NO ACTION"``, ``"RESTRICT"``, ``"CASCADE"``,
            ``"SET NULL"`` or ``"SET DEFAULT"``; None means the field's own, or else no action.
        match: str, ``"SIMPLE"`` or ``"FULL"``, how nulls in a key of several fields count.
        set_columns: list of str, the fields that ``SET NULL`` or ``SET DEFAULT`` sets when a
            target is deleted (PostgreSQL 15); none means all.
        deferrable: False, ``"deferred"`` or ``"immediate"``, when it is checked.
        validated: bool, False for one added ``NOT VALID`` and never validated.
        comment: str | None, the constraint's comment.

    Raises:
        ModelError: a value is of the wrong type, two contradict each other, or a keyword is
            unknown.

    PostgreSQL documentation, "CREATE TABLE", FOREIGN KEY.

    >>> ForeignKey("user_id", deferrable="deferred")
    ForeignKey(['user_id'], deferrable='deferred')
    >>> ForeignKey(["tenant_id", "user_id"], "User", ["tenant_id", "id"], on_delete="cascade")
    ForeignKey(['tenant_id', 'user_id'], to='User', to_fields=['tenant_id', 'id'], on_delete='CASCADE')
    """

    __slots__ = (
        "deferrable",
        "fields",
        "match",
        "on_delete",
        "on_update",
        "set_columns",
        "to",
        "to_fields",
        "validated",
    )
    fields: tuple[str, ...]
    to: str | Table | None
    to_fields: tuple[str, ...] | None
    on_delete: str | None
    on_update: str | None
    match: str
    set_columns: tuple[str, ...]
    deferrable: Deferrable
    validated: bool

    def __init__(
        self,
        fields: str | Sequence[str],
        to: str | Table | None = None,
        to_fields: Sequence[str] | None = None,
        *,
        name: str | None = None,
        on_delete: str | None = None,
        on_update: str | None = None,
        match: str = "SIMPLE",
        set_columns: Sequence[str] = (),
        deferrable: Deferrable = False,
        validated: bool = True,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("ForeignKey", unknown, parameters(ForeignKey))
        self._named(name, comment)
        given = [fields] if isinstance(fields, str) else fields
        if to is not None and not isinstance(to, Table):
            to = class_name("ForeignKey", "to", to)
        self._store(
            fields=names("ForeignKey", "fields", given),
            to=to,
            to_fields=None
            if to_fields is None
            else names("ForeignKey", "to_fields", to_fields),
            on_delete=checked_action("ForeignKey", "on_delete", on_delete),
            on_update=checked_action("ForeignKey", "on_update", on_update),
            match=choice("ForeignKey", "match", match, MATCHES),
            set_columns=names("ForeignKey", "set_columns", set_columns),
            deferrable=checked_deferrable("ForeignKey", deferrable),
            validated=flag("ForeignKey", "validated", validated),
        )
        self._check()

    def _check(self) -> None:
        """What PostgreSQL would refuse, and what would be ambiguous."""
        targets = self.to_fields
        if isinstance(self.to, Table):
            if targets is not None:
                raise ModelError(
                    f"{place()}ForeignKey() has to_fields for a Table; name the columns there: "
                    f"{Table(self.to.schema, self.to.name, *targets)!r}"
                )
            targets = self.to.columns or None
        if not self.fields:
            raise refuse("ForeignKey", "fields", "at least one field", [])
        if self.to is None and (len(self.fields) > 1 or targets is not None):
            raise ModelError(
                f"{place()}ForeignKey() without a target refines the foreign_key of one field; "
                "name the target as to="
            )
        if targets is not None and len(targets) != len(self.fields):
            raise ModelError(
                f"{place()}ForeignKey() has {len(self.fields)} fields and {len(targets)} "
                "target fields; give as many of one as of the other"
            )
        if not self.set_columns:
            return
        stray = [name for name in self.set_columns if name not in self.fields]
        if stray:
            raise ModelError(
                f"{place()}ForeignKey() has {stray[0]!r} in set_columns, which is none of its "
                f"fields: {', '.join(self.fields)}"
            )
        # With to=None the field may carry the action, and is checked with it.
        if self.to is not None and self.on_delete not in ("SET NULL", "SET DEFAULT"):
            raise ModelError(
                f"{place()}ForeignKey() has set_columns, which only on_delete='SET NULL' and "
                "'SET DEFAULT' take; add one of them, or drop set_columns"
            )


class Check(Constraint):
    """A condition that every row meets.

    Arguments:
        expression: str, SQL as ``pg_get_constraintdef`` prints it inside ``CHECK (…)``; it
            names columns.
        name: str | None, where it is not the one that PostgreSQL would choose.
        no_inherit: bool, whether child tables are left out.
        validated: bool, False for one added ``NOT VALID`` and never validated.
        comment: str | None, the constraint's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE TABLE", CHECK.

    >>> Check("(price > 0)", name="price_is_positive")
    Check('(price > 0)', name='price_is_positive')
    """

    __slots__ = ("expression", "no_inherit", "validated")
    expression: str
    no_inherit: bool
    validated: bool

    def __init__(
        self,
        expression: str,
        *,
        name: str | None = None,
        no_inherit: bool = False,
        validated: bool = True,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Check", unknown, parameters(Check))
        self._named(name, comment)
        self._store(
            expression=text("Check", "expression", expression),
            no_inherit=flag("Check", "no_inherit", no_inherit),
            validated=flag("Check", "validated", validated),
        )


class Exclude(Constraint):
    """A condition that no two rows meet together.

    Arguments:
        definition: str, the whole of it as ``pg_get_constraintdef`` prints it,
            ``"EXCLUDE USING gist (room WITH =, during WITH &&)"``, without deferrability.
        name: str | None, where it is not the one that PostgreSQL would choose.
        deferrable: False, ``"deferred"`` or ``"immediate"``, when it is checked.
        comment: str | None, the constraint's comment.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE TABLE", EXCLUDE.

    >>> Exclude("EXCLUDE USING gist (during WITH &&)").definition
    'EXCLUDE USING gist (during WITH &&)'
    """

    __slots__ = ("deferrable", "definition")
    definition: str
    deferrable: Deferrable

    def __init__(
        self,
        definition: str,
        *,
        name: str | None = None,
        deferrable: Deferrable = False,
        comment: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Exclude", unknown, parameters(Exclude))
        self._named(name, comment)
        if not text("Exclude", "definition", definition).upper().startswith("EXCLUDE"):
            raise refuse("Exclude", "definition", "'EXCLUDE USING …'", definition)
        self._store(
            definition=definition,
            deferrable=checked_deferrable("Exclude", deferrable),
        )


def checked_deferrable(kind: str, value: object) -> str | bool:
    """False, or the one of the two words that the value spells."""
    if value is False:
        return False
    return choice(kind, "deferrable", value, ("deferred", "immediate"))


def checked_action(kind: str, keyword: str, value: object) -> str | None:
    """The referential action that the value spells, in PostgreSQL's capitals, or None."""
    return None if value is None else choice(kind, keyword, value, ACTIONS)
