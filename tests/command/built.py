"""A database built anew from what `hyper inspectdb --format sql` writes of another."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from harness import Cluster, clean_environment


def psql(cluster: Cluster, name: str, script: Path, *arguments: str) -> list[str]:
    """Run a script as a user would; gives the errors and warnings."""
    program = str(cluster.bin_dir / "psql")
    done = subprocess.run(
        [program, "-X", "-q", "-f", str(script), *arguments, cluster.url(name)],
        env=clean_environment(Path.home()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    words = [
        line for line in done.stderr.splitlines() if re.search(r": [A-Z]+: ", line)
    ]
    # What a publication needs to be of use is said of every one.
    return [
        line
        for line in words
        if "is insufficient to publish logical changes" not in line
    ]


def build(cluster: Cluster, target: str, script: Path) -> None:
    """Build a script's database where there is none."""
    words = psql(cluster, target, script, "-1", "-v", "ON_ERROR_STOP=1")
    assert words == [], words


def schema_dump(cluster: Cluster, name: str, *arguments: str) -> list[str]:
    """The lines of `pg_dump --schema-only` in order of the alphabet, without what may hold a password."""
    done = subprocess.run(
        [cluster.bin_dir / "pg_dump", "--schema-only", *arguments, cluster.url(name)],
        env=clean_environment(Path.home()),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    text = re.sub(r"^\\(un)?restrict .*\n", "", done.stdout, flags=re.MULTILINE)
    text = re.sub(
        r"^(CREATE USER MAPPING [^\n]*) OPTIONS \(\n.*?\n\);$",
        r"\1;",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    secret = r"^    (password|api_token|\"Api_Token\"|secret_key) .*\n"
    text = re.sub(secret, "", text, flags=re.MULTILINE)
    text = text.replace(" OPTIONS (\n);", ";")
    lines = [line.rstrip(",") for line in text.splitlines()]
    return sorted(line for line in lines if line and not line.startswith("--"))


def comparable(saved: dict[str, Any]) -> dict[str, Any]:
    """What two databases must have in common: not what a failed build left behind, nor what is withheld."""
    schema: dict[str, Any] = saved["schema"]
    # Without --owners, all is whose the session is.
    schema.pop("owners", None)
    for definition in schema.get("definitions", ()):
        definition.pop("withheld", None)
    for relation in schema["relations"]:
        relation["indexes"] = [
            index
            for index in relation["indexes"]
            if index["valid"] or relation["partition_by"]
        ]
    return schema
