"""Random names and texts, as hostile as PostgreSQL allows: all of Unicode but NUL, Python's words, its quotes."""

from __future__ import annotations

import keyword

from hypothesis import strategies as st

SYSTEM_COLUMNS = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}

HOSTILE_TEXTS = [
    "'",
    '"',
    "\\",
    '"""',
    "'''",
    '"""\nimport os\n"""',
    "\n",
    "a\nb",
    "\r\n",
    "\t",
    "\x01\x1b[31m",
    "\x7f\x80\x85\xa0\xad",
    "{x}",
    "{{}}",
    "%s %(x)s %%",
    "$1",
    "#",
    "--",
    "/*",
    ";",
    "a b",
    " ",
    "a.b",
    "\u200b",
    "\u200d",
    "\u2028\u2029",
    "\u202e\u2066txt",
    "\ufeff",
    "\ufffe\uffff",
    "\U0010ffff",
    "\U000e0001",
    "𝔘𝔫𝔦",
    "😀",
    "ﬁ",
    "ª",
    "ſ",
    "ß",
    "İ",
    "ı",
    "e\u0301",
    "\u0301",
    "größe",
    "名前",
    "имя",
    "١٢",
    "·",
    "９lives",
    "°",
    "\\N{DASH}",
    "\\u0041",
    "\\x41",
    "'); DROP TABLE x; --",
    "f'{__import__(\"os\")}'",
    "# noqa",
    "# type: ignore",
    "# fmt: off",
    "# ruff: noqa",
    "# -*- coding: latin-1 -*-",
]

WORDS = [
    "id",
    "ID",
    "name",
    "users",
    "user",
    "User",
    "Users",
    "orders",
    "order",
    "a",
    "A",
    "_",
    "__",
    "_a",
    "a_",
    "1",
    "9lives",
    "date",
    "time",
    "datetime",
    "int",
    "str",
    "bool",
    "float",
    "bytes",
    "Decimal",
    "date_",
    "int_",
    "str_",
    "Field",
    "Model",
    "Table",
    "Index",
    "Meta",
    "objects",
    "save",
    "pk",
    "_meta",
    "_state",
    "type",
    "match",
    "case",
    "self",
    "cls",
    "mro",
    "__class__",
    "__init__",
    "__slots__",
    "__dict__",
    "__annotations__",
    "__module__",
    "__qualname__",
    "__doc__",
    "__secret",
    "property",
    "super",
    "print",
    "types",
    "sequences",
    "annotations",
    "table_name",
    "managed",
    "schema",
    "class_field",
    "type_field",
    "a_field",
    "column_field",
    "x" * 63,
    "x" * 60 + "_id",
    "é" * 31,
    "user_id",
    "a_id",
    "user_ref",
    "a_pkey",
    "a_id_seq",
]


def clipped(text: str) -> str:
    """The text as far as an identifier holds it: 63 bytes."""
    return text.encode()[:63].decode(errors="ignore")


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")

texts = st.one_of(
    st.sampled_from(HOSTILE_TEXTS),
    st.text(characters, max_size=12),
    st.lists(st.sampled_from(HOSTILE_TEXTS + WORDS), max_size=4).map("".join),
    st.text(characters, max_size=200),
)

names = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    st.sampled_from(keyword.kwlist + keyword.softkwlist),
    st.sampled_from(HOSTILE_TEXTS),
    st.text(characters, min_size=1, max_size=8),
    st.text(characters, min_size=1, max_size=70),
    st.lists(st.sampled_from(HOSTILE_TEXTS + WORDS), min_size=1, max_size=3).map(
        "".join
    ),
).map(clipped)

column_names = names.filter(lambda name: name not in SYSTEM_COLUMNS)

schema_names = names.filter(
    lambda name: not name.startswith("pg_") and name != "information_schema"
)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def joined(columns: list[str] | tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in columns)
