"""A database built anew from what `hyper inspectdb --format sql` writes of another."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from harness import ROOT, Cluster, clean_environment

UNSAID = ROOT / "crates" / "hyperdj-ddl" / "tests" / "support" / "unsaid.sql"


def psql(cluster: Cluster, name: str, script: Path, *arguments: str) -> list[str]:
    """Run a script as a user would; gives the errors."""
    program = str(cluster.bin_dir / "psql")
    done = subprocess.run(
        [program, "-X", "-q", "-f", str(script), *arguments, cluster.url(name)],
        env=clean_environment(Path.home()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return [line for line in done.stderr.splitlines() if "ERROR: " in line]


def make_unsaid(cluster: Cluster, source: str, target: str) -> None:
    """Make the functions, collations and servers of a database in another, as far as that can be."""
    with cluster.connect(source) as connection:
        found = connection.execute(UNSAID.read_bytes()).fetchall()
    with cluster.connect(target) as connection:
        connection.execute("SET check_function_bodies = off")
        for (statement,) in found:
            try:
                connection.execute(statement.encode())
            except psycopg.Error:
                # What needs it shows that it is missing.
                continue


def build(cluster: Cluster, source: str, target: str, script: Path) -> None:
    """Build a script's database where there is none; what fails is tried again when the source's functions are there."""
    if psql(cluster, target, script, "-1", "-v", "ON_ERROR_STOP=1"):
        psql(cluster, target, script)
        make_unsaid(cluster, source, target)
        psql(cluster, target, script)


def settled(check: dict[str, Any]) -> dict[str, Any]:
    """A check without what PostgreSQL prints otherwise once it has read its own text: casts of arrays of texts."""
    expression: str = check["expression"]
    if "ARRAY[" in expression:
        expression = re.sub(
            r"[()]|::(character varying|text)(\[\])?(?=[^\w])", "", expression
        )
    return {**check, "expression": expression}


def comparable(saved: dict[str, Any]) -> dict[str, Any]:
    """What two databases must have in common: not what SQL does not say, nor what a failed build left behind."""
    schema: dict[str, Any] = saved["schema"]
    del schema["unmodelled"]
    for relation in schema["relations"]:
        relation["checks"] = [settled(check) for check in relation["checks"]]
        relation["indexes"] = [
            index
            for index in relation["indexes"]
            if index["valid"] or relation["partition_by"]
        ]
    return schema
