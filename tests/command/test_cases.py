"""Every folder of tests/cases is a database and what `hyper inspectdb` writes of it.

A case holds:

- `schema.sql`: the database, and on top, in a comment, what the case shows;
- `arguments`: arguments of `hyper inspectdb`, one a line; none where there is no such file;
- `environment`: variables as `NAME=value`, one a line; `DATABASE_URL={url}` where there is no such file;
- `models.py`: what must come out on standard output, absent where nothing must;
- `output.txt`: the exit code and what must come out on standard error;
- `models.16.py`, `output.16.txt`: the same from a version of the server on, where that one says it otherwise;
- `since`: the first version of the server that knows what `schema.sql` says.

In arguments and environment `{url}` stands for the database. `UPDATE_CASES=1` in the environment of the tests writes
`models.py` and `output.txt` anew, on a server later than 15 those with its number: read what changed before it is
committed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import PACKAGE, ROOT, TOOLS, Cluster, Hyper, clean_environment
from project import skip_before

CASES = ROOT / "tests" / "cases"
NAMES = sorted(folder.parent.name for folder in CASES.glob("*/schema.sql"))
# The version of the server that the files without a number are written by.
BASE_VERSION = 15
UPDATE = os.environ.get("UPDATE_CASES") == "1"


def lines(path: Path, url: str) -> list[str] | None:
    """The lines of a file with the database's URL filled in, or None where there is no such file."""
    if not path.exists():
        return None
    return path.read_text().replace("{url}", url).splitlines()


def expected(path: Path, version: int) -> Path:
    """The file that holds for a version of the server: the one with the highest number up to it."""
    numbered = [
        (int(other.suffixes[0][1:]), other)
        for other in path.parent.glob(f"{path.stem}.*{path.suffix}")
        if len(other.suffixes) == 2
    ]
    return max([(0, path), *(entry for entry in numbered if entry[0] <= version)])[1]


def compare(path: Path, version: int, found: str) -> None:
    """Hold a text against a file, where no file is an empty text; or write the file, if that was asked for."""
    file = expected(path, version)
    known = file.read_text() if file.exists() else ""
    if UPDATE and found != known:
        if version > BASE_VERSION:
            file = path.with_suffix(f".{version}{path.suffix}")
        if found:
            file.write_text(found)
        else:
            file.unlink(missing_ok=True)
    else:
        assert found == known


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, cluster: Cluster, hyper: Hyper) -> None:
    case = CASES / name
    version = cluster.server_version
    skip_before(case, version)
    with cluster.database((case / "schema.sql").read_text(), name):
        url = cluster.url(name)
        arguments = lines(case / "arguments", url) or []
        environment = lines(case / "environment", url)
        if environment is None:
            environment = [f"DATABASE_URL={url}"]
        variables = dict(line.split("=", 1) for line in environment)
        result = hyper("inspectdb", *arguments, environment=variables)
    words = f"exit code {result.exit_code}\n{result.stderr}"
    words = words.replace(cluster.place, "{host}:{port}")
    compare(case / "output.txt", version, words)
    compare(case / "models.py", version, result.stdout)


def test_every_case_is_there_and_says_what_it_shows() -> None:
    assert len(NAMES) > 60
    for name in NAMES:
        first = (CASES / name / "schema.sql").read_text().splitlines()[0]
        assert first.startswith("-- "), name
    folders = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
    assert folders == NAMES


@pytest.fixture(scope="module")
def all_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the expected models of every case, each as a module named after its case."""
    folder = tmp_path_factory.mktemp("models")
    for models in CASES.glob("*/models*.py"):
        version = "".join(models.suffixes[:-1]).replace(".", "_")
        shutil.copyfile(models, folder / f"case_{models.parent.name}{version}.py")
    return folder


@pytest.mark.parametrize(
    "tool",
    [
        ["ruff", "format", "--check", "--diff", "--isolated", "."],
        ["ruff", "check", "--isolated", "."],
        ["mypy", "--strict", "--no-error-summary", "."],
        ["pyright", "."],
    ],
    ids=["ruff format", "ruff check", "mypy", "pyright"],
)
def test_tools_have_nothing_to_say(tool: list[str], all_models: Path) -> None:
    environment = clean_environment(Path.home())
    path = f"{TOOLS}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [TOOLS / tool[0], *tool[1:]],
        cwd=all_models,
        env={
            **environment,
            "PATH": path,
            "PYTHONPATH": str(PACKAGE),
            "MYPYPATH": str(PACKAGE),
            "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# Imports every module of the current folder; a warning is an error. Prints how many there were.
IMPORT_ALL = """
import importlib, pathlib, sys, traceback
sys.path.insert(0, ".")
names = sorted(path.stem for path in pathlib.Path(".").glob("*.py"))
failed = 0
for name in names:
    try:
        importlib.import_module(name)
    except BaseException:
        failed += 1
        print(name, file=sys.stderr)
        traceback.print_exc(limit=-3)
print(len(names))
sys.exit(failed > 0)
"""


def test_models_are_imported_without_a_warning(all_models: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL],
        cwd=all_models,
        env={**clean_environment(Path.home()), "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert int(done.stdout) > 60
