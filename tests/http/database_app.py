"""An application whose handlers wait in the database, for tests of clients that go away."""

import os

from hyperdjango import HyperApp, Response
from hyperdjango.database import Database

app = HyperApp("waiting")


@app.on_startup
async def connect():
    app.db = Database(os.environ["REAL_URL"], min_size=1, max_size=20)
    await app.db.connect()


@app.get("/sleep/{seconds}")
async def sleep(request, seconds: float):
    await app.db.query("SELECT pg_sleep($1)", seconds)
    return Response.text("slept")


@app.get("/transaction/{seconds}")
async def transaction(request, seconds: float):
    async with app.db.transaction():
        await app.db.query("SELECT pg_sleep($1)", seconds)
    return Response.text("slept")


@app.get("/state")
async def state(request):
    stats = app.db.pool_stats()
    return Response.json(
        {"in_use": stats.size - stats.idle, "running": len(app._watch.running)}
    )
