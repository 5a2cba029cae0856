"""Memory of a server over many requests: does it stay what it was?

.venv/bin/python benches/http/memory.py [--requests 1000000] [--database URL]

Starts ``hyper serve`` on the sample database (that of ``hyper demo --url`` unless named), sends requests of all kinds on ten
connections that are kept, each with another value, and writes down what memory the server has to itself after each tenth.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HYPER = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "hyper"
# Rows, a row, a condition, a search, related rows, a page, and what is refused: names that were never heard of before.
PATHS = (
    "/api/orders/{n}",
    "/api/orders?limit=5&id__gt={n}",
    "/api/users?search=a{n}",
    "/api/orders?limit=5&embed=user,order_item_set&id__gte={n}",
    "/tables/orders?id__gt={n}",
    "/tables/orders/{n}",
    "/api/orders?name{n}=1",
    "/nothing/{n}",
)
CONNECTIONS = 10


def memory(pid: int) -> int:
    """Bytes that a process and its children have to themselves."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for one in (str(pid), *children):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Private_"):
                total += int(line.split()[1]) * 1024
    return total


def answered(connection: socket.socket) -> int:
    """Read one whole response; its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head)
    left = (int(found[1]) if found else 0) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
    return int(head[9:12])


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    url = given.database or subprocess.check_output([HYPER, "demo", "--url"], text=True)
    server = subprocess.Popen(
        [HYPER, "serve", "--port", "0", "--no-access-log"],
        env={**os.environ, "HYPER_DATABASE_URL": url.strip()},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        port = 0
        for line in server.stderr:
            if found := re.search(r"http://127.0.0.1:(\d+)", line):
                port = int(found[1])
                break
        time.sleep(2)
        connections = [
            socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)
        ]
        print("| requests | memory, MB |\n| ---: | ---: |")
        statuses: dict[int, int] = {}
        step = max(given.requests // 10, CONNECTIONS)
        for number in range(0, given.requests + 1, CONNECTIONS):
            if number % step == 0:
                print(f"| {number:,} | {memory(server.pid) / 1e6:.1f} |", flush=True)
            for place, connection in enumerate(connections):
                n = number + place
                path = PATHS[n % len(PATHS)].format(n=n % 900 + 1 if n % 8 < 6 else n)
                connection.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
                )
            for connection in connections:
                status = answered(connection)
                statuses[status] = statuses.get(status, 0) + 1
        counts = ", ".join(
            f"{count:,} × {one}" for one, count in sorted(statuses.items())
        )
        sys.stderr.write(f"Answers: {counts}\n")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


if __name__ == "__main__":
    main()
