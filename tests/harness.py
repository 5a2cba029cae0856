"""The real parts that tests share: a throwaway PostgreSQL server, and the command as a user runs it."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python"
COMMAND = ROOT / ".venv" / "bin" / "hyper"
TOOLS = ROOT / ".venv" / "bin"

# Variables that would lead a command to another database, or change its words.
CLEARED = ("DATABASE_URL", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")
CLEARED_PREFIXES = ("PG", "HYPER_", "XDG_", "PYTHON")


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment without what leads to a database, settings or Python of the developer's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in CLEARED and not name.startswith(CLEARED_PREFIXES)
    }
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8"}


class Cluster:
    """A throwaway server, and what tests do with its databases by psycopg."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._names = itertools.count(1)
        settings = parse_qs(self._url.query)
        self.place = f"{quote(settings['host'][0], safe='')}:{settings['port'][0]}"
        """Host and port as the command's words show them; they differ from run to run."""
        with self.connect("postgres") as connection:
            row = connection.execute(
                "SELECT setting FROM pg_config() WHERE name = 'BINDIR'"
            ).fetchone()
            self.server_version: int = connection.info.server_version // 10000
        assert row is not None
        self.bin_dir = Path(row[0])
        """Where the server's programs are: pg_dump, psql."""

    def url(self, database: str, user: str | None = None) -> str:
        """The URL of a database, as the superuser or as another role (who needs no password)."""
        netloc = f"{quote(user or 'postgres', safe='')}@"
        path = "/" + quote(database, safe="")
        return urlunsplit(self._url._replace(netloc=netloc, path=path))

    def connect(
        self, database: str, user: str | None = None
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection on which each statement commits by itself."""
        return psycopg.connect(self.url(database, user), autocommit=True)

    def run_sql(
        self, database: str, script: str, user: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a script of one or more statements as one transaction; the rows of the last one that has any."""
        with self.connect(database, user) as connection:
            cursor = connection.execute(script.encode())
            rows: list[tuple[Any, ...]] = []
            while True:
                if cursor.description is not None:
                    rows = cursor.fetchall()
                if not cursor.nextset():
                    return rows

    def create_database(self, name: str | None = None) -> str:
        """Make an empty database from template0; gives its name, a new one where none is asked for."""
        name = name or f"test_{next(self._names)}"
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0"
                    " ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
                ).format(sql.Identifier(name))
            )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database; from PostgreSQL 13 on, whoever is connected to it."""
        force = sql.SQL("WITH (FORCE)" if self.server_version >= 13 else "")
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} {}").format(
                    sql.Identifier(name), force
                )
            )

    @contextmanager
    def database(self, script: str = "", name: str | None = None) -> Iterator[str]:
        """A database for the length of a `with`, made by a script; gives its name."""
        name = self.create_database(name)
        try:
            if script:
                self.run_sql(name, script)
            yield name
        finally:
            self.drop_database(name)


@dataclass(frozen=True)
class Result:
    """What a command gave back."""

    exit_code: int
    stdout: str
    stderr: str

    def check(self) -> Result:
        """The result itself, where the command did its work."""
        assert self.exit_code == 0, self.stderr
        return self


@dataclass(frozen=True)
class Hyper:
    """The command, run as a user runs it, but with nothing of the developer's own set-up."""

    folder: Path
    path: Path = COMMAND

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment that the command gets."""
        return {**clean_environment(self.folder), **(extra or {})}

    def __call__(
        self,
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        stdin: str | None = None,
        timeout: float = 120,
    ) -> Result:
        """Run `hyper` with arguments in a folder (an empty one unless named), for `timeout` seconds at most."""
        done = subprocess.run(
            [str(self.path), *map(str, arguments)],
            cwd=folder or self.folder,
            env=self.environment(environment),
            input=stdin or "",
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)
