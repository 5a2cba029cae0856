"""Fixtures that all tests share: `cluster`, a throwaway PostgreSQL server, and `hyper`, the command."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest
from harness import COMMAND, ROOT, Cluster, Hyper

THROWAWAY = ROOT / "target" / "release" / "hyperdj-throwaway"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that lives as long as the tests do."""
    assert THROWAWAY.exists(), (
        "build it with: cargo build --release -p hyperdj-cluster --bins"
    )
    server = subprocess.Popen(
        [THROWAWAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert server.stdin is not None and server.stdout is not None
    try:
        url = server.stdout.readline().strip()
        assert url, "the throwaway server did not start; its words are above"
        yield Cluster(url)
    finally:
        # It ends with its standard input.
        server.stdin.close()
        server.stdout.close()
        server.wait(timeout=60)


@pytest.fixture(scope="session")
def hyper(tmp_path_factory: pytest.TempPathFactory) -> Hyper:
    """The command that `make build` put into .venv, run in an empty folder and a clean environment."""
    assert COMMAND.exists(), "build it with: make build"
    return Hyper(folder=tmp_path_factory.mktemp("hyper"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped and why, however quiet pytest was asked to be."""
    reasons = Counter(
        report.longrepr[2]
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} × {reason}")
