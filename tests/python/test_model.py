"""``Model``: construction, unset fields, keys, equality, copies and exceptions."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hyperdjango.errors import (
    FieldError,
    HyperError,
    ModelError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
)
from hyperdjango.models import Field, Model, PrimaryKey
from hyperdjango.models.field import ModelField

numbers = count(1)


class Order(Model):
    id: int = Field(primary_key=True)
    total: Decimal = Field(nullable=True)
    status: str = Field(default="pending")
    ticket: int = Field(default=lambda: next(numbers))
    self: str = Field(nullable=True)

    class Meta:
        table_name = "orders"

    def doubled(self) -> Decimal:
        return self.total * 2


class Line(Model):
    number: int = Field(primary_key=True)
    order_id: int = Field(primary_key=True)
    note: str = Field()

    class Meta:
        table_name = "lines"
        primary_key = ("order_id", "number")


class Tick(Model):
    value: float = Field()

    class Meta:
        table_name = "ticks"


class Base(Model):
    created_by: str = Field(default="nobody")
    owner_id: int = Field(foreign_key="Order", nullable=True)

    class Meta:
        abstract = True
        schema = "shop"


class Invoice(Base):
    id: int = Field(primary_key=True)

    class Meta(Base.Meta):
        table_name = "invoices"


class Receipt(Base):
    id: int = Field(primary_key=True)
    created_by: str = Field(column_name="author")

    class Meta:
        table_name = "receipts"


def test_an_unset_field_reads_as_none_and_is_not_shown() -> None:
    order = Order(id=1, ticket=0)
    assert order.total is None
    assert repr(order) == "Order(id=1, status='pending', ticket=0)"


def test_none_is_set_and_shown() -> None:
    assert repr(Order(id=1, total=None, ticket=0)).startswith("Order(id=1, total=None")


def test_a_callable_default_is_called_for_each_instance() -> None:
    one, two = Order(), Order()
    assert two.ticket == one.ticket + 1


def test_a_given_value_goes_before_the_default() -> None:
    assert Order(status=None).status is None
    assert Order(status="paid").status == "paid"


def test_an_unknown_name_names_the_nearest_field() -> None:
    with pytest.raises(TypeError) as caught:
        Order(totl=1)
    assert str(caught.value) == "Order has no field 'totl'; did you mean 'total'?"
    assert isinstance(caught.value, FieldError)


def test_a_column_named_for_its_field_says_which_field_it_is() -> None:
    with pytest.raises(
        FieldError, match="the column 'author' is the field 'created_by'"
    ):
        Receipt(author="x")


def test_a_field_may_be_called_self() -> None:
    assert Order(self="me").self == "me"


def test_a_dict_has_every_field_in_order() -> None:
    order = Order(status="paid", id=1, ticket=0)
    values = order.to_dict()
    assert type(values) is dict
    assert list(values) == ["id", "total", "status", "ticket", "self"]
    assert values["total"] is None
    values["status"] = "lost"
    assert order.status == "paid"


def test_methods_and_other_attributes_are_the_users_own() -> None:
    order = Order(total="1.50")
    assert order.doubled() == 3
    order.remark = "x"
    assert order.remark == "x"  # type: ignore[attr-defined]
    assert "remark" not in order.to_dict()


def test_deleting_a_value_unsets_it() -> None:
    order = Order(total=1)
    del order.total
    assert order.total is None
    assert "total" not in repr(order)


def test_a_field_of_the_class_is_its_description() -> None:
    field: Any = Order.total
    assert isinstance(field, ModelField)
    assert str(field) == "Order.total"


def test_the_primary_key_of_one_field() -> None:
    order = Order()
    assert order.pk is None
    order.pk = "7"
    assert (order.pk, order.id) == (7, 7)
    assert Order(pk=8).id == 8


def test_the_primary_key_of_several_fields_is_in_metas_order() -> None:
    line = Line(pk=(5, 2))
    assert (line.order_id, line.number, line.pk) == (5, 2, (5, 2))
    for wrong in (5, (5,), (5, 2, 1)):
        with pytest.raises(FieldError, match=r"Line\.pk is order_id, number"):
            line.pk = wrong


def test_a_model_without_a_key_has_no_pk() -> None:
    assert Tick(value=1).pk is None
    with pytest.raises(FieldError, match="no field"):
        Tick(pk=())


def test_instances_of_the_same_row_are_equal() -> None:
    assert Order(id=1) == Order(id=1, status="paid")
    assert hash(Order(id=1)) == hash(Order(id=1))
    assert Order(id=1) != Order(id=2)
    assert Line(pk=(1, 2)) == Line(pk=(1, 2))
    assert len({Order(id=1), Order(id=1), Order(id=2)}) == 2


def test_instances_without_a_key_are_only_themselves() -> None:
    for one, other in (
        (Order(), Order()),
        (Tick(), Tick()),
        (Line(number=1), Line(number=1)),
    ):
        assert one == one  # noqa: PLR0124
        assert one != other
        with pytest.raises(TypeError, match="without a primary key value"):
            hash(one)


def test_instances_of_different_models_differ() -> None:
    assert Order(id=1) != Invoice(id=1)
    assert Order(id=1) != 1


def test_copies_and_pickles_keep_values_and_what_is_unset() -> None:
    order = Order(id=1, total="3.25")
    for again in (
        copy.copy(order),
        copy.deepcopy(order),
        pickle.loads(pickle.dumps(order)),
    ):
        assert again is not order
        assert repr(again) == repr(order)
        again.total = "4"
        assert order.total == Decimal("3.25")


def test_each_model_has_its_own_exceptions() -> None:
    assert issubclass(Order.DoesNotExist, ObjectDoesNotExist)
    assert issubclass(Order.MultipleObjectsReturned, MultipleObjectsReturned)
    assert issubclass(Order.DoesNotExist, HyperError)
    assert Order.DoesNotExist is Order.DoesNotExist
    assert Order.DoesNotExist is Order(id=1).DoesNotExist
    assert not issubclass(Order.DoesNotExist, Line.DoesNotExist)
    assert Order.DoesNotExist.__qualname__ == "Order.DoesNotExist"
    problem = pickle.loads(pickle.dumps(Order.DoesNotExist("gone")))
    assert isinstance(problem, Order.DoesNotExist)


def test_the_exceptions_of_an_abstract_base_catch_those_of_its_models() -> None:
    assert issubclass(Invoice.DoesNotExist, Base.DoesNotExist)
    assert Invoice.DoesNotExist is not Receipt.DoesNotExist


def test_an_abstract_base_gives_its_fields_first() -> None:
    assert list(Invoice._meta.by_name) == ["created_by", "owner_id", "id"]
    assert Invoice(id=1).created_by == "nobody"
    assert Invoice._meta.fields[0].model is Invoice
    assert Base._meta.fields[0].model is Base


def test_an_abstract_bases_meta_is_inherited_or_replaced() -> None:
    assert (Invoice._meta.schema, Invoice._meta.table_name) == ("shop", "invoices")
    assert not Invoice._meta.abstract
    assert Receipt._meta.schema == "public"


def test_a_model_may_declare_an_inherited_field_anew() -> None:
    assert list(Receipt._meta.by_column) == ["owner_id", "id", "author"]
    assert Base._meta.by_name["created_by"].column == "created_by"


def test_each_model_has_its_own_relation_from_an_abstract_base() -> None:
    relation = Invoice._meta.relations["owner"]
    assert relation.field.model is Invoice
    assert Invoice(owner=Order(id=3)).owner_id == 3


def test_an_abstract_model_has_no_instances() -> None:
    with pytest.raises(TypeError, match="Base is abstract"):
        Base()


def test_the_base_of_all_has_no_instances() -> None:
    with pytest.raises(TypeError, match="Model itself has no rows"):
        Model()


def test_an_inherited_field_can_be_taken_away() -> None:
    class Anonymous(Base):
        id: int = Field(primary_key=True)
        created_by = None  # type: ignore[assignment]

        class Meta:
            table_name = "anonymous"

    assert list(Anonymous._meta.by_name) == ["owner_id", "id"]


def test_a_model_with_a_table_is_no_base() -> None:
    with pytest.raises(
        ModelError, match=r"Special inherits from Order.*inherits = \[\"Order\"\]"
    ):

        class Special(Order):
            pass


def test_keyed_constraint_without_fields_stands_for_the_marked_ones() -> None:
    class Named(Model):
        b: int = Field(primary_key=True)
        a: int = Field(primary_key=True)

        class Meta:
            table_name = "named"
            constraints = (PrimaryKey(name="named_key"),)

    assert [field.name for field in Named._meta.primary_key] == ["b", "a"]
