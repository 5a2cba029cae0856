"""Fixtures of the ORM's tests: the sample database, and the models that `hyper inspectdb` writes for it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
from harness import ROOT, Cluster, Hyper
from orm_support import Run, load_models, runner
from zoo_support import Zoo, opened

SAMPLE = ROOT / "examples" / "legacy_shop"


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a database with the sample in it, for copies."""
    name = cluster.create_database("legacy_shop_template")
    for part in ("schema.sql", "data.sql"):
        cluster.run_sql(name, (SAMPLE / part).read_text(encoding="utf-8"))
    return name


@pytest.fixture(scope="module")
def shop_url(cluster: Cluster, template: str) -> Iterator[str]:
    """The URL of a database of the module's own with the sample in it."""
    name = f"shop_{next(cluster._names)}"
    with cluster.connect("postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield cluster.url(name)
    finally:
        cluster.drop_database(name)


@pytest.fixture(scope="session")
def shop(
    cluster: Cluster,
    template: str,
    hyper: Hyper,
    tmp_path_factory: pytest.TempPathFactory,
) -> ModuleType:
    """The models that the command writes for the sample, unedited."""
    path = tmp_path_factory.mktemp("shop") / "shop_models.py"
    hyper(
        "inspectdb",
        "--include-views",
        "--database",
        cluster.url(template),
        "--output",
        path,
    ).check()
    return load_models(path, "shop_models")


@pytest.fixture
def run(shop_url: str) -> Run:
    """Runs a coroutine function with the sample database."""
    return runner(shop_url)


@pytest.fixture(scope="module")
def zoo(cluster: Cluster) -> Iterator[Zoo]:
    """A database with a column of every family, the module's own."""
    with opened(cluster) as made:
        yield made
