"""Servers that tests start as a user starts them, and a client that says whatever it is told to."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness import COMMAND, clean_environment

SINK = Path(__file__).parent / "sink"
_ADDRESS = re.compile(r"on http://([^\s:]+):(\d+)")


@dataclass
class Server:
    """A server process.

    Attributes:
        process: it, with its children in a group of its own.
        host: str.
        port: int.
        words: what it wrote to standard error so far.
    """

    process: subprocess.Popen[str]
    host: str = ""
    port: int = 0
    words: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{self.host}:{self.port}"

    @property
    def text(self) -> str:
        """What it wrote to standard error so far."""
        return "".join(self.words)

    def stop(self) -> int:
        """Tell it to stop; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def raw(self, data: bytes, timeout: float = 20) -> bytes:
        """Send bytes on a connection of their own; all that comes until the server closes it."""
        with self.connect(timeout) as connection:
            connection.sendall(data)
            return read_all(connection)

    def connect(self, timeout: float = 20) -> socket.socket:
        """A connection."""
        return socket.create_connection((self.host, self.port), timeout)

    def workers(self) -> list[int]:
        """The processes that answer requests; the server's own where it has none."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children] or [pid]

    def memory(self) -> int:
        """Bytes of memory that its workers have to themselves."""
        total = 0
        for pid in self.workers():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(("Private_Clean", "Private_Dirty")):
                    total += int(line.split()[1]) * 1024
        return total


def read_all(connection: socket.socket) -> bytes:
    """All that comes until the other side closes the connection, or breaks it off."""
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except ConnectionError:
        pass
    return data


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not come to hold"
        time.sleep(0.01)


@contextmanager
def running(
    command: list[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server for the length of a `with`; it has said where it listens, and it answers."""
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env={**clean_environment(folder), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stderr is not None
    server = Server(process)
    for line in process.stderr:
        server.words.append(line)
        if found := _ADDRESS.search(line):
            server.host, server.port = found[1], int(found[2])
            break
    stderr = process.stderr
    reader = threading.Thread(target=lambda: server.words.extend(stderr))
    reader.start()
    try:
        assert server.port, f"the server did not start: {server.text}"
        wait_for(lambda: _answers(server))
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        reader.join()
        process.stderr.close()


def _answers(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended: {server.text}")
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return False
    return True


def hyper_run(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> AbstractContextManager[Server]:
    """`hyper run` in a folder, on a free port."""
    words: list[str | Path] = [COMMAND, "run", "--port", "0", *arguments]
    return running(words, folder, environment)


def uvicorn(folder: Path) -> AbstractContextManager[Server]:
    """The application of a folder, served by Uvicorn."""
    words: list[str | Path] = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:app",
        "--port",
        "0",
    ]
    return running([*words, "--no-access-log"], folder)


def sink(folder: Path) -> Path:
    """A copy of the application with a route for each feature, with files to serve."""
    place = folder / "sink"
    shutil.copytree(SINK, place, ignore=shutil.ignore_patterns("__pycache__"))
    files = place / "files"
    (files / "inner").mkdir(parents=True)
    (files / "data.bin").write_bytes(bytes(range(256)) * 4)
    (files / "inner" / "page.html").write_text("<p>page</p>")
    (files / "empty.txt").write_text("")
    (place / "secret.txt").write_text("secret")
    (files / "link").symlink_to("../secret.txt")
    return place
