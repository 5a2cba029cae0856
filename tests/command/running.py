"""Commands that run while a test looks on: how they are started, the sessions that they have, a table beside that of the test."""

from __future__ import annotations

import subprocess

from project import Project

# How long what must come to pass is waited for, in seconds.
LONG = 60.0

# The model of a table that others refer to.
OTHER = """
class Other(Model):
    id: int = Field(primary_key=True)

    class Meta:
        table_name = "other"
        managed = True
"""


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Start the command in a project's folder."""
    return subprocess.Popen(
        [str(project.hyper.path), *arguments],
        cwd=project.folder,
        env=project.hyper.environment(project.environment()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def sessions(project: Project, condition: str = "true") -> list[int]:
    """The server processes of the command, those of them for which a condition holds."""
    rows = project.sql(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'hyper'"
        f" AND datname = current_database() AND {condition}"
    )
    return [int(str(row[0])) for row in rows]
