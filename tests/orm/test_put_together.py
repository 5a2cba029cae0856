"""Querysets put together by ``&`` and ``|``, and the periods in which a field has values."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import FieldError
from orm_support import Run


def test_both_and_either(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        objects = shop.Orders.objects
        querysets: list[Any] = [
            objects.all(),
            objects.none(),
            objects.filter(status="paid"),
            objects.exclude(status="paid").filter(total__gt=300),
            objects.filter(user__name__startswith="B"),
            objects.exclude(order_item_set__quantity__gt=3),
        ]
        keys = [{row.pk for row in await queryset} for queryset in querysets]
        for (a, left), (b, right) in itertools.product(
            zip(querysets, keys, strict=True), repeat=2
        ):
            assert {row.pk for row in await (a & b)} == left & right
            assert {row.pk for row in await (a | b)} == left | right

    run(work)


def test_periods(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        objects = shop.Orders.objects
        moments = await objects.values_list("created_at", flat=True)
        years = sorted({moment.date().replace(month=1, day=1) for moment in moments})
        assert await objects.dates("created_at", "year") == years
        assert await objects.dates("created_at", "year", "DESC") == years[::-1]
        hours = {moment.replace(minute=0, second=0) for moment in moments}
        assert await objects.datetimes("created_at", "hour") == sorted(hours)

    run(work)


def test_what_can_t_be_put_together(shop: ModuleType) -> None:
    objects = shop.Orders.objects
    for wrong in (objects.all()[:3], objects.distinct(), shop.User.objects.all()):
        with pytest.raises(FieldError, match="& and |"):
            objects.all() & wrong
    with pytest.raises(FieldError, match="no 'fortnight'"):
        objects.dates("created_at", "fortnight")
