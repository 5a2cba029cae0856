"""The OpenAPI document of `hyper serve`, held to the server by an outside tool."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
import pytest
from harness import TOOLS, Cluster, clean_environment
from serve_support import ODD, sample, serving

HERE = Path(__file__).parent
# Keys of one field and of two, to other columns than keys, and none; views; every kind of type; names that must be quoted.
SAMPLE_PATHS = "/api(/(orders|order_items|CustomerProfiles|support_tickets|legacy_log|open_orders)(/|$)|$)"


def schemathesis(
    folder: Path, url: str, *arguments: str, configuration: Path | None = None
) -> str:
    """What schemathesis says of a server, with every check that it has."""
    given = ["--config-file", str(configuration)] if configuration else []
    done = subprocess.run(
        [
            TOOLS / "schemathesis",
            *given,
            "run",
            f"{url}/openapi.json",
            "--phases=coverage,fuzzing",
            "--max-examples=2",
            "--generation-deterministic",
            "--no-color",
            *arguments,
        ],
        cwd=folder,
        env={
            **clean_environment(folder),
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "serve_hooks",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sample_url(cluster: Cluster) -> str:
    """The sample database."""
    return sample(cluster, "serve_openapi")


def test_the_document_is_true_of_the_sample(sample_url: str, tmp_path: Path) -> None:
    with serving(sample_url, tmp_path, "--schema", "*", "--no-access-log") as server:
        said = schemathesis(tmp_path, server.url, "--include-path-regex", SAMPLE_PATHS)
        assert "11 selected" in said, said


def test_the_document_is_true_where_changes_are_taken(
    sample_url: str, tmp_path: Path
) -> None:
    with serving(
        sample_url, tmp_path, "--write", "--no-access-log", "--table", "orders", "users"
    ) as server:
        schemathesis(tmp_path, server.url, configuration=HERE / "serve_writing.toml")


def test_the_document_is_true_of_odd_names_and_types(
    cluster: Cluster, tmp_path: Path
) -> None:
    with (
        cluster.database(ODD) as name,
        serving(cluster.url(name), tmp_path, "--no-access-log") as server,
    ):
        schemathesis(tmp_path, server.url, "--exclude-path-regex", "slow|sneaky")


def test_the_document_says_what_the_database_says(
    sample_url: str, tmp_path: Path
) -> None:
    with serving(sample_url, tmp_path, "--no-access-log", "--write") as server:
        said = httpx.get(f"{server.url}/openapi.json")
        document = said.json()
    assert said.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    rows = {
        one["title"]: one["properties"]
        for one in document["components"]["schemas"].values()
        if "title" in one
    }
    assert rows["support_tickets"]["state"]["enum"] == [
        "new",
        "open",
        "waiting for customer",
        "closed",
    ]
    assert rows["users"]["name"]["type"] == ["string", "null"]
    assert rows["order_items"]["line_total"]["readOnly"] is True
    assert rows["order_items"]["unit_price"]["description"].startswith("The price on")
    assert "post" not in document["paths"]["/api/open_orders"]
    assert "/api/legacy_log/{key}" not in document["paths"]
    assert set(document["paths"]["/api/orders/{key}"]) == {"get", "patch", "delete"}
    # None without a token: nothing in it speaks of one.
    assert "security" not in document
