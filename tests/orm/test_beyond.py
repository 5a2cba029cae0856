"""Dates, moments and times that Python has not: they are looked up as they are written and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.errors import FieldValueError
from hyperdjango.models import Field, Model
from hyperdjango.query import Case, F, Max, Q, Value, When
from writes_support import World, world

SCHEMA = """
CREATE TABLE era (
    day date PRIMARY KEY, at timestamptz, local timestamp, clock time, offset_clock timetz, text_day date
);
CREATE TABLE ruler (id serial PRIMARY KEY, era_id date NOT NULL REFERENCES era, name text NOT NULL);
CREATE TABLE season (
    day date, clock time, name text NOT NULL, PRIMARY KEY (day, clock)
);
INSERT INTO era VALUES
    ('-infinity', '-infinity', '-infinity', '00:00', '00:00+00', '-infinity'),
    ('0044-03-15 BC', '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00 BC', '12:00', '12:00+00', '0044-03-15 BC'),
    ('2020-01-01', '2020-01-01 12:00+00', '2020-01-01 12:00', '13:00', '13:00+00', '2020-01-01'),
    ('10000-01-01', '10000-01-01 00:00:00+00', '10000-01-01 00:00:00', '23:00', '23:00+00', '10000-01-01'),
    ('infinity', 'infinity', 'infinity', '24:00', '24:00+00', 'infinity');
INSERT INTO ruler (era_id, name) VALUES ('0044-03-15 BC', 'Caesar'), ('infinity', 'Nobody'), ('2020-01-01', 'Ann');
INSERT INTO season VALUES ('infinity', '24:00', 'end'), ('2020-01-01', '12:00', 'noon');
"""


class Era(Model):
    day: date = Field(primary_key=True)
    at: datetime = Field(nullable=True)
    local: datetime = Field(nullable=True, db_type="timestamp without time zone")
    clock: time = Field(nullable=True)
    offset_clock: time = Field(nullable=True, db_type="time with time zone")
    text_day: str = Field(nullable=True, db_type="date")

    class Meta:
        table_name = "era"
        managed = False


class Ruler(Model):
    id: int = Field(primary_key=True)
    era_id: date = Field(foreign_key="Era", related_name="rulers")
    name: str = Field()

    class Meta:
        table_name = "ruler"
        managed = False


class Season(Model):
    day: date = Field(primary_key=True)
    clock: time = Field(primary_key=True)
    name: str = Field()

    class Meta:
        table_name = "season"
        managed = False


@pytest.fixture(scope="module")
def eras(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
BEYOND: dict[str, list[Any]] = {
    "day": ["infinity", "-infinity", "10000-01-01", "0044-03-15 BC"],
    "at": ["infinity", "-infinity", "10000-01-01 00:00:00+00", "0044-03-15 12:00:00+00 BC"],
    "local": ["infinity", "-infinity", "10000-01-01 00:00:00", "0044-03-15 12:00:00 BC"],
    "clock": ["24:00:00"],
    "offset_clock": ["24:00:00+00"],
    "text_day": ["infinity", "0044-03-15 BC"],
}  # fmt: skip
USUAL: dict[str, Any] = {
    "day": date(2020, 1, 1),
    "at": datetime(2020, 1, 1, 12, tzinfo=UTC),
    "local": datetime(2020, 1, 1, 12),
    "clock": time(13),
    "offset_clock": time(13, tzinfo=UTC),
    "text_day": "2020-01-01",
}


async def days(asked: Any) -> list[Any]:
    found: list[Any] = await asked.order_by("day").values_list("day", flat=True)
    return found


@pytest.mark.parametrize("name", BEYOND)
def test_lookups_find_what_sql_finds(eras: World, name: str) -> None:
    async def work(database: Any) -> None:
        for value in BEYOND[name]:
            for lookup, operator in OPERATORS.items():
                sql = f"SELECT day FROM era WHERE {name} {operator} '{value}' ORDER BY day"
                wanted = [row["day"] for row in await database.query(sql)]
                asked = Era.objects.filter(**{f"{name}__{lookup}": value})
                assert await days(asked) == wanted, (lookup, value)
                # The same text again, with a value that Python has.
                usual = Era.objects.filter(**{f"{name}__{lookup}": USUAL[name]})
                sql = sql.replace(f"'{value}'", f"'{USUAL[name]}'")
                assert await days(usual) == [
                    row["day"] for row in await database.query(sql)
                ]

    eras.run(work)


@pytest.mark.parametrize("name", BEYOND)
def test_lists_and_ranges_take_both_kinds(eras: World, name: str) -> None:
    async def work(database: Any) -> None:
        value, usual = BEYOND[name][0], USUAL[name]
        both = (
            f"SELECT day FROM era WHERE {name} IN ('{value}', '{usual}') ORDER BY day"
        )
        wanted = [row["day"] for row in await database.query(both)]
        assert len(wanted) == 2
        for values in (
            [value, usual],
            [usual, value, None],
            (value, usual),
            {value, usual},
        ):
            assert await days(Era.objects.filter(**{f"{name}__in": values})) == wanted
        mixed = [value, F(name)]
        assert len(await days(Era.objects.filter(**{f"{name}__in": mixed}))) == 5
        for pair in ((usual, value), (F(name), value), (usual, F(name))):
            found = await days(Era.objects.filter(**{f"{name}__range": pair}))
            assert found[-1] == wanted[-1]
        assert value in [
            getattr(row, name) for row in await Era.objects.exclude(**{name: usual})
        ]

    eras.run(work)  # fmt: skip


def test_keys_are_found(eras: World) -> None:
    async def work(database: Any) -> None:
        for value in BEYOND["day"]:
            row = await Era.objects.get(pk=value)
            assert row.day == value
            assert (await Era.objects.get(day=value)).day == value
            await row.refresh_from_db()
            assert [one.era_id for one in await Ruler.objects.filter(era=row)] == [
                one.era_id for one in await Ruler.objects.filter(era_id=value)
            ]
            assert await Era.objects.filter(pk=row.pk).exists()
            assert await Era.objects.contains(row)
        found = await Era.objects.in_bulk(
            ["infinity", "0044-03-15 BC", date(2020, 1, 1)]
        )
        assert set(found) == {"infinity", "0044-03-15 BC", date(2020, 1, 1)}
        end = await Era.objects.get(pk="infinity")
        assert [one.name for one in await Ruler.objects.filter(era__in=[end])] == [
            "Nobody"
        ]
        assert await days(Era.objects.filter(rulers__era__at="infinity")) == [
            "infinity"
        ]
        fetched = await Era.objects.prefetch_related("rulers").order_by("day")
        assert [[one.name for one in era.rulers] for era in fetched] == [
            [],
            ["Caesar"],
            ["Ann"],
            [],
            ["Nobody"],
        ]
        rulers = await Ruler.objects.prefetch_related("era").order_by("id")
        assert [one.era.day for one in rulers] == [
            "0044-03-15 BC",
            "infinity",
            date(2020, 1, 1),
        ]

    eras.run(work)  # fmt: skip


def test_keys_of_several_fields_are_found(eras: World) -> None:
    async def work(database: Any) -> None:
        end = ("infinity", "24:00:00")
        noon = (date(2020, 1, 1), time(12))
        assert (await Season.objects.get(pk=end)).name == "end"
        assert (await Season.objects.get(pk=noon)).name == "noon"
        assert set(await Season.objects.in_bulk([end, noon])) == {end, noon}
        assert await Season.objects.filter(pk__in=[end]).count() == 1

    eras.run(work)


def test_what_is_computed_is_compared(eras: World) -> None:
    async def work(database: Any) -> None:
        asked = Ruler.objects.values("id").annotate(m=Max("era__at"))
        assert await asked.filter(m="infinity").count() == 1
        assert await asked.filter(m__in=["infinity", USUAL["at"]]).count() == 2
        assert (
            await Era.objects.filter(Q(at="infinity") | ~Q(at__lt="infinity")).count()
            == 1
        )
        case = Case(When(at="infinity", then=Value(1)), default=Value(0))
        assert sorted([row.x for row in await Era.objects.annotate(x=case)]) == [
            0,
            0,
            0,
            0,
            1,
        ]
        assert await Era.objects.filter(at="infinity").update(clock="24:00:00") == 1
        assert (
            await Era.objects.exclude(at="infinity").filter(clock="24:00:00").count()
            == 0
        )

    eras.run(work)  # fmt: skip


def test_other_text_is_no_date(eras: World) -> None:
    for name in ("day", "at", "local", "clock", "offset_clock"):
        for value in ("soon", "infinity and more", "2020-13-01"):
            with pytest.raises(FieldValueError, match=name):
                Era.objects.filter(**{name: value})
            with pytest.raises(FieldValueError, match=name):
                Era.objects.filter(**{f"{name}__in": ["infinity", value]})
