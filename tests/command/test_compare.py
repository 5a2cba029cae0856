"""`hyper inspectdb --check`: nothing where models say what the database says, else exactly what differs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from project import Project
from snapshot import check_snapshot
from test_formats import chosen
from test_laws import EVERYTHING, load, name_of

SAMPLE = ROOT / "examples" / "legacy_shop" / "schema.sql"

# Columns that nothing else depends on: what is done to them shows in their own fields alone.
FREE_COLUMNS = """
SELECT a.attrelid::regclass::text, quote_ident(a.attname), a.attnotnull, a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'int'::regtype)
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE a.attrelid IN (inhrelid, inhparent))
  AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass
                  AND refobjid = a.attrelid AND refobjsubid = a.attnum)
ORDER BY 1, 2
"""


@pytest.mark.parametrize("path", chosen(), ids=name_of)
def test_models_of_a_database_say_what_it_says(
    path: Path, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    models = tmp_path / "models.py"
    with cluster.database() as name:
        load(cluster, name, path, False)
        database = ("inspectdb", "--database", cluster.url(name), *EVERYTHING)
        hyper(*database, "--output", models).check()
        result = hyper(*database, "--check", models)
    assert (result.exit_code, result.stdout) == (0, ""), result.stdout + result.stderr


@pytest.fixture
def sample(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    """The sample database, a table that nothing needs, and models of both."""
    with cluster.database(SAMPLE.read_text()) as name:
        project = Project(cluster, hyper, tmp_path, name)
        project.sql("CREATE TABLE zz_old (id integer PRIMARY KEY)")
        project.run("inspectdb", "--output", "models.py").check()
        yield project


def heads(text: str) -> list[str]:
    """What differs, without where its model stands and without both sides."""
    lines = [line for line in text.splitlines() if not line.startswith("  ")]
    return [re.sub(r" \(\w+, models\.py:\d+\)$", "", line) for line in lines]


@pytest.mark.parametrize("seed", range(6))
def test_edits_are_named_exactly(sample: Project, seed: int) -> None:
    assert sample.run("inspectdb", "--check", "models.py").check().stdout == ""
    chance = random.Random(seed)
    free = chance.sample(sample.sql(FREE_COLUMNS), 11)
    expected: list[str] = []

    def edit(statement: str, place: str = "public.{plain}.{column}") -> None:
        table, quoted, is_not_null, column = free.pop()
        plain = str(table).removeprefix("public.").strip('"')
        names = {"table": table, "quoted": quoted, "plain": plain, "column": column}
        names["nullability"] = "DROP" if is_not_null else "SET"
        sample.sql(statement.format(**names))
        expected.append(place.format(**names))

    column = "ALTER TABLE {table} ALTER COLUMN {quoted} "
    edit("ALTER TABLE {table} ADD added_later text", "public.{plain}.added_later")
    edit("ALTER TABLE {table} DROP COLUMN {quoted}")
    edit(column + "TYPE character varying(77) USING NULL")
    edit(column + "{nullability} NOT NULL")
    edit(column + "SET DEFAULT '7'")
    edit("ALTER TABLE {table} ADD UNIQUE ({quoted})")
    edit("CREATE INDEX ON {table} ({quoted})")
    edit("CREATE INDEX zz_down ON {table} ({quoted} DESC)", "public.{plain} index")
    edit(
        "ALTER TABLE {table} ADD CONSTRAINT zz_check CHECK ({quoted} IS NOT NULL)",
        "public.{plain} constraint",
    )
    edit("COMMENT ON COLUMN {table}.{quoted} IS 'It''s new.'")
    edit("COMMENT ON TABLE {table} IS 'It''s new.'", "public.{plain} Meta.comment")
    sample.sql("DROP TABLE zz_old; CREATE TABLE zz_new (id serial PRIMARY KEY)")
    expected += ["public.zz_old", "public.zz_new"]

    result = sample.run("inspectdb", "--check", "models.py")
    assert result.exit_code == 1
    assert sorted(heads(result.stdout)) == sorted(expected), result.stdout


TABLES = """
CREATE TABLE countries (code character(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (
    id serial PRIMARY KEY, email character varying(120) NOT NULL UNIQUE, age integer CHECK (age > 0), country text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE VIEW adults AS SELECT id FROM users WHERE age > 17;
"""

BY_HAND = '''
class Person(Model):
    """Written by hand, with names of its own."""

    mail: str = Field(column_name="email", unique=True, db_type="character varying(120)")
    id: int = Field(primary_key=True)
    age: int = Field(nullable=True)
    country: str = Field(nullable=True)
    created: datetime = Field(column_name="created_at", db_default="now()")

    @property
    def is_adult(self) -> bool:
        return self.age > 17

    class Meta:
        table_name = "users"
        managed = True
        constraints = (Check("age > 0"),)
'''


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(TABLES) as name:
        yield Project(cluster, hyper, tmp_path, name)


def check(project: Project, name: str, *arguments: str, exit_code: int) -> None:
    result = project.run("inspectdb", "--check", "models.py", *arguments)
    replaced = {f"`{project.database}`": "`DATABASE`", str(project.folder): "FOLDER"}
    check_snapshot(f"compare_{name}", result, replaced)
    assert result.exit_code == exit_code


def by_hand(project: Project, text: str = BY_HAND) -> None:
    project.models("from hyperdjango.models import Check\n\n" + text)


def test_models_by_hand(project: Project) -> None:
    by_hand(project)
    check(project, "by_hand", "--table", "users", exit_code=0)


def test_both_sides_are_shown(project: Project) -> None:
    by_hand(project)
    project.sql(
        "DROP VIEW adults; ALTER TABLE users ALTER age TYPE bigint, ALTER age SET NOT NULL, DROP country, ADD mood mood,"
        " DROP CONSTRAINT users_age_check, ADD CONSTRAINT users_age_check CHECK (age > 1)"
    )
    check(project, "differences", exit_code=1)


def test_only_what_was_asked_for(project: Project) -> None:
    by_hand(project)
    check(project, "whole", exit_code=1)
    check(project, "excluded", "--exclude", "countries", exit_code=0)


def test_views(project: Project) -> None:
    project.run("inspectdb", "--include-views", "--output", "models.py").check()
    check(project, "views_left_out", exit_code=0)
    project.sql("CREATE OR REPLACE VIEW adults AS SELECT id FROM users WHERE age > 20")
    check(project, "views", "--include-views", exit_code=1)


def test_a_table_that_may_not_be_read(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    role = f"reader_of_{project.database}"
    project.sql(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON countries TO {role}")
    try:
        project.sql("ALTER TABLE countries ADD area real; ALTER TABLE users ADD x int")
        result = project.run("inspectdb", "--check", "models.py", user=role)
    finally:
        project.sql(f"DROP OWNED BY {role}; DROP ROLE {role}")
    assert result.exit_code == 1
    assert heads(result.stdout) == ["public.countries.area"]
    assert f"role `{role}` may not read" in result.stderr
    assert "public.users" in result.stderr


def test_a_table_that_only_the_models_have(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    project.sql("DROP TABLE countries")
    check(project, "gone", "--table", "countries", exit_code=1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("syntax", "class A(Model:\n    pass\n"),
        ("import", "import no_such_module_at_all\n"),
        (
            "two_classes",
            BY_HAND.replace("constraints", "# constraints")
            + BY_HAND.replace("Person", "Human").replace("constraints", "# "),
        ),
        (
            "nowhere",
            BY_HAND.replace(
                "country: str = Field(", 'country: str = Field(foreign_key="Country", '
            ),
        ),
    ],
)
def test_models_that_can_not_be_read(project: Project, name: str, text: str) -> None:
    by_hand(project, text)
    check(project, name, exit_code=2)


def test_no_such_file(project: Project) -> None:
    check(project, "no_file", exit_code=2)


def test_the_example_of_the_page(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    example = page.split("$ hyper inspectdb --check models.py\n", 1)[1].split("```")[0]
    statements = page.split("$ psql -c '", 1)[1].split("'\n", 1)[0]
    tables = (
        "CREATE TABLE users (id serial PRIMARY KEY, age integer, email text NOT NULL);"
        "CREATE TABLE orders (id serial PRIMARY KEY, user_id integer REFERENCES users)"
    )
    with cluster.database(tables) as name:
        project = Project(cluster, hyper, tmp_path, name)
        project.run("inspectdb", "--output", "models.py").check()
        project.sql(statements)
        result = project.run("inspectdb", "--check", "models.py")
    assert result.exit_code == 1
    words = (result.stdout + result.stderr).replace(f"`{name}`", "`shop`")
    assert words == example
