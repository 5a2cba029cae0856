"""A moment without a time zone never meets one that has one, whatever it stands in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hyperdjango.errors import FieldValueError
from hyperdjango.models import Field, Model
from hyperdjango.query import (
    Case,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from hyperdjango.query.expressions import Func
from hyperdjango.query.functions import Coalesce, Greatest, Least, NullIf
from hyperdjango.query.window import Lag
from writes_support import World, world

SCHEMA = """
CREATE TABLE clocking (
    id serial PRIMARY KEY, at timestamptz, local timestamp, clock time, offset_clock timetz, day date
);
INSERT INTO clocking (at, local, clock, offset_clock, day)
VALUES ('2020-01-01 12:00+00', '2020-01-01 12:00', '12:00', '12:00+00', '2020-01-01');
"""


class Clocking(Model):
    id: int = Field(primary_key=True)
    at: datetime = Field(nullable=True)
    local: datetime = Field(nullable=True, db_type="timestamp without time zone")
    clock: time = Field(nullable=True)
    offset_clock: time = Field(nullable=True, db_type="time with time zone")
    day: date = Field(nullable=True)

    class Meta:
        table_name = "clocking"
        managed = False


@pytest.fixture(scope="module")
def clockings(cluster: Any) -> Any:
    with world(cluster, SCHEMA) as made:
        yield made


NAIVE = datetime(2020, 1, 4, 3, 0)
AWARE = datetime(2020, 1, 4, 3, 0, tzinfo=timezone(timedelta(hours=2)))
# Columns, and what they have nothing to do with.
WRONG = [
    ("at", NAIVE),
    ("local", AWARE),
    ("clock", time(3, tzinfo=UTC)),
    ("offset_clock", time(3)),
]
RIGHT = [
    ("at", AWARE),
    ("local", NAIVE),
    ("clock", time(3)),
    ("offset_clock", time(3, tzinfo=UTC)),
]

objects = Clocking.objects
# The ways for an expression to meet a column, by what the column is called.
MEETINGS: dict[str, Callable[[str, Any], Any]] = {
    "greatest": lambda name, value: objects.annotate(x=Greatest(name, Value(value))),
    "least": lambda name, value: objects.annotate(x=Least(Value(value), name)),
    "coalesce": lambda name, value: objects.annotate(x=Coalesce(name, value)),
    "nullif": lambda name, value: objects.annotate(x=NullIf(name, Value(value))),
    "case": lambda name, value: objects.annotate(
        x=Case(When(id=1, then=Value(value)), default=name)
    ),
    "nested": lambda name, value: objects.annotate(
        x=Greatest(name, Coalesce(Value(None), Value(value)))
    ),
    "values": lambda name, value: objects.values(
        x=Greatest(name, Value(value)), y=F("id")
    ),
    "annotation": lambda name, value: objects.annotate(v=Value(value)).annotate(
        x=Greatest(name, "v")
    ),
    "aggregate": lambda name, value: objects.values("day").annotate(
        x=Max(name, default=value)
    ),
    "of aggregate": lambda name, value: objects.values("day").annotate(
        x=Greatest(Max(name), Value(value))
    ),
    "window": lambda name, value: objects.annotate(
        x=Window(Lag(name, 1, value), order_by="id")
    ),
    "function": lambda name, value: objects.annotate(
        x=Func(name, Value(value), function="greatest")
    ),
    "lookup": lambda name, value: objects.filter(**{f"{name}__gt": Value(value)}),
    "lookup of case": lambda name, value: objects.filter(
        **{f"{name}__gt": Case(When(id=1, then=Value(value)), default=None)}
    ),
    "in": lambda name, value: objects.filter(**{f"{name}__in": [Value(value), F(name)]}),
    "range": lambda name, value: objects.filter(
        **{f"{name}__range": (Value(value), F(name))}
    ),
    "other side": lambda name, value: objects.annotate(v=Value(value)).filter(v=F(name)),
    "Q": lambda name, value: objects.filter(
        Q(id=1) | ~Q(**{name: Coalesce(Value(value), None)})
    ),
    "outer": lambda name, value: objects.filter(
        Exists(objects.filter(id=Value(1)).annotate(
            x=Greatest(OuterRef(name), Value(value))).filter(x__isnull=False))
    ),
    "subquery": lambda name, value: objects.annotate(
        x=Greatest(name, Subquery(objects.values(v=Value(value))[:1]))
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", MEETINGS)
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_moment_of_another_kind_is_refused(
    clockings: World, name: str, value: Any, way: str
) -> None:
    async def work(database: Any) -> None:
        await MEETINGS[way](name, value)

    with pytest.raises(FieldValueError, match="give it"):
        clockings.run(work)


@pytest.mark.parametrize("way", MEETINGS)
@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_moment_of_the_same_kind_is_taken(
    clockings: World, name: str, value: Any, way: str
) -> None:
    async def work(database: Any) -> None:
        await MEETINGS[way](name, value)

    clockings.run(work)


def test_the_words_are_those_for_a_plain_value() -> None:
    with pytest.raises(FieldValueError) as plain:
        objects.filter(at=NAIVE)
    with pytest.raises(FieldValueError) as wrapped:
        objects.annotate(x=Greatest("at", Value(NAIVE)))
    assert str(wrapped.value) == str(plain.value)
    assert "Clocking.at can't be '2020-01-04T03:00:00'" in str(plain.value)


def test_differences_are_between_moments_of_one_kind(clockings: World) -> None:
    for name, value in WRONG[:2]:
        with pytest.raises(FieldValueError, match="give it"):
            objects.annotate(x=F(name) - value)
        with pytest.raises(FieldValueError, match="give it"):
            objects.annotate(x=value - F(name))
        with pytest.raises(FieldValueError, match="give it"):
            objects.filter(**{f"{name}__lt": Value(value) + timedelta(days=1)})

    async def work(database: Any) -> list[Any]:
        made = objects.annotate(a=F("at") - AWARE, b=F("local") - NAIVE)
        made = made.annotate(c=F("day") + time(3), d=F("at") - timedelta(days=1))
        return [(row.a, row.b, row.c, row.d) for row in await made]

    assert clockings.run(work) == [
        (
            timedelta(days=-3, hours=11),
            timedelta(days=-3, hours=9),
            datetime(2020, 1, 1, 3),
            datetime(2019, 12, 31, 12, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_is_written_is_of_the_columns_kind(
    clockings: World, name: str, value: Any
) -> None:
    made = (Value(value), Coalesce(Value(None), Value(value)))
    made = (*made, Case(When(id=1, then=Value(value)), default=None))
    for one in made:
        with pytest.raises(FieldValueError, match="give it"):
            Clocking(**{name: one})

    async def work(database: Any) -> None:
        row = await objects.get(id=1)
        for one in made:
            with pytest.raises(FieldValueError, match="give it"):
                await objects.create(**{name: one})
            with pytest.raises(FieldValueError, match="give it"):
                setattr(row, name, one)
            with pytest.raises(FieldValueError, match="give it"):
                await objects.filter(id=1).update(**{name: one})
            with pytest.raises(FieldValueError, match="give it"):
                await objects.annotate(v=one).update(**{name: F("v")})

    clockings.run(work)


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_value_of_the_columns_kind_is_written(
    clockings: World, name: str, value: Any
) -> None:
    async def work(database: Any) -> None:
        row = await objects.create(**{name: Value(value)})
        assert getattr(row, name) == value
        assert await objects.filter(id=row.id).update(**{name: Value(value)}) == 1
        await row.refresh_from_db()
        assert getattr(row, name) == value
        setattr(row, name, Greatest(name, Value(value)))
        await row.save()
        assert getattr(row, name) == value
        await row.delete()

    clockings.run(work)


def test_an_annotation_is_compared_with_moments_of_its_kind(clockings: World) -> None:
    async def work(database: Any) -> None:
        asked = objects.values("day").annotate(m=Max("at"))
        assert await asked.filter(m__lt=AWARE).count() == 1
        with pytest.raises(FieldValueError, match="time zone"):
            await asked.filter(m__lt=NAIVE).count()
        with pytest.raises(FieldValueError, match="time zone"):
            await asked.filter(m__in=[AWARE, NAIVE]).count()
        asked = objects.values("day").annotate(m=Max("local"))
        assert await asked.filter(m__lt=NAIVE).count() == 1
        with pytest.raises(FieldValueError, match="time zone"):
            await asked.filter(m__lt=AWARE).count()

    clockings.run(work)
