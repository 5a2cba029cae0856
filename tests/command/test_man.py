"""`hyper man`: the manual pages, which the programs that show them take without a word."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import Hyper


def test_every_command_has_a_page(hyper: Hyper, tmp_path: Path) -> None:
    done = hyper("man", "--output", tmp_path).check()
    assert done.stdout == ""
    pages = {path.name for path in tmp_path.iterdir()}
    listed = (
        hyper("--help")
        .check()
        .stdout.partition("Commands:")[2]
        .partition("Options:")[0]
    )
    verbs = set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)) - {"help"}
    assert pages == {"hyper.1", *(f"hyper-{verb}.1" for verb in verbs)}
    assert f"Wrote {len(pages)} pages" in done.stderr
    text = (tmp_path / "hyper-inspectdb.1").read_text("ascii")
    assert "\\-\\-include\\-views" in text
    assert ".SH EXAMPLES" in text
    assert hyper("man").stdout == (tmp_path / "hyper.1").read_text()
    # A second time it replaces what is there, with the same.
    hyper("man", "--output", tmp_path).check()
    assert (tmp_path / "hyper-inspectdb.1").read_text() == text


@pytest.mark.parametrize(
    "program",
    [
        ["groff", "-man", "-ww", "-Tutf8"],
        ["mandoc", "-W", "warning", "-T", "utf8"],
        ["man", "--warnings", "-l"],
    ],
    ids=lambda words: words[0],
)
def test_pages_are_shown_without_a_warning(
    hyper: Hyper, tmp_path: Path, program: list[str]
) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"there is no {program[0]} here")
    hyper("man", "--output", tmp_path).check()
    for page in sorted(tmp_path.iterdir()):
        done = subprocess.run(
            [*program, page], capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), page.name
        assert "hyper" in done.stdout


def test_a_folder_that_is_not_there(hyper: Hyper, tmp_path: Path) -> None:
    done = hyper("man", "--output", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "there is no folder" in done.stderr
