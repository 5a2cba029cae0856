"""How an application is declared, and what it does in a test client, without a server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import hyperdjango
import pytest
from hyperdjango import HttpError, HyperApp, Limits, Request, Response, Router
from hyperdjango.app import Event, MultiDict, RouteError
from hyperdjango.errors import DataError, FieldValueError
from hyperdjango.models import Field, Model


class Product(Model):
    id: int = Field(primary_key=True)
    name: str = Field()
    price: Decimal = Field()

    class Meta:
        table_name = "products"
        managed = False


def ask(app: HyperApp, *requests: tuple[str, str]) -> list[httpx.Response]:
    """The answers of an application to requests, each a method and a path, in a client without a server."""

    async def main() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client:
            return [await client.request(*request) for request in requests]

    return asyncio.run(main())


def test_the_names_of_the_package() -> None:
    for name in hyperdjango.__all__:
        assert getattr(hyperdjango, name)
    assert set(hyperdjango.__all__) <= set(dir(hyperdjango))


def test_the_body_of_a_response_is_bytes() -> None:
    assert Response("é").body == "é".encode()
    assert Response.json([1]).body == b"[1]"
    with pytest.raises(TypeError, match="Response.json"):
        Response({"a": 1})  # type: ignore[arg-type]


def test_json_of_models() -> None:
    product = Product(id=1, name="Tent", price="1.50")
    whole = {"id": 1, "name": "Tent", "price": "1.50"}
    expected = b'{"id":1,"name":"Tent","price":"1.50"}'
    assert Response.json(product).body == expected
    assert Response.json([product, product]).body == b"[%b,%b]" % (expected, expected)
    assert Response.json(product.to_dict()).body == expected
    assert Response.json(whole, decimals="number").body == expected
    assert (
        Response.json(product, decimals="number").body
        == b'{"id":1,"name":"Tent","price":1.50}'
    )
    assert (
        Response.json(datetime(2024, 1, 2, tzinfo=UTC)).body
        == b'"2024-01-02T00:00:00Z"'
    )


def test_json_refuses_what_is_none() -> None:
    with pytest.raises(DataError, match=r"\$\[1\]\.a"):
        Response.json([1, {"a": float("nan")}])
    with pytest.raises(TypeError, match=r"Response\.json\(await"):
        Response.json(Product.objects.all())
    with pytest.raises(TypeError, match=r"Response\.json\(await"):
        Response.json(Product.objects.count())


def test_json_of_what_is_awaited() -> None:
    async def value() -> list[int]:
        return [1, 2]

    assert asyncio.run(Response.json_of(value(), 202)).body == b"[1,2]"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Response("x", headers={"a\r\nb": "1"}),
        lambda: Response("x", headers={"a": "1\r\nb: 2"}),
        lambda: Response("x", headers=[("a", "1"), ("b", "\n")]),
        lambda: Response("x", content_type="text/html\r\nx: y"),
        lambda: Response.json({}, headers={"a": "1\n2"}),
        lambda: Response.redirect("/\r\nset-cookie: a=b"),
        lambda: Response.stream([], content_type="a\nb"),
        lambda: Response("x").headers.__setitem__("a", "\0"),
        lambda: Response("x").headers.append("a b", "1"),
        lambda: Response("x").set_cookie("a", "1; Domain=evil"),
        lambda: Response("x").set_cookie("a=b", "1"),
        lambda: Response("x").set_cookie("a", "1", path="/; HttpOnly"),
        lambda: Response("x").set_cookie("a", "1", domain="x\r\ny: z"),
        lambda: Response("x").set_cookie("a", "1", expires=datetime(2024, 1, 1)),
        lambda: Event("x", event="a\ndata: b").encode(),
        lambda: Event("x", id="a\nb").encode(),
        lambda: Response("x", status=99),
        lambda: Response("x", status=101),
        lambda: Response.redirect("/", 200),
    ],
)
def test_what_could_be_read_as_something_else_is_refused(
    make: Callable[[], Any],
) -> None:
    with pytest.raises(ValueError):
        make()


def test_headers_of_a_response() -> None:
    response = Response("x", headers={"X-One": "1", "Content-Type": "text/css"})
    response.headers["x-one"] = "2"
    response.headers.append("Vary", "a")
    response.headers.append("Vary", "b")
    assert response.headers["X-ONE"] == "2"
    assert response.headers.get_all("vary") == ["a", "b"]
    assert response.headers["content-type"] == "text/css"
    response.headers["Vary"] = "c"
    assert response.headers.get_all("vary") == ["c"]
    del response.headers["vary"]
    assert "vary" not in response.headers


def test_names_with_several_values() -> None:
    pairs = MultiDict([("a", "1"), ("b", "2"), ("a", "3")])
    assert (list(pairs), len(pairs), pairs.get("c", "x")) == (["a", "b"], 2, "x")
    with pytest.raises(KeyError):
        pairs["c"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("products", "must begin with a slash"),
        ("/{a}{b}", "can't be the name"),
        ("/{a}.json", "all that stands between two slashes"),
        ("/{a:date}", "none of int, uuid, str and path"),
        ("/{rest:path}/more", "nothing may follow"),
        ("/{a}/{a}", "two parameters are"),
        ("/{1a}", "can't be the name"),
        ("/x?y=1", r'no "\?"'),
    ],
)
def test_paths_that_can_not_be_read(path: str, words: str) -> None:
    async def handler(request: Request, **parameters: Any) -> None: ...

    with pytest.raises(RouteError, match=words):
        HyperApp("x").get(path)(handler)


def test_handlers_that_do_not_fit_their_path() -> None:
    async def takes_more(request: Request, sku: str, other: str) -> None: ...
    async def takes_set(request: Request, sku: set[str]) -> None: ...
    async def takes_unknown(request: Request, sku: "Unknown") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037
    async def fits(request: Request, *, other: int = 3, sku: str) -> None: ...

    app = HyperApp("x")
    with pytest.raises(RouteError, match=r"takes 'other'.*parameters of the path: sku"):
        app.get("/{sku}")(takes_more)
    with pytest.raises(RouteError, match=r"'sku' can't be set"):
        app.get("/{sku}")(takes_set)
    with pytest.raises(RouteError, match="is not known where"):
        app.get("/{sku}")(takes_unknown)
    app.get("/{sku}")(fits)
    with pytest.raises(RouteError, match=r"test_application.py:\d+\).*already"):
        app.get("/{name}")(lambda request: None)
    with pytest.raises(RouteError, match="must be async"):
        app.middleware(lambda request, call_next: None)
    with pytest.raises(RouteError, match="one or several of"):
        app.route([], "/y")
    with pytest.raises(RouteError, match="begin with a slash"):
        app.include(Router(), prefix="api/")
    with pytest.raises(RouteError, match="included in itself"):
        app.include(app)


def test_routers_in_routers_in_any_order() -> None:
    app, outer, inner = HyperApp("x"), Router(), Router()
    outer.include(inner, prefix="/{inner:int}")

    @inner.get("/early")
    async def early(inner: int) -> Response:
        return Response.json(inner)

    app.include(outer, prefix="/outer")

    @inner.get("/late")
    async def late(inner: int) -> Response:
        return Response.json(-inner)

    answers = ask(app, ("GET", "/outer/3/early"), ("GET", "/outer/3/late"))
    assert [answer.json() for answer in answers] == [3, -3]


def test_the_more_specific_path_counts_in_any_order() -> None:
    paths = ["/a/{x}", "/a/{x:int}", "/a/b", "/{rest:path}", "/a/{x:uuid}", "/a/{y}/c"]
    asked = {
        "/a/b": "/a/b",
        "/a/5": "/a/{x:int}",
        "/a/z": "/a/{x}",
        "/a/6f1e2d3c-0000-4000-8000-000000000001": "/a/{x:uuid}",
        "/a/5/c": "/a/{y}/c",
        "/a/5/d": "/{rest:path}",
        "/": "/{rest:path}",
    }
    for order in (paths, paths[::-1]):
        app = HyperApp("x")
        for path in order:
            app.get(path)(lambda request, path=path, **_: Response.text(path))
        answers = ask(app, *(("GET", path) for path in asked))
        assert [answer.text for answer in answers] == list(asked.values())


def test_a_method_may_be_answered_by_a_less_specific_path() -> None:
    app = HyperApp("x")
    app.post("/a/b")(lambda request: Response.text("post"))
    app.get("/a/{x}")(lambda request, x: Response.text("get"))
    get, post, put = ask(app, ("GET", "/a/b"), ("POST", "/a/b"), ("PUT", "/a/b"))
    assert (get.text, post.text) == ("get", "post")
    assert (put.status_code, put.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_a_value_of_a_field_s_that_is_none_is_the_client_s_mistake() -> None:
    app = HyperApp("x")

    @app.get("/price/{text}")
    async def price(request: Request, text: str) -> Response:
        return Response.json(Product(price=text))

    [answer] = ask(app, ("GET", "/price/cheap"))
    assert answer.status_code == 422
    assert "price" in answer.json()["detail"]
    assert issubclass(FieldValueError, ValueError)


def test_debug_tells_what_went_wrong() -> None:
    for debug in (False, True):
        app = HyperApp("x", debug=debug)

        @app.get("/")
        async def fails(request: Request) -> None:
            raise LookupError("deep inside")

        [answer] = ask(app, ("GET", "/"))
        assert answer.status_code == 500
        assert ("LookupError: deep inside" in answer.text) == debug
        assert ("traceback" in answer.json()) == debug


def test_an_exception_s_handler_may_fail_too() -> None:
    app = HyperApp("x")

    @app.exception_handler(LookupError)
    async def handle(request: Request, problem: LookupError) -> Response:
        raise HttpError(503, "later")

    @app.get("/")
    async def fails(request: Request) -> None:
        raise KeyError("x")

    assert ask(app, ("GET", "/"))[0].status_code == 503


def test_hooks_are_called_once_and_in_order() -> None:
    app = HyperApp("x")
    said: list[str] = []

    @app.on_startup
    async def first() -> None:
        await asyncio.sleep(0)
        said.append("first")

    app.on_startup(lambda: said.append("second"))
    app.on_shutdown(lambda: said.append("closed last"))
    app.on_shutdown(lambda: said.append("closed first"))

    async def main() -> None:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        told: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(app({"type": "lifespan"}, heard.get, told.put))
        for step in ("startup", "shutdown"):
            await heard.put({"type": f"lifespan.{step}"})
            assert (await told.get())["type"] == f"lifespan.{step}.complete"
        await task

    asyncio.run(main())
    assert said == ["first", "second", "closed first", "closed last"]


def test_requests_wait_for_the_start() -> None:
    app = HyperApp("x")

    @app.on_startup
    async def slowly() -> None:
        await asyncio.sleep(0.05)
        app.state.starts = getattr(app.state, "starts", 0) + 1

    app.get("/")(lambda request: Response.json(app.state.starts))

    async def main() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client:
            answers = await asyncio.gather(*(client.get("/") for _ in range(5)))
        return [answer.json() for answer in answers]

    assert asyncio.run(main()) == [1] * 5


def test_threads_have_the_context_and_a_limit() -> None:
    app = HyperApp("x", limits=Limits(threads=2))
    together = threading.Barrier(2)

    @app.get("/")
    def meet(request: Request) -> Response:
        together.wait(timeout=20)
        return Response.text(threading.current_thread().name)

    async def main() -> set[str]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client:
            answers = await asyncio.gather(*(client.get("/") for _ in range(6)))
        return {answer.text for answer in answers}

    assert asyncio.run(main()) <= {"x_0", "x_1"}


def test_a_silent_stream_of_events_says_that_it_lives() -> None:
    closed: list[bool] = []

    async def never() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "never"
        finally:
            closed.append(True)

    async def main() -> list[bytes]:
        response: Any = Response.events(never(), ping=0.01)
        chunks = response.chunks()
        parts = [await anext(chunks) for _ in range(3)]
        await chunks.aclose()
        return parts

    assert asyncio.run(main()) == [b": hello\n\n", b": ping\n\n", b": ping\n\n"]
    assert closed == [True]


def test_the_default_database_is_the_application_s() -> None:
    from hyperdjango.database import Database, set_default
    from hyperdjango.database.registry import find

    app = HyperApp("x")
    database = Database("postgres://nobody@localhost/none")
    try:
        app.db = database
        assert find("default") is database
        assert app.db is database
    finally:
        set_default(None)
