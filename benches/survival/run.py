"""Counts what of real schemas survives the way through models, and the way through SQL; see ../README.md.

Each schema is loaded, described by the command, built in an empty database, and described again:

- through SQL: `hyper inspectdb --format sql`, psql;
- through models: `hyper inspectdb`, `managed = True`, `hyper makemigrations`, `hyper migrate`. What models can't say and
  tables need (extensions, functions, servers) is brought there by pg_dump and pg_restore first.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
RESULTS = PROJECT / "docs" / "survival.md"
sys.path.insert(0, str(PROJECT / "benches" / "inspect"))

from facts import CARRIED, Facts, facts
from server import Server, throwaway

HYPER = PROJECT / ".venv/bin/hyper"
THROWAWAY = PROJECT / "target/release/hyperdj-throwaway"
EVERYTHING = ("--schema", "*", "--include-views")
UNSAID = ("EXTENSION", "SCHEMA", "FUNCTION", "AGGREGATE", "COLLATION", "SERVER")
OPEN = """# What survives

Every fact of real schemas, by kind: how many there are, how many a database has that was built from the models, and how many one has that was built from
`hyper inspectdb --format sql`. `make -C benches survival` counts them anew; [benches/README.md](../benches/README.md) says how. A dash stands for what models
don't carry: they count it in their header, and `hyper baseline` carries it beside them.
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Way:
    """A database, the way it was made, and the folder that the command works in."""

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.server, self.database, self.folder = server, database, folder

    def make(self) -> None:
        self.server.query(
            "postgres", f'CREATE DATABASE "{self.database}" TEMPLATE template0'
        )

    def run(self, program: str | Path, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [program, *arguments],
            cwd=self.folder,
            env=self.server.environment(self.database)
            | {"PATH": f"{PROJECT / '.venv/bin'}:{os.environ['PATH']}"},
            text=True,
            capture_output=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def hyper(self, *arguments: str) -> str:
        return self.run(HYPER, *arguments)

    def facts(self) -> Facts:
        saved: dict[str, Any] = json.loads(
            self.hyper("inspectdb", *EVERYTHING, "--format", "json")
        )
        return facts(saved)


def through_sql(source: Way, target: Way) -> Facts:
    target.make()
    script = source.hyper("inspectdb", *EVERYTHING, "--format", "sql")
    path = source.folder / "schema.sql"
    path.write_text(script)
    target.run(
        source.server.programs / "psql",
        *("-Xq", "-1", "-v", "ON_ERROR_STOP=1", "-f", str(path)),
    )
    return target.facts()


def through_models(source: Way, target: Way) -> Facts:
    target.make()
    programs = source.server.programs
    archive, listed = source.folder / "unsaid.dump", source.folder / "unsaid.list"
    source.run(programs / "pg_dump", "-s", "-Fc", "-f", str(archive))
    lines = source.run(programs / "pg_restore", "-l", str(archive)).splitlines()
    listed.write_text(
        "\n".join(line for line in lines if any(f" {kind} " in line for kind in UNSAID))
    )
    # What needs a table stays behind: it is none that a table needs.
    target.run(
        programs / "pg_restore",
        *("-L", str(listed), "-d", target.database, str(archive)),
        check=False,
    )
    text = source.hyper("inspectdb", *EVERYTHING)
    models = target.folder / "models.py"
    models.write_text(text.replace("managed = False", "managed = True"))
    target.hyper("makemigrations")
    target.hyper("migrate")
    return target.facts()


def kept(wanted: dict[str, str], found: dict[str, str]) -> int:
    return sum(found.get(of) == what for of, what in wanted.items())


def table(name: str, wanted: Facts, by_models: Facts, by_sql: Facts) -> list[str]:
    """The lines of a schema's table: kinds that models carry first."""
    order = [*CARRIED, *sorted(kind for kind in wanted if kind not in CARRIED)]
    rows = [
        (
            kind,
            len(wanted[kind]),
            kept(wanted[kind], by_models[kind]) if kind in CARRIED else None,
            kept(wanted[kind], by_sql[kind]),
        )
        for kind in order
        if wanted.get(kind)
    ]
    total = (
        "all",
        sum(row[1] for row in rows),
        sum(row[2] for row in rows if row[2] is not None),
        sum(row[3] for row in rows),
    )
    carried = sum(row[1] for row in rows if row[2] is not None)
    share = f"{total[2]} of the {carried} that they carry"
    lines = [
        f"\n## {name}\n",
        "| | facts | models | SQL |",
        "| --- | --: | --: | --: |",
    ]
    for kind, count, models, sql in rows:
        lines.append(
            f"| {kind} | {count} | {'–' if models is None else models} | {sql} |"
        )
    lines.append(f"| **{total[0]}** | {total[1]} | {share} | {total[3]} |")
    return lines


def schemas() -> list[Path]:
    found = [PROJECT / "examples" / "legacy_shop" / "schema.sql"]
    corpus = os.environ.get("HYPER_CORPUS")
    if corpus:
        found += sorted(Path(corpus).glob("*.sql"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    lines = [OPEN.rstrip()]
    with throwaway(THROWAWAY) as server, tempfile.TemporaryDirectory() as place:
        for number, path in enumerate(schemas()):
            name = path.parent.name if path.name == "schema.sql" else path.stem
            say(f"{name} …")
            ways = []
            for way in ("source", "sql", "models"):
                folder = Path(place) / f"{way}_{number}"
                folder.mkdir()
                ways.append(Way(server, f"{way}_{number}", folder))
            source, sql, models = ways
            server.load(source.database, [path.read_text()], strict=False)
            wanted = source.facts()
            lines += table(
                name, wanted, through_models(source, models), through_sql(source, sql)
            )
    chosen.output.write_text("\n".join(lines) + "\n")
    say(f"Wrote {chosen.output}.")


if __name__ == "__main__":
    main()
