"""The pages of `hyper serve` as they are sent: whole without script, readable where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from harness import Cluster
from serve_support import ODD, sample, serving


@pytest.fixture(scope="module")
def client(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of the sample's pages."""
    url = sample(cluster, "serve_page")
    # A table that nobody has analyzed, with more rows than are counted.
    cluster.run_sql(
        "serve_page",
        "CREATE TABLE fresh (id int PRIMARY KEY) WITH (autovacuum_enabled = false);"
        "INSERT INTO fresh SELECT generate_series(1, 1500)",
    )
    with (
        serving(url, tmp_path_factory.mktemp("page"), "--schema", "*") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client
    assert "Traceback" not in server.text, server.text


class Links(HTMLParser):
    """The addresses of a page's links, forms, style sheets and pictures, and the names of its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.others: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "style"
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("href", "src", "action"):
                self.others.append(value or "")


def test_every_link_leads_somewhere(client: httpx.Client) -> None:
    """From the first page on, as far as links go, but no further than some rows of each table."""
    waiting, seen = ["/"], {"/"}
    visited: dict[str, int] = {}
    while waiting:
        path = waiting.pop()
        response = client.get(path)
        assert response.status_code == 200, (path, response.text)
        if not response.headers["content-type"].startswith("text/html"):
            continue
        page = Links(response.text)
        assert "script" not in page.tags
        for other in page.others:
            assert other.startswith(("/static/", "/logout", "/login")), other
        for link in page.links:
            if link in seen or link.startswith("#"):
                continue
            seen.add(link)
            kind = (
                re.sub(r"/[^/?]*$", "/row", link.partition("?")[0])
                if link.count("/") > 2
                else link.partition("?")[0]
            )
            visited[kind] = visited.get(kind, 0) + 1
            if visited[kind] <= 3:
                waiting.append(link)
    assert len(visited) > 60
    assert not any(link.startswith(("http", "//", "javascript")) for link in seen)


def test_numbers_of_rows(client: httpx.Client) -> None:
    text = client.get("/").text
    assert "more than 1,000" in text
    assert "about 1,000" in text
    assert "not known" in text
    assert "50 rows of more than 1,000." in client.get("/tables/fresh").text
    assert "20 rows." in client.get("/tables/orders?status=paid").text
    assert "50 rows of about" in client.get("/tables/orders?total__gt=20").text
    # Its partitions are counted as it is; a partition is its table's, and nothing refers to it.
    page = client.get("/tables/products/1").text
    assert "page_views</a>" in page
    assert "page_views_2022" not in page


def test_tables_are_found_by_name_and_comment(client: httpx.Client) -> None:
    assert client.get("/?search=MORNING").text.count('<th scope="row">') == 1
    assert client.get("/?search=stock_l").text.count('<th scope="row">') == 1
    nothing = client.get("/?search=<b>x").text
    assert "“&lt;b&gt;x”" in nothing


def test_the_form_puts_conditions_together(client: httpx.Client) -> None:
    for given, wanted in (
        ("~field=total&~lookup=gt&~value=5", "total__gt=5"),
        ("~field=status&~lookup=&~value=a b", "status=a+b"),
        ("id__gt=3&~field=status&~lookup=in&~value=a,b", "id__gt=3&status__in=a%2Cb"),
        ("~field=user_id&~lookup=isnull&~value=x", "user_id__isnull=true"),
        ("~field=user_id&~lookup=notnull&~value=", "user_id__isnull=false"),
        ("after=x&~field=id&~lookup=&~value=5", "id=5"),
    ):
        response = client.get(f"/tables/orders?{given}")
        assert response.status_code == 303
        assert response.headers["location"] == f"/tables/orders?{wanted}"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/tables/nothing", 404, "there is no table nothing here"),
        ("/tables/ordrs", 404, "did you mean orders?"),
        ("/tables/orders/0", 404, "there is no row with this key"),
        ("/tables/orders/x", 404, "there is no row with this key"),
        ("/tables/legacy_log/1", 404, "has no key"),
        ("/nothing", 404, "Not Found"),
        ("/tables/orders?totl=1", 400, "did you mean &#39;total&#39;?"),
        ("/tables/orders?id=1%20OR%201=1", 400, "must be a whole number"),
        ("/tables/orders?after=x", 400, "no cursor"),
        ("/tables/orders?limit=99999", 400, "from 1 to 1000"),
        ("/tables/orders?embed=user", 400, "is for the API"),
        ("/tables/users?email__regex=(", 400, "regular expression"),
        ("/static/nothing.css", 404, "Not Found"),
    ],
)
def test_what_is_wrong_is_a_page(
    client: httpx.Client, path: str, status: int, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert words in response.text
    assert '<a href="/">All tables</a>' in response.text


def test_only_reading(client: httpx.Client) -> None:
    for path in ("/", "/tables/orders", "/tables/orders/1", "/login"):
        assert client.post(path).status_code in (404, 405)


def test_a_slow_query_is_a_page(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        cluster.database(ODD) as name,
        serving(
            cluster.url(name),
            tmp_path_factory.mktemp("slow"),
            "--statement-timeout",
            "1",
        ) as server,
    ):
        response = httpx.get(f"{server.url}/tables/slow", timeout=30)
        assert response.status_code == 503
        assert "longer than 1 second" in response.text
        assert httpx.get(f"{server.url}/tables/sneaky").status_code == 403


def test_lists_fetch_the_beginnings_of_long_values(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Fifty rows of a megabyte each are shown in little memory, and the row's own page has more of one."""
    script = """
        CREATE TABLE long (id int PRIMARY KEY, t text, b bytea, j jsonb, short varchar(9), e text);
        INSERT INTO long SELECT n, repeat('x', 1000000), decode(repeat('00', 1000000), 'hex'),
            jsonb_build_object('a', repeat('y', 1000000)), 'brief', 'é' FROM generate_series(1, 20) n;
    """
    with (
        cluster.database(script) as name,
        serving(cluster.url(name), tmp_path_factory.mktemp("long")) as server,
    ):
        page = httpx.get(f"{server.url}/tables/long", timeout=60).text
        assert len(page) < 60_000
        assert f'{"x" * 80}<span class="cut"' in page
        assert "1,000,000 bytes" in page
        assert page.count(">brief<") == page.count(">é<") == 20
        assert len(httpx.get(f"{server.url}/tables/long/1", timeout=60).text) > 40_000
        assert (
            httpx.get(f"{server.url}/tables/long?search=y", timeout=60).status_code
            == 200
        )
