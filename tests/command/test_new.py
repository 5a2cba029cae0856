"""`hyper new`: the folder that it makes runs at once, and has no password in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.request import urlopen

from harness import ROOT, TOOLS, Cluster, Hyper
from snapshot import PASSWORD, check_snapshot, check_words

SHOP = ROOT / "examples" / "legacy_shop"


def answers(hyper: Hyper, folder: Path, paths: list[str]) -> list[str]:
    """What the application of a folder answers, started as a user starts it."""
    with subprocess.Popen(
        [hyper.path, "run", "--port", "0", "--no-access-log"],
        cwd=folder,
        env=hyper.environment(),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as running:
        try:
            assert running.stderr is not None
            line = running.stderr.readline()
            found = re.search(r"http://\S+", line)
            assert found is not None, line + running.stderr.read()
            wait = "import sys, urllib.request as r\nwhile True:\n try: r.urlopen(sys.argv[1]); break\n except r.URLError as e:\n  if not isinstance(e.reason, ConnectionError): raise"
            subprocess.run(
                [TOOLS / "python", "-c", wait, found[0]], timeout=60, check=True
            )
            return [
                urlopen(found[0] + path, timeout=20).read().decode() for path in paths
            ]
        finally:
            running.terminate()
            running.wait(timeout=60)


def test_the_new_application_runs_at_once(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    script = "".join((SHOP / name).read_text() for name in ("schema.sql", "data.sql"))
    with cluster.database(script, "shop_of_new") as name:
        # The server asks for no password, but nothing may write down this one.
        url = cluster.url(name).replace("postgres@", f"postgres:{PASSWORD}@", 1)
        result = hyper("new", "shop", "--database", url, folder=tmp_path)
        check_snapshot("new", result)
        folder = tmp_path / "shop"
        assert sorted(path.name for path in folder.iterdir()) == [
            ".env",
            ".gitignore",
            "README.md",
            "app.py",
            "models.py",
            "routes.py",
        ]
        for path in folder.iterdir():
            assert PASSWORD not in path.read_text()
        plain = hyper("inspectdb", "--database", cluster.url(name)).stdout
        assert (folder / "models.py").read_text() == plain
        subprocess.run(
            [TOOLS / "ruff", "format", "--check", "app.py", "routes.py"],
            cwd=folder,
            check=True,
        )
        assert re.findall(r'"/(\w+)"\)', (folder / "routes.py").read_text()) == [
            "audit_trail",
            "categories",
            "countries",
        ]
        index, countries = answers(hyper, folder, ["/", "/countries"])
        assert "/countries" in index
        assert "Poland" in countries
        # What is there is not written over.
        check_snapshot(
            "new_again", hyper("new", "shop", "--database", url, folder=tmp_path)
        )


def test_errors(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> None:
    url = f"postgres://ada:{PASSWORD}@127.0.0.1:1/shop"
    check_snapshot(
        "new_no_server", hyper("new", "shop", "--database", url, folder=tmp_path)
    )
    assert not (tmp_path / "shop").exists()
    check_snapshot(
        "new_no_name", hyper("new", "..", "--database", url, folder=tmp_path)
    )
    check_words(hyper("new", "--help").check())


def test_a_database_without_tables(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database() as name:
        hyper("new", "bare", "--database", cluster.url(name), folder=tmp_path).check()
        assert answers(hyper, tmp_path / "bare", ["/"]) == ['{"paths":[]}']
