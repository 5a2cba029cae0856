"""Django's ORM by its asynchronous methods, on psycopg 3 with its C part."""

from __future__ import annotations

import asyncio
from typing import Any

import django
import orjson
from data import CHUNK, Values, new_values
from django.conf import settings

from peers import Peer as Base
from peers import fields

settings.configure(
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connections, models


class Columns(models.Model):
    sku = models.TextField(unique=True)
    name = models.TextField()
    price = models.DecimalField(max_digits=None, decimal_places=None)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Product(Columns):
    class Meta:
        app_label = "bench"
        db_table = "products"
        managed = False


class NewProduct(Columns):
    class Meta:
        app_label = "bench"
        db_table = "new_products"
        managed = False


class ManyProduct(Columns):
    class Meta:
        app_label = "bench"
        db_table = "many_products"
        managed = False


class Order(models.Model):
    customer = models.TextField()
    total = models.DecimalField(max_digits=None, decimal_places=None)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "bench"
        db_table = "orders"
        managed = False


class OrderItem(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    sku = models.TextField()
    quantity = models.IntegerField()
    price = models.DecimalField(max_digits=None, decimal_places=None)

    class Meta:
        app_label = "bench"
        db_table = "order_items"
        managed = False


NAMES = ("id", "sku", "name", "price", "created_at")


class Peer(Base):
    """An ORM; its asynchronous methods run in a thread, one after the other."""

    async def open(self) -> None:
        default = connections.databases["default"]
        default.update(
            NAME="bench",
            USER="postgres",
            HOST=self.host,
            PORT=self.port,
            CONN_MAX_AGE=None,
            OPTIONS={"prepare_threshold": 5},
        )

    async def by_key(self, key: int) -> Any:
        return fields(await Product.objects.aget(id=key))

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            return (await Product.objects.aget(id=key)).price

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [product.name async for product in Product.objects.all()]

    async def one_number(self) -> Any:
        return [product.price async for product in Product.objects.all()]

    async def all_fields(self) -> Any:
        return [fields(product) async for product in Product.objects.all()]

    async def dicts(self) -> Any:
        return [row async for row in Product.objects.values()]

    async def page_json(self) -> Any:
        products = Product.objects.order_by("-created_at")
        return orjson.dumps(
            [
                {name: getattr(product, name) for name in NAMES}
                async for product in products
            ],
            default=str,
        )

    async def models_json(self) -> Any:
        rows = Product.objects.order_by("-created_at").values()
        return orjson.dumps([row async for row in rows], default=str)

    async def relations(self) -> Any:
        return [
            (order.total, [item.quantity for item in order.items.all()])
            async for order in Order.objects.prefetch_related("items")
        ]

    async def bulk(self, values: list[Values]) -> None:
        await NewProduct.objects.abulk_create(
            [
                NewProduct(sku=sku, name=name, price=price, created_at=created_at)
                for sku, name, price, created_at in values
            ]
        )

    async def before_bulk_made(self) -> Any:
        return [
            NewProduct(id=key, sku=sku, name=name, price=price, created_at=created_at)
            for key, (sku, name, price, created_at) in enumerate(new_values(), 1)
        ]

    async def bulk_made(self, made: list[Any]) -> None:
        await NewProduct.objects.abulk_create(made)

    async def stream(self) -> Any:
        count = total = 0
        async for product in ManyProduct.objects.aiterator(chunk_size=CHUNK):
            count += 1
            total += product.id
        return count, total
