"""Measures comparing, planning and `hyper makemigrations`; see ../README.md."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
RESULTS = Path(__file__).with_name("results.md")
sys.path.insert(0, str(PROJECT / "benches" / "inspect"))

from generate import schema
from measure import measure
from server import Server, throwaway

READ = "How to read this stands in [README.md](../README.md)."
SIZES = (1_300, 10_000)
LIMIT = 300.0
COMPARE = PROJECT / "target/release/examples/compare"
HYPER = PROJECT / ".venv/bin/hyper"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def compared(server: Server, database: str, rounds: int) -> list[dict[str, Any]]:
    """The medians of what the program prints, a row for each change of the schema."""
    url = f"postgres://postgres@/{database}?host={server.host}&port={server.port}"
    runs = []
    for _ in range(rounds):
        done = subprocess.run(
            [COMPARE, url], check=True, text=True, stdout=subprocess.PIPE
        )
        runs.append([json.loads(line) for line in done.stdout.splitlines()])
    rows = []
    for same in zip(*runs, strict=True):
        parts = {
            name: median(row[name] for row in same) for name in ("diff", "plan", "back")
        }
        rows.append(same[0] | parts)
    return rows


def managed(text: str) -> str:
    """All models managed, with a field more."""
    field = "    added_later: str = Field(nullable=True)\n\n    class Meta:"
    text = text.replace("managed = False", "managed = True")
    return text.replace("\n    class Meta:", field)


def commands(
    server: Server, database: str, folder: Path, rounds: int
) -> list[tuple[str, float, float]]:
    """The whole command with a field more in every model: what, CPU and wall time in seconds."""
    environment = server.environment(database)

    def hyper(*words: str) -> None:
        subprocess.run(
            [HYPER, *words],
            cwd=folder,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    hyper("inspectdb", "--output", "models.py")
    models = folder / "models.py"
    text = models.read_text()
    models.write_text(text.replace("managed = False", "managed = True"))
    hyper("makemigrations")
    models.write_text(managed(text))
    rows = []
    for what, words in (
        ("Python imports the models", None),
        ("hyper makemigrations", ["makemigrations", "--dry-run"]),
        (
            "hyper makemigrations --offline",
            ["makemigrations", "--dry-run", "--offline"],
        ),
    ):
        command = (
            [str(HYPER), *words]
            if words
            else [
                str(HYPER.with_name("python")),
                "-P",
                "-m",
                "hyperdjango._state",
                "models",
                "--path",
                str(folder),
            ]
        )
        runs = [measure(command, environment, folder, LIMIT) for _ in range(rounds)]
        rows.append(
            (what, median(run.cpu for run in runs), median(run.wall for run in runs))
        )
    return rows


def main() -> None:
    """Makes the databases, measures, and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run")
    options = parser.parse_args()
    own, whole = [], []
    with throwaway(PROJECT / "target/release/hyperdj-throwaway") as server:
        postgres = server.query("postgres", "SHOW server_version")
        for size in SIZES:
            say(f"Making a database of {size:,} tables …")
            database = f"generated_{size}"
            server.load(database, schema(size), strict=True)
            say("Measuring …")
            for row in compared(server, database, options.rounds):
                total = row["diff"] + row["plan"] + row["back"]
                own.append(
                    f"| {row['tables']:,} | {row['what']} | {row['steps']:,} | {row['diff']:.3f} | {row['plan']:.3f}"
                    f" | {row['back']:.3f} | {total:.3f} |"
                )
            with tempfile.TemporaryDirectory(prefix="hyperdj-bench-") as folder:
                for what, cpu, wall in commands(
                    server, database, Path(folder), options.rounds
                ):
                    whole.append(f"| {size:,} | {what} | {cpu:.2f} | {wall:.2f} |")
    text = "\n".join(
        [
            "# Comparing schemas: measured",
            "",
            f"{os.cpu_count()} cores; PostgreSQL {postgres}; medians of {options.rounds} runs. {READ}",
            "",
            "| tables | what changes | steps | diff, CPU s | plan, CPU s | the way back, CPU s | together, CPU s |",
            "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
            *own,
            "",
            "A field more in every model, all managed; CPU of the command and its Python, without the server's:",
            "",
            "| tables | command | CPU s | wall s |",
            "| ---: | --- | ---: | ---: |",
            *whole,
            "",
        ]
    )
    print(text, end="")
    RESULTS.write_text(text)


if __name__ == "__main__":
    main()
