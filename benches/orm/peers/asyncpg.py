"""asyncpg, used by hand: connections and prepared statements are held, nothing is reset, no objects are built."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import orjson
from data import CHUNK, CONNECTIONS, Values, new_values

from peers import Lent
from peers import Peer as Base

SELECT = "SELECT id, sku, name, price, created_at FROM products"


class Peer(Base):
    """The reference."""

    async def open(self) -> None:
        self.connections = [
            await asyncpg.connect(
                host=self.host, port=self.port, user="postgres", database="bench"
            )
            for _ in range(CONNECTIONS)
        ]
        first = self.first = self.connections[0]
        by_key = SELECT + " WHERE id = $1"
        statements = [await each.prepare(by_key) for each in self.connections]
        self.lent = Lent(statements)
        self.key_statement = statements[0]
        self.all_statement = await first.prepare(SELECT)
        self.page_statement = await first.prepare(SELECT + " ORDER BY created_at DESC")
        self.orders_statement = await first.prepare(
            "SELECT id, customer, total, created_at FROM orders"
        )
        self.items_statement = await first.prepare(
            "SELECT id, order_id, sku, quantity, price FROM order_items WHERE order_id = ANY($1)"
        )
        self.insert_statement = await first.prepare(
            "INSERT INTO new_products (sku, name, price, created_at) VALUES ($1, $2, $3, $4)"
        )
        self.keyed_statement = await first.prepare(
            "INSERT INTO new_products (id, sku, name, price, created_at) VALUES ($1, $2, $3, $4, $5)"
        )
        # Having prepared a statement it leaves the transaction open, and with it locks, until the next one.
        for connection in self.connections:
            await connection.execute("SELECT 1")

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def by_key(self, key: int) -> Any:
        row = await self.key_statement.fetchrow(key)
        return row["id"], row["sku"], row["name"], row["price"], row["created_at"]

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            return (await self.lent.use(lambda it: it.fetchrow(key)))["price"]

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [row["name"] for row in await self.all_statement.fetch()]

    async def one_number(self) -> Any:
        return [row["price"] for row in await self.all_statement.fetch()]

    async def all_fields(self) -> Any:
        return [
            (row["id"], row["sku"], row["name"], row["price"], row["created_at"])
            for row in await self.all_statement.fetch()
        ]

    async def dicts(self) -> Any:
        return [dict(row) for row in await self.all_statement.fetch()]

    async def page_json(self) -> Any:
        rows = await self.page_statement.fetch()
        return orjson.dumps([dict(row) for row in rows], default=str)

    async def relations(self) -> Any:
        orders = await self.orders_statement.fetch()
        items: dict[int, list[Any]] = {}
        for order in orders:
            items[order["id"]] = []
        for item in await self.items_statement.fetch(list(items)):
            items[item["order_id"]].append(item)
        return [
            (order["total"], [item["quantity"] for item in items[order["id"]]])
            for order in orders
        ]

    async def bulk(self, values: list[Values]) -> None:
        await self.insert_statement.executemany(values)

    async def before_bulk_made(self) -> Any:
        return [(key, *values) for key, values in enumerate(new_values(), 1)]

    async def bulk_made(self, values: list[Any]) -> None:
        await self.keyed_statement.executemany(values)

    async def copy(self, values: list[Values]) -> None:
        await self.first.copy_records_to_table(
            "new_products",
            records=values,
            columns=["sku", "name", "price", "created_at"],
        )

    async def stream(self) -> Any:
        count = total = 0
        async with self.first.transaction():
            async for row in self.first.cursor(
                SELECT.replace("products", "many_products"), prefetch=CHUNK
            ):
                count += 1
                total += row["id"]
        return count, total
