"""Views: their rows are read, and can't be changed through their models."""

from __future__ import annotations

from types import ModuleType

import pytest
from hyperdjango import errors
from hyperdjango.database import Database
from orm_support import Run


def test_views_are_read_only(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        for model, kind in (
            (shop.OpenOrder, "view"),
            (shop.ProductStat, "materialized view"),
        ):
            one = await model.objects.first()
            count = await model.objects.count()
            for refused in (
                one.save(force_update=True),
                one.delete(),
                model().save(),
                model.objects.create(),
                model.objects.bulk_create([model()]),
                model.objects.bulk_update([one], []),
                model.objects.all().update(),
                model.objects.all().delete(),
            ):
                with pytest.raises(errors.FieldError, match=f"is a {kind}"):
                    await refused
            assert await model.objects.count() == count

    run(work)


def test_a_materialized_view_is_computed_anew(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        stats = shop.ProductStat.objects
        before = await stats.count()
        await database.execute(
            "INSERT INTO products (sku, name, price, created_at) VALUES ('NEW', 'New', 1, now())"
        )
        assert await stats.count() == before
        await stats.refresh_materialized_view(concurrently=True)
        assert await stats.count() == before + 1
        await stats.refresh_materialized_view()
        with pytest.raises(errors.FieldError):
            await stats.refresh_materialized_view(concurrently=True, with_data=False)
        with pytest.raises(errors.FieldError):
            await shop.OpenOrder.objects.refresh_materialized_view()
        with pytest.raises(errors.FieldError):
            await shop.Product.objects.refresh_materialized_view()

    run(work)
