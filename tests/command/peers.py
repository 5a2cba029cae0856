"""Peers that listen where a PostgreSQL server is expected: silent, too old, or another service altogether."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Requests in place of a version number (PostgreSQL documentation, "Message Formats").
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104


class Page(BaseHTTPRequestHandler):
    """A web page, for whoever asks."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def web_server() -> Iterator[int]:
    """Python's own web server; gives its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_server() -> Iterator[int]:
    """A socket that takes connections and never says a word; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listener:
        yield listener.getsockname()[1]


@contextmanager
def server_saying(greeting: bytes) -> Iterator[int]:
    """A service that speaks first, as mail servers and MySQL do; gives its port."""
    with _answering(lambda connection: connection.sendall(greeting)) as port:
        yield port


@contextmanager
def old_server(version: str) -> Iterator[int]:
    """A server that lets anyone in and announces a version; gives its port."""
    with _answering(lambda connection: _welcome(connection, version)) as port:
        yield port


def _welcome(connection: socket.socket, version: str) -> None:
    """The start of a session (PostgreSQL documentation, "Message Flow", Start-up)."""
    while True:
        (length,) = struct.unpack("!I", _exactly(connection, 4))
        body = _exactly(connection, length - 4)
        (code,) = struct.unpack("!I", body[:4])
        if code not in (SSL_REQUEST, GSS_REQUEST):
            break
        connection.sendall(b"N")
    answer = _message(b"R", struct.pack("!I", 0))
    for name, value in {
        "server_version": version,
        "server_encoding": "UTF8",
        "client_encoding": "UTF8",
        "standard_conforming_strings": "on",
        "integer_datetimes": "on",
        "DateStyle": "ISO, MDY",
        "TimeZone": "UTC",
    }.items():
        answer += _message(b"S", f"{name}\0{value}\0".encode())
    answer += _message(b"K", struct.pack("!II", 4711, 12345))
    answer += _message(b"Z", b"I")
    connection.sendall(answer)
    while connection.recv(4096):
        pass


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        more = connection.recv(count - len(received))
        if not more:
            raise ConnectionError("the client went away")
        received += more
    return received


@contextmanager
def _answering(answer: object) -> Iterator[int]:
    """A listener that hands each connection to a function until the end of the `with`."""
    assert callable(answer)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    stopping = threading.Event()

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                if stopping.is_set():
                    return
                connection.settimeout(30)
                try:
                    answer(connection)
                    while connection.recv(4096):
                        pass
                except OSError:
                    # The client may hang up whenever it has seen enough.
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield port
    finally:
        stopping.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()
        listener.close()
