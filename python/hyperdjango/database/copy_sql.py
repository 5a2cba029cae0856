"""The text of COPY statements, and which types a table's columns have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperdjango.errors import InterfaceError, ProgrammingError
from hyperdjango.quoting import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

# A query begins with one of these and something behind it; all else is a table's name.
_QUERY = re.compile(
    r"\s*(?:\(|(?:SELECT|VALUES|WITH|TABLE|INSERT|UPDATE|DELETE|MERGE)[\s(*])",
    re.IGNORECASE,
)

_FORMATS = ("text", "csv", "binary")

# The columns that COPY fills, with the types that domains stand for.
COLUMNS = """
WITH RECURSIVE columns AS (
    SELECT a.attnum, a.attname::text AS name, a.atttypid AS type
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') = ''
    UNION ALL
    SELECT columns.attnum, columns.name, t.typbasetype
    FROM columns JOIN pg_catalog.pg_type t ON t.oid = columns.type
    WHERE t.typtype = 'd'
)
SELECT columns.name, columns.type::pg_catalog.int8 AS type, t.typtype = 'e' AS is_enum
FROM columns JOIN pg_catalog.pg_type t ON t.oid = columns.type
WHERE t.typtype <> 'd' ORDER BY columns.attnum
"""


def quote_name(name: str) -> str:
    """A name as SQL takes it, whatever it holds (PostgreSQL documentation, "Identifiers and Key Words").

    >>> quote_name('my "table"')
    '"my ""table\"""'
    """
    if not name or "\0" in name:
        raise InterfaceError(f"{name!r} can't be a name in SQL")
    return identifier(name)


def _quote_text(text: str) -> str:
    if "\0" in text:
        raise InterfaceError("a zero byte can't stand in SQL")
    return literal(text)


def is_query(source: str) -> bool:
    """Whether this is a query, and not a table's name.

    >>> is_query("SELECT 1"), is_query("select"), is_query("order details")
    (True, False, False)
    """
    return _QUERY.match(source) is not None


def table_name(table: str, schema: str | None) -> str:
    """A table's name, quoted; without a schema it is looked for in the ``search_path``."""
    if schema is None:
        return quote_name(table)
    return f"{quote_name(schema)}.{quote_name(table)}"


@dataclass(frozen=True)
class CopyOptions:
    """How COPY's data looks (PostgreSQL documentation, "COPY").

    Attributes:
        format: str, "text", "csv" or "binary".
        header: bool, whether the first line names the columns.
        delimiter: str | None, what stands between columns, one character.
        null: str | None, what stands for NULL.
    """

    format: str = "text"
    header: bool = False
    delimiter: str | None = None
    null: str | None = None

    def sql(self) -> str:
        """The options as COPY takes them."""
        if self.format not in _FORMATS:
            raise InterfaceError(
                f"COPY has no format {self.format!r}; give one of {', '.join(_FORMATS)}"
            )
        options = [f"FORMAT {self.format}"]
        if self.header:
            options.append("HEADER true")
        if self.delimiter is not None:
            options.append(f"DELIMITER {_quote_text(self.delimiter)}")
        if self.null is not None:
            options.append(f"NULL {_quote_text(self.null)}")
        return f"WITH ({', '.join(options)})"


def _column_list(columns: Sequence[str] | None) -> str:
    if columns is None:
        return ""
    if isinstance(columns, str) or not columns:
        raise InterfaceError("columns must be a list of one or more names")
    return f" ({', '.join(map(quote_name, columns))})"


def copy_from_statement(
    table: str,
    schema: str | None,
    columns: Sequence[str] | None,
    options: CopyOptions,
) -> str:
    """The statement that takes data into a table.

    >>> copy_from_statement("orders", None, ["id", "total"], CopyOptions("csv"))
    'COPY "orders" ("id", "total") FROM STDIN WITH (FORMAT csv)'
    """
    return f"COPY {table_name(table, schema)}{_column_list(columns)} FROM STDIN {options.sql()}"


def copy_to_statement(
    source: str,
    schema: str | None,
    columns: Sequence[str] | None,
    options: CopyOptions,
) -> str:
    """The statement that gives the data of a table or of a query.

    >>> copy_to_statement("SELECT 1", None, None, CopyOptions())
    'COPY (SELECT 1) TO STDOUT WITH (FORMAT text)'
    """
    if is_query(source):
        if columns is not None or schema is not None:
            raise InterfaceError(
                "columns and schema go with a table; a query names what it gives by itself"
            )
        # A comment at its end must not swallow the parenthesis.
        query = source.strip().rstrip(";")
        query = f"{query}\n" if "--" in query else query
        return f"COPY ({query}) TO STDOUT {options.sql()}"
    return f"COPY {table_name(source, schema)}{_column_list(columns)} TO STDOUT {options.sql()}"


_TEXT = 25


def row_types(
    table: str,
    found: list[dict[str, object]],
    columns: Sequence[str] | None,
) -> tuple[list[tuple[str, int]], bool]:
    """The columns that rows are for, with their types, and whether all of them are written in binary."""
    from hyperdjango._engine import Copy

    types: dict[str, tuple[int, bool]] = {}
    for row in found:
        kind, is_enum = row["type"], row["is_enum"]
        assert isinstance(kind, int)
        # An enum's binary form is its label.
        oid = _TEXT if is_enum else kind
        types[str(row["name"])] = (oid, Copy.has_binary(oid))
    names = list(types) if columns is None else list(columns)
    for name in names:
        if name not in types:
            raise ProgrammingError(
                f"COPY can't fill a column {name!r} of {table}; it can fill: {', '.join(types)}"
            )
    if not names:
        raise ProgrammingError(f"{table} has no column that COPY can fill")
    return (
        [(name, types[name][0]) for name in names],
        all(types[name][1] for name in names),
    )
