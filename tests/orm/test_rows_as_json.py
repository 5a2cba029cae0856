"""``Response.json_of(queryset)``: what is written straight from the rows is what their instances become."""

from __future__ import annotations

import json
from decimal import Decimal
from types import ModuleType
from typing import Any, Literal

import pytest
from hyperdjango import Response, errors
from hyperdjango.app.response import encode_json
from hyperdjango.database import Database
from hyperdjango.models import Count, F, Model
from orm_support import Run


def models(shop: ModuleType) -> list[type[Model]]:
    """The classes of the sample database."""
    return [
        one
        for one in vars(shop).values()
        if isinstance(one, type) and issubclass(one, Model) and one is not Model
    ]


async def both(
    queryset: Any, decimals: Literal["string", "number"] = "string"
) -> bytes:
    """The body of a queryset, which is that of its instances."""
    straight = await Response.json_of(queryset, decimals=decimals)
    instances = Response.json(await queryset, decimals=decimals)
    assert straight.body == instances.body
    return straight.body


def test_every_table_of_the_sample(shop: ModuleType, run: Run) -> None:
    found = models(shop)
    assert len(found) > 20

    async def work(_: Database) -> None:
        filled = 0
        for model in found:
            key = [field.name for field in model._meta.primary_key]
            queryset = (
                model.objects.order_by(*key or ["ctid"]) if key else model.objects.all()
            )
            filled += bool(json.loads(await both(queryset)))
            await both(queryset, "number")
        assert filled > 10

    run(work)


def test_what_a_query_adds_and_leaves_out(shop: ModuleType, run: Run) -> None:
    async def work(_: Database) -> None:
        orders = shop.Orders.objects.order_by("pk")
        for queryset in (
            orders.annotate(double=F("total") * 2),
            orders.annotate(items=Count("order_item_set")),
            orders.only("id"),
            orders.defer("total"),
            orders.select_related("user"),
            orders.prefetch_related("order_item_set"),
            orders[:3],
            orders.none(),
            orders.values("id", "total"),
            orders.values_list("id", flat=True),
            orders.filter(total__gt=10).union(orders.filter(total__lt=5)),
        ):
            await both(queryset)
        assert json.loads(await both(orders.filter(pk=-1))) == []
        row = json.loads(await both(orders.annotate(double=F("total") * 2)))[0]
        assert "double" in row and "user" not in row

    run(work)


def test_a_model_may_say_itself_what_it_becomes(shop: ModuleType, run: Run) -> None:
    class Own(Model):
        class Meta:
            table_name = "countries"
            managed = False

        def to_dict(self) -> dict[str, Any]:
            return {"mine": True}

    async def work(_: Database) -> None:
        assert set(json.loads(await both(Own.objects.all()))[0]) == {"mine"}

    run(work)


def test_what_json_can_not_say_is_named(shop: ModuleType, run: Run) -> None:
    async def work(_: Database) -> None:
        bad = shop.Orders.objects.order_by("pk").annotate(
            odd=F("total") * 0 + Decimal("NaN")
        )[:2]
        with pytest.raises(errors.DataError, match=r"\$\[0\]\.odd"):
            await Response.json_of(bad, decimals="number")

    run(work)


def test_the_rows_are_for_json_alone(shop: ModuleType, run: Run) -> None:
    async def work(_: Database) -> None:
        rows = await shop.Country.objects.all()._for_json()
        assert len(rows) == await shop.Country.objects.count()
        assert type(rows).__name__ == "Rows"
        assert json.loads(encode_json({"rows": rows}))["rows"] == json.loads(
            await both(shop.Country.objects.all())
        )

    run(work)
