"""What the other frameworks' programs share: the queries by asyncpg, and JSON by orjson."""

import os
from decimal import Decimal

import asyncpg
import orjson

COLUMNS = "id, sku, name, price, created_at"
ONE = f"SELECT {COLUMNS} FROM products WHERE sku = $1"
MANY = f"SELECT {COLUMNS} FROM products ORDER BY created_at DESC LIMIT 100"


async def no_reset(connection):
    """A pool that resets nothing between two users: as quick as it can be."""


async def pool():
    """A pool of ten sessions."""
    return await asyncpg.create_pool(
        os.environ["URL"], min_size=10, max_size=10, reset=no_reset
    )


def default(value):
    """What orjson has no word for."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


def dumps(value) -> bytes:
    """JSON, with UTC as Z."""
    return orjson.dumps(value, default, orjson.OPT_UTC_Z)


def granian(app: str, folder: str) -> None:
    """Serve an ASGI application by Granian."""
    from pathlib import Path

    from granian import Granian

    Granian(
        app,
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface="asgi",
        working_dir=Path(folder),
        websockets=False,
        log_enabled=False,
    ).serve()
