"""`hyper migrate` and its kin: order, history, the way back, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from harness import Cluster, Hyper
from pooler import Pooler
from project import Project

FIRST = "-- UP\nCREATE TABLE a (id integer);\n-- DOWN\n-- DROP TABLE a;\n"
SECOND = "-- UP\nALTER TABLE a ADD b text;\n-- DOWN\n-- ALTER TABLE a DROP b;\n"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def applied(project: Project, table: str = "hyperdjango_migrations") -> list[str]:
    rows = project.sql(f"SELECT name FROM {table} WHERE phase = 'applied' ORDER BY 1")
    return [str(row[0]) for row in rows]


def test_up_and_back(project: Project) -> None:
    project.migration("0001_first.sql", FIRST)
    project.migration("0002_second.sql", SECOND)
    assert project.run("showmigrations").check().stdout == (
        "[ ] 0001_first\n[ ] 0002_second\n"
    )
    plan = project.run("migrate", "--plan").check().stdout
    assert plan == "apply 0001_first\napply 0002_second\n"
    assert "ALTER TABLE a ADD b text;" in project.run("migrate", "--dry-run").stdout
    assert project.sql("SELECT to_regclass('hyperdjango_migrations')") == [(None,)]

    project.run("migrate", "--target", "0001").check()
    assert applied(project) == ["0001_first"]
    project.run("migrate").check()
    assert project.column_names("a") == ["id", "b"]
    again = project.run("migrate").check()
    assert again.stderr == "Nothing to do: 2 migrations are applied.\n"
    row = project.sql(
        "SELECT number, length(checksum), applied_by, duration >= '0' FROM hyperdjango_migrations"
    )[0]
    assert row == (1, 64, "postgres", True)

    project.run("rollback").check()
    assert project.column_names("a") == ["id"]
    project.run("migrate", "--target", "zero").check()
    assert applied(project) == []
    assert project.sql("SELECT to_regclass('a')") == [(None,)]
    assert "no migration is applied" in project.run("rollback").check().stderr


def test_a_way_back_that_was_not_written(project: Project) -> None:
    project.migration("0001_first.sql", FIRST.split("-- DROP")[0])
    project.run("migrate").check()
    result = project.run("rollback")
    assert result.exit_code == 2
    assert "nothing stands under its `-- DOWN`" in result.stderr
    assert applied(project) == ["0001_first"]


def test_fake_writes_the_history_only(project: Project) -> None:
    project.migration("0001_first.sql", FIRST)
    project.run("migrate", "--fake").check()
    assert applied(project) == ["0001_first"]
    assert project.sql("SELECT to_regclass('a')") == [(None,)]
    project.run("rollback", "--fake").check()
    assert applied(project) == []


def test_sqlmigrate_needs_no_database(project: Project, hyper: Hyper) -> None:
    project.migration(
        "0001_first.sql",
        "CREATE TABLE a (id integer);\n-- transaction: no\nVACUUM a;\nSELECT 1;\n",
    )
    result = hyper("sqlmigrate", "0001", folder=project.folder).check()
    assert result.stdout == (
        "-- 0001_first\nBEGIN;\nCREATE TABLE a (id integer);\nCOMMIT;\nVACUUM a;\n"
        "BEGIN;\nSELECT 1;\nCOMMIT;\n"
    )
    back = hyper("sqlmigrate", "0001", "--backwards", folder=project.folder)
    assert back.exit_code == 2
    assert "has no way back" in back.stderr


def test_an_error_shows_its_place_and_undoes_the_file(project: Project) -> None:
    project.migration(
        "0001_first.sql",
        "-- UP\nCREATE TABLE a (id integer);\n\nALTER TABLE a\n  ADD b text,\n  ADD c nothing;\n",
    )
    result = project.run("migrate")
    assert result.exit_code == 2
    assert (
        'migrations/0001_first.sql:6:9: type "nothing" does not exist' in result.stderr
    )
    assert "Nothing of 0001_first is done." in result.stderr
    assert project.sql("SELECT to_regclass('a')") == [(None,)]
    assert applied(project) == []


def test_no_value_of_a_row_is_shown(project: Project) -> None:
    project.sql("CREATE TABLE a (b text); INSERT INTO a VALUES ('secret'), ('secret')")
    project.migration(
        "0001_first.sql",
        "-- transaction: no\nCREATE UNIQUE INDEX CONCURRENTLY a_b ON a (b);\n",
    )
    result = project.run("migrate")
    assert result.exit_code == 2
    assert "secret" not in result.stderr
    assert "Rows that are there have the same key." in result.stderr
    # What it left is built again when the rows are right.
    assert project.sql(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_b'::regclass"
    ) == [(False,)]
    project.sql("DELETE FROM a WHERE ctid = '(0,1)'")
    assert "is dropped and built again" in project.run("migrate").check().stderr
    assert project.sql(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_b'::regclass"
    ) == [(True,)]


def test_a_file_that_failed_half_way_may_be_put_right(project: Project) -> None:
    head = "CREATE TABLE a (id integer);\n-- transaction: no\nVACUUM a;\n"
    project.migration(
        "0001_first.sql", head + "INSERT INTO a VALUES ('x' || nothing);\n"
    )
    result = project.run("migrate")
    assert result.exit_code == 2
    assert "2 of 3 statements of 0001_first are done" in result.stderr
    assert "[~] 0001_first  interrupted after 2 statements" in (
        project.run("showmigrations").stdout
    )
    # What is done may not be changed, what is to come may.
    project.migration("0001_first.sql", head.replace("a (id", "a (x") + "SELECT 1;\n")
    assert "those were edited since" in project.run("migrate").stderr
    project.migration("0001_first.sql", head + "INSERT INTO a VALUES (1);\n")
    assert "going on from there" in project.run("migrate").check().stderr
    assert project.sql("SELECT id FROM a") == [(1,)]
    assert applied(project) == ["0001_first"]


@pytest.mark.parametrize(
    ("statement", "transactional"),
    [("COMMIT", True), ("BEGIN", False), ("ROLLBACK WORK", True)],
)
def test_a_file_does_not_end_transactions(
    project: Project, statement: str, transactional: bool
) -> None:
    mark = "" if transactional else "-- transaction: no\n"
    project.migration("0001_first.sql", f"SELECT 1;\n{mark}{statement};\n")
    result = project.run("migrate")
    assert result.exit_code == 2
    assert "does not begin or end transactions itself" in result.stderr


def test_a_statement_that_can_not_be_in_a_transaction(project: Project) -> None:
    project.migration("0001_first.sql", "VACUUM;\n")
    result = project.run("migrate")
    assert result.exit_code == 2
    assert (
        "0001_first.sql:1:1: a statement of the file can't be in a transaction"
        in result.stderr
    )
    assert "`-- transaction: no`" in result.stderr


def test_settings_do_not_leak(project: Project) -> None:
    project.migration(
        "0001_a.sql", "CREATE SCHEMA s; SET search_path = s; SET ROLE pg_monitor;"
    )
    project.migration("0002_b.sql", "CREATE TABLE a ();")
    project.run("migrate").check()
    assert project.sql("SELECT to_regclass('public.a') IS NOT NULL") == [(True,)]


def test_what_does_not_fit(project: Project) -> None:
    first = project.migration("0001_first.sql", FIRST)
    second = project.migration("0002_second.sql", SECOND)
    project.run("migrate").check()

    first.write_text(FIRST.replace("integer", "bigint"))
    edited = project.run("migrate")
    assert edited.exit_code == 2
    assert (
        "0001_first.sql was edited after it was applied (by postgres" in edited.stderr
    )
    # Line ends are no edit.
    first.write_bytes(FIRST.replace("\n", "\r\n").encode())
    project.run("migrate").check()

    second.rename(second.with_name("0002_other.sql"))
    named = project.run("migrate")
    assert "has migration 0002_second applied, and the folder has" in named.stderr
    second.with_name("0002_other.sql").unlink()
    foreign = project.run("migrate")
    assert foreign.exit_code == 2
    assert "has no such file" in foreign.stderr
    assert "--history-schema" in foreign.stderr

    second.write_text(SECOND)
    project.sql("DELETE FROM hyperdjango_migrations WHERE number = 1")
    gap = project.run("migrate")
    assert gap.exit_code == 2
    assert (
        "0001_first.sql is not applied, but 0002, which comes after it, is"
        in gap.stderr
    )

    project.migration("0004_fourth.sql", "SELECT 1;")
    missing = project.run("migrate")
    assert "migration 0003 is missing between" in missing.stderr
    project.migration("0002_twin.sql", "SELECT 1;")
    assert "have the same number" in project.run("migrate").stderr


def test_the_history_may_be_elsewhere(project: Project) -> None:
    project.migration("0001_first.sql", FIRST)
    project.run("migrate", "--history-schema", "Ours").check()
    assert applied(project, '"Ours".hyperdjango_migrations') == ["0001_first"]
    listed = project.run("showmigrations", "--history-schema", "Ours").stdout
    assert listed.startswith("[X] 0001_first")
    models = project.run("inspectdb", "--schema", "*").check()
    assert "hyperdjango_migrations" not in models.stdout


def test_a_role_with_few_rights(project: Project) -> None:
    project.sql(
        "DROP ROLE IF EXISTS modest; CREATE ROLE modest LOGIN;"
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE SCHEMA own AUTHORIZATION modest"
    )
    project.migration("0001_first.sql", "CREATE TABLE own.a (id integer);\n")
    refused = project.run("migrate", user="modest")
    assert refused.exit_code == 2
    assert "GRANT USAGE, CREATE ON SCHEMA public" in refused.stderr
    project.run("migrate", "--history-schema", "own", user="modest").check()
    assert project.sql("SELECT applied_by FROM own.hyperdjango_migrations") == [
        ("modest",)
    ]


PYTHON = """
async def up(db):
    print("loud")
    await db.execute("CREATE TABLE a (id integer)")
    await db.execute("INSERT INTO a SELECT generate_series(1, $1)", 3)


async def down(db):
    await db.execute("DROP TABLE a")
"""


def test_a_migration_in_python(project: Project) -> None:
    project.migration("0001_fill.py", PYTHON)
    project.run("migrate").check()
    assert project.sql("SELECT count(*) FROM a") == [(3,)]
    assert applied(project) == ["0001_fill"]
    project.run("rollback").check()
    assert applied(project) == []
    assert project.sql("SELECT to_regclass('a')") == [(None,)]


def test_a_migration_in_python_that_fails(project: Project) -> None:
    path = project.migration("0001_fill.py", PYTHON + "\n    1 / 0\n")
    project.run("migrate").check()
    failed = project.run("rollback")
    assert failed.exit_code == 2
    assert f"{path.name}:11: ZeroDivisionError" in failed.stderr
    # What it did is undone, and the history stands.
    assert project.sql("SELECT count(*) FROM a") == [(3,)]
    assert applied(project) == ["0001_fill"]
    path.write_text(PYTHON.split("async def down")[0])
    project.sql("DROP TABLE a; DROP TABLE hyperdjango_migrations")
    project.run("migrate").check()
    assert "has no `async def down(db)`" in project.run("rollback").stderr


def test_an_estimate_says_locks_and_sizes(project: Project) -> None:
    project.sql(
        "CREATE TABLE a (id integer); INSERT INTO a SELECT generate_series(1, 1000)"
    )
    project.migration(
        "0001_first.sql",
        "-- hazard: table-rewrite: x\nALTER TABLE a ALTER id TYPE bigint;\n"
        "-- transaction: no\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    )
    result = project.run("migrate", "--estimate").check()
    assert "ACCESS EXCLUSIVE on public.a, " in result.stdout
    assert "SHARE UPDATE EXCLUSIVE on public.a, " in result.stdout
    assert "      table-rewrite: The whole table is written anew" in result.stdout
    assert project.sql("SELECT to_regclass('a_id')") == [(None,)]


def test_a_pooler_of_transactions_is_refused(project: Project) -> None:
    project.migration("0001_first.sql", FIRST)
    with Pooler(project.url, per_transaction=True) as pooler:
        result = project.run("migrate", "--database", pooler.url)
        assert result.exit_code == 2
        assert (
            "a pooler that hands out sessions transaction by transaction"
            in result.stderr
        )
        assert "the server's own host and port" in result.stderr
        # To look is no harm.
        listed = project.run("showmigrations", "--database", pooler.url).check()
        assert listed.stdout == "[ ] 0001_first\n"
    assert project.sql("SELECT to_regclass('a')") == [(None,)]


@pytest.mark.parametrize("sessions", [2, 3, 5])
def test_a_pooler_that_hands_out_sessions_in_turn_is_refused(
    project: Project, sessions: int
) -> None:
    project.migration("0001_first.sql", FIRST)
    with Pooler(project.url, per_transaction=True, in_turn=sessions) as pooler:
        for _ in range(3):
            result = project.run("migrate", "--database", pooler.url)
            assert result.exit_code == 2
            assert "hands out sessions transaction by transaction" in result.stderr
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert project.sql(held) == [(0,)]
    assert project.sql("SELECT to_regclass('a')") == [(None,)]


def test_two_runs_in_one_session_are_refused(project: Project) -> None:
    """The lock of another run in our own session is not ours, though the server would give it to us again."""
    project.migration("0001_first.sql", FIRST)
    project.migration("0002_second.sql", SECOND)
    project.run("migrate", "--target", "0001").check()
    with (
        Pooler(project.url, per_transaction=True, says_process=True) as pooler,
        psycopg.connect(pooler.url, autocommit=True) as other,
    ):
        other.execute(f"SELECT pg_advisory_lock({0x68797065}, {0x72646A61})")
        result = project.run("migrate", "--database", pooler.url)
        assert result.exit_code == 2
        assert "hands out sessions transaction by transaction" in result.stderr
        assert applied(project) == ["0001_first"]
        # It is still the other's.
        other.execute("SELECT pg_advisory_unlock_all()")
        project.run("migrate", "--database", pooler.url).check()
    # And given back when the run is over, for the session lives on.
    project.run("rollback").check()


def test_a_pooler_of_sessions_will_do(project: Project) -> None:
    project.migration("0001_first.sql", FIRST)
    with Pooler(project.url, per_transaction=False) as pooler:
        project.run("migrate", "--database", pooler.url).check()
    assert applied(project) == ["0001_first"]
