"""Assignment converts to the type of the field, and never to another value."""

from __future__ import annotations

import datetime as dates
import enum
import ipaddress
import json
import math
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango.errors import FieldValueError, HyperError
from hyperdjango.models import Field, Model
from hypothesis import assume, given
from hypothesis import strategies as st

PLUS_TWO = dates.timezone(dates.timedelta(hours=2))


class Sample(Model):
    whole: int = Field()
    number: float = Field()
    amount: Decimal = Field()
    text: str = Field()
    document: str = Field(db_type="jsonb")
    flag: bool = Field()
    data: bytes = Field()
    day: date = Field()
    moment: datetime = Field()
    local: datetime = Field(db_type="timestamp(3) without time zone")
    stamp: datetime = Field(db_type="public.stamp")
    clock: time = Field()
    zoned: time = Field(db_type="time with time zone")

    class Meta:
        table_name = "samples"


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


def converted(name: str, value: object) -> Any:
    return getattr(Sample(**{name: value}), name)


ACCEPTED: list[tuple[str, object, object]] = [
    ("whole", 5, 5),
    ("whole", "5", 5),
    ("whole", " -5 ", -5),
    ("whole", 3.0, 3),
    ("whole", Decimal("3.00"), 3),
    ("whole", True, 1),
    ("whole", Level.HIGH, 3),
    ("whole", 2**200, 2**200),
    ("number", 1.5, 1.5),
    ("number", 3, 3.0),
    ("number", "1.5e3", 1500.0),
    ("number", "-Infinity", -math.inf),
    ("number", Decimal("0.1"), 0.1),
    ("amount", Decimal("3.250"), Decimal("3.250")),
    ("amount", "3.25", Decimal("3.25")),
    ("amount", " 3.25 ", Decimal("3.25")),
    ("amount", 3, Decimal(3)),
    ("amount", 0.1, Decimal("0.1")),
    ("amount", "1e-20", Decimal("1e-20")),
    ("amount", "Infinity", Decimal("Infinity")),
    ("text", "x", "x"),
    ("text", Colour.RED, "red"),
    ("text", 5, "5"),
    ("text", Decimal("1.50"), "1.50"),
    (
        "text",
        uuid.UUID("12345678123456781234567812345678"),
        "12345678-1234-5678-1234-567812345678",
    ),
    ("text", ipaddress.ip_address("10.0.0.1"), "10.0.0.1"),
    ("document", {"a": [1, None, "é"]}, '{"a": [1, null, "é"]}'),
    ("document", '{"a": 1}', '{"a": 1}'),
    ("flag", True, True),
    ("flag", 0, False),
    ("flag", "Yes", True),
    ("flag", " off ", False),
    ("data", b"x", b"x"),
    ("data", bytearray(b"x"), b"x"),
    ("data", memoryview(b"x"), b"x"),
    ("day", date(2024, 5, 17), date(2024, 5, 17)),
    ("day", "2024-05-17", date(2024, 5, 17)),
    ("moment", "2024-05-17T08:30:00Z", datetime(2024, 5, 17, 8, 30, tzinfo=UTC)),
    ("moment", "2024-05-17 08:30+02:00", datetime(2024, 5, 17, 6, 30, tzinfo=UTC)),
    ("local", "2024-05-17T08:30:00", datetime(2024, 5, 17, 8, 30)),
    ("local", "2024-05-17", datetime(2024, 5, 17)),
    ("stamp", datetime(2024, 5, 17), datetime(2024, 5, 17)),
    ("stamp", datetime(2024, 5, 17, tzinfo=UTC), datetime(2024, 5, 17, tzinfo=UTC)),
    ("clock", "08:30", time(8, 30)),
    ("clock", time(8, 30, 1, 5), time(8, 30, 1, 5)),
    ("zoned", "08:30+02:00", time(8, 30, tzinfo=PLUS_TWO)),
]

REFUSED: list[tuple[str, object, str]] = [
    ("whole", 3.7, "Sample.whole can't be 3.7; give a whole number"),
    ("whole", "3.7", "a whole number"),
    ("whole", "1_000", "a whole number"),
    ("whole", "٣", "a whole number"),
    ("whole", "9" * 5000, "a whole number"),
    ("whole", math.nan, "a whole number"),
    ("whole", math.inf, "a whole number"),
    ("whole", Decimal("NaN"), "a whole number"),
    ("whole", Decimal("0.5"), "a whole number"),
    ("whole", b"5", "can't be made from a bytes"),
    ("whole", [5], "can't be made from a list"),
    ("number", 2**53 + 1, "a float can hold"),
    ("number", 10**400, "a float can hold"),
    ("number", "1e400", "a float can hold"),
    ("number", "ten", "a float can hold"),
    ("number", Decimal("0.1000000000000000055511151231257827"), "a float can hold"),
    ("number", True, "can't be made from a bool"),
    ("amount", "three", "a number"),
    ("amount", "1_000", "a number"),
    ("amount", "sNaN", "a number"),
    ("amount", "-NaN", "a number"),
    ("amount", False, "can't be made from a bool"),
    ("amount", (0, (1,), 0), "can't be made from a tuple"),
    ("text", {"a": 1}, "json.dumps(value)"),
    ("text", b"x", "can't be made from a bytes"),
    ("text", True, "can't be made from a bool"),
    ("text", date(2024, 5, 17), "can't be made from a date"),
    ("document", {"a": object()}, "can't be written as JSON"),
    ("document", [math.nan], "can't be written as JSON"),
    ("flag", "maybe", "can't be 'maybe'"),
    ("flag", 2, "can't be 2"),
    ("flag", 1.0, "can't be made from a float"),
    ("data", "x", "value.encode()"),
    ("data", 5, "can't be made from a int"),
    ("day", datetime(2024, 5, 17), "take its date()"),
    ("day", "17.05.2024", "2024-05-17"),
    ("day", 5, "can't be made from a int"),
    ("moment", datetime(2024, 5, 17), "a time zone"),
    ("moment", "2024-05-17T08:30:00", "a time zone"),
    ("moment", date(2024, 5, 17), "can't be made from a date"),
    ("moment", "soon", "a datetime"),
    ("local", datetime(2024, 5, 17, tzinfo=UTC), "without a time zone"),
    ("clock", time(8, tzinfo=UTC), "without a time zone"),
    ("clock", "noon", "08:30"),
    ("clock", datetime(2024, 5, 17), "can't be made from a datetime"),
    ("zoned", time(8), "an offset"),
]


@pytest.mark.parametrize(("name", "given_value", "expected"), ACCEPTED)
def test_a_value_of_the_same_meaning_is_converted(
    name: str, given_value: object, expected: object
) -> None:
    value = converted(name, given_value)
    assert value == expected
    assert type(value) is Sample._meta.by_name[name].python_type
    assert str(value) == str(expected) or name == "moment"


@pytest.mark.parametrize(("name", "given_value", "message"), REFUSED)
def test_a_value_that_would_lose_something_is_refused(
    name: str, given_value: object, message: str
) -> None:
    with pytest.raises(FieldValueError) as caught:
        converted(name, given_value)
    assert str(caught.value).startswith(f"Sample.{name} can't be ")
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, HyperError)


@pytest.mark.parametrize("name", Sample._meta.by_name)
def test_none_is_left_to_the_database(name: str) -> None:
    assert converted(name, None) is None


def test_a_refused_value_leaves_the_old_one() -> None:
    sample = Sample(whole=1)
    with pytest.raises(FieldValueError):
        sample.whole = 3.7  # type: ignore[assignment]
    assert sample.whole == 1


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(FieldValueError) as caught:
        converted("whole", "x" * 1000)
    assert len(str(caught.value)) < 200


@given(st.integers())
def test_any_whole_number_survives_text(value: int) -> None:
    assume(abs(value) < 10**4000)
    assert converted("whole", str(value)) == value
    assert converted("amount", value) == value
    assert converted("text", value) == str(value)


@given(st.floats())
def test_a_float_is_a_whole_number_or_refused(value: float) -> None:
    if math.isfinite(value) and value.is_integer():
        assert converted("whole", value) == value
    else:
        with pytest.raises(FieldValueError):
            converted("whole", value)


@given(st.floats(allow_nan=False))
def test_any_float_survives_every_way_of_writing_it(value: float) -> None:
    assert converted("number", repr(value)) == value
    assert converted("number", Decimal(value)) == value
    assert float(converted("amount", value)) == value


@given(st.integers())
def test_a_float_field_takes_exactly_the_equal_numbers(value: int) -> None:
    try:
        result = converted("number", value)
    except FieldValueError:
        assert float(value) != value
    else:
        assert result == value


@given(st.decimals(allow_nan=False))
def test_any_decimal_survives_text(value: Decimal) -> None:
    result = converted("amount", str(value))
    assert (result, str(result)) == (value, str(value))


@given(st.datetimes(timezones=st.timezones()))
def test_any_aware_moment_survives_text(value: datetime) -> None:
    offset = value.utcoffset()
    assume(offset is not None and offset.microseconds == 0)
    assert converted("moment", value) is value
    assert converted("moment", value.isoformat()).isoformat() == value.isoformat()


@given(st.datetimes(), st.dates(), st.times())
def test_local_times_survive_text(moment: datetime, day: date, clock: time) -> None:
    assert converted("local", moment.isoformat()) == moment
    assert converted("day", day.isoformat()) == day
    assert converted("clock", clock.isoformat()) == clock


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), json_values) | st.lists(json_values))
def test_any_document_survives(value: object) -> None:
    assert json.loads(converted("document", value)) == value


@given(
    st.sampled_from(sorted(Sample._meta.by_name)), st.text() | st.binary() | st.floats()
)
def test_whatever_is_assigned_is_of_the_type_or_refused(
    name: str, value: object
) -> None:
    try:
        result = converted(name, value)
    except FieldValueError:
        return
    assert type(result) is Sample._meta.by_name[name].python_type
