"""``Meta``: its attributes, what they refuse, and the names that its entries refer to."""

from __future__ import annotations

from typing import Any

import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models import (
    Check,
    Field,
    ForeignKey,
    ForeignServer,
    Index,
    IndexColumn,
    Model,
    Partition,
    PrimaryKey,
    Table,
    Unique,
    View,
)
from hyperdjango.models.meta import ATTRIBUTES


def declare(meta: dict[str, Any]) -> type[Model]:
    """A model with two key fields, a foreign key, and that Meta."""

    class Line(Model):
        order_id: int = Field(
            primary_key=True, foreign_key="Order", on_delete="CASCADE"
        )
        number: int = Field(primary_key=True)
        note: str = Field(column_name="remark", nullable=True)

        Meta = type("Meta", (), {"table_name": "lines", **meta})

    return Line


FULL: dict[str, Any] = {
    "managed": False,
    "schema": "shop",
    "primary_key": ["number", "order_id"],
    "constraints": [Unique("note"), ForeignKey("order_id", match="FULL")],
    "indexes": [Index(IndexColumn("note"))],
    "comment": "one line of an order",
    "view": View("SELECT 1;"),
    "partition_by": "RANGE (number)",
    "partition_of": Partition("Order", "DEFAULT"),
    "inherits": ["Order", Table("ref", "base")],
    "unlogged": True,
    "options": {"fillfactor": "70"},
    "tablespace": "fast",
    "foreign": ForeignServer("archive", column_options={"note": {"x": "1"}}),
}


@pytest.mark.parametrize("name", FULL)
def test_every_attribute_is_kept(name: str) -> None:
    options = declare({name: FULL[name]})._meta
    kept = getattr(options, name)
    if name == "primary_key":
        kept = [field.name for field in kept]
    assert (list(kept) if isinstance(kept, tuple) else kept) == FULL[name]


def test_what_is_not_said_has_its_meaning() -> None:
    options = declare({})._meta
    assert (options.managed, options.schema, options.unlogged) == (
        True,
        "public",
        False,
    )
    assert (options.constraints, options.indexes, options.inherits) == ((), (), ())
    for name in (
        "comment",
        "view",
        "partition_by",
        "partition_of",
        "tablespace",
        "foreign",
    ):
        assert getattr(options, name) is None


def test_tuples_say_the_same_as_lists() -> None:
    options = declare(
        {"indexes": (Index("note"),), "options": (("fillfactor", 70),)}
    )._meta
    assert options.indexes == (Index("note"),)
    assert options.options == {"fillfactor": "70"}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_unknown_attribute_names_the_nearest(name: str) -> None:
    with pytest.raises(TypeError) as caught:
        declare({name[:-1]: True})
    assert str(caught.value) == (
        f"Line.Meta has no attribute {name[:-1]!r}; did you mean {name!r}?"
    )


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("db_table", "'table_name'"),
        ("unique_together", "list a Unique in constraints"),
        ("ordering", "order_by()"),
    ],
)
def test_djangos_words_are_translated(written: str, hint: str) -> None:
    with pytest.raises(ModelError) as caught:
        declare({written: "x"})
    assert hint in str(caught.value)


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if name != "abstract"])
def test_a_wrong_value_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match=r"Line\.Meta\.|Meta\.options"):
        declare({name: object()})


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"table_name": ""}, r"Line\.Meta\.table_name must be text"),
        ({"constraints": [Index("note")]}, r"constraints must be a list of PrimaryKey"),
        ({"indexes": ["note"]}, r"indexes must be a list of Index objects"),
        ({"inherits": ["ref.base"]}, r"inherits must be a list of class names"),
        ({"comment": "\ud800"}, r"comment must be text"),
        ({"options": ("fillfactor",)}, r"a tuple of such pairs"),
        ({"primary_key": ["number", "number"]}, r"distinct field names"),
        ({"primary_key": ["number", "oder_id"]}, r"did you mean 'order_id'"),
        ({"primary_key": ["number", "order_id", "note"]}, r"mark the field as well"),
        ({"primary_key": ["number"]}, r"does not list 'order_id'"),
        (
            {
                "primary_key": ["number", "order_id"],
                "constraints": [PrimaryKey("order_id", "number")],
            },
            r"two orders of its primary key",
        ),
        ({"constraints": [PrimaryKey(), PrimaryKey(name="k")]}, r"one primary key"),
        (
            {"constraints": [Unique("nte")]},
            r"Unique\(\): Line has no field 'nte'; did you",
        ),
        (
            {"constraints": [Unique("remark")]},
            r"the column 'remark' is the field 'note'",
        ),
        ({"constraints": [PrimaryKey(include=["x"])]}, r"Line has no field 'x'"),
        ({"constraints": [ForeignKey(["number", "x"], "Order")]}, r"has no field 'x'"),
        ({"constraints": [ForeignKey("number")]}, r"Line.number has no foreign_key"),
        (
            {"constraints": [ForeignKey("order_id", set_columns=["order_id"])]},
            r"has set_columns, which only",
        ),
        (
            {"indexes": [Index(IndexColumn("x"))]},
            r"Meta.indexes: Index\(\): Line has no",
        ),
        ({"indexes": [Index("note", include=["x"])]}, r"Line has no field 'x'"),
        (
            {"foreign": ForeignServer("s", column_options={"x": {}})},
            r"has no field 'x'",
        ),
    ],
)
def test_a_contradiction_is_refused(meta: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        declare(meta)


def test_the_keys_order_may_stand_in_the_constraint() -> None:
    options = declare(
        {"constraints": [PrimaryKey("number", "order_id", name="k")]}
    )._meta
    assert [field.name for field in options.primary_key] == ["number", "order_id"]


def test_sql_speaks_of_columns_and_is_not_looked_at() -> None:
    check = Check("(remark <> ''::text)")
    assert declare({"constraints": [check]})._meta.constraints == (check,)


def test_meta_is_a_class() -> None:
    with pytest.raises(ModelError, match="write class Meta:"):
        type("Line", (Model,), {"Meta": {"table_name": "lines"}})


def test_two_fields_of_one_column() -> None:
    with pytest.raises(
        ModelError, match=r"Twice\.a and Twice\.b both have the column 'x'"
    ):

        class Twice(Model):
            a: int = Field(column_name="x")
            b: int = Field(column_name="x")


def test_an_unknown_class_keyword_is_refused() -> None:
    with pytest.raises(TypeError):

        class Wrong(Model, abstract=True):
            pass
