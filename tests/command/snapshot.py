"""Snapshots of what a command gives back: exit code, standard output and standard error in one file each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from harness import Result

FOLDER = Path(__file__).parent / "snapshots"

PASSWORD = "Correct-Horse-77"
"""The password in every test: no output may show it, nor what it looks like in a URL."""

UPDATE = "UPDATE_SNAPSHOTS"


def check_words(result: Result) -> None:
    """What no output may ever hold: a password, a trace of Python's, a panic of Rust's."""
    for stream in (result.stdout, result.stderr):
        assert PASSWORD.casefold() not in stream.casefold(), stream
        assert "Horse" not in stream, stream
        assert "Traceback" not in stream, stream
        assert "panicked" not in stream, stream
        assert "RUST_BACKTRACE" not in stream, stream
    assert not [line for line in result.stderr.splitlines() if line != line.rstrip()]


def check_snapshot(
    name: str, result: Result, replaced: Mapping[str, str] | None = None
) -> None:
    """Compare a result with its file in snapshots/.

    Arguments:
        name: str, the file's name without its ending.
        result: Result, what the command gave back.
        replaced: dict of what differs from run to run, such as a port, to what stands for it.

    With UPDATE_SNAPSHOTS=1 the file is written instead: look at the difference.
    """
    check_words(result)
    text = (
        f"exit code: {result.exit_code}\n"
        f"--- standard output\n{result.stdout}"
        f"--- standard error\n{result.stderr}"
    )
    # The longest first: a path before its last part.
    for found, stands_for in sorted(
        (replaced or {}).items(), key=lambda item: -len(item[0])
    ):
        text = text.replace(found, stands_for)
    path = FOLDER / f"{name}.txt"
    if os.environ.get(UPDATE):
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no snapshot {path.name}; write it with {UPDATE}=1"
    assert text == path.read_text(encoding="utf-8")
