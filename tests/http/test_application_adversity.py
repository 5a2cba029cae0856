"""Clients that say nonsense, say nothing, or go away: the server answers, or closes, and keeps nothing of them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from harness import Cluster
from servers import Server, hyper_run, sink, wait_for

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"


def status(answer: bytes) -> int | None:
    """The status of a response; None if there is none."""
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(found[1]) if found else None


def counts(server: Server) -> dict[str, int]:
    """What the application has counted."""
    numbers: dict[str, int] = httpx.get(f"{server.url}/counts").json()
    return numbers


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad name: 1\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n" + b"\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        GET + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n",
    ],
)
def test_requests_that_are_none(granian_sink: Server, data: bytes) -> None:
    answer = granian_sink.raw(data)
    assert status(answer) in (None, 400, 404, 408, 413, 414, 431, 505)
    assert httpx.get(granian_sink.url).text == "hello"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"GET // HTTP/1.1", 308),
        (b"GET //evil.example/ HTTP/1.1", 404),
        (b"GET /static/../secret.txt HTTP/1.1", 404),
        (b"GET /static//etc/passwd HTTP/1.1", 404),
        (b"GET /file/../../secret.txt HTTP/1.1", 404),
        (b"OPTIONS * HTTP/1.1", 204),
        (b"BREW / HTTP/1.1", 405),
        (b"GET http://x/ HTTP/1.1", 200),
        (b"GET /int/%ff HTTP/1.1", 200),
        (b"GET / HTTP/1.0", 200),
    ],
)
def test_unusual_targets(granian_sink: Server, line: bytes, wanted: int) -> None:
    answer = granian_sink.raw(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status(answer) == wanted
    assert b"secret" not in answer


def test_head_has_no_body_and_the_connection_stays_in_step(server: Server) -> None:
    head = b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = server.raw(head + head + last)
    first, second, third, body = answer.split(b"\r\n\r\n")
    assert status(first) == status(second) == 200
    assert b"content-length: 5" in first.lower()
    assert status(third) == 404 and body.startswith(b'{"status":404')


def test_requests_in_a_row_on_one_connection(server: Server) -> None:
    posts = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" * 20
    answer = server.raw(posts + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b" 200 OK") == 21
    assert answer.count(b"abc") == 20


def test_a_body_that_nobody_reads_does_no_harm(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=20) as client:
        for size in (10, 1000):
            assert client.post("/ignored", content=b"x" * size).text == "not read"
            assert client.post("/none", content=b"x" * size).status_code == 404
    # Behind an answer to a body that is still on its way a server may close the connection, at any moment.
    for _ in range(3):
        large = {"content": b"x" * 150_000, "timeout": 20.0}
        assert httpx.post(f"{server.url}/ignored", **large).text == "not read"
        assert httpx.post(f"{server.url}/none", **large).status_code == 404


def test_headers_that_do_not_come(granian_sink: Server) -> None:
    answer = granian_sink.raw(b"GET / HTTP/1.1\r\nHost:")
    assert status(answer) in (None, 408)


def test_a_body_that_does_not_come(server: Server) -> None:
    for headers in (b"Content-Length: 10", b"Transfer-Encoding: chunked"):
        head = b"POST /body HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n"
        assert status(server.raw(head)) == 408
    large = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 150000\r\n\r\nsome"
    assert status(server.raw(large)) == 408


def test_a_length_that_is_too_large_is_refused_before_the_body(server: Server) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head)
        assert status(connection.recv(65536)) == 413


def test_a_body_that_breaks_off(server: Server) -> None:
    before = counts(server)
    for path in (b"/body", b"/parts", b"/form"):
        for headers in (b"Content-Length: 100000", b"Transfer-Encoding: chunked"):
            with server.connect() as connection:
                connection.sendall(
                    b"POST "
                    + path
                    + b" HTTP/1.1\r\nHost: x\r\n"
                    + headers
                    + b"\r\n\r\n1\r\nx"
                )
    wait_for(lambda: counts(server)["running"] == 1)
    assert counts(server)["started"] == before["started"]


def test_a_handler_ends_when_its_client_goes(server: Server) -> None:
    before = counts(server)
    connections = []
    for _ in range(5):
        connection = server.connect()
        connection.sendall(b"GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
        connections.append(connection)
    wait_for(lambda: counts(server)["entered"] == before["entered"] + 5)
    for connection in connections:
        connection.close()
    wait_for(lambda: counts(server)["cancelled"] == before["cancelled"] + 5)
    assert counts(server)["running"] == 1


@pytest.mark.parametrize("path", [b"/endless", b"/silent"])
def test_a_stream_is_closed_when_its_client_goes(server: Server, path: bytes) -> None:
    before = counts(server)
    for _ in range(3):
        with server.connect() as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status(connection.recv(65536)) == 200
    wait_for(lambda: counts(server)["closed"] == before["closed"] + 3)
    assert counts(server)["running"] == 1


@pytest.fixture(scope="module")
def waiting(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, str]]:
    """An application whose handlers wait in the database, and the database's name."""
    folder = tmp_path_factory.mktemp("waiting")
    shutil.copy(Path(__file__).parent / "database_app.py", folder / "app.py")
    with cluster.database() as name:
        environment = {"REAL_URL": cluster.url(name)}
        with hyper_run(folder, "--no-access-log", environment=environment) as server:
            yield server, name


def sleepers(cluster: Cluster, name: str) -> int:
    """How many sessions of a database run a query that sleeps, or are in a transaction."""
    with cluster.connect("postgres") as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state <> 'idle'",
            [name],
        ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def test_a_thousand_clients_that_vanish_leave_nothing(
    cluster: Cluster, waiting: tuple[Server, str]
) -> None:
    server, name = waiting
    for batch in range(10):
        connections: list[socket.socket] = []
        kind = b"transaction" if batch % 2 else b"sleep"
        for _ in range(100):
            connection = server.connect()
            connection.sendall(b"GET /" + kind + b"/600 HTTP/1.1\r\nHost: x\r\n\r\n")
            connections.append(connection)
        wait_for(lambda: sleepers(cluster, name) >= 20)
        for number, connection in enumerate(connections):
            if number % 2:
                # A connection that is reset instead of closed.
                linger = b"\1\0\0\0\0\0\0\0"
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.close()
    wait_for(lambda: sleepers(cluster, name) == 0, 60)

    def is_quiet() -> bool:
        state = httpx.get(f"{server.url}/state").json()
        return bool(state == {"in_use": 0, "running": 1})

    wait_for(is_quiet)
    assert httpx.get(f"{server.url}/sleep/0").text == "slept"
    [worker] = server.workers()
    sockets = [
        link
        for link in Path(f"/proc/{worker}/fd").iterdir()
        if _target(link).startswith("socket:")
    ]
    # The pool's sessions, the listener and the loop's own; none of a thousand clients.
    assert len(sockets) < 60
    assert server.text.count("Traceback") == 0


def _target(link: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return os.readlink(link)
    return ""


def test_requests_are_answered_before_the_server_ends(
    cluster: Cluster, folder: Path
) -> None:
    shutil.copy(Path(__file__).parent / "database_app.py", folder / "app.py")
    with cluster.database() as name:
        environment = {"REAL_URL": cluster.url(name)}
        with (
            hyper_run(folder, "--no-access-log", environment=environment) as server,
            ThreadPoolExecutor(20) as pool,
        ):
            answers = [
                pool.submit(httpx.get, f"{server.url}/sleep/1", timeout=30)
                for _ in range(15)
            ]
            wait_for(lambda: sleepers(cluster, name) == 15)
            assert server.stop() == 0
            assert [answer.result().text for answer in answers] == ["slept"] * 15
        assert sleepers(cluster, name) == 0
    assert "Traceback" not in server.text


def test_a_stop_under_load_loses_no_request(folder: Path) -> None:
    with hyper_run(sink(folder), "--no-access-log") as server:
        lost: list[str] = []
        done = [0]
        over = threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=server.url, timeout=20) as client:
                while not over.is_set():
                    try:
                        response = client.get("/slow/0.005")
                    except httpx.ConnectError:
                        return
                    except httpx.RemoteProtocolError:
                        # A kept connection that was closed between two requests.
                        continue
                    except httpx.TransportError as problem:
                        lost.append(repr(problem))
                        return
                    if response.status_code != 200:
                        lost.append(str(response.status_code))
                    done[0] += 1

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_for(lambda: done[0] > 200)
        assert server.stop() == 0
        over.set()
        for thread in threads:
            thread.join()
    assert not lost


def test_memory_stays_flat(folder: Path) -> None:
    with (
        hyper_run(sink(folder), "--no-access-log") as server,
        server.connect() as connection,
    ):

        def ask(number: int) -> None:
            one = b"GET /echo?a=1 HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\r\n"
            one += b"POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
            one += b'{"a": 1 }'
            one += b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
            for _ in range(number // 60):
                connection.sendall(one * 20)
                got = 0
                while got < 60:
                    part = connection.recv(1 << 20)
                    assert part
                    got += part.count(b"HTTP/1.1 ")

        ask(4000)
        before = server.memory()
        ask(10_000)
        after = server.memory()
    # A request that left a hundred bytes behind would show as a million.
    assert after - before < 1_000_000


def test_a_worker_that_is_killed_ends_the_server(folder: Path) -> None:
    with hyper_run(sink(folder)) as server:
        [worker] = server.workers()
        os.kill(worker, signal.SIGKILL)
        assert server.process.wait(timeout=30) == 2
    assert "worker-1" in server.text
