"""`hyper check`: models beside database beside history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Cluster, Hyper
from project import Project

TABLE = "CREATE TABLE a (id serial PRIMARY KEY, name varchar(80) NOT NULL);"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(TABLE) as name:
        yield Project(cluster, hyper, tmp_path, name)


def models(project: Project, fields: str, managed: bool) -> None:
    project.models(
        f"class A(Model):\n    id: int = Field(primary_key=True)\n    {fields}\n\n    class Meta:\n"
        f'        table_name = "a"\n        managed = {managed}\n'
    )


@pytest.mark.parametrize("managed", [True, False])
def test_nothing_to_find(project: Project, managed: bool) -> None:
    models(project, "name: str = Field()", managed)
    result = project.run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing found.\n"
    found = project.run("check", "--format", "json").check()
    assert json.loads(found.stdout) == {"findings": [], "notes": []}


def test_drift_of_a_managed_model(project: Project) -> None:
    models(project, "email: str = Field(nullable=True)", True)
    result = project.run("check")
    assert result.exit_code == 1
    assert result.stdout == (
        "drift: public.a: the models say: ALTER TABLE public.a ADD COLUMN email text\n"
        "drift: column a.name: only the database has it\n"
    )


def test_an_unmanaged_model_that_would_not_work(project: Project) -> None:
    models(project, "name: int = Field()\n    missing: str = Field()", False)
    before = project.dump()
    result = project.run("check")
    assert result.exit_code == 1
    assert result.stdout == (
        "type: public.a: A.name is `int`, and the column is character varying(80)\n"
        "unmanaged: public.a: it has no column `missing`, which A.missing names\n"
    )
    # Nothing is proposed for it.
    assert "ALTER" not in result.stdout + result.stderr
    assert project.dump() == before


def test_columns_that_others_added_are_a_note(project: Project) -> None:
    models(project, "name: str = Field()", False)
    project.sql("ALTER TABLE a ADD other integer")
    result = project.run("check").check()
    assert (
        result.stderr
        == "note: public.a has 1 column that A does not name\nNothing found.\n"
    )


def test_pending_and_edited_migrations_and_hazards(project: Project) -> None:
    models(project, "name: str = Field()", True)
    first = project.migration("0001_first.sql", "SELECT 1;\n")
    project.run("migrate").check()
    first.write_text("SELECT 2;\n")
    project.migration(
        "0002_second.sql", "-- hazard: long-lock: x\nCREATE INDEX ON a (name);\n"
    )
    result = project.run("check", "--format", "json")
    assert result.exit_code == 1
    findings = json.loads(result.stdout)["findings"]
    assert [finding["kind"] for finding in findings] == ["history", "pending", "hazard"]
    assert findings[1]["subject"] == "0002_second"
    assert findings[2]["subject"] == "migrations/0002_second.sql:2"
    assert findings[2]["message"].startswith("long-lock: ")
