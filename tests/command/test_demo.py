"""`hyper demo` shows the main job on a server of its own, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from harness import ROOT, Cluster, Hyper
from models_file import check_import, check_layout
from snapshot import PASSWORD, check_snapshot, check_words

SHOP = ROOT / "examples" / "legacy_shop"

# The supervisor asks the server to stop, and gives it some seconds.
PATIENCE = 15


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for temporary files as /tmp is: the server's own user may use it, too."""
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp"))
    folder.chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def accounts() -> Iterator[None]:
    """No user or group of the system comes or goes."""
    files = [Path("/etc/passwd"), Path("/etc/group")]
    before = [path.read_bytes() for path in files]
    yield
    assert [path.read_bytes() for path in files] == before


def processes(place: Path) -> list[str]:
    """The command lines that name a folder, or run in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            current = os.readlink(folder / "cwd")
        except OSError:
            continue
        if os.fsencode(place) in words or current.startswith(str(place)):
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def check_nothing_left(place: Path, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and (processes(place) or os.listdir(place)):
        time.sleep(0.05)
    assert processes(place) == []
    assert os.listdir(place) == []


def environment(place: Path, **others: str) -> dict[str, str]:
    return {"TMPDIR": str(place), **others}


@pytest.mark.usefixtures("accounts")
def test_the_demo(cluster: Cluster, hyper: Hyper, place: Path, tmp_path: Path) -> None:
    # Whatever database is set elsewhere has nothing to do with it.
    elsewhere = environment(place, DATABASE_URL=f"mysql://u:{PASSWORD}@db/shop")
    result = hyper("demo", environment=elsewhere)
    check_nothing_left(place, 1)
    check_words(result)
    assert result.exit_code == 0, result.stderr
    check_layout(result.stdout)
    check_import(result.stdout, tmp_path)
    with cluster.database((SHOP / "schema.sql").read_text()) as name:
        plain = hyper("inspectdb", "--database", cluster.url(name))
    assert result.stdout == plain.stdout
    words = result.stderr.replace(
        f"PostgreSQL {server_version(cluster)} ", "PostgreSQL VERSION "
    )
    words = re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:PORT", words)
    check_snapshot("demo", type(result)(result.exit_code, "", words))


def test_a_python_without_the_package(
    hyper: Hyper, place: Path, tmp_path: Path
) -> None:
    """The models are shown all the same, and what the application lacks is said."""
    alone = tmp_path / "hyper"
    shutil.copy(hyper.path, alone)
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    extra = environment(place, VIRTUAL_ENV="")
    result = Hyper(hyper.folder, alone)("demo", environment=extra)
    check_words(result)
    assert result.exit_code == 0, result.stderr
    assert "class OrderItem(Model):" in result.stdout
    assert "Its application was not run: " in result.stderr
    assert "pip install hyperdjango-rs" in result.stderr
    check_nothing_left(place, 1)


def server_version(cluster: Cluster) -> str:
    with cluster.connect("postgres") as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return str(row[0]).split()[0]


@pytest.mark.usefixtures("accounts")
def test_a_kept_server(hyper: Hyper, place: Path) -> None:
    extra = environment(place)
    try:
        first = hyper("demo", "--url", environment=extra)
        assert first.exit_code == 0, first.stderr
        check_snapshot("demo_url", type(first)(0, "", first.stderr))
        url = first.stdout.removesuffix("\n")
        assert url.startswith("postgres") and "\n" not in url
        again = hyper("demo", "--url", environment=extra)
        assert (again.exit_code, again.stdout) == (0, first.stdout)
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*) FROM orders").fetchone()
        assert row is not None and row[0] > 0
        # What the demo proposes to try next.
        for arguments, expected in (
            (["--table", "orders", "order_items"], "class OrderItem(Model):"),
            (["--include-views"], "view = View("),
        ):
            result = hyper(
                "inspectdb", *arguments, environment={**extra, "DATABASE_URL": url}
            )
            assert result.exit_code == 0, result.stderr
            assert expected in result.stdout
        # Another demo has a server of its own.
        assert hyper("demo", environment=extra).exit_code == 0
        with psycopg.connect(url):
            pass
    finally:
        stopped = hyper("demo", "--stop", environment=extra)
    check_snapshot("demo_stop", stopped)
    check_nothing_left(place, 1)
    check_snapshot("demo_stop_again", hyper("demo", "--stop", environment=extra))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_kept_server_that_was_killed(hyper: Hyper, place: Path) -> None:
    """A URL of a server that is gone is not given again."""
    extra = environment(place)
    try:
        first = hyper("demo", "--url", environment=extra).check().stdout.strip()
        with psycopg.connect(first) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        folder = next(place.iterdir())
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        second = hyper("demo", "--url", environment=extra).check().stdout.strip()
        with psycopg.connect(second) as connection:
            connection.execute("SELECT FROM orders")
    finally:
        hyper("demo", "--stop", environment=extra)
    check_nothing_left(place)


def ended_after(
    hyper: Hyper, place: Path, sent: signal.Signals, path: str, delay: float
) -> None:
    """Run the demo, and end it some seconds after a path is there."""
    running = subprocess.Popen(
        [hyper.path, "demo"],
        cwd=hyper.folder,
        env=hyper.environment(environment(place)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE
    while not list(place.glob(path)) and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(delay)
    if sent == signal.SIGINT:
        # Ctrl-C goes to the whole group.
        os.killpg(running.pid, sent)
    else:
        running.send_signal(sent)
    running.wait(timeout=PATIENCE)


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2])
def test_ended_while_the_server_runs(
    hyper: Hyper, place: Path, sent: signal.Signals, delay: float
) -> None:
    """Whenever it is killed, its server goes within seconds, and so does its folder."""
    ended_after(hyper, place, sent, "*/data/postmaster.pid", delay)
    check_nothing_left(place)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4])
def test_ended_while_the_application_runs(
    hyper: Hyper, place: Path, sent: signal.Signals, delay: float
) -> None:
    """The application goes with the demo, too."""
    ended_after(hyper, place, sent, "*/routes.py", delay)
    check_nothing_left(place)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03])
def test_ended_before_the_server_runs(
    hyper: Hyper, place: Path, sent: signal.Signals, delay: float
) -> None:
    """Where nobody watches over the folder yet, the next start clears it away."""
    hyper("demo", environment=environment(place)).check()
    ended_after(hyper, place, sent, "*/lock", delay)
    hyper("demo", environment=environment(place)).check()
    check_nothing_left(place)


def test_a_reader_that_goes_away(hyper: Hyper, place: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [hyper.path, "demo"],
            env=hyper.environment(environment(place)),
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    check_nothing_left(place, 1)
    assert done.returncode == 0
    assert b"error" not in done.stderr


def test_no_server_programs(hyper: Hyper, place: Path) -> None:
    programs = str(place / "nowhere")
    extra = environment(place, HYPER_PG_BIN=programs)
    for arguments in (["demo"], ["demo", "--url"]):
        result = hyper(*arguments, environment=extra)
        check_snapshot("demo_no_programs", result, {programs: "FOLDER"})
        assert (result.exit_code, result.stdout) == (2, "")
    check_nothing_left(place, 1)


def test_arguments(hyper: Hyper) -> None:
    result = hyper("demo", "--url", "--stop")
    check_snapshot("demo_url_and_stop", result)
    assert result.exit_code == 2
