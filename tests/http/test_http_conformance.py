"""What is answered is HTTP, as httplint reads it, which knows the specifications field by field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Cluster
from httplint import HttpRequestLinter, HttpResponseLinter
from serve_support import sample, serving
from servers import Server

OF_THE_APPLICATION = [
    ("GET", "/", ""),
    ("HEAD", "/", ""),
    ("OPTIONS", "/several", ""),
    ("POST", "/", ""),
    ("GET", "/several", ""),
    ("GET", "/int/5", ""),
    ("GET", "/int/5/", ""),
    ("GET", "/cookie", ""),
    ("GET", "/redirect?to=/etag", ""),
    ("GET", "/etag", ""),
    ("GET", "/file/data.bin", ""),
    ("HEAD", "/file/data.bin", ""),
    ("GET", "/file/data.bin", "Range: bytes=5-9\r\n"),
    ("GET", "/file/data.bin", "Range: bytes=99999-\r\n"),
    ("GET", "/file/empty.txt", ""),
    ("GET", "/download", ""),
    ("GET", "/stream", ""),
    ("GET", "/gone", ""),
    ("GET", "/no/such/path", ""),
]
OF_THE_DATABASE = [
    (method, path, "")
    for method in ("GET", "HEAD", "OPTIONS")
    for path in (
        "/",
        "/tables/orders",
        "/tables/nothing",
        "/static/serve.css",
        "/api/orders?limit=2",
        "/api/orders/1",
        "/api/orders/0",
        "/api/orders?totl=1",
        "/openapi.json",
    )
]


def faults(server: Server, method: str, path: str, fields: str) -> list[str]:
    """What httplint finds wrong with an answer."""
    start = f"{method} {path} HTTP/1.1"
    request = f"{start}\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n"
    head, _, body = server.raw(request.encode()).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    version, status, *phrase = first.split(b" ", 2)
    asked = HttpRequestLinter()
    asked.process_request_topline(method.encode(), path.encode(), b"HTTP/1.1")
    name, _, value = fields.strip().partition(": ")
    given = [(name.encode(), value.encode())] if name else []
    asked.process_headers([(b"Host", b"localhost"), *given])
    linter = HttpResponseLinter(_related=asked, no_content=method == "HEAD")
    linter.process_response_topline(version, status, b"".join(phrase))
    pairs = [line.split(b":", 1) for line in lines]
    linter.process_headers([(name.strip(), value.strip()) for name, value in pairs])
    chunked = b"transfer-encoding: chunked" in head.lower()
    if body and not chunked:
        linter.feed_content(body)
    linter.finish_content(True)
    return [
        f"{type(note).__name__}: {note.summary}"
        for note in linter.notes
        if note.level.name == "BAD"
    ]


@pytest.fixture(scope="module")
def served(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """`hyper serve` on the sample."""
    folder: Path = tmp_path_factory.mktemp("conformance")
    with serving(sample(cluster, "http_conformance"), folder) as server:
        yield server


@pytest.mark.parametrize(("method", "path", "fields"), OF_THE_APPLICATION)
def test_an_application_speaks_http(
    server: Server, method: str, path: str, fields: str
) -> None:
    assert faults(server, method, path, fields) == []


@pytest.mark.parametrize(("method", "path", "fields"), OF_THE_DATABASE)
def test_hyper_serve_speaks_http(
    served: Server, method: str, path: str, fields: str
) -> None:
    assert faults(served, method, path, fields) == []
