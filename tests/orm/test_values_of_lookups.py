"""Values that a column takes are values of its lookups: JSON with decimals and dates, bytes of any kind; and defaults."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.errors import DataError, FieldError, FieldValueError
from hyperdjango.models import Field, Model
from hyperdjango.postgres import ArrayAgg, JSONBAgg
from hyperdjango.query import F, Q, Value
from writes_support import World, world

SCHEMA = """
CREATE TABLE holder (
    id serial PRIMARY KEY, js jsonb, dj jsonb, lj jsonb, sj jsonb, raw json, photo bytea, name text, token uuid,
    day date, at timestamptz, tags text[]
);
"""


class Holder(Model):
    id: int = Field(primary_key=True)
    js: Any = Field(nullable=True, db_type="jsonb")
    dj: dict[str, Any] = Field(nullable=True, db_type="jsonb")
    lj: list[Any] = Field(nullable=True, db_type="jsonb")
    sj: str = Field(nullable=True, db_type="jsonb")
    raw: Any = Field(nullable=True, db_type="json")
    photo: bytes = Field(nullable=True)
    name: str = Field(nullable=True)
    token: str = Field(nullable=True, db_type="uuid")
    day: date = Field(nullable=True)
    at: datetime = Field(nullable=True)
    tags: list[str] = Field(nullable=True, db_type="text[]")

    class Meta:
        table_name = "holder"
        managed = False


@pytest.fixture
def holders(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


PARTS: dict[str, Any] = {
    "price": Decimal("1.10"),
    "digits": Decimal("12345678901234567890.123456789"),
    "day": date(2020, 1, 1),
    "at": datetime(2020, 1, 1, 12, tzinfo=UTC),
    "clock": time(12, 30),
    "token": uuid.UUID(int=5),
    "deep": [{"price": Decimal("2.50")}, None, "x", True],
}


@pytest.mark.parametrize("name", ["js", "dj", "raw", "sj"])
def test_json_is_looked_up_as_it_is_written(holders: World, name: str) -> None:
    async def work(database: Any) -> None:
        objects = Holder.objects
        if name == "sj":
            await objects.create(id=1)
            await objects.filter(id=1).update(sj=PARTS)
        else:
            await objects.create(id=1, **{name: PARTS})
        await objects.create(
            id=2, **{name: {"price": 5} if name != "sj" else '{"price": 5}'}
        )
        for lookup in (
            {name: PARTS},
            {f"{name}__in": [PARTS, {"other": 1}]},
            {f"{name}__contains": {"day": date(2020, 1, 1), "price": Decimal("1.1")}},
            {f"{name}__contained_by": {**PARTS, "more": 1}},
            {f"{name}__range": (PARTS, PARTS)},
            {name: Value(PARTS)},
            {f"{name}__deep__0__price": Decimal("2.5")},
            *({f"{name}__{key}": value} for key, value in PARTS.items()),
        ):
            for _ in range(2):
                assert await objects.filter(**lookup).values_list("id", flat=True) == [
                    1
                ], lookup
            assert await objects.exclude(**lookup).values_list("id", flat=True) == [
                2
            ], lookup
        annotated = objects.annotate(v=F(name))
        assert await annotated.filter(v=PARTS).count() == 1
        assert await annotated.filter(v__price=Decimal("1.10")).count() == 1
        assert (
            await objects.filter(**{f"{name}__in": [Value(PARTS), F(name)]}).count()
            == 2
        )
        assert await objects.filter(Q(**{name: PARTS}) | Q(id=2)).count() == 2

    holders.run(work)  # fmt: skip


def test_json_of_other_kinds(holders: World) -> None:
    async def work(database: Any) -> None:
        for value in ("text", 5, [1, Decimal("1.5")], True, "", '{"a": 1}', Decimal(3)):
            row = await Holder.objects.create(js=value)
            assert await Holder.objects.filter(js=value, id=row.id).count() == 1
        await Holder.objects.create(lj=[Decimal("1.5"), date(2020, 1, 1)])
        assert (
            await Holder.objects.filter(lj=[Decimal("1.5"), date(2020, 1, 1)]).count()
            == 1
        )
        assert await Holder.objects.filter(lj__contains=[Decimal("1.50")]).count() == 1
        for value in (float("nan"), {"a": object()}):
            for name in ("js", "sj", "js__a"):
                with pytest.raises(
                    FieldValueError, match=f"Holder.{name.partition('_')[0]}"
                ):
                    await Holder.objects.filter(**{name: value})

    holders.run(work)


def test_bytes_of_any_kind(holders: World) -> None:
    async def work(database: Any) -> None:
        await Holder.objects.create(id=1, photo=b"\x00\xff")
        await Holder.objects.create(id=2, photo=b"other")
        for value in (b"\x00\xff", bytearray(b"\x00\xff"), memoryview(b"\x00\xff")):
            for asked in (
                Holder.objects.filter(photo=value),
                Holder.objects.filter(photo__in=[value]),
                Holder.objects.filter(photo__range=(value, value)),
                Holder.objects.filter(photo=Value(value)),
                Holder.objects.exclude(photo__gt=value),
            ):
                assert await asked.values_list("id", flat=True) == [1]
            with pytest.raises(FieldValueError, match="a list of values"):
                Holder.objects.filter(photo__in=value)

    holders.run(work)


def test_defaults_of_aggregates_are_of_their_type(holders: World) -> None:
    async def work(database: Any) -> None:
        objects = Holder.objects
        none = objects.filter(id=-1)
        token = "00000000-0000-0000-0000-000000000005"
        defaults: list[tuple[str, list[Any], Any]] = [
            ("id", [], []),
            ("id", [1, None, 3], [1, None, 3]),
            ("name", [], []),
            ("name", ['a "b", {c}', ""], ['a "b", {c}', ""]),
            ("day", [date(2020, 1, 1)], [date(2020, 1, 1)]),
            (
                "at",
                [datetime(2020, 1, 1, tzinfo=UTC)],
                [datetime(2020, 1, 1, tzinfo=UTC)],
            ),
            ("photo", [b"\x00"], [b"\x00"]),
        ]
        for name, default, wanted in defaults:
            for given in (default, Value(default), tuple(default)):
                found = await none.aggregate(x=ArrayAgg(name, default=given))
                assert found == {"x": wanted}
        found = await none.aggregate(x=ArrayAgg("token", default=[token]))
        assert [str(one) for one in found["x"]] == [token]
        typed = ArrayAgg("id", default=Value("{7}", db_type="integer[]"))
        assert await none.aggregate(x=typed) == {"x": [7]}
        computed = ArrayAgg(F("id") + 1, default=[])
        assert await none.aggregate(x=computed) == {"x": []}
        with pytest.raises(FieldValueError, match="time zone"):
            await none.aggregate(x=ArrayAgg("at", default=[datetime(2020, 1, 1)]))
        for default, wanted in (
            ([], []),
            (Value([]), []),
            (Value("[]"), []),
            ("[1]", [1]),
            ([Decimal("1.5")], [1.5]),
            ({"a": 1}, {"a": 1}),
            (Value('{"a": 1}'), {"a": 1}),
            (Value("[]", db_type="jsonb"), []),
        ):
            made = JSONBAgg("name", default=default)
            assert await none.aggregate(x=made) == {"x": wanted}
        with pytest.raises(FieldValueError, match="no JSON"):
            JSONBAgg("name", default="draft")
        await objects.create(id=1, name="a")
        found = await objects.aggregate(
            x=JSONBAgg("name", default=[]), y=ArrayAgg("id", default=[])
        )
        assert found == {"x": ["a"], "y": [1]}

    holders.run(work)


def test_using_takes_a_database_or_its_name() -> None:
    for wrong in (5, object(), Holder, ["x"]):
        with pytest.raises(FieldError, match="takes a Database, its name or None"):
            Holder.objects.using(wrong)  # type: ignore[arg-type]
    Holder.objects.using("anything")
    Holder.objects.using(None)


def test_half_a_character_is_refused(holders: World) -> None:
    half = "a\ud800"

    async def work(database: Any) -> None:
        objects = Holder.objects
        await objects.create(id=1, name="é", tags=["é"])
        for _ in range(2):
            assert (await objects.get(name="é")).id == 1
            for lookup in (
                {"name": half},
                {"name__in": ["é", half]},
                {"name__icontains": half},
                {"name__range": ("é", half)},
                {"js__key": half},
                {"js": {"a": half}},
                {"tags": [half]},
                {"tags__contains": [half]},
            ):
                with pytest.raises(FieldValueError, match="Holder"):
                    await objects.filter(**lookup)
            with pytest.raises(FieldValueError, match="Holder.name"):
                await objects.get(name=half)
        with pytest.raises(DataError, match="surrogate"):
            await objects.create(name=half)
        with pytest.raises(DataError, match="surrogate"):
            await objects.annotate(x=Value(half))

    holders.run(work)
