"""FastAPI on Granian, with SQLAlchemy's asynchronous ORM."""

import os
from datetime import datetime
from decimal import Decimal

from common import granian
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    price: Mapped[Decimal]
    created_at: Mapped[datetime]


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    sku: str
    name: str
    price: Decimal
    created_at: datetime


engine = create_async_engine(os.environ["SQLALCHEMY_URL"], pool_size=10)
sessions = async_sessionmaker(engine)
app = FastAPI()


@app.get("/hello", response_class=PlainTextResponse)
async def hello():
    return "hello"


@app.get("/products/{sku}", response_model=ProductOut)
async def one(sku: str):
    async with sessions() as session:
        return await session.scalar(select(Product).where(Product.sku == sku))


@app.get("/rows", response_model=list[ProductOut])
@app.get("/products", response_model=list[ProductOut])
async def many():
    async with sessions() as session:
        query = select(Product).order_by(Product.created_at.desc()).limit(100)
        return (await session.scalars(query)).all()


if __name__ == "__main__":
    granian("fastapi_sqlalchemy_app:app", os.path.dirname(__file__))
