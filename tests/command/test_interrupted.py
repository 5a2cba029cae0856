"""Migrations that are killed, and runs that meet: applied once, whatever happens, and a second run ends well."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from harness import Cluster, Hyper
from project import Project
from running import LONG, OTHER, sessions, start

# Each statement that can stop is held by a lock of the test, so that it is known where it stands.
STOPS = 5
SCRIPT = """-- UP
CREATE TABLE a (id integer);
SELECT pg_advisory_xact_lock(1);
INSERT INTO a VALUES (1);
-- transaction: no
SELECT pg_advisory_xact_lock(2);
-- transaction: no
CREATE INDEX CONCURRENTLY a_id ON a (id);
-- transaction: no
INSERT INTO a SELECT 2 FROM pg_advisory_xact_lock(3);
-- transaction: no
DROP INDEX CONCURRENTLY a_id;
SELECT pg_advisory_xact_lock(4);
INSERT INTO a VALUES (3);
SELECT pg_advisory_xact_lock(5);
-- DOWN
-- DROP TABLE a;
"""


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; it does not come to pass where something is wrong."""
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def waiting(project: Project) -> list[int]:
    """The server processes of the command that wait for a lock of ours."""
    return sessions(project, "wait_event_type = 'Lock'")


def held(project: Project) -> list[int]:
    """The server processes of the command that stand at a statement which the test holds."""
    rows = project.sql(
        "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted"
    )
    return [int(str(row[0])) for row in rows]


def gone(project: Project) -> bool:
    return sessions(project) == []


def kill_command(project: Project, running: subprocess.Popen[str]) -> None:
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    # Servers before 14 notice only when the statement ends.
    for process in waiting(project):
        project.sql(f"SELECT pg_terminate_backend({process})")


def kill_session(project: Project, running: subprocess.Popen[str]) -> None:
    [process] = held(project)
    project.sql(f"SELECT pg_terminate_backend({process})")
    _, words = running.communicate()
    assert running.returncode == 2
    assert "0001_a" in words


@pytest.mark.parametrize("kill", [kill_command, kill_session])
@pytest.mark.parametrize("stop", range(1, STOPS + 1))
def test_killed_at_each_statement(
    project: Project,
    stop: int,
    kill: Callable[[Project, subprocess.Popen[str]], None],
) -> None:
    project.migration("0001_a.sql", SCRIPT)
    with project.cluster.connect(project.database) as holder:
        holder.execute(f"SELECT pg_advisory_lock({stop})")
        running = start(project, "migrate", "--lock-timeout", "0")
        until(lambda: len(held(project)) == 1)
        kill(project, running)
        until(lambda: gone(project))
    listed = project.run("showmigrations").check().stdout
    done = {1: None, 2: 3, 3: 5, 4: 7, 5: 7}[stop]
    assert listed == (
        "[ ] 0001_a\n"
        if done is None
        else f"[~] 0001_a  interrupted after {done} statements\n"
    )
    again = project.run("migrate").check()
    assert ("going on from there" in again.stderr) == (done is not None)
    assert project.sql("SELECT id FROM a ORDER BY id") == [(1,), (2,), (3,)]
    assert project.sql("SELECT to_regclass('a_id')") == [(None,)]
    assert project.run("migrate").check().stderr.startswith("Nothing to do")


def test_killed_while_an_index_is_built(project: Project) -> None:
    project.sql("CREATE TABLE a (id integer)")
    project.migration(
        "0001_a.sql",
        "-- transaction: no\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    )
    with project.cluster.connect(project.database) as other, other.transaction():
        # The index waits for whoever wrote before it.
        other.execute("INSERT INTO a VALUES (1)")
        running = start(project, "migrate")
        until(lambda: len(waiting(project)) == 1)
        kill_command(project, running)
        until(lambda: gone(project))
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('a_id')"
    assert project.sql(valid) == [(False,)]
    assert "is dropped and built again" in project.run("migrate").check().stderr
    assert project.sql(valid) == [(True,)]


def test_killed_between_an_index_and_the_history(project: Project) -> None:
    """The index is there, and the history does not say so: it is not built twice."""
    project.sql("CREATE TABLE a (id integer)")
    project.migration(
        "0001_a.sql",
        "SELECT 1;\n-- transaction: no\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    )
    project.sql("ALTER TABLE a RENAME TO b")
    assert project.run("migrate").exit_code == 2
    project.sql("ALTER TABLE b RENAME TO a; CREATE INDEX a_id ON a (id)")
    project.run("migrate").check()
    assert "[X]" in project.run("showmigrations").stdout


def test_a_second_run_waits_and_says_for_whom(project: Project) -> None:
    project.migration("0001_a.sql", SCRIPT)
    with project.cluster.connect(project.database) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        first = start(project, "migrate", "--lock-timeout", "0")
        until(lambda: len(held(project)) == 1)
        [process] = held(project)
        second = start(project, "migrate")
        assert second.stderr is not None
        words = second.stderr.readline()
        assert words.startswith(
            f"Another run works on this database (server process {process} of role `postgres`"
        )
    assert first.wait(LONG) == 0
    assert second.wait(LONG) == 0
    assert second.stderr.read() == "Nothing to do: 1 migration is applied.\n"
    assert project.sql("SELECT count(*) FROM a") == [(3,)]


def test_python_does_not_outlive_the_command(project: Project) -> None:
    """The lock is gone with the command: what it started must not go on without."""
    project.migration(
        "0001_a.py",
        "async def up(db):\n    await db.execute('CREATE TABLE a (id integer)')\n"
        "    await db.execute('SELECT pg_advisory_xact_lock(1)')\n",
    )
    with project.cluster.connect(project.database) as holder:
        holder.execute("SELECT pg_advisory_lock(1)")
        running = start(project, "migrate")
        until(lambda: len(held(project)) == 1)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        project.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        until(lambda: held(project) == [])
    assert project.sql("SELECT to_regclass('a')") == [(None,)]
    project.run("migrate").check()
    assert project.sql("SELECT to_regclass('a') IS NOT NULL") == [(True,)]


def test_the_server_is_killed(project: Project) -> None:
    """All sessions end, and the server comes back by itself: the migration is taken up."""
    project.migration("0001_a.sql", SCRIPT)
    with project.cluster.connect(project.database) as holder:
        holder.execute("SELECT pg_advisory_lock(3)")
        running = start(project, "migrate", "--lock-timeout", "0")
        until(lambda: len(held(project)) == 1)
        os.kill(held(project)[0], signal.SIGKILL)
        _, words = running.communicate(timeout=LONG)
        assert running.returncode == 2
        assert "error: " in words

    def is_back() -> bool:
        try:
            return project.sql("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    until(is_back)
    assert "going on from there" in project.run("migrate").check().stderr
    assert project.sql("SELECT id FROM a ORDER BY id") == [(1,), (2,), (3,)]


@pytest.mark.parametrize("runs", [2, 10])
def test_many_runs_at_once(project: Project, runs: int) -> None:
    project.migration("0001_a.sql", SCRIPT)
    project.migration("0002_b.sql", "CREATE TABLE b (id integer);")
    project.migration("0003_c.sql", "INSERT INTO b VALUES (1);")
    running = [start(project, "migrate") for _ in range(runs)]
    ended = [process.communicate(timeout=LONG) for process in running]
    assert [process.returncode for process in running] == [0] * runs, ended
    assert project.sql("SELECT count(*) FROM a") == [(3,)]
    assert project.sql("SELECT count(*) FROM b") == [(1,)]
    assert project.sql("SELECT count(*) FROM hyperdjango_migrations") == [(3,)]
    applied = [words for _, words in ended if "Applied 0001_a" in words]
    assert len(applied) == 1


def test_a_lock_is_waited_for_again_and_again(project: Project) -> None:
    project.sql("CREATE TABLE a (id integer)")
    project.migration("0001_a.sql", "ALTER TABLE a ADD b text;")
    with project.cluster.connect(project.database) as other:
        with other.transaction():
            other.execute("SELECT FROM a")
            running = start(project, "migrate", "--lock-timeout", "50ms")
            assert running.stderr is not None
            words = running.stderr.readline()
            assert "statement 1 did not get its lock in time; trying again" in words
        assert running.wait(LONG) == 0
    assert project.column_names("a") == ["id", "b"]


def test_a_writer_behind_a_waiting_migration_gets_by(project: Project) -> None:
    """While the migration waits for a lock that it does not get, writers are let by between its attempts."""
    project.sql("CREATE TABLE a (id integer)")
    project.migration("0001_a.sql", "ALTER TABLE a ADD b text;")
    with (
        project.cluster.connect(project.database) as reader,
        project.cluster.connect(project.database) as writer,
    ):
        with reader.transaction():
            reader.execute("SELECT FROM a")
            running = start(project, "migrate", "--lock-timeout", "50ms")
            until(lambda: len(waiting(project)) == 1)
            writer.execute("INSERT INTO a VALUES (1)")
            assert running.poll() is None
        assert running.wait(LONG) == 0
    assert project.sql("SELECT id, b FROM a") == [(1, None)]


LOADED = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE other (id serial PRIMARY KEY);
INSERT INTO other SELECT generate_series(1, 1000);
CREATE TABLE a (id serial PRIMARY KEY, n integer, other integer, code integer, mood mood DEFAULT 'ok');
INSERT INTO a (n, other, code) SELECT i, 1 + i % 1000, i FROM generate_series(1, 2000000) i;
ALTER TABLE a ALTER code SET DEFAULT 0;
"""

# Of each kind of change that is called safe: a column with and without a default, an index, a foreign key, a check, a
# unique constraint, NOT NULL, a label, a comment.
LOADED_MODELS = f"""
from hyperdjango.models import Check, EnumType, Unique

{OTHER}

class A(Model):
    id: int = Field(primary_key=True)
    n: int = Field(index=True)
    other: int = Field(foreign_key="Other")
    code: int = Field(nullable=True, db_default="0", comment="of the shop")
    mood: str = Field(nullable=True, default="ok", db_type="public.mood")
    note: str = Field(nullable=True)
    rank: int = Field(default=7)

    class Meta:
        table_name = "a"
        managed = True
        constraints = (Check("(n > 0)"), Unique("id", "n"))


types = [EnumType("public", "mood", ["sad", "so so", "ok"])]
"""


@pytest.mark.skipif(
    not os.environ.get("HYPER_LOAD"), reason="HYPER_LOAD is not set: no write load"
)
def test_writers_under_load(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Writers go on while safe migrations run; how long the slowest write took is printed."""
    project.sql(LOADED)
    project.models(LOADED_MODELS)
    project.run("makemigrations").check()
    [text] = project.files().values()
    assert "-- hazard" not in text.split("-- DOWN")[0]
    began = time.monotonic()
    running = start(project, "migrate")
    slowest, writes = 0.0, 0
    with psycopg.connect(project.url, autocommit=True) as writer:
        while running.poll() is None:
            before = time.monotonic()
            writer.execute("INSERT INTO a (n, other) VALUES (1, 1)")
            writer.execute("UPDATE a SET n = n WHERE id = %s", [1 + writes % 1000])
            slowest = max(slowest, time.monotonic() - before)
            writes += 1
    took = time.monotonic() - began
    _, words = running.communicate()
    assert running.returncode == 0, words
    with capsys.disabled():
        print(
            f"\n{took:.1f} s of migration, {writes} writes, the slowest {slowest * 1000:.0f} ms"
        )
    assert writes > 0
    project.no_changes()
