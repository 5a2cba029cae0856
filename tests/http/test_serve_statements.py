"""Every statement that `hyper serve` sends: none is for rows without a limit, whatever is asked."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from harness import Cluster
from hyperdjango.serve import ServeSettings, application
from hyperdjango.serve.sources import described, models_of
from serve_support import sample

# What asks for no rows of tables: the catalog, the session's own settings, plans.
_OF_THE_CATALOG = ("pg_catalog.", "EXPLAIN (ANALYZE off")
# One row at most for each key.
_BY_KEY = (
    '"public"."product_details" t0 WHERE t0."product_id" = ANY($1)',
    '"public"."products" t0 WHERE t0."id" = ANY($1)',
)
_PATHS = (
    "/",
    "/?search=order",
    "/tables/orders",
    "/tables/orders?status=paid&order_by=-total&search=a",
    "/tables/users/1",
    "/tables/products/1",
    "/tables/open_orders",
    "/tables/legacy_log",
    "/api",
    "/api/orders",
    "/api/orders?limit=3&order_by=-status&count=estimate",
    "/api/orders?embed=user,order_item_set__product__product_detail,support_ticket_set",
    "/api/users?embed=orders_set__order_item_set&fields=id",
    "/api/orders?order_item_set__quantity__gt=3&user__email__contains=a&search=x",
    "/api/orders/1?embed=order_item_set",
    "/api/product_stats?count=estimate",
)


class Statements:
    """Notes each statement."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def before(self, statement: Any) -> None:
        """Called before a statement is sent."""
        self.texts.append(statement.sql)

    def after(self, token: object, error: object, duration: float) -> None:
        """Called after it was answered."""


def test_every_statement_for_rows_has_a_limit(
    cluster: Cluster, monkeypatch: Any
) -> None:
    url = sample(cluster, "serve_statements")
    monkeypatch.setenv("HYPER_DATABASE_URL", url)
    models = models_of(described(["--schema", "*"]))
    seen = asyncio.run(_asked(models, url))
    assert len(seen) > 30
    unlimited = [
        text
        for text in seen
        if not any(word in text for word in _OF_THE_CATALOG)
        and " LIMIT " not in text
        # Related rows: so many for each row that is there, or one.
        and "row_number() OVER (PARTITION BY" not in text
        and not text.endswith(_BY_KEY)
    ]
    assert unlimited == []
    assert not any(
        word in text for text in seen for word in ("UPDATE", "INSERT", "DELETE")
    )


async def _asked(models: list[Any], url: str) -> list[str]:
    """Every statement that is sent for the paths, and for the next page of each list."""
    app = application(models, ServeSettings(), url)
    noted = Statements()
    app.state.served.database.add_hook(noted)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost"
    ) as client:
        for path in _PATHS:
            response = await client.get(path)
            assert response.status_code == 200, (path, response.text)
            if path.startswith("/api/") and response.json().get("next"):
                following = await client.get(response.json()["next"])
                assert following.status_code == 200, following.text
    await app.state.served.database.disconnect()
    # Models of later tests have databases of their own.
    app.db = None
    return noted.texts


def test_many_tables_are_read_in_few_statements(
    cluster: Cluster, monkeypatch: Any
) -> None:
    tables = "".join(
        f"CREATE TABLE t{n} (id int PRIMARY KEY, other int REFERENCES t{max(n - 1, 0)});"
        for n in range(350)
    )
    with cluster.database(tables) as name:
        url = cluster.url(name)
        monkeypatch.setenv("HYPER_DATABASE_URL", url)
        app = application(models_of(described([])), ServeSettings(), url)
        noted = Statements()
        app.state.served.database.add_hook(noted)

        async def begin() -> None:
            await app.state.served.begin()
            app.state.served.document()
            await app.state.served.database.disconnect()
            # Models of later tests have databases of their own.
            app.db = None

        asyncio.run(begin())
        assert len(app.state.served.tables) == 350
        # The session's settings, and the columns of 300 tables at once.
        assert len(noted.texts) == 3
