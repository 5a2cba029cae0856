"""`hyper shell`: models, database and `await` in code, from a pipe, and at a prompt on a terminal."""

from __future__ import annotations

import errno
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from snapshot import PASSWORD, check_snapshot, check_words

SHOP = ROOT / "examples" / "legacy_shop"


class Shop:
    """The sample database, and a folder with its models."""

    def __init__(self, hyper: Hyper, url: str, folder: Path) -> None:
        self.hyper = hyper
        self.folder = folder
        self.environment = {"DATABASE_URL": url, "HOME": str(folder)}
        hyper(
            *("inspectdb", "-o", "models.py"),
            environment=self.environment,
            folder=folder,
        ).check()

    def run(self, code: str) -> str:
        """What a code prints that ends well."""
        return (
            self.hyper(
                *("shell", "-c", code), environment=self.environment, folder=self.folder
            )
            .check()
            .stdout
        )


@pytest.fixture(scope="module")
def shop(
    cluster: Cluster, hyper: Hyper, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    script = "\n".join((SHOP / name).read_text() for name in ("schema.sql", "data.sql"))
    with cluster.database(script) as name:
        yield Shop(hyper, cluster.url(name), tmp_path_factory.mktemp("shop"))


def test_code_awaits_and_its_expressions_are_shown(shop: Shop) -> None:
    code = (
        "n = await Product.objects.count()\n"
        "n\n"
        "[p.sku async for p in Product.objects.order_by('id')[:2]]\n"
        "async with db.transaction():\n"
        "    print(await db.query_val('SELECT 6 * 7'))\n"
        "await User.objects.filter(Q(id=1) | Q(id=2)).count()\n"
        "None\n"
    )
    assert shop.run(code) == "200\n['KIT-0001', 'LMP-0002']\n42\n2\n"


def test_standard_input_is_code_where_it_is_no_terminal(shop: Shop) -> None:
    result = shop.hyper(
        "shell",
        environment=shop.environment,
        folder=shop.folder,
        stdin="db.sync.query_val('SELECT 1')\n",
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "1\n", "")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("not_awaited", "Order.objects.count()"),
        ("no_such_row", "1\nawait Order.objects.get(id=-1)"),
        ("syntax", "x = 1\ny ="),
    ],
)
def test_mistakes_in_code(shop: Shop, name: str, code: str) -> None:
    result = shop.hyper(
        "shell", "-c", code, environment=shop.environment, folder=shop.folder
    )
    check_snapshot(f"shell_{name}", result)


def test_an_exception_is_shown_from_the_code_on(shop: Shop) -> None:
    result = shop.hyper(
        "shell", "-c", "1 / 0", environment=shop.environment, folder=shop.folder
    )
    assert result.exit_code == 2
    assert "ZeroDivisionError" in result.stderr
    assert "_shell.py" not in result.stderr


def test_code_may_ask_for_an_exit_status(shop: Shop) -> None:
    result = shop.hyper(
        "shell", "-c", "raise SystemExit(7)", environment=shop.environment
    )
    assert result.exit_code == 7


def test_without_models_there_is_the_database(shop: Shop, tmp_path: Path) -> None:
    result = shop.hyper(
        *("shell", "-c", "await db.query_val('SELECT 1')"),
        environment=shop.environment,
        folder=tmp_path,
    )
    assert result.check().stdout == "1\n"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("no_models", ("--models", "nowhere.py", "-c", "1")),
        (
            "nobody_listens",
            ("--database", f"postgres://ada:{PASSWORD}@127.0.0.1:1/shop", "-c", "1"),
        ),
    ],
)
def test_errors(hyper: Hyper, name: str, arguments: tuple[str, ...]) -> None:
    result = hyper(
        "shell", *arguments, environment={"DATABASE_URL": "postgres://127.0.0.1:1/x"}
    )
    check_snapshot(f"shell_{name}", result)
    assert (result.exit_code, result.stdout) == (2, "")


def test_models_that_fail(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("import nowhere\n")
    result = shop.hyper(
        "shell", "-c", "1", environment=shop.environment, folder=tmp_path
    )
    check_snapshot("shell_failing_models", result)


def at_terminal(hyper: Hyper, shop: Shop, lines: list[str], *arguments: str) -> str:
    """What a terminal shows when lines are typed, each when the prompt has come, and Ctrl-D at the end."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [hyper.path, "shell", *arguments],
        cwd=shop.folder,
        env=hyper.environment({**shop.environment, "TERM": "dumb"}),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    for line in [*lines, "\x04"]:
        begin = len(shown)
        while b">>> " not in shown[begin:]:
            shown += os.read(controller, 4096)
        os.write(controller, line.encode() + (b"" if line == "\x04" else b"\n"))
    while True:
        try:
            piece = os.read(controller, 4096)
        except OSError as problem:
            # This is how the end of a terminal looks.
            assert problem.errno == errno.EIO
            break
        if not piece:
            break
        shown += piece
    os.close(controller)
    assert process.wait(timeout=30) == 0
    return shown.decode().replace("\r\n", "\n")


def test_the_prompt(shop: Shop) -> None:
    name = shop.environment["DATABASE_URL"].split("/")[3].split("?")[0]
    shown = at_terminal(
        shop.hyper,
        shop,
        [
            "n = await Order.objects.count()",
            "n * 0 + 123456",
            "await Order.objects.get(id=-1)",
            "1 / 0",
            "await db.query_val('SELECT 654321')",
        ],
    )
    assert f"/{name}" in shown.splitlines()[0]
    assert "models of models.py: Address" in shown
    assert "\n123456\n" in shown
    assert "DoesNotExist: no Order has the given id" in shown
    assert "ZeroDivisionError" in shown and "_shell.py" not in shown
    assert "\n654321\n" in shown
    history = shop.folder / ".local" / "state" / "hyper" / "shell_history"
    assert "1 / 0" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def test_the_banner_has_no_password(cluster: Cluster, shop: Shop) -> None:
    url = shop.environment["DATABASE_URL"].replace(
        "postgres@", f"postgres:{PASSWORD}@", 1
    )
    assert PASSWORD in url
    shown = at_terminal(shop.hyper, shop, ["db"], "--database", url)
    assert PASSWORD not in shown


def test_help(hyper: Hyper) -> None:
    result = hyper("shell", "--help")
    check_words(result)
    assert "hyper shell -c" in result.check().stdout
