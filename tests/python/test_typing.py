"""Type checkers take models as users write them, and find what is wrong in them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from package_paths import PACKAGE

CHECKERS = {
    "mypy": ["-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"],
    "pyright": ["-m", "pyright", "--pythonpath", sys.executable],
}

SAMPLE = """
from datetime import date, datetime
from decimal import Decimal

from hyperdjango.models import Field, ForeignKey, Index, Model, Table, Unique


class User(Model):
    id: int = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str = Field(nullable=True)
    created_at: datetime = Field(nullable=True)

    class Meta:
        table_name = "users"
        managed = False


class Order(Model):
    id: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="User", on_delete="CASCADE")
    user: User
    country: str | None = Field(foreign_key=Table("ref", "countries", "code"))
    total: Decimal = Field()
    status: str = Field(default="pending")
    day: date = Field(db_default="CURRENT_DATE", db_type="date")

    class Meta:
        table_name = "orders"
        managed = False
        constraints = (Unique("status", name="x"), ForeignKey("user_id", match="FULL"))
        indexes = (Index("user_id", where="(total > 0)"),)


order = Order(id=1, total="3.25")
"""

REVEALED = {
    "order": "Order",
    "order.total": "Decimal",
    "order.id": "int",
    "order.user.email": "str",
    "order.country": "str | None",
    "Order._meta.table_name": "str",
    "order.to_dict()": "dict[str, Any]",
    "Order.DoesNotExist": "type[ObjectDoesNotExist]",
}

WRONG = [
    "order.totl",
    "order.total.upper()",
    "Field(primry_key=True)",
    "Field(nullable=1)",
    "Field(True)",
    'Unique("a", nme="x")',
    "Unique(5)",
    'Unique("a", deferrable="sometimes")',
    'ForeignKey("a", match=5)',
    'Table("a")',
]


def check(checker: str, folder: Path, source: str) -> str:
    """What the checker says about a module."""
    config = f'{{"typeCheckingMode": "strict", "extraPaths": ["{PACKAGE}"]}}'
    (folder / "pyrightconfig.json").write_text(config)
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


def test_models_pass(checker: str, tmp_path: Path) -> None:
    said = check(checker, tmp_path, SAMPLE)
    assert " error" not in said.replace("0 errors", ""), said


def test_values_have_the_annotated_types(checker: str, tmp_path: Path) -> None:
    lines = "".join(f"reveal_type({expression})\n" for expression in REVEALED)
    said = check(checker, tmp_path, SAMPLE + lines)
    revealed = re.findall(r'(?:Revealed type|Type of ".*") is "(.*)"', said)
    plain = [re.sub(r"(?<![\w\]])[\w.]+\.(?=\w)", "", one) for one in revealed]
    assert plain == list(REVEALED.values())


def test_mistakes_are_found(checker: str, tmp_path: Path) -> None:
    first = SAMPLE.count("\n") + 1
    said = check(checker, tmp_path, SAMPLE + "\n".join(WRONG) + "\n")
    found = {int(line) for line in re.findall(r"models\.py:(\d+).* error", said)}
    assert found == set(range(first, first + len(WRONG)))


def test_the_package_itself_passes(checker: str, tmp_path: Path) -> None:
    arguments = CHECKERS[checker] + ([str(tmp_path / "c")] if checker == "mypy" else [])
    done = subprocess.run(
        [sys.executable, *arguments, str(PACKAGE / "hyperdjango")],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
