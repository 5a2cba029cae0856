"""`hyper inspectdb --format sql` and `json`: what is written builds the same database, and reads back the same."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from built import build, comparable
from harness import ROOT, Cluster, Hyper, Result
from json_schema import violations
from test_laws import EVERYTHING, load, name_of, sources

SCHEMA = json.loads((ROOT / "docs" / "schema.schema.json").read_text())

# One case for each kind of object; HYPER_FORMATS=all takes every case and the corpus.
FEW = [
    "checks",
    "circular_keys_across_schemas",
    "collations",
    "comments",
    "composite_type_details",
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
    "partitions",
    "sequences_shared",
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
        build(cluster, source, target, script)
        wanted = saved(hyper, cluster.url(source), tmp_path / "wanted.json")
        found = saved(hyper, cluster.url(target), tmp_path / "found.json")
    assert violations(wanted, SCHEMA) == []
    text = (tmp_path / "wanted.json").read_text()
    assert text == json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
    assert comparable(found) == comparable(wanted)
