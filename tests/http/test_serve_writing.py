"""Changes by `hyper serve --write`: what is taken, what is refused, and who is named for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from harness import Cluster
from serve_support import sample, serving

NAME = "serve_writing"
MORE = """
CREATE TABLE only_unique (number int NOT NULL UNIQUE, note text);
CREATE TABLE no_key (note text);
CREATE TABLE things (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(5) NOT NULL, n numeric(4,2), d double precision, r real,
    big bigint, flag boolean, at timestamptz, data jsonb DEFAULT '{"a": []}', tags text[] DEFAULT '{x}', bytes bytea,
    twice numeric GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT no_bad_names CHECK (name <> 'BAD'));
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'no' THEN RAISE EXCEPTION 'things are never called so'; END IF;
    NEW.name := upper(NEW.name);
    RETURN NEW;
END $$;
CREATE TRIGGER shouts BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION shout();
"""


@pytest.fixture(scope="module")
def api(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a server that takes changes."""
    url = sample(cluster, NAME)
    cluster.run_sql(NAME, MORE)
    with (
        serving(url, tmp_path_factory.mktemp("writing"), "--write") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client
    assert "Traceback" not in server.text, server.text


def row(cluster: Cluster, query: str) -> Any:
    """The first row of a query, by another client."""
    return cluster.run_sql(NAME, query)[0]


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    """What a change is refused with."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    return problem


def test_a_row_is_added_changed_and_deleted(
    api: httpx.Client, cluster: Cluster
) -> None:
    added = api.post(
        "/api/things",
        json={
            "name": "ab",
            "n": "12.5",
            "d": 0.1,
            "r": 1.5,
            "big": 9223372036854775807,
            "flag": True,
            "at": "2024-02-29T12:00:00+02:00",
            "data": {"a": [1, None, "ü", 1.5]},
            "tags": ["a", "b,c", ""],
            "bytes": "AP8=",
        },
    )
    assert added.status_code == 201, added.text
    stored = added.json()
    # What the database alone knows is there: the key, what the trigger did, what is computed.
    assert stored["name"] == "AB"
    assert stored["twice"] == "25.00"
    assert stored["at"] == "2024-02-29T10:00:00Z"
    assert stored["data"] == {"a": [1, None, "ü", 1.5]}
    assert stored["tags"] == ["a", "b,c", ""]
    place = added.headers["location"]
    assert place == f"/api/things/{stored['id']}"
    assert api.get(place).json() == stored
    assert row(
        cluster,
        f"SELECT data->'a'->>2, big, bytes FROM things WHERE id = {stored['id']}",
    ) == ("ü", 2**63 - 1, b"\x00\xff")

    changed = api.patch(place, json={"name": "cd", "n": None, "data": [1]})
    assert changed.status_code == 200, changed.text
    assert changed.json() == {
        **stored,
        "name": "CD",
        "n": None,
        "twice": None,
        "data": [1],
    }
    assert api.patch(place, json={}).json() == changed.json()
    assert api.patch(place, json={"id": stored["id"]}).status_code == 422

    gone = api.delete(place)
    assert (gone.status_code, gone.content) == (204, b"")
    for response in (
        api.get(place),
        api.delete(place),
        api.patch(place, json={"name": "x"}),
    ):
        assert refused(response, 404)["detail"] == "there is no row with this key"


def test_what_is_not_given_is_the_databases(api: httpx.Client) -> None:
    stored = api.post("/api/things", json={"name": "x"}).json()
    assert stored["data"] == {"a": []}
    assert stored["tags"] == ["x"]
    null = api.post(
        "/api/things", json={"name": "x", "data": None, "tags": None}
    ).json()
    assert (null["data"], null["tags"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": "abcdef"}, "name", "5 at most"),
        ({"name": None}, "name", "NULL"),
        ({}, "name", "no value"),
        ({"name": 5}, "name", "text"),
        ({"name": "x", "n": "123.4"}, "n", "digits before"),
        ({"name": "x", "n": "1.234"}, "n", "digits behind"),
        ({"name": "x", "n": True}, "n", "number"),
        ({"name": "x", "big": "5"}, "big", "whole number"),
        ({"name": "x", "big": 2**63}, "big", "from"),
        ({"name": "x", "big": 1.5}, "big", "whole number"),
        ({"name": "x", "big": True}, "big", "whole number"),
        ({"name": "x", "flag": 1}, "flag", "true or false"),
        ({"name": "x", "at": "2024-01-01T00:00:00"}, "at", "zone"),
        ({"name": "x", "at": 5}, "at", "text"),
        ({"name": "x", "tags": "a"}, "tags", "array"),
        ({"name": "x", "bytes": "*"}, "bytes", "base 64"),
        ({"name": "x", "r": 1e300}, "r", "from"),
        ({"name": "a\0b"}, "name", "NUL"),
        ({"name": "x", "id": 7}, "id", "computed by the database"),
        ({"name": "x", "twice": "4"}, "twice", "computed by the database"),
        ({"name": "x", "nmae": "x"}, "nmae", "did you mean 'name'?"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(
    api: httpx.Client, values: dict[str, Any], field: str, words: str
) -> None:
    problem = refused(api.post("/api/things", json=values), 422)
    assert words in "".join(problem["errors"][field])


def test_numbers_keep_their_digits(api: httpx.Client, cluster: Cluster) -> None:
    body = b'{"sku": "EXACT", "name": "x", "price": 1234567890.12345678901234567890, "created_at": "2024-01-01T00:00:00Z"}'
    added = api.post(
        "/api/products", content=body, headers={"content-type": "application/json"}
    )
    assert added.json()["price"] == "1234567890.12345678901234567890"
    assert row(cluster, "SELECT price::text FROM products WHERE sku = 'EXACT'") == (
        "1234567890.12345678901234567890",
    )


@pytest.mark.parametrize(
    ("method", "path", "values", "constraint"),
    [
        ("POST", "users", {"email": "ben.1@example.com"}, "users_email_key"),
        ("POST", "orders", {"user_id": 0, "total": "1", "created_at": "2024-01-01T00:00:00Z"}, "orders_user_id_fkey"),
        ("PATCH", "orders/1", {"user_id": 0}, "orders_user_id_fkey"),
        ("DELETE", "users/1", None, "orders_user_id_fkey"),
        ("POST", "things", {"name": "bad"}, "no_bad_names"),
        ("PATCH", "order_items/1,1", {"unit_price": "-1"}, "order_items_price_is_no_refund"),
        ("PATCH", "order_items/1,1", {"discount": "101"}, "percentage_check1"),
        ("POST", "promotions", {"code": "X", "title": "x", "discount": "1", "valid_during": "[2000-01-01,2030-01-01)",
                                "is_shop_wide": True}, "promotions_one_at_a_time"),
        ("POST", "support_tickets", {"order_id": 16, "subject": "again"}, "support_tickets_one_open"),
    ],
)  # fmt: skip
def test_constraints_are_named(
    api: httpx.Client, method: str, path: str, values: Any, constraint: str
) -> None:
    response = api.request(method, f"/api/{path}", json=values)
    problem = refused(response, 409)
    assert problem["constraint"] == constraint
    assert constraint in problem["detail"]
    # Values of other rows are nobody's business.
    assert "ben.1@example.com" not in response.text


def test_what_the_database_refuses_otherwise(api: httpx.Client) -> None:
    problem = refused(api.post("/api/things", json={"name": "no"}), 422)
    assert "things are never called so" in problem["detail"]
    problem = refused(
        api.patch("/api/support_tickets/1", json={"client_address": "nowhere"}), 422
    )
    assert "inet" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"name": ', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"name": "x"}', "text/plain", 415),
        (b'{"name": "' + b"x" * 2_000_000 + b'"}', "application/json", 413),
        (b'{"big": ' + b"9" * 10_000 + b"}", "application/json", 400),
    ],
)
def test_bodies_that_are_no_rows(
    api: httpx.Client, body: bytes, kind: str, status: int
) -> None:
    response = api.post("/api/things", content=body, headers={"content-type": kind})
    assert refused(response, status)["detail"]


def test_views_are_only_read(api: httpx.Client) -> None:
    response = api.post("/api/open_orders", json={"id": 1})
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "is a view" in refused(response, 405)["detail"]
    assert api.options("/api/open_orders").headers["allow"] == "GET, HEAD, OPTIONS"
    assert "POST" in api.options("/api/orders").headers["allow"]
    assert "PATCH" in api.options("/api/orders/1").headers["allow"]


def test_tables_without_a_primary_key(api: httpx.Client, cluster: Cluster) -> None:
    assert (
        api.post("/api/only_unique", json={"number": 1, "note": "a"}).headers[
            "location"
        ]
        == "/api/only_unique/1"
    )
    assert api.patch("/api/only_unique/1", json={"note": "b"}).json() == {
        "number": 1,
        "note": "b",
    }
    assert api.delete("/api/only_unique/1").status_code == 204
    added = api.post("/api/no_key", json={"note": "a"})
    assert (added.status_code, added.json()) == (201, {"note": "a"})
    assert "location" not in added.headers
    assert refused(api.patch("/api/no_key/1", json={"note": "b"}), 404)
    assert row(cluster, "SELECT count(*) FROM no_key") == (1,)


def test_a_row_is_known_by_its_key(api: httpx.Client) -> None:
    problem = refused(api.patch("/api/orders/1", json={"id": 999999}), 422)
    assert "can't be changed" in problem["errors"]["id"][0]
    assert (
        api.patch("/api/orders/1", json={"id": 1, "status": "paid"}).json()["status"]
        == "paid"
    )
