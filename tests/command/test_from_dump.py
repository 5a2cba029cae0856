"""`hyper inspectdb --from-dump`: models of a dump, with no server or by way of a throwaway one."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness import ROOT, Cluster, Hyper, Result
from random_expressions import TYPES, Expressions
from snapshot import check_snapshot as check_any_snapshot

SHOP = (ROOT / "examples" / "legacy_shop" / "schema.sql").read_text()
NOWHERE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere"}
"""A dump needs no database: one that can't be reached is never asked."""


def check_snapshot(name: str, said: Result, tmp_path: Path, mark: str = "MARK") -> None:
    """Compare with a file, whatever the folder and the version of the throwaway server."""
    stderr = re.sub(r"PostgreSQL \d+(\.\d+)?", "PostgreSQL VERSION", said.stderr)
    check_any_snapshot(
        f"from_dump_{name}",
        dataclasses.replace(said, stderr=stderr),
        {mark: "MARK", str(tmp_path): "FOLDER"},
    )


def pg_dump(cluster: Cluster, name: str, path: Path, *arguments: str) -> Path:
    subprocess.run(
        [cluster.bin_dir / "pg_dump", *arguments, "--file", path, cluster.url(name)],
        check=True,
    )
    return path


@pytest.fixture(scope="module")
def shop(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that pg_dump's text made: the server prints some casts in another way once it has read its own words."""
    path = tmp_path_factory.mktemp("shop") / "shop.dump"
    with cluster.database(SHOP) as first:
        pg_dump(cluster, first, path, "--format", "custom")
    with cluster.database() as name:
        subprocess.run(
            [cluster.bin_dir / "pg_restore", "--dbname", cluster.url(name), path],
            check=True,
        )
        yield name


def inspect(hyper: Hyper, path: Path | str, *arguments: str, **more: Any) -> Result:
    return hyper(
        "inspectdb", "--from-dump", path, *arguments, environment=NOWHERE, **more
    )


def write(tmp_path: Path, text: str, name: str = "schema.sql") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("form", ["plain", "custom", "directory", "tar"])
@pytest.mark.parametrize("way", [(), ("--via-server",)], ids=["text", "server"])
def test_every_format_gives_the_models_of_the_database(
    cluster: Cluster,
    hyper: Hyper,
    shop: str,
    tmp_path: Path,
    form: str,
    way: tuple[str, ...],
) -> None:
    live = hyper("inspectdb", "--database", cluster.url(shop)).check()
    path = pg_dump(cluster, shop, tmp_path / "shop", "--format", form)
    assert inspect(hyper, path, *way).check().stdout == live.stdout


def test_the_sample_as_it_was_written(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    """By hand, and not by pg_dump."""
    with cluster.database(SHOP) as name:
        live = hyper("inspectdb", "--database", cluster.url(name)).check()
    assert inspect(hyper, write(tmp_path, SHOP)).check().stdout == live.stdout


ON_DEMAND = ("definitions", "dependencies", "comments", "owners", "grants")
ON_DEMAND += ("default_privileges", "security_labels")


def without_definitions(saved: Any) -> Any:
    """A schema as a dump that is read as text gives it: what models can't say is only counted."""
    for key in ON_DEMAND:
        saved["schema"].pop(key, None)
    for relation in saved["schema"]["relations"]:
        for part in (relation, *relation["columns"]):
            part.pop("settings", None)
    return saved


def found_sql(text: str) -> list[str]:
    return [line for line in text.splitlines() if "-- Not said by" not in line]


def test_standard_input_and_other_options(
    cluster: Cluster, hyper: Hyper, shop: str, tmp_path: Path
) -> None:
    text = pg_dump(cluster, shop, tmp_path / "shop.sql", "--clean", "--create")
    asked = ("--schema", "*", "--table", "order*", "--exclude", "*_items")
    for form in ("models", "sql", "json"):
        live = hyper(
            "inspectdb", "--database", cluster.url(shop), "--format", form, *asked
        ).check()
        said = inspect(
            hyper, "-", "--format", form, *asked, stdin=text.read_text()
        ).check()
        if form == "json":
            expected, found = json.loads(live.stdout), json.loads(said.stdout)
            for schema in (expected, found):
                for extension in schema["schema"]["extensions"]:
                    extension["version"] = ""
            assert found == without_definitions(expected)
        elif form == "sql":
            # The text counts what only the server has as SQL.
            assert found_sql(said.stdout) == found_sql(live.stdout)
        else:
            assert said.stdout == live.stdout


def test_models_are_compared_with_a_dump(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    path = write(tmp_path, "CREATE TABLE users (id serial PRIMARY KEY, name text);")
    inspect(hyper, path, "--output", "models.py", folder=tmp_path).check()
    same = inspect(hyper, path, "--check", "models.py", folder=tmp_path)
    assert same.exit_code == 0, same.stderr
    write(tmp_path, "CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL);")
    other = inspect(hyper, path, "--check", "models.py", folder=tmp_path)
    assert other.exit_code == 1, other.stderr
    assert "public.users.name" in other.stdout


def test_rows_owners_and_rights_stop_nothing(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    script = """
    CREATE ROLE dump_owner; CREATE ROLE dump_reader;
    CREATE TABLE users (id serial PRIMARY KEY, name text);
    INSERT INTO users (name) VALUES (E'a\\n;'), ('\\.'), (NULL);
    ALTER TABLE users OWNER TO dump_owner;
    GRANT SELECT ON users TO dump_reader;
    CREATE POLICY own ON users TO dump_reader USING (true);
    """
    with cluster.database(script) as name:
        path = pg_dump(cluster, name, tmp_path / "users.sql")
        live = hyper("inspectdb", "--database", cluster.url(name), "-v").check()
    cluster.run_sql("postgres", "DROP ROLE dump_owner; DROP ROLE dump_reader")
    assert "COPY public.users" in path.read_text()
    for way in ((), ("--via-server",)):
        said = inspect(hyper, path, "-v", *way).check()
        assert said.stdout == live.stdout
        assert "grant public.users" in said.stderr
        assert "warning" not in said.stderr


HOSTILE = {
    "shell": "CREATE TABLE t ();\n\\! touch {mark}\n",
    "include": "\\i {mark}\n",
    "copy_command": "CREATE TABLE t (a text);\n\\copy t to {mark}\n",
    "output": "\\o {mark}\nSELECT 1;\n",
    "backquotes": "\\set a `touch {mark}`\n",
    "gexec": "SELECT 'CREATE TABLE t ()' \\gexec\n",
    "alter_system": "ALTER SYSTEM SET archive_command = 'touch {mark}';\n",
    "function_in_c": "CREATE FUNCTION run(text) RETURNS integer LANGUAGE c AS 'libc.so.6', 'system';\n",
    "server_file": "CREATE TABLE t AS SELECT pg_read_file('/etc/passwd');\n",
    "export": "DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch {mark}'; END $$;\n",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_foreign_file_runs_nothing(hyper: Hyper, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    mark = folder / "mark"
    path = write(tmp_path, HOSTILE[name].replace("{mark}", str(mark)))
    for way in ("text", "server"):
        said = inspect(hyper, path, *(("--via-server",) if way == "server" else ()))
        # As text it is only counted.
        is_counted = name == "function_in_c" and way == "text"
        assert said.exit_code == (0 if is_counted else 2)
        assert not mark.exists()
        check_snapshot(f"{name}_{way}", said, tmp_path, str(mark))


def test_rows_of_other_programs_are_passed_over(hyper: Hyper, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    path = write(
        tmp_path,
        f"CREATE TABLE t (a text);\nCOPY t FROM PROGRAM 'touch {mark}';\nCOPY t FROM '/etc/passwd';\n",
    )
    for way in ((), ("--via-server",)):
        assert "class T(Model)" in inspect(hyper, path, *way).check().stdout
        assert not mark.exists()


UNCLEAR = {
    "do_block": "CREATE TABLE a (id integer);\nDO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$;\n",
    "query": "CREATE TABLE a (id integer);\nSELECT change_everything();\n",
    "unknown_type": "CREATE TABLE a (\n    id integer,\n    größe maß\n);\n",
    "unknown_function": "CREATE TABLE a (id integer DEFAULT next_number());\n",
    "edited": "SELECT pg_catalog.set_config('search_path', '', false);\n"
    "CREATE TABLE public.a (price numeric, CHECK (price > 0));\n",
    "no_end": "CREATE TABLE a (id text DEFAULT 'x);\n",
    "two_databases": "\\connect a\nCREATE TABLE t ();\n\\connect b\nCREATE TABLE t ();\n",
    "table_missing": "CREATE INDEX ON nowhere (id);\n",
    "views": "CREATE TABLE a (id integer);\nCREATE VIEW v AS SELECT id FROM a;\n",
}


@pytest.mark.parametrize("name", sorted(UNCLEAR))
def test_what_the_text_does_not_tell_is_told_with_its_place(
    hyper: Hyper, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path, UNCLEAR[name])
    more = ("--include-views",) if name == "views" else ()
    said = inspect(hyper, path, *more)
    assert said.exit_code == 2
    assert said.stdout == ""
    check_snapshot(name, said, tmp_path)


FILES: dict[str, bytes] = {
    "compressed": gzip.compress(b"CREATE TABLE a ();", mtime=0),
    "latin1": "CREATE TABLE größe ();\n".encode("latin1"),
    "binary": b"CREATE TABLE a\0 ();\n",
    "broken_archive": b"PGDMP nothing more",
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_that_are_no_sql(hyper: Hyper, tmp_path: Path, name: str) -> None:
    path = tmp_path / "schema.sql"
    path.write_bytes(FILES[name])
    check_snapshot(name, inspect(hyper, path), tmp_path)


def test_no_such_file_or_schema(hyper: Hyper, tmp_path: Path) -> None:
    missing = inspect(hyper, tmp_path / "schema.sql")
    check_snapshot("missing", missing, tmp_path)
    folder = inspect(hyper, tmp_path)
    check_snapshot("folder", folder, tmp_path)
    path = write(tmp_path, "CREATE SCHEMA sales;\nCREATE TABLE sales.orders ();\n")
    for way in ((), ("--via-server",)):
        said = inspect(hyper, path, "--schema", "sale", *way)
        check_snapshot("no_schema", said, tmp_path)


def test_an_extension_that_is_not_there(hyper: Hyper, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "CREATE EXTENSION no_such_extension;\nCREATE TABLE a (id integer);\n",
    )
    said = inspect(hyper, path, "--via-server").check()
    check_snapshot("extension", said, tmp_path)
    with path.open("a") as file:
        file.write("CREATE TABLE b (\n    at no_such_type\n);\n")
    said = inspect(hyper, path, "--via-server")
    assert said.exit_code == 2
    check_snapshot("extension_needed", said, tmp_path)


def test_a_schema_with_what_is_in_it(hyper: Hyper, tmp_path: Path) -> None:
    """The statements inside it are carried out by their kinds: a sequence comes before the table that it is named in."""
    path = write(
        tmp_path,
        """
        CREATE EXTENSION "uuid-ossp";
        CREATE EXTENSION pgcrypto;
        CREATE TABLE orders (id integer PRIMARY KEY);
        SELECT 'Now the shop';
        CREATE SCHEMA shop
            CREATE VIEW totals AS SELECT sum(total) AS total FROM orders
            CREATE UNIQUE INDEX by_total ON orders (total) WHERE total > (1)
            CREATE TABLE customers (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), secret text DEFAULT gen_salt('md5'))
            CREATE TABLE orders (id bigint DEFAULT nextval('numbers'), customer uuid REFERENCES customers,
                total numeric(9,2) CHECK (total > 0), code uuid DEFAULT gen_random_uuid())
            GRANT SELECT ON orders TO PUBLIC
            CREATE SEQUENCE numbers;
        CREATE TABLE later (id integer REFERENCES orders);
        """,
    )
    asked = ("--schema", "*", "-v")
    found = [inspect(hyper, path, *asked, *way) for way in ((), ("--via-server",))]
    texts = [said.check().stdout for said in found]
    assert texts[0] == texts[1]
    for part in (
        '"public.uuid_generate_v4()"',
        "\"nextval('shop.numbers'::regclass)\"",
    ):
        assert part in texts[0], texts[0]


def test_an_extension_for_superusers_and_a_tablespace(
    hyper: Hyper, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "CREATE SCHEMA tools;\n"
        "CREATE EXTENSION file_fdw WITH SCHEMA tools;\n"
        "COMMENT ON EXTENSION file_fdw IS 'files';\n"
        "SET default_tablespace = fast;\n"
        "CREATE TABLE a (id integer);\n",
    )
    texts = [
        inspect(hyper, path, *way).check().stdout for way in ((), ("--via-server",))
    ]
    assert texts[0] == texts[1]
    assert "fast" in texts[0]


def test_expressions_are_printed_as_the_server_prints_them(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    """Written by hand at random; what the reader does not refuse must be what the catalog says."""
    count = int(os.environ.get("HYPER_EXAMPLES", "60"))
    expressions = Expressions(seed=count)
    compared = 0
    with cluster.database(TYPES) as name:
        for number in range(count):
            table = f"t{number}"
            statement = expressions.statement(table)
            cluster.run_sql(name, f"DROP TABLE IF EXISTS t{max(number - 1, 0)}")
            try:
                cluster.run_sql(name, statement)
            except psycopg.Error:
                # The server does not take everything that chance writes.
                continue
            path = write(tmp_path, TYPES + statement)
            said = inspect(hyper, path, "--table", table)
            if said.exit_code == 2:
                assert "hint: Add --via-server" in said.stderr, said.stderr
                continue
            live = hyper(
                "inspectdb", "--database", cluster.url(name), "--table", table
            ).check()
            assert said.stdout == live.stdout, statement
            compared += 1
    assert compared > count / 3
