"""Starlette on Granian, with asyncpg and orjson."""

import contextlib
import os

from common import MANY, ONE, dumps, granian, pool
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def hello(request):
    return PlainTextResponse("hello")


async def one(request):
    row = await app.state.pool.fetchrow(ONE, request.path_params["sku"])
    return Response(dumps(dict(row)), media_type="application/json")


async def many(request):
    rows = await app.state.pool.fetch(MANY)
    return Response(dumps([dict(row) for row in rows]), media_type="application/json")


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.pool = await pool()
    yield


app = Starlette(
    routes=[
        Route("/hello", hello),
        Route("/products", many),
        Route("/rows", many),
        Route("/products/{sku}", one),
    ],
    lifespan=lifespan,
)

if __name__ == "__main__":
    granian("starlette_app:app", os.path.dirname(__file__))
