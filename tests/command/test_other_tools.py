"""Beside other tools: they run the files that we write, and models see what they changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Cluster, Hyper
from project import Project

BEFORE = """
CREATE TABLE customers (id serial PRIMARY KEY, name varchar(80) NOT NULL, age text);
INSERT INTO customers (name, age) VALUES ('it''s; -- a name', '7');
"""

MODELS = """
class Customer(Model):
    id: int = Field(primary_key=True)
    name: str = Field(index=True, default="a; b -- c")
    age: int = Field(nullable=True, db_type="integer")
    email: str = Field(nullable=True, unique=True, comment="it's; for letters")
    manager_id: int = Field(nullable=True, foreign_key="Customer")

    class Meta:
        table_name = "customers"
        managed = True
"""


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(BEFORE) as name:
        yield Project(cluster, hyper, tmp_path, name)


def written(project: Project) -> Path:
    """A migration with something of everything, those outside a transaction too."""
    project.models(MODELS)
    accept = ("--accept", "table-rewrite", "--accept", "values-may-not-fit")
    project.run("makemigrations", *accept).check()
    [name] = project.files()
    return project.folder / "migrations" / name


def is_done(project: Project) -> None:
    """Noted without being run, it is as if we had run it."""
    assert project.run("check").exit_code == 1
    project.run("migrate", "--fake").check()
    project.no_changes()
    assert project.run("check").check().stderr == "Nothing found.\n"
    assert project.sql("SELECT name, age FROM customers") == [("it's; -- a name", 7)]
    # And what others ran, we take back.
    project.run("rollback").check()
    assert project.column_names("customers") == ["id", "name", "age"]


def test_psql_runs_what_is_written(project: Project) -> None:
    assert project.psql(written(project)) == ""
    is_done(project)


def test_a_runner_of_statements_runs_what_is_written(project: Project) -> None:
    """What Liquibase does with `splitStatements`: a statement ends with `;` at the end of a line."""
    text = written(project).read_text()
    with project.cluster.connect(project.database) as connection:
        for part in re.split(r";\s*$", text, flags=re.MULTILINE):
            lines = [line for line in part.splitlines() if not line.startswith("--")]
            if any(line.strip() for line in lines):
                connection.execute("\n".join(lines).encode())
    is_done(project)


def test_models_see_on_restart_what_others_changed(project: Project) -> None:
    project.models(MODELS.replace("managed = True", "managed = False"))
    project.run("inspectdb", "--output", "models.py", "--force").check()
    count = "import asyncio; print(len(await Customer.objects.all()))"
    assert project.run("shell", "-c", count).check().stdout == "1\n"
    project.sql(
        "ALTER TABLE customers ADD email text, ALTER age TYPE bigint USING age::bigint"
    )
    # Before the models know of it, and with models written anew.
    assert project.run("shell", "-c", count).check().stdout == "1\n"
    found = project.run("check")
    assert "Customer.age is `str`, and the column is bigint" in found.stdout
    assert "has 1 column that Customer does not name" in found.stderr
    assert project.run("makemigrations").check().stderr == "No changes.\n"
    project.run("inspectdb", "--output", "models.py", "--force").check()
    assert project.run("check").check().stderr == "Nothing found.\n"
    code = "print([(c.age, c.email) for c in await Customer.objects.all()])"
    assert project.run("shell", "-c", code).check().stdout == "[(7, None)]\n"
