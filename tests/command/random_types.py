"""Every built-in type that a column can have, with modifiers and with defaults."""

from __future__ import annotations

from hypothesis import strategies as st
from random_names import literal, texts

INTEGERS = ["smallint", "integer", "bigint"]

SERIALS = {"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}

TEXTS = [
    "text",
    "character varying",
    "varchar(80)",
    "varchar(1)",
    "char",
    "char(3)",
    "bpchar",
    '"char"',
    "name",
]

# Types whose values have an order, so that a key or a btree index may be over them, each with some defaults.
ORDERED = {
    "smallint": ["0", "7", "-7", "'7'", "'-32768'::smallint"],
    "integer": [
        "0",
        "42",
        "-1",
        "2147483647",
        "-2147483648",
        "(1 + 1)",
        "'5'::text::integer",
    ],
    "bigint": ["0", "-1", "5000000000", "-9223372036854775808", "9223372036854775807"],
    "real": ["0", "1.5", "-0.25", "1e30", "'NaN'", "'-Infinity'"],
    "double precision": ["0", "1.5", "0.1", "1e-7", "1e300", "3", "-2.50", "'NaN'"],
    "numeric": ["0", "1.50", "-1.5", "1e10", "'NaN'", "0.000000000000000000001"],
    "numeric(10,2)": ["0", "0.00", "9.99", "'12.5'", "NULL"],
    "numeric(5)": ["1", "NULL"],
    "numeric(3,-1)": ["120"],
    "money": ["0", "'1.50'", "12.34"],
    "boolean": ["true", "false", "'yes'", "NULL", "(1 = 1)"],
    "bytea": ["''", "'\\x00ff'", "'\\x2722'", "'abc\\134'"],
    "date": ["CURRENT_DATE", "'2024-02-29'", "'infinity'", "now()"],
    "time": ["LOCALTIME", "'12:34:56'", "'24:00'"],
    "time(3)": ["'12:34:56.789'"],
    "time with time zone": ["CURRENT_TIME", "'12:00+02'"],
    "timetz(2)": ["'12:00:00.123+02'"],
    "timestamp": ["LOCALTIMESTAMP", "now()", "'2024-01-01'", "'-infinity'"],
    "timestamp(0)": ["now()", "'2024-01-01 00:00:00.6'"],
    "timestamptz": ["now()", "clock_timestamp()", "'2024-01-01 00:00+02'"],
    "timestamptz(3)": ["CURRENT_TIMESTAMP(3)", "(now() AT TIME ZONE 'UTC')"],
    "interval": ["'1 day'", "'1 year 2 mons'", "interval '3' hour"],
    "interval(2)": ["'1.234 s'"],
    "interval year to month": ["'1-2'"],
    "interval day to second(3)": ["'1 00:00:00.1234'"],
    "uuid": ["gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'"],
    "inet": ["'127.0.0.1'", "'::1/128'"],
    "cidr": ["'10.0.0.0/8'"],
    "macaddr": ["'08:00:2b:01:02:03'"],
    "macaddr8": ["'08:00:2b:01:02:03:04:05'"],
    "bit": ["B'1'", "'0'"],
    "bit(3)": ["B'101'"],
    "bit varying": ["B'101'", "''"],
    "bit varying(5)": ["B'10'"],
    "oid": ["0", "4294967295"],
    "pg_lsn": ["'0/0'", "'16/B374D848'"],
    "tsvector": ["''", "'a:1 b'"],
    "tsquery": ["'a & b'"],
    "jsonb": ["'{}'", "'[1, \"a''b\"]'", "'null'", "jsonb_build_object('a', 1)"],
    "int4range": ["'[1,5)'", "'empty'"],
    "int8range": ["'(,)'"],
    "numrange": ["'[1.5,2]'"],
    "tsrange": ["'[2024-01-01,)'"],
    "tstzrange": ["tstzrange(now(), NULL)"],
    "daterange": ["'[2024-01-01,2024-02-01)'"],
    "int4multirange": ["'{[1,2)}'"],
    "datemultirange": ["'{}'"],
    "oidvector": ["'1 2'"],
    "xid8": ["'5'"],
}

# Types without an order, which only stand in plain columns.
UNORDERED = {
    "json": ["'{}'", "'{\"a\": \"b''\\\\\"}'"],
    "xml": ["'<a/>'", "xmlparse(content 'x')"],
    "point": ["'(1,2)'", "point(1, 2)"],
    "line": ["'{1,2,3}'"],
    "lseg": ["'[(0,0),(1,1)]'"],
    "box": ["'((0,0),(1,1))'"],
    "path": ["'[(0,0),(1,1)]'"],
    "polygon": ["'((0,0),(1,1),(1,0))'"],
    "circle": ["'<(0,0),1>'"],
    "jsonpath": ["'$.a'"],
    "pg_snapshot": ["'10:20:'"],
    "txid_snapshot": ["txid_current_snapshot()"],
    "xid": ["'1'"],
    "cid": ["'1'"],
    "tid": ["'(0,1)'"],
    "int2vector": ["'1 2'"],
    "refcursor": ["'c'"],
    "regclass": ["'pg_class'", "'pg_catalog.pg_type'::regclass"],
    "regtype": ["'integer'"],
    "regproc": ["'now'"],
    "regnamespace": ["'pg_catalog'"],
    "regconfig": ["'simple'"],
    "aclitem": [],
}

ARRAYS = {
    "text[]": [
        "'{}'",
        '\'{a,"b\\"c",NULL}\'',
        "ARRAY['x''y'::text]",
        "ARRAY[]::text[]",
    ],
    "integer[]": ["'{1,2}'", "ARRAY[1, 2]"],
    "integer[3][4]": ["'{}'"],
    "varchar(10)[]": ["'{abc}'", "NULL"],
    "numeric(10,2)[]": ["'{1.5}'"],
    "timestamptz(3)[]": ["'{}'"],
    "interval[]": [],
    "jsonb[]": ["'{}'"],
    "box[]": ["'{(1,1),(0,0);(2,2),(1,1)}'"],
    "bytea[]": ["'{\"\\\\x00\"}'"],
}

ORDERED_TYPES = sorted(ORDERED) + TEXTS
ALL_TYPES = ORDERED_TYPES + sorted(UNORDERED) + sorted(ARRAYS) + sorted(SERIALS)


def text_defaults(data_type: str) -> st.SearchStrategy[str]:
    """Defaults of a text type: any text at all, as long as the type takes it."""
    limit = {"varchar(1)": 1, "char": 1, "char(3)": 3, "name": 15, '"char"': 0}
    values = texts
    if data_type in limit:
        values = texts.map(lambda text: text[: limit[data_type]])
    plain = values.map(literal)
    return st.one_of(
        plain,
        plain,
        st.sampled_from(["NULL", "CURRENT_USER", "upper('x')", "'a'::text", "''"]),
        plain.map(lambda text: f"({text} || 'x')"),
    ).filter(lambda text: not text.startswith("(") or data_type == "text")


def defaults(data_type: str) -> st.SearchStrategy[str | None]:
    """An SQL expression for DEFAULT, or None."""
    if data_type in SERIALS:
        return st.none()
    if data_type in TEXTS:
        return st.none() | text_defaults(data_type)
    known = {**ORDERED, **UNORDERED, **ARRAYS}[data_type]
    return st.none() | st.sampled_from([*known, "NULL"])
