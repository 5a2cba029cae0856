"""An application with a route for each feature, which tests serve by Granian and by another server."""

import asyncio
import enum
import threading
import uuid
from decimal import Decimal

from hyperdjango import (
    Event,
    HttpError,
    HyperApp,
    Limits,
    Request,
    Response,
    Router,
    Upload,
)

app = HyperApp("sink", limits=Limits(body=200_000, body_timeout=1, header_timeout=1))
app.state.started = 0
app.state.cancelled = 0
app.state.entered = 0
app.state.closed = 0


class Colour(enum.Enum):
    RED = "red"


class Teapot(Exception):
    pass


@app.on_startup
def count_starts():
    app.state.started += 1


@app.get("/")
async def index(request):
    return Response.text("hello")


@app.get("/counts")
async def counts(request):
    return Response.json(vars(app.state) | {"running": len(app._watch.running)})


@app.route(["PUT", "patch"], "/several")
async def several(request):
    return Response.text(request.method)


@app.delete("/several")
async def delete_several(request):
    return Response(status=204)


@app.get("/int/{id:int}")
async def by_int(request, id):
    return Response.json({"id": id, "params": request.path_params})


@app.get("/int/{name}")
async def by_name(request, name):
    return Response.json({"name": name})


@app.get("/uuid/{id:uuid}")
async def by_uuid(request, id: uuid.UUID):
    return Response.json({"id": id, "is_uuid": isinstance(id, uuid.UUID)})


@app.get("/rest/{rest:path}")
async def by_rest(rest: str, request: Request):
    return Response.json({"rest": rest})


@app.get("/rest/special")
async def special(request):
    return Response.json({"special": True})


@app.get("/annotated/{number}/{amount}/{colour}")
async def annotated(request, *, number: int, amount: Decimal, colour: Colour):
    return {"number": number, "amount": amount, "colour": colour}


@app.get("/sync")
def sync(request):
    return Response.json(
        {"main": threading.current_thread() is threading.main_thread()}
    )


@app.get("/echo")
async def echo(request):
    return Response.json(
        {
            "query": request.query.items(),
            "cookies": request.cookies,
            "header": request.headers.get("X-Test"),
            "host": request.headers["host"],
            "client": request.client[0],
            "scheme": request.scheme,
        }
    )


@app.post("/body")
async def body(request):
    return Response(await request.body())


@app.post("/parts")
async def parts(request):
    return {"size": sum([len(part) async for part in request.stream()])}


@app.post("/json")
async def json_body(request):
    return Response.json(await request.json(), 201, {"x-made": "yes"})


@app.post("/form")
async def form(request):
    fields = await request.form()
    return Response.json(
        [
            [name, value]
            if not isinstance(value, Upload)
            else [
                name,
                value.filename,
                value.content_type,
                value.size,
                len(await value.read()),
            ]
            for name, value in fields.items()
        ]
    )


@app.post("/ignored")
async def ignored(request):
    return Response.text("not read")


@app.get("/cookie")
async def cookie(request):
    response = Response.text("x")
    response.set_cookie("session", "abc", max_age=60, secure=True, samesite="strict")
    response.delete_cookie("old")
    return response


@app.get("/redirect")
async def redirect(request):
    return Response.redirect(request.query["to"])


@app.get("/header")
async def header(request):
    return Response.text("x", headers={"x-given": request.query["value"]})


@app.get("/etag")
async def etag(request):
    return Response.json({"a": 1}, etag=True)


@app.get("/file/{name:path}")
async def file(request, name):
    return Response.file(name, root="files")


@app.get("/download")
async def download(request):
    return Response.file("files/data.bin", download_as="Übersicht.bin")


@app.get("/stream")
async def stream(request):
    async def chunks():
        for number in range(3):
            yield f"{number}\n"

    return Response.stream(chunks(), content_type="text/plain")


@app.get("/stream-sync")
async def stream_sync(request):
    return Response.stream(str(number) for number in range(5))


@app.get("/endless")
async def endless(request):
    async def chunks():
        app.state.entered += 1
        try:
            while True:
                yield b"x" * 100
                await asyncio.sleep(0.01)
        finally:
            app.state.closed += 1

    return Response.stream(chunks())


@app.get("/silent")
async def silent(request):
    async def chunks():
        app.state.entered += 1
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            app.state.closed += 1

    return Response.stream(chunks())


@app.get("/events")
async def events(request):
    async def happen():
        yield "first"
        yield {"number": 2}
        yield Event("third", event="note", id="3")

    return Response.events(happen())


@app.get("/forever")
async def forever(request):
    app.state.entered += 1
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        app.state.cancelled += 1
        raise


@app.get("/slow/{seconds}")
async def slow(request, seconds: float):
    app.state.entered += 1
    await asyncio.sleep(seconds)
    return Response.text("done")


@app.get("/teapot")
async def teapot(request):
    raise Teapot("short and stout")


@app.get("/refused")
async def refused(request):
    raise HttpError(409, "paid already", {"x-why": "paid"})


@app.get("/broken")
async def broken(request):
    raise RuntimeError("secret words")


@app.get("/nothing")
async def nothing(request):
    return None


@app.exception_handler(Teapot)
def on_teapot(request, problem):
    return Response.text(str(problem), 418)


@app.exception_handler(410)
async def on_gone(request, problem):
    return Response.text("gone for good", 410)


@app.get("/gone")
async def gone(request):
    raise HttpError(410)


@app.middleware
async def outer(request, call_next):
    response = await call_next(request)
    response.headers.append("x-order", "outer")
    return response


@app.middleware
async def inner(request, call_next):
    if request.path == "/middleware-fails":
        raise RuntimeError("secret words")
    request.state.seen = True
    response = await call_next(request)
    response.headers.append("x-order", "inner")
    return response


router = Router()
app.include(router, prefix="/api/{version:int}")


@router.get("/late/{name}")
async def late(request, version, name):
    return {"version": version, "name": name}


async def mounted(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        app.state.mounted = "started"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    data = b""
    while True:
        message = await receive()
        data += message.get("body", b"")
        if not message.get("more_body"):
            break
    text = f"{scope['root_path']}|{scope['path']}|{scope['query_string'].decode()}|".encode()
    headers = [(b"content-type", b"text/plain"), (b"x-mounted", b"1")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": text, "more_body": True})
    await send({"type": "http.response.body", "body": data})


app.mount("/mounted", mounted)
app.static("/static", "files")
