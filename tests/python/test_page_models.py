"""The models of the behaviour page, written as the page writes them, import and behave."""

import datetime as dates
from datetime import datetime
from decimal import Decimal

import pytest
from hyperdjango.errors import RelationNotLoaded
from hyperdjango.models import Field, Model


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
    user_id: int = Field(foreign_key="User")
    total: Decimal = Field()
    status: str = Field(default="pending")
    created_at: datetime = Field()

    class Meta:
        table_name = "orders"
        managed = False


class LegacyLog(Model):
    message: str = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "legacy_log"
        managed = False


class Department(Model):
    id: int = Field(primary_key=True)
    manager_id: int = Field(foreign_key="Employee", nullable=True)


class Employee(Model):
    id: int = Field(primary_key=True)
    department_id: int = Field(foreign_key="Department")


class UserSession(Model):
    id: int = Field(primary_key=True)
    class_field: str = Field(column_name="class")


class Customer(Model):
    id: int = Field(primary_key=True)
    name: str = Field()
    email: str = Field(nullable=True)

    class Meta:
        table_name = "customers"
        managed = True


def test_an_order_is_constructed_with_converted_values_and_its_default() -> None:
    order = Order(id=1, user_id="7", total="3.25", created_at="2024-05-17T08:30:00Z")
    assert order.to_dict() == {
        "id": 1,
        "user_id": 7,
        "total": Decimal("3.25"),
        "status": "pending",
        "created_at": datetime(2024, 5, 17, 8, 30, tzinfo=dates.UTC),
    }


def test_assignment_converts_as_the_constructor_does() -> None:
    order = Order(id=1)
    order.total = "3.25"  # type: ignore[assignment]
    assert order.total == Decimal("3.25")
    assert repr(order) == "Order(id=1, total=Decimal('3.25'), status='pending')"


def test_the_table_and_who_manages_it_come_from_meta() -> None:
    assert (Order._meta.table_name, Order._meta.managed) == ("orders", False)
    assert (Customer._meta.table_name, Customer._meta.managed) == ("customers", True)
    assert Order._meta.schema == "public"


def test_a_relation_that_was_not_loaded_names_select_related() -> None:
    order = Order(id=1, user_id=7)
    with pytest.raises(RelationNotLoaded, match=r'select_related\("user"\)'):
        order.user  # type: ignore[attr-defined]  # noqa: B018


def test_a_model_without_a_key_has_none() -> None:
    assert LegacyLog._meta.primary_key == ()
    assert LegacyLog(message="x").pk is None


def test_a_log_is_fixed_by_the_physical_row_id() -> None:
    class LegacyLog(Model):
        ctid: str = Field(primary_key=True)
        message: str = Field()
        created_at: datetime = Field()

        class Meta:
            table_name = "legacy_log"
            managed = False

    assert LegacyLog(ctid="(0,1)").pk == "(0,1)"


def test_models_refer_to_each_other_in_a_circle() -> None:
    assert Department._meta.relations["manager"].target() is Employee
    assert Employee._meta.relations["department"].target() is Department


def test_a_renamed_field_keeps_its_column() -> None:
    field = UserSession._meta.by_column["class"]
    assert field.name == "class_field"
    assert UserSession(class_field="economy").class_field == "economy"


def test_a_model_that_does_not_name_its_table_says_so_when_it_is_needed() -> None:
    with pytest.raises(TypeError, match=r"Department does not name its table"):
        _ = Department._meta.table_name
