"""`hyper inspectdb --since`: everything that changed since a saved schema, and nothing that did not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper, Result
from snapshot import check_snapshot, check_words
from test_laws import load, name_of, sources

BEFORE = """
CREATE SCHEMA sales;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN percentage AS numeric CHECK (VALUE >= 0);
CREATE TABLE users (
    id serial PRIMARY KEY, age integer DEFAULT 1, email varchar(80) UNIQUE, feels mood, "old \x1b name" text
);
CREATE INDEX users_by_age ON users (age);
COMMENT ON TABLE users IS 'people';
CREATE TABLE log (at timestamptz, line text);
CREATE TABLE sales.orders (id bigserial PRIMARY KEY, user_id integer REFERENCES users, total numeric(10,2));
CREATE VIEW totals AS SELECT sum(total) AS total FROM sales.orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
"""

CHANGES = """
ALTER TABLE users ALTER age TYPE bigint, ALTER age SET DEFAULT 2, ADD COLUMN name text NOT NULL DEFAULT '',
    DROP COLUMN "old \x1b name", ADD CHECK (age > 0);
DROP INDEX users_by_age;
CREATE UNIQUE INDEX users_by_age ON users (age DESC) WHERE age > 17;
COMMENT ON TABLE users IS 'people, and who else';
COMMENT ON COLUMN users.age IS 'in years';
ALTER TYPE mood ADD VALUE 'so so' BEFORE 'happy';
ALTER DOMAIN percentage ADD CHECK (VALUE <= 100);
DROP TABLE log;
CREATE TABLE invoices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id integer REFERENCES users);
ALTER TABLE sales.orders DROP CONSTRAINT orders_user_id_fkey,
    ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE NOT VALID;
CREATE OR REPLACE VIEW totals AS SELECT sum(total) + 1 AS total FROM sales.orders;
DROP TRIGGER touched ON users;
CREATE FUNCTION other() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE EXTENSION citext;
"""


def save(hyper: Hyper, url: str, path: Path, *arguments: str) -> None:
    hyper(
        "inspectdb", "--database", url, "--format", "json", "--output", path, *arguments
    ).check()


def since(hyper: Hyper, url: str, path: Path, *arguments: str) -> Result:
    result = hyper(
        "inspectdb",
        "--database",
        url,
        "--since",
        path.name,
        *arguments,
        folder=path.parent,
    )
    check_words(result)
    return result


@pytest.fixture
def changed(
    hyper: Hyper, cluster: Cluster, tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    """A database that was saved, then changed."""
    path = tmp_path / "old.json"
    with cluster.database(BEFORE, name="since_shop") as name:
        save(hyper, cluster.url(name), path, "--schema", "*", "--include-views")
        cluster.run_sql(name, CHANGES)
        yield cluster.url(name), path


def test_everything_that_changed_is_told(
    hyper: Hyper, changed: tuple[str, Path]
) -> None:
    result = since(hyper, *changed, "--include-views")
    check_snapshot("since_all", result)
    assert result.exit_code == 1
    assert "\x1b" not in result.stdout


def test_a_part_of_it(hyper: Hyper, changed: tuple[str, Path]) -> None:
    check_snapshot("since_table", since(hyper, *changed, "--table", "sales.orders"))
    check_snapshot("since_schema", since(hyper, *changed, "--schema", "sales"))


def test_a_schema_that_is_gone_or_new(
    hyper: Hyper, cluster: Cluster, changed: tuple[str, Path]
) -> None:
    cluster.run_sql(
        "since_shop",
        "DROP SCHEMA sales CASCADE; CREATE SCHEMA more CREATE TABLE things (id integer)",
    )
    known = since(hyper, *changed)
    assert "- schema sales\n" in known.stdout
    assert "- table sales.orders\n" in known.stdout
    assert "more" not in known.stdout
    everything = since(hyper, *changed, "--schema", "*")
    assert "+ schema more\n" in everything.stdout
    assert "+ table more.things\n" in everything.stdout
    missing = since(hyper, *changed, "--schema", "mores")
    assert missing.exit_code == 2 and "Did you mean `more`?" in missing.stderr


def test_a_dump(
    hyper: Hyper, cluster: Cluster, changed: tuple[str, Path], tmp_path: Path
) -> None:
    """What a dump says of the same database is told in the same words."""
    url, path = changed
    dump = tmp_path / "new.sql"
    subprocess.run([cluster.bin_dir / "pg_dump", "--file", dump, url], check=True)

    def of_dump(*more: str) -> Result:
        words = ("--from-dump", dump.name, "--since", path.name, *more)
        return hyper("inspectdb", *words, folder=tmp_path)

    live = since(hyper, url, path)
    served = of_dump("--via-server")
    assert served.stdout.splitlines() == live.stdout.splitlines(), served.stderr
    read = of_dump()
    check_snapshot("since_dump", read)
    # Of what models can't say a text tells nothing, and neither that it is gone.
    left = [
        text
        for text in objects(live.stdout)
        if not re.match(". (trigger|function)", text)
    ]
    assert objects(read.stdout) == [
        text.replace("    version: 1.6\n", "") for text in left
    ]
    save(hyper, url, path, "--schema", "*", "--force")
    same = of_dump("--schema", "*")
    assert (same.exit_code, same.stdout) == (0, ""), same.stderr


def objects(told: str) -> list[str]:
    """What is told of each object: a line, and those under it."""
    return re.split(r"\n(?=[-+~] )", told.rstrip("\n"))


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_nothing_is_told_of_nothing(
    hyper: Hyper, cluster: Cluster, tmp_path: Path, source: Path
) -> None:
    """The law: a schema is itself; another one is not."""
    path = tmp_path / "old.json"
    with cluster.database() as name:
        load(cluster, name, source, source.is_relative_to(ROOT))
        url = cluster.url(name)
        everything = ("--schema", "*", "--include-views")
        save(hyper, url, path, *everything)
        same = since(hyper, url, path, *everything)
        assert (same.exit_code, same.stdout) == (0, "")
        tables = cluster.run_sql(
            name,
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname !~ '^(pg_|information_schema$)'"
            " AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e'"
            " AND objid = format('%I.%I', schemaname, tablename)::regclass)",
        )
        if not tables:
            return
        cluster.run_sql(name, f"COMMENT ON TABLE {tables[0][0]} IS 'another one'")
        other = since(hyper, url, path, *everything)
        assert other.exit_code == 1
        told = [
            line for line in other.stdout.splitlines() if not line.startswith("      ")
        ]
        assert told[0].startswith("~ ") and told[0].endswith(
            tables[0][0].replace("\n", "\\n")
        )
        assert told[1:] in (["  + comment: 'another one'"], ["  ~ comment"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_file", None),
        ("no_json", "from hyperdjango.models import Model\n"),
        ("other_json", '{"format": "something", "version": 1}'),
        ("later", '{"format": "hyperdjango schema", "version": 77}'),
    ],
)
def test_mistakes(hyper: Hyper, tmp_path: Path, name: str, text: str | None) -> None:
    path = tmp_path / "old.json"
    if text is not None:
        path.write_text(text)
    # No server is asked: there is none at this place.
    result = since(hyper, "postgres://nobody@127.0.0.1:1/none", path)
    check_snapshot(f"since_{name}", result)
    assert result.exit_code == 2
