"""Robyn, with asyncpg and orjson."""

import os

from common import MANY, ONE, dumps, pool
from robyn import Response, Robyn

app = Robyn(__file__)
state = {}


@app.startup_handler
async def start():
    state["pool"] = await pool()


def json(value):
    return Response(200, {"content-type": "application/json"}, dumps(value))


@app.get("/hello")
async def hello(request):
    return "hello"


@app.get("/products/:sku")
async def one(request):
    return json(dict(await state["pool"].fetchrow(ONE, request.path_params["sku"])))


@app.get("/products")
async def many(request):
    return json([dict(row) for row in await state["pool"].fetch(MANY)])


@app.get("/rows")
async def rows(request):
    return json([dict(row) for row in await state["pool"].fetch(MANY)])


if __name__ == "__main__":
    app.start(host="127.0.0.1", port=int(os.environ["PORT"]))
