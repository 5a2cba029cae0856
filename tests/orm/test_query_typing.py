"""Type checkers know what queries give: instances with the types of their fields."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from harness import PACKAGE
from hyperdjango import query

SAMPLE = """
from datetime import datetime
from decimal import Decimal

from hyperdjango.models import F, Field, Model, Prefetch, Q, RelatedManager


class Product(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)
    price: Decimal = Field()
    created_at: datetime | None = Field(nullable=True)
    stock_set: RelatedManager["Stock"]

    class Meta:
        table_name = "products"
        managed = False


class Stock(Model):
    id: int = Field(primary_key=True)
    product_id: int = Field(foreign_key="Product")
    product: Product

    class Meta:
        table_name = "stocks"
        managed = False


async def work() -> None:
    product = await Product.objects.get(pk=1)
    rows = await Product.objects.filter(Q(price__gt=1) | Q(name="x")).order_by("-price")[:10].all()
    async for each in Product.objects.exclude(name="x"):
        reveal_type(each.price)
    saved = await Product.objects.create(name="x", price="3.25")
    product.price = Decimal(1)
    await product.save(update_fields=["price"])
    await product.full_clean(exclude=["name"])
    await product.refresh_from_db(fields=["price"])
    await Product.objects.prefetch_related(Prefetch("x", Product.objects.all()))
"""

REVEALED = {
    "product": "Product",
    "product.price": "Decimal",
    "product.created_at": "datetime | None",
    "rows": "list[Product]",
    "rows[0].price": "Decimal",
    "saved": "Product",
    "await Product.objects.all()": "list[Product]",
    "await Product.objects.first()": "Product | None",
    "await Product.objects.order_by('id').last()": "Product | None",
    "await Product.objects.count()": "int",
    "await Product.objects.exists()": "bool",
    "await Product.objects.values('id')": "list[dict[str, Any]]",
    "await Product.objects.values_list('id', flat=True)": "list[Any]",
    "await Product.objects.values_list('id', 'name')": "list[tuple[Any, ...]]",
    "await Product.objects.get_or_create(name='x')": "tuple[Product, bool]",
    "await Product.objects.update_or_create(name='x')": "tuple[Product, bool]",
    "await Product.objects.in_bulk([1])": "dict[Any, Product]",
    "await Product.objects.bulk_create([product])": "list[Product]",
    "await Product.objects.bulk_update([product], ['name'])": "int",
    "await Product.objects.filter(id=1).update(price=F('price') * 2)": "int",
    "await Product.objects.filter(id=1).delete()": "tuple[int, dict[str, int]]",
    "await product.delete()": "tuple[int, dict[str, int]]",
    "await product.save()": "None",
    "await product.validate_unique()": "None",
    "product.to_dict()": "dict[str, Any]",
    "await product.stock_set": "list[Stock]",
    "[stock.product for stock in product.stock_set]": "list[Product]",
    "await product.stock_set.create()": "Stock",
}

WRONG = [
    "product.pric",
    "product.price.upper()",
    "(await Product.objects.get(pk=1)).pric",
    "(await Product.objects.first()).price",
    "await Product.objects.filtr(id=1)",
    "Product.objects.get(pk=1).price",
    "await product.save(force=True)",
    "(await Product.objects.get_or_create(name='x')).price",
]

CHECKERS = {
    "mypy": ["-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"],
    "pyright": ["-m", "pyright", "--pythonpath", sys.executable],
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the package installed: what a package with py.typed does not export is private there."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    shutil.copytree(
        PACKAGE / "hyperdjango",
        packages / "hyperdjango",
        ignore=shutil.ignore_patterns("*.so", "__pycache__"),
    )
    return folder / "bin" / "python"


def check_installed(checker: str, folder: Path, source: str, python: Path) -> str:
    """What the checker says about a module that uses the package as it is installed."""
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    (folder / "models.py").write_text(source)
    options = {
        "mypy": ["--strict", "--cache-dir=cache", f"--python-executable={python}"],
        "pyright": ["--pythonpath", str(python)],
    }
    elsewhere = ("MYPYPATH", "PYTHONPATH")
    done = subprocess.run(
        [sys.executable, "-m", checker, *options[checker], "models.py"],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if name not in elsewhere},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def check(checker: str, folder: Path, source: str) -> str:
    """What the checker says about a module."""
    settings = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(PACKAGE)],
        "reportUnusedExpression": False,
        "reportUnusedCoroutine": False,
        "reportUnusedImport": False,
        "reportUnusedVariable": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    (folder / "models.py").write_text(source)
    cache = [str(folder / "cache")] if checker == "mypy" else []
    done = subprocess.run(
        [sys.executable, *CHECKERS[checker], *cache, "models.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(PACKAGE), "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.replace("builtins.", "") + done.stderr


@pytest.fixture(params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> str:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


@pytest.mark.parametrize(
    "module",
    [
        "hyperdjango",
        "hyperdjango.models",
        "hyperdjango.query",
        "hyperdjango.models.functions",
        "hyperdjango.postgres",
        "hyperdjango.postgres.search",
        "hyperdjango.database",
        "hyperdjango.app",
    ],
)
def test_names_are_exported(
    checker: str, installed: Path, tmp_path: Path, module: str
) -> None:
    names = set(importlib.import_module(module).__all__)
    if module == "hyperdjango.models":
        names |= {*query.__all__, "Range"}
    listed = ", ".join(sorted(names))
    source = f"from {module} import {listed}\n\nprint({listed})\n"
    said = check_installed(checker, tmp_path, source, installed)
    assert " error" not in said.replace("0 errors", ""), said


def test_what_queries_give(checker: str, tmp_path: Path) -> None:
    lines = "".join(f"    reveal_type({expression})\n" for expression in REVEALED)
    said = check(checker, tmp_path, SAMPLE + lines)
    assert " error" not in said.replace("0 errors", ""), said
    revealed = re.findall(r'(?:Revealed type|Type of ".*") is "(.*)"', said)
    plain = [re.sub(r"(?<![\w\]])[\w.]+\.(?=\w)", "", one) for one in revealed]
    assert plain == ["Decimal", *REVEALED.values()]


def test_mistakes_are_found(checker: str, tmp_path: Path) -> None:
    first = SAMPLE.count("\n") + 1
    lines = "".join(f"    {wrong}\n" for wrong in WRONG)
    said = check(checker, tmp_path, SAMPLE + lines)
    found = {int(line) for line in re.findall(r"models\.py:(\d+).* error", said)}
    assert found == set(range(first, first + len(WRONG)))
