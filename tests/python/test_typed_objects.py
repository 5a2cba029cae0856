"""The typed objects: what they keep, refuse and print, for every class and every keyword."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import hyperdjango.models as surface
import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models import (
    Check,
    CompositeType,
    DomainType,
    EnumType,
    Exclude,
    ForeignKey,
    ForeignServer,
    Generated,
    Identity,
    Index,
    IndexColumn,
    IndexExpression,
    Partition,
    PrimaryKey,
    Sequence,
    Serial,
    Table,
    Unique,
    View,
)
from hyperdjango.models.declaration import Declaration, parameters
from hypothesis import given
from hypothesis import strategies as st

# One object of each class, with every keyword off its default.
EXAMPLES: list[Declaration] = [
    Table("ref", "countries", "code"),
    Table("ref", "countries"),
    Identity(
        "always",
        start=2,
        increment=-1,
        min_value=-9,
        max_value=9,
        cache=5,
        cycle=True,
        sequence_name="s",
    ),
    Serial(
        data_type="bigint",
        start=2,
        increment=-1,
        min_value=-9,
        max_value=9,
        cache=5,
        cycle=True,
    ),
    Generated("(a + b)", virtual=True),
    PrimaryKey(
        "b",
        "a",
        name="k",
        include=["c"],
        options={"fillfactor": "70"},
        tablespace="fast",
        deferrable="deferred",
        comment="x",
    ),
    PrimaryKey(),
    Unique(
        "a",
        name="u",
        include=["c"],
        options={"fillfactor": "70"},
        tablespace="fast",
        nulls_not_distinct=True,
        deferrable="immediate",
        comment="x",
    ),
    ForeignKey(
        ["a", "b"],
        "User",
        ["x", "y"],
        name="f",
        on_delete="SET NULL",
        on_update="CASCADE",
        match="FULL",
        set_columns=["b"],
        deferrable="deferred",
        validated=False,
        comment="x",
    ),
    ForeignKey("a"),
    ForeignKey("a", Table("ref", "countries", "code")),
    Check("(a > 0)", name="c", no_inherit=True, validated=False, comment="it's"),
    Exclude(
        "EXCLUDE USING gist (a WITH =)", name="e", deferrable="deferred", comment="x"
    ),
    Index(
        "a",
        IndexColumn("b", descending=True),
        IndexExpression("lower(c)"),
        name="i",
        unique=True,
        method="gist",
        include=["d"],
        where="(a > 0)",
        nulls_not_distinct=True,
        options={"fillfactor": "70"},
        tablespace="fast",
        valid=False,
        comment="x",
    ),
    IndexColumn(
        "a",
        descending=True,
        nulls="last",
        operator_class="gist_trgm_ops",
        operator_class_options={"siglen": "32"},
        collation=("public", "german"),
    ),
    IndexExpression(
        "lower(a)",
        descending=True,
        nulls="first",
        operator_class="text_pattern_ops",
        operator_class_options={"n": "1"},
        collation="C",
    ),
    View("SELECT 1;", materialized=True, options={"fillfactor": "70"}, with_data=False),
    Partition("Payment", "DEFAULT"),
    Partition(Table("public", "payments"), "FOR VALUES IN (1)"),
    ForeignServer(
        "archive",
        options={"table_name": "t"},
        column_options={"a": {"column_name": "b"}},
    ),
    EnumType("public", "mood", ["sad", "it's", ""], comment="x"),
    DomainType(
        "public",
        "price",
        "numeric",
        nullable=False,
        db_default="0",
        collation="C",
        checks=[Check("(VALUE > 0)")],
        comment="x",
    ),
    CompositeType("public", "point", {"x": "integer", "y": "integer"}, comment="x"),
    Sequence(
        "public",
        "s",
        data_type="integer",
        start=1,
        increment=2,
        min_value=0,
        max_value=9,
        cache=3,
        cycle=True,
        owned_by=Table("public", "t", "c"),
        unlogged=True,
        comment="x",
    ),
]
NAMES = {name: getattr(surface, name) for name in surface.__all__}
CLASSES = sorted({type(example) for example in EXAMPLES}, key=lambda one: one.__name__)
SMALLEST: dict[type[Declaration], tuple[Any, ...]] = {
    Table: ("s", "t"),
    Identity: ("always",),
    Serial: (),
    Generated: ("1",),
    PrimaryKey: (),
    Unique: ("a",),
    ForeignKey: ("a",),
    Check: ("true",),
    Exclude: ("EXCLUDE USING gist (a WITH =)",),
    Index: ("a",),
    IndexColumn: ("a",),
    IndexExpression: ("lower(a)",),
    View: ("SELECT 1;",),
    Partition: ("A", "DEFAULT"),
    ForeignServer: ("s",),
    EnumType: ("s", "t", ["a"]),
    DomainType: ("s", "t", "text"),
    CompositeType: ("s", "t", {"x": "integer"}),
    Sequence: ("s", "t"),
}
KEYWORDS = [
    (kind, keyword)
    for kind in CLASSES
    for keyword in (kind.__init__.__kwdefaults__ or {})
]


def test_every_typed_object_that_is_exported_has_an_example() -> None:
    exported = {
        value
        for value in NAMES.values()
        if isinstance(value, type) and issubclass(value, Declaration)
    }
    assert exported == set(CLASSES) == set(SMALLEST)


@pytest.mark.parametrize("example", EXAMPLES, ids=repr)
def test_the_representation_evaluates_back(example: Declaration) -> None:
    again = eval(repr(example), dict(NAMES))
    assert again == example
    assert hash(again) == hash(example)
    assert repr(again) == repr(example)


@pytest.mark.parametrize("example", EXAMPLES, ids=repr)
def test_copies_are_equal(example: Declaration) -> None:
    assert pickle.loads(pickle.dumps(example)) == example
    assert copy.deepcopy(example) is example
    assert copy.copy(example) is example


@pytest.mark.parametrize("example", EXAMPLES, ids=repr)
def test_they_are_immutable(example: Declaration) -> None:
    name = parameters(type(example))[0]
    with pytest.raises(AttributeError, match="can't be changed"):
        setattr(example, name, "other")
    with pytest.raises(AttributeError, match="can't be changed"):
        delattr(example, name)
    with pytest.raises(AttributeError):
        example.another = 1


def test_all_examples_differ() -> None:
    for position, one in enumerate(EXAMPLES):
        for other in EXAMPLES[position + 1 :]:
            assert one != other
    assert len(set(EXAMPLES)) == len(EXAMPLES)


@pytest.mark.parametrize(("kind", "keyword"), KEYWORDS)
def test_every_keyword_is_compared(kind: type[Any], keyword: str) -> None:
    full = next(one for one in EXAMPLES if type(one) is kind)
    value = getattr(full, keyword)
    assert value != kind.__init__.__kwdefaults__[keyword]
    assert f"{keyword}=" in repr(full)


@pytest.mark.parametrize(("kind", "keyword"), KEYWORDS)
def test_a_misspelled_keyword_names_the_nearest(kind: type[Any], keyword: str) -> None:
    written = keyword[:-2] + keyword[-1] + keyword[-2] + "_"
    with pytest.raises(TypeError) as caught:
        kind(*SMALLEST[kind], **{written: None})
    assert str(caught.value) == (
        f"{kind.__name__}() has no keyword {written!r}; did you mean {keyword!r}?"
    )


@pytest.mark.parametrize(("kind", "keyword"), KEYWORDS)
def test_a_keyword_of_a_wrong_type_is_refused(kind: type[Any], keyword: str) -> None:
    with pytest.raises(ModelError, match=rf"{kind.__name__}\(\)"):
        kind(*SMALLEST[kind], **{keyword: object()})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Table("", "t"),
        lambda: Table("s", 5),  # type: ignore[arg-type]
        lambda: Table("s", "t", "a", "a"),
        lambda: Identity("never"),
        lambda: Serial(data_type="serial"),
        lambda: Identity("always", start=True),
        lambda: Identity("always", increment=0),
        lambda: Generated(""),
        lambda: Unique(),
        lambda: Unique("a", "a"),
        lambda: Unique("a", include="b"),
        lambda: Unique("a", deferrable=True),  # type: ignore[arg-type]
        lambda: ForeignKey([]),
        lambda: ForeignKey(["a", "b"]),
        lambda: ForeignKey("a", None, ["id"]),
        lambda: ForeignKey(["a", "b"], "User", ["id"]),
        lambda: ForeignKey(["a", "b"], Table("s", "t", "x")),
        lambda: ForeignKey("a", Table("s", "t"), ["x"]),
        lambda: ForeignKey("a", "User", match="PARTIAL"),
        lambda: ForeignKey("a", "User", set_columns=["a"]),
        lambda: ForeignKey("a", "User", on_delete="SET NULL", set_columns=["b"]),
        lambda: ForeignKey("a", "User", on_delete="explode"),
        lambda: ForeignKey("a", "Country.code"),
        lambda: Partition("public.payments", "DEFAULT"),
        lambda: Check(""),
        lambda: Check("a = '\ud800'"),
        lambda: Exclude("gist (a WITH =)"),
        lambda: Index(),
        lambda: Index(5),  # type: ignore[arg-type]
        lambda: Index("a", nulls_not_distinct=True),
        lambda: IndexColumn("a", nulls="middle"),  # type: ignore[arg-type]
        lambda: IndexColumn("a", operator_class_options={"n": "1"}),
        lambda: Partition(5, "DEFAULT"),  # type: ignore[arg-type]
        lambda: EnumType("s", "t", ["a", "a"]),
        lambda: EnumType("s", "t", "ab"),
        lambda: CompositeType("s", "t", ["x"]),  # type: ignore[arg-type]
        lambda: CompositeType("s", "t", {"x": 5}),  # type: ignore[dict-item]
        lambda: Sequence("s", "t", owned_by=Table("s", "t")),
        lambda: Sequence("s", "t", increment=0),
    ],
)
def test_what_postgresql_would_refuse_is_refused(wrong: Any) -> None:
    with pytest.raises(ModelError, match=r"\(\) "):
        wrong()


def test_settings_become_text_as_postgresql_keeps_them() -> None:
    options: Any = {"fillfactor": 70, "autovacuum_enabled": False}
    assert Index("a", options=options).options == {
        "fillfactor": "70",
        "autovacuum_enabled": "false",
    }


def test_settings_do_not_change_with_the_dict_they_came_from() -> None:
    options = {"fillfactor": "70"}
    index = Index("a", options=options)
    options["fillfactor"] = "10"
    assert index.options == {"fillfactor": "70"}
    with pytest.raises(TypeError):
        index.options["fillfactor"] = "10"  # type: ignore[index]


def test_a_nested_mapping_is_hashed_by_its_contents() -> None:
    one = ForeignServer("s", column_options={"a": {"x": "1"}})
    assert hash(one) == hash(ForeignServer("s", column_options={"a": {"x": "1"}}))
    assert one != ForeignServer("s", column_options={"a": {"x": "2"}})


def test_the_order_of_a_composite_types_attributes_counts() -> None:
    one = CompositeType("s", "t", {"x": "integer", "y": "integer"})
    assert one != CompositeType("s", "t", {"y": "integer", "x": "integer"})


def test_the_place_of_an_error_in_meta_is_named() -> None:
    from hyperdjango.models import Model

    with pytest.raises(ModelError, match=r"^Order\.Meta\.constraints: Unique\(\)"):

        class Order(Model):
            class Meta:
                constraints = (Unique("a", nme="x"),)  # type: ignore[arg-type]


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(st.lists(words, min_size=1, unique=True), words, words)
def test_any_names_and_sql_survive(fields: list[str], name: str, sql: str) -> None:
    for made in (
        Unique(*fields, name=name, comment=sql),
        Index(*fields, IndexExpression(sql), name=name, where=sql),
        ForeignKey(fields, Table(name, sql, *fields), name=name),
        EnumType(name, sql, fields),
        Check(sql, name=name),
    ):
        assert eval(repr(made), dict(NAMES)) == made
