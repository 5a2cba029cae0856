"""The page's full example, unedited: its three files serve the sample database, by a server process of their own.

The page itself is not part of this repository: `HYPER_PAGE` names its text. Where it is not there, the same files in our
own words are tested alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from harness import ROOT, Cluster, Hyper
from servers import hyper_run

PAGE = Path(
    os.environ.get(
        "HYPER_PAGE", ROOT.parent / "shared" / "reference" / "legacy-databases.txt"
    )
)
SAMPLE = ROOT / "examples" / "legacy_shop"

OURS = {
    "app.py": """\
from hyperdjango import HyperApp
from hyperdjango.database import Database

shop = HyperApp("shop")


@shop.on_startup
async def connect():
    shop.db = Database("postgres://user:pass@db-host:5432/legacy_production")
    await shop.db.connect()
""",
    "models.py": """\
from datetime import datetime
from decimal import Decimal

from hyperdjango.models import Field, Model


class Product(Model):
    id: int = Field(primary_key=True)
    sku: str = Field(unique=True)
    name: str = Field()
    price: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "products"
        managed = False
""",
    "routes.py": """\
from app import shop
from hyperdjango import Response
from models import Product


@shop.get("/products")
async def list_products(request):
    return await Response.json_of(Product.objects.order_by("-created_at"))


@shop.get("/products/{sku}")
async def get_product(sku):
    return await Product.objects.get(sku=sku)
""",
}


def files_of_page() -> dict[str, str]:
    """The files of the page's full example, as they stand there."""
    if not PAGE.is_file():
        pytest.skip(
            f"the page {PAGE} is not there: its application is not tested (set HYPER_PAGE)"
        )
    files: dict[str, str] = {}
    name = ""
    started = False
    for line in PAGE.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("# app.py"):
            started = True
        if not started:
            continue
        if line.startswith("Inspecting Views"):
            break
        if line.startswith("# ") and line[2:].split()[0].endswith(".py"):
            name = line[2:].split()[0]
        files[name] = files.get(name, "") + line
    return files


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    """The URL of the sample database."""
    parts = ("schema.sql", "data.sql")
    with cluster.database() as name:
        for part in parts:
            cluster.run_sql(name, (SAMPLE / part).read_text(encoding="utf-8"))
        yield cluster.url(name)


def environment_of(url: str, folder: Path) -> dict[str, str]:
    """What leads the page's URL, whose host there is not, to a server: the file of hosts is not ours to edit."""
    settings = parse_qs(urlsplit(url).query)
    return {
        "REAL_URL": url,
        "REAL_HOST": settings["host"][0],
        "PYTHONPATH": str(folder / "site"),
    }


# The page's database is not here. The name alone is changed, where it is looked up, and not in the file.
SITE = """\
import os
from hyperdjango import database
from hyperdjango.database import database as module

original = module.Database.__init__


def named(self, url=None, **settings):
    assert url == "postgres://user:pass@db-host:5432/legacy_production", url
    original(self, os.environ["REAL_URL"], **settings)


module.Database.__init__ = named
"""


@pytest.fixture(params=["the page", "ours"])
def example(request: pytest.FixtureRequest, folder: Path, shop: str) -> Path:
    """A folder with the three files."""
    files = files_of_page() if request.param == "the page" else OURS
    assert sorted(files) == ["app.py", "models.py", "routes.py"]
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(SITE)
    return folder


def test_the_application_serves_the_sample(
    example: Path, shop: str, cluster: Cluster
) -> None:
    with hyper_run(example, environment=environment_of(shop, example)) as server:
        response = httpx.get(f"{server.url}/products")
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        products = response.json()
        with cluster.connect(urlsplit(shop).path[1:]) as connection:
            rows = connection.execute(
                "SELECT id, sku, name, price::text FROM products ORDER BY created_at DESC"
            ).fetchall()
        assert len(products) == len(rows) == 200
        assert [tuple(product.values())[:4] for product in products] == rows
        assert list(products[0]) == ["id", "sku", "name", "price", "created_at"]
        assert products[0]["created_at"].endswith("Z")

        first = httpx.get(f"{server.url}/products/{products[0]['sku']}")
        assert (first.status_code, first.json()) == (200, products[0])
        missing = httpx.get(f"{server.url}/products/none")
        assert missing.status_code == 404
        assert missing.json()["detail"] == "no Product matches"
        hostile = httpx.get(f"{server.url}/products/x' OR '1'='1")
        assert hostile.status_code == 404
        assert httpx.post(f"{server.url}/products").headers["allow"] == (
            "GET, HEAD, OPTIONS"
        )
        # Connections are given back before the server ends.
        assert server.stop() == 0
    assert "error" not in server.text.lower()


def test_its_routes_are_listed(hyper: Hyper, example: Path) -> None:
    done = hyper("routes", folder=example).check()
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["GET", "/products"],
        ["GET", "/products/{sku}"],
    ]
