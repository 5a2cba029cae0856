"""Random databases, as hostile as PostgreSQL allows: what comes out is sound Python, and says what the catalog says."""

from __future__ import annotations

import keyword
import os
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from catalog_facts import catalog_facts
from facts import TableFacts
from harness import Cluster, Hyper
from hyperdjango.models.reserved import RESERVED_NAMES
from hypothesis import (
    HealthCheck,
    Phase,
    currently_in_test_context,
    given,
    note,
    reject,
    settings,
)
from hypothesis import strategies as st
from model_facts import model_facts
from models_file import check_import, check_layout, imported, models_of
from random_schemas import schemas

EXAMPLES = int(os.environ.get("HYPER_EXAMPLES", "150"))
"""How many random databases are made."""

# A random name may happen to be one that PostgreSQL has just given by itself.
TAKEN = (
    psycopg.errors.DuplicateTable,
    psycopg.errors.DuplicateObject,
    psycopg.errors.DuplicateColumn,
    psycopg.errors.UniqueViolation,
    # Two names that are the same in their first 63 bytes.
    psycopg.errors.DuplicateSchema,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
)
@given(data=st.data())
def test_models_say_what_the_catalog_says(
    data: st.DataObject, cluster: Cluster, hyper: Hyper, folder: Path
) -> None:
    statements = data.draw(schemas(cluster.server_version), label="statements")
    if not holds(cluster, hyper, folder, statements):
        reject()


# What random databases have shown before.
FOUND = {
    # An alias of an import goes before other names of the module.
    "aliases": [
        'CREATE TABLE a ("datetime" timestamptz, "ID" time)',
        'CREATE TABLE b ("date" date)',
    ],
    # Python composes a letter and the accent behind it, and a class is found by the composed name.
    "combining_first": [
        'CREATE TABLE "\u00af\U00033728" (id serial PRIMARY KEY)',
        'CREATE TABLE u (a integer REFERENCES "\u00af\U00033728")',
    ],
    "combining_accent": [
        'CREATE TABLE "\u0301x" (id serial PRIMARY KEY)',
        'CREATE TABLE u (a integer REFERENCES "\u0301x")',
    ],
    "combining_capital": [
        'CREATE TABLE "i\u0307" (id serial PRIMARY KEY)',
        'CREATE TABLE u (a integer REFERENCES "i\u0307")',
    ],
    "combining_letters": [
        'CREATE TABLE "\u0308x" (id serial PRIMARY KEY)',
        'CREATE TABLE "\u0308" (id serial PRIMARY KEY)',
        'CREATE TABLE "table\u0308x" (a integer REFERENCES "\u0308x")',
    ],
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once(
    cluster: Cluster, hyper: Hyper, folder: Path, name: str
) -> None:
    assert holds(cluster, hyper, folder, FOUND[name])


def holds(cluster: Cluster, hyper: Hyper, folder: Path, statements: list[str]) -> bool:
    """Whether a database can be made by the statements; if so, all that has to hold for it is asserted."""
    with cluster.database() as name, cluster.connect(name) as connection:
        for statement in statements:
            try:
                connection.execute(statement.encode())
            except TAKEN:
                return False
        arguments = ["inspectdb", "--database", cluster.url(name), "--schema", "*"]
        result = hyper(*arguments)
        assert result.exit_code == 0, result.stderr
        text = result.stdout
        if currently_in_test_context():
            note(text)
        assert hyper(*arguments).stdout == text
        check_layout(text)
        expected = catalog_facts(connection)
        with imported(text, folder) as module:
            found = model_facts(module, connection)
            check_field_names(module_fields(module))
        names = module_fields(module)
        path = folder / "other_form.py"
        for form in ("--rich-types", "--minimal"):
            text = hyper(*arguments, form).check().stdout
            if currently_in_test_context():
                note(text)
            check_layout(text)
            path.write_text(text, encoding="utf-8")
            result = hyper(*arguments, "--check", path)
            assert (result.exit_code, result.stdout) == (0, ""), result
            with imported(text, folder) as module:
                assert module_fields(module) == names
    compare(found, expected)
    return True


def compare(
    found: dict[tuple[str, str], TableFacts],
    expected: dict[tuple[str, str], TableFacts],
) -> None:
    """Part by part, so that a difference is easy to read."""
    assert sorted(found) == sorted(expected)
    for place, table in expected.items():
        for part, value in vars(table).items():
            assert getattr(found[place], part) == value, (place, part)


def module_fields(module: ModuleType) -> list[tuple[str, str]]:
    return [
        (field.name, field.column)
        for model in models_of(module).values()
        for field in model._meta.fields
    ]


def check_field_names(fields: list[tuple[str, str]]) -> None:
    """A column keeps its name unless Python or a model needs it, and then the field says which it is."""
    for name, column in fields:
        assert name.isidentifier() and not keyword.iskeyword(name)
        plain = column.isascii() and column.isidentifier()
        taken = (
            keyword.iskeyword(column) or column == "type" or column in RESERVED_NAMES
        )
        if plain and not taken and not column.startswith("__"):
            assert name == column


@pytest.mark.parametrize("seed", range(3))
def test_a_new_interpreter_imports_them(
    cluster: Cluster, hyper: Hyper, tmp_path: Path, seed: int
) -> None:
    """As a user does it, with every warning an error."""
    statements: list[str] = []

    @settings(max_examples=8, database=None, phases=[Phase.generate], derandomize=True)
    @given(schemas(cluster.server_version))
    def collect(found: list[str]) -> None:
        statements[:] = found

    collect()
    with cluster.database() as name:
        for statement in statements:
            cluster.run_sql(name, statement)
        result = hyper("inspectdb", "--database", cluster.url(name), "--schema", "*")
    assert result.exit_code == 0, result.stderr
    check_import(result.stdout, tmp_path)
