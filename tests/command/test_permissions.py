"""What a role that may not see everything gets: what it may read, and a line for the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Cluster, Hyper, Result
from snapshot import check_snapshot

ROLE = "permission_reader"

HIDDEN = ("Salary", "AuditLog", "Payroll", "Vault", "Secret", "Key")

OFFICE = f"""
CREATE TABLE branches (id serial PRIMARY KEY, town text NOT NULL);
CREATE TABLE salaries (id serial PRIMARY KEY, amount numeric NOT NULL);
CREATE TABLE employees (
    id serial PRIMARY KEY,
    branch_id integer REFERENCES branches,
    salary_id integer NOT NULL REFERENCES salaries ON DELETE CASCADE,
    email text UNIQUE,
    iban text
);
CREATE TABLE audit_log (at timestamptz, what text);
CREATE VIEW payroll AS SELECT amount FROM salaries;
CREATE VIEW towns AS SELECT town FROM branches;
GRANT SELECT ON branches, towns TO {ROLE};
GRANT SELECT (id, branch_id, salary_id, email) ON employees TO {ROLE};
CREATE SCHEMA closed;
CREATE TABLE closed.vault (id serial PRIMARY KEY);
GRANT SELECT ON closed.vault TO {ROLE};
CREATE SCHEMA half;
CREATE TABLE half.secrets (id serial PRIMARY KEY);
CREATE TABLE half.keys (id serial PRIMARY KEY);
GRANT USAGE ON SCHEMA half TO {ROLE};
CREATE SCHEMA empty;
GRANT USAGE ON SCHEMA empty TO {ROLE};
"""


@pytest.fixture(scope="module")
def office(cluster: Cluster) -> Iterator[str]:
    cluster.run_sql("postgres", f"CREATE ROLE {ROLE} LOGIN")
    with cluster.database(OFFICE, name="permission_office") as name:
        yield name
    cluster.run_sql("postgres", f"DROP ROLE {ROLE}")


def inspect(
    hyper: Hyper, cluster: Cluster, office: str, *arguments: str, user: str = ROLE
) -> Result:
    return hyper("inspectdb", "--database", cluster.url(office, user), *arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "exit_code"),
    [
        ("no_usage", ["--schema", "closed"], 2),
        ("no_usage_beside_another", ["--schema", "public", "closed"], 2),
        ("no_usage_by_table", ["--table", "closed.vault"], 2),
        ("nothing_readable", ["--schema", "half"], 2),
        ("empty", ["--schema", "empty"], 0),
        ("some", ["--exclude", "employees"], 0),
        ("some_with_views", ["--exclude", "employees", "--include-views"], 0),
    ],
)
def test_a_role_gets_what_it_may_read(
    cluster: Cluster,
    hyper: Hyper,
    office: str,
    name: str,
    arguments: list[str],
    exit_code: int,
) -> None:
    result = inspect(hyper, cluster, office, *arguments)
    check_snapshot(f"permissions_{name}", result)
    assert result.exit_code == exit_code
    assert not [name for name in HIDDEN if f"class {name}(" in result.stdout]


def test_every_schema(cluster: Cluster, hyper: Hyper, office: str) -> None:
    """SELECT on a table is of no use without USAGE on its schema."""
    result = inspect(hyper, cluster, office, "--schema", "*")
    assert result.exit_code == 0
    assert not [name for name in HIDDEN if f"class {name}(" in result.stdout]
    assert "closed" in result.stderr.split("may not", 1)[1]


def test_a_column_that_may_not_be_read(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    """A table of which some columns may be read is there, and a line names the others."""
    result = inspect(hyper, cluster, office, "--table", "employees")
    assert result.exit_code == 0
    assert "class Employee(Model):" in result.stdout
    assert "iban" in result.stderr
    # The target is nowhere in the file, and is named by its table.
    assert 'foreign_key=Table("public", "salaries", "id")' in result.stdout


@pytest.mark.parametrize(
    "arguments", [["--table", "branches"], ["--exclude", "salaries", "audit_log"]]
)
def test_what_was_not_asked_for_is_not_missed(
    cluster: Cluster, hyper: Hyper, office: str, arguments: list[str]
) -> None:
    result = inspect(hyper, cluster, office, *arguments)
    assert result.exit_code == 0
    assert "salaries" not in result.stderr and "audit_log" not in result.stderr


def test_one_table_of_two(cluster: Cluster, hyper: Hyper, office: str) -> None:
    result = inspect(hyper, cluster, office, "--table", "branches", "salaries")
    assert result.exit_code == 0
    assert "class Branch(Model):" in result.stdout
    assert "public.salaries" in result.stderr
    assert "audit_log" not in result.stderr


def test_a_table_that_may_not_be_read(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    """The error is about this table: the role may read others, and needs nothing but this one."""
    result = inspect(hyper, cluster, office, "--table", "salaries")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "salaries" in result.stderr
    assert "ALL TABLES" not in result.stderr


def test_names_are_the_same_as_for_the_owner(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    """What a role may not see still has its name: no class is called otherwise for another role."""
    mine = inspect(hyper, cluster, office).stdout
    owners = inspect(hyper, cluster, office, user="postgres").stdout

    def classes(text: str) -> set[str]:
        return {line for line in text.splitlines() if line.startswith("class ")}

    assert classes(mine) < classes(owners)
    assert mine.count("class ") - mine.count("class Meta") == 2


def test_a_database_that_may_not_be_entered(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    cluster.run_sql("postgres", f'REVOKE CONNECT ON DATABASE "{office}" FROM PUBLIC')
    try:
        result = inspect(hyper, cluster, office)
    finally:
        cluster.run_sql("postgres", f'GRANT CONNECT ON DATABASE "{office}" TO PUBLIC')
    assert (result.exit_code, result.stdout) == (2, "")
    assert f'permission denied for database "{office}"' in result.stderr
    assert " hint: " in result.stderr


def test_a_role_that_may_not_log_in(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    cluster.run_sql("postgres", f"ALTER ROLE {ROLE} NOLOGIN")
    try:
        result = inspect(hyper, cluster, office)
    finally:
        cluster.run_sql("postgres", f"ALTER ROLE {ROLE} LOGIN")
    place = result.stderr.partition("server at ")[2].partition(" refused")[0]
    check_snapshot("permissions_no_login", result, {place: "PLACE"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_catalog_itself_is_closed(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    """Somebody has hardened the database; the server's own words say which table it is."""
    cluster.run_sql(office, "REVOKE SELECT ON pg_catalog.pg_description FROM PUBLIC")
    try:
        result = inspect(hyper, cluster, office)
    finally:
        cluster.run_sql(office, "GRANT SELECT ON pg_catalog.pg_description TO PUBLIC")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "permission denied for table pg_description" in result.stderr
    assert " hint: " in result.stderr


def test_security_settings_of_the_role_are_no_obstacle(
    cluster: Cluster, hyper: Hyper, office: str
) -> None:
    """A role's own settings change neither what is read nor how it is printed."""
    plain = inspect(hyper, cluster, office, "--include-views", user="postgres").stdout
    settings = {
        "search_path": "half, public",
        "datestyle": "German",
        "intervalstyle": "iso_8601",
        "quote_all_identifiers": "on",
        "standard_conforming_strings": "off",
        "default_transaction_isolation": "serializable",
        "default_transaction_read_only": "on",
        "client_encoding": "latin1",
        "bytea_output": "escape",
        "timezone": "Asia/Kolkata",
        "lc_messages": "C",
        "row_security": "off",
        "statement_timeout": "1ms",
        "escape_string_warning": "off",
        "xmloption": "document",
    }
    cluster.run_sql(
        "postgres",
        "CREATE ROLE permission_odd LOGIN SUPERUSER;"
        + "".join(
            f"ALTER ROLE permission_odd SET {name} = {value};"
            if name == "search_path"
            else f"ALTER ROLE permission_odd SET {name} = '{value}';"
            for name, value in settings.items()
        ),
    )
    try:
        result = inspect(
            hyper, cluster, office, "--include-views", user="permission_odd"
        )
    finally:
        cluster.run_sql("postgres", "DROP ROLE permission_odd")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == plain
