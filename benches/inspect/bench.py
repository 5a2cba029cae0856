"""Runs the tools on the databases, in rounds."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from measure import Failed, Run, Runs, Stopped, measure
from server import Server
from tools import Tool

PEER_LIMIT = 120.0
"""Seconds after which a run of a peer is stopped."""
PEER_BUDGET = 40.0
"""Seconds of runs on one database after which a peer sits out further rounds."""
OWN_LIMIT = 600.0
"""Seconds for everything else: nothing should come near it."""


@dataclass
class Database:
    """A database that is measured on."""

    name: str
    title: str
    """What it is called in the results."""
    runs: dict[str, Runs] = field(default_factory=dict)


def say(text: str) -> None:
    """Says on standard error what goes on."""
    print(text, file=sys.stderr, flush=True)


class Bench:
    """One server, its databases, and the tools to run on them."""

    def __init__(self, server: Server, chosen: list[Tool], folder: Path) -> None:
        self.server = server
        self.tools = chosen
        self.folder = folder

    def run(self, tool: Tool, database: Database) -> Run:
        """One run of a tool on a database."""
        return measure(
            tool.command(self.server),
            tool.environment(self.server, database.name),
            self.folder,
            PEER_LIMIT if tool.peer else OWN_LIMIT,
        )

    def guard(self, tool: Tool, database: Database, action: Callable[[], None]) -> None:
        """Runs a tool; one that is stopped or fails is out for this database."""
        runs = database.runs[tool.name]
        try:
            action()
        except Stopped as stopped:
            runs.note = str(stopped)
            self.server.end_clients(database.name)
        except Failed as failed:
            runs.note = "failed"
            say(f"{tool.name} failed on {database.title}: {failed}")
            if not tool.peer:
                raise

    def count(self, database: Database) -> None:
        """Counts each tool's statements, in runs that aren't measured."""
        for tool in self.tools:
            say(f"Counting the statements of {tool.name} on {database.title} …")
            runs = database.runs[tool.name] = Runs()

            def count(tool: Tool = tool, runs: Runs = runs) -> None:
                runs.statements = self.server.count_statements(
                    database.name, lambda: self.run(tool, database)
                )

            self.guard(tool, database, count)

    def round(self, number: int, database: Database) -> None:
        """Runs each tool once, the first one a different one in each round."""
        turn = number % len(self.tools)
        for tool in self.tools[turn:] + self.tools[:turn]:
            runs = database.runs[tool.name]
            if runs.note or (tool.peer and sum(runs.walls) > PEER_BUDGET):
                continue

            def once(tool: Tool = tool, runs: Runs = runs) -> None:
                runs.by_round[number] = self.run(tool, database)

            self.guard(tool, database, once)
