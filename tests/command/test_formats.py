"""`hyper inspectdb --format sql` and `json`: what is written builds the same database, and reads back the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from built import build, comparable, psql, schema_dump
from harness import ROOT, Cluster, Hyper, Result
from json_schema import violations
from snapshot import check_snapshot
from test_laws import EVERYTHING, load, name_of, sources

SCHEMA = json.loads((ROOT / "docs" / "schema.schema.json").read_text())

# One case for each kind of object; HYPER_FORMATS=all takes every case and the corpus.
FEW = [
    "checks",
    "circular_keys_across_schemas",
    "collations",
    "comments",
    "composite_type_details",
    "definitions_hostile",
    "definitions_in_order",
    "definitions_of_every_kind",
    "domains",
    "enums",
    "exclusions",
    "foreign_tables",
    "generated_columns",
    "hostile_names",
    "hostile_values",
    "identity",
    "index_details",
    "inheritance",
    "legacy_shop",
    "materialized_views",
    "objects_counted",
    "objects_seldom_seen",
    "partitions",
    "sequences_shared",
    "storage",
    "views_included",
]


def chosen() -> list[Path]:
    if os.environ.get("HYPER_FORMATS") == "all":
        return sources()
    return [path for path in sources() if name_of(path.parent / "schema.sql") in FEW]


def written(hyper: Hyper, url: str, path: Path, *arguments: str) -> Result:
    """Write a file, whose bytes are then as they were written."""
    return hyper("inspectdb", "--database", url, "--output", path, *arguments).check()


def saved(hyper: Hyper, url: str, path: Path) -> Any:
    written(hyper, url, path, *EVERYTHING, "--format", "json")
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("path", chosen(), ids=name_of)
def test_sql_builds_what_was_inspected(
    path: Path, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    script = tmp_path / "schema.sql"
    with cluster.database() as source, cluster.database() as target:
        load(cluster, source, path, False)
        written(hyper, cluster.url(source), script, *EVERYTHING, "--format", "sql")
        build(cluster, target, script)
        wanted = saved(hyper, cluster.url(source), tmp_path / "wanted.json")
        found = saved(hyper, cluster.url(target), tmp_path / "found.json")
        dumps = [schema_dump(cluster, name, "-O") for name in (source, target)]
    assert dumps[1] == dumps[0]
    assert violations(wanted, SCHEMA) == []
    text = (tmp_path / "wanted.json").read_text()
    assert text == json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
    assert comparable(found) == comparable(wanted)


def names(saved: Any, kind: str) -> list[str]:
    return [found["name"]["name"] for found in saved["schema"][kind]]


SHOP = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE colour AS ENUM ('red');
CREATE DOMAIN moods AS mood[] CHECK (cardinality(VALUE) < 9);
CREATE SEQUENCE tickets; CREATE SEQUENCE unused;
CREATE TABLE users (id serial PRIMARY KEY, moods moods, ticket bigint DEFAULT nextval('tickets'));
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users, colour colour);
CREATE TABLE events (id bigint NOT NULL, day date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (day);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW red AS SELECT id FROM orders WHERE colour = 'red';
CREATE VIEW reddest AS SELECT max(id) AS id FROM red;
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
CREATE POLICY own ON users USING (true);
"""


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    with cluster.database(SHOP) as name:
        yield cluster.url(name)


def check(name: str, result: Result, url: str) -> None:
    database = url.partition("?")[0].rpartition("/")[2]
    words = re.sub(r"Wrote /.*/", "Wrote FOLDER/", result.stderr)
    result = Result(result.exit_code, result.stdout, words)
    check_snapshot(f"formats_{name}", result, {f"`{database}`": "`DATABASE`"})


def test_sql_of_a_whole_schema(hyper: Hyper, shop: str) -> None:
    result = hyper("inspectdb", "--database", shop, "--format", "sql", "-v").check()
    check("sql_whole", result, shop)


def test_sql_of_some_tables_builds_what_it_can(
    cluster: Cluster, hyper: Hyper, shop: str, tmp_path: Path
) -> None:
    arguments = ["--table", "orders", "events_2020", "reddest", "--include-views"]
    arguments += ["--format", "sql"]
    result = hyper("inspectdb", "--database", shop, *arguments).check()
    check("sql_some", result, shop)
    script = tmp_path / "some.sql"
    script.write_text(result.stdout)
    with cluster.database() as name:
        assert psql(cluster, name, script, "-1", "-v", "ON_ERROR_STOP=1") == []
        found = saved(hyper, cluster.url(name), tmp_path / "some.json")
    assert names(found, "relations") == ["events_2020", "orders"]
    assert names(found, "enums") == ["colour"]
    assert [check["name"] for check in found["schema"]["relations"][0]["checks"]] == [
        "events_id_check"
    ]


def test_json_of_some_tables_has_their_types_and_all_of_their_facts(
    hyper: Hyper, shop: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.json"
    result = written(hyper, shop, path, "--table", "users", "--format", "json")
    check("json_some", result, str(shop))
    some = json.loads(path.read_bytes())
    assert names(some, "relations") == ["users"]
    assert names(some, "enums") == ["mood"]
    assert names(some, "domains") == ["moods"]
    assert names(some, "sequences") == ["tickets"]
    unmodelled = {
        (found["kind"], found["name"]) for found in some["schema"]["unmodelled"]
    }
    assert ("policy", "own on public.users") in unmodelled
    # A key to a table that is not in the file is a fact of the table all the same.
    written(hyper, shop, path, "--table", "orders", "--format", "json", "--force")
    orders = json.loads(path.read_bytes())["schema"]["relations"][0]
    assert orders["foreign_keys"][0]["target"] == {"schema": "public", "name": "users"}


def test_two_runs_give_the_same_bytes_and_no_number_of_the_catalog(
    cluster: Cluster, hyper: Hyper, shop: str
) -> None:
    with cluster.database(SHOP) as other:
        for form in ("sql", "json"):
            arguments = ("--include-views", "--format", form)
            texts = {
                hyper("inspectdb", "--database", url, *arguments).check().stdout
                for url in (shop, shop, cluster.url(other))
            }
            assert len(texts) == 1


def test_help(hyper: Hyper, shop: str) -> None:
    result = hyper("inspectdb", "--help", environment={"COLUMNS": "100"})
    check("help", result, shop)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("unknown", ["--format", "yaml"]),
        ("check_and_format", ["--check", "models.py", "--format", "sql"]),
        ("check_and_output", ["--check", "models.py", "--output", "x.py"]),
    ],
)
def test_what_does_not_go_together(
    hyper: Hyper, shop: str, name: str, arguments: list[str]
) -> None:
    result = hyper("inspectdb", "--database", shop, *arguments)
    check(name, result, shop)
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_validator_finds_what_is_wrong(
    hyper: Hyper, shop: str, tmp_path: Path
) -> None:
    whole = saved(hyper, shop, tmp_path / "whole.json")
    assert violations(whole, SCHEMA) == []
    assert violations({**whole, "version": 2}, SCHEMA)
    assert violations({**whole, "more": 1}, SCHEMA)
    whole["schema"]["relations"][0]["kind"] = "heap"
    del whole["schema"]["relations"][1]["columns"][0]["nullable"]
    assert len(violations(whole, SCHEMA)) == 2
