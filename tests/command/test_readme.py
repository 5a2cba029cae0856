"""The transcripts of the README: each is what the command prints on the sample database.

A transcript is a fenced block behind a line ``<!-- transcript: hyper … -->``;
``UPDATE_CASES=1`` writes it anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from harness import PACKAGE, ROOT, Cluster, Hyper

README = ROOT / "README.md"
TRANSCRIPT = re.compile(
    r"<!-- transcript: hyper (?P<arguments>[^\n]+?) -->\n(?:\n```python\n(?P<text>.*?)```\n)?",
    re.DOTALL,
)
EXAMPLE = re.compile(r"```python\n(?P<code>>>> .*?)```", re.DOTALL)
PROGRAM = re.compile(
    r"<!-- runs on the sample database -->\n\n```python\n(?P<code>.*?)```", re.DOTALL
)


def shop_models(cluster: Cluster, hyper: Hyper, arguments: str) -> str:
    """What the command writes for the sample database."""
    shop = (ROOT / "examples/legacy_shop/schema.sql").read_text()
    with cluster.database(shop) as name:
        words = shlex.split(arguments)
        return hyper(*words, "--database", cluster.url(name)).check().stdout


def test_transcript_is_what_the_command_prints(cluster: Cluster, hyper: Hyper) -> None:
    text = README.read_text()
    found = TRANSCRIPT.search(text)
    assert found is not None
    printed = shop_models(cluster, hyper, found["arguments"])
    if os.environ.get("UPDATE_CASES"):
        marker = f"<!-- transcript: hyper {found['arguments']} -->"
        block = f"{marker}\n\n```python\n{printed}```\n"
        README.write_text(text[: found.start()] + block + text[found.end() :])
        return
    assert found["text"] == printed


def test_example_runs(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> None:
    models = shop_models(cluster, hyper, "inspectdb")
    (tmp_path / "models.py").write_text(models)
    found = EXAMPLE.search(README.read_text())
    assert found is not None
    (tmp_path / "example.txt").write_text(found["code"])
    environment = {**os.environ, "PYTHONPATH": f"{PACKAGE}:{tmp_path}"}
    result = subprocess.run(
        [sys.executable, "-m", "doctest", str(tmp_path / "example.txt")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "code", PROGRAM.findall(README.read_text()), ids=["models", "sql"]
)
def test_programs_run(
    code: str, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    models = shop_models(cluster, hyper, "inspectdb")
    (tmp_path / "models.py").write_text(models)
    body = code.replace("\n", "\n    ")
    program = (
        f"import asyncio\n\nasync def main():\n    {body}\n\nasyncio.run(main())\n"
    )
    shop = ROOT / "examples/legacy_shop"
    with cluster.database((shop / "schema.sql").read_text()) as name:
        cluster.run_sql(name, (shop / "data.sql").read_text())
        environment = {
            **os.environ,
            "PYTHONPATH": f"{PACKAGE}:{tmp_path}",
            "DATABASE_URL": cluster.url(name),
        }
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        if "Product" in code:
            seedlings = "SELECT count(*) FROM products WHERE name = 'Seedling'"
            assert cluster.run_sql(name, seedlings) == [(1000,)]
        else:
            paid = "SELECT status FROM orders WHERE id = 7"
            assert cluster.run_sql(name, paid) == [("paid",)]
