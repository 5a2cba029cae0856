"""CPU of the server for each request, beside other frameworks and a minimal Rust program, in one run.

    python benches/http/run.py [--rounds 5] [--only hyper,starlette]

Servers are pinned to one core, the client to the other. Each server is asked the same in turns, round by round; a
figure is the median of the rounds. The values of all are compared before anything is timed. PostgreSQL's CPU is not
counted. Prints a table of Markdown, with the load of the machine before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = HERE / "program" / "target" / "release"
OURS = ROOT / ".venv" / "bin" / "python"
THEIRS = HERE / ".venv" / "bin" / "python"
SERVER_CORE, CLIENT_CORE = {0}, {1}

SERVERS = {
    "axum": [PROGRAM / "server"],
    "hyper": [OURS, HERE / "servers" / "hyper_app.py"],
    "blacksheep": [THEIRS, HERE / "servers" / "blacksheep_app.py"],
    "starlette": [THEIRS, HERE / "servers" / "starlette_app.py"],
    "robyn": [THEIRS, HERE / "servers" / "robyn_app.py", "--log-level", "ERROR"],
    "fastapi": [THEIRS, HERE / "servers" / "fastapi_app.py"],
    "fastapi-sqlalchemy": [THEIRS, HERE / "servers" / "fastapi_sqlalchemy_app.py"],
}
# Path, and how many requests a round has.
WORK = {
    "hello": ("/hello", 10_000),
    "one row by key": ("/products/KIT-0197", 4_000),
    "100 rows": ("/rows", 1_500),
    "100 rows, to_dict()": ("/products", 1_500),
}
CONNECTIONS = 10
# A tenth of the requests is enough to know them.
SLOW = ("fastapi", "fastapi-sqlalchemy")


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and its children have used."""
    total = 0
    for process in [pid, *children(pid)]:
        for task in Path(f"/proc/{process}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def children(pid: int) -> list[int]:
    """All processes below a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def get(port: int, path: str) -> object:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        body = answer.read()
    return body.decode() if path == "/hello" else json.loads(body)


def start(name: str, url: str) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    parts = urlsplit(url)
    settings = parse_qs(parts.query)
    host, number = settings["host"][0], settings["port"][0]
    database = parts.path[1:]
    environment = {
        **os.environ,
        "PORT": str(port),
        "URL": url,
        "LIBPQ": f"host={host} port={number} user=postgres dbname={database}",
        "SQLALCHEMY_URL": f"postgresql+asyncpg://postgres@/{database}?host={host}&port={number}",
    }
    os.sched_setaffinity(0, SERVER_CORE)
    process = subprocess.Popen(
        list(map(str, SERVERS[name])),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.sched_setaffinity(0, CLIENT_CORE)
    for _ in range(300):
        try:
            get(port, "/hello")
            return process, port
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise SystemExit(f"{name} did not start")


def ask(port: int, path: str, number: int) -> None:
    words = [PROGRAM / "ask", str(port), path, str(CONNECTIONS), str(number)]
    subprocess.run(
        list(map(str, words)),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(SERVERS))
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    url = subprocess.run(
        [ROOT / ".venv" / "bin" / "hyper", "demo", "--url"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.strip()
    before = os.getloadavg()[0]
    running: dict[str, tuple[subprocess.Popen[bytes], int]] = {}
    try:
        for name in names:
            running[name] = start(name, url)
        for path, _ in WORK.values():
            answers = {name: get(port, path) for name, (_, port) in running.items()}
            first = next(iter(answers.values()))
            for name, answer in answers.items():
                if answer != first:
                    sys.exit(
                        f"{name} answers {path} by other values: {answer!r:.300} instead of {first!r:.300}"
                    )
        times: dict[tuple[str, str], list[float]] = {}
        for round_number in range(arguments.rounds + 1):
            for work, (path, requests) in WORK.items():
                for name, (process, port) in running.items():
                    number = requests // (10 if name in SLOW else 1)
                    used = cpu(process.pid)
                    ask(port, path, number)
                    used = cpu(process.pid) - used
                    if round_number:
                        times.setdefault((name, work), []).append(used / number * 1e6)
    finally:
        for process, _ in running.values():
            process.terminate()
        for process, _ in running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
    medians = {key: statistics.median(values) for key, values in times.items()}
    print(
        f"Load average {before:.1f} before, {os.getloadavg()[0]:.1f} after; {arguments.rounds} rounds.\n"
    )
    print("| server | " + " | ".join(WORK) + " |")
    print("| --- |" + " --- |" * len(WORK))
    for name in names:
        cells = []
        for work in WORK:
            value = medians[name, work]
            times_of = value / medians[names[0], work]
            cells.append(f"{value:.0f} µs, {times_of:.1f} ×")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
