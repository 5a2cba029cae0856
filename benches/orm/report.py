"""Writes what was measured as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from measured import Line, Startup
from peers import TITLES

OURS = "hyperdjango"
REFERENCE = "asyncpg"
MILLISECONDS_GOAL, MEGABYTES_GOAL = 30, 15
STALL_GOAL = 10
MARKS = "<!-- figures: benches/orm -->", "<!-- end of figures -->"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A table; so many of its first columns hold text, the rest numbers."""
    rule = ["---"] * texts + ["---:"] * (len(header) - texts)
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, rule, *rows))


def time(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 0.001:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.1f} µs"


def ratio(value: float | None) -> str:
    """How many times the reference's."""
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _cell(line: Line, name: str) -> str:
    times = line.times.get(name)
    if times is None:
        return "–"
    if not times.wall:
        return times.note or "–"
    wall = times.beside(line.reference, "wall")
    cpu = times.beside(line.reference, "cpu")
    mark = " ≠" if name in line.differs else ""
    return f"{ratio(wall)} / {ratio(cpu)}{mark}"


def goals(lines: Sequence[Line], started: Sequence[Startup]) -> str:
    """What we want, what was measured, and whether that is it."""
    rows: list[tuple[str, ...]] = []

    def add(what: str, found: float | None, limit: float, unit: str) -> None:
        if found is None:
            rows.append((what, "–", f"{limit:g} {unit}", "not measured"))
            return
        verdict = "yes" if found <= limit else "**no**"
        rows.append((what, f"{found:.2f} {unit}", f"{limit:g} {unit}", verdict))

    for line in lines:
        times, operation = line.times[OURS], line.operation
        if operation.goal is not None:
            wall = times.beside(line.reference, "wall")
            add(f"{operation.title}: wall", wall, operation.goal, "×")
        if operation.cpu_goal is not None:
            cpu = times.beside(line.reference, "cpu")
            add(f"{operation.title}: CPU", cpu, operation.cpu_goal, "×")
        if operation.name == "stream":
            stall = median(times.stalls) * 1e3 if times.stalls else None
            add("longest stall of the loop in the stream", stall, STALL_GOAL, "ms")
            stall = median(times.stalls_cpu) * 1e3 if times.stalls else None
            add("most CPU in one turn of the loop", stall, STALL_GOAL, "ms")
    for each in started:
        if "hyperdjango" in each.title:
            what = f"import: {each.title.removeprefix('import ')}"
            add(f"{what}: time", each.wall * 1e3, MILLISECONDS_GOAL, "ms")
            add(f"{what}: memory", each.memory / 1e6, MEGABYTES_GOAL, "MB")
    return table(("goal", "measured", "at most", "reached"), rows)


def comparison(lines: Sequence[Line], names: Sequence[str]) -> str:
    """Every operation and every library: ratios of wall and CPU to the reference."""
    header = ["wall / CPU", "asyncpg", *(TITLES[name] for name in names)]
    rows = []
    for line in lines:
        walls = line.reference.wall.values()
        cpus = line.reference.cpu.values()
        first = f"{time(median(walls))} / {time(median(cpus))}" if walls else "–"
        rows.append(
            [
                line.operation.title,
                first,
                *(_cell(line, name) for name in names),
            ]
        )
    return table(header, rows)


def _streams(lines: Sequence[Line]) -> str:
    rows = [
        (
            TITLES[name],
            f"{median(times.stalls) * 1e3:.1f} ms",
            f"{max(times.stalls) * 1e3:.1f} ms",
            f"{median(times.stalls_cpu) * 1e3:.1f} ms",
            f"{max(times.grown) / 1e6:.1f} MB",
        )
        for line in lines
        if line.operation.name == "stream"
        for name, times in line.times.items()
        if times.stalls
    ]
    header = (
        "stream of 1,000,000 rows",
        "longest stall, median of rounds",
        "longest of all",
        "most CPU in one, median",
        "growth of memory",
    )
    return table(header, rows)


def _differences(lines: Sequence[Line]) -> str:
    found = [
        f"- {line.operation.title}, {TITLES[name]}: {text}\n"
        for line in lines
        for name, text in line.differs.items()
    ]
    notes = [
        f"- {line.operation.title}, {TITLES[name]}: {times.note}\n"
        for line in lines
        for name, times in line.times.items()
        if times.note and times.note != "no way"
    ]
    text = "".join(found) or "- none\n"
    failures = f"\nFailures:\n\n{''.join(notes)}" if notes else ""
    return f"Values other than asyncpg's (marked ≠):\n\n{text}{failures}"


def figures(machine: str, lines: Sequence[Line], names: Sequence[str]) -> str:
    """The part that the README shows as well."""
    return f"{machine}\n\n{comparison(lines, names)}"


def markdown(
    machine: str,
    lines: Sequence[Line],
    names: Sequence[str],
    started: Sequence[Startup],
) -> str:
    """The whole report."""
    imports = table(
        ("import, over bare Python", "wall", "CPU", "memory"),
        [
            (
                each.title,
                f"{each.wall * 1e3:.1f} ms",
                f"{each.cpu * 1e3:.1f} ms",
                f"{each.memory / 1e6:.1f} MB",
            )
            for each in started
        ],
    )
    parts = (
        "# The ORM beside others: measured",
        f"{figures(machine, lines, names)}",
        goals(lines, started),
        _streams(lines),
        imports,
        _differences(lines),
    )
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def fill_readme(readme: Path, text: str) -> None:
    """Put the figures between the README's marks."""
    start, end = map(re.escape, MARKS)
    pattern = re.compile(f"{start}.*?{end}", re.DOTALL)
    before = readme.read_text()
    if not pattern.search(before):
        raise RuntimeError(f"{readme} has no place marked {MARKS[0]}")
    block = f"{MARKS[0]}\n\n{text.strip()}\n\n{MARKS[1]}"
    readme.write_text(pattern.sub(lambda _: block, before, count=1))
