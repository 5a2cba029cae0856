"""`hyper inspectdb --infer-relations`: what it finds where foreign keys were taken away, and what it writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import PACKAGE, ROOT, Cluster, Hyper, Result
from models_file import check_import, check_layout
from snapshot import check_snapshot, check_words
from test_laws import load, name_of, sources

PAGE = ROOT / "docs" / "relations.md"
MARKS = ("<!-- scores: begin -->\n", "<!-- scores: end -->")
LEVELS = ("high", "medium", "low")
LEAST_TABLES = 10

Relation = tuple[str, str]

# A column that refers to one table, by its names as SQL; keys of partitions are their partitioned table's.
KEYS = """
SELECT DISTINCT format('%I.%I.%I', n.nspname, c.relname, a.attname),
       format('%I.%I.%I', tn.nspname, tc.relname, ta.attname)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
JOIN pg_class tc ON tc.oid = k.confrelid
JOIN pg_namespace tn ON tn.oid = tc.relnamespace
JOIN pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = k.confkey[1]
WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND NOT c.relispartition AND NOT tc.relispartition
"""

DROP_KEYS = """
DO $$ DECLARE k record; BEGIN
    FOR k IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.place, k.conname);
    END LOOP;
END $$
"""

SHOP = """
CREATE TABLE customers (id serial PRIMARY KEY, email text UNIQUE);
CREATE TABLE countries (id smallint PRIMARY KEY, code char(2) UNIQUE, name text);
CREATE TABLE users (id bigserial PRIMARY KEY);
CREATE TABLE categories (id serial PRIMARY KEY, parent_id integer, name text);
CREATE TABLE products (id serial PRIMARY KEY, category_id integer, created_by bigint, subject_type text, subject_id integer);
CREATE TABLE orders (
    id serial PRIMARY KEY, customer_id integer NOT NULL, billing_country_code char(2), "Shipping Category Id" integer,
    approver_id bigint, order_no text, paid integer, product_id integer REFERENCES products
);
CREATE INDEX ON orders (customer_id);
INSERT INTO customers SELECT n, n FROM generate_series(1, 300) n;
INSERT INTO categories SELECT n, nullif(n / 2, 0), n FROM generate_series(1, 40) n;
INSERT INTO users SELECT n FROM generate_series(1, 50) n;
INSERT INTO products SELECT n, 1000 + n, n % 50 + 1 FROM generate_series(1, 100) n;
INSERT INTO orders (customer_id, approver_id) SELECT n % 300 + 1, nullif(n % 60, 0) FROM generate_series(1, 600) n;
"""


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    with cluster.database(SHOP, name="infer_shop") as name:
        yield name


def infer(hyper: Hyper, url: str, *arguments: str) -> Result:
    result = hyper("inspectdb", "--database", url, "--infer-relations", *arguments)
    check_words(result)
    return result.check()


def found(result: Result) -> dict[Relation, str]:
    """What was told, with how sure it is."""
    lines = re.findall(
        r"^(\S.*) → (.*): (high|medium|low) \(", result.stderr, re.MULTILINE
    )
    return {(column, target): level for column, target, level in lines}


def test_what_is_told_and_written(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    result = infer(hyper, cluster.url(shop), "--confidence", "low")
    check_snapshot("infer_comments", result)
    check_layout(result.stdout)


def test_the_data_has_a_say(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    url = cluster.url(shop)
    unsure = found(infer(hyper, url, "--confidence", "low"))
    sampled = infer(hyper, url, "--confidence", "low", "--sample")
    check_snapshot("infer_sampled", sampled)
    asked = found(sampled)
    customer = ("public.orders.customer_id", "public.customers.id")
    category = ("public.products.category_id", "public.categories.id")
    assert unsure[customer] == unsure[category] == "high"
    assert asked[customer] == "high" and asked[category] == "low"


def test_applied_to_models(
    hyper: Hyper, cluster: Cluster, shop: str, tmp_path: Path
) -> None:
    """The models have the relations, work with them, and ask nothing of the database."""
    url = cluster.url(shop)
    result = infer(hyper, url, "--apply", "--confidence", "low")
    check_snapshot("infer_applied", result)
    check_layout(result.stdout)
    check_import(result.stdout, tmp_path)
    models = tmp_path / "models.py"
    models.write_text(result.stdout)
    compared = hyper("inspectdb", "--database", url, "--check", models)
    assert compared.exit_code == 0, compared.stdout
    program = (
        "import asyncio, models\n"
        "async def main():\n"
        "    found = models.Order.objects.select_related('customer').order_by('id')\n"
        "    first = await found.first()\n"
        "    print(first.customer.email)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKAGE), "DATABASE_URL": url},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2\n"


def test_applied_to_a_diagram(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    url = cluster.url(shop)
    before = hyper("inspectdb", "--database", url, "--format", "mermaid").check().stdout
    after = infer(hyper, url, "--apply", "--format", "mermaid").stdout
    assert "orders }o--|| customers" in after and "customers" in before
    assert "orders }o--|| customers" not in before


def test_sql_and_json_say_what_is_there(
    hyper: Hyper, cluster: Cluster, shop: str
) -> None:
    url = cluster.url(shop)
    for form in ("sql", "json"):
        result = hyper(
            "inspectdb", "--database", url, "--format", form, "--infer-relations"
        )
        assert result.exit_code == 2
        assert "--infer-relations goes with models and diagrams" in result.stderr


def test_sampling_takes_no_time_and_no_lock(
    hyper: Hyper, cluster: Cluster, shop: str
) -> None:
    """A table that someone has for himself is passed over, with a word."""
    with cluster.connect(shop) as other, other.transaction():
        other.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        # The catalog is read without a lock on the table; the data is not.
        result = infer(hyper, cluster.url(shop), "--sample", "--table", "orders")
    assert "no answer about 1 column" in result.stderr
    assert "public.orders.customer_id → public.customers.id" in result.stderr


@dataclass
class Score:
    """How well the relations of a database were found without its foreign keys."""

    name: str
    tables: int
    keys: int
    right: dict[str, int]
    told: dict[str, int]

    def row(self) -> str:
        cells = []
        right = told = 0
        for level in LEVELS:
            right, told = right + self.right[level], told + self.told[level]
            precision = f"{100 * right / told:.0f} %" if told else "-"
            cells += [precision, f"{100 * right / self.keys:.0f} %"]
        return f"| {self.name} | {self.tables} | {self.keys} | {' | '.join(cells)} |"


def score(hyper: Hyper, cluster: Cluster, source: Path) -> Score | None:
    with cluster.database() as name:
        load(cluster, name, source, source.is_relative_to(ROOT))
        keys = {(row[0], row[1]) for row in cluster.run_sql(name, KEYS)}
        tables = cluster.run_sql(
            name,
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'",
        )[0][0]
        if not keys or tables < LEAST_TABLES:
            return None
        cluster.run_sql(name, DROP_KEYS)
        told = found(
            infer(hyper, cluster.url(name), "--schema", "*", "--confidence", "low")
        )
    if os.environ.get("SHOW_SCORES"):
        wrong = {relation: told[relation] for relation in told.keys() - keys}
        print(name_of(source), "wrong:", *sorted(wrong.items()), sep="\n  ")
        print("missed:", *sorted(keys - told.keys()), sep="\n  ")
    return Score(
        "legacy_shop" if source.name == "schema.sql" else name_of(source),
        tables,
        len(keys),
        {level: sum(told.get(key) == level for key in keys) for level in LEVELS},
        {level: list(told.values()).count(level) for level in LEVELS},
    )


@pytest.mark.skipif(
    "HYPER_CORPUS" not in os.environ, reason="the scores are of real schemas"
)
def test_the_scores_are_those_of_the_page(hyper: Hyper, cluster: Cluster) -> None:
    """UPDATE_SNAPSHOTS=1 writes them anew."""
    # The cases show one thing each: names in them tell nothing of real ones.
    real = [path for path in sources() if "cases" not in path.parts]
    scores = [found for path in real if (found := score(hyper, cluster, path))]
    assert len(scores) >= 5
    everything = Score(
        "**all**",
        sum(found.tables for found in scores),
        sum(found.keys for found in scores),
        {level: sum(found.right[level] for found in scores) for level in LEVELS},
        {level: sum(found.told[level] for found in scores) for level in LEVELS},
    )
    rows = [found.row() for found in [*scores, everything]]
    heads = [
        "| database | tables | keys | high: right | found | medium: right | found | low: right | found |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    table = "\n".join([*heads, *rows, ""])
    text = PAGE.read_text()
    begin, end = (text.index(mark) for mark in MARKS)
    begin += len(MARKS[0])
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGE.write_text(text[:begin] + table + text[end:])
    else:
        assert text[begin:end] == table
