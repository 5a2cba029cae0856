"""Fixtures of the tests over HTTP: the application with a route for each feature, served in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from servers import Server, hyper_run, sink, uvicorn


@pytest.fixture(scope="session")
def granian_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application, served by `hyper run`."""
    with hyper_run(sink(tmp_path_factory.mktemp("granian"))) as server:
        yield server


@pytest.fixture(scope="session")
def uvicorn_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application, served by an ASGI server."""
    with uvicorn(sink(tmp_path_factory.mktemp("uvicorn"))) as server:
        yield server


@pytest.fixture(params=["granian", "uvicorn"])
def server(request: pytest.FixtureRequest) -> Server:
    """The application, served over RSGI and over ASGI."""
    server: Server = request.getfixturevalue(f"{request.param}_sink")
    return server


@pytest.fixture(scope="session")
def shared_client() -> Iterator[httpx.Client]:
    """A client that keeps its connections; to make one takes longer than most tests."""
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def client(server: Server, shared_client: httpx.Client) -> httpx.Client:
    """A client of the application."""
    shared_client.base_url = httpx.URL(server.url)
    shared_client.cookies.clear()
    return shared_client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for an application of the test's own."""
    return tmp_path
