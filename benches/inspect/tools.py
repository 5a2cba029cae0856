"""The tools that are measured, and how each is asked to describe a database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server import Server

BENCHES = Path(__file__).resolve().parent.parent
PYTHON_TOOLS = BENCHES / ".venv" / "bin"
NODE_TOOLS = BENCHES / "node_modules" / ".bin"
OURS = "hyper inspectdb"
REFERENCE = "pg_dump -s"


@dataclass(frozen=True)
class Tool:
    """A command that describes the database that libpq's variables name."""

    name: str
    command: Callable[[Server], list[str]]
    environment: Callable[[Server, str], dict[str, str]] = Server.environment
    peer: bool = False
    """Whether it is measured only for comparison, within a time limit."""


def kysely_environment(server: Server, database: str) -> dict[str, str]:
    """kysely-codegen wants a URL."""
    url = f"postgresql://postgres@/{database}?host={server.host}&port={server.port}"
    return server.environment(database) | {"DATABASE_URL": url}


def django_environment(server: Server, database: str) -> dict[str, str]:
    """Django wants settings: they stand beside this file."""
    return server.environment(database) | {
        "DJANGO_SETTINGS_MODULE": "django_settings",
        "PYTHONPATH": str(BENCHES / "inspect"),
    }


def tools(hyper: Path) -> list[Tool]:
    """All tools, ours first and the reference second."""
    return [
        Tool(OURS, lambda _: [str(hyper), "inspectdb"]),
        Tool(REFERENCE, lambda server: [str(server.programs / "pg_dump"), "-s"]),
        Tool(
            "kysely-codegen",
            lambda _: [
                str(NODE_TOOLS / "kysely-codegen"),
                "--dialect=postgres",
                "--out-file=models.ts",
            ],
            kysely_environment,
            peer=True,
        ),
        Tool(
            "Django inspectdb",
            lambda _: [str(PYTHON_TOOLS / "django-admin"), "inspectdb"],
            django_environment,
            peer=True,
        ),
        Tool(
            "sqlacodegen",
            lambda _: [
                str(PYTHON_TOOLS / "sqlacodegen"),
                "--generator=declarative",
                "postgresql+psycopg://",
            ],
            peer=True,
        ),
    ]
