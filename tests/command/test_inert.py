"""No command at all changes a schema that is not managed: whatever `hyper --help` lists is run beside `pg_dump`."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from project import Project
from servers import running

SHOP = ROOT / "examples" / "legacy_shop"

EVERYTHING = ("--schema", "*", "--include-views")

# What each command is run with; what stands in braces is filled in below.
RUNS: dict[str, list[list[str]]] = {
    "inspectdb": [
        ["--output", "models.py"],
        *([*EVERYTHING, "--format", form] for form in ("sql", "mermaid", "html")),
        [*EVERYTHING, "--format", "json", "--output", "old.json"],
        ["--since", "old.json"],
        ["--check", "models.py"],
        ["--update", "models.py"],
        ["--infer-relations", "--sample", "--apply"],
    ],
    "check": [[], ["--format", "json"]],
    "makemigrations": [[], ["--allow-drop"], ["--check"], ["--dry-run"]],
    "migrate": [[], ["--plan"], ["--fake"], ["--estimate"], ["--dry-run"]],
    "rollback": [[]],
    "showmigrations": [[]],
    "doctor": [[*EVERYTHING[:2]], ["--json"]],
    "grants": [["inspect"], ["read"], ["write"], ["migrate"]],
    "dumpdata": [["--output", "rows"], ["--table", "users"]],
    "loaddata": [["rows", "--truncate"]],
    "shell": [["--code", "await User.objects.count()"]],
    "dbshell": [["--", "-c", "SELECT count(*) FROM users"]],
    "new": [["shop"]],
    "routes": [[]],
    "run": [["--port", "0"]],
    "serve": [["--port", "0"], ["--port", "0", "--write"]],
    # Of a model that says what its table is.
    "adopt": [["User"]],
    # Last, since it notes in the database that the schema is there.
    "baseline": [["--dry-run"], []],
}
# These know no database of the user's.
WITHOUT_DATABASE = {"sqlmigrate", "demo", "completions", "man", "version"}

# Findings and differences are 1; nothing may fail.
FINE = (0, 1)


@pytest.fixture
def legacy(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database((SHOP / "schema.sql").read_text()) as name:
        cluster.run_sql(name, (SHOP / "data.sql").read_text())
        yield Project(cluster, hyper, tmp_path, name)


def test_no_command_changes_a_schema(legacy: Project) -> None:
    listed = legacy.run("--help").check().stdout
    commands = re.findall(r"^  ([a-z]+)  ", listed.split("Options:")[0], re.MULTILINE)
    assert set(RUNS) | WITHOUT_DATABASE == set(commands)

    before = legacy.dump()
    for command, runs in RUNS.items():
        for words in runs:
            if command in ("run", "serve"):
                serve(legacy, command, *words)
            elif command == "routes":
                shop = legacy.folder / "shop"
                legacy.hyper(
                    "routes", environment=legacy.environment(), folder=shop
                ).check()
            else:
                result = legacy.run(command, *words)
                assert result.exit_code in FINE, (command, words, result.stderr)
            if command == "baseline" and not words:
                # What it is for: a note of what is there, and nothing else.
                legacy.sql("DROP TABLE hyperdjango_migrations")
            assert legacy.dump() == before, (command, words)


def serve(legacy: Project, command: str, *words: str) -> None:
    """Start a server, ask it for something, and stop it."""
    shop = legacy.folder / "shop"
    with running(
        [legacy.hyper.path, command, *words], shop, legacy.environment()
    ) as server:
        path = "/" if command == "run" else "/api/users"
        with urllib.request.urlopen(server.url + path, timeout=20) as answer:
            assert answer.status == 200
        assert server.stop() == 0
