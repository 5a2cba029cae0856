"""docs/takeover.md, run from top to bottom: what its commands print is what the page shows.

A block of `console` is commands behind `$` and their output; one that shows no output is only run, and `cat` may show the
beginning of a file. A block of `diff` is made in models.py.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from harness import ROOT, Cluster, Hyper
from project import Project

PAGE = ROOT / "docs" / "takeover.md"
BLOCK = re.compile(r"```(sql|console|diff)\n(.*?)```", re.DOTALL)
VARIES = (
    (re.compile(r"\(\d+\.\d\d s\)"), "(… s)"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d"), "(time)"),
)


def settled(text: str) -> str:
    for pattern, stands_for in VARIES:
        text = pattern.sub(stands_for, text)
    return text.strip()


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with its output."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts]


def run(project: Project, line: str) -> str:
    words = shlex.split(line)
    if words[0] == "hyper":
        result = project.run(*words[1:])
        return result.stdout + result.stderr
    if words[0] == "psql":
        words[0] = str(project.cluster.bin_dir / "psql")
        words.append(project.url)
    return subprocess.run(
        words,
        cwd=project.folder,
        env=dict(os.environ),
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def change(project: Project, block: str) -> None:
    """Put the added lines behind the line that stands above them."""
    path = project.folder / "models.py"
    text = path.read_text()
    above, *added = [line[1:] for line in block.splitlines()]
    assert above in text
    path.write_text(text.replace(above, "\n".join([above, *added]), 1))


def test_the_page_is_what_happens(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database(name="shop") as name:
        project = Project(cluster, hyper, tmp_path, name)
        for kind, block in BLOCK.findall(PAGE.read_text()):
            if kind == "sql":
                project.sql(block)
            elif kind == "diff":
                change(project, block)
            else:
                for line, shown in commands(block):
                    printed = settled(run(project, line))
                    if line.startswith("cat "):
                        assert printed.startswith(settled(shown)), line
                    elif shown.strip():
                        assert printed == settled(shown), line
