"""`hyper grants`: a role that has just what was printed can do what it is for, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from harness import Cluster, Hyper
from project import Project
from psycopg import sql

SCRIPT = """
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
CREATE SEQUENCE order_numbers;
CREATE TABLE orders (
    id serial PRIMARY KEY,
    number bigint NOT NULL DEFAULT nextval('order_numbers'),
    country_code text REFERENCES countries,
    mood mood NOT NULL DEFAULT 'calm',
    total numeric(10,2) NOT NULL CHECK (total >= 0)
);
CREATE TABLE notes (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 100;
CREATE TABLE "Odd ""name"";
--" (id serial PRIMARY KEY);
INSERT INTO countries VALUES ('DE', 'Germany');
INSERT INTO orders (country_code, total) VALUES ('DE', 5);
"""


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        made = Project(cluster, hyper, tmp_path, name)
        made.sql(SCRIPT)
        # Nobody may do anything that was not granted.
        made.sql(
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC'
        )
        yield made


@contextmanager
def role_for(
    project: Project, purpose: str, *more: str, role: str = ""
) -> Iterator[str]:
    """A role that has run what `hyper grants` printed for it, twice."""
    role = role or f"{purpose}_of_{project.database}"
    printed = project.run("grants", purpose, "--role", role, *more).check()
    assert "nothing was granted" in printed.stderr
    try:
        project.sql(printed.stdout)
        again = project.run("grants", purpose, "--role", role, *more).check()
        assert "CREATE ROLE" not in again.stdout
        project.sql(again.stdout)
        yield role
    finally:
        with project.cluster.connect(project.database) as connection:
            name = sql.Identifier(role)
            if connection.execute(
                "SELECT FROM pg_roles WHERE rolname = %s", [role]
            ).fetchall():
                connection.execute(
                    sql.SQL("REASSIGN OWNED BY {} TO postgres").format(name)
                )
                connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
                connection.execute(sql.SQL("DROP ROLE {}").format(name))


def refused(project: Project, role: str, statement: str) -> None:
    """The role may not do this."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        project.cluster.run_sql(project.database, statement, role)


def test_printing_changes_nothing(project: Project) -> None:
    before = project.cluster.run_sql("postgres", "SELECT count(*) FROM pg_roles")
    for purpose in ("inspect", "read", "write", "migrate"):
        project.run("grants", purpose).check()
    assert (
        project.cluster.run_sql("postgres", "SELECT count(*) FROM pg_roles") == before
    )


def test_inspect_sees_the_schema_and_no_row(project: Project) -> None:
    with role_for(project, "inspect") as role:
        whole = project.run("inspectdb", "--include-views").check()
        seen = project.run("inspectdb", "--include-views", user=role).check()
        assert seen.stdout == whole.stdout
        assert "may not read" not in seen.stderr
        (project.folder / "models.py").write_text(whole.stdout)
        project.run(
            "inspectdb", "--include-views", "--check", "models.py", user=role
        ).check()
        project.run("makemigrations", "--dry-run", user=role).check()
        for table in ("orders", "countries", "big_orders", "notes"):
            refused(project, role, f"SELECT FROM {table}")
        refused(project, role, "INSERT INTO notes (body) VALUES ('x')")
        refused(project, role, "SELECT nextval('order_numbers')")
        refused(project, role, "CREATE TABLE more ()")


def test_read_reads_rows_and_changes_none(project: Project) -> None:
    with role_for(project, "read") as role:
        dump = project.folder / "dump"
        project.run("dumpdata", "--output", dump, user=role).check()
        assert (dump / "manifest.json").exists()
        rows = project.cluster.run_sql(
            project.database, "SELECT total FROM orders", role
        )
        assert len(rows) == 1
        assert (
            project.cluster.run_sql(project.database, "SELECT FROM big_orders", role)
            == []
        )
        refused(project, role, "UPDATE orders SET total = 1")
        refused(project, role, "DELETE FROM orders")
        refused(project, role, "SELECT nextval('order_numbers')")
        refused(project, role, "CREATE TABLE more ()")


def test_write_changes_rows_and_no_table(project: Project) -> None:
    with role_for(project, "write") as role:
        project.cluster.run_sql(
            project.database,
            "INSERT INTO orders (country_code, total) VALUES ('DE', 7);"
            "INSERT INTO notes (body) VALUES ('x'); UPDATE notes SET body = 'y';"
            "DELETE FROM notes",
            role,
        )
        dump = project.folder / "dump"
        project.run("dumpdata", "--output", dump, user=role).check()
        project.sql("TRUNCATE orders, countries, notes")
        project.run("loaddata", dump, user=role).check()
        assert len(project.sql("SELECT FROM orders")) == 2
        refused(project, role, "ALTER TABLE orders ADD COLUMN n int")
        refused(project, role, "TRUNCATE orders")
        refused(project, role, "CREATE TABLE more ()")


@pytest.mark.parametrize("owned_by_superuser", [True, False])
def test_migrate_takes_the_schema_over(
    project: Project, owned_by_superuser: bool
) -> None:
    owner = f"owner_of_{project.database}"
    project.sql(f"CREATE ROLE {owner}")
    try:
        if not owned_by_superuser:
            project.sql(f"REASSIGN OWNED BY postgres TO {owner}") if False else None
            for table in ("countries", "orders", "notes"):
                project.sql(f"ALTER TABLE {table} OWNER TO {owner}")
            project.sql(f"ALTER TYPE mood OWNER TO {owner}")
            project.sql(f"GRANT CREATE, USAGE ON SCHEMA public TO {owner}")
        tables = ("--table", "countries", "orders", "notes")
        with role_for(project, "migrate", *tables) as role:
            models = project.run("inspectdb", *tables, user=role).check().stdout
            models = models.replace("managed = False", "managed = True")
            path = project.folder / "models.py"
            path.write_text(
                models.replace(
                    "    number: int",
                    "    note: str = Field(nullable=True, index=True)\n    number: int",
                )
            )
            project.run("makemigrations", user=role).check()
            project.run("migrate", user=role).check()
            assert "note" in project.column_names("orders")
            nothing = project.run("makemigrations", user=role).check()
            assert nothing.stderr.startswith("No changes.\n")
            project.run("rollback", user=role).check()
            assert "note" not in project.column_names("orders")
            refused(project, role, "CREATE ROLE other")
            refused(project, role, 'SELECT FROM "Odd ""name"";\n--"')
            is_member = project.sql(
                f"SELECT pg_has_role('{role}', 'postgres', 'MEMBER'), pg_has_role('{role}', '{owner}', 'MEMBER')"
            )
            assert is_member == [(False, not owned_by_superuser)]
    finally:
        project.sql(
            f"REASSIGN OWNED BY {owner} TO postgres; DROP OWNED BY {owner}; DROP ROLE {owner}"
        )
        shutil.rmtree(project.folder / "migrations", ignore_errors=True)


def test_names_are_names(project: Project) -> None:
    """Whatever a role is called, the script makes that role and does nothing else."""
    role = "x\"; DROP TABLE orders;\n-- \\gexec '"
    with role_for(project, "read", role=role):
        assert project.sql("SELECT FROM orders")


def test_some_tables_only(project: Project) -> None:
    with role_for(project, "read", "--table", "orders", "--exclude", "notes") as role:
        assert (
            len(project.cluster.run_sql(project.database, "SELECT FROM orders", role))
            == 1
        )
        refused(project, role, "SELECT FROM countries")
        refused(project, role, "SELECT FROM notes")


def test_a_table_of_another_schema(project: Project) -> None:
    """A schema in front of a table is read without --schema."""
    project.cluster.run_sql(
        project.database, "CREATE SCHEMA other CREATE TABLE things (id integer)"
    )
    with role_for(project, "read", "--table", "other.things") as role:
        project.cluster.run_sql(project.database, "SELECT FROM other.things", role)
        refused(project, role, "SELECT FROM public.orders")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["read", "--table", "oders"], "Did you mean `orders`?"),
        (["read", "--role", ""], "can't be the name of a role"),
        (["read", "--role", "public"], "can't be the name of a role"),
        (["read", "--schema", "nowhere"], "nowhere"),
        (["all"], "possible values: inspect, read, write, migrate"),
    ],
)
def test_mistakes(project: Project, words: list[str], said: str) -> None:
    result = project.run("grants", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
