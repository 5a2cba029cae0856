"""Measures `hyper inspectdb` beside other tools; see ../README.md."""

import argparse
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench import OWN_LIMIT, Bench, Database, say
from generate import schema
from measure import Runs, measure
from report import markdown
from server import Server, throwaway
from tools import tools

PROJECT = Path(__file__).resolve().parent.parent.parent
RESULTS = Path(__file__).with_name("results.md")
SIZES = (1_000, 1_300, 10_000)
QUICK_SIZES = (1_300,)
VERSION_RUNS = 50


def prepare(server: Server, sizes: Iterable[int]) -> list[Database]:
    """Makes the databases: Lago's where it is at hand, then the generated ones."""
    databases = []
    if corpus := os.environ.get("HYPER_CORPUS"):
        say("Making the database lago …")
        with open(Path(corpus, "lago.sql")) as dump:
            server.load("lago", dump, strict=False)
        databases.append(Database("lago", f"lago, {server.tables('lago')} tables"))
    else:
        say("HYPER_CORPUS is not set: the schema of Lago is left out.")
    for size in sizes:
        name = f"generated_{size}"
        say(f"Making the database {name} …")
        server.load(name, schema(size), strict=True)
        databases.append(Database(name, f"{size:,} tables"))
    return databases


def measure_version(hyper: Path, folder: Path) -> Runs:
    """Runs `hyper --version` many times."""
    runs = Runs()
    for number in range(VERSION_RUNS):
        runs.by_round[number] = measure(
            [str(hyper), "--version"], {}, folder, OWN_LIMIT
        )
    return runs


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few databases, no peers; results.md stays as it is",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=9,
        help="how often each tool runs on each database",
    )
    parser.add_argument(
        "--hyper",
        type=Path,
        default=PROJECT / ".venv/bin/hyper",
        help="the command to measure",
    )
    return parser.parse_args()


def main() -> None:
    """Makes the databases, measures, and writes the results."""
    options = arguments()
    chosen = [
        tool
        for tool in tools(options.hyper.resolve())
        if not (options.quick and tool.peer)
    ]
    throwaway_program = PROJECT / "target/release/hyperdj-throwaway"
    with (
        throwaway(throwaway_program) as server,
        tempfile.TemporaryDirectory(prefix="hyperdj-bench-") as folder,
    ):
        bench = Bench(server, chosen, Path(folder))
        databases = prepare(server, QUICK_SIZES if options.quick else SIZES)
        for database in databases:
            bench.count(database)
        for number in range(options.rounds):
            say(f"Round {number + 1} of {options.rounds} …")
            for database in databases:
                bench.round(number, database)
        version = measure_version(options.hyper.resolve(), Path(folder))
        postgres = server.query("postgres", "SHOW server_version")
    text = markdown(databases, version, postgres)
    print(text, end="")
    if not options.quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
