"""`hyper doctor`: every risk is found, and the SQL that is told mends it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from harness import ROOT, Cluster, Hyper, Result, clean_environment
from risky import INVALID, SCRIPT
from snapshot import check_snapshot, check_words
from test_laws import MOST_STATEMENTS, Log, dump, load, name_of, sources

ROLE = "doctor_reader"

# A mend can bring to light what stood behind it: a new key makes a unique constraint a duplicate.
MOST_ROUNDS = 3

Place = tuple[str, str, str | None, str]


def make_risky(cluster: Cluster, name: str) -> None:
    cluster.run_sql(name, SCRIPT)
    with cluster.connect(name) as connection:
        for statement in INVALID:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.UniqueViolation:
                assert "CREATE UNIQUE INDEX" in statement


@pytest.fixture(scope="module")
def risky(cluster: Cluster) -> Iterator[str]:
    with cluster.database(name="doctor_risky") as name:
        make_risky(cluster, name)
        wait_for_counts(cluster, name)
        yield name


def wait_for_counts(cluster: Cluster, name: str) -> None:
    """Until PostgreSQL 15 another process of the server counts the rows, a moment later."""
    asked = "SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'broken' AND n_live_tup = 0"
    end = time.monotonic() + 20
    while cluster.run_sql(name, asked) != [(0,)]:
        assert time.monotonic() < end, "the server does not count its rows"
        time.sleep(0.05)


def doctor(hyper: Hyper, url: str, *arguments: str) -> Result:
    result = hyper("doctor", "--database", url, *arguments)
    check_words(result)
    return result


def findings(hyper: Hyper, url: str, *arguments: str) -> dict[Place, dict[str, Any]]:
    """What was found, by code and object."""
    result = doctor(hyper, url, "--schema", "*", "--json", *arguments)
    assert result.exit_code in (0, 1), result.stderr
    report = json.loads(result.stdout)
    assert report["format"] == "hyperdjango doctor" and report["version"] == 1
    found = {}
    for finding in report["findings"]:
        place = finding["object"]
        key = (finding["code"], place["schema"], place["table"], place["name"])
        assert key not in found
        found[key] = finding
    assert result.exit_code == (1 if found else 0)
    return found


def codes_of_help(hyper: Hyper) -> set[str]:
    text = hyper("doctor", "--help").check().stdout
    listed = text.split("explains each):\n")[1].split("\n\n")[0]
    return set(listed.split())


def run(connection: psycopg.Connection[Any], statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement.encode())


def mend(cluster: Cluster, hyper: Hyper, name: str) -> None:
    """Run all SQL that stands by itself, until none is left: each finding is gone once its SQL was run."""
    url = cluster.url(name)
    found = findings(hyper, url)
    for _ in range(MOST_ROUNDS):
        todo = {
            place: finding
            for place, finding in found.items()
            if finding["sql"] and not finding["blocked_by"]
        }
        if not todo:
            return
        with cluster.connect(name) as connection:
            for finding in todo.values():
                run(connection, finding["sql"])
        found = findings(hyper, url)
        assert not todo.keys() & found.keys()
    raise AssertionError(f"there is always more to mend: {list(found)}")


def test_every_code_is_found(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    found = findings(hyper, cluster.url(risky))
    assert {code for code, *_ in found} == codes_of_help(hyper)
    documented = set(
        re.findall(
            r"^### `([a-z-]+)`", (ROOT / "docs/doctor.md").read_text(), re.MULTILINE
        )
    )
    assert documented == codes_of_help(hyper)


def test_what_is_found_is_what_is_there(
    hyper: Hyper, cluster: Cluster, risky: str
) -> None:
    """The whole text, and nothing that is in order."""
    result = doctor(hyper, cluster.url(risky), "--schema", "*")
    check_snapshot("doctor_risky", result)
    assert "\x1b" not in result.stdout


def test_the_sql_mends_it(hyper: Hyper, cluster: Cluster) -> None:
    with cluster.database() as name:
        make_risky(cluster, name)
        mend(cluster, hyper, name)
        # What is left waits for something that its owner must decide on.
        left = findings(hyper, cluster.url(name))
        assert left and all(finding["blocked_by"] for finding in left.values())


def test_the_text_has_the_same_sql(hyper: Hyper, cluster: Cluster) -> None:
    """A person can copy what stands there, even a name that holds a line break or worse."""
    with cluster.database() as name:
        make_risky(cluster, name)
        url = cluster.url(name)
        shown = doctor(hyper, url, "--schema", "*", "--only", "never-analysed").stdout
        statements = re.findall(r"^      (.*);$", shown, re.MULTILINE)
        assert any("\\001B" in statement for statement in statements)
        with cluster.connect(name) as connection:
            run(connection, statements)
        assert not findings(hyper, url, "--only", "never-analysed")


def test_what_is_blocked_is_refused(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    found = findings(hyper, cluster.url(risky))
    blocked = [finding for finding in found.values() if finding["blocked_by"]]
    assert len(blocked) >= 4
    for finding in blocked:
        with (
            cluster.connect(risky) as connection,
            pytest.raises(psycopg.Error),
        ):
            run(connection, finding["sql"])


@pytest.fixture(scope="module", params=sources(), ids=name_of)
def schema(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[str]:
    name = f"doctor_{name_of(request.param)}"
    with cluster.database(name=name):
        load(cluster, name, request.param, request.param.is_relative_to(ROOT))
        yield name


def test_every_schema_is_mended(hyper: Hyper, cluster: Cluster, schema: str) -> None:
    """The law of the SQL, and that looking changes nothing and takes few statements in one transaction."""
    before = dump(cluster, schema)
    cluster.run_sql(schema, f'ALTER DATABASE "{schema}" SET log_statement = "all"')
    log = Log(cluster)
    findings(hyper, cluster.url(schema))
    statements = log.statements()
    cluster.run_sql(schema, f'ALTER DATABASE "{schema}" RESET log_statement')
    assert len(statements) <= MOST_STATEMENTS
    assert "REPEATABLE READ READ ONLY" in statements[0] and statements[-1] == "COMMIT"
    assert dump(cluster, schema) == before
    mend(cluster, hyper, schema)


def test_only_and_ignore(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    url = cluster.url(risky)
    everything = findings(hyper, url)
    only = findings(hyper, url, "--only", "money-column", "unused-enum")
    assert {code for code, *_ in only} == {"money-column", "unused-enum"}
    fewer = findings(hyper, url, "--ignore", "no-primary-key", "money-column")
    assert fewer.keys() == {
        place
        for place in everything
        if place[0] not in ("no-primary-key", "money-column")
    }
    ignored = ["no-primary-key:public.log", "text-holds-numbers:texts.amount"]
    ignored += ["unindexed-foreign-key:sales.*", "duplicate-index:twice_b2"]
    fewer = findings(hyper, url, "--ignore", *ignored)
    gone = everything.keys() - fewer.keys()
    assert ("no-primary-key", "public", "log", "log") in gone
    assert ("text-holds-numbers", "public", "texts", "amount") in gone
    assert ("duplicate-index", "public", "twice", "twice_b2") in gone
    assert {place[1] for place in gone if place[0] == "unindexed-foreign-key"} == {
        "sales"
    }
    assert not [
        place for place in fewer if place[:2] == ("unindexed-foreign-key", "sales")
    ]
    assert [place for place in fewer if place[0] == "no-primary-key"]


def test_a_part_of_the_database(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    url = cluster.url(risky)
    result = doctor(hyper, url, "--table", "texts", "events", "--json")
    places = {
        finding["object"]["table"] for finding in json.loads(result.stdout)["findings"]
    }
    assert places == {"texts", "events"}
    result = doctor(hyper, url, "--table", "sales.lines")
    assert result.exit_code == 0 and result.stdout == ""
    assert result.stderr == (
        f"Nothing found: 1 table in schema `sales` of database `{risky}`.\n"
    )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("code", ["--only", "no-primary-keys"]),
        ("ignored_code", ["--ignore", "what:orders"]),
        ("table", ["--table", "event"]),
        ("schema", ["--schema", "sale"]),
    ],
)
def test_mistakes(
    hyper: Hyper, cluster: Cluster, risky: str, name: str, arguments: list[str]
) -> None:
    result = doctor(hyper, cluster.url(risky), *arguments)
    check_snapshot(f"doctor_{name}", result, {cluster.place: "HOST"})
    assert result.exit_code == 2


def test_a_role_with_few_rights(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    """It finds what the catalog says, and is told what it did not see."""
    cluster.run_sql(
        risky,
        f"CREATE ROLE {ROLE} LOGIN; GRANT USAGE ON SCHEMA public TO {ROLE};"
        f"GRANT SELECT ON events, event_notes TO {ROLE}",
    )
    try:
        url = cluster.url(risky, ROLE)
        result = doctor(
            hyper, url, "--table", "event*", "texts", "old_serial", "moments"
        )
        check_snapshot("doctor_few_rights", result)
    finally:
        cluster.run_sql(risky, f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def test_the_json_is_what_the_documentation_says(
    hyper: Hyper, cluster: Cluster, risky: str
) -> None:
    text = (ROOT / "docs/doctor.md").read_text()
    example = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    report = json.loads(
        doctor(hyper, cluster.url(risky), "--schema", "*", "--json").stdout
    )
    assert example.keys() == report.keys()
    for finding in report["findings"]:
        assert finding.keys() == example["findings"][0].keys()
        assert finding["object"].keys() == example["findings"][0]["object"].keys()
        assert finding["severity"] in ("high", "medium", "low")


def test_a_backup_says_the_same(hyper: Hyper, cluster: Cluster, risky: str) -> None:
    """What the schema alone shows does not depend on who built it."""
    psql = shutil.which("psql", path=str(cluster.bin_dir))
    assert psql is not None
    ofs = ("unindexed-foreign-key", "duplicate-index", "money-column", "no-primary-key")
    with cluster.database() as name:
        subprocess.run(
            [psql, "-X", "-q", cluster.url(name)],
            env=clean_environment(hyper.folder),
            input=dump(cluster, risky),
            encoding="utf-8",
            check=True,
            stdout=subprocess.DEVNULL,
        )
        copy = findings(hyper, cluster.url(name), "--only", *ofs)
    original = findings(hyper, cluster.url(risky), "--only", *ofs)
    assert copy.keys() == original.keys()
