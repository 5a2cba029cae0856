"""Tortoise, on asyncpg. It fetches a queryset whole, so that it has no way to stream."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from data import CONNECTIONS, Values, new_values
from tortoise import Tortoise
from tortoise import fields as columns
from tortoise.models import Model

from peers import Peer as Base
from peers import fields

DIGITS: dict[str, Any] = {"max_digits": 30, "decimal_places": 2}


class Product(Model):
    id = columns.IntField(primary_key=True)
    sku = columns.CharField(max_length=100, unique=True)
    name = columns.TextField()
    price = columns.DecimalField(**DIGITS)
    created_at = columns.DatetimeField()

    class Meta:
        table = "products"


class NewProduct(Model):
    id = columns.IntField(primary_key=True)
    sku = columns.CharField(max_length=100, unique=True)
    name = columns.TextField()
    price = columns.DecimalField(**DIGITS)
    created_at = columns.DatetimeField()

    class Meta:
        table = "new_products"


class Order(Model):
    id = columns.IntField(primary_key=True)
    customer = columns.TextField()
    total = columns.DecimalField(**DIGITS)
    created_at = columns.DatetimeField()
    items: columns.ReverseRelation[OrderItem]

    class Meta:
        table = "orders"


class OrderItem(Model):
    id = columns.IntField(primary_key=True)
    order: columns.ForeignKeyRelation[Order] = columns.ForeignKeyField(
        "models.Order", related_name="items"
    )
    sku = columns.TextField()
    quantity = columns.IntField()
    price = columns.DecimalField(**DIGITS)

    class Meta:
        table = "order_items"


NAMES = ("id", "sku", "name", "price", "created_at")


class Peer(Base):
    """An ORM."""

    async def open(self) -> None:
        credentials = {
            "host": self.host,
            "port": int(self.port),
            "user": "postgres",
            "password": None,
            "database": "bench",
            "minsize": CONNECTIONS,
            "maxsize": CONNECTIONS,
        }
        engine = "tortoise.backends.asyncpg"
        await Tortoise.init(
            config={
                "connections": {
                    "default": {"engine": engine, "credentials": credentials}
                },
                "apps": {"models": {"models": [__name__]}},
                "use_tz": True,
                "timezone": "UTC",
            }
        )

    async def close(self) -> None:
        await Tortoise.close_connections()

    async def by_key(self, key: int) -> Any:
        return fields(await Product.get(id=key))

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            return (await Product.get(id=key)).price

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [product.name for product in await Product.all()]

    async def one_number(self) -> Any:
        return [product.price for product in await Product.all()]

    async def all_fields(self) -> Any:
        return [fields(product) for product in await Product.all()]

    async def dicts(self) -> Any:
        return await Product.all().values()

    async def page_json(self) -> Any:
        products = await Product.all().order_by("-created_at")
        return orjson.dumps(
            [{name: getattr(each, name) for name in NAMES} for each in products],
            default=str,
        )

    async def models_json(self) -> Any:
        rows = await Product.all().order_by("-created_at").values()
        return orjson.dumps(rows, default=str)

    async def relations(self) -> Any:
        orders = await Order.all().prefetch_related("items")
        return [
            (order.total, [item.quantity for item in order.items]) for order in orders
        ]

    async def bulk(self, values: list[Values]) -> None:
        await NewProduct.bulk_create(
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
        await NewProduct.bulk_create(made)
