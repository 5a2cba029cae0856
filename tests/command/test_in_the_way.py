"""Types and columns that other things stand on: moved along where models say them, else refused before a file is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from project import Project, statements

TYPES = (ROOT / "tests" / "cases" / "types_of_types" / "schema.sql").read_text()
PEOPLE = "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id serial PRIMARY KEY, mood mood, born text);"
ACCEPT = ("--accept", "table-rewrite", "--accept", "values-may-not-fit")


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def take_over(project: Project, *arguments: str) -> None:
    """Models of the database, all managed."""
    project.run("inspectdb", "--output", "models.py", "--force", *arguments).check()
    edit(project, "managed = False", "managed = True")


def edit(project: Project, old: str, new: str) -> None:
    path = project.folder / "models.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def refused(project: Project, *arguments: str) -> str:
    """The words of a refusal; nothing is written."""
    before = project.dump()
    result = project.run("makemigrations", *ACCEPT, *arguments)
    assert result.exit_code == 2, result.stdout + result.stderr
    assert "PostgreSQL would refuse it" in result.stderr
    assert project.files() == {}
    assert project.dump() == before
    return result.stderr


def there_and_back(project: Project) -> str:
    """Makes the migration and runs it; nothing is left to do, and the way back leads back. Gives the file's text."""
    before = project.dump()
    made = project.run("makemigrations", *ACCEPT)
    assert made.exit_code == 0, made.stderr
    project.run("migrate").check()
    project.no_changes()
    project.run("rollback").check()
    project.sql("DROP TABLE hyperdjango_migrations")
    # Columns that are computed are made anew, and stand at the end then.
    assert sorted(project.dump().split()) == sorted(before.split())
    project.run("migrate").check()
    project.no_changes()
    [text] = project.files().values()
    return text


def test_a_type_is_made_anew_with_all_that_is_made_of_it(project: Project) -> None:
    project.sql(TYPES)
    project.sql(
        "INSERT INTO people (mood, last, week) VALUES ('sad', ROW(NULL, 'ok', 1), '{\"(,sad,2)\"}')"
    )
    take_over(project, "--include-views")
    edit(project, '["sad", "ok", "happy"]', '["ok", "sad", "happy"]')
    text = there_and_back(project)
    assert "CREATE TYPE public.mood AS ENUM" in text
    assert "CREATE DOMAIN public.good_mood" in text
    assert "CREATE TYPE public.day AS" in text
    assert "DROP VIEW public.sad_people" in text
    assert project.sql(
        "SELECT mood::text, last::text, week::text, is_sad FROM people"
    ) == [("sad", "(,ok,1)", '{"(,sad,2)"}', True)]


def test_a_label_that_rows_have_is_not_lost(project: Project) -> None:
    project.sql(PEOPLE + "INSERT INTO people (mood) VALUES ('sad')")
    take_over(project)
    edit(project, '["sad", "ok"]', '["ok", "good"]')
    project.run("makemigrations", *ACCEPT).check()
    failed = project.run("migrate")
    assert failed.exit_code == 2
    assert "invalid input value for enum mood" in failed.stderr
    assert project.sql("SELECT mood::text FROM people") == [("sad",)]


def test_an_attribute_of_a_type_in_use_gets_another_type(project: Project) -> None:
    project.sql(
        "CREATE TYPE place AS (street text, number integer);"
        "CREATE DOMAIN stop AS place CHECK ((VALUE).number > 0);"
        "CREATE TABLE tours (id serial PRIMARY KEY, start place, stops place[], last stop);"
        "INSERT INTO tours (start, stops, last) VALUES ('(a,1)', '{\"(b,2)\",NULL}', '(c,3)')"
    )
    take_over(project)
    edit(project, '"number": "integer"', '"number": "bigint"')
    there_and_back(project)
    assert project.sql(
        "SELECT start::text, stops::text, last::text, pg_typeof((start).number)::text FROM tours"
    ) == [("(a,1)", '{"(b,2)",NULL}', "(c,3)", "bigint")]


def test_an_attribute_that_no_column_has_is_altered_in_place(project: Project) -> None:
    project.sql(
        "CREATE TYPE place AS (street text, number integer);"
        "CREATE TABLE tours (id serial PRIMARY KEY, start place)"
    )
    take_over(project)
    edit(
        project,
        '"street": "text", "number": "integer"',
        '"street": "text", "number": "integer", "floor": "text"',
    )
    made = project.run("makemigrations", "--dry-run").check()
    assert statements(made.stdout) == [
        "ALTER TYPE public.place ADD ATTRIBUTE floor text"
    ]


def test_a_view_that_no_model_says_is_in_the_way(project: Project) -> None:
    project.sql(PEOPLE + "CREATE VIEW moods AS SELECT mood FROM people")
    take_over(project)
    edit(project, '["sad", "ok"]', '["ok", "sad"]')
    words = refused(project)
    assert "view moods, which stands on the type public.mood" in words
    assert "view moods, which stands on the column public.people.mood" in words
    assert "hyper adopt takes it over" in words
    # With a model that is managed it is dropped, and made again.
    take_over(project, "--include-views")
    edit(project, '["sad", "ok"]', '["ok", "sad"]')
    assert "CREATE VIEW public.moods" in there_and_back(project)


def test_a_label_is_added_under_a_view(project: Project) -> None:
    project.sql(PEOPLE + "CREATE VIEW moods AS SELECT mood FROM people")
    take_over(project)
    edit(project, '["sad", "ok"]', '["sad", "so so", "ok"]')
    made = project.run("makemigrations", "--dry-run").check()
    assert statements(made.stdout) == [
        "ALTER TYPE public.mood ADD VALUE 'so so' BEFORE 'ok'"
    ]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "CREATE FUNCTION cheer(mood) RETURNS mood LANGUAGE sql AS 'SELECT $1'",
            "function cheer(mood), which stands on the type public.mood",
        ),
        (
            "CREATE FUNCTION moods() RETURNS SETOF mood[] LANGUAGE sql AS 'SELECT NULL::mood[]'",
            "function moods(), which stands on the type public.mood",
        ),
        (
            "CREATE DOMAIN any_mood AS mood",
            "type any_mood, which stands on the type public.mood",
        ),
        (
            "CREATE TYPE pair AS (a mood, b mood)",
            "column a of composite type pair, which stands on the type public.mood",
        ),
        (
            "CREATE CAST (mood AS integer) WITH INOUT",
            "cast from mood to integer, which stands on the type public.mood",
        ),
        ("GRANT USAGE ON TYPE mood TO PUBLIC", "the privileges on type mood"),
        (
            "CREATE VIEW nothing AS SELECT 'ok'::mood AS mood",
            "view nothing, which stands on the type public.mood",
        ),
        (
            "CREATE POLICY sad ON people USING (mood = 'sad')",
            "policy sad on table people, which stands on the type public.mood",
        ),
    ],
    ids=[
        "argument",
        "result",
        "domain",
        "composite",
        "cast",
        "privileges",
        "view",
        "policy",
    ],
)
def test_what_models_do_not_say_is_in_the_way(
    project: Project, script: str, words: str
) -> None:
    project.sql(PEOPLE)
    take_over(project)
    project.sql(script)
    edit(project, '["sad", "ok"]', '["ok", "sad"]')
    told = refused(project)
    assert words in told
    assert "hyper makemigrations --empty" in told


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "CREATE VIEW births AS SELECT born FROM people",
            "view births, which stands on the column public.people.born",
        ),
        (
            "CREATE MATERIALIZED VIEW births AS SELECT born FROM people",
            "materialized view births, which stands on the column public.people.born",
        ),
        (
            (
                "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                "CREATE TRIGGER told BEFORE UPDATE OF born ON people FOR EACH ROW EXECUTE FUNCTION told()"
            ),
            "trigger told on table people, which stands on the column public.people.born",
        ),
        (
            "CREATE POLICY old ON people USING (born < '2000')",
            "policy old on table people, which stands on the column public.people.born",
        ),
        (
            "CREATE RULE told AS ON UPDATE TO people WHERE NEW.born IS NULL DO INSTEAD NOTHING",
            "rule told on table people, which stands on the column public.people.born",
        ),
    ],
    ids=["view", "materialized view", "trigger", "policy", "rule"],
)
def test_a_column_is_not_altered_under_others(
    project: Project, script: str, words: str
) -> None:
    project.sql(PEOPLE)
    take_over(project)
    project.sql(script)
    edit(
        project,
        "born: str = Field(nullable=True)",
        'born: str = Field(nullable=True, db_type="date")',
    )
    assert words in refused(project)
    # A column that is dropped is in the same place.
    edit(project, '    born: str = Field(nullable=True, db_type="date")\n', "")
    assert words in refused(project, "--allow-drop", "people.born")


def test_without_a_database_views_are_known(project: Project) -> None:
    project.sql(PEOPLE + "CREATE VIEW births AS SELECT born FROM people")
    take_over(project)
    project.no_changes()
    edit(
        project,
        "born: str = Field(nullable=True)",
        'born: str = Field(nullable=True, db_type="date")',
    )
    assert "births" in (project.record() or "")
    assert "view public.births, which stands on" in refused(project, "--offline")
