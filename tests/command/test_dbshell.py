"""`hyper dbshell`: psql on our database, told by its environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import Cluster, Hyper
from snapshot import PASSWORD, check_snapshot, check_words

# Stands where psql would and says what it was told.
TELLER = """\
#!/bin/sh
printf 'arguments:'
printf ' <%s>' "$@"
printf '\\n'
env | grep ^PG | sort
"""


@pytest.fixture
def teller(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    path = folder / "psql"
    path.write_text(TELLER)
    path.chmod(0o755)
    return folder


def test_psql_runs_on_the_database(cluster: Cluster, hyper: Hyper) -> None:
    with cluster.database("CREATE TABLE t AS SELECT 41 AS n") as name:
        result = hyper(
            *("dbshell", "--", "-X", "-Atc", "SELECT n + 1 FROM t"),
            environment={
                "DATABASE_URL": cluster.url(name),
                "HYPER_PG_BIN": str(cluster.bin_dir),
            },
        )
        assert (result.check().stdout, result.stderr) == ("42\n", "")
        wrong = hyper(
            *("dbshell", "--database", cluster.url(name), "--", "-Xc", "nonsense"),
            environment={"HYPER_PG_BIN": str(cluster.bin_dir)},
        )
    assert wrong.exit_code == 1
    assert "syntax error" in wrong.stderr


def test_the_password_is_in_the_environment_alone(hyper: Hyper, teller: Path) -> None:
    url = f"postgres://ada:{PASSWORD}@db.example:6543/shop?sslmode=require&connect_timeout=7"
    result = hyper(
        *("dbshell", "--", "-c", "SELECT 1; --", "-1"),
        environment={
            "HYPER_PG_BIN": str(teller),
            "DATABASE_URL": url,
            # Settings of somebody else's connection.
            "PGHOSTADDR": "10.0.0.1",
            "PGSERVICE": "",
            "PGTZ": "Europe/Berlin",
        },
    )
    lines = result.check().stdout.splitlines()
    assert lines[0] == "arguments: <-c> <SELECT 1; --> <-1>"
    told = dict(line.split("=", 1) for line in lines[1:])
    assert told["PGPASSWORD"] == PASSWORD
    assert told["PGHOST"] == "db.example"
    assert told["PGPORT"] == "6543"
    assert told["PGUSER"] == "ada"
    assert told["PGDATABASE"] == "shop"
    assert told["PGSSLMODE"] == "require"
    assert told["PGCONNECT_TIMEOUT"] == "7"
    # What is no setting of the place stays the user's own.
    assert told["PGTZ"] == "Europe/Berlin"
    assert "PGSERVICE" not in told
    assert result.stderr == ""


def test_a_psql_on_path_is_enough(hyper: Hyper, teller: Path) -> None:
    result = hyper(
        *("dbshell", "--database", "postgres://ada@/shop"),
        environment={"PATH": f"{teller}:{os.environ['PATH']}"},
    )
    check_words(result)
    assert "PGDATABASE=shop" in result.check().stdout


def test_errors(hyper: Hyper, tmp_path: Path) -> None:
    folder = str(tmp_path)
    database = ("--database", "postgres://ada@127.0.0.1:1/shop")
    missing = hyper("dbshell", *database, environment={"HYPER_PG_BIN": folder})
    check_snapshot("dbshell_no_psql_there", missing, {folder: "FOLDER"})
    check_snapshot("dbshell_no_database", hyper("dbshell"))
    required = hyper("dbshell", "--database", database[1] + "?require_auth=md5")
    check_snapshot("dbshell_require_auth", required)
    for result in (missing, required):
        assert (result.exit_code, result.stdout) == (2, "")
