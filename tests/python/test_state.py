"""``python -m hyperdjango._state``: the JSON that the command reads, from a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from package_paths import PACKAGE

MODELS = """
import datetime as dates
from decimal import Decimal

from hyperdjango.models import (
    Check, CompositeType, DomainType, EnumType, Field, ForeignKey, ForeignServer, Generated,
    Identity, Index, IndexColumn, IndexExpression, Model, Partition, PrimaryKey, Sequence,
    Table, Unique, View,
)

print("printed while it is imported")

types = [EnumType("public", "mood", ["sad", "happy"])]
sequences = [Sequence("public", "numbers", owned_by=Table("public", "orders", "ticket"))]


class User(Model):
    id: int = Field(primary_key=True)
    email: str = Field(unique=True)

    class Meta:
        table_name = "users"
        managed = False


class Order(Model):
    number: int = Field(primary_key=True, identity=Identity("always", start=5))
    year: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="User", on_delete="cascade", related_name="orders")
    country: str | None = Field(foreign_key=Table("ref", "countries", "code"))
    total: Decimal = Field(default=Decimal("3.20"), db_type="numeric(10,2)")
    ticket: int = Field(default=len, column_name="Ticket No")
    created: dates.datetime = Field(db_default="now()")
    double: Decimal = Field(generated="(total * 2)", collation=("public", "x"))

    class Meta:
        table_name = "orders"
        schema = "shop"
        primary_key = ("year", "number")
        constraints = (
            PrimaryKey(name="orders_key"),
            ForeignKey("user_id", deferrable="deferred"),
            Check("(total > 0)"),
        )
        indexes = (Index(IndexColumn("total", descending=True), IndexExpression("lower(country)")),)
        options = (("fillfactor", "70"),)
        partition_of = Partition("User", "DEFAULT")
        view = View("SELECT 1;")
        inherits = ("User", Table("ref", "base"))
        foreign = ForeignServer("s", column_options={"total": {"a": "b"}})
"""

HEAD = "from hyperdjango.models import Field, Model\n\nclass A(Model):\n"
META = "\n    class Meta:\n        table_name = 'a'\n"


def state(
    folder: Path, source: str, *arguments: str, name: str = "models"
) -> tuple[int, Any, str]:
    """The exit status, what was printed, and what was said, for a module of that source."""
    (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hyperdjango._state", *(arguments or (name,))],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return (
        done.returncode,
        json.loads(done.stdout) if done.stdout else None,
        done.stderr,
    )


def test_what_a_plain_model_says(tmp_path: Path) -> None:
    status, printed, said = state(tmp_path, MODELS)
    assert (status, said) == (0, "printed while it is imported\n")
    assert printed["hyperdjango_state"] == 1
    assert printed["models"][0] == {
        "name": "User",
        "module": "models",
        "file": str(tmp_path / "models.py"),
        "line": 17,
        "table_name": "users",
        "schema": "public",
        "managed": False,
        "primary_key": ["id"],
        "fields": [
            {
                "name": "id",
                "column_name": "id",
                "annotation": "int",
                "primary_key": True,
            },
            {
                "name": "email",
                "column_name": "email",
                "annotation": "str",
                "unique": True,
            },
        ],
    }


def test_what_fields_say(tmp_path: Path) -> None:
    fields = {
        field.pop("name"): field
        for field in state(tmp_path, MODELS)[1]["models"][1]["fields"]
    }
    assert fields["number"]["identity"]["kind"] == "Identity"
    assert (
        fields["number"]["identity"]["mode"],
        fields["number"]["identity"]["start"],
    ) == (
        "always",
        5,
    )
    assert fields["user_id"] == {
        "column_name": "user_id",
        "annotation": "int",
        "relation": "user",
        "foreign_key": "User",
        "on_delete": "CASCADE",
        "related_name": "orders",
    }
    assert fields["country"] == {
        "column_name": "country",
        "annotation": "str",
        "optional": True,
        "nullable": True,
        "relation": "country_ref",
        "foreign_key": {
            "kind": "Table",
            "schema": "ref",
            "name": "countries",
            "columns": ["code"],
        },
    }
    assert fields["total"]["default"] == {
        "kind": "literal",
        "type": "Decimal",
        "value": "3.20",
    }
    assert fields["ticket"]["default"] == {"kind": "callable"}
    assert fields["ticket"]["column_name"] == "Ticket No"
    assert fields["created"]["db_default"] == "now()"
    assert fields["double"]["generated"] == {
        "kind": "Generated",
        "expression": "(total * 2)",
        "virtual": False,
    }
    assert fields["double"]["collation"] == ["public", "x"]


def test_what_meta_says(tmp_path: Path) -> None:
    printed = state(tmp_path, MODELS)[1]
    order = printed["models"][1]
    assert (order["schema"], order["managed"]) == ("shop", True)
    assert order["primary_key"] == ["year", "number"]
    assert [item["kind"] for item in order["constraints"]] == [
        "PrimaryKey",
        "ForeignKey",
        "Check",
    ]
    assert order["constraints"][1] == {
        "kind": "ForeignKey",
        "fields": ["user_id"],
        "to": None,
        "to_fields": None,
        "name": None,
        "on_delete": None,
        "on_update": None,
        "match": "SIMPLE",
        "set_columns": [],
        "deferrable": "deferred",
        "validated": True,
        "comment": None,
    }
    keys = order["indexes"][0]["keys"]
    assert [key["kind"] for key in keys] == ["IndexColumn", "IndexExpression"]
    assert order["options"] == {"fillfactor": "70"}
    assert order["partition_of"] == {
        "kind": "Partition",
        "of": "User",
        "bound": "DEFAULT",
    }
    assert order["view"]["definition"] == "SELECT 1;"
    assert order["inherits"][0] == "User"
    assert order["inherits"][1]["kind"] == "Table"
    assert order["foreign"]["column_options"] == {"total": {"a": "b"}}
    assert "comment" not in order
    assert printed["types"] == [
        {
            "kind": "EnumType",
            "schema": "public",
            "name": "mood",
            "labels": ["sad", "happy"],
            "comment": None,
        }
    ]
    assert printed["sequences"][0]["owned_by"]["columns"] == ["ticket"]


@pytest.mark.parametrize(
    ("annotation", "written", "expected"),
    [
        ("int", "5", ("int", "5")),
        ("float", "0.1", ("float", "0.1")),
        ("float", "0", ("int", "0")),
        ("Decimal", "0", ("int", "0")),
        ("bool", "True", ("bool", True)),
        ("str", "'it\\'s \\U0001f600'", ("str", "it's \U0001f600")),
        ("str", "None", ("NoneType", None)),
        ("bytes", "b'\\x00\\xff'", ("bytes", "00ff")),
        ("date", "date(2024, 5, 17)", ("date", "2024-05-17")),
    ],
)
def test_a_default_is_given_as_it_is_written(
    tmp_path: Path, annotation: str, written: str, expected: tuple[str, Any]
) -> None:
    status, printed, _ = state(
        tmp_path,
        f"""
        from datetime import date
        from decimal import Decimal
        from hyperdjango.models import Field, Model

        class A(Model):
            value: {annotation} = Field(default={written})

            class Meta:
                table_name = "a"
        """,
    )
    assert status == 0
    default = printed["models"][0]["fields"][0]["default"]
    assert default == {"kind": "literal", "type": expected[0], "value": expected[1]}


def test_models_of_a_package_and_those_imported_are_there(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    one = (
        "from hyperdjango.models import Field, Model\n"
        "class {0}(Model):\n    id: int = Field(primary_key=True)\n"
        "    class Meta:\n        table_name = '{0}'\n"
    )
    (package / "__init__.py").write_text(
        "from . import inner\nfrom other import Seen\n"
    )
    (package / "inner.py").write_text(one.format("Inner"))
    (tmp_path / "other.py").write_text(one.format("Seen") + one.format("Unseen"))
    status, printed, _ = state(tmp_path, "", "shop")
    assert status == 0
    assert [model["name"] for model in printed["models"]] == ["Inner", "Seen"]


def test_the_folder_can_be_given(tmp_path: Path) -> None:
    inner = tmp_path / "app"
    inner.mkdir()
    (inner / "tables.py").write_text("import types\n")
    status, printed, _ = state(tmp_path, "", "tables", "--path", str(inner))
    assert status == 0
    assert printed == {
        "hyperdjango_state": 1,
        "models": [],
        "types": [],
        "sequences": [],
    }


@pytest.mark.parametrize(
    ("source", "kind", "message", "line"),
    [
        ("x = 1\ny = = 2\n", "SyntaxError", "invalid syntax", 2),
        (
            "x = 1\nimport nowhere\n",
            "ModuleNotFoundError",
            "No module named 'nowhere'",
            2,
        ),
        (
            "raise SystemExit(3)\n",
            "SystemExit",
            "ended Python while it was imported (3)",
            1,
        ),
        ("types = [5]\n", "ModelError", "models.types holds a int", None),
        ("sequences = 5\n", "ModelError", "models.sequences must be a list", None),
        (
            f"{HEAD}    id: int = Field(\n        primry_key=True)\n",
            "ModelError",
            "A.id: Field() has no keyword 'primry_key'; did you mean 'primary_key'?",
            4,
        ),
        (
            f"{HEAD}    id: int = Field(default='x')\n{META}",
            "FieldValueError",
            "A.id can't be 'x'",
            3,
        ),
        (
            f"{HEAD}    id: int = Field()\n",
            "ModelError",
            "A does not name its table",
            3,
        ),
    ],
)
def test_an_error_is_reported_with_its_place(
    tmp_path: Path, source: str, kind: str, message: str, line: int | None
) -> None:
    status, printed, said = state(tmp_path, source)
    assert (status, said) == (1, "")
    error = printed["error"]
    assert error["kind"] == kind
    assert message in error["message"]
    assert error["line"] == line
    assert error["file"] == (str(tmp_path / "models.py") if line else None)


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    status, printed, _ = state(tmp_path, "", "nowhere")
    assert status == 1
    assert printed["error"]["kind"] == "ModuleNotFoundError"
    assert "nowhere" in printed["error"]["message"]


@pytest.mark.parametrize(
    "arguments", [("--path",), ("a", "b"), ("--help",), ("a", "-p", "x")]
)
def test_other_arguments_are_refused(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    status, printed, said = state(tmp_path, "", *arguments)
    assert (status, printed) == (2, None)
    assert said.startswith("usage: ")
