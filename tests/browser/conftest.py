"""What tests in a browser share: Debian's chromium, driven by playwright-core from Node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness import ROOT

HERE = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tests" / "http"))
from browser import chromium, missing


@pytest.fixture(scope="session")
def browser() -> Callable[[str, object], Any]:
    """Runs a script of this folder with a value as its input, and gives the value that it prints; both are JSON."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)

    def run(script: str, value: object) -> Any:
        done = subprocess.run(
            ["node", HERE / script],
            input=json.dumps(value),
            env={**os.environ, "CHROMIUM": chromium() or ""},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
