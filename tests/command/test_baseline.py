"""`hyper baseline`: a first migration that builds the whole schema, and is noted as applied where it was read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import schema_dump
from harness import Cluster, Hyper
from project import Project
from snapshot import check_snapshot
from test_laws import load, name_of, sources

# What every kind of object is in; HYPER_BASELINE=all takes every case and the corpus.
FEW = [
    "definitions_hostile",
    "definitions_in_order",
    "definitions_of_every_kind",
    "legacy_shop",
    "hostile_names",
    "indexes_invalid",
    "partitions",
]

FILE = "0001_baseline.sql"

SHOP = """
CREATE SCHEMA app;
CREATE TABLE app.users (id serial PRIMARY KEY, email text NOT NULL);
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS E'BEGIN\\r\\n  RETURN NEW;\\r\\nEND';
CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
"""


def chosen() -> list[Path]:
    if os.environ.get("HYPER_BASELINE") == "all":
        return sources()
    return [path for path in sources() if name_of(path) in FEW]


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(SHOP) as name:
        yield Project(cluster, hyper, tmp_path, name)


def elsewhere(project: Project, database: str) -> Project:
    """The same folder beside another database."""
    return Project(project.cluster, project.hyper, project.folder, database)


def without_history(lines: list[str]) -> list[str]:
    return [line for line in lines if "hyperdjango_migrations" not in line]


@pytest.mark.parametrize("path", chosen(), ids=name_of)
def test_an_empty_database_becomes_the_same(
    path: Path, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database() as source, cluster.database() as target:
        load(cluster, source, path, own=False)
        before = schema_dump(cluster, source, "-T", "hyperdjango_migrations")
        live = Project(cluster, hyper, tmp_path, source)
        if "there is nothing" in live.run("baseline").check().stderr:
            pytest.skip("an empty schema")
        # Nothing is written to the live database but the history.
        after = schema_dump(cluster, source, "-T", "hyperdjango_migrations")
        assert after == before
        assert live.run("showmigrations").stdout.startswith("[X] 0001_baseline  ")
        assert "1 migration is applied" in live.run("migrate").check().stderr

        copy = elsewhere(live, target)
        applied = copy.run("migrate").check()
        assert "left out" not in applied.stderr
        dumps = [
            schema_dump(cluster, name, "-O", "-T", "hyperdjango_migrations")
            for name in (source, target)
        ]
        assert dumps[1] == dumps[0]
        assert copy.run("showmigrations").stdout.startswith("[X] 0001_baseline  ")


def test_the_file_has_no_carriage_return_and_psql_runs_it(
    project: Project, cluster: Cluster
) -> None:
    check_snapshot("baseline", project.run("baseline"))
    text = project.files()[FILE]
    assert "\r" not in text and "-- DOWN" not in text
    body = "SELECT prosrc FROM pg_proc WHERE proname = 'touch'"
    assert project.sql(body) == [("BEGIN\r\n  RETURN NEW;\r\nEND",)]
    with cluster.database(text) as name:
        assert elsewhere(project, name).sql(body) == project.sql(body)


def test_a_dry_run_writes_nothing(project: Project) -> None:
    result = project.run("baseline", "--dry-run").check()
    assert "CREATE TABLE app.users" in result.stdout
    assert "would be written" in result.stderr
    assert not (project.folder / "migrations").exists()
    assert project.sql("SELECT to_regclass('hyperdjango_migrations')") == [(None,)]
    assert result.stdout == (project.run("baseline").check() and project.files()[FILE])


def test_there_is_one_baseline_and_it_is_the_first(project: Project) -> None:
    project.run("baseline").check()
    check_snapshot("baseline_again", project.run("baseline"))
    (project.folder / "migrations" / FILE).unlink()
    check_snapshot("baseline_history", project.run("baseline"))


def test_another_database_that_has_it_already(
    project: Project, cluster: Cluster
) -> None:
    project.run("baseline", "--name", "Legacy shop").check()
    assert list(project.files()) == ["0001_legacy_shop.sql"]
    with cluster.database(SHOP) as name:
        other = elsewhere(project, name)
        # Run instead of noted, it fails as a whole.
        failed = other.run("migrate")
        assert failed.exit_code == 2 and "already exists" in failed.stderr
        other.run("migrate", "--fake", "--target", "0001").check()
        assert other.run("migrate").check().stderr.startswith("Nothing to do")


def test_there_is_no_way_back(project: Project) -> None:
    project.run("baseline").check()
    result = project.run("rollback")
    assert result.exit_code == 2 and "has no way back" in result.stderr
    assert project.column_names("app.users") == ["id", "email"]


def test_a_history_of_its_own_is_not_in_the_file(
    project: Project, cluster: Cluster
) -> None:
    arguments = ("--history-schema", "history")
    project.run("baseline", *arguments).check()
    assert "hyperdjango" not in project.files()[FILE]
    with cluster.database() as name:
        elsewhere(project, name).run("migrate", *arguments).check()


def test_who_may_not_keep_a_history_gets_no_file(project: Project) -> None:
    project.sql("CREATE ROLE baseline_reader LOGIN")
    try:
        result = project.run("baseline", user="baseline_reader")
        assert result.exit_code == 2 and "permission denied" in result.stderr
        assert not (project.folder / "migrations").exists()
    finally:
        project.sql("DROP ROLE baseline_reader")


def test_tablespaces_can_be_left_out(project: Project, cluster: Cluster) -> None:
    if cluster.server_version < 15:
        pytest.skip("a tablespace without a folder needs PostgreSQL 15")
    with cluster.connect("postgres") as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute("CREATE TABLESPACE baseline_fast LOCATION ''")
    try:
        project.sql(
            "CREATE TABLE app.fast (id integer PRIMARY KEY USING INDEX TABLESPACE baseline_fast,"
            " name text UNIQUE) TABLESPACE baseline_fast;"
            "CREATE INDEX ON app.fast (name) TABLESPACE baseline_fast"
        )
        whole = project.run("baseline", "--dry-run").check().stdout
        assert whole.count("baseline_fast") == 3
        without = project.run("baseline", "--dry-run", "--no-tablespaces").check()
        assert "baseline_fast" not in without.stdout
    finally:
        project.sql("DROP TABLE IF EXISTS app.fast")
        with cluster.connect("postgres") as connection:
            connection.execute("DROP TABLESPACE baseline_fast")


def test_an_empty_database_needs_none(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database() as name:
        result = Project(cluster, hyper, tmp_path, name).run("baseline").check()
    assert "The database is empty" in result.stderr
    assert not (tmp_path / "migrations").exists()


def test_models_go_on_from_it(project: Project, cluster: Cluster) -> None:
    """Adopt, baseline, change: the change runs on both databases, and offline too."""
    model = (
        "class User(Model):\n    id: int = Field(primary_key=True)\n    email: str = Field(){}\n\n"
        '    class Meta:\n        table_name = "users"\n        schema = "app"\n        managed = {}\n'
    )
    project.models(model.format("", False))
    project.run("adopt", "User").check()
    project.run("baseline").check()
    record = json.loads(project.record() or "{}")
    assert list(record["migrations"]) == ["0001_baseline"]
    project.no_changes("--offline")
    project.models(model.format("\n    name: str = Field(nullable=True)", True))
    project.run("makemigrations", "--offline").check()
    assert list(project.files()) == [FILE, "0002_add_name_to_users.sql"]
    with cluster.database() as name:
        other = elsewhere(project, name)
        for place in (project, other):
            place.run("migrate").check()
            assert place.column_names("app.users") == ["id", "email", "name"]
            place.run("check").check()
        dumps = [
            schema_dump(cluster, database, "-O")
            for database in (project.database, name)
        ]
        assert dumps[1] == dumps[0]
