"""Where the models go: standard output, a file, a full disk, a closed pipe. A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from harness import Cluster, Hyper, Result
from snapshot import check_snapshot, check_words

TABLES = "".join(
    f"CREATE TABLE table_{number} (id serial PRIMARY KEY, name text NOT NULL);"
    for number in range(300)
)

BEFORE = "# mine, with changes\n"


@pytest.fixture(scope="module")
def small(cluster: Cluster) -> Iterator[str]:
    with cluster.database("CREATE TABLE users (id serial PRIMARY KEY)") as name:
        yield cluster.url(name)


@pytest.fixture(scope="module")
def large(cluster: Cluster) -> Iterator[str]:
    """More than a pipe or the tiny disk below holds."""
    with cluster.database(TABLES) as name:
        yield cluster.url(name)


def write(hyper: Hyper, url: str, path: Path | str, *arguments: str) -> Result:
    return hyper("inspectdb", "--database", url, "--output", path, *arguments)


def run_into(
    hyper: Hyper, stdout: int | IO[Any], stderr: int | IO[Any], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command with streams of our own."""
    return subprocess.run(
        [hyper.path, *arguments],
        cwd=hyper.folder,
        env=hyper.environment(),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        timeout=60,
        check=False,
    )


def check(
    name: str, result: Result, folder: Path, url: str, exit_code: int = 2
) -> None:
    database = url.partition("?")[0].rpartition("/")[2]
    replaced = {str(folder): "FOLDER", f"`{database}`": "`DATABASE`"}
    check_snapshot(f"output_{name}", result, replaced)
    assert (result.exit_code, result.stdout) == (exit_code, "")


def test_a_new_file(hyper: Hyper, small: str, tmp_path: Path) -> None:
    path = tmp_path / "models.py"
    umask = os.umask(0o027)
    try:
        result = write(hyper, small, path)
    finally:
        os.umask(umask)
    check("new", result, tmp_path, small, 0)
    plain = hyper("inspectdb", "--database", small)
    assert path.read_text() == plain.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["models.py"]


def test_a_dash_is_standard_output(hyper: Hyper, small: str, tmp_path: Path) -> None:
    plain = hyper("inspectdb", "--database", small, folder=tmp_path)
    dash = hyper("inspectdb", "--database", small, "-o", "-", folder=tmp_path)
    assert dash == plain
    assert os.listdir(tmp_path) == []


def test_an_unchanged_file_is_not_touched(
    hyper: Hyper, small: str, tmp_path: Path
) -> None:
    path = tmp_path / "models.py"
    write(hyper, small, path).check()
    os.utime(path, ns=(1, 1))
    before = path.stat()
    for force in ([], ["--force"]):
        result = write(hyper, small, path, *force)
        check("unchanged", result, tmp_path, small, 0)
        after = path.stat()
        assert (after.st_mtime_ns, after.st_ino) == (1, before.st_ino)


def test_a_file_with_changes_is_kept(hyper: Hyper, small: str, tmp_path: Path) -> None:
    path = tmp_path / "models.py"
    path.write_text(BEFORE)
    check("exists", write(hyper, small, path), tmp_path, small)
    assert path.read_text() == BEFORE
    assert os.listdir(tmp_path) == ["models.py"]


def test_force_replaces_it_and_keeps_its_mode(
    hyper: Hyper, small: str, tmp_path: Path
) -> None:
    path = tmp_path / "models.py"
    path.write_text(BEFORE)
    path.chmod(0o604)
    check("forced", write(hyper, small, path, "--force"), tmp_path, small, 0)
    assert "class User(Model):" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert os.listdir(tmp_path) == ["models.py"]


def test_a_folder(hyper: Hyper, small: str, tmp_path: Path) -> None:
    check("folder", write(hyper, small, tmp_path, "--force"), tmp_path, small)
    assert os.listdir(tmp_path) == []


def test_a_missing_folder(hyper: Hyper, small: str, tmp_path: Path) -> None:
    path = tmp_path / "shop" / "models.py"
    check("missing_folder", write(hyper, small, path), tmp_path, small)
    assert os.listdir(tmp_path) == []


def test_a_file_for_a_folder(hyper: Hyper, small: str, tmp_path: Path) -> None:
    (tmp_path / "shop").write_text(BEFORE)
    path = tmp_path / "shop" / "models.py"
    check("file_for_folder", write(hyper, small, path), tmp_path, small)
    assert (tmp_path / "shop").read_text() == BEFORE


def test_no_name(hyper: Hyper, small: str, tmp_path: Path) -> None:
    result = hyper("inspectdb", "--database", small, "--output=", folder=tmp_path)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")
    assert os.listdir(tmp_path) == []


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own, where the tests may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "hyper-test", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_is_read_only(hyper: Hyper, small: str, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        with mounted(tmp_path / "shop", "ro") as folder:
            result = write(hyper, small, folder / "models.py")
        assert "Read-only file system" in result.stderr
    else:
        folder = tmp_path / "shop"
        folder.mkdir(mode=0o555)
        result = write(hyper, small, folder / "models.py")
        assert "Permission denied" in result.stderr
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")
    assert " hint: " in result.stderr


def test_a_disk_that_is_full(hyper: Hyper, large: str, tmp_path: Path) -> None:
    """What was there before is there still, and nothing else."""
    with mounted(tmp_path / "shop", "size=16k") as folder:
        path = folder / "models.py"
        path.write_text(BEFORE)
        result = write(hyper, large, path, "--force")
        assert path.read_text() == BEFORE
        assert os.listdir(folder) == ["models.py"]
    check("full_disk", result, tmp_path, large)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_device(hyper: Hyper, large: str, small: str, tmp_path: Path) -> None:
    link = tmp_path / "models.py"
    link.symlink_to("/dev/full")
    for path in (Path("/dev/full"), link):
        result = write(hyper, small, path, "--force")
        check("full_device", result, path, small)
    assert link.is_symlink()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_standard_output_is_full(
    hyper: Hyper, large: str, small: str, tmp_path: Path
) -> None:
    for url in (small, large):
        for arguments in ([], ["--output", "/dev/stdout"]):
            with open("/dev/full", "wb") as full:
                done = run_into(
                    hyper,
                    full,
                    subprocess.PIPE,
                    *["inspectdb", "--database", url, *arguments],
                )
            result = Result(done.returncode, "", done.stderr.decode())
            check_words(result)
            assert result.exit_code == 2
            assert "No space left on device" in result.stderr
    for arguments in (["version"], ["completions", "bash"], ["--help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            done = run_into(hyper, full, subprocess.PIPE, *arguments)
        check_words(Result(done.returncode, "", done.stderr.decode()))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_standard_error_is_full(hyper: Hyper, small: str) -> None:
    """The words are lost, and the data is not."""
    with open("/dev/full", "wb") as full:
        done = run_into(hyper, subprocess.PIPE, full, "inspectdb", "--database", small)
        assert done.returncode == 0
        assert b"class User(Model):" in done.stdout
        for arguments in (["inspectdb"], ["inspectdb", "--bogus"]):
            assert run_into(hyper, subprocess.PIPE, full, *arguments).returncode == 2


def test_a_reader_that_goes_away(hyper: Hyper, large: str, small: str) -> None:
    """`hyper inspectdb | head -1` is no error, and says nothing of one."""
    for url in (small, large):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            done = run_into(
                hyper, writer, subprocess.PIPE, "inspectdb", "--database", url
            )
        finally:
            os.close(writer)
        result = Result(done.returncode, "", done.stderr.decode())
        check_words(result)
        assert result.exit_code == 0
        assert "error" not in result.stderr
        assert "roken pipe" not in result.stderr


def test_head(hyper: Hyper, large: str) -> None:
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$0" inspectdb --database "$1" | head -1']
        + [str(hyper.path), large],
        env=hyper.environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, '"""\n')
    assert "error" not in done.stderr


def test_links_are_followed(hyper: Hyper, small: str, tmp_path: Path) -> None:
    """The link stays one; a file that is not there yet is made where it leads."""
    (tmp_path / "shared").mkdir()
    link = tmp_path / "models.py"
    link.symlink_to("shared/models.py")
    target = tmp_path / "shared" / "models.py"
    write(hyper, small, link).check()
    assert "class User(Model):" in target.read_text()
    target.write_text(BEFORE)
    assert write(hyper, small, link).exit_code == 2
    assert target.read_text() == BEFORE
    write(hyper, small, link, "--force").check()
    assert "class User(Model):" in target.read_text()
    assert link.is_symlink()
    assert os.listdir(tmp_path / "shared") == ["models.py"]


def test_links_that_lead_nowhere(hyper: Hyper, small: str, tmp_path: Path) -> None:
    circle = tmp_path / "circle.py"
    circle.symlink_to("circle.py")
    result = write(hyper, small, circle)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")
    chain = tmp_path / "first.py"
    chain.symlink_to("second.py")
    (tmp_path / "second.py").symlink_to("third.py")
    write(hyper, small, chain).check()
    assert chain.is_symlink() and (tmp_path / "second.py").is_symlink()
    assert "class User(Model):" in (tmp_path / "third.py").read_text()


def test_names_that_are_no_plain_text(hyper: Hyper, small: str, tmp_path: Path) -> None:
    for name in (b"a b.py", "größe.py".encode(), b"new\nline.py", b"\xff\xfe.py"):
        path = os.fsencode(tmp_path) + b"/" + name
        arguments = [b"inspectdb", b"--database", os.fsencode(small), b"-o", path]
        done = subprocess.run(
            [os.fsencode(hyper.path), *arguments],
            env=hyper.environment(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        with open(path, "rb") as file:
            assert b"class User(Model):" in file.read()


def test_a_pipe_with_a_name(hyper: Hyper, small: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    write(hyper, small, pipe).check()
    output, _ = reader.communicate(timeout=30)
    assert b"class User(Model):" in output
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_error_leaves_no_file(hyper: Hyper, small: str, tmp_path: Path) -> None:
    path = tmp_path / "models.py"
    assert write(hyper, small, path, "--table", "zzz").exit_code == 2
    assert write(hyper, "postgres://u@127.0.0.1:1/x", path).exit_code == 2
    assert os.listdir(tmp_path) == []


def test_no_colour_where_nobody_watches(hyper: Hyper, small: str) -> None:
    for arguments in (["--database", small], ["--table", "zzz"], ["--bogus"]):
        result = hyper("inspectdb", *arguments, environment={"TERM": "xterm-256color"})
        assert "\x1b" not in result.stdout + result.stderr
