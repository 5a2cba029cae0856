"""The application: where its database is, and what happens when it starts and stops."""

from hyperdjango import HyperApp
from hyperdjango.database import Database

app = HyperApp("legacy_shop")


@app.on_startup
async def connect() -> None:
    # Without a URL it is the database that DATABASE_URL names, or a .env file.
    db = Database()
    await db.connect()
    app.db = db


@app.on_shutdown
async def disconnect() -> None:
    await app.db.disconnect()
