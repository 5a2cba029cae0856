"""The pages of `hyper serve` in a real browser: by mouse, by keyboard, without script, light and dark, and for axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import Browser, browsing, missing
from harness import Cluster
from serve_support import ODD, sample, serving
from servers import Server

TOKEN = "token-of-the-browser-test"
_MISSING = missing()

pytestmark = pytest.mark.skipif(_MISSING is not None, reason=_MISSING or "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """`hyper serve` on the sample, all schemas."""
    url = sample(cluster, "serve_browser")
    with serving(url, tmp_path_factory.mktemp("browser"), "--schema", "*") as server:
        yield server


@pytest.fixture(scope="module")
def odd(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`hyper serve` on names and values that would be markup where they are not quoted."""
    cluster.create_database("serve_browser_odd")
    cluster.run_sql("serve_browser_odd", ODD)
    folder = tmp_path_factory.mktemp("odd")
    with serving(cluster.url("serve_browser_odd"), folder) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(
    server: Server, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same sample behind a token."""
    url = cluster.url("serve_browser")
    with serving(
        url, tmp_path_factory.mktemp("guarded"), environment={"HYPER_TOKEN": TOKEN}
    ) as guarded:
        yield guarded


# A page of each kind.
PAGES = {
    "tables": "/",
    "no table": "/?search=nothing+is+called+so",
    "rows": "/tables/orders",
    "rows with conditions": "/tables/orders?status=paid&total__gt=50&order_by=-total&search=pai",
    "rows with a key of two fields": "/tables/order_items",
    "wide rows": "/tables/CustomerProfiles",
    "no rows": "/tables/orders?id=0",
    "rows of a view": "/tables/open_orders",
    "row": "/tables/products/3",
    "row with JSON": "/tables/product_details/1",
    "nothing there": "/tables/nothing",
    "wrong condition": "/tables/orders?totl=3",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_everybody_can_read_it(
    browser: Browser, server: Server, page: str, scheme: str
) -> None:
    browser("open", url=server.url + PAGES[page], scheme=scheme)
    found = browser("axe")
    assert found["violations"] == []
    assert found["passes"] > 10
    assert browser("complaints") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_log_in(browser: Browser, guarded: Server, scheme: str) -> None:
    browser("open", url=f"{guarded.url}/tables/users", scheme=scheme)
    assert browser("axe")["violations"] == []
    browser("fill", label="Token", text="wrong")
    browser("go", key="Enter")
    assert browser("texts", selector="[role=alert]") == ["That is not the token."]
    assert browser("axe")["violations"] == []
    browser("fill", label="Token", text=TOKEN)
    browser("go", key="Enter")
    assert browser("url") == f"{guarded.url}/tables/users"
    assert browser("axe")["violations"] == []
    browser("click", role="button", name="Log out")
    assert browser("url").startswith(f"{guarded.url}/login")
    browser("goto", url=f"{guarded.url}/tables/users")
    assert "/login" in browser("url")


def test_light_and_dark_are_the_readers_choice(
    browser: Browser, server: Server
) -> None:
    seen = []
    for scheme in ("light", "dark"):
        browser("open", url=server.url, scheme=scheme)
        seen.append(browser("style", selector="body", property="background-color"))
    assert seen[0] != seen[1]
    light, dark = (sum(map(float, one[4:-1].split(","))) for one in seen)
    assert light > 600
    assert dark < 150


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_way_along_keys_and_back(
    browser: Browser, server: Server, script: bool
) -> None:
    browser("open", url=server.url, script=script)
    browser("fill", label="Find a table", text="order")
    browser("click", role="button", name="Find")
    browser("click", role="link", name="orders")
    assert browser("title") == "orders · serve_browser"
    # The second order is of a user; he has placed others; and so back.
    browser("click", role="link", name="2")
    assert browser("url") == f"{server.url}/tables/orders/2"
    browser("click", role="link", name="users 35")
    assert browser("url") == f"{server.url}/tables/users/35"
    (line,) = browser("texts", selector="section[aria-labelledby=against] li")
    assert line == "orders by user_id: 9 rows"
    browser("click", role="link", name="orders")
    assert browser("url") == f"{server.url}/tables/orders?user_id=35"
    assert browser("texts", selector=".count") == ["9 rows."]
    assert "user_id is 35 ×" in browser("texts", selector=".chips li")
    browser("click", role="link", name="Remove: user_id is 35")
    assert browser("texts", selector=".count") == ["50 rows of about 1,000."]


def test_conditions_search_order_and_pages(browser: Browser, server: Server) -> None:
    browser("open", url=f"{server.url}/tables/orders")
    browser("select", label="Where", option="total")
    browser("select", label="how it is compared", option="is at least")
    browser("fill", label="with this value", text="500")
    browser("click", role="button", name="Add")
    assert browser("url") == f"{server.url}/tables/orders?total__gte=500"
    browser("click", role="link", name="total")
    browser("click", role="link", name="total")
    assert browser("url").endswith("total__gte=500&order_by=-total")
    assert browser("count", selector="th[aria-sort=descending]") == 1
    browser("fill", label="Search text", text="shipped")
    browser("click", role="button", name="Search")
    totals: list[float] = []
    while True:
        cells = browser("texts", selector="tbody td:nth-child(3)")
        totals.extend(map(float, cells))
        if not browser("count", selector="a[rel=next]"):
            break
        browser("click", role="link", name="Next page")
    assert len(totals) > 100
    assert totals == sorted(totals, reverse=True)
    assert min(totals) >= 500
    browser("click", role="link", name="First page")
    assert browser("texts", selector="tbody tr:first-child td:nth-child(3)") == [
        f"{totals[0]:.2f}"
    ]
    browser("click", role="link", name="Remove all")
    assert browser("url") == f"{server.url}/tables/orders"


def test_by_keyboard_alone(browser: Browser, server: Server) -> None:
    browser("open", url=f"{server.url}/tables/orders")
    browser("press", key="Tab")
    assert browser("focused") == "a:Skip to content"
    browser("press", key="Enter")
    places = []
    for _ in range(9):
        browser("press", key="Tab")
        places.append(browser("focused"))
    assert places[:7] == [
        "a:Tables",
        "input:search",
        "button:Search",
        "select:field",
        "select:how it is compared",
        "input:with this value",
        "button:Add",
    ]
    # The rows can be scrolled, and its heads and links be reached.
    assert "div:Rows of orders" in places
    outline = browser("style", selector=":focus", property="outline-style")
    assert outline == "solid"
    browser("open", url=f"{server.url}/?search=countries")
    for _ in range(20):
        browser("press", key="Tab")
        if browser("focused") == "a:countries":
            break
    browser("go", key="Enter")
    assert browser("url") == f"{server.url}/tables/countries"


def test_what_a_screen_reader_is_told(browser: Browser, server: Server) -> None:
    browser("open", url=f"{server.url}/tables/countries?order_by=code")
    tree = browser("tree")
    for part in (
        "main",
        'heading "countries table" [level=1]',
        'region "Rows of countries"',
        'columnheader "code character(2)"',
        "row ",
        'navigation "Pages"',
        "search",
        "status",
    ):
        assert part in tree, tree


def test_wide_tables_scroll_and_their_head_stays(
    browser: Browser, server: Server
) -> None:
    for width in (1280, 360):
        browser("open", url=f"{server.url}/tables/CustomerProfiles", width=width)
        assert browser("overflow") <= 0
        top, moved = browser(
            "sticky", container=".scroll.rows", head=".scroll.rows thead th"
        )
        assert top > 100
        assert abs(moved) < 1


def test_nothing_out_of_the_database_is_markup(browser: Browser, odd: Server) -> None:
    def look(url: str) -> list[str]:
        browser("open", url=url)
        assert browser("count", selector="script") == 0
        assert browser("count", selector="main img, main b") == 0
        assert browser("complaints") == []
        return list(browser("texts", selector="main"))

    (text,) = look(odd.url)
    assert "<script>alert(1)</script>" in text
    assert "<script>alert(3)</script>" in text
    browser("click", role="link", name="<script>alert(1)</script>")
    (text,) = look(browser("url"))
    assert "<img src=x onerror=alert(2)>" in text
    assert "<script>alert(5)</script>" in text
    hrefs = browser("count", selector="tbody th a")
    assert hrefs == 8
    for name in (
        "<script>alert(5)</script>",
        "..",
        "(empty)",
        "a,b~0",
        "%2F..%2F",
        "a\\b",
        "ä ?#&+=",
    ):
        browser("click", role="link", name=name)
        (text,) = look(browser("url"))
        assert "<script>alert(4)</script>" in text, name
        browser("click", role="link", name="<script>alert(1)</script>")
    (text,) = look(
        f"{odd.url}/tables/%3Cscript%3Ealert%281%29%3C~2script%3E?search=%3Cimg+src%3Dx%3E&limit__exact=1&x=%3Cb%3E"
    )
    assert "has no field x" in text
    (text,) = look(f"{odd.url}/tables/~3.~2..~2etc")
    assert text.count("{{ 7*7 }}") >= 2
    assert "49" not in text
    (text,) = look(f"{odd.url}/tables/%3Cb%3Enothing%3C~2b%3E")
    assert "there is no table <b>nothing" in text


def test_rows_of_every_type_have_a_page(browser: Browser, odd: Server) -> None:
    for scheme in ("light", "dark"):
        browser("open", url=f"{odd.url}/tables/wide", scheme=scheme)
        assert browser("axe")["violations"] == []
        for key in ("1", "9223372036854775807", "-9223372036854775808"):
            browser("open", url=f"{odd.url}/tables/wide/{key}", scheme=scheme)
            assert browser("axe")["violations"] == []
    values: dict[str, Any] = {}
    browser("open", url=f"{odd.url}/tables/wide/1")
    names = browser("texts", selector=".fields tbody th")
    for name, value in zip(
        names, browser("texts", selector=".fields .value"), strict=True
    ):
        values[name] = value
    assert values["bytes"] == "2 bytes: 00 ff"
    assert values["n"] == "12345678901234567890.123456789"
    assert values["at"] == "2024-02-29 10:00:00Z"
    assert values["moods"] == '{fine,"so, so"}'
