"""BlackSheep on Granian, with asyncpg and orjson."""

import os

from blacksheep import Application, Content, Response, text
from blacksheep.server.routing import Router
from common import MANY, ONE, dumps, granian, pool

# A router of its own: that of the package is filled twice by a program that is also a module.
app = Application(router=Router())
get = app.router.get
state = {}


@app.on_start
async def start(application):
    state["pool"] = await pool()


def json(value):
    return Response(200, None, Content(b"application/json", dumps(value)))


@get("/hello")
async def hello():
    return text("hello")


@get("/products/{sku}")
async def one(sku: str):
    return json(dict(await state["pool"].fetchrow(ONE, sku)))


@get("/products")
async def many():
    return json([dict(row) for row in await state["pool"].fetch(MANY)])


@get("/rows")
async def rows():
    return json([dict(row) for row in await state["pool"].fetch(MANY)])


if __name__ == "__main__":
    granian("blacksheep_app:app", os.path.dirname(__file__))
