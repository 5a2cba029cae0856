"""Fixtures of the runtime's tests: an event loop of either kind, and the URL of an empty database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from harness import Cluster
from loops import Run


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """What runs a coroutine to its end, on asyncio's event loop and on uvloop's."""
    if request.param == "asyncio":
        return asyncio.run
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed")
    run: Run = uvloop.run
    return run


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    """The URL of an empty database."""
    with cluster.database() as name:
        yield cluster.url(name)
