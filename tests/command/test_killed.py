"""Migrations and their way back, killed at random moments: the state is known, nothing is lost, and the next run ends well."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from harness import Cluster, Hyper
from project import HEAD, Project
from running import LONG, OTHER, sessions, start

# How many runs are killed in each test: HYPER_KILLS=200 for a long look.
KILLS = int(os.environ.get("HYPER_KILLS", "12"))

BEFORE = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE other (id serial PRIMARY KEY);
INSERT INTO other SELECT generate_series(1, 100);
CREATE TABLE a (id serial PRIMARY KEY, n integer, other integer, mood mood DEFAULT 'ok', size smallint);
INSERT INTO a (n, other, size) SELECT i, 1 + i % 100, 1 FROM generate_series(1, 20000) i;
"""

MODELS = f"""
from hyperdjango.models import Check, EnumType

{OTHER}

class A(Model):
    id: int = Field(primary_key=True)
    n: int = Field(unique=True)
    other: int = Field(foreign_key="Other", index=True)
    mood: str = Field(nullable=True, default="ok", db_type="public.mood")
    size: int = Field(nullable=True, db_type="bigint")
    note: str = Field(default="-", comment="new")

    class Meta:
        table_name = "a"
        managed = True
        constraints = (Check("(n > 0)"),)


class B(Model):
    id: int = Field(primary_key=True)
    a_id: int = Field(foreign_key="A")

    class Meta:
        table_name = "b"
        managed = True


types = [EnumType("public", "mood", ["ok", "sad"])]
"""

BY_HAND = """-- UP
INSERT INTO b (a_id) SELECT id FROM a WHERE n <= 1000;
-- transaction: no
UPDATE a SET note = note || '+';
-- transaction: no
VACUUM a;
-- DOWN
-- DELETE FROM b;
-- UPDATE a SET note = '-';
"""

ROWS = "SELECT count(*), sum(n), min(note), max(note), min(mood::text), sum(size), (SELECT count(*) FROM b) FROM a"
ROWS_BEFORE = "SELECT count(*), sum(n), min(mood::text), sum(size) FROM a"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    """Migrations of every kind, none of them applied."""
    with cluster.database(BEFORE) as name:
        project = Project(cluster, hyper, tmp_path, name)
        (tmp_path / "models.py").write_text(HEAD + MODELS)
        accept = ("--accept", "table-rewrite", "--accept", "values-may-not-fit")
        project.run("makemigrations", *accept).check()
        project.migration("0002_by_hand.sql", BY_HAND)
        yield project


def kill_command(project: Project, running: subprocess.Popen[str]) -> None:
    running.send_signal(signal.SIGKILL)


def kill_session(project: Project, running: subprocess.Popen[str]) -> None:
    for process in sessions(project):
        project.sql(f"SELECT pg_terminate_backend({process})")


def kill_server(project: Project, running: subprocess.Popen[str]) -> None:
    """A process of the server that dies so ends all others: the server recovers from its log."""
    with psycopg.connect(project.url, autocommit=True) as witness:
        is_hit = False
        for process in sessions(project):
            # It may have ended by itself meanwhile.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                is_hit = True
        with suppress(psycopg.OperationalError):
            while is_hit:
                witness.execute("SELECT pg_sleep(0.01)")


def settled(project: Project) -> bool:
    """The server answers, and nothing of a run that is gone is left in it."""
    try:
        return sessions(project) == []
    except psycopg.OperationalError:
        return False


def killed(
    project: Project,
    chance: random.Random,
    longest: float,
    kill: Callable[[Project, subprocess.Popen[str]], None],
    *arguments: str,
) -> None:
    """Run a command, and kill it or what it works with at some moment."""
    running = start(project, *arguments)
    time.sleep(chance.uniform(0, longest))
    if running.poll() is None:
        kill(project, running)
    _, words = running.communicate(timeout=LONG)
    assert "panicked" not in words
    end = time.monotonic() + LONG
    while not settled(project):
        assert time.monotonic() < end, "a session stays behind"
        time.sleep(0.02)
    # Whatever happened, it is known where it stands.
    assert project.run("showmigrations").exit_code == 0


@pytest.mark.parametrize("kill", [kill_command, kill_session, kill_server])
def test_killed_at_random(
    project: Project, kill: Callable[[Project, subprocess.Popen[str]], None]
) -> None:
    chance = random.Random(f"{KILLS} {kill.__name__}")
    rows_before = project.sql(ROWS_BEFORE)
    # What comes of it when nobody is killed, and how long that takes.
    began = time.monotonic()
    project.run("migrate").check()
    took = time.monotonic() - began
    applied, rows = project.dump(), project.sql(ROWS)
    project.run("migrate", "--target", "zero").check()
    before = project.dump()
    assert project.sql(ROWS_BEFORE) == rows_before

    kills = KILLS if kill is not kill_server else max(KILLS // 4, 2)
    while kills > 0:
        for _ in range(3):
            killed(project, chance, took, kill, "migrate")
            kills -= 1
        project.run("migrate").check()
        assert project.dump() == applied
        assert project.sql(ROWS) == rows
        for _ in range(3):
            killed(project, chance, took, kill, "migrate", "--target", "zero")
            kills -= 1
        project.run("migrate", "--target", "zero").check()
        assert project.dump() == before
        assert project.sql(ROWS_BEFORE) == rows_before
