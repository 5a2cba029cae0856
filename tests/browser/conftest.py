"""What tests in a browser share: Debian's chromium, driven by playwright-core from Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")

Run = Callable[..., Any]
"""Runs a script of this folder with a value as its input, and gives the value that it prints; both are JSON."""


@pytest.fixture(scope="session")
def browser() -> Run:
    chromium = os.environ.get("HYPER_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    node = shutil.which("node")
    if chromium is None or node is None:
        pytest.skip("the tests in a browser need node and chromium")
    assert (HERE / "node_modules").exists(), (
        "install with: npm ci --ignore-scripts --prefix tests/browser"
    )

    def run(script: str, value: object) -> Any:
        done = subprocess.run(
            [node, HERE / script],
            input=json.dumps(value),
            env={**os.environ, "CHROMIUM": chromium},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
