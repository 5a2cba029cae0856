"""Random SQL expressions as people write them, over columns of many types: what the reader of dumps prints anew."""

from __future__ import annotations

import random
from collections.abc import Callable

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN code AS varchar(10);
CREATE DOMAIN amount AS numeric(8,2);
CREATE FUNCTION own(a numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT a';
"""

COLUMNS = (
    "i integer, s smallint, b bigint, n numeric(10,2), m numeric, d double precision, v varchar(20), t text, c char(3),"
    " k boolean, day date, ts timestamp, tz timestamptz, iv interval, j jsonb, ta text[], ia integer[], mo mood,"
    " co code, am amount"
)

NUMBERS = ["i", "s", "b", "n", "m", "d", "am", "1", "0", "-5", "1.5", "10000000000"]
TEXTS = ["v", "t", "c", "co", "'a'", "''", "'it''s'"]
TIMES = ["day", "ts", "tz", "now()", "CURRENT_DATE", "'2020-01-01 00:00:00'"]
CASTS = [
    "int",
    "bigint",
    "numeric",
    "numeric(6,1)",
    "float8",
    "text",
    "varchar",
    "varchar(5)",
    "char(2)",
]


class Expressions:
    """Expressions of a seed: the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def choose(self, *makers: Callable[[], str]) -> str:
        return self.random.choice(makers)()

    def number(self, depth: int) -> str:
        one, pick = lambda: self.number(depth - 1), self.random.choice
        if depth <= 0:
            return pick(NUMBERS)
        return self.choose(
            lambda: f"{one()} {pick('+-*/%')} {one()}",
            lambda: f"- {one()}",
            lambda: f"round({one()}, 2)",
            lambda: f"COALESCE({one()}, {one()})",
            lambda: f"NULLIF({one()}, {one()})",
            lambda: f"({one()})::{pick(CASTS[:5])}",
            lambda: f"length({self.text(depth - 1)})",
            lambda: f"own({one()})",
            lambda: f"extract(year from {self.time(depth - 1)})",
            lambda: f"CASE WHEN {self.truth(depth - 1)} THEN {one()} ELSE {one()} END",
        )

    def text(self, depth: int) -> str:
        one, pick = lambda: self.text(depth - 1), self.random.choice
        if depth <= 0:
            return pick(TEXTS)
        return self.choose(
            lambda: f"{one()} || {one()}",
            lambda: f"lower({one()})",
            lambda: f"left({one()}, 3)",
            lambda: f"COALESCE({one()}, {one()})",
            lambda: f"({one()})::{pick(CASTS[5:])}",
            lambda: "j ->> 'a'",
            lambda: f"replace({one()}, 'a', {one()})",
            lambda: f"concat({one()}, {self.number(depth - 1)})",
            lambda: f"CASE WHEN {self.truth(depth - 1)} THEN {one()} END",
        )

    def time(self, depth: int) -> str:
        one, pick = lambda: self.time(depth - 1), self.random.choice
        if depth <= 0:
            return pick(TIMES)
        return self.choose(
            lambda: f"{one()} - iv",
            lambda: f"{one()} + interval '1 day'",
            lambda: f"({one()})::{pick(['date', 'timestamp', 'timestamptz'])}",
            lambda: f"date_trunc('day', {one()})",
            lambda: f"{one()} AT TIME ZONE 'utc'",
        )

    def truth(self, depth: int) -> str:
        one, pick = lambda: self.truth(depth - 1), self.random.choice
        kind = pick([self.number, self.text, self.time])
        value = lambda: kind(depth - 1)
        if depth <= 0:
            return pick(["k", "true"])
        return self.choose(
            lambda: f"{value()} {pick(['=', '<>', '!=', '<', '>='])} {value()}",
            lambda: f"{value()} BETWEEN {value()} AND {value()}",
            lambda: f"{value()} IS NOT NULL",
            lambda: f"{value()} IS DISTINCT FROM {value()}",
            lambda: f"{one()} AND {one()}",
            lambda: f"{one()} OR {one()}",
            lambda: f"NOT {one()}",
            lambda: f"{one()} IS TRUE",
            lambda: f"{self.number(1)} IN (1, 2.5, {self.number(0)})",
            lambda: f"{self.text(1)} NOT IN ('a', 'b')",
            lambda: f"{self.text(1)} {pick(['LIKE', 'NOT ILIKE', '~'])} 'a%'",
            lambda: f"{self.text(0)} = ANY (ta)",
            lambda: "mo IN ('ok', 'sad')",
            lambda: "j @> '{}'",
        )

    def statement(self, name: str) -> str:
        """A table with one expression somewhere in it."""
        depth = self.random.randint(1, 3)
        table = f"CREATE TABLE {name} ({COLUMNS}"
        return self.choose(
            lambda: f"{table}, CHECK ({self.truth(depth)}));",
            lambda: (
                f"{table}, g text GENERATED ALWAYS AS ({self.text(depth)}) STORED);"
            ),
            lambda: f"{table}, g numeric(9,1) DEFAULT ({self.number(depth)}));",
            lambda: f"{table}); CREATE INDEX ON {name} (i) WHERE {self.truth(depth)};",
            lambda: f"{table}); CREATE INDEX ON {name} (({self.number(depth)}));",
        )
