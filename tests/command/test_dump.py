"""`hyper dumpdata` and `hyper loaddata`: every row comes back as it was, however the load went."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from psycopg import sql
from snapshot import PASSWORD, check_snapshot, check_words

SHOP = ROOT / "examples" / "legacy_shop"
SHOP_SCHEMA = (SHOP / "schema.sql").read_text()

# Values that a text form could lose, in types of every kind.
TYPES = r"""
CREATE TYPE mood AS ENUM ('so, so', 'o''k', '"q"');
CREATE DOMAIN short AS varchar(9) CHECK (VALUE <> '');
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE everything (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    r real, d double precision, n numeric, m money, b boolean, t text, c character(5), s short,
    e mood, e_list mood[], p pair, j json, jb jsonb, x xml, u uuid, by bytea, bits bit varying,
    dt date, ts timestamp, tz timestamptz, ti time, tt timetz, iv interval, r1 int4range, r2 tstzrange,
    i inet, ci cidr, mac macaddr, l text[], l2 integer[][], v tsvector, q tsquery, po point, cl regclass,
    "Odd ""name"", of x" text,
    twice double precision GENERATED ALWAYS AS (d * 2) STORED
);
INSERT INTO everything (r, d, n, m, b, t, c, s, e, e_list, p, j, jb, x, u, by, bits, dt, ts, tz, ti, tt, iv, r1, r2,
    i, ci, mac, l, l2, v, q, po, cl, "Odd ""name"", of x") VALUES
    ('0.1', '0.1'::float8 + 0.2, '123456789012345678901234567890.000000000000000000010', '1234.56', true,
     E'tab\t nl\n cr\r back\\slash "q" ''a'' \\N \\. \b\f\x0b é ☀', 'ab', 'x', 'so, so', '{"so, so","\"q\""}',
     '(1,"a,b")', '{"a" : 1.10}', '{"a": 1.10, "b": null}', '<a>x</a>y', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     '\x00ff0a', B'0101', '0044-03-15 BC', '-infinity', '2024-02-29 12:00:00.123456+05:30', '24:00', '12:00:00-03:30',
     '-1 year -2 mons +3 days -04:05:06.7', '[1,5)', '["2024-01-01 00:00+00",)', '10.0.0.1/8', '10.0.0.0/8',
     '08:00:2b:01:02:03', '{"a,b","NULL",NULL,""}', '{{1,2},{3,4}}', 'fat:2 cat:1', 'fat & !cat', '(1.5,-2)', 'pg_class', ''),
    ('NaN', 'Infinity', 'NaN', '-0.01', false, '', '', NULL, NULL, '{}', NULL, 'null', 'null', '', NULL, '', B'',
     'infinity', NULL, 'infinity', NULL, NULL, '0', 'empty', NULL, '::1', '::/0', NULL, '{}', '{}', '', '', NULL, NULL, '\N'),
    (NULL, NULL, NULL, NULL, NULL, '\.', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE one_column (only_text text);
INSERT INTO one_column VALUES ('\.'), (NULL), (''), ('\N'), (E'a\nb'), ('NULL');
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE empty (id serial, b text);
CREATE TABLE parents (id integer, k text) ;
CREATE TABLE children (extra text) INHERITS (parents);
INSERT INTO parents VALUES (1, 'parent');
INSERT INTO children VALUES (2, 'child', 'more');
CREATE SCHEMA "Odd.schema";
CREATE TABLE "Odd.schema"."a/b c" (id integer PRIMARY KEY, up integer REFERENCES "Odd.schema"."a/b c");
INSERT INTO "Odd.schema"."a/b c" VALUES (1, 3), (2, 1), (3, NULL);
CREATE SEQUENCE shared START 100 INCREMENT -1 MAXVALUE 100 MINVALUE 1;
SELECT nextval('shared'), nextval('shared');
"""

# Two tables that refer to each other, and no way to defer that.
CIRCLE = """
CREATE TABLE hens (id integer PRIMARY KEY, egg_id integer);
CREATE TABLE eggs (id integer PRIMARY KEY, hen_id integer NOT NULL REFERENCES hens);
ALTER TABLE hens ADD CONSTRAINT hens_egg FOREIGN KEY (egg_id) REFERENCES eggs;
"""
CIRCLE_ROWS = """
INSERT INTO hens VALUES (1, NULL), (2, NULL);
INSERT INTO eggs VALUES (1, 1), (2, 2);
UPDATE hens SET egg_id = 3 - id;
"""

SMALL = """
CREATE TABLE a (id serial PRIMARY KEY, t text);
CREATE TABLE b (id serial PRIMARY KEY, a_id integer NOT NULL REFERENCES a);
"""
SMALL_ROWS = """
INSERT INTO a (t) VALUES ('x'), ('y');
INSERT INTO b (a_id) VALUES (1), (2), (2);
"""


def contents(cluster: Cluster, database: str) -> dict[str, list[str]]:
    """The rows of every table, and the position of every sequence, as text."""
    found: dict[str, list[str]] = {}
    with cluster.connect(database) as connection:
        names = connection.execute(
            "SELECT nspname, relname, relkind = 'S' FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind IN ('r', 'S') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
        ).fetchall()
        for schema, name, is_sequence in names:
            what = (
                "ROW(it.last_value, it.is_called)" if is_sequence else "ROW(it.*, NULL)"
            )
            query = sql.SQL("SELECT {}::text FROM ONLY {} AS it ORDER BY 1")
            if is_sequence:
                query = sql.SQL("SELECT {}::text FROM {} AS it ORDER BY 1")
            rows = connection.execute(
                query.format(sql.SQL(what), sql.Identifier(schema, name))
            ).fetchall()
            found[f"{schema}.{name}"] = [row[0] for row in rows]
    return found


def files(folder: Path) -> dict[str, bytes]:
    """What a folder holds, but for what was loaded of it."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.name != "loaded.jsonl"
    }


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        (SHOP_SCHEMA, (SHOP / "data.sql").read_text()),
        (TYPES, None),
        (CIRCLE, CIRCLE_ROWS),
        (SMALL, ""),
    ],
    ids=["shop", "types", "circle", "empty"],
)
def test_what_is_dumped_and_loaded_is_equal(
    cluster: Cluster,
    hyper: Hyper,
    tmp_path: Path,
    form: str,
    schema: str,
    rows: str | None,
) -> None:
    """The law: the rows and the sequences are the same, and so is another dump."""
    with (
        cluster.database(schema + (rows or "")) as source,
        cluster.database(schema) as target,
    ):
        if rows is None:
            # The script has its rows in itself: what it made is emptied.
            tables = cluster.run_sql(
                target,
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
            )
            listed = ", ".join(row[0] for row in tables)
            cluster.run_sql(target, f"TRUNCATE {listed} RESTART IDENTITY")
            cluster.run_sql(target, "SELECT setval('shared', 100, false)")
        first, second = tmp_path / "first", tmp_path / "second"
        # Whatever the database prefers, the text forms are the same.
        cluster.run_sql(
            source,
            f"ALTER DATABASE {source} SET DateStyle = 'German';"
            f"ALTER DATABASE {source} SET IntervalStyle = 'sql_standard';"
            f"ALTER DATABASE {source} SET extra_float_digits = -3",
        )
        hyper(
            *("dumpdata", "--format", form, "-o", first),
            *("--database", cluster.url(source)),
        ).check()
        hyper("loaddata", first, "--database", cluster.url(target)).check()
        cluster.run_sql(source, f"ALTER DATABASE {source} RESET ALL")
        assert contents(cluster, target) == contents(cluster, source)
        hyper(
            *("dumpdata", "--format", form, "-o", second),
            *("--database", cluster.url(target)),
        ).check()
        assert files(first) == files(second)
        # Loaded once, it is not loaded again.
        again = hyper("loaddata", first, "--database", cluster.url(target)).check()
        assert "Loaded 0 tables, 0 rows" in again.stderr
        assert contents(cluster, target) == contents(cluster, source)
    json.loads((first / "manifest.json").read_text())


@pytest.fixture
def dumped(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Path]:
    """A folder with the rows of two tables."""
    folder = tmp_path / "dump"
    with cluster.database(SMALL + SMALL_ROWS) as source:
        hyper("dumpdata", "-o", folder, "--database", cluster.url(source)).check()
    yield folder


def test_lines_go_from_one_database_into_another(
    cluster: Cluster, hyper: Hyper
) -> None:
    with (
        cluster.database(SMALL + SMALL_ROWS) as source,
        cluster.database(SMALL) as target,
    ):
        lines = hyper("dumpdata", "--database", cluster.url(source)).check().stdout
        assert json.loads(lines.splitlines()[0]) == {
            "schema": "public",
            "table": "a",
            "row": {"id": "1", "t": "x"},
        }
        hyper("loaddata", "-", "--database", cluster.url(target), stdin=lines).check()
        assert contents(cluster, target) == contents(cluster, source)
        # All of it or nothing.
        broken = lines.replace('"a_id":"2"', '"a_id":"7"')
        cluster.run_sql(target, "TRUNCATE a, b")
        result = hyper("loaddata", "-", "--database", cluster.url(target), stdin=broken)
        check_snapshot("loaddata_no_parent", result)
        assert cluster.run_sql(target, "SELECT count(*) FROM a") == [(0,)]


def test_csv_of_one_table(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> None:
    with cluster.database(SMALL + SMALL_ROWS) as name:
        url = ("--database", cluster.url(name))
        text = hyper("dumpdata", "--format", "csv", "--table", "a", *url).check().stdout
        assert text == "id,t\n1,x\n2,y\n"
        file = tmp_path / "more.csv"
        file.write_text("t\nz\n")
        hyper("loaddata", file, "--table", "a", "--append", *url).check()
        assert cluster.run_sql(name, "SELECT t FROM a WHERE id = 3") == [("z",)]
        several = hyper("dumpdata", "--format", "csv", *url)
        check_snapshot("dumpdata_csv_of_several", several)


def test_rows_are_not_mixed_unasked(
    cluster: Cluster, hyper: Hyper, dumped: Path
) -> None:
    with cluster.database(SMALL + "INSERT INTO a (t) VALUES ('own')") as name:
        url = ("--database", cluster.url(name))
        check_snapshot("loaddata_rows_there", hyper("loaddata", dumped, *url))
        assert cluster.run_sql(name, "SELECT t FROM a") == [("own",)]
        taken = hyper("loaddata", dumped, "--append", *url)
        check_snapshot("loaddata_key_taken", taken)
        hyper("loaddata", dumped, "--truncate", *url).check()
        assert cluster.run_sql(name, "SELECT t FROM a ORDER BY 1") == [("x",), ("y",)]
        # The next number is one that nobody has.
        cluster.run_sql(name, "INSERT INTO a (t) VALUES ('new')")
        # What stands already is loaded anew where it is asked for.
        hyper("loaddata", dumped, "--truncate", *url).check()
        assert cluster.run_sql(name, "SELECT count(*) FROM a") == [(2,)]


def test_a_load_that_is_killed_goes_on_where_it_stood(
    cluster: Cluster, hyper: Hyper, dumped: Path
) -> None:
    with cluster.database(SMALL) as name, cluster.connect(name) as other:
        other.autocommit = False
        other.execute("LOCK TABLE b IN SHARE MODE")
        running = subprocess.Popen(
            [hyper.path, "loaddata", dumped, "--database", cluster.url(name)],
            env=hyper.environment(),
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'b'::regclass"
        while cluster.run_sql(name, waiting) == [(0,)] and time.monotonic() < deadline:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=30)
        other.rollback()
        assert cluster.run_sql(name, "SELECT count(*) FROM a") == [(2,)]
        result = hyper("loaddata", dumped, "--database", cluster.url(name)).check()
        assert "Loaded 1 table, 3 rows" in result.stderr
        assert "1 table was loaded before" in result.stderr
        assert cluster.run_sql(name, "SELECT count(*) FROM b") == [(3,)]
        # One that was emptied meanwhile is loaded again.
        cluster.run_sql(name, "TRUNCATE b")
        hyper("loaddata", dumped, "--database", cluster.url(name)).check()
        assert cluster.run_sql(name, "SELECT count(*) FROM b") == [(3,)]


def test_a_circle_that_may_not_be_opened(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    folder = tmp_path / "dump"
    with (
        cluster.database(CIRCLE + CIRCLE_ROWS) as source,
        cluster.database(CIRCLE) as target,
    ):
        hyper("dumpdata", "-o", folder, "--database", cluster.url(source)).check()
        cluster.run_sql(
            target,
            "CREATE ROLE loader_of_hens LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO loader_of_hens",
        )
        try:
            url = cluster.url(target, "loader_of_hens")
            check_snapshot(
                "loaddata_circle", hyper("loaddata", folder, "--database", url)
            )
            # What the hint says helps.
            cluster.run_sql(
                target, "ALTER TABLE hens ALTER CONSTRAINT hens_egg DEFERRABLE"
            )
            hyper("loaddata", folder, "--database", url).check()
            assert contents(cluster, target) == contents(cluster, source)
        finally:
            cluster.run_sql(
                target,
                "DROP OWNED BY loader_of_hens; DROP ROLE loader_of_hens",
            )


def test_a_circle_is_looked_at_when_it_was_opened(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    folder = tmp_path / "dump"
    with cluster.database(CIRCLE + CIRCLE_ROWS) as source:
        hyper("dumpdata", "-o", folder, "--database", cluster.url(source)).check()
    eggs = folder / "public.eggs.jsonl"
    eggs.write_text(eggs.read_text().replace('"hen_id":"2"', '"hen_id":"9"'))
    with cluster.database(CIRCLE) as target:
        result = hyper("loaddata", folder, "--database", cluster.url(target))
        check_snapshot("loaddata_circle_broken", result)
        assert cluster.run_sql(target, "SELECT count(*) FROM eggs") == [(0,)]


def test_a_file_that_was_cut_short(
    cluster: Cluster, hyper: Hyper, dumped: Path
) -> None:
    file = dumped / "public.b.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    with cluster.database(SMALL) as name:
        result = hyper("loaddata", dumped, "--database", cluster.url(name))
        check_snapshot("loaddata_cut_short", result, {str(dumped): "FOLDER"})
        assert cluster.run_sql(name, "SELECT count(*) FROM b") == [(0,)]


@pytest.mark.parametrize(
    ("name", "line", "arguments"),
    [
        ("fraction", '{"t": 0.1}', ("--table", "a")),
        ("no_column", '{"tt": "x"}', ("--table", "a")),
        ("no_table", "", ("--table", "aa")),
        ("no_json", "t\nx", ("--table", "a")),
        ("no_name", '{"t": "x"}', ()),
        ("value", '{"id": "Correct-Horse-77"}', ("--table", "a")),
    ],
)
def test_rows_that_can_not_be_loaded(
    cluster: Cluster, hyper: Hyper, name: str, line: str, arguments: tuple[str, ...]
) -> None:
    with cluster.database(SMALL, "refusing") as database:
        url = cluster.url(database)
        result = hyper("loaddata", "-", *arguments, "--database", url, stdin=line)
    check_snapshot(f"loaddata_{name}", result)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_folder_that_holds_no_dump_or_one_already(
    cluster: Cluster, hyper: Hyper, dumped: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    names = {str(dumped): "FOLDER", str(empty): "EMPTY"}
    url = ("--database", f"postgres://ada:{PASSWORD}@127.0.0.1:1/x")
    check_snapshot("loaddata_no_dump", hyper("loaddata", empty, *url), names)
    there = hyper("dumpdata", "-o", dumped, *url)
    check_snapshot("dumpdata_there", there, names)
    with cluster.database(SMALL) as name:
        own = ("--database", cluster.url(name))
        check_words(hyper("dumpdata", "--force", "-o", dumped, *own).check())
        assert (dumped / "public.a.jsonl").read_text() == ""
        wrong = hyper("dumpdata", "--table", "bb", *own)
    assert wrong.exit_code == 2 and "no table `bb`" in wrong.stderr


def test_a_dump_that_may_not_read_all_is_none(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database(SMALL + SMALL_ROWS, "hidden") as name:
        cluster.run_sql(
            name, "CREATE ROLE dump_reader LOGIN; GRANT SELECT ON a TO dump_reader"
        )
        try:
            url = ("--database", cluster.url(name, "dump_reader"))
            folder = tmp_path / "dump"
            check_snapshot("dumpdata_unreadable", hyper("dumpdata", "-o", folder, *url))
            assert not (folder / "manifest.json").exists()
            lines = hyper("dumpdata", "--exclude", "b", *url).check()
            assert len(lines.stdout.splitlines()) == 2
            assert "may not read the positions of sequences" in lines.stderr
        finally:
            cluster.run_sql(name, "DROP OWNED BY dump_reader; DROP ROLE dump_reader")
