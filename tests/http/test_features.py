"""What an application can do, over RSGI and over ASGI: both servers give the same."""

from __future__ import annotations

import json

import httpx
import pytest


def test_a_response(client: httpx.Client) -> None:
    response = client.get("/")
    assert (response.status_code, response.text) == (200, "hello")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-length"] == "5"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/int/12", {"id": 12, "params": {"id": 12}}),
        ("/int/-3", {"id": -3, "params": {"id": -3}}),
        ("/int/abc", {"name": "abc"}),
        ("/int/1.5", {"name": "1.5"}),
        ("/int/a%20b%C3%A9", {"name": "a bé"}),
        (
            "/uuid/6f1e2d3c-0000-4000-8000-000000000001",
            {"id": "6f1e2d3c-0000-4000-8000-000000000001", "is_uuid": True},
        ),
        ("/rest/a/b/c", {"rest": "a/b/c"}),
        ("/rest/", {"rest": ""}),
        ("/rest/special", {"special": True}),
        (
            "/annotated/7/1.50/red",
            {"number": 7, "amount": "1.50", "colour": "red"},
        ),
        ("/api/2/late/x", {"version": 2, "name": "x"}),
    ],
)
def test_parameters_of_paths(
    client: httpx.Client, path: str, body: dict[str, object]
) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, body)


@pytest.mark.parametrize(
    "path",
    ["/none", "/int", "/int/", "/uuid/12", "/int/1/2", "/api/x/late/y", "/files"],
)
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json() == {"status": 404, "error": "Not Found"}


@pytest.mark.parametrize(
    "path",
    [
        "/annotated/x/1/red",
        "/annotated/1/x/red",
        "/annotated/1/NaN/red",
        "/annotated/1/1/blue",
        "/annotated/1_0/1/red",
        "/annotated/%D9%A1/1/red",
    ],
)
def test_a_parameter_that_is_not_what_the_handler_wants(
    client: httpx.Client, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 422
    assert "in the path is no" in response.json()["detail"]


def test_methods(client: httpx.Client) -> None:
    assert client.put("/several").text == "PUT"
    assert client.patch("/several").text == "PATCH"
    deleted = client.delete("/several")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "content-length" not in deleted.headers
    refused = client.get("/several")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "DELETE, OPTIONS, PATCH, PUT"
    options = client.options("/int/5")
    assert (options.status_code, options.headers["allow"]) == (
        204,
        "GET, HEAD, OPTIONS",
    )


@pytest.mark.parametrize(
    "path", ["/", "/int/5", "/none", "/file/data.bin", "/etag", "/several", "/stream"]
)
def test_head_is_get_without_its_body(client: httpx.Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    kept = {"date", "server", "transfer-encoding"}
    assert {k: v for k, v in head.headers.items() if k not in kept} == {
        k: v for k, v in got.headers.items() if k not in kept
    }


def test_a_slash_too_many_or_too_few_leads_to_the_path_that_there_is(
    client: httpx.Client,
) -> None:
    response = client.get("/int/5/?a=1&b=%20")
    assert response.status_code == 308
    assert response.headers["location"] == "/int/5?a=1&b=%20"
    assert client.get("/static").headers["location"] == "/static/"


def test_a_slash_never_leads_to_another_host(client: httpx.Client) -> None:
    for path in ("/%2Fevil.example/", "/%2Fevil.example", "/%5Cevil.example/"):
        assert client.get(path).status_code == 404


def test_query_cookies_and_headers(client: httpx.Client) -> None:
    response = client.get(
        "/echo?a=1&b=x%20y&a=2&empty=&plus=a+b",
        headers={"X-Test": "yes", "Cookie": 'one=1; two="2"; bad'},
    )
    assert response.json() == {
        "query": [["a", "1"], ["b", "x y"], ["a", "2"], ["empty", ""], ["plus", "a b"]],
        "cookies": {"one": "1", "two": "2"},
        "header": "yes",
        "host": f"{client.base_url.host}:{client.base_url.port}",
        "client": "127.0.0.1",
        "scheme": "http",
    }


def test_too_many_fields_of_a_query(client: httpx.Client) -> None:
    assert client.get("/echo?" + "&".join("a" * 1001)).status_code == 400


def test_json(client: httpx.Client) -> None:
    value = {"a": [1, 2.5, None, True, "é\n"], "b": {}}
    response = client.post("/json", json=value)
    assert (response.status_code, response.json()) == (201, value)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-made"] == "yes"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nope",
        b'{"a": NaN}',
        b"[Infinity]",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b'{"a": 1} x',
    ],
)
def test_what_is_no_json(client: httpx.Client, body: bytes) -> None:
    response = client.post("/json", content=body)
    assert response.status_code == 400
    assert "JSON" in response.json()["detail"]


def test_a_form(client: httpx.Client) -> None:
    response = client.post("/form", data={"name": ["Ada", "Ada L."], "empty": ""})
    assert response.json() == [["name", "Ada"], ["name", "Ada L."], ["empty", ""]]


def test_uploads(client: httpx.Client) -> None:
    response = client.post(
        "/form",
        data={"note": "é"},
        files={"file": ("../../etc/passwd", b"x" * 150_000, "text/plain")},
    )
    assert response.json() == [
        ["note", "é"],
        ["file", "passwd", "text/plain", 150_000, 150_000],
    ]


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"a=1", 415),
        ("application/x-www-form-urlencoded", b"a=\xff", 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a"] * 1001), 400),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1001,
            413,
        ),
    ],
)
def test_what_is_no_form(
    client: httpx.Client, kind: str, body: bytes, status: int
) -> None:
    response = client.post("/form", content=body, headers={"content-type": kind})
    assert response.status_code == status, response.text


def test_bodies_in_parts(client: httpx.Client) -> None:
    response = client.post("/parts", content=iter([b"x" * 70_000, b"y" * 70_000]))
    assert response.json() == {"size": 140_000}
    assert client.post("/body", content=iter([b"ab", b"cd"])).content == b"abcd"
    assert client.post("/body", content=b"z" * 150_000).content == b"z" * 150_000
    assert client.post("/body").content == b""


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    assert client.post("/body", content=b"x" * 200_000).status_code == 200
    for content in (b"x" * 200_001, iter([b"x" * 100_000] * 3)):
        try:
            response = client.post("/body", content=content)
        except httpx.TransportError:
            # The server may close the connection before all was sent.
            continue
        assert response.status_code == 413
        assert "200000 bytes" in response.json()["detail"]


def test_handlers_that_are_not_async_run_in_threads(client: httpx.Client) -> None:
    assert client.get("/sync").json() == {"main": False}


def test_cookies_that_are_set(client: httpx.Client) -> None:
    assert client.get("/cookie").headers.get_list("set-cookie") == [
        "session=abc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Strict",
        "old=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    ]


def test_redirection(client: httpx.Client) -> None:
    response = client.get("/redirect", params={"to": "/café?x=1"})
    assert response.status_code == 302
    assert response.headers["location"] == "/caf%C3%A9?x=1"


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\0b", "\x7f", "é"])
def test_headers_can_not_be_forged(client: httpx.Client, value: str) -> None:
    response = client.get("/header", params={"value": value})
    assert response.status_code == 500
    assert "x-evil" not in response.headers and "x-given" not in response.headers
    if value != "é":
        response = client.get("/redirect", params={"to": "/" + value})
        assert response.status_code == 500


def test_etags(client: httpx.Client) -> None:
    first = client.get("/etag")
    tag = first.headers["etag"]
    for wanted in (tag, f'"x", W/{tag}', "*"):
        again = client.get("/etag", headers={"if-none-match": wanted})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
    assert client.get("/etag", headers={"if-none-match": '"x"'}).json() == {"a": 1}


DATA = bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=1000-", 1000, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-5000", 0, 1024),
        ("bytes=1023-9999", 1023, 1024),
        ("bytes=5-5", 5, 6),
    ],
)
def test_parts_of_files(
    client: httpx.Client, wanted: str, start: int, end: int
) -> None:
    response = client.get("/file/data.bin", headers={"range": wanted})
    assert (response.status_code, response.content) == (206, DATA[start:end])
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/1024"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "wanted", ["bytes=5-2", "lines=0-1", "bytes=0-1,3-4", "bytes=-", "bytes=x-y", "x"]
)
def test_ranges_that_are_ignored(client: httpx.Client, wanted: str) -> None:
    response = client.get("/file/data.bin", headers={"range": wanted})
    assert (response.status_code, response.content) == (200, DATA)


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=-0"])
def test_ranges_that_are_not_there(client: httpx.Client, wanted: str) -> None:
    response = client.get("/file/data.bin", headers={"range": wanted})
    assert response.status_code == 416
    assert response.headers["content-range"] == "bytes */1024"


def test_files_that_the_client_has(client: httpx.Client) -> None:
    first = client.get("/file/data.bin")
    assert first.headers["content-type"] == "application/octet-stream"
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"if-none-match": etag}, {"if-modified-since": modified}):
        again = client.get("/file/data.bin", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    part = {"range": "bytes=0-1"}
    same = client.get("/file/data.bin", headers={**part, "if-range": etag})
    other = client.get("/file/data.bin", headers={**part, "if-range": '"x"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_files(client: httpx.Client) -> None:
    page = client.get("/static/inner/page.html")
    assert (page.status_code, page.text) == (200, "<p>page</p>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    empty = client.get("/file/empty.txt")
    assert (empty.status_code, empty.headers["content-length"]) == (200, "0")
    disposition = client.get("/download").headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''%C3%9Cbersicht.bin"


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "inner/..%2f..%2fsecret.txt",
        "%2fetc/passwd",
        "..%5csecret.txt",
        "link",
        "inner",
        "",
        "nothing",
        "data.bin%00.txt",
        "a" * 5000,
    ],
)
@pytest.mark.parametrize("prefix", ["/file/", "/static/"])
def test_nothing_outside_of_a_folder_is_found(
    client: httpx.Client, prefix: str, path: str
) -> None:
    response = client.get(prefix + path)
    assert response.status_code == 404
    assert "secret" not in response.text


def test_streams(client: httpx.Client) -> None:
    assert client.get("/stream").text == "0\n1\n2\n"
    assert client.get("/stream-sync").content == b"01234"


def test_events(client: httpx.Client) -> None:
    response = client.get("/events")
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    assert response.text == (
        ': hello\n\ndata: first\n\ndata: {"number":2}\n\nevent: note\nid: 3\ndata: third\n\n'
    )


def test_exceptions(client: httpx.Client) -> None:
    teapot = client.get("/teapot")
    assert (teapot.status_code, teapot.text) == (418, "short and stout")
    refused = client.get("/refused")
    assert refused.json() == {
        "status": 409,
        "error": "Conflict",
        "detail": "paid already",
    }
    assert refused.headers["x-why"] == "paid"
    assert client.get("/gone").text == "gone for good"


@pytest.mark.parametrize("path", ["/broken", "/nothing", "/middleware-fails"])
def test_what_is_wrong_inside_stays_inside(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 500
    assert response.json() == {"status": 500, "error": "Internal Server Error"}


@pytest.mark.parametrize("path", ["/", "/none", "/broken", "/several"])
def test_middleware_is_around_everything(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.headers.get_list("x-order") == ["inner", "outer"]


def test_applications_that_are_mounted(client: httpx.Client) -> None:
    response = client.post("/mounted/a/b?c=d", content=b"body")
    assert (response.status_code, response.headers["x-mounted"]) == (202, "1")
    assert response.text == "/mounted|/mounted/a/b|c=d|body"
    assert client.get("/mounted").text == "/mounted|/mounted||"
    assert client.get("/counts").json()["mounted"] == "started"


def test_an_application_is_started_once(client: httpx.Client) -> None:
    assert client.get("/counts").json()["started"] == 1


def test_a_connection_is_kept(client: httpx.Client) -> None:
    with client.stream("GET", "/") as first:
        first.read()
        address = first.extensions["network_stream"].get_extra_info("client_addr")
    with client.stream("GET", "/none") as second:
        second.read()
        again = second.extensions["network_stream"].get_extra_info("client_addr")
    assert address == again
    assert json.loads(second.text)["status"] == 404
