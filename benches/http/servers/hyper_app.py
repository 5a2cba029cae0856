"""HyperApp on Granian."""

import os
from datetime import datetime
from decimal import Decimal

from hyperdjango import HyperApp, Response
from hyperdjango.database import Database
from hyperdjango.models import Field, Model

app = HyperApp("bench")


class Product(Model):
    id: int = Field(primary_key=True)
    sku: str = Field(unique=True)
    name: str = Field()
    price: Decimal = Field()
    created_at: datetime = Field()

    class Meta:
        table_name = "products"
        managed = False


@app.on_startup
async def setup():
    db = Database(os.environ["URL"], min_size=10, max_size=10)
    await db.connect()
    app.db = db


@app.get("/hello")
async def hello(request):
    return Response.text("hello")


@app.get("/products/{sku}")
async def one(request, sku: str):
    product = await Product.objects.get(sku=sku)
    return Response.json(product.to_dict())


@app.get("/products")
async def many(request):
    products = await Product.objects.order_by("-created_at")[:100].all()
    return Response.json([p.to_dict() for p in products])


@app.get("/rows")
async def rows(request):
    return Response.json(await Product.objects.order_by("-created_at")[:100])


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]), access_log=False)
