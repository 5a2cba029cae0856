"""A small connection pooler: hands out server sessions transaction by transaction, or for as long as a client stays."""

from __future__ import annotations

import select
import socket
import struct
import threading
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

SSL_REQUEST = 80877103
READY = b"Z\x00\x00\x00\x05I"


class Pooler:
    """Listens on a port of its own while it is entered."""

    def __init__(
        self,
        url: str,
        per_transaction: bool,
        in_turn: int = 0,
        says_process: bool = False,
    ) -> None:
        """A pooler before the server of a URL.

        ``in_turn`` is for how many sessions are handed out one after the other; without it, it is the one that was used
        last. ``says_process`` has it tell clients the number of the server's process, as no pooler does.
        """
        parts = urlsplit(url)
        settings = parse_qs(parts.query)
        self._server = f"{settings['host'][0]}/.s.PGSQL.{settings['port'][0]}"
        self._database = parts.path.lstrip("/")
        self._per_transaction = per_transaction
        self._in_turn = in_turn
        self._says_process = says_process
        self._process = 77
        self._idle: list[socket.socket] = []
        self._parameters = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"postgres://postgres@127.0.0.1:{port}/{self._database}"

    def __enter__(self) -> Self:
        self._idle += [self._connect() for _ in range(self._in_turn)]
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()
        for server in self._idle:
            server.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _take(self) -> socket.socket:
        """The session that was used last, or the one that waits longest, or a new one."""
        if self._idle:
            return self._idle.pop(0 if self._in_turn else -1)
        return self._connect()

    def _connect(self) -> socket.socket:
        """A session of the server."""
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        words = (
            f"user\0postgres\0database\0{self._database}\0application_name\0pooled\0\0"
        )
        body = struct.pack("!i", 196608) + words.encode()
        server.sendall(struct.pack("!i", len(body) + 4) + body)
        answer = b""
        while not answer.endswith(READY):
            answer += server.recv(65536)
        self._parameters = b"".join(
            message for message in messages(answer) if message.startswith(b"S")
        )
        [key] = [message for message in messages(answer) if message.startswith(b"K")]
        self._process = struct.unpack("!i", key[5:9])[0]
        return server

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                self._greet(client)
                self._relay(client)
            except OSError:
                return

    def _greet(self, client: socket.socket) -> None:
        while True:
            head = client.recv(8, socket.MSG_WAITALL)
            length, code = struct.unpack("!ii", head)
            client.recv(length - 8, socket.MSG_WAITALL)
            if code != SSL_REQUEST:
                break
            client.sendall(b"N")
        self._idle.append(self._take())
        # A pooler has one number for the client, whatever session it then gets.
        process = self._process if self._says_process else 77
        key = b"K" + struct.pack("!iii", 12, process, 77)
        ok = b"R" + struct.pack("!ii", 8, 0)
        client.sendall(ok + self._parameters + key + READY)

    def _relay(self, client: socket.socket) -> None:
        server = None
        kept = b""
        try:
            while True:
                readable = [client] if server is None else [client, server]
                ready, _, _ = select.select(readable, [], [])
                if client in ready:
                    data = client.recv(65536)
                    if not data or data.startswith(b"X"):
                        return
                    server = server or self._take()
                    server.sendall(data)
                elif server is not None:
                    data = server.recv(65536)
                    client.sendall(data)
                    kept = (kept + data)[-len(READY) :]
                    if kept == READY and self._per_transaction:
                        self._idle.append(server)
                        server = None
        finally:
            if server is not None:
                server.close()


def messages(data: bytes) -> list[bytes]:
    """The messages of a stream, each whole."""
    found = []
    while data:
        end = 1 + struct.unpack("!i", data[1:5])[0]
        found.append(data[:end])
        data = data[end:]
    return found
