"""The documentation page of inspectdb, held against the command: its examples come out as the page shows them.

The page itself is not part of this repository: `HYPER_PAGE` names its text. Where it is not there, nothing is tested.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, TOOLS, Cluster, Hyper

PAGE = Path(
    os.environ.get("HYPER_PAGE")
    or ROOT.parent / "shared" / "reference" / "legacy-databases.txt"
)
if not PAGE.exists():
    pytest.skip(
        f"the page {PAGE} is not there: its examples are not tested (set HYPER_PAGE)",
        allow_module_level=True,
    )
TEXT = PAGE.read_text()

IMPORTS = (ast.Import, ast.ImportFrom)


def classes_of_page(name: str) -> list[ast.ClassDef]:
    """Every class of the page with a name, in the page's order."""
    pattern = rf"^class {name}\(Model\):\n(?:(?:[ \t].*)?\n)+"
    found = [
        node
        for source in re.findall(pattern, TEXT, re.MULTILINE)
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    ]
    assert found, f"the page has no class {name} any more"
    return found


def classes_written(source: str) -> dict[str, ast.ClassDef]:
    """The classes of a models file, by name."""
    return {
        node.name: node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


def without_imports(source: str) -> str:
    """The syntax tree of a module without its imports, as text."""
    module = ast.parse(source)
    module.body = [node for node in module.body if not isinstance(node, IMPORTS)]
    return ast.dump(module, indent=1)


def meta_of(node: ast.ClassDef) -> dict[str, str]:
    """What `Meta` says, by name, as code."""
    [meta] = [part for part in node.body if isinstance(part, ast.ClassDef)]
    return {
        ast.unparse(part.targets[0]): ast.unparse(part.value)
        for part in meta.body
        if isinstance(part, ast.Assign)
    }


def fields_of(node: ast.ClassDef) -> list[str]:
    """The fields, as text of their syntax trees."""
    return [ast.dump(part) for part in node.body if isinstance(part, ast.AnnAssign)]


def assert_same_class(written: ast.ClassDef, page: ast.ClassDef, table: str) -> None:
    """Hold a class against the page's; where the page shows no Meta, against what it must then be."""
    if any(isinstance(part, ast.ClassDef) for part in page.body):
        assert ast.dump(written, indent=1) == ast.dump(page, indent=1)
    else:
        assert fields_of(written) == fields_of(page)
        assert meta_of(written) == {"table_name": repr(table), "managed": "False"}


def inspected(cluster: Cluster, hyper: Hyper, script: str) -> str:
    """The models of a database that a script makes."""
    with cluster.database(script) as name:
        return hyper("inspectdb", "--database", cluster.url(name)).check().stdout


def test_the_example_of_users_and_orders_is_the_page_s(
    cluster: Cluster, hyper: Hyper
) -> None:
    written = inspected(
        cluster,
        hyper,
        """
        CREATE TABLE orders (
            id serial PRIMARY KEY,
            user_id integer NOT NULL,
            total numeric NOT NULL,
            status text NOT NULL DEFAULT 'pending',
            created_at timestamptz NOT NULL
        );
        CREATE TABLE users (
            id serial PRIMARY KEY,
            email text NOT NULL UNIQUE,
            name text,
            created_at timestamptz
        );
        ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);
        """,
    )
    start = TEXT.index('"""\n# Auto-generated')
    example = re.match(
        r'"""\n(?:#.*\n)+"""\n(?:(?:from|class|[ \t]).*\n|\n)+', TEXT[start:]
    )
    assert example is not None
    assert without_imports(written) == without_imports(example[0])

    # The snippet about foreign keys shows the first fields of the same class.
    [snippet] = [
        node
        for node in classes_of_page("Order")
        if any(isinstance(part, ast.Expr) for part in node.body)
    ]
    shown = fields_of(snippet)
    assert fields_of(classes_written(written)["Order"])[: len(shown)] == shown


def test_tables_that_refer_to_each_other_are_the_page_s(
    cluster: Cluster, hyper: Hyper
) -> None:
    written = classes_written(
        inspected(
            cluster,
            hyper,
            """
            CREATE TABLE employees (id serial PRIMARY KEY);
            CREATE TABLE departments (
                id serial PRIMARY KEY,
                manager_id integer REFERENCES employees
            );
            ALTER TABLE employees
                ADD department_id integer NOT NULL REFERENCES departments;
            """,
        )
    )
    assert list(written) == ["Department", "Employee"]
    for name, table in [("Department", "departments"), ("Employee", "employees")]:
        [page] = classes_of_page(name)
        assert_same_class(written[name], page, table)


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("UserSession", "user_sessions", "id serial PRIMARY KEY, class text NOT NULL"),
        ("Customer", "customers", "id serial PRIMARY KEY, name text NOT NULL"),
        (
            "Product",
            "products",
            """
            id serial PRIMARY KEY,
            sku text NOT NULL UNIQUE,
            name text NOT NULL,
            price numeric NOT NULL,
            created_at timestamptz NOT NULL
            """,
        ),
        (
            "LegacyLog",
            "legacy_log",
            "message text NOT NULL, created_at timestamptz NOT NULL",
        ),
    ],
)
def test_a_single_table_is_the_page_s(
    name: str, table: str, columns: str, cluster: Cluster, hyper: Hyper
) -> None:
    source = inspected(cluster, hyper, f"CREATE TABLE {table} ({columns})")
    assert_same_class(classes_written(source)[name], classes_of_page(name)[0], table)


def type_table() -> Iterator[tuple[str, str]]:
    """The page's types, one by one, with the Python type of each."""
    start = TEXT.index("PostgreSQL Type Python Type")
    table = TEXT[start : TEXT.index("Types not in the map", start)]
    for line in table.splitlines()[1:]:
        names, _, python_type = line.strip().rpartition(" ")
        for name in filter(None, names.split(", ")):
            yield name, python_type


def test_every_type_of_the_table_gets_the_page_s_python_type(
    cluster: Cluster, hyper: Hyper
) -> None:
    types = list(type_table())
    assert len(types) > 30
    columns = ", ".join(f"c{place} {name}" for place, (name, _) in enumerate(types))
    written = inspected(cluster, hyper, f"CREATE TABLE samples ({columns})")
    fields = [
        part
        for part in classes_written(written)["Sample"].body
        if isinstance(part, ast.AnnAssign)
    ]
    found = [
        (name, ast.unparse(field.annotation))
        for (name, _), field in zip(types, fields, strict=True)
    ]
    assert found == types


LEGACY = """
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users);
CREATE TABLE products (id serial PRIMARY KEY);
CREATE TABLE secrets (id serial PRIMARY KEY);
CREATE VIEW names AS SELECT id FROM users;
CREATE MATERIALIZED VIEW product_stats AS SELECT id FROM products;
CREATE SCHEMA inventory;
CREATE TABLE inventory.items (id serial PRIMARY KEY);
"""
TABLES = {"User", "Order", "Product", "Secret"}
# What each line of the page is to give.
COMMANDS = {
    "hyper inspectdb": TABLES,
    "hyper inspectdb --output models.py": TABLES,
    "hyper inspectdb --table users orders products": TABLES - {"Secret"},
    "hyper inspectdb --schema inventory": {"Item"},
    "hyper inspectdb --include-views": TABLES | {"Name", "ProductStat"},
    "hyper inspectdb --database": TABLES,
}
LINES = sorted(set(re.findall(r"^hyper inspectdb(?: --.*)?$", TEXT, re.MULTILINE)))


@pytest.mark.parametrize("line", LINES)
def test_a_command_line_of_the_page_works_as_it_stands(
    line: str, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database(LEGACY) as name:
        url = cluster.url(name)
        command = re.sub(r'"postgres://[^"]*"', f'"{url}"', line)
        variables = {} if command != line else {"DATABASE_URL": url}
        environment = hyper.environment(variables)
        path = f"{TOOLS}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env={**environment, "PATH": path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 0, done.stderr
    output = tmp_path / "models.py"
    written = output.read_text() if "--output" in line else done.stdout
    assert output.exists() == ("--output" in line)
    found = classes_written(written)
    assert set(found) == COMMANDS[re.sub(r' "postgres:.*', "", line)]
    assert all(meta_of(node)["managed"] == "False" for node in found.values())


def test_every_kind_of_command_line_is_there() -> None:
    assert {re.sub(r' "postgres:.*', "", line) for line in LINES} == set(COMMANDS)
