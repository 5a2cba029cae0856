"""What a single field may need beyond plain values: ``Table``, ``Serial``, ``Identity``, ``Generated``."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.declaration import (
    Declaration,
    choice,
    flag,
    names,
    optional_text,
    parameters,
    refuse_unknown,
    text,
    whole,
)
from hyperdjango.models.suggest import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Never

# The two kinds of identity column (PostgreSQL documentation, "CREATE TABLE", GENERATED … AS
# IDENTITY).
IDENTITY_KINDS = ("always", "by default")

# The types that a sequence may count in (PostgreSQL documentation, "CREATE SEQUENCE").
SEQUENCE_TYPES = ("smallint", "integer", "bigint")


class Table(Declaration):
    """A table that no model of the file describes, named by its schema and name.

    Arguments:
        schema: str, the schema, ``"ref"``.
        name: str, the table, ``"countries"``.
        *columns: str, the referenced columns; none means the primary key.

    Raises:
        ModelError: a name is empty or not text, or a column is named twice.

    What it refers to is PostgreSQL's (PostgreSQL documentation, "CREATE TABLE", REFERENCES).

    >>> Table("ref", "countries", "code")
    Table('ref', 'countries', 'code')
    """

    __slots__ = ("columns", "name", "schema")
    schema: str
    name: str
    columns: tuple[str, ...]

    def __init__(self, schema: str, name: str, *columns: str) -> None:
        self._store(
            schema=text("Table", "schema", schema),
            name=text("Table", "name", name),
            columns=names("Table", "columns", columns),
        )


class Identity(Declaration):
    """An identity column and its sequence, for ``Field(identity=…)``.

    Arguments:
        kind: str, ``"always"`` or ``"by default"``.
        start, increment, min_value, max_value, cache: int | None, the sequence's settings; None
            is PostgreSQL's own for the column's type.
        cycle: bool, whether the sequence starts again when it is used up.
        sequence_name: str | None, where it is not the one that PostgreSQL would choose.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE TABLE" (GENERATED … AS IDENTITY) and "CREATE SEQUENCE".

    >>> Identity("always", start=100)
    Identity('always', start=100)
    """

    __slots__ = (
        "cache",
        "cycle",
        "increment",
        "kind",
        "max_value",
        "min_value",
        "sequence_name",
        "start",
    )
    kind: str
    start: int | None
    increment: int | None
    min_value: int | None
    max_value: int | None
    cache: int | None
    cycle: bool
    sequence_name: str | None

    def __init__(
        self,
        kind: str,
        *,
        start: int | None = None,
        increment: int | None = None,
        min_value: int | None = None,
        max_value: int | None = None,
        cache: int | None = None,
        cycle: bool = False,
        sequence_name: str | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Identity", unknown, parameters(Identity))
        self._store(
            kind=choice("Identity", "kind", kind, IDENTITY_KINDS),
            sequence_name=optional_text("Identity", "sequence_name", sequence_name),
            **sequence_settings(
                "Identity", start, increment, min_value, max_value, cache, cycle
            ),
        )


class Serial(Declaration):
    """A serial column whose sequence is not quite what ``serial`` makes, for ``Field(auto=…)``.

    Arguments:
        data_type: str | None, the sequence's type where it is not the column's, ``"bigint"``:
            what databases that came up from PostgreSQL 9.6 have under ``integer``.
        start, increment, min_value, max_value, cache: int | None, the sequence's settings; None
            is PostgreSQL's own for its type.
        cycle: bool, whether the sequence starts again when it is used up.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "Serial Types" and "CREATE SEQUENCE".

    >>> Serial(data_type="bigint")
    Serial(data_type='bigint')
    """

    __slots__ = (
        "cache",
        "cycle",
        "data_type",
        "increment",
        "max_value",
        "min_value",
        "start",
    )
    data_type: str | None
    start: int | None
    increment: int | None
    min_value: int | None
    max_value: int | None
    cache: int | None
    cycle: bool

    def __init__(
        self,
        *,
        data_type: str | None = None,
        start: int | None = None,
        increment: int | None = None,
        min_value: int | None = None,
        max_value: int | None = None,
        cache: int | None = None,
        cycle: bool = False,
        **unknown: Never,
    ) -> None:
        refuse_unknown("Serial", unknown, parameters(Serial))
        self._store(
            data_type=data_type
            and choice("Serial", "data_type", data_type, SEQUENCE_TYPES),
            **sequence_settings(
                "Serial", start, increment, min_value, max_value, cache, cycle
            ),
        )


class Generated(Declaration):
    """A column that the database computes, for ``Field(generated=…)``.

    Arguments:
        expression: str, the SQL expression as ``pg_get_expr`` prints it; it names columns.
        virtual: bool, computed when read (PostgreSQL 18) instead of stored.

    Raises:
        ModelError: the expression is empty or not text, or a keyword is unknown.

    PostgreSQL documentation, "Generated Columns".

    >>> Generated("(price * quantity)")
    Generated('(price * quantity)')
    """

    __slots__ = ("expression", "virtual")
    expression: str
    virtual: bool

    def __init__(
        self, expression: str, *, virtual: bool = False, **unknown: Never
    ) -> None:
        refuse_unknown("Generated", unknown, parameters(Generated))
        self._store(
            expression=text("Generated", "expression", expression),
            virtual=flag("Generated", "virtual", virtual),
        )


def sequence_settings(
    kind: str,
    start: int | None,
    increment: int | None,
    min_value: int | None,
    max_value: int | None,
    cache: int | None,
    cycle: bool,
) -> dict[str, object]:
    """The checked settings that a sequence and an identity column have in common."""
    if increment == 0:
        raise ModelError(
            f"{place()}{kind}() can't count in steps of increment=0; give another"
        )
    return {
        "start": whole(kind, "start", start),
        "increment": whole(kind, "increment", increment),
        "min_value": whole(kind, "min_value", min_value),
        "max_value": whole(kind, "max_value", max_value),
        "cache": whole(kind, "cache", cache),
        "cycle": flag(kind, "cycle", cycle),
    }
