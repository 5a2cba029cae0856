"""Annotations: types, text, aliases, optional types, and names that a field hides."""

import datetime as dates
import decimal
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Optional, Union

import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models import Field, Model
from package_paths import ImportModule

date_ = date
Money = Decimal | None


class Plain(Model):
    id: int | None = Field(primary_key=True)
    number: float = Field()
    amount: decimal.Decimal = Field()
    text: Optional[str] = Field()  # noqa: UP045
    other: Union[None, str] = Field()  # noqa: UP007
    flag: bool = Field()
    data: bytes = Field()
    day: date_ = Field()
    moment: dates.datetime = Field()
    clock: time = Field()
    money: Money = Field()
    late: "Decimal" = Field()
    later: "Optional[dates.date]" = Field()  # noqa: UP045
    last: "int | None" = Field()
    ignored: int
    constant = 5
    annotated: int = 7

    class Meta:
        table_name = "plain"


def test_annotations_say_type_and_null() -> None:
    said = {
        field.name: (field.python_type, field.optional, field.accepts_null)
        for field in Plain._meta.fields
    }
    assert said == {
        "id": (int, True, False),
        "number": (float, False, False),
        "amount": (Decimal, False, False),
        "text": (str, True, True),
        "other": (str, True, True),
        "flag": (bool, False, False),
        "data": (bytes, False, False),
        "day": (date, False, False),
        "moment": (datetime, False, False),
        "clock": (time, False, False),
        "money": (Decimal, True, True),
        "late": (Decimal, False, False),
        "later": (date, True, True),
        "last": (int, True, True),
    }


def test_what_is_no_field_is_left_alone() -> None:
    assert (Plain.constant, Plain.annotated) == (5, 7)
    assert not hasattr(Plain, "ignored")


def test_a_field_may_have_the_name_of_its_type() -> None:
    class Event(Model):
        date: date = Field()
        time: time = Field()

        class Meta:
            table_name = "events"

    event: Any = Event(date="2024-05-17", time="08:30")
    assert event.to_dict() == {"date": date(2024, 5, 17), "time": time(8, 30)}


@pytest.mark.parametrize("annotation", [complex, list[int], int | str, None, 5, Any])
def test_a_type_that_no_column_is_read_as(annotation: Any) -> None:
    with pytest.raises(ModelError, match=r"Wrong\.value is annotated"):
        wrong: Any = type(
            "Wrong",
            (Model,),
            {"__annotations__": {"value": annotation}, "value": Field()},
        )
        _ = wrong._meta.by_name["value"].python_type


@pytest.mark.parametrize("keywords", [{"auto": True}, {"identity": "always"}])
def test_only_whole_numbers_are_counted(keywords: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"Wrong\.value is counted by the database"):

        class Wrong(Model):
            value: str = Field(**keywords)


def test_a_field_without_an_annotation() -> None:
    with pytest.raises(
        ModelError, match=r"Wrong\.value has no annotation; write value: int"
    ):

        class Wrong(Model):
            value = Field()


def test_field_without_parentheses() -> None:
    with pytest.raises(
        ModelError, match=r"Wrong\.value is Field itself; write Field\(\)"
    ):

        class Wrong(Model):
            value: Any = Field


FUTURE = """
from __future__ import annotations

import datetime as dates
from decimal import Decimal
from typing import TYPE_CHECKING, Optional

from hyperdjango.models import Field, Model

if TYPE_CHECKING:
    from uuid import UUID


class Item(Model):
    id: int = Field(primary_key=True)
    price: Decimal | None = Field()
    day: Optional[dates.date] = Field()
    date: dates.date = Field()
    Decimal: Decimal = Field()
    hidden: UUID = Field()
    late: Later = Field()

    class Meta:
        table_name = "items"


Later = str
"""


def test_annotations_as_text_are_looked_up_when_they_are_needed(
    import_module: ImportModule,
) -> None:
    fields = import_module(FUTURE).Item._meta.by_name
    assert fields["price"].python_type is Decimal
    assert fields["price"].accepts_null
    assert fields["day"].python_type is date
    assert fields["date"].python_type is date
    assert fields["Decimal"].python_type is Decimal
    assert fields["late"].python_type is str


def test_text_that_names_nothing_is_an_error_where_it_is_needed(
    import_module: ImportModule,
) -> None:
    module = import_module(FUTURE)
    with pytest.raises(ModelError) as caught:
        module.Item(hidden="x")
    assert str(caught.value) == (
        "Item.hidden is annotated 'UUID', which is not defined there; import it in that "
        "module, outside of any TYPE_CHECKING block"
    )


def test_an_inherited_annotation_means_what_it_means_in_its_own_module(
    import_module: ImportModule,
) -> None:
    import_module(
        """
        from __future__ import annotations
        from decimal import Decimal as Money
        from hyperdjango.models import Field, Model

        class Priced(Model):
            price: Money = Field()

            class Meta:
                abstract = True
        """,
        "pricing",
    )
    module = import_module(
        """
        from pricing import Priced

        class Product(Priced):
            class Meta:
                table_name = "products"
        """
    )
    assert module.Product(price="3.25").price == Decimal("3.25")
