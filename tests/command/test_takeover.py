"""Laws of taking a schema over, for every schema at hand.

What is not managed is never touched; what is managed builds the same database anew, and then there is nothing to do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_texts import class_texts
from harness import ROOT, Cluster, Hyper, clean_environment
from project import Project

EVERYTHING = ("--schema", "*", "--include-views")

# Without HYPER_TAKEOVER=all the law runs over these: something of every kind.
EVERY_DAY = (
    "legacy_shop",
    "checks",
    "circular_keys_of_three",
    "default_literals",
    "domains",
    "enums",
    "foreign_key_refinements",
    "hostile_names",
    "identity",
    "index_details",
    "inheritance",
    "partitions",
    "sequences_shared",
    "serials",
    "unique_constraints",
    "views_included",
)

# What models can't say, and what managed models may need all the same: it is in the empty database already.
UNSAID = (
    "EXTENSION",
    "SCHEMA",
    "FUNCTION",
    "AGGREGATE",
    "COLLATION",
    "FOREIGN DATA WRAPPER",
    "SERVER",
)


def sources() -> list[Path]:
    found = [ROOT / "examples" / "legacy_shop" / "schema.sql"]
    found += sorted((ROOT / "tests" / "cases").glob("*/schema.sql"))
    if corpus := os.environ.get("HYPER_CORPUS"):
        return found + sorted(Path(corpus).glob("*.sql"))
    if os.environ.get("HYPER_TAKEOVER") == "all":
        return found
    return [path for path in found if name_of(path) in EVERY_DAY]


def name_of(path: Path) -> str:
    return path.parent.name if path.name == "schema.sql" else path.stem


def load(cluster: Cluster, name: str, path: Path) -> None:
    subprocess.run(
        [cluster.bin_dir / "psql", "-X", "-q", "-f", path, cluster.url(name)],
        env=clean_environment(Path.home()),
        capture_output=True,
        check=True,
    )


def load_unsaid(cluster: Cluster, source: str, target: str, folder: Path) -> None:
    """Bring what models can't say from one database to another; what needs a table of its own stays behind."""
    archive, listed = folder / "source.dump", folder / "source.list"

    def run(*arguments: str | Path, check: bool = True) -> str:
        done = subprocess.run(
            [cluster.bin_dir / arguments[0], *arguments[1:]],
            env=clean_environment(Path.home()),
            capture_output=True,
            encoding="utf-8",
            check=check,
        )
        return done.stdout

    run("pg_dump", "-s", "-Fc", "-f", archive, cluster.url(source))
    kept = [
        line
        for line in run("pg_restore", "-l", archive).splitlines()
        if any(f" {kind} " in line for kind in UNSAID) and " COMMENT " not in line
    ]
    listed.write_text("\n".join(kept))
    run(
        "pg_restore",
        "-L",
        listed,
        "-d",
        cluster.url(target),
        archive,
        check=False,
    )


RELATIONS = (
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname !~ '^(pg_|information_schema)'"
    " AND relname <> 'hyperdjango_migrations'"
)


def same_classes(found: str, wanted: str) -> None:
    """The same classes, apart from lists in expressions, which PostgreSQL prints another way when it reads them back."""
    left, right = class_texts(found), class_texts(wanted)
    assert sorted(left) == sorted(right)
    for table, text in left.items():
        if text != right[table]:
            assert "ARRAY[" in text and "ARRAY[" in right[table], (text, right[table])
            # The rest of the class is the same line by line.
            other = right[table].splitlines()
            assert [line for line in text.splitlines() if "Field(" in line] == [
                line for line in other if "Field(" in line
            ]


@pytest.fixture(scope="module", params=sources(), ids=name_of)
def legacy(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    hyper: Hyper,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    """A database that exists, and the models that inspectdb writes of it."""
    with cluster.database() as name:
        load(cluster, name, request.param)
        folder = tmp_path_factory.mktemp(name_of(request.param))
        project = Project(cluster, hyper, folder, name)
        project.run("inspectdb", *EVERYTHING, "--output", "models.py").check()
        yield project


def test_no_command_touches_what_is_not_managed(legacy: Project) -> None:
    before = legacy.dump()
    assert legacy.run("makemigrations").check().stderr == "No changes.\n"
    assert (
        legacy.run("makemigrations", "--allow-drop").check().stderr == "No changes.\n"
    )
    assert legacy.run("makemigrations", "--check").exit_code == 0
    for command in (
        ["migrate"],
        ["migrate", "--plan"],
        ["migrate", "--fake"],
        ["rollback"],
        ["showmigrations"],
        ["check"],
        ["check", "--format", "json"],
    ):
        result = legacy.run(*command)
        assert result.exit_code == 0, result.stderr + result.stdout
        assert "ALTER" not in result.stdout and "CREATE" not in result.stdout
    assert not (legacy.folder / "migrations").exists()
    assert legacy.dump() == before


def test_models_that_are_taken_over_change_nothing(
    legacy: Project, tmp_path: Path
) -> None:
    """managed = True over the database that the models are of: there is nothing to do."""
    text = (legacy.folder / "models.py").read_text()
    project = Project(legacy.cluster, legacy.hyper, tmp_path, legacy.database)
    (tmp_path / "models.py").write_text(
        text.replace("managed = False", "managed = True")
    )
    project.no_changes("--allow-drop")
    # The record says the same.
    if project.record():
        assert project.run("makemigrations", "--offline").stderr == "No changes.\n"


def test_managed_models_build_the_same_database(
    legacy: Project, tmp_path: Path
) -> None:
    if legacy.folder.name.startswith("definitions_in_order"):
        pytest.skip("its functions need types and tables that the models make")
    text = (legacy.folder / "models.py").read_text()
    managed = text.replace("managed = False", "managed = True")
    with legacy.cluster.database() as database:
        project = Project(legacy.cluster, legacy.hyper, tmp_path, database)
        load_unsaid(legacy.cluster, legacy.database, database, tmp_path)
        (tmp_path / "models.py").write_text(managed)
        unsaid = project.sql(RELATIONS)
        made = project.run("makemigrations")
        assert made.exit_code == 0, made.stderr
        applied = project.run("migrate")
        assert applied.exit_code == 0, applied.stderr
        same_classes(project.run("inspectdb", *EVERYTHING).check().stdout, text)
        project.no_changes("--allow-drop")
        if project.record():
            assert project.run("makemigrations", "--offline").stderr == "No changes.\n"
        if project.files():
            before = project.dump()
            project.run("rollback").check()
            assert project.sql(RELATIONS) == unsaid
            project.run("migrate").check()
            assert project.dump() == before
            by_others(legacy, project, before)


def by_others(legacy: Project, project: Project, wanted: str) -> None:
    """psql runs the files as they stand, and the history is noted behind it: the same database again."""
    with legacy.cluster.database() as database:
        other = Project(legacy.cluster, legacy.hyper, project.folder, database)
        load_unsaid(legacy.cluster, legacy.database, database, project.folder)
        for path in sorted((project.folder / "migrations").glob("*.sql")):
            assert other.psql(path) == ""
        other.run("migrate", "--fake").check()
        other.no_changes("--allow-drop")
        assert other.dump() == wanted
