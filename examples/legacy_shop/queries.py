"""Queries of the sample database through its models: run it beside the models.py that `hyper inspectdb` wrote."""

import asyncio

from hyperdjango.models import Count, Sum
from models import Orders, Product, User


async def main() -> None:
    """Print what the shop would like to know."""
    products = await Product.objects.order_by("-created_at")[:2].all()
    print([product.to_dict() for product in products])

    large = Orders.objects.filter(total__gt=900).select_related("user")
    async for order in large.order_by("-total")[:2]:
        print(f"order {order.id} of {order.user.name}: {order.total}")

    buyers = User.objects.annotate(
        orders=Count("orders_set"), spent=Sum("orders_set__total")
    )
    async for buyer in buyers.filter(orders__gte=5).order_by("-spent")[:2]:
        print(f"{buyer.name}: {buyer.orders} orders, {buyer.spent}")

    first = await Orders.objects.prefetch_related("order_item_set__product").get(id=1)
    for item in first.order_item_set:
        print(f"{item.quantity} × {item.product.name}")


asyncio.run(main())
