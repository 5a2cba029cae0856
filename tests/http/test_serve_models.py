"""What `hyper serve` serves: the database as it is, parts of it, or models of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from harness import Cluster, Hyper
from serve_support import sample, serving

MODELS = """
from decimal import Decimal

from hyperdjango.models import Field, Model, Table
from hyperdjango.errors import ValidationError


class Person(Model):
    key: int = Field(primary_key=True, column_name="id")
    mail: str = Field(column_name="email")

    class Meta:
        table_name = "users"
        managed = False


class Sale(Model):
    id: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="Person")
    total: Decimal = Field()

    def clean(self) -> None:
        if self.total > 1000:
            raise ValidationError({"total": "is more than we ever sold for"})

    class Meta:
        table_name = "orders"
        managed = False


class Gone(Model):
    id: int = Field(primary_key=True)

    class Meta:
        table_name = "nowhere"
        managed = False


class Level(Model):
    product_id: int = Field(primary_key=True, foreign_key=Table("public", "products", "id"))
    warehouse_id: int = Field(primary_key=True)

    class Meta:
        schema = "inventory"
        table_name = "stock_levels"
        managed = False
        primary_key = ("warehouse_id", "product_id")
"""


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> str:
    """The sample database."""
    return sample(cluster, "serve_models")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with models in it."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "models.py").write_text(MODELS)
    return tmp_path


def names(client: httpx.Client) -> list[str]:
    """What is served."""
    return [table["name"] for table in client.get("/api").json()["data"]]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[None]:
    """Sees that nothing was written."""
    before = sorted(tmp_path.rglob("*"))
    yield
    after = [path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts]
    assert sorted(after) == before


def test_tables_are_chosen_as_inspectdb_chooses_them(
    url: str, tmp_path: Path, files: None, hyper: Hyper
) -> None:
    for arguments, wanted in (
        ([], 25),
        (["--schema", "inventory"], 2),
        (["--table", "users", "order*", "--exclude", "*_items"], 3),
        (["--table", "inventory.*"], 2),
    ):
        with (
            serving(url, tmp_path, *arguments) as server,
            httpx.Client(base_url=server.url) as client,
        ):
            found = names(client)
            assert len(found) == wanted, found
            # A key that leads to what is not served is a plain value.
            for table in client.get("/api").json()["data"]:
                assert client.get(table["rows"]).status_code == 200, table
                page = client.get(table["rows"].replace("/api", "/tables"))
                assert page.status_code == 200, table


def test_what_is_not_served_is_not_looked_at(url: str, tmp_path: Path) -> None:
    """Conditions and embedded rows go nowhere else, or they would tell what is in there letter by letter."""
    with (
        serving(url, tmp_path, "--table", "orders") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        for query in (
            "user__email__startswith=b",
            "user__id__gt=0",
            "user__isnull=true",
            "order_item_set__quantity=1",
            "embed=user",
            "order_by=user__email",
            "fields=user",
        ):
            response = client.get(f"/api/orders?{query}")
            assert response.status_code == 400, query
            assert "name" not in response.json()["detail"]
        assert client.get("/api/orders?user_id=1").json()["data"]
        assert "/tables/users" not in client.get("/tables/orders/1").text
    with (
        serving(url, tmp_path, "--table", "orders", "order_items") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert client.get("/api/order_items?order__total__gt=10").status_code == 200
        assert client.get("/api/order_items?order__user__email=x").status_code == 400
        assert client.get("/api/order_items?product__price__gt=1").status_code == 400


@pytest.mark.parametrize("named", ["shop/models.py", "shop.models"])
def test_models_of_ones_own(url: str, folder: Path, files: None, named: str) -> None:
    with (
        serving(url, folder, "--models", named, "--write") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert names(client) == ["orders", "users", "inventory.stock_levels"]
        assert "nowhere is not in the database" in server.text
        row = client.get("/api/users/1").json()
        assert row == {"key": 1, "mail": "ben.1@example.com"}
        assert client.get("/api/orders/1?embed=user").json()["user"]["key"] == 18
        # What the class expects of its values counts.
        refused = client.patch("/api/orders/1", json={"total": "1001"})
        assert refused.status_code == 422
        assert refused.json()["errors"] == {"total": ["is more than we ever sold for"]}
        assert client.get("/api/inventory.stock_levels/10,1").status_code == 200
        assert "mail" in client.get("/tables/users").text
    with (
        serving(url, folder, "--models", named, "--table", "us*") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert names(client) == ["users"]


def test_models_that_can_not_be_served(url: str, folder: Path, hyper: Hyper) -> None:
    (folder / "broken.py").write_text("import nothing_like_it\n")
    (folder / "empty.py").write_text("x = 1\n")
    for arguments, words in (
        (["--models", "broken.py"], "broken.py, line 1"),
        (["--models", "empty.py"], "has no models"),
        (["--models", "shop/models.py", "--table", "x"], "no model of shop/models.py"),
    ):
        done = hyper(
            "serve",
            "--port",
            "0",
            *arguments,
            environment={"DATABASE_URL": url},
            folder=folder,
        )
        assert done.exit_code == 2
        assert words in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_a_table_that_changes_meanwhile(cluster: Cluster, tmp_path: Path) -> None:
    script = "CREATE TABLE t (id int PRIMARY KEY, a int, b int)"
    with (
        cluster.database(script) as name,
        serving(cluster.url(name), tmp_path) as server,
        httpx.Client(base_url=server.url) as client,
    ):
        assert client.get("/api/t").status_code == 200
        cluster.run_sql(
            name, "ALTER TABLE t ADD c int; INSERT INTO t VALUES (1, 2, 3, 4)"
        )
        assert client.get("/api/t").json()["data"] == [{"id": 1, "a": 2, "b": 3}]
        cluster.run_sql(name, "ALTER TABLE t DROP b")
        assert client.get("/api/t").status_code == 500
        assert client.get("/tables/t").status_code == 500
        assert "column" not in client.get("/api/t").text
        assert client.get("/").status_code == 200


def test_rich_models(url: str, hyper: Hyper, tmp_path: Path) -> None:
    """Values that are more than text are in JSON what they are in Python, in keys and pages PostgreSQL's text."""
    models = tmp_path / "models.py"
    arguments = ["--rich-types", "--include-views", "--schema", "*", "--output", models]
    hyper("inspectdb", *arguments, environment={"DATABASE_URL": url}).check()
    with (
        serving(url, tmp_path, "--models", models, "--write") as server,
        httpx.Client(base_url=server.url) as client,
    ):
        tables = client.get("/api").json()["data"]
        assert len(tables) == 27
        document = client.get("/openapi.json").json()
        for table in tables:
            path = table["rows"]
            rows = client.get(f"{path}?limit=3")
            assert rows.status_code == 200, rows.text
            for row in rows.json()["data"]:
                if table["key"]:
                    key = ",".join(str(row[name]) for name in table["key"])
                    assert client.get(f"{path}/{key}").json() == row
                    page = client.get(f"{path}/{key}".replace("/api", "/tables"))
                    assert page.status_code == 200, page.text
            for parameter in document["paths"][path]["get"]["parameters"]:
                if parameter.get("name") == "order_by":
                    for name in parameter["schema"]["items"]["enum"]:
                        ordered = client.get(f"{path}?limit=2&order_by={name}")
                        assert ordered.status_code == 200, ordered.text
                        following = ordered.json()["next"]
                        if following:
                            again = client.get(following)
                            assert again.status_code == 200, (following, again.text)
        row = client.get("/api/product_details/1").json()
        assert row["attributes"]["warranty"] == {"years": 2}
        assert client.get("/api/support_tickets?state=opn").status_code == 400
        assert client.get("/api/support_tickets?state=open").json()["data"]
        changed = client.patch("/api/support_tickets/1", json={"state": "closed"})
        assert changed.json()["state"] == "closed"
        changed = client.patch(
            "/api/promotions/P2019SUMMER",
            json={"valid_during": "[2019-05-30,2019-06-14)"},
        )
        assert changed.status_code == 200, changed.text


def test_a_package_of_models(url: str, hyper: Hyper, tmp_path: Path) -> None:
    arguments = ["--schema", "*", "--output", f"{tmp_path}/models/"]
    hyper("inspectdb", *arguments, environment={"DATABASE_URL": url}).check()
    assert (tmp_path / "models" / "inventory.py").exists()
    for named in ("models", "models/", "models.py"):
        with (
            serving(url, tmp_path, "--models", named) as server,
            httpx.Client(base_url=server.url) as client,
        ):
            assert len(names(client)) == 25
            row = client.get("/api/inventory.stock_levels/10,1?embed=product").json()
            assert row["product"]["id"] == 1
