"""Who `hyper serve` answers: hosts, tokens, sessions of browsers, changes from other sites; and what it refuses to start with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from harness import Cluster, Hyper
from serve_support import sample, serving
from servers import Server

TOKEN = "s3cret-of-the-test-0123"
NAME = "serve_security"


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> str:
    """The sample database."""
    return sample(cluster, NAME)


@pytest.fixture(scope="module")
def local(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on loopback without a token, which takes changes."""
    with serving(url, tmp_path_factory.mktemp("local"), "--write") as server:
        yield server


@pytest.fixture(scope="module")
def guarded(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on every address, with a token, which takes changes."""
    with serving(
        url,
        tmp_path_factory.mktemp("guarded"),
        "--write",
        "--host",
        "0.0.0.0",
        environment={"HYPER_TOKEN": TOKEN},
    ) as server:
        server.host = "127.0.0.1"
        yield server
    assert TOKEN not in server.text


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:80",
        "127.0.0.1:9",
        "[::1]",
        "shop.localhost",
        "127.1.2.3",
    ],
)
def test_loopback_answers_to_its_own_names(local: Server, host: str) -> None:
    assert (
        httpx.get(f"{local.url}/api/orders/1", headers={"host": host}).status_code
        == 200
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "10.0.0.1",
        "",
        "evil@localhost",
        "localhost/",
    ],
)
def test_loopback_answers_to_no_other_name(local: Server, host: str) -> None:
    """A name of another site that leads here would give that site's scripts everything."""
    for path in ("/", "/api/orders", "/openapi.json", "/static/serve.css"):
        response = local.raw(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        status = int(response.split(b" ", 2)[1])
        assert status in (400, 421), response
        assert b"@example.com" not in response


def test_nothing_without_the_token(guarded: Server) -> None:
    with httpx.Client(base_url=guarded.url) as client:
        for path in (
            "/api",
            "/api/orders",
            "/api/orders/1",
            "/openapi.json",
            "/api/nothing",
        ):
            for headers in (
                {},
                {"authorization": "Bearer wrong"},
                {"authorization": f"Basic {TOKEN}"},
                {"authorization": f"Bearer {TOKEN}x"},
                {"authorization": "Bearer"},
                {"authorization": "Bearer \xff".encode("latin-1")},
                {"cookie": f"hyper_serve={TOKEN}"},
                {"cookie": "hyper_serve="},
            ):
                response = client.get(path, headers=headers)
                assert response.status_code == 401, (path, headers)
                assert response.headers["www-authenticate"].startswith("Bearer")
                assert response.headers["content-type"] == "application/problem+json"
        for path in ("/", "/tables/orders", "/tables/orders/1?a=b", "/nothing"):
            response = client.get(path)
            assert response.status_code == 303
            assert response.headers["location"].startswith("/login?next=%2F")
        assert client.post("/api/orders", json={}).status_code == 401
        assert client.get("/static/serve.css").status_code == 200
        assert client.get(f"/api/orders?token={TOKEN}").status_code == 401


def test_the_token_opens_the_api(guarded: Server) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=guarded.url, headers=headers) as client:
        assert client.get("/api/orders/1").json()["id"] == 1
        assert client.get("/").status_code == 200
        document = client.get("/openapi.json").json()
        assert document["security"] == [{"token": []}]
        assert "401" in document["paths"]["/api/orders"]["get"]["responses"]
        # Other addresses than loopback are asked for by any name; the token is what counts.
        assert client.get("/api", headers={"host": "shop.example"}).status_code == 200


def test_a_browser_logs_in_and_out(guarded: Server) -> None:
    with httpx.Client(base_url=guarded.url) as client:
        form = client.get("/login?next=/tables/orders%3Flimit%3D1")
        assert form.status_code == 200
        assert 'type="password"' in form.text
        origin = {"origin": guarded.url}
        wrong = client.post(
            "/login", data={"token": "wrong", "next": "/"}, headers=origin
        )
        assert wrong.status_code == 403
        assert "not the token" in wrong.text
        assert "set-cookie" not in wrong.headers
        for place, goes in (
            ("/tables/orders?limit=1", "/tables/orders?limit=1"),
            ("https://evil.example/", "/"),
            ("//evil.example/", "/"),
            ("/\\evil.example/", "/"),
            ("javascript:alert(1)", "/"),
        ):
            done = client.post(
                "/login", data={"token": TOKEN, "next": place}, headers=origin
            )
            assert done.status_code == 303
            assert done.headers["location"] == goes
        cookie = done.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        assert client.get("/tables/orders?limit=1").status_code == 200
        assert client.get("/api/orders/1").status_code == 200
        assert (
            client.post(
                "/logout", headers={"origin": "https://evil.example"}
            ).status_code
            == 403
        )
        assert client.post("/logout", headers=origin).status_code == 303
        assert client.get("/tables/orders").status_code == 303


def test_other_sites_change_nothing(
    local: Server, guarded: Server, cluster: Cluster
) -> None:
    """Whatever a page of another site can have a browser send, with its cookies."""
    before = cluster.run_sql(NAME, "SELECT count(*), sum(total) FROM orders")
    with httpx.Client(base_url=guarded.url) as client:
        client.post("/login", data={"token": TOKEN}, headers={"origin": guarded.url})
        cookies = dict(client.cookies)
    body = {"user_id": 1, "total": "1", "created_at": "2024-01-01T00:00:00Z"}
    for server, kept in ((local, {}), (guarded, cookies)):
        with httpx.Client(base_url=server.url, cookies=kept) as client:
            for headers in (
                {"origin": "https://evil.example"},
                {"origin": "null"},
                {"origin": "http://["},
                {"origin": server.url.replace("127.0.0.1", "127.0.0.2")},
                {"origin": "http://127.0.0.1:1"},
                {"sec-fetch-site": "cross-site"},
                {"sec-fetch-site": "same-site"},
            ):
                for response in (
                    client.post("/api/orders", json=body, headers=headers),
                    client.patch("/api/orders/1", json={"total": "1"}, headers=headers),
                    client.delete("/api/orders/1", headers=headers),
                ):
                    assert response.status_code == 403, headers
            # A form can send these without asking first; they are not taken for JSON.
            for kind in (
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
            ):
                response = client.post(
                    "/api/orders",
                    content=b'{"user_id": 1}',
                    headers={"content-type": kind, "origin": server.url},
                )
                assert response.status_code == 415
            assert (
                "access-control-allow-origin"
                not in client.get(
                    "/api/orders", headers={"origin": "https://evil.example"}
                ).headers
            )
    with httpx.Client(base_url=guarded.url, cookies=cookies) as client:
        # By its cookie alone, without a word on where it comes from, nothing is changed.
        assert client.post("/api/orders", json=body).status_code == 403
    assert cluster.run_sql(NAME, "SELECT count(*), sum(total) FROM orders") == before


def test_the_page_itself_may_change_rows(guarded: Server) -> None:
    with httpx.Client(base_url=guarded.url) as client:
        origin = {"origin": guarded.url, "sec-fetch-site": "same-origin"}
        client.post("/login", data={"token": TOKEN}, headers=origin)
        assert (
            client.patch("/api/users/1", json={"name": "Ada"}, headers=origin).json()[
                "name"
            ]
            == "Ada"
        )


def test_browsers_are_told_what_not_to_do(local: Server) -> None:
    for path in (
        "/",
        "/tables/orders",
        "/tables/nothing",
        "/api/orders",
        "/api/nothing",
        "/static/serve.css",
    ):
        response = httpx.get(f"{local.url}{path}")
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
    for path in (
        "/static/../settings.py",
        "/static/..%2fsettings.py",
        "/static/%2e%2e/guard.py",
        "/static//etc/passwd",
    ):
        response = local.raw(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        assert b" 404 " in response.split(b"\r\n", 1)[0], path


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--host", "0.0.0.0"], {}, "there is no token"),
        (["--host", "::"], {}, "there is no token"),
        (["--host", "192.0.2.1"], {}, "there is no token"),
        (["--host", "0.0.0.0"], {"HYPER_TOKEN": "short"}, "5 characters"),
        (["--token", "with a space in the middle"], {}, "without spaces"),
        (["--statement-timeout", "0"], {}, "0"),
        (["--table", "ordrs"], {}, "ordrs"),
        (["--models", "nowhere.py"], {}, "nowhere.py"),
        (["--models", "no.such.module"], {}, "no.such.module"),
        (["--host", "name with spaces"], {}, "there is no token"),
    ],
)
def test_what_it_does_not_start_with(
    hyper: Hyper,
    url: str,
    arguments: list[str],
    environment: dict[str, str],
    words: str,
) -> None:
    done = hyper(
        "serve",
        "--port",
        "0",
        *arguments,
        environment={"DATABASE_URL": url, **environment},
    )
    assert done.exit_code == 2
    assert done.stderr.startswith("error: "), done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_it_says_where_the_database_is_not(hyper: Hyper) -> None:
    url = "postgres://ada:hunter22@127.0.0.1:1/shop"
    done = hyper("serve", "--port", "0", environment={"DATABASE_URL": url})
    assert done.exit_code == 2
    assert "127.0.0.1:1" in done.stderr
    assert "hunter22" not in done.stderr


def test_a_proxy_may_stand_before_it(url: str, tmp_path: Path) -> None:
    """With a token any name will do: a script of another site has none."""
    with serving(url, tmp_path, environment={"HYPER_TOKEN": TOKEN}) as server:
        headers = {"host": "shop.example", "authorization": f"Bearer {TOKEN}"}
        assert httpx.get(f"{server.url}/api", headers=headers).status_code == 200
        del headers["authorization"]
        assert httpx.get(f"{server.url}/api", headers=headers).status_code == 401


def test_the_command_line_shows_no_secret(url: str, tmp_path: Path) -> None:
    with serving(None, tmp_path, "--database", url, "--token", TOKEN) as server:
        shown = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert TOKEN.encode() not in shown
        assert b"postgres" not in shown
        assert httpx.get(f"{server.url}/api").status_code == 401
        assert server.stop() == 0
