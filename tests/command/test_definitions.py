"""What models can't say, in `--format sql` and `json`: roles that are missing, owners, secrets, parts of a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import build, psql, schema_dump
from harness import Cluster, Hyper
from snapshot import PASSWORD, check_words
from test_laws import EVERYTHING, MOST_STATEMENTS, Log

ROLES = ("definitions_owner", "definitions reader")

SCRIPT = """
CREATE SCHEMA app AUTHORIZATION definitions_owner;
CREATE TABLE app.users (id serial PRIMARY KEY, name text);
CREATE TABLE app.orders (id integer GENERATED ALWAYS AS IDENTITY, user_id integer REFERENCES app.users);
ALTER TABLE app.users OWNER TO definitions_owner;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
ALTER FUNCTION app.touch() OWNER TO definitions_owner;
CREATE FUNCTION app.other() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE VIEW app.names AS SELECT name FROM app.users;
CREATE RULE quiet AS ON INSERT TO app.names DO INSTEAD NOTHING;
CREATE FUNCTION app.of_view(app.names) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
CREATE FUNCTION public.outside(app.users) RETURNS integer LANGUAGE sql AS 'SELECT $1.id';
GRANT SELECT ON app.users, app.names TO "definitions reader" WITH GRANT OPTION;
GRANT UPDATE (name) ON app.users TO "definitions reader";
GRANT USAGE ON SEQUENCE app.users_id_seq, app.orders_id_seq TO "definitions reader";
GRANT USAGE ON SCHEMA app TO "definitions reader";
REVOKE INSERT ON app.users FROM definitions_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE definitions_owner IN SCHEMA app GRANT SELECT ON TABLES TO "definitions reader";
CREATE POLICY readers ON app.users TO "definitions reader" USING (id > 0);
CREATE POLICY everyone ON app.users FOR SELECT USING (true);
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (password '{password}');
CREATE SERVER shop FOREIGN DATA WRAPPER wrapper OPTIONS (host 'shop.example', "Api_Token" '{password}');
CREATE USER MAPPING FOR "definitions reader" SERVER shop OPTIONS (user 'app', password '{password}');
"""


@pytest.fixture(scope="module")
def owned(cluster: Cluster) -> Iterator[str]:
    for role in ROLES:
        cluster.run_sql("postgres", f'CREATE ROLE "{role}"')
    try:
        with cluster.database(SCRIPT.replace("{password}", PASSWORD)) as name:
            yield name
    finally:
        for role in ROLES:
            cluster.run_sql("postgres", f'DROP ROLE "{role}"')


def script(hyper: Hyper, url: str, path: Path, *arguments: str) -> Path:
    result = hyper("inspectdb", "--database", url, "--format", "sql", *arguments)
    check_words(result.check())
    path.write_text(result.stdout, encoding="utf-8")
    return path


def test_owners_on_demand(
    cluster: Cluster, hyper: Hyper, owned: str, tmp_path: Path
) -> None:
    path = script(
        hyper, cluster.url(owned), tmp_path / "whole.sql", *EVERYTHING, "--owners"
    )
    with cluster.database() as target:
        build(cluster, target, path)
        assert schema_dump(cluster, target) == schema_dump(cluster, owned)


def test_where_roles_are_missing_the_rest_is_built(
    cluster: Cluster, hyper: Hyper, owned: str, tmp_path: Path
) -> None:
    path = script(
        hyper, cluster.url(owned), tmp_path / "whole.sql", *EVERYTHING, "--owners"
    )
    with cluster.database() as target:
        for role in ROLES:
            cluster.run_sql("postgres", f'ALTER ROLE "{role}" RENAME TO "gone {role}"')
        try:
            words = psql(cluster, target, path, "-1", "-v", "ON_ERROR_STOP=1")
        finally:
            for role in ROLES:
                cluster.run_sql(
                    "postgres", f'ALTER ROLE "gone {role}" RENAME TO "{role}"'
                )
        assert len(words) == 5 and all(
            "WARNING:  not every role of these is there" in line for line in words
        ), words
        policies = cluster.run_sql(target, "SELECT polname::text FROM pg_policy")
        assert policies == [("everyone",)]
        assert cluster.run_sql(target, "SELECT count(*) FROM pg_trigger") != [(0,)]


def test_no_password_is_written(cluster: Cluster, hyper: Hyper, owned: str) -> None:
    for form in ("sql", "json"):
        arguments = ["--database", cluster.url(owned), *EVERYTHING, "--format", form]
        result = hyper("inspectdb", *arguments).check()
        check_words(result)
        assert "shop.example" in result.stdout
        assert "USER MAPPING" in result.stdout
        assert "Api_Token" in result.stdout


def test_a_table_takes_what_it_needs_with_it(
    cluster: Cluster, hyper: Hyper, owned: str, tmp_path: Path
) -> None:
    path = script(
        hyper, cluster.url(owned), tmp_path / "one.sql", "--table", "app.users"
    )
    text = path.read_text(encoding="utf-8")
    assert "FUNCTION app.touch()" in text and "FUNCTION app.other()" not in text
    assert "app.orders" not in text and "app.names" not in text
    with cluster.database() as target:
        build(cluster, target, path)
        triggers = cluster.run_sql(target, "SELECT tgname::text FROM pg_trigger")
        assert triggers == [("touch",)]


def test_what_needs_something_that_is_not_read_is_a_comment(
    cluster: Cluster, hyper: Hyper, owned: str, tmp_path: Path
) -> None:
    url = cluster.url(owned)
    path = script(hyper, url, tmp_path / "public.sql", "--schema", "public")
    text = path.read_text(encoding="utf-8")
    assert "-- CREATE OR REPLACE FUNCTION public.outside(app.users)" in text
    with cluster.database() as target:
        build(cluster, target, path)
    # Without views, what belongs to one or needs one stays away too.
    path = script(hyper, url, tmp_path / "app.sql", "--schema", "app")
    text = path.read_text(encoding="utf-8")
    assert "-- CREATE OR REPLACE FUNCTION app.of_view(app.names)" in text
    assert "RULE quiet" not in text
    with cluster.database() as target:
        build(cluster, target, path)


def test_few_statements_in_one_read_only_transaction(
    cluster: Cluster, hyper: Hyper, owned: str
) -> None:
    cluster.run_sql(owned, f'ALTER DATABASE "{owned}" SET log_statement = "all"')
    log = Log(cluster)
    url = cluster.url(owned)
    result = hyper("inspectdb", "--database", url, *EVERYTHING, "--format", "json")
    statements = log.statements()
    cluster.run_sql(owned, f'ALTER DATABASE "{owned}" RESET log_statement')
    assert len(statements) <= MOST_STATEMENTS
    assert "READ ONLY" in statements[0] and statements[-1] == "COMMIT"
    schema = json.loads(result.check().stdout)["schema"]
    assert [grant["grantee"] for grant in schema["grants"]].count("owner") == 1
    assert {"object": "TABLE app.users", "owner": "definitions_owner"} in schema[
        "owners"
    ]


def test_a_file_of_before_is_still_a_schema(
    cluster: Cluster, hyper: Hyper, owned: str
) -> None:
    """What was added to the format may be missing: none of it is required."""
    document = json.loads(
        (Path(__file__).parents[2] / "docs" / "schema.schema.json").read_text()
    )
    required = document["$defs"]["Schema"]["required"]
    assert "relations" in required and "definitions" not in required
