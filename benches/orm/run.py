"""Measures the ORM beside asyncpg and other libraries; see ../README.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "inspect"))

from client import Client, Failed, cores, pinned
from data import SCHEMA, WRITTEN
from measured import Line, Times
from operations import Operation, chosen
from peers import TITLES
from report import OURS, REFERENCE, figures, fill_readme, markdown
from server import Server, throwaway
from startup import startup

PROJECT = HERE.parent.parent
RESULTS = HERE / "results.md"
PEER_BUDGET = 6.0
"""Seconds for one operation after which a library other than the two sits out further rounds."""
BUDGET = 30.0
"""The same for ours and the reference."""


def say(text: str) -> None:
    """Says on standard error what goes on."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def pinned_server() -> Iterator[Server]:
    """A throwaway server on a core of its own, with the tables."""
    own, _ = cores()
    with ExitStack() as stack:
        with pinned(own):
            program = PROJECT / "target/release/hyperdj-throwaway"
            server = stack.enter_context(throwaway(program))
        say("Making the tables …")
        server.load("bench", [SCHEMA], strict=True)
        yield server


class Bench:
    """The server, the libraries' processes, and what they are asked."""

    def __init__(self, server: Server, clients: dict[str, Client]) -> None:
        self.server = server
        self.clients = clients

    def empty(self, operation: Operation) -> None:
        """Make room for what is written."""
        if operation.writes:
            self.server.query(
                "bench", "TRUNCATE new_products RESTART IDENTITY", "CHECKPOINT"
            )

    def check(self, operation: Operation) -> Line:
        """Have everybody do it once, and compare what comes out."""
        say(f"Comparing: {operation.title} …")
        reference = Times()
        same = not operation.reference or operation.reference == operation.name
        line = Line(operation, {}, reference)
        wanted = self._result(operation, REFERENCE, operation.reference, reference)
        if wanted is None:
            raise RuntimeError(f"asyncpg can't do {operation.name}")
        if same:
            line.times[REFERENCE] = reference
        for name in self.clients:
            if name == REFERENCE:
                continue
            times = line.times[name] = Times()
            try:
                found = self._result(operation, name, "", times)
            except Failed as problem:
                times.note = f"failed: {problem}"
                say(f"{name}: {problem}")
                continue
            if found is None:
                times.note = "no way"
            elif found[0] != wanted[0]:
                line.differs[name] = f"`{found[1][:90]}` instead of `{wanted[1][:90]}`"
        return line

    def _result(
        self, operation: Operation, name: str, method: str, times: Times
    ) -> tuple[str, str] | None:
        self.empty(operation)
        found = self.clients[name].ask(
            "check", name=method or operation.name, ordered=operation.ordered
        )
        if "missing" in found:
            return None
        if operation.writes:
            text = self.server.query("bench", WRITTEN)
            return text, text
        if operation.name == "stream":
            # It is long enough to be a round of its own, the first one.
            times.add(-1, found, 1, operation.per)
        return found["digest"], found["sample"]

    def round(self, number: int, line: Line) -> None:
        """Have each do it, the first one a different one in each round."""
        names = [name for name in self.clients if name in line.times]
        if REFERENCE not in names:
            names.append(REFERENCE)
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            self._measure(number, line, name)

    def _measure(self, number: int, line: Line, name: str) -> None:
        operation = line.operation
        is_peer = name not in (OURS, REFERENCE)
        times = line.reference if name == REFERENCE else line.times[name]
        if times.note or times.spent > (PEER_BUDGET if is_peer else BUDGET):
            return
        method = operation.reference if name == REFERENCE else ""
        repeats = operation.repeats
        if is_peer:
            repeats = max(1, repeats // 5)
        self.empty(operation)
        try:
            found = self.clients[name].ask(
                "measure", name=method or operation.name, repeats=repeats
            )
        except Failed as problem:
            times.note = f"failed: {problem}"
            say(f"{name}: {problem}")
            return
        times.add(number, found, repeats, operation.per)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="asyncpg only; no file is written"
    )
    parser.add_argument("--rounds", type=int, help="how many rounds, 9 or 5")
    parser.add_argument("--only", nargs="*", default=[], help="these operations")
    parser.add_argument("--peers", nargs="*", choices=TITLES, help="these libraries")
    parser.add_argument("--uvloop", action="store_true", help="uvloop for all")
    parser.add_argument(
        "--profile", help="profile this operation of ours instead of measuring"
    )
    return parser.parse_args()


def machine(server: Server, load: tuple[float, float], rounds: int, loop: str) -> str:
    """What it was measured on."""
    own, clients = cores()
    pinned = (
        "the server pinned to one core and the clients to another"
        if own != clients
        else "nothing pinned"
    )
    version = server.query("postgres", "SHOW server_version").split()[0]
    return (
        f"{os.cpu_count()} cores, {pinned}; CPython {platform.python_version()} with {loop}, PostgreSQL {version}; "
        f"medians of {rounds} interleaved rounds; load average {load[0]:.2f} before, {load[1]:.2f} after. "
        "asyncpg's column has times, the others how many times asyncpg's wall and CPU time they take."
    )


def main() -> None:
    """Makes the tables, compares, measures, and writes the results."""
    options = arguments()
    rounds = options.rounds or (5 if options.quick else 9)
    names = [OURS, REFERENCE] if options.quick else list(TITLES)
    if options.peers is not None:
        names = [OURS, REFERENCE, *options.peers]
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        server = stack.enter_context(pinned_server())
        say("Starting the clients …")
        clients = {}
        for name in dict.fromkeys(names):
            client = Client(name, server.host, server.port, options.uvloop)
            clients[name] = stack.enter_context(client)
        for client in clients.values():
            client.ready()
        bench = Bench(server, clients)
        if options.profile:
            for operation in chosen([options.profile]):
                bench.empty(operation)
                clients[OURS].ask("check", name=operation.name, ordered=False)
                bench.empty(operation)
                repeats = operation.repeats
                clients[OURS].ask("profile", name=operation.name, repeats=repeats)
                return
        lines = [bench.check(operation) for operation in chosen(options.only)]
        for number in range(rounds):
            say(f"Round {number + 1} of {rounds} …")
            for line in lines:
                bench.round(number, line)
        load = before, os.getloadavg()[0]
        loop = "uvloop" if options.uvloop else "asyncio"
        place = machine(server, load, rounds, loop)
    say("Importing …")
    started = startup(7 if options.quick else 15, not options.quick)
    columns = [name for name in clients if name != REFERENCE]
    text = markdown(place, lines, columns, started)
    print(text, end="")
    if not options.quick and not options.only and options.peers is None:
        RESULTS.write_text(text)
        fill_readme(PROJECT / "README.md", figures(place, lines, columns))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hyperdj-bench-") as folder:
        os.chdir(folder)
        main()
