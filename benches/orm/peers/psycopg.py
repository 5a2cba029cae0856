"""psycopg 3's asynchronous connections: binary results, prepared statements, rows used directly."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import psycopg
from data import CHUNK, CONNECTIONS, Values, new_values
from psycopg.rows import dict_row, namedtuple_row, tuple_row

from peers import Lent
from peers import Peer as Base

SELECT = "SELECT id, sku, name, price, created_at FROM products"


class Peer(Base):
    """A driver."""

    async def open(self) -> None:
        self.connections = [
            await psycopg.AsyncConnection.connect(
                self.url,
                autocommit=True,
                prepare_threshold=0,
                options="-c timezone=UTC",
            )
            for _ in range(CONNECTIONS)
        ]
        self.first = self.connections[0]
        self.lent = Lent(self.connections)

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def _rows(self, sql: str, values: tuple[Any, ...], factory: Any) -> Any:
        async with self.first.cursor(binary=True, row_factory=factory) as cursor:
            await cursor.execute(sql, values)
            return await cursor.fetchall()

    async def by_key(self, key: int) -> Any:
        rows = await self._rows(SELECT + " WHERE id = %s", (key,), tuple_row)
        return rows[0]

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            async def work(connection: Any) -> Any:
                async with connection.cursor(binary=True) as cursor:
                    await cursor.execute(SELECT + " WHERE id = %s", (key,))
                    return await cursor.fetchone()

            return (await self.lent.use(work))[3]

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        return [row.name for row in await self._rows(SELECT, (), namedtuple_row)]

    async def one_number(self) -> Any:
        return [row.price for row in await self._rows(SELECT, (), namedtuple_row)]

    async def all_fields(self) -> Any:
        return [
            (row.id, row.sku, row.name, row.price, row.created_at)
            for row in await self._rows(SELECT, (), namedtuple_row)
        ]

    async def dicts(self) -> Any:
        return await self._rows(SELECT, (), dict_row)

    async def page_json(self) -> Any:
        sql = SELECT + " ORDER BY created_at DESC"
        return orjson.dumps(await self._rows(sql, (), dict_row), default=str)

    models_json = page_json

    async def relations(self) -> Any:
        sql = "SELECT id, customer, total, created_at FROM orders"
        orders = await self._rows(sql, (), tuple_row)
        items: dict[int, list[Any]] = {order[0]: [] for order in orders}
        sql = "SELECT id, order_id, sku, quantity, price FROM order_items WHERE order_id = ANY(%s)"
        for item in await self._rows(sql, (list(items),), tuple_row):
            items[item[1]].append(item)
        return [(order[2], [item[3] for item in items[order[0]]]) for order in orders]

    async def bulk(self, values: list[Values]) -> None:
        async with self.first.transaction(), self.first.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO new_products (sku, name, price, created_at) VALUES (%s, %s, %s, %s)",
                values,
            )

    async def before_bulk_made(self) -> Any:
        return [(key, *values) for key, values in enumerate(new_values(), 1)]

    async def bulk_made(self, values: list[Any]) -> None:
        async with self.first.transaction(), self.first.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO new_products (id, sku, name, price, created_at) VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    async def stream(self) -> Any:
        count = total = 0
        async with self.first.transaction():
            cursor: Any = psycopg.AsyncServerCursor(self.first, "many")
            async with cursor:
                cursor.itersize = CHUNK
                await cursor.execute(
                    SELECT.replace("products", "many_products"), binary=True
                )
                async for row in cursor:
                    count += 1
                    total += row[0]
        return count, total
