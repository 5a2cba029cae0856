"""Piccolo, on asyncpg. It has no prefetch of rows that refer to others: these are grouped by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from data import CHUNK, CONNECTIONS, Values, new_values
from piccolo.columns import ForeignKey, Integer, Numeric, Serial, Text, Timestamptz
from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table

from peers import Peer as Base
from peers import fields

ENGINE = PostgresEngine(config={}, extensions=())


class Product(Table, tablename="products", db=ENGINE):
    id = Serial(primary_key=True)
    sku = Text(unique=True)
    name = Text()
    price = Numeric()
    created_at = Timestamptz()


class NewProduct(Table, tablename="new_products", db=ENGINE):
    id = Serial(primary_key=True)
    sku = Text(unique=True)
    name = Text()
    price = Numeric()
    created_at = Timestamptz()


class ManyProduct(Table, tablename="many_products", db=ENGINE):
    id = Serial(primary_key=True)
    sku = Text(unique=True)
    name = Text()
    price = Numeric()
    created_at = Timestamptz()


class Order(Table, tablename="orders", db=ENGINE):
    id = Serial(primary_key=True)
    customer = Text()
    total = Numeric()
    created_at = Timestamptz()


class OrderItem(Table, tablename="order_items", db=ENGINE):
    id = Serial(primary_key=True)
    order_id = ForeignKey(Order)
    sku = Text()
    quantity = Integer()
    price = Numeric()


class Peer(Base):
    """An ORM."""

    async def open(self) -> None:
        ENGINE.config = {
            "host": self.host,
            "port": int(self.port),
            "user": "postgres",
            "database": "bench",
        }
        await ENGINE.start_connection_pool(min_size=CONNECTIONS, max_size=CONNECTIONS)

    async def close(self) -> None:
        await ENGINE.close_connection_pool()

    async def by_key(self, key: int) -> Any:
        return fields(await Product.objects().get(Product.id == key))

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            found: Any = await Product.objects().get(Product.id == key)
            return found.price

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [product.name for product in await Product.objects()]

    async def one_number(self) -> Any:
        return [product.price for product in await Product.objects()]

    async def all_fields(self) -> Any:
        return [fields(product) for product in await Product.objects()]

    async def dicts(self) -> Any:
        return await Product.select()

    async def page_json(self) -> Any:
        products = await Product.objects().order_by(Product.created_at, ascending=False)
        return orjson.dumps([product.to_dict() for product in products], default=str)

    async def models_json(self) -> Any:
        rows = await Product.select().order_by(Product.created_at, ascending=False)
        return orjson.dumps(rows, default=str)

    async def relations(self) -> Any:
        orders = await Order.objects()
        items: dict[int, list[Any]] = {order.id: [] for order in orders}
        where = OrderItem.order_id.is_in(list(items))
        for item in await OrderItem.objects().where(where):
            items[item.order_id].append(item)
        return [
            (order.total, [item.quantity for item in items[order.id]])
            for order in orders
        ]

    async def bulk(self, values: list[Values]) -> None:
        made = [
            NewProduct(sku=sku, name=name, price=price, created_at=created_at)
            for sku, name, price, created_at in values
        ]
        # PostgreSQL takes 32,767 parameters at most.
        async with ENGINE.transaction():
            for start in range(0, len(made), 5_000):
                await NewProduct.insert(*made[start : start + 5_000])

    async def before_bulk_made(self) -> Any:
        return [
            NewProduct(id=key, sku=sku, name=name, price=price, created_at=created_at)
            for key, (sku, name, price, created_at) in enumerate(new_values(), 1)
        ]

    async def bulk_made(self, made: list[Any]) -> None:
        async with ENGINE.transaction():
            for start in range(0, len(made), 5_000):
                await NewProduct.insert(*made[start : start + 5_000])

    async def stream(self) -> Any:
        count = total = 0
        async with await ManyProduct.objects().batch(batch_size=CHUNK) as batch:
            async for products in batch:
                for product in products:
                    count += 1
                    total += product.id
        return count, total
