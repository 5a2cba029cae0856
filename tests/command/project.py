"""A project as its user has it: a folder with models and migrations, beside a database."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import Cluster, Hyper, Result, clean_environment
from snapshot import check_words


def dump(cluster: Cluster, name: str) -> str:
    """The whole schema as pg_dump has it, without the keys that differ from run to run."""
    done = subprocess.run(
        [cluster.bin_dir / "pg_dump", "--schema-only", cluster.url(name)],
        env=clean_environment(Path.home()),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return re.sub(r"^\\(un)?restrict .*\n", "", done.stdout, flags=re.MULTILINE)


def skip_before(case: Path, version: int) -> None:
    """Skip a test where the server is older than a case's folder asks for."""
    since = case / "since"
    if since.exists() and version < int(since.read_text()):
        pytest.skip(
            f"the case {case.name} needs PostgreSQL {since.read_text().strip()}"
        )


HEAD = "from datetime import date, datetime\nfrom decimal import Decimal\n\nfrom hyperdjango.models import Field, Model\n\n"


@dataclass
class Project:
    """The folder, the command, and the database."""

    cluster: Cluster
    hyper: Hyper
    folder: Path
    database: str

    @property
    def url(self) -> str:
        return self.cluster.url(self.database)

    def models(self, text: str) -> None:
        """Write models.py, with the usual imports."""
        (self.folder / "models.py").write_text(HEAD + text, encoding="utf-8")

    def migration(self, name: str, text: str) -> Path:
        """Write a migration."""
        path = self.folder / "migrations" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def files(self) -> dict[str, str]:
        """The migrations, by name."""
        found = sorted((self.folder / "migrations").glob("[0-9]*"))
        return {path.name: path.read_text() for path in found if path.is_file()}

    def record(self) -> str | None:
        """What is recorded of the managed tables."""
        path = self.folder / "migrations" / "schema.json"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def no_changes(self, *arguments: str) -> None:
        """There is nothing to write, apart from what is recorded."""
        result = self.run("makemigrations", *arguments)
        assert (result.exit_code, result.stdout) == (0, ""), result
        recorded = "Recorded the managed tables in migrations/schema.json.\n"
        words = result.stderr.removesuffix(recorded)
        assert words == "No changes.\n", words

    def environment(self) -> Mapping[str, str]:
        return {"DATABASE_URL": self.url}

    def run(self, *arguments: str, user: str | None = None) -> Result:
        """Run the command in the folder."""
        environment = {"DATABASE_URL": self.cluster.url(self.database, user)}
        result = self.hyper(*arguments, environment=environment, folder=self.folder)
        check_words(result)
        return result

    def sql(self, script: str) -> list[tuple[object, ...]]:
        return self.cluster.run_sql(self.database, script)

    def psql(self, script: Path) -> str:
        """Run a file by psql, as another tool would; gives what it complains of."""
        done = subprocess.run(
            [
                self.cluster.bin_dir / "psql",
                *("-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, self.url),
            ],
            env={
                **clean_environment(Path.home()),
                "PGOPTIONS": "-c client_min_messages=warning",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
        return done.stderr

    def dump(self) -> str:
        return dump(self.cluster, self.database)

    def column_names(self, table: str) -> list[str]:
        rows = self.sql(
            "SELECT attname::text FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
            f" AND attrelid = '{table}'::regclass ORDER BY attnum"
        )
        return [str(row[0]) for row in rows]


def statements(text: str) -> list[str]:
    """The statements of the way up of a migration's text."""
    up = text.split("-- UP\n", 1)[1].split("\n-- DOWN", 1)[0]
    lines = [line for line in up.splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
