"""A real browser for tests: Debian's chromium, driven by playwright-core, with axe-core in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import ROOT

FOLDER = ROOT / "tests" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str | None:
    """What a browser test needs and is not there, as a sentence; None where all is, or must be."""
    if os.environ.get("HYPER_NEEDS_BROWSER"):
        return None
    if chromium() is None:
        return "no browser: there is no chromium on PATH, and $HYPER_BROWSER names none"
    if shutil.which("node") is None:
        return "no browser: there is no node on PATH"
    if not (FOLDER / "node_modules" / "playwright-core").is_dir():
        return "no browser: its driver is not installed (cd tests/browser && npm ci)"
    return None


def chromium() -> str | None:
    """The browser's program, where there is one."""
    named = os.environ.get("HYPER_BROWSER")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A browser, told what to do by commands; ``driver.mjs`` says which there are."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, command: str, **values: Any) -> Any:
        """Do something; what it gives."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser for the length of a `with`."""
    process = subprocess.Popen(
        ["node", FOLDER / "driver.mjs", chromium() or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Browser(process)
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()
