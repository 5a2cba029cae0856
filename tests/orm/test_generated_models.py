"""The models that `hyper inspectdb` writes, used through the ORM as they are."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from hyperdjango.database import Database
from hyperdjango.models import Model
from hyperdjango.models.field import ModelField
from orm_support import Run


def models_of(module: ModuleType) -> list[type[Model]]:
    """Every model of a module."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Model)
        and value.__module__ == module.__name__
    ]


def read(field: ModelField) -> str:
    """A column in SQL as models promise to read it."""
    column = '"' + field.column.replace('"', '""') + '"'
    if field.python_type is str:
        # What the type's output function prints: a cast to text is another thing for inet.
        return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END AS {column}"
    if field.db_type == "money":
        return f"{column}::numeric AS {column}"
    return column


def test_the_lines_of_the_page(shop: ModuleType, run: Run) -> None:
    """The page's two routes, without the application around them."""

    async def work(database: Database) -> None:
        products = await shop.Product.objects.order_by("-created_at").all()
        dicts = [product.to_dict() for product in products]
        assert len(dicts) == await database.query_val("SELECT count(*) FROM products")
        assert dicts == await database.query(
            "SELECT * FROM products ORDER BY created_at DESC"
        )
        product = await shop.Product.objects.get(sku=dicts[0]["sku"])
        assert product.to_dict() == dicts[0]
        await database.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY product_stats")

    run(work)


def test_every_model_reads_every_row_as_the_database_has_it(
    shop: ModuleType, run: Run
) -> None:
    models = models_of(shop)
    assert len(models) == 25

    async def work(database: Database) -> None:
        for model in models:
            options = model._meta
            rows: list[Any] = await model.objects.all()
            assert len(rows) == await model.objects.count(), model
            columns = ", ".join(f"{read(field)}" for field in options.fields)
            table = f'"{options.schema}"."{options.table_name}"'
            expected = await database.query(f"SELECT {columns} FROM {table}")
            found = [
                {field.column: getattr(row, field.name) for field in options.fields}
                for row in rows
            ]
            assert sorted(found, key=str) == sorted(expected, key=str), model

    run(work)


def test_every_row_can_be_found_by_its_key(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        for model in models_of(shop):
            if not model._meta.primary_key:
                continue
            for row in await model.objects.all()[:3]:
                assert await model.objects.get(pk=row.pk) == row
                assert await model.objects.filter(pk__in=[row.pk]).count() == 1

    run(work)
