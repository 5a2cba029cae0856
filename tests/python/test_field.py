"""``Field``: its keywords, what they refuse, and how it names what was meant."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models import Field, Generated, Identity, Model, Table
from hyperdjango.models.field import DEFAULTS, ModelField

FIELD: Any = Field

NEAR_NAMES = {
    "primary_key": "primarykey",
    "unique": "uniqe",
    "nullable": "nulable",
    "default": "defualt",
    "db_default": "db_defualt",
    "foreign_key": "foreignkey",
    "on_delete": "on_delet",
    "on_update": "on_updat",
    "related_name": "relatedname",
    "column_name": "column",
    "db_type": "dbtype",
    "auto": "autos",
    "identity": "identiy",
    "generated": "generate",
    "index": "indx",
    "collation": "colation",
    "comment": "coment",
    "db_constraint": "dbconstraint",
}


def test_there_is_a_near_name_for_every_keyword() -> None:
    assert list(NEAR_NAMES) == list(DEFAULTS)


@pytest.mark.parametrize(("keyword", "written"), NEAR_NAMES.items())
def test_an_unknown_keyword_names_the_nearest_and_the_place(
    keyword: str, written: str
) -> None:
    with pytest.raises(TypeError) as caught:

        class Order(Model):
            id: int = Field(primary_key=True)
            total: int = FIELD(**{written: True})

    assert str(caught.value) == (
        f"Order.total: Field() has no keyword {written!r}; did you mean {keyword!r}?"
    )


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("null", "'nullable'"),
        ("db_column", "'column_name'"),
        ("db_index", "'index'"),
        ("max_length", "db_type='character varying(80)'"),
        ("max_digits", "db_type='numeric(10,2)'"),
        ("default_factory", "default= takes a callable"),
    ],
)
def test_the_words_of_other_libraries_are_translated(written: str, hint: str) -> None:
    with pytest.raises(ModelError, match=r"Field\(\) has no keyword") as caught:
        FIELD(**{written: 1})
    assert hint in str(caught.value)


def test_an_unknown_keyword_lists_what_there_is_when_nothing_is_near() -> None:
    with pytest.raises(ModelError, match="there are: primary_key, unique, nullable"):
        FIELD(zzz=1)


def test_keywords_only() -> None:
    with pytest.raises(TypeError):
        FIELD(True)


@pytest.mark.parametrize(
    "keywords",
    [
        {"primary_key": 1},
        {"unique": "yes"},
        {"nullable": None},
        {"index": 1},
        {"auto": "serial"},
        {"db_default": 5},
        {"db_default": ""},
        {"column_name": b"x"},
        {"column_name": "a\0b"},
        {"comment": 1},
        {"foreign_key": 5},
        {"foreign_key": "public.users.id"},
        {"foreign_key": "no name"},
        {"foreign_key": Table("s", "t", "a", "b")},
        {"foreign_key": Model},
        {"foreign_key": "User", "on_delete": "CASCAD"},
        {"foreign_key": "User", "on_update": 3},
        {"foreign_key": "User", "related_name": "not a name"},
        {"on_delete": "CASCADE"},
        {"related_name": "orders"},
        {"db_constraint": False},
        {"identity": "sometimes"},
        {"generated": 7},
        {"collation": ("a", "b", "c")},
        {"default": []},
        {"default": {}},
        {"default": object()},
        {"db_default": "1", "default": 1},
        {"db_default": "1", "identity": "always"},
        {"generated": "1", "default": 1},
        {"generated": "1", "default": int},
        {"generated": "1", "auto": True},
        {"identity": "always", "nullable": True},
        {"identity": "always", "auto": True},
    ],
)
def test_a_wrong_value_is_refused(keywords: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"Field\(\)|Table\(\)"):
        FIELD(**keywords)


def test_an_action_is_taken_in_any_case_and_kept_in_capitals() -> None:
    for written in ("cascade", "Set Null", "set_default", "NO ACTION", "restrict"):
        field = Field(foreign_key="User", on_delete=written)
        assert field.on_delete == written.upper().replace("_", " ")


def test_a_near_action_is_named() -> None:
    with pytest.raises(ModelError, match="did you mean 'CASCADE'"):
        Field(foreign_key="User", on_delete="CASCAD")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("int", "'integer'"),
        ("int8", "'bigint'"),
        ("VARCHAR(80)", "'character varying(80)'"),
        ("char(3)[]", "'character(3)[]'"),
        ("timestamptz", "'timestamp with time zone'"),
        ("timestamp(3)", "'timestamp(3) without time zone'"),
        ("time", "'time without time zone'"),
        ("decimal(10,2)", "'numeric(10,2)'"),
        ("bool", "'boolean'"),
        ("bigserial", "db_type='bigint', with auto=True"),
    ],
)
def test_a_type_that_postgresql_never_prints_is_refused(
    written: str, printed: str
) -> None:
    with pytest.raises(ModelError) as caught:
        Field(db_type=written)
    assert printed in str(caught.value)


@pytest.mark.parametrize(
    "db_type",
    [
        "integer",
        "character varying(80)",
        "timestamp(3) without time zone",
        "time without time zone",
        "timestamp with time zone[]",
        '"char"',
        "bpchar",
        "name",
        "public.mood",
        '"My Schema"."My Type"[]',
        "interval day to second(3)",
        "bit varying(8)",
        "jsonb",
    ],
)
def test_a_type_as_postgresql_prints_it_is_kept(db_type: str) -> None:
    assert Field(db_type=db_type).db_type == db_type


def test_short_forms_become_the_typed_objects() -> None:
    assert Field(identity="BY DEFAULT").identity == Identity("by default")
    assert Field(generated="(a + b)").generated == Generated("(a + b)")
    assert Field(foreign_key=("ref", "countries", "code")).foreign_key == Table(
        "ref", "countries", "code"
    )


@pytest.mark.parametrize(
    "spelled",
    [
        "Field()",
        "Field(primary_key=True)",
        "Field(unique=True, nullable=True, default=None)",
        "Field(foreign_key='User', on_delete='CASCADE', related_name='orders')",
        "Field(foreign_key=Table('ref', 'countries', 'code'))",
        "Field(identity='always')",
        "Field(identity=Identity('always', start=5))",
        "Field(generated='(a + b)')",
        "Field(generated=Generated('(a + b)', virtual=True))",
        "Field(default=Decimal('3.25'), db_type='numeric(10,2)')",
        "Field(collation=('public', 'german'), comment='of the user')",
    ],
)
def test_a_field_is_written_as_it_was_declared(spelled: str) -> None:
    assert repr(eval(spelled)) == spelled


def test_a_plain_default_may_be_any_immutable_value() -> None:
    for value in (1, 1.5, "x", b"x", True, None, Decimal(1), uuid.UUID(int=1)):
        assert Field(default=value).default == value


def test_a_field_shared_by_two_names_is_two_fields() -> None:
    shared: Any = Field(nullable=True)

    class Shared(Model):
        a: int = shared
        b: str = shared

    names = [(field.name, field.python_type) for field in Shared._meta.fields]
    assert names == [("a", int), ("b", str)]
    assert all(isinstance(vars(Shared)[name], ModelField) for name in "ab")
