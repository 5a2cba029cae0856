"""The tables that everybody reads and writes: the page's products, and orders with their items."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

PRODUCTS = 1_000
ORDERS = 1_000
ITEMS_PER_ORDER = 3
NEW_ROWS = 10_000
MANY_ROWS = 1_000_000
CONNECTIONS = 16
CHUNK = 2_000
"""Rows that a stream fetches at once."""

COLUMNS = """(
    id serial PRIMARY KEY, sku text NOT NULL UNIQUE, name text NOT NULL, price numeric NOT NULL,
    created_at timestamptz NOT NULL
)"""


def rows(table: str, count: int) -> str:
    """SQL that fills a table of products."""
    return f"""
        INSERT INTO {table} (sku, name, price, created_at)
        SELECT 'SKU-' || lpad(n::text, 8, '0'), 'Product number ' || n, (n * 7 % 100000) / 100.0,
            timestamptz '2024-01-01 00:00:00Z' + n * interval '61 seconds'
        FROM generate_series(1, {count}) n;
    """


SCHEMA = f"""
CREATE TABLE products {COLUMNS};
CREATE TABLE new_products {COLUMNS};
CREATE TABLE many_products {COLUMNS};
CREATE TABLE orders (
    id serial PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL, created_at timestamptz NOT NULL
);
CREATE TABLE order_items (
    id serial PRIMARY KEY, order_id integer NOT NULL REFERENCES orders, sku text NOT NULL,
    quantity integer NOT NULL, price numeric NOT NULL
);
CREATE INDEX ON order_items (order_id);
{rows("products", PRODUCTS)}
{rows("many_products", MANY_ROWS)}
INSERT INTO orders (customer, total, created_at)
    SELECT 'Customer ' || n, n * 1.25, timestamptz '2024-01-01 00:00:00Z' + n * interval '1 hour'
    FROM generate_series(1, {ORDERS}) n;
INSERT INTO order_items (order_id, sku, quantity, price)
    SELECT 1 + n / {ITEMS_PER_ORDER}, 'SKU-' || lpad((1 + n)::text, 8, '0'), 1 + n % 9, (1 + n) / 4.0
    FROM generate_series(0, {ORDERS * ITEMS_PER_ORDER - 1}) n;
"""

WRITTEN = """
SELECT count(*), count(DISTINCT id), md5(string_agg(
    concat_ws('|', sku, name, price, extract(epoch FROM created_at)), ',' ORDER BY sku
)) FROM new_products
"""
"""What is compared after rows were written."""

Values = tuple[str, str, Decimal, datetime]


def new_values() -> list[Values]:
    """The rows to be added, without their keys."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    return [
        (
            f"NEW-{number:08}",
            f"New product {number}",
            Decimal(number * 7 % 100_000).scaleb(-2),
            start + timedelta(minutes=number),
        )
        for number in range(1, NEW_ROWS + 1)
    ]
