"""`hyper serve` as tests start it, on databases of theirs, and the odd tables that it must cope with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from harness import COMMAND, ROOT, Cluster
from servers import Server, running

SAMPLE = ROOT / "examples" / "legacy_shop"

# Names, comments and values that would be something else where they are not quoted.
ODD = """
CREATE TYPE mood AS ENUM ('fine', 'so, so', '<b>bad</b>');
CREATE TABLE "<script>alert(1)</script>" (
    "<img src=x onerror=alert(2)>" text PRIMARY KEY, "a,b/c" integer, "limit" integer, "~" text);
COMMENT ON TABLE "<script>alert(1)</script>" IS '<script>alert(3)</script>';
COMMENT ON COLUMN "<script>alert(1)</script>"."a,b/c" IS '"><script>alert(4)</script>';
INSERT INTO "<script>alert(1)</script>" VALUES
    ('<script>alert(5)</script>', 1, 1, 'x'), ('a/b', 2, 2, NULL), ('..', 3, 3, NULL), ('', 4, 4, '""'),
    ('a,b~0', 5, 5, NULL), ('%2F..%2F', 6, 6, NULL), ('a\\b', 7, 7, NULL), ('ä ?#&+=', 8, 8, NULL);
CREATE TABLE "../../etc" (id int PRIMARY KEY, "{{ 7*7 }}" text DEFAULT '{{ 7*7 }}');
INSERT INTO "../../etc" VALUES (1);
CREATE TABLE "{id}" (id int PRIMARY KEY);
CREATE TABLE wide (
    id bigint PRIMARY KEY, small smallint, r real, d double precision, n numeric, m money, b boolean, t text, c character(3),
    bytes bytea, day date, at timestamptz, local timestamp, clock time, zoned timetz, span interval, u uuid, j json, jb jsonb,
    numbers integer[], texts text[], moods mood[], mood mood, net inet, span_of_days daterange, p point, x xml, bits bit(3),
    v tsvector, key text UNIQUE);
INSERT INTO wide VALUES
    (1, 1, 0.1, 0.1, 12345678901234567890.123456789, 12.5, true, 'text', 'ab', '\\x00ff', '2024-02-29', '2024-02-29 12:00:00+02',
     '2024-02-29 12:00:00.5', '08:30', '08:30+02', '1 mon 2 days', '1c1e3dd0-9531-6f30-724a-c021ca3b95b8', '{"a": 1}', '[1, "x"]',
     '{1,NULL,3}', '{a,"b,c"}', '{fine,"so, so"}', 'so, so', '10.0.0.1/8', '[2024-01-01,2024-02-01)', '(1,2)', '<a/>', '101',
     'a b', 'k1'),
    (9223372036854775807, -32768, 'NaN', 'Infinity', 'NaN', NULL, false, '', '', '', 'infinity', '-infinity', '0044-03-15 10:00:00 BC',
     '24:00', NULL, '-1 days', NULL, 'null', '"text"', '{}', '{{a,b},{c,d}}', NULL, '<b>bad</b>', NULL, 'empty', NULL, NULL, NULL,
     NULL, NULL),
    (-9223372036854775808, NULL, NULL, '-Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'k2');
CREATE TABLE nothing_in_it (id int PRIMARY KEY);
CREATE TABLE no_columns ();
CREATE VIEW of_the_session AS
    SELECT 1 AS id, current_setting('transaction_read_only') AS read_only,
           current_setting('statement_timeout') AS timeout, current_query() AS query;
CREATE VIEW slow AS SELECT id, pg_sleep(60)::text AS slept FROM wide;
CREATE FUNCTION writes() RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO nothing_in_it VALUES (1) RETURNING 'done' $$;
CREATE VIEW sneaky AS SELECT id, writes() AS written FROM wide;
"""


@contextmanager
def serving(
    url: str | None,
    folder: Path,
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """`hyper serve` on a free port, for the length of a `with`."""
    variables = dict(environment or {})
    if url is not None:
        variables["DATABASE_URL"] = url
    words: list[str | Path] = [COMMAND, "serve", "--port", "0", *arguments]
    if "--statement-timeout" not in words:
        # A machine that is busy otherwise is no reason to fail.
        words.extend(("--statement-timeout", "60"))
    with running(words, folder, variables) as server:
        yield server


def pages(client: httpx.Client, path: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of every page, from a path on, by following `next`."""
    seen = set()
    following: str | None = path
    while following is not None:
        assert following not in seen
        seen.add(following)
        response = client.get(following)
        assert response.status_code == 200, response.text
        body = response.json()
        yield body["data"]
        following = body["next"]


def sample(cluster: Cluster, name: str) -> str:
    """The URL of a new database with the sample in it, analyzed."""
    cluster.create_database(name)
    for part in ("schema.sql", "data.sql"):
        cluster.run_sql(name, (SAMPLE / part).read_text(encoding="utf-8"))
    cluster.run_sql(name, "ANALYZE")
    return cluster.url(name)
