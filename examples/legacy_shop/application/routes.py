"""What the application answers. `hyper run` puts app, Response and the models into this file's namespace."""


@app.route("GET", "/products")
async def list_products(request):
    products = await Product.objects.order_by("-created_at").all()
    return Response.json([product.to_dict() for product in products])


@app.route("GET", "/products/{sku}")
async def get_product(request, sku: str):
    product = await Product.objects.get(sku=sku)
    return Response.json(product.to_dict())
