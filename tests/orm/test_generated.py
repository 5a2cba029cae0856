"""Generated columns: the database computes them; they come back, and are never written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE lines (id serial PRIMARY KEY, quantity integer, price numeric,
    total numeric GENERATED ALWAYS AS (quantity * price) STORED);
"""


class Line(Model):
    id: int = Field(primary_key=True)
    quantity: int = Field(nullable=True)
    price: Decimal = Field(nullable=True)
    total: Decimal = Field(nullable=True, generated="((quantity)::numeric * price)")

    class Meta:
        table_name = "lines"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


number = st.none() | st.integers(-1000, 1000)
price = st.none() | st.decimals(-1000, 1000, places=2)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(number, price, number)
def test_what_is_computed_comes_back(
    w: World, quantity: int, price: Decimal, other: int
) -> None:
    def total(n: int | None) -> Decimal | None:
        return None if n is None or price is None else n * price

    async def work(database: Noting) -> None:
        one = await Line.objects.create(quantity=quantity, price=price)
        assert one.total == total(quantity)
        one.quantity = other
        await one.save()
        assert one.total == total(other)
        loaded = await Line.objects.get(pk=one.pk)
        loaded.quantity = quantity
        await loaded.save(update_fields=["quantity"])
        assert loaded.total == total(quantity)
        copied = await Line.objects.bulk_create([Line(quantity=other, price=price)])
        assert copied[0].total == total(other)

    w.run(work)


def test_it_is_not_written(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Line.objects.create(quantity=1, price=2)
        for refused in (
            Line(quantity=1, total=5).save(),
            Line.objects.create(total=5),
            Line.objects.bulk_create([Line(total=5)]),
            Line.objects.update(total=5),
            Line.objects.bulk_update([one], ["total"]),
            one.save(update_fields=["total"]),
        ):
            with pytest.raises(errors.FieldError, match=r"Line\.total"):
                await refused
        one.total = Decimal(7)
        with pytest.raises(errors.FieldError, match=r"Line\.total"):
            await one.save()
        # A copy of a loaded row is a new row.
        copied = await Line.objects.get(pk=one.pk)
        await copied.delete()
        await copied.save(force_insert=True)
        assert copied.total == 2

    w.run(work)
