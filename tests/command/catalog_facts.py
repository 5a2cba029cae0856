"""The facts of every table as the catalog has them, read by queries that are not the command's own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg
from facts import (
    CheckFacts,
    ColumnFacts,
    ForeignKeyFacts,
    IndexFacts,
    IndexKeyFacts,
    KeyFacts,
    TableFacts,
    chosen_name,
    index_columns,
    joined_columns,
)

Connection = psycopg.Connection[tuple[Any, ...]]

TABLES = """
SELECT c.oid, n.nspname, c.relname, obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^(pg_|information_schema$)'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""

COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod),
       NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity::text,
       a.attgenerated::text, col_description(a.attrelid, a.attnum),
       CASE WHEN a.attcollation <> t.typcollation THEN
            (SELECT ARRAY[cn.nspname, co.collname] FROM pg_catalog.pg_collation co
             JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
             WHERE co.oid = a.attcollation) END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY (%s)
ORDER BY a.attrelid, a.attnum
"""

# Sequences that a column owns, by OWNED BY or as its identity.
SEQUENCES = """
SELECT d.refobjid, d.refobjsubid, n.nspname::text, c.relname::text,
       'nextval(''' || replace(q.seqrelid::regclass::text, '''', '''''') || '''::regclass)',
       q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle
FROM pg_catalog.pg_sequence q
JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
     AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
"""

CONSTRAINTS = """
SELECT k.conrelid, k.conname::text, k.contype::text, k.conkey, k.confrelid, k.confkey,
       k.confdeltype::text, k.confupdtype::text, k.confmatchtype::text, k.condeferrable,
       k.condeferred, k.convalidated, k.connoinherit, pg_get_constraintdef(k.oid),
       obj_description(k.oid, 'pg_constraint'), i.indkey::int2[], i.indnkeyatts,
       to_json(i) ->> 'indnullsnotdistinct' = 'true', to_json(k) -> 'confdelsetcols'
FROM pg_catalog.pg_constraint k
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
WHERE k.contype IN ('p', 'u', 'f', 'c') AND k.conrelid = ANY (%s)
"""

INDEXES = """
SELECT i.indrelid, i.indexrelid, c.relname::text, am.amname::text, i.indisunique, i.indnkeyatts,
       i.indkey::int2[], i.indoption::int2[], i.indcollation::oid[], i.indclass::oid[],
       pg_get_expr(i.indpred, i.indrelid), obj_description(c.oid, 'pg_class'),
       to_json(i) ->> 'indnullsnotdistinct' = 'true',
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, position, false)
             FROM generate_series(1, i.indnatts) position)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = c.relam
WHERE i.indrelid = ANY (%s)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""

ACTIONS = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}


def catalog_facts(connection: Connection) -> dict[tuple[str, str], TableFacts]:
    """The facts of all tables that are a user's. Names that PostgreSQL would give by itself are None."""
    connection.execute("SET search_path = ''")
    by_oid: dict[int, TableFacts] = {}
    for oid, schema, name, comment in connection.execute(TABLES):
        by_oid[oid] = TableFacts(schema, name, comment)
    oids = list(by_oid)
    sequences = {row[:2]: row[2:] for row in connection.execute(SEQUENCES)}
    names: dict[int, dict[int, str]] = defaultdict(dict)
    collations: dict[tuple[int, int], Any] = {}
    for row in connection.execute(COLUMNS, [oids]):
        names[row[0]][row[1]] = row[2]
        collations[row[0], row[1]] = row[9]
        table = by_oid[row[0]]
        table.columns.append(column_facts(table, row, sequences.get(row[:2])))
    for row in connection.execute(CONSTRAINTS, [oids]):
        add_constraint(by_oid, names, row)
    classes = {
        oid: name
        for oid, name in connection.execute(
            "SELECT oid, opcname::text FROM pg_catalog.pg_opclass WHERE NOT opcdefault"
        )
    }
    index_collations = {
        oid: (schema, name)
        for oid, schema, name in connection.execute(
            "SELECT c.oid, n.nspname::text, c.collname::text FROM pg_catalog.pg_collation c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace"
        )
    }
    own_collations = {
        (row[0], row[1]): row[2]
        for row in connection.execute(
            "SELECT attrelid, attnum, attcollation FROM pg_catalog.pg_attribute"
            " WHERE attrelid = ANY (%s)",
            [oids],
        )
    }
    for row in connection.execute(INDEXES, [oids]):
        table = by_oid[row[0]]
        columns = names[row[0]]
        keys = []
        for place, number in enumerate(row[6][: row[5]]):
            option = row[7][place]
            collation = row[8][place]
            own = own_collations.get((row[0], number))
            keys.append(
                IndexKeyFacts(
                    columns[number] if number else None,
                    None if number else row[13][place],
                    bool(option & 1),
                    bool(option & 2),
                    classes.get(row[9][place]),
                    index_collations[collation]
                    if number and collation and collation != own
                    else None,
                )
            )
        include = tuple(columns[number] for number in row[6][row[5] :])
        parts = index_columns(
            tuple(key.column or "expr" for key in keys) + tuple(include)
        )
        table.indexes.append(
            IndexFacts(
                unless_chosen(row[2], table.name, joined_columns(parts), "idx"),
                row[3],
                row[4],
                tuple(keys),
                include,
                row[10],
                bool(row[12]),
                row[11],
            )
        )
    return {(one.schema, one.name): one.sorted() for one in by_oid.values()}


def unless_chosen(name: str, table: str, columns: str | None, label: str) -> str | None:
    """The name, unless it is the one that PostgreSQL gives by itself."""
    return None if name == chosen_name(table, columns, label) else name


def column_facts(
    table: TableFacts, row: tuple[Any, ...], sequence: tuple[Any, ...] | None
) -> ColumnFacts:
    (
        _,
        _,
        name,
        data_type,
        nullable,
        default,
        identity,
        generated,
        comment,
        collation,
    ) = row
    chosen = (table.schema, chosen_name(table.name, name, "seq"))
    identity_facts = None
    if identity:
        assert sequence is not None
        kind = {"a": "always", "d": "by default"}[identity]
        its_name = None if sequence[:2] == chosen else sequence[1]
        identity_facts = (kind, *sequence[3:], its_name)
    elif sequence is not None and default == sequence[2] and sequence[:2] == chosen:
        default = "serial"
    return ColumnFacts(
        name,
        data_type,
        nullable,
        None if generated else default,
        identity_facts,
        default if generated else None,
        tuple(collation) if collation else None,
        comment,
    )


def add_constraint(
    by_oid: dict[int, TableFacts],
    names: dict[int, dict[int, str]],
    row: tuple[Any, ...],
) -> None:
    (oid, name, kind, key, target, target_key, delete, update, match, deferrable) = row[
        :10
    ]
    (deferred, validated, no_inherit, definition, comment, index_key, key_count) = row[
        10:17
    ]
    nulls_not_distinct, set_columns = row[17:]
    table = by_oid[oid]
    columns = tuple(names[oid][number] for number in key or [])
    when = ("deferred" if deferred else "immediate") if deferrable else False
    if kind in "pu":
        include = tuple(names[oid][number] for number in index_key[key_count:])
        if kind == "p":
            chosen = unless_chosen(name, table.name, None, "pkey")
        else:
            parts = joined_columns(index_columns(columns + include))
            chosen = unless_chosen(name, table.name, parts, "key")
        facts = KeyFacts(
            chosen, columns, include, bool(nulls_not_distinct), when, comment
        )
        if kind == "p":
            table.primary_key = facts
        else:
            table.uniques.append(facts)
    elif kind == "f":
        other = by_oid[target]
        table.foreign_keys.append(
            ForeignKeyFacts(
                unless_chosen(name, table.name, joined_columns(columns), "fkey"),
                columns,
                (other.schema, other.name),
                tuple(names[target][number] for number in target_key),
                ACTIONS[delete],
                ACTIONS[update],
                tuple(names[oid][number] for number in set_columns or []),
                {"s": "SIMPLE", "f": "FULL"}[match],
                when,
                validated,
                comment,
            )
        )
    else:
        # CHECK ((a > 0)) NO INHERIT NOT VALID
        text = definition.removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
        chosen = unless_chosen(
            name, table.name, columns[0] if len(columns) == 1 else None, "check"
        )
        table.checks.append(
            CheckFacts(
                chosen,
                text.removeprefix("CHECK (").removesuffix(")"),
                no_inherit,
                validated,
                comment,
            )
        )
