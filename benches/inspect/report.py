"""Writes what was measured as Markdown."""

import os
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from bench import Database
from measure import Runs
from tools import OURS, REFERENCE

WALL_GOAL = 0.4
MEMORY_GOAL = 2.0
GROWTH_GOAL = 12.0
VERSION_GOAL = 10.0

HEADER = (
    "database",
    "tool",
    "wall, median ms",
    "wall, min ms",
    "wall / pg_dump's",
    "client CPU s",
    "peak memory MB",
    "statements",
    "runs",
    "load",
)


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], texts: int) -> str:
    """A table. So many of its first columns hold text, the rest numbers."""
    rule = ["---"] * texts + ["---:"] * (len(header) - texts)
    return row(header) + row(rule) + "".join(map(row, rows))


def measured(database: Database, tool: str) -> list[str]:
    """What one tool took on one database."""
    runs = database.runs[tool]
    first = [database.title, tool]
    statements = "" if runs.statements is None else f"{runs.statements:,}"
    if not runs.by_round:
        note = runs.note or "not run"
        return [*first, note, "", "", "", "", statements, "0", ""]
    return [
        *first,
        f"{runs.wall * 1000:,.0f}",
        f"{min(runs.walls) * 1000:,.0f}",
        f"{runs.wall_beside(database.runs[REFERENCE]):.2f}",
        f"{runs.cpu:.2f}",
        f"{runs.memory / 1e6:.1f}",
        statements,
        str(len(runs.by_round)),
        f"{runs.load:.1f}",
    ]


def goal(what: str, found: float, limit: float, unit: str) -> tuple[str, ...]:
    """A row of the table of goals."""
    verdict = "yes" if found <= limit else "no"
    return what, f"{found:.2f} {unit}", f"{limit:g} {unit}", verdict


def goals(databases: Sequence[Database], version: Runs) -> Iterator[tuple[str, ...]]:
    """What we want of `hyper`, what was measured, and whether that is it."""
    pairs = [(each.title, each.runs[OURS], each.runs[REFERENCE]) for each in databases]
    for title, ours, reference in pairs:
        yield goal(
            f"wall time beside pg_dump's: {title}",
            ours.wall_beside(reference),
            WALL_GOAL,
            "×",
        )
    for title, ours, reference in pairs:
        yield goal(
            f"peak memory beside pg_dump's: {title}",
            ours.memory / reference.memory,
            MEMORY_GOAL,
            "×",
        )
    by_title = {title: ours for title, ours, _ in pairs}
    small, large = by_title.get("1,000 tables"), by_title.get("10,000 tables")
    if small and large:
        yield goal(
            "wall time of 10,000 tables beside 1,000",
            large.wall_beside(small),
            GROWTH_GOAL,
            "×",
        )
    milliseconds = [wall * 1000 for wall in version.walls]
    count = len(milliseconds)
    yield goal(
        f"`hyper --version`, median of {count} runs",
        median(milliseconds),
        VERSION_GOAL,
        "ms",
    )
    yield goal(
        f"`hyper --version`, min of {count} runs", min(milliseconds), VERSION_GOAL, "ms"
    )


def markdown(databases: Sequence[Database], version: Runs, postgres: str) -> str:
    """The whole report."""
    loads = [
        run.load
        for database in databases
        for runs in database.runs.values()
        for run in runs.by_round.values()
    ]
    machine = (
        f"{os.cpu_count()} cores, shared by the server and the tools; "
        f"PostgreSQL {postgres}; "
        f"load average from {min(loads):.1f} to {max(loads):.1f} during the runs."
    )
    tools = [measured(each, tool) for each in databases for tool in each.runs]
    wanted = goals(databases, version)
    return (
        "# Describing a database: measured\n\n"
        f"{machine} How to read this stands in [README.md](../README.md).\n\n"
        f"{table(HEADER, tools, 2)}\n"
        f"{table(('goal', 'measured', 'at most', 'reached'), wanted, 1)}"
    )
