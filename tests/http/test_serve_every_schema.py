"""`hyper serve` on every schema at hand: each table has rows, a page and a description, whatever it is called and made of."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from harness import ROOT, Cluster, Hyper
from hyperdjango.serve import ServeSettings, application
from hyperdjango.serve.sources import models_of

CORPUS = os.environ.get("HYPER_CORPUS")
SCHEMAS = [
    *sorted((ROOT / "tests" / "cases").glob("*/schema.sql")),
    *(sorted(Path(CORPUS).rglob("*.sql")) if CORPUS else ()),
]


@pytest.mark.parametrize(
    "path",
    SCHEMAS,
    ids=lambda path: path.parent.name if path.stem == "schema" else path.stem,
)
def test_every_table_is_served(cluster: Cluster, hyper: Hyper, path: Path) -> None:
    with cluster.database() as name:
        try:
            cluster.run_sql(name, path.read_text(encoding="utf-8"))
        except psycopg.Error as problem:
            pytest.skip(f"this server can't load a schema: {problem.sqlstate}")
        url = cluster.url(name)
        done = hyper("inspectdb", "--schema", "*", "--include-views", "--database", url)
        if done.exit_code:
            pytest.skip("there are no tables in a schema")
        asyncio.run(_look(url, models_of(done.stdout)))


async def _look(url: str, models: list[Any]) -> None:
    """Ask for everything that is served."""
    app = application(models, ServeSettings(statement_timeout=30), url)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", timeout=60
    ) as client:
        try:
            await _look_at_all(client, len(models))
        finally:
            await app.state.served.database.disconnect()
            # Models of later tests have databases of their own.
            app.db = None


async def _look_at_all(client: httpx.AsyncClient, number: int) -> None:
    assert (await client.get("/")).status_code == 200
    tables = (await client.get("/api")).json()["data"]
    assert len(tables) == number
    document = (await client.get("/openapi.json")).json()
    assert len(document["components"]["schemas"]) == len(tables) + 1
    for table in tables:
        path = table["rows"]
        assert path in document["paths"]
        described = document["paths"][path]["get"]["parameters"]
        # A materialized view may never have been filled, and a foreign table be nowhere.
        is_there = table["kind"] not in ("materialized view", "foreign table")
        wanted = {200} if is_there else {200, 400, 500, 503}
        parameters = {one.get("name", one.get("$ref")): one for one in described}
        queries = ["", "?limit=1&count=exact", "?count=estimate"]
        if "#/components/parameters/search" in parameters:
            queries.append("?search=a")
        if "order_by" in parameters:
            names = parameters["order_by"]["schema"]["items"]["enum"]
            queries.extend(f"?limit=1&order_by={name}" for name in names)
        for query in queries:
            response = await client.get(path + query)
            assert response.status_code in wanted, (path + query, response.text)
        page = await client.get(path.replace("/api/", "/tables/", 1))
        assert page.status_code in wanted, (path, page.text)
