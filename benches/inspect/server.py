"""A throwaway server, its databases, and a count of the statements that it is sent."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

STATEMENT = re.compile(rb"LOG:  (statement|execute [^:]*): ")
"""How `log_statement` begins a line, for the simple and the extended query protocol."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    host: str
    """The folder of its socket."""
    port: str
    programs: Path
    """The folder of `psql` and `pg_dump` of its own version."""

    def environment(self, database: str) -> dict[str, str]:
        """The environment that leads libpq, and what does as libpq, to a database."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
        }
        return kept | {
            "LANG": "C.UTF-8",
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": "postgres",
            "PGDATABASE": database,
        }

    def query(self, database: str, *statements: str) -> str:
        """Runs statements, each by itself, and returns the values."""
        commands = [word for text in statements for word in ("-c", text)]
        return subprocess.run(
            [self.programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *commands],
            env=self.environment(database),
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout.strip()

    def load(self, database: str, sql: Iterable[str], strict: bool) -> None:
        """Makes a database of SQL text and brings its statistics up to date.

        A dump may name extensions that this server lacks: with `strict` false, errors
        are passed over.
        """
        self.query("postgres", f'CREATE DATABASE "{database}"')
        stop = f"ON_ERROR_STOP={int(strict)}"
        with subprocess.Popen(
            [self.programs / "psql", "-Xq", "-v", stop],
            env=self.environment(database),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None if strict else subprocess.DEVNULL,
        ) as psql:
            assert psql.stdin is not None
            psql.stdin.writelines(f"{text}\n" for text in sql)
        if strict and psql.returncode != 0:
            raise RuntimeError(f"the schema of {database} did not load: see above")
        self.query(database, "VACUUM (ANALYZE)")

    def tables(self, database: str) -> int:
        """How many tables are in the schema `public`."""
        return int(
            self.query(
                database,
                "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') "
                "AND relnamespace = 'public'::regnamespace",
            )
        )

    def end_clients(self, database: str) -> None:
        """Ends what the server still does for clients that were stopped."""
        self.query(
            "postgres",
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            f"WHERE datname = '{database}'",
        )

    def count_statements(self, database: str, action: Callable[[], object]) -> int:
        """How many statements a database is sent by an action that connects to it."""
        log = Path(self.host, "server.log")
        self.query(
            "postgres", f"ALTER DATABASE \"{database}\" SET log_statement = 'all'"
        )
        before = log.stat().st_size
        try:
            action()
        finally:
            self.query("postgres", f'ALTER DATABASE "{database}" RESET log_statement')
        with log.open("rb") as lines:
            lines.seek(before)
            return sum(1 for line in lines if STATEMENT.search(line))


@contextmanager
def throwaway(program: Path) -> Iterator[Server]:
    """Starts a server that is gone when the block ends, or this process does."""
    with subprocess.Popen(
        [program], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the throwaway server did not start: see above")
        settings = parse_qs(urlsplit(url).query)
        host, port = settings["host"][0], settings["port"][0]
        # Until the server has said where its own programs are, any psql will do.
        server = Server(host, port, Path())
        folder = server.query(
            "postgres", "SELECT setting FROM pg_config WHERE name = 'BINDIR'"
        )
        if Path(folder, "pg_dump").exists():
            server = Server(host, port, Path(folder))
        # Nothing changes while the benches run: housekeeping would only be noise.
        server.query(
            "postgres", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()"
        )
        yield server
