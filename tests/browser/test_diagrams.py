"""Diagrams: Mermaid reads and draws what is written for it, pictures are XML, and the page works for everybody."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from harness import ROOT, Cluster, Hyper

sys.path.insert(0, str(ROOT / "tests" / "command"))
from test_laws import load, name_of, sources

Run = Callable[[str, object], Any]
"""Runs a script in the browser's driver."""

SVG = "{http://www.w3.org/2000/svg}"
EVERYTHING = ("--schema", "*", "--include-views")

HOSTILE = """
CREATE TABLE "<script>alert(1)</script>" (
    id serial PRIMARY KEY, "</title><img src=x onerror=alert(2)>" text, "a""b" integer, "%%{init}%%" text, "  " text
);
COMMENT ON TABLE "<script>alert(1)</script>" IS '</style></svg><script>alert(3)</script>';
CREATE TABLE "click x callback" (id integer REFERENCES "<script>alert(1)</script>", "line
break" "char", u text DEFAULT '"><b onclick=alert(4)>');
COMMENT ON COLUMN "click x callback".u IS 'x"; click x call alert() %% #quot; } style';
CREATE TABLE o ("größe" integer PRIMARY KEY, "名前" text);
CREATE TABLE "javascript:alert(5)" (id integer PRIMARY KEY REFERENCES o, "\x1b[2J\u202e" text);
CREATE TABLE erdiagram (title integer REFERENCES o, class integer REFERENCES o UNIQUE);
CREATE TABLE "100%" (no_columns integer);
"""


def diagram(hyper: Hyper, url: str, form: str, *arguments: str) -> str:
    return (
        hyper("inspectdb", "--database", url, "--format", form, *arguments)
        .check()
        .stdout
    )


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    script = (ROOT / "examples/legacy_shop/schema.sql").read_text()
    with cluster.database(script, name="diagram_shop") as name:
        yield cluster.url(name)


@pytest.fixture(scope="module")
def hostile(cluster: Cluster) -> Iterator[str]:
    with cluster.database(HOSTILE, name="diagram_hostile") as name:
        yield cluster.url(name)


def facts(hyper: Hyper, url: str) -> list[dict[str, Any]]:
    """The tables that a diagram has to show: all that are no partitions."""
    schema = json.loads(diagram(hyper, url, "json", *EVERYTHING))["schema"]
    return [
        relation for relation in schema["relations"] if relation["partition_of"] is None
    ]


@dataclass
class Drawn:
    """A schema and what is drawn of it."""

    name: str
    mermaid: str
    svg: str
    again: str
    tables: int


@pytest.fixture(scope="module")
def everything(hyper: Hyper, cluster: Cluster) -> list[Drawn]:
    """Every schema at hand."""
    drawn = []
    for source in sources():
        with cluster.database() as name:
            load(cluster, name, source, source.is_relative_to(ROOT))
            url = cluster.url(name)
            forms = ("mermaid", "svg", "svg")
            texts = [diagram(hyper, url, form, *EVERYTHING) for form in forms]
            drawn.append(Drawn(name_of(source), *texts, len(facts(hyper, url))))
    return drawn


def test_mermaid_reads_every_schema(everything: list[Drawn], browser: Run) -> None:
    written = [{"source": drawn.mermaid, "draw": False} for drawn in everything]
    results = browser("mermaid.mjs", written)["results"]
    for drawn, result in zip(everything, results, strict=True):
        assert "error" not in result, (drawn.name, result)
        heads = re.findall(
            r"^    [\w-]+(?:\[\".*\"\])?(?: \{)?$", drawn.mermaid, re.MULTILINE
        )
        assert len(heads) == drawn.tables, drawn.name


def test_mermaid_draws_what_is_there(
    hyper: Hyper, browser: Run, shop: str, hostile: str
) -> None:
    written = [
        {"source": diagram(hyper, url, "mermaid", "--schema", "*"), "draw": True}
        for url in (shop, hostile)
    ]
    found = browser("mermaid.mjs", written)
    assert found["errors"] == []
    drawn = [set(result["texts"]) for result in found["results"]]
    assert {"public.orders", "user_id", "numeric", "PK", "FK"} <= drawn[0]
    # Names come out as they are, whatever signs of Mermaid's they hold.
    names = {"<script>alert(1)</script>", "click x callback", "100%", "erdiagram", "o"}
    assert names <= drawn[1], drawn[1]


def test_a_picture_shows_every_table(everything: list[Drawn]) -> None:
    """It is XML, the same each time, no box lies on another, and nothing lies outside."""
    for drawn in everything:
        assert drawn.svg == drawn.again
        check_picture(drawn.svg, drawn.tables)


def check_picture(text: str, tables: int) -> None:
    picture = ElementTree.fromstring(text)
    width, height = (float(picture.attrib[name]) for name in ("width", "height"))
    boxes = []
    for group in picture.iter(f"{SVG}g"):
        if not group.attrib.get("class", "").startswith("table"):
            continue
        place = re.findall(r"[-\d.]+", group.attrib["transform"])
        box = group.find(f"{SVG}rect")
        assert box is not None
        x, y = map(float, place)
        boxes.append(
            (x, y, x + float(box.attrib["width"]), y + float(box.attrib["height"]))
        )
    assert len(boxes) == tables
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0 and top >= 0 and right <= width and bottom <= height
        for other in boxes[number + 1 :]:
            assert (
                right <= other[0]
                or other[2] <= left
                or bottom <= other[1]
                or other[3] <= top
            )


def test_a_picture_of_five_hundred_tables(hyper: Hyper, cluster: Cluster) -> None:
    """A third of them refer to one, as in most large databases, others in chains and circles."""
    tables = [
        f"CREATE TABLE t{number} (id serial PRIMARY KEY, note text,"
        f" owner_id integer {'REFERENCES t0' if number % 3 == 1 else ''},"
        f" other_id integer {f'REFERENCES t{number // 2}' if number % 4 == 2 else ''})"
        for number in range(500)
    ]
    tables += ["ALTER TABLE t0 ADD FOREIGN KEY (other_id) REFERENCES t498"]
    with cluster.database(";".join(tables)) as name:
        text = diagram(hyper, cluster.url(name), "svg")
    check_picture(text, 500)
    picture = ElementTree.fromstring(text)
    width, height = (float(picture.attrib[name]) for name in ("width", "height"))
    assert 0.4 < width / height < 2.5
    # Those that so many refer to are named in place of lines that would hide all else.
    assert "← 1" in text and text.count("→ t0<") > 100


def test_the_page_works_for_everybody(
    hyper: Hyper, browser: Run, shop: str, tmp_path: Path
) -> None:
    file = tmp_path / "tables.html"
    file.write_text(diagram(hyper, shop, "html", "--schema", "*"), encoding="utf-8")
    found = browser("page.mjs", {"file": str(file), "search": "order_id"})
    assert len(found["all"]) == 22
    assert found["hits"] == [
        "public.order_items",
        "public.returns",
        "public.support_tickets",
    ]
    assert found["status"] == "3 tables"
    assert found["opened"].startswith("public.order_items")
    assert found["back"] == "public.order_items"
    assert found["marked"] == ["public.order_items"]
    assert found["lines"] == 3 and found["inSight"]
    first, larger, smaller = found["widths"]
    assert larger > first and smaller == pytest.approx(first)
    assert found["clicked"].startswith("inventory.stock_levels")
    assert found["violations"] == []
    assert found["errors"] == [] and found["requests"] == []


def test_nothing_of_a_database_becomes_markup(
    hyper: Hyper, browser: Run, hostile: str, tmp_path: Path
) -> None:
    text = diagram(hyper, hostile, "html")
    assert "<script>alert" not in text and "<img" not in text and "<b " not in text
    assert "\x1b" not in text and "\u202e" not in text
    file = tmp_path / "tables.html"
    file.write_text(text, encoding="utf-8")
    found = browser("page.mjs", {"file": str(file), "search": "alert(1)"})
    assert found["hits"] == ["<script>alert(1)</script>"]
    assert found["opened"].startswith("<script>alert(1)</script>")
    # The page's own script, and axe's: no other element that could load or run something.
    assert found["scripts"] == 2
    assert found["violations"] == []
    assert found["errors"] == [] and found["requests"] == []


def test_the_tables_around_one(hyper: Hyper, shop: str) -> None:
    def around(*arguments: str) -> set[str]:
        text = diagram(hyper, shop, "mermaid", *arguments)
        return set(re.findall(r"^    (\w+)(?: \{)?$", text, re.MULTILINE)) - {"}"}

    assert around("--table", "orders") == {"orders"}
    assert around("--table", "orders", "--depth", "0") == {"orders"}
    one = around("--table", "orders", "--depth", "1")
    assert one == {"orders", "users", "order_items", "support_tickets"}
    two = around("--table", "orders", "--depth", "2")
    assert two == one | {"products", "employees", "returns"}
    fewer = around("--table", "orders", "--depth", "2", "--exclude", "employees")
    assert fewer == two - {"employees"}
    refused = hyper(
        "inspectdb", "--database", shop, "--table", "orders", "--depth", "1"
    )
    assert refused.exit_code == 2 and "--depth is for diagrams" in refused.stderr
