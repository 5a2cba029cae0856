"""psqlpy: a driver in Rust; its results are dicts."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import psqlpy
from data import CHUNK, CONNECTIONS, Values, new_values

from peers import Lent
from peers import Peer as Base

SELECT = "SELECT id, sku, name, price, created_at FROM products"


class Peer(Base):
    """A driver."""

    async def open(self) -> None:
        self.pool = psqlpy.ConnectionPool(
            host=self.host,
            port=int(self.port),
            username="postgres",
            db_name="bench",
            max_db_pool_size=CONNECTIONS,
        )
        self.connections = [await self.pool.connection() for _ in range(CONNECTIONS)]
        self.first = self.connections[0]
        self.lent = Lent(self.connections)

    async def close(self) -> None:
        self.pool.close()

    async def _rows(self, sql: str, values: list[Any]) -> list[dict[str, Any]]:
        return (await self.first.execute(sql, values)).result()

    async def by_key(self, key: int) -> Any:
        row = (await self._rows(SELECT + " WHERE id = $1", [key]))[0]
        return row["id"], row["sku"], row["name"], row["price"], row["created_at"]

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            result = await self.lent.use(
                lambda it: it.execute(SELECT + " WHERE id = $1", [key])
            )
            return result.result()[0]["price"]

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [row["name"] for row in await self._rows(SELECT, [])]

    async def one_number(self) -> Any:
        return [row["price"] for row in await self._rows(SELECT, [])]

    async def all_fields(self) -> Any:
        return [
            (row["id"], row["sku"], row["name"], row["price"], row["created_at"])
            for row in await self._rows(SELECT, [])
        ]

    async def dicts(self) -> Any:
        return await self._rows(SELECT, [])

    async def page_json(self) -> Any:
        sql = SELECT + " ORDER BY created_at DESC"
        return orjson.dumps(await self._rows(sql, []), default=str)

    models_json = page_json

    async def relations(self) -> Any:
        orders = await self._rows(
            "SELECT id, customer, total, created_at FROM orders", []
        )
        items: dict[int, list[Any]] = {order["id"]: [] for order in orders}
        sql = "SELECT id, order_id, sku, quantity, price FROM order_items WHERE order_id = ANY($1)"
        for item in await self._rows(sql, [list(items)]):
            items[item["order_id"]].append(item)
        return [
            (order["total"], [item["quantity"] for item in items[order["id"]]])
            for order in orders
        ]

    async def bulk(self, values: list[Values]) -> None:
        async with self.first.transaction() as transaction:
            await transaction.execute_many(
                "INSERT INTO new_products (sku, name, price, created_at) VALUES ($1, $2, $3, $4)",
                [list(row) for row in values],
            )

    async def before_bulk_made(self) -> Any:
        return [[key, *values] for key, values in enumerate(new_values(), 1)]

    async def bulk_made(self, values: list[Any]) -> None:
        async with self.first.transaction() as transaction:
            await transaction.execute_many(
                "INSERT INTO new_products (id, sku, name, price, created_at) VALUES ($1, $2, $3, $4, $5)",
                values,
            )

    async def stream(self) -> Any:
        count = total = 0
        async with self.first.transaction() as transaction:
            cursor = transaction.cursor(
                SELECT.replace("products", "many_products"), array_size=CHUNK
            )
            async with cursor:
                while rows := (await cursor.fetchmany(CHUNK)).result():
                    for row in rows:
                        count += 1
                        total += row["id"]
        return count, total
