"""The API of `hyper serve`: what it gives is what the database has, page by page, and what it refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from harness import Cluster
from serve_support import ODD, pages, sample, serving
from servers import Server

SAMPLE = "serve_api"
ODD_NAME = "serve_odd"


@pytest.fixture(scope="module")
def server(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """`hyper serve` on the sample, all schemas."""
    url = sample(cluster, SAMPLE)
    folder = tmp_path_factory.mktemp("serve")
    with serving(url, folder, "--schema", "*") as server:
        yield server
    # Whatever was asked, no line of the log has the values of a query.
    assert "secret" not in server.text
    assert "Traceback" not in server.text, server.text


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    """A client of the sample's API."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def odd(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of the API of odd names and types, whose queries may take a second."""
    cluster.create_database(ODD_NAME)
    cluster.run_sql(ODD_NAME, ODD)
    folder = tmp_path_factory.mktemp("odd")
    with (
        serving(cluster.url(ODD_NAME), folder, "--statement-timeout", "1") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client


def rows_of(cluster: Cluster, query: str, name: str = SAMPLE) -> list[Any]:
    """What a query gives, by another client."""
    return [row[0] for row in cluster.run_sql(name, query)]


def refused(client: httpx.Client, path: str, status: int = 400) -> str:
    """The sentence that a request is refused with."""
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    sentence: str = problem["detail"]
    return sentence


# Each row once, in the order of the database -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "order_by", "order"),
    [
        ("users", "", "id"),
        ("users", "name", "name, id"),
        ("users", "-name", "name DESC, id"),
        ("users", "-name,email", "name DESC, email, id"),
        ("order", "-end,class_field", '"end" DESC, class, id'),
        ("order", "end,-class_field,id", '"end", class DESC, id'),
        ("order", "called_at", "called_at, id"),
        ("orders", "status,-total", "status, total DESC, id"),
        ("order_items", "-quantity", "quantity DESC, order_id, line_no"),
        ("product_details", "-weight,restock_after", "weight DESC, restock_after, product_id"),
        ("promotions", "-valid_during", "valid_during DESC, code"),
        ("support_tickets", "first_answer,state", "first_answer, state, id"),
        ("support_tickets", "-client_address", "client_address DESC, id"),
        ("employees", "-salary,left_on", "salary DESC, left_on, id"),
        ("audit_trail", "table_name", "table_name, log_id"),
        ("returns", "order_id,-refund", "order_id, refund DESC, number"),
    ],
)  # fmt: skip
def test_pages_are_the_table_in_its_order(
    api: httpx.Client, cluster: Cluster, table: str, order_by: str, order: str
) -> None:
    path = f"/api/{table}?limit=7" + (f"&order_by={order_by}" if order_by else "")
    found = [row for page in pages(api, path) for row in page]
    key = "log_id" if table == "audit_trail" else order.rpartition(", ")[2]
    fields = ["order_id", "line_no"] if table == "order_items" else [key]
    wanted = cluster.run_sql(
        SAMPLE, f'SELECT {", ".join(fields)} FROM "{table}" ORDER BY {order}'
    )
    assert [tuple(row[field] for field in fields) for row in found] == wanted


def test_rows_are_those_of_the_database(api: httpx.Client, cluster: Cluster) -> None:
    """Whole numbers, truth and text of every table are the same as PostgreSQL's own JSON has them."""
    for table in api.get("/api").json()["data"]:
        name = ".".join(f'"{part}"' for part in table["name"].split("."))
        order = ", ".join(table["key"]) or "1"
        theirs = rows_of(
            cluster, f"SELECT to_jsonb(t) FROM {name} t ORDER BY {order} LIMIT 1000"
        )
        ours = api.get(f"{table['rows']}?limit=1000").json()["data"]
        plain = [
            one
            for one, value in theirs[0].items()
            if one in ours[0]
            and isinstance(value, (bool, int, str))
            and _is_plain(ours, one)
        ]
        assert plain, table
        found, wanted = (
            [json.dumps([row[one] for one in plain]) for row in rows]
            for rows in (ours, theirs)
        )
        if not table["key"]:
            # They come in the order in which the server finds them.
            found.sort()
            wanted.sort()
        assert found == wanted, table


def _is_plain(rows: list[dict[str, Any]], name: str) -> bool:
    """Whether values have one form in JSON: not numerics and moments, which PostgreSQL writes in another."""
    values = [row[name] for row in rows if row[name] is not None]
    return all(
        isinstance(one, (bool, int))
        or (isinstance(one, str) and not one[:1].isdigit() and one[:1] != "-")
        for one in values
    )


def test_rows_that_come_and_go_disturb_no_page(
    api: httpx.Client, cluster: Cluster
) -> None:
    first = api.get("/api/user_sessions?limit=2&order_by=-id").json()
    shown = [row["id"] for row in first["data"]]
    cluster.run_sql(
        SAMPLE,
        f"DELETE FROM user_sessions WHERE id = {shown[1]};"
        "INSERT INTO user_sessions (class) VALUES ('new')",
    )
    rest = [row["id"] for page in pages(api, first["next"]) for row in page]
    assert rest == rows_of(
        cluster, f"SELECT id FROM user_sessions WHERE id < {shown[1]} ORDER BY id DESC"
    )


def test_a_table_without_a_key_is_listed(api: httpx.Client, cluster: Cluster) -> None:
    found = [
        row
        for page in pages(api, "/api/legacy_log?limit=30&order_by=created_at")
        for row in page
    ]
    assert [row["message"] for row in found] == rows_of(
        cluster, "SELECT message FROM legacy_log ORDER BY created_at"
    )
    assert "has no key" in refused(api, "/api/legacy_log/1", 404)


def test_pages_of_values_that_python_has_not(odd: httpx.Client) -> None:
    for field in (
        "d",
        "r",
        "n",
        "day",
        "at",
        "local",
        "clock",
        "span",
        "bytes",
        "m",
        "mood",
        "u",
    ):
        for sign in ("", "-"):
            path = f"/api/wide?limit=1&fields=id&order_by={sign}{field}"
            whole = odd.get(path.replace("limit=1", "limit=9")).json()["data"]
            assert len(whole) == 3
            assert [row for page in pages(odd, path) for row in page] == whole


# Conditions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("orders?status=paid", "status = 'paid'"),
        ("orders?total__gt=50.5&total__lte=60", "total > 50.5 AND total <= 60"),
        ("orders?status__in=paid,pending", "status IN ('paid', 'pending')"),
        ("orders?id__range=5,9", "id BETWEEN 5 AND 9"),
        ("orders?created_at__gte=2023-01-01T00:00:00Z", "created_at >= '2023-01-01Z'"),
        ("orders?created_at__year=2020", "extract(year FROM created_at AT TIME ZONE 'UTC') = 2020"),
        ("orders?user__email__startswith=ben", "user_id IN (SELECT id FROM users WHERE email LIKE 'ben%')"),
        ("orders?order_item_set__quantity__gt=3", "id IN (SELECT order_id FROM order_items WHERE quantity > 3)"),
        ("orders?order_item_set__product__sku=LMP-0034",
         "id IN (SELECT order_id FROM order_items JOIN products p ON p.id = product_id WHERE sku = 'LMP-0034')"),
        (
            "users?orders_set__isnull=true",
            "id NOT IN (SELECT user_id FROM orders)",
        ),
        (
            "products?order_item_set__isnull=false",
            "id IN (SELECT product_id FROM order_items)",
        ),
        ("users?orders_set=5", "id = (SELECT user_id FROM orders WHERE id = 5)"),
        ("orders?user=3", "user_id = 3"),
        ("orders?pk__in=3,4", "id IN (3, 4)"),
        ("orders?search=pend", "status ILIKE '%pend%'"),
        ("orders?search=17", "id = 17"),
        ("users?name__isnull=true", "name IS NULL"),
        ("users?name__isnull=false", "name IS NOT NULL"),
        ("users?email__icontains=%25", "email ILIKE '%\\%%'"),
        ("users?email__regex=^b.*3", "email ~ '^b.*3'"),
        ("categories?is_visible=false", "NOT is_visible"),
        ('categories?path__contains=["Garden"]', "path @> ARRAY['Garden']"),
        ("product_details?attributes__colour=green", "attributes->>'colour' = 'green'"),
        ('product_details?attributes__contains={"colour":"green"}', """attributes @> '{"colour": "green"}'"""),
        ("support_tickets?client_address__net_contained=198.51.100.0/24", "client_address << '198.51.100.0/24'"),
        ("promotions?valid_during__contains=2019-06-05", "valid_during @> '2019-06-05'::date"),
        ("CustomerProfiles?total_field__lt=10", '"total $" < 10'),
        ("CustomerProfiles?public_id=1c1e3dd0-9531-6f30-724a-c021ca3b95b8",
         "public_id = '1c1e3dd0-9531-6f30-724a-c021ca3b95b8'"),
        ("employees?salary__gte=3000", "salary >= 3000::money"),
    ],
)  # fmt: skip
def test_conditions_are_djangos(
    api: httpx.Client, cluster: Cluster, path: str, where: str
) -> None:
    table = path.partition("?")[0]
    body = api.get(f"/api/{path}&limit=1000&count=exact").json()
    wanted = rows_of(cluster, f'SELECT count(*) FROM "{table}" t WHERE {where}')[0]
    assert len(body["data"]) == wanted
    assert body["count"] == {"rows": wanted, "is_exact": True}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("orders?totl=3", "did you mean 'total'?"),
        ("orders?user__emal=x", "did you mean 'email'?"),
        ("orders?total__gtt=3", "did you mean 'gt'?"),
        ("orders?total__gt=abc", "must be a number"),
        ("orders?id=1 OR 1=1", "must be a whole number"),
        ("orders?id=1;DROP TABLE users", "must be a whole number"),
        ("orders?id=99999999999", "from -2147483648 to 2147483647"),
        ('orders?"id"=1', "has no field"),
        ("orders?id) OR (1=1", "has no field"),
        ("orders?created_at=yesterday", "created_at"),
        ("orders?status=a%00b", "NUL"),
        ("orders?search=a%00b", "NUL"),
        ("orders?limit=0", "from 1 to 1000"),
        ("orders?limit=1001", "from 1 to 1000"),
        ("orders?limit=99999999999999999999", "from 1 to 1000"),
        ("orders?limit=5&limit=6", "may be given once"),
        ("orders?after=xyz", "no cursor"),
        ("orders?after=W10", "no cursor"),
        ("orders?after=%FF%FE", "no cursor"),
        ("orders?order_by=totl", "did you mean 'total'?"),
        ("orders?order_by=total;--", "order_by"),
        ("orders?order_by=id,id", "twice"),
        ("product_details?order_by=attributes", "can't be ordered by"),
        ("orders?fields=id,totl", "did you mean 'total'?"),
        ("orders?fields=", "between commas"),
        ("orders?embed=usr", "did you mean 'user'?"),
        ("orders?embed=user__orders_set__user__orders_set", "3 relations at most"),
        ("orders?count=all", "estimate or exact"),
        ("orders?user__orders_set__user__orders_set__id=1", "relations at most"),
        ("users?email__regex=(", "regular expression"),
        ("users?name__isnull=maybe", "true or false"),
        ("support_tickets?state=opn", "waiting for customer"),
        ("support_tickets?client_address=nowhere", "inet"),
        ("categories?is_visible=yes", "true or false"),
        ("orders?" + "&".join(f"user__email__contains={n}" for n in range(11)), "10 conditions across"),
    ],
)  # fmt: skip
def test_what_can_not_be_meant_is_refused(
    api: httpx.Client, path: str, words: str
) -> None:
    assert words in refused(api, f"/api/{path}")


def test_a_cursor_is_good_for_its_own_order_only(api: httpx.Client) -> None:
    following = api.get("/api/orders?limit=2&order_by=total").json()["next"]
    assert "no cursor" in refused(
        api, following.replace("order_by=total", "order_by=-total")
    )
    assert "no cursor" in refused(
        api, following.replace("/orders", "/users").replace("order_by=total&", "")
    )


def test_names_that_are_not_there_name_the_nearest(api: httpx.Client) -> None:
    assert refused(api, "/api/ordrs", 404).endswith("did you mean orders?")
    assert refused(api, "/api/pg_authid", 404)
    assert refused(api, "/api/orders/0", 404) == "there is no row with this key"
    assert refused(api, "/api/orders/x", 404) == "there is no row with this key"
    assert (
        refused(api, "/api/order_items/4", 404)
        == "the key of order_items is order_id,line_no"
    )
    assert refused(api, "/api/orders/~9", 404)
    assert "no conditions" in refused(api, "/api/orders/1?id=1")


# What comes with rows --------------------------------------------------------------------------------------------


def test_related_rows_come_within_rows(api: httpx.Client, cluster: Cluster) -> None:
    body = api.get(
        "/api/orders?fields=id&embed=user,order_item_set__product&limit=20&order_by=-id"
    ).json()
    for row in body["data"]:
        assert set(row) == {"id", "user", "order_item_set"}
        items = cluster.run_sql(
            SAMPLE,
            f"SELECT line_no, sku FROM order_items JOIN products ON products.id = product_id"
            f" WHERE order_id = {row['id']} ORDER BY line_no",
        )
        assert [
            (one["line_no"], one["product"]["sku"]) for one in row["order_item_set"]
        ] == items
        assert row["user"]["email"].endswith("@example.com")
    one = api.get(
        "/api/CustomerProfiles/1?embed=billing_address__country_code_ref&fields=email"
    ).json()
    assert one["billing_address"]["country_code_ref"]["code"]


def test_related_rows_are_limited(api: httpx.Client) -> None:
    row = api.get("/api/inventory.warehouses?embed=stock_level_set&limit=1").json()[
        "data"
    ][0]
    keys = [one["product_id"] for one in row["stock_level_set"]]
    assert len(keys) == 20
    assert keys == sorted(keys)


def test_counts(api: httpx.Client) -> None:
    def count(path: str) -> Any:
        return api.get(path).json().get("count", "none")

    assert count("/api/orders?limit=1") == "none"
    assert count("/api/orders?limit=1&count=estimate") == {
        "rows": 1000,
        "is_exact": False,
    }
    assert count("/api/page_views?limit=1&count=estimate") == {
        "rows": 2000,
        "is_exact": False,
    }
    assert count("/api/orders?status=paid&count=exact") == {
        "rows": 20,
        "is_exact": True,
    }
    guess = count("/api/orders?status=paid&count=estimate")
    assert guess["is_exact"] is False
    assert 0 < guess["rows"] < 1000


def test_a_row_by_its_key(api: httpx.Client) -> None:
    assert api.get("/api/order_items/4,2").json()["line_no"] == 2
    assert api.get("/api/inventory.stock_levels/10,1").json()["warehouse_id"] == 10
    assert api.get("/api/audit_trail/900000000003").json()["row_key"] == "1"
    page = api.get("/api/page_views?limit=1&order_by=-viewed_on").json()["data"][0]
    assert api.get(f"/api/page_views/{page['viewed_on']},{page['id']}").json() == page
    assert api.head("/api/orders/1").status_code == 200
    assert api.get("/api/orders/1?fields=total").json() == {"total": "312.55"}


def test_values(odd: httpx.Client) -> None:
    rows = {row["id"]: row for row in odd.get("/api/wide").json()["data"]}
    one, other = rows[1], rows[9223372036854775807]
    assert one["n"] == "12345678901234567890.123456789"
    assert one["m"] == "12.50"
    assert one["bytes"] == "AP8="
    assert one["at"] == "2024-02-29T10:00:00Z"
    assert one["local"] == "2024-02-29T12:00:00.500000"
    assert (one["j"], one["jb"]) == ({"a": 1}, [1, "x"])
    assert (one["numbers"], one["texts"]) == ([1, None, 3], ["a", "b,c"])
    assert one["moods"] == '{fine,"so, so"}'
    assert (one["span"], one["p"], one["u"]) == (
        "1 mon 2 days",
        "(1,2)",
        "1c1e3dd0-9531-6f30-724a-c021ca3b95b8",
    )
    assert (other["r"], other["d"], other["n"], other["day"]) == (
        "NaN",
        "Infinity",
        "NaN",
        "infinity",
    )
    assert other["texts"] == [["a", "b"], ["c", "d"]]
    assert "9223372036854775807" in odd.get("/api/wide").text
    for condition in (
        "d=Infinity",
        "r=NaN",
        "day=infinity",
        "bytes=AP8=",
        "clock=24:00:00",
        "mood=so, so",
    ):
        assert len(odd.get(f"/api/wide?{condition}").json()["data"]) == 1, condition


def test_keys_and_names_of_any_characters(odd: httpx.Client, cluster: Cluster) -> None:
    tables = {table["name"]: table["rows"] for table in odd.get("/api").json()["data"]}
    path = tables["<script>alert(1)</script>"]
    rows = odd.get(path).json()["data"]
    assert len(rows) == 8
    (name,) = (one for one in rows[0] if one.startswith("img"))
    found = []
    for row in pages(odd, f"{path}?limit=1"):
        found.append(row[0][name])
    assert found == rows_of(
        cluster,
        'SELECT "<img src=x onerror=alert(2)>" FROM "<script>alert(1)</script>" ORDER BY 1',
        ODD_NAME,
    )
    escapes = {"a/b": "a~2b", "..": "~3.", "": "~4", "a,b~0": "a~1b~00", "a\\b": "a~5b"}
    for key in found:
        text = (
            quote(escapes.get(key, key), safe="")
            if key[0:1] != "<"
            else quote(key.replace("/", "~2"))
        )
        assert odd.get(f"{path}/{text}").json()[name] == key
    # A column that is called as a word of the query string.
    assert len(odd.get(f"{path}?limit=5").json()["data"]) == 5
    assert len(odd.get(f"{path}?limit__exact=5").json()["data"]) == 1
    for other in ("../../etc", "{id}", "nothing_in_it", "no_columns"):
        assert odd.get(tables[other]).status_code == 200, other


# What is never done ----------------------------------------------------------------------------------------------


def test_every_session_is_read_only_and_every_query_limited(odd: httpx.Client) -> None:
    """The view shows the settings of the session that reads it, and the statement itself."""
    for path in (
        "/api/of_the_session",
        "/api/of_the_session?id=1&limit=3",
        "/api/of_the_session?search=on",
        "/api/of_the_session?order_by=-id",
    ):
        row = odd.get(path).json()["data"][0]
        assert row["read_only"] == "on"
        assert row["timeout"] == "1s"
        assert " LIMIT " in row["query"]


def test_a_query_that_takes_too_long_is_ended(
    odd: httpx.Client, cluster: Cluster
) -> None:
    before = time.monotonic()
    assert "longer than 1 second" in refused(odd, "/api/slow", 503)
    assert time.monotonic() - before < 30
    assert odd.get("/api/slow?count=exact&id=5").json()["data"] == []
    running = rows_of(
        cluster,
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hyper serve' AND state = 'active'",
    )
    assert running == [0]


def test_a_function_behind_a_view_writes_nothing(
    odd: httpx.Client, cluster: Cluster
) -> None:
    assert refused(odd, "/api/sneaky", 403) == "the database takes no changes"
    assert rows_of(cluster, "SELECT id FROM nothing_in_it", ODD_NAME) == []


def test_changes_are_not_known_without_write(api: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/api/orders", "/api/orders/1"):
            response = api.request(method, path, json={})
            assert response.status_code == 405
            assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_role_sees_what_it_may_read(cluster: Cluster, tmp_path: Path) -> None:
    script = "CREATE TABLE hidden (id int PRIMARY KEY); CREATE TABLE shown (id int PRIMARY KEY);"
    (tmp_path / "models.py").write_text(
        "from hyperdjango.models import Field, Model\n\n\n"
        "class Hidden(Model):\n    id: int = Field(primary_key=True)\n\n"
        '    class Meta:\n        table_name = "hidden"\n        managed = False\n'
    )
    roles = "CREATE ROLE serve_reader LOGIN; GRANT SELECT ON shown TO serve_reader"
    with cluster.database(script) as name:
        cluster.run_sql(name, roles)
        url = cluster.url(name, "serve_reader")
        with (
            serving(url, tmp_path) as server,
            httpx.Client(base_url=server.url) as client,
        ):
            assert client.get("/api/shown").json()["data"] == []
            assert refused(client, "/api/hidden", 404)
        with (
            serving(url, tmp_path, "--models", "models.py") as server,
            httpx.Client(base_url=server.url) as client,
        ):
            assert "may not do this" in refused(client, "/api/hidden", 403)
            assert "no permission" in client.get("/").text
            assert client.get("/tables/hidden").status_code == 403
        cluster.run_sql(name, "DROP OWNED BY serve_reader; DROP ROLE serve_reader")
