"""Whole numbers that a column has no room for are compared as what they are: no row is equal to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.errors import FieldError, HyperError
from hyperdjango.models import Field, Model
from hyperdjango.query import Count, F, Q
from hyperdjango.query.functions import Length
from writes_support import World, world

SCHEMA = """
CREATE TABLE counted (
    id serial PRIMARY KEY, tiny smallint, plain integer, big bigint, plain_big bigint, exact numeric, name text
);
CREATE TABLE pair (a integer, b bigint, c smallint, PRIMARY KEY (a, b, c));
INSERT INTO counted (tiny, plain, big, plain_big, exact, name)
VALUES (1, 1, 1, 1, 1, 'a'), (32767, 2147483647, 9223372036854775807, 9223372036854775807, 1e30, 'bb'), (NULL, NULL, NULL, NULL, NULL, 'c');
INSERT INTO pair VALUES (1, 1099511627776, 1), (2, 2, 2);
"""


class Counted(Model):
    id: int = Field(primary_key=True)
    tiny: int = Field(nullable=True, db_type="smallint")
    plain: int = Field(nullable=True)
    big: int = Field(nullable=True, db_type="bigint")
    # The model does not say that the column is wider.
    plain_big: int = Field(nullable=True)
    exact: int = Field(nullable=True, db_type="numeric")
    name: str = Field()

    class Meta:
        table_name = "counted"
        managed = False


class Pair(Model):
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True, db_type="bigint")
    c: int = Field(primary_key=True, db_type="smallint")

    class Meta:
        table_name = "pair"
        managed = False


@pytest.fixture(scope="module")
def numbers(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
LARGE = [40_000, -40_000, 2**31, 2**40, -(2**40), 2**63 - 1, 2**63, -(2**70), 10**30]


@pytest.mark.parametrize("name", ["id", "tiny", "plain", "big", "plain_big", "exact"])
def test_lookups_find_what_the_numbers_say(numbers: World, name: str) -> None:
    async def work(database: Any) -> None:
        objects = Counted.objects

        async def ids(asked: Any) -> list[int]:
            found: list[int] = await asked.order_by("id").values_list("id", flat=True)
            return found

        async def by_sql(condition: str) -> list[int]:
            sql = f"SELECT id FROM counted WHERE {condition} ORDER BY id"
            return [row["id"] for row in await database.query(sql)]

        for value in LARGE:
            for lookup, operator in OPERATORS.items():
                condition = f"{name}::numeric {operator} {value}::numeric"
                asked = Q(**{f"{name}__{lookup}": value})
                # The same text with a number that fits, before and behind.
                fits = Q(**{f"{name}__{lookup}": 1})
                usual = await by_sql(f"{name} {operator} 1")
                assert await ids(objects.filter(fits)) == usual
                assert await ids(objects.filter(asked)) == await by_sql(condition)
                assert await ids(objects.filter(fits)) == usual
                assert await ids(objects.exclude(asked)) == await by_sql(
                    f"({condition}) IS NOT TRUE"
                )
            assert await ids(
                objects.filter(**{f"{name}__in": [1, value]})
            ) == await by_sql(f"{name}::numeric IN (1, {value})")
            assert await ids(
                objects.filter(**{f"{name}__range": (0, value)})
            ) == await by_sql(f"{name}::numeric BETWEEN 0 AND {value}")
            mixed = [value, F(name)]
            assert len(await ids(objects.filter(**{f"{name}__in": mixed}))) == (
                3 if name == "id" else 2
            )

    numbers.run(work)  # fmt: skip


def test_no_row_is_found_by_such_a_key(numbers: World) -> None:
    async def work(database: Any) -> None:
        for _ in range(3):
            assert (await Counted.objects.get(id=1)).name == "a"
            for value in (2**31, 2**40, 2**80, -(2**40)):
                with pytest.raises(Counted.DoesNotExist):
                    await Counted.objects.get(id=value)
                with pytest.raises(Counted.DoesNotExist):
                    await Counted.objects.get(pk=value)
            assert (await Counted.objects.get(big=2**63 - 1)).name == "bb"
            with pytest.raises(Counted.DoesNotExist):
                await Counted.objects.get(big=2**63)
        assert set(await Counted.objects.in_bulk([1, 2**40])) == {1}
        assert await Counted.objects.filter(id=2**40).update(name="x") == 0
        assert await Counted.objects.filter(id__gt=2**40).count() == 0
        assert not await Counted.objects.filter(id=2**40).exists()

    numbers.run(work)


def test_keys_of_several_fields(numbers: World) -> None:
    async def work(database: Any) -> None:
        large = (1, 2**40, 1)
        assert (await Pair.objects.get(pk=large)).b == 2**40
        for key in ((2**40, 2, 2), (2, 2**70, 2), (2, 2, 2**20)):
            assert await Pair.objects.filter(pk=key).count() == 0
            assert set(await Pair.objects.in_bulk([key, large])) == {large}

    numbers.run(work)


def test_what_is_computed(numbers: World) -> None:
    async def work(database: Any) -> None:
        objects = Counted.objects
        for value in (2**31, 2**40, 2**70):
            asked = objects.annotate(length=Length("name"))
            assert await asked.filter(length__lt=value).count() == 3
            assert await asked.filter(length=value).count() == 0
            assert await objects.filter(name__length__gt=value).count() == 0
            asked = objects.values("name").annotate(n=Count("id"))
            assert await asked.filter(n__lt=value).count() == 3

    numbers.run(work)


def test_a_lookup_behind_a_lookup_is_told() -> None:
    for name in ("plain__gt__lt", "name__icontains__exact", "big__in__gt__lt"):
        with pytest.raises(FieldError, match="ends a lookup") as told:
            Counted.objects.filter(**{name: 1})
        first = name.rpartition("__")[0] if name.count("__") == 2 else "big__in"
        assert f"say {first}=…" in str(told.value)
        assert "did you mean" not in str(told.value)


def test_several_rows_without_a_condition(numbers: World) -> None:
    async def work(database: Any) -> None:
        with pytest.raises(Counted.MultipleObjectsReturned) as told:
            await Counted.objects.get()
        assert str(told.value) == (
            "there are several Counted rows here; say which one: get(pk=…), or take first()"
        )
        with pytest.raises(HyperError, match="have the given name__lt; narrow"):
            await Counted.objects.get(name__lt="z")

    numbers.run(work)
