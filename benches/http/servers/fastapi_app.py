"""FastAPI on Granian, with asyncpg and a model of what is answered, as its documentation has it."""

import contextlib
import os
from datetime import datetime
from decimal import Decimal

from common import MANY, ONE, granian, pool
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel


class Product(BaseModel):
    id: int
    sku: str
    name: str
    price: Decimal
    created_at: datetime


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.pool = await pool()
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/hello", response_class=PlainTextResponse)
async def hello():
    return "hello"


@app.get("/products/{sku}")
async def one(sku: str) -> Product:
    return dict(await app.state.pool.fetchrow(ONE, sku))


@app.get("/rows")
@app.get("/products")
async def many() -> list[Product]:
    return [dict(row) for row in await app.state.pool.fetch(MANY)]


if __name__ == "__main__":
    granian("fastapi_app:app", os.path.dirname(__file__))
