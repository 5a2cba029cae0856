"""SQLAlchemy 2's asynchronous ORM, on asyncpg."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from data import CHUNK, CONNECTIONS, Values, new_values
from sqlalchemy import DateTime, ForeignKey, insert, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    relationship,
    selectinload,
)

from peers import Peer as Base
from peers import fields


class Table(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012


class Columns:
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    price: Mapped[Decimal]
    created_at: Mapped[datetime]


class Product(Columns, Table):
    __tablename__ = "products"


class NewProduct(Columns, Table):
    __tablename__ = "new_products"


class ManyProduct(Columns, Table):
    __tablename__ = "many_products"


class Order(Table):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    total: Mapped[Decimal]
    created_at: Mapped[datetime]
    items: Mapped[list[OrderItem]] = relationship(back_populates="order")


class OrderItem(Table):
    __tablename__ = "order_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str]
    quantity: Mapped[int]
    price: Mapped[Decimal]
    order: Mapped[Order] = relationship(back_populates="items")


NAMES = ("id", "sku", "name", "price", "created_at")


class Peer(Base):
    """An ORM."""

    async def open(self) -> None:
        self.engine = create_async_engine(
            f"postgresql+asyncpg://postgres@/bench?host={self.host}&port={self.port}",
            pool_size=CONNECTIONS,
        )
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)

    async def close(self) -> None:
        await self.engine.dispose()

    async def by_key(self, key: int) -> Any:
        async with self.session() as session:
            return fields(await session.get_one(Product, key))

    async def concurrent(self, keys: list[int]) -> Any:
        async def one(key: int) -> Any:
            async with self.session() as session:
                return (await session.get_one(Product, key)).price

        return await asyncio.gather(*map(one, keys))

    async def one_field(self) -> Any:
        async with self.session() as session:
            return [each.name for each in await session.scalars(select(Product))]

    async def one_number(self) -> Any:
        async with self.session() as session:
            return [each.price for each in await session.scalars(select(Product))]

    async def all_fields(self) -> Any:
        async with self.session() as session:
            return [fields(each) for each in await session.scalars(select(Product))]

    async def dicts(self) -> Any:
        async with self.session() as session:
            found = await session.execute(select(Product.__table__))
            return [dict(row) for row in found.mappings()]

    async def page_json(self) -> Any:
        async with self.session() as session:
            found = await session.scalars(
                select(Product).order_by(Product.created_at.desc())
            )
            return orjson.dumps(
                [{name: getattr(each, name) for name in NAMES} for each in found],
                default=str,
            )

    async def models_json(self) -> Any:
        async with self.session() as session:
            found = await session.execute(
                select(Product.__table__).order_by(Product.created_at.desc())
            )
            return orjson.dumps([dict(row) for row in found.mappings()], default=str)

    async def relations(self) -> Any:
        async with self.session() as session:
            found = await session.scalars(
                select(Order).options(selectinload(Order.items))
            )
            return [
                (order.total, [item.quantity for item in order.items])
                for order in found
            ]

    async def bulk(self, values: list[Values]) -> None:
        names = NAMES[1:]
        async with self.session() as session:
            await session.execute(
                insert(NewProduct),
                [dict(zip(names, row, strict=True)) for row in values],
            )
            await session.commit()

    async def before_bulk_made(self) -> Any:
        return [
            NewProduct(id=key, sku=sku, name=name, price=price, created_at=created_at)
            for key, (sku, name, price, created_at) in enumerate(new_values(), 1)
        ]

    async def bulk_made(self, made: list[Any]) -> None:
        async with self.session() as session:
            session.add_all(made)
            await session.commit()

    async def stream(self) -> Any:
        count = total = 0
        async with self.session() as session:
            found = await session.stream_scalars(
                select(ManyProduct).execution_options(yield_per=CHUNK)
            )
            async for product in found:
                count += 1
                total += product.id
        return count, total
