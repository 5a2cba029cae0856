"""Relations: their names, their targets, and reading and assigning them."""

from __future__ import annotations

from typing import Any

import pytest
from hyperdjango.errors import FieldError, HyperError, ModelError, RelationNotLoaded
from hyperdjango.models import Field, Model, Table
from package_paths import ImportModule


class Country(Model):
    id: int = Field(primary_key=True)
    code: str = Field(unique=True)

    class Meta:
        table_name = "countries"
        schema = "ref"


class Person(Model):
    id: int = Field(primary_key=True)
    country_id: str = Field(foreign_key="Country.code", nullable=True)
    parent_id: int = Field(foreign_key="Person", nullable=True)
    birthplace: str = Field(
        foreign_key=Table("ref", "countries", "code"), nullable=True
    )
    agency_id: int = Field(foreign_key=Table("ref", "agencies"), nullable=True)

    class Meta:
        table_name = "people"


class Pair(Model):
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True)

    class Meta:
        table_name = "pairs"


def test_names_of_relations() -> None:
    class Named(Model):
        user_id: int = Field(foreign_key="User")
        owner: int = Field(foreign_key="User")
        group_id: int = Field(foreign_key="User")
        group: str = Field()
        objects_id: int = Field(foreign_key="User")
        class_id: int = Field(foreign_key="User")
        helper_id: int = Field(foreign_key="User")
        _id: int = Field(foreign_key="User")
        team: int = Field(foreign_key="User")
        team_ref_id: int = Field(foreign_key="User")
        city_id: int = Field(foreign_key="User")
        city: Any

        class Meta:
            table_name = "named"

        def helper(self) -> None: ...

    assert {r.field.name: r.name for r in Named._meta.relations.values()} == {
        "user_id": "user",
        "owner": "owner_ref",
        "group_id": "group_ref",
        "objects_id": "objects_ref",
        "class_id": "class_ref",
        "helper_id": "helper_ref",
        "_id": "_id_ref",
        "team": "team_ref",
        "team_ref_id": "team_ref_ref",
        "city_id": "city",
    }


def test_targets_are_found_by_class_field_and_table() -> None:
    relations = Person._meta.relations
    assert relations["parent"].target() is Person
    assert relations["parent"].target_field() is Person._meta.by_name["id"]
    for name in ("country", "birthplace_ref"):
        assert relations[name].target() is Country
        assert relations[name].target_field() is Country._meta.by_name["code"]


def test_a_table_without_a_model_is_an_error_only_when_it_is_needed() -> None:
    with pytest.raises(
        ModelError, match=r"refers to the table ref\.agencies, and nothing"
    ):
        Person._meta.relations["agency"].target()


def test_reading_what_was_not_loaded() -> None:
    person = Person(country_id="NL")
    with pytest.raises(RelationNotLoaded) as caught:
        person.country  # type: ignore[attr-defined]  # noqa: B018
    assert 'Person.objects.select_related("country")' in str(caught.value)
    assert "read country_id" in str(caught.value)
    assert isinstance(caught.value, HyperError)
    assert not isinstance(caught.value, AttributeError)


def test_no_key_is_no_target() -> None:
    assert Person(country_id=None).country is None  # type: ignore[attr-defined]


def test_assigning_an_instance_sets_the_key() -> None:
    country = Country(id=1, code="NL")
    person: Any = Person(id=1, country=country)
    assert person.country is country
    assert person.country_id == "NL"
    person.country = None
    assert person.country_id is None
    assert person.country is None
    assert "country=" not in repr(person)
    assert "country" not in person.to_dict()


def test_another_key_forgets_the_instance() -> None:
    person: Any = Person(id=1, country=Country(code="NL"))
    person.country_id = "NL"
    assert person.country.code == "NL"
    person.country_id = "BE"
    with pytest.raises(RelationNotLoaded):
        _ = person.country


def test_only_an_instance_of_the_target_is_taken() -> None:
    person: Any = Person(id=1)
    for wrong in (Person(id=2), "NL"):
        with pytest.raises(
            FieldError, match=r"Person\.country takes a Country or None"
        ):
            person.country = wrong
    assert person.country_id is None


def test_an_unknown_class_names_the_nearest() -> None:
    class Wrong(Model):
        country_id: int = Field(foreign_key="Countri")

        class Meta:
            table_name = "wrong"

    with pytest.raises(ModelError) as caught:
        Wrong(country="x")
    assert str(caught.value).startswith(
        "Wrong.country_id refers to 'Countri', and nothing imported so far is a model of "
        "that name; did you mean 'Country'?"
    )


def test_an_unknown_target_field_names_the_nearest() -> None:
    class Wrong(Model):
        country_id: int = Field(foreign_key="Country.kode")

        class Meta:
            table_name = "wrong"

    with pytest.raises(
        FieldError, match="Country has no field 'kode'; did you mean 'code'"
    ):
        Wrong(country=Country(code="NL"))


def test_a_key_of_several_fields_must_be_said_which() -> None:
    class Wrong(Model):
        pair_id: int = Field(foreign_key="Pair")

        class Meta:
            table_name = "wrong"

    with pytest.raises(ModelError, match=r"whose primary key has 2 fields"):
        Wrong(pair=Pair(a=1, b=2))


ACCOUNT = """
from hyperdjango.models import Field, Model

class Account(Model):
    id: int = Field(primary_key=True)

    class Meta:
        table_name = "accounts"
"""
PURCHASE = """
from hyperdjango.models import Field, Model

class Purchase(Model):
    id: int = Field(primary_key=True)
    account_id: int = Field(foreign_key="Account")

    class Meta:
        table_name = "purchases"
"""


def test_the_same_module_comes_first(import_module: ImportModule) -> None:
    import_module(ACCOUNT, "accounts")
    module = import_module(ACCOUNT + PURCHASE, "shop")
    assert module.Purchase._meta.relations["account"].target() is module.Account


def test_the_only_other_module_is_found(import_module: ImportModule) -> None:
    accounts = import_module(ACCOUNT, "accounts")
    shop = import_module(PURCHASE, "shop")
    assert shop.Purchase._meta.relations["account"].target() is accounts.Account


def test_two_other_modules_are_ambiguous(import_module: ImportModule) -> None:
    import_module(ACCOUNT, "accounts")
    import_module(ACCOUNT, "archive")
    shop = import_module(PURCHASE, "shop")
    with pytest.raises(
        ModelError, match=r"may be accounts\.Account and archive\.Account; keep"
    ):
        shop.Purchase._meta.relations["account"].target()
