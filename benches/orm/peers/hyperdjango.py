"""hyperdjango: models written as `hyper inspectdb` writes them, through their ``objects``."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any

from data import CHUNK, CONNECTIONS, Values, new_values
from hyperdjango import Response, _engine
from hyperdjango.database import Database
from hyperdjango.models import Field, Model

from peers import Peer as Base
from peers import fields


class Product(Model):
    id: int = Field(primary_key=True)
    sku: str = Field(unique=True)
    name: str = Field()
    price: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "products"
        managed = False


class NewProduct(Model):
    id: int = Field(primary_key=True)
    sku: str = Field(unique=True)
    name: str = Field()
    price: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "new_products"
        managed = False


class ManyProduct(Model):
    id: int = Field(primary_key=True)
    sku: str = Field(unique=True)
    name: str = Field()
    price: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "many_products"
        managed = False


class Order(Model):
    id: int = Field(primary_key=True)
    customer: str = Field()
    total: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "orders"
        managed = False


class OrderItem(Model):
    id: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="Order", related_name="items", index=True)
    sku: str = Field()
    quantity: int = Field()
    price: Decimal = Field()

    class Meta:
        table_name = "order_items"
        managed = False


class Peer(Base):
    """What is measured."""

    async def open(self) -> None:
        self.database = Database(self.url, min_size=CONNECTIONS, max_size=CONNECTIONS)
        await self.database.connect()

    async def close(self) -> None:
        await self.database.disconnect()

    async def by_key(self, key: int) -> Any:
        return fields(await Product.objects.get(id=key))

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            return (await Product.objects.get(id=key)).price

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [product.name for product in await Product.objects.all()]

    async def one_number(self) -> Any:
        return [product.price for product in await Product.objects.all()]

    async def all_fields(self) -> Any:
        return [
            (row.id, row.sku, row.name, row.price, row.created_at)
            for row in await Product.objects.all()
        ]

    async def dicts(self) -> Any:
        return await Product.objects.values()

    async def page_json(self) -> Any:
        products = await Product.objects.order_by("-created_at").all()
        return _engine.encode_json([product.to_dict() for product in products])

    async def models_json(self) -> Any:
        return _engine.encode_json(await Product.objects.order_by("-created_at").all())

    async def queryset_json(self) -> Any:
        asked = Product.objects.order_by("-created_at")
        return (await Response.json_of(asked)).body

    async def relations(self) -> Any:
        orders = await Order.objects.prefetch_related("items")
        return [
            (order.total, [item.quantity for item in order.items])  # type: ignore[attr-defined]
            for order in orders
        ]

    async def bulk(self, values: list[Values]) -> None:
        await NewProduct.objects.bulk_create(
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
        await NewProduct.objects.bulk_create(made)

    async def stream(self) -> Any:
        count = total = 0
        async for product in ManyProduct.objects.iterator(chunk_size=CHUNK):
            count += 1
            total += product.id
        return count, total
