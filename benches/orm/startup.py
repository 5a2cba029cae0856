"""What it takes to import a library: time and memory over a Python that imports nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from client import cores, environment, pinned
from measured import Startup

PROGRAM = """
import resource, time
wall, cpu = time.perf_counter(), time.process_time()
{statement}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
with open("/proc/self/statm") as numbers:
    memory = int(numbers.read().split()[1]) * resource.getpagesize()
print([wall, cpu, memory])
"""
OURS = (
    ("import hyperdjango", "import hyperdjango"),
    (
        "hyperdjango.models and hyperdjango.database",
        "from hyperdjango.models import Field, Model\nfrom hyperdjango.database import Database",
    ),
    (
        "all that a first query needs",
        (
            "import asyncio, hyperdjango._engine, hyperdjango.query, hyperdjango.database.pool\n"
            "from hyperdjango.models import Field, Model\n"
            "from hyperdjango.database import Database"
        ),
    ),
    ("asyncpg", "import asyncpg"),
)
PEERS = (
    ("psycopg", "import psycopg"),
    ("psqlpy", "import psqlpy"),
    ("Piccolo", "import piccolo.table, piccolo.columns, piccolo.engine.postgres"),
    ("Tortoise", "import tortoise.models, tortoise.backends.asyncpg"),
    ("Django's models", "import django.db.models, django.db.backends.postgresql.base"),
    (
        "SQLAlchemy's async ORM",
        "import sqlalchemy.orm, sqlalchemy.ext.asyncio, asyncpg, sqlalchemy.dialects.postgresql",
    ),
)


def _once(statement: str) -> list[float]:
    _, own = cores()
    with pinned(own):
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(statement=statement)],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: list[float] = json.loads(result.stdout)
    return found


def startup(runs: int, peers: bool) -> list[Startup]:
    """Import everything so many times, in turns."""
    wanted = [("", "pass"), *OURS, *(PEERS if peers else ())]
    found: dict[str, list[list[float]]] = {title: [] for title, _ in wanted}
    for number in range(runs + 1):
        for title, statement in wanted:
            result = _once(statement)
            # The first time is for the caches.
            if number:
                found[title].append(result)
    medians = {
        title: [median(part) for part in zip(*results, strict=True)]
        for title, results in found.items()
    }
    bare = medians.pop("")
    return [
        Startup(title, wall - bare[0], cpu - bare[1], memory - bare[2])
        for title, (wall, cpu, memory) in medians.items()
    ]
