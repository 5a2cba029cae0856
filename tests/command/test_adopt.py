"""`hyper adopt`: from unmanaged to managed with proof, and by an edit of one word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from project import Project

SHOP = (ROOT / "examples" / "legacy_shop" / "schema.sql").read_text()


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def text_of(project: Project) -> str:
    return (project.folder / "models.py").read_bytes().decode()


def test_a_model_that_agrees_is_adopted_by_one_word(project: Project) -> None:
    project.sql(SHOP)
    project.run("inspectdb", "--output", "models.py").check()
    before, schema = text_of(project), project.dump()
    result = project.run("adopt", "User", "Order").check()
    assert "User is managed now: it says what public.users is" in result.stderr
    after = text_of(project)
    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), after.split("\n"), strict=True)
        if old != new
    ]
    assert changed == [("        managed = False", "        managed = True")] * 2
    for name in ("User", "Order"):
        assert (
            "managed = True"
            in after.split(f"class {name}(Model)")[1].split("\nclass ")[0]
        )
    assert project.run("makemigrations").check().stderr == "No changes.\n"
    assert "User is managed already." in project.run("adopt", "User").check().stderr
    assert project.dump() == schema


def test_every_model_of_a_database_can_be_adopted(project: Project) -> None:
    project.sql(SHOP)
    project.run("inspectdb", "--output", "models.py").check()
    names = [
        line.split("(")[0].removeprefix("class ")
        for line in text_of(project).splitlines()
        if line.startswith("class ") and line.endswith("(Model):")
    ]
    project.run("adopt", *names).check()
    assert "managed = False" not in text_of(project)
    assert (
        project.run("makemigrations", "--allow-drop").check().stderr == "No changes.\n"
    )


def test_a_model_that_does_not_agree_stays_as_it_is(project: Project) -> None:
    project.sql("CREATE TABLE a (id serial PRIMARY KEY, name text)")
    project.models(
        "class A(Model):\n    id: int = Field(primary_key=True)\n    name: str = Field()\n"
        '    age: int = Field(nullable=True)\n\n    class Meta:\n        table_name = "a"\n'
        "        managed = False\n"
    )
    before = text_of(project)
    result = project.run("adopt", "A")
    assert result.exit_code == 1
    assert "ALTER TABLE public.a ADD COLUMN age integer;" in result.stdout
    assert "A is not adopted: it says something else than public.a." in result.stderr
    assert text_of(project) == before


def test_only_the_word_itself_is_changed(project: Project) -> None:
    project.sql(
        "CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id serial PRIMARY KEY)"
    )
    text = (
        '"""A class that writes managed = False."""\r\n'
        "from hyperdjango.models import Field, Model\r\n\r\n"
        "class A(Model):\r\n"
        '    """Größe: managed = False."""\r\n'
        "    id: int = Field(primary_key=True)  # managed = False\r\n"
        "    class Meta:\r\n"
        '        table_name = "a"; managed  =  False  # ours\r\n\r\n'
        "class B(Model):\r\n"
        "    id: int = Field(primary_key=True)\r\n"
        "    class Meta:\r\n"
        '        table_name = "b"\r\n'
        "        managed = False\r\n"
    )
    (project.folder / "models.py").write_bytes(text.encode())
    project.run("adopt", "A").check()
    assert text_of(project) == text.replace("managed  =  False", "managed  =  True")


def test_what_can_not_be_adopted(project: Project) -> None:
    project.sql("CREATE TABLE a (id serial PRIMARY KEY)")
    project.models(
        "class A(Model):\n    id: int = Field(primary_key=True)\n\n    class Meta:\n"
        '        table_name = "missing"\n        managed = False\n'
    )
    result = project.run("adopt", "A")
    assert result.exit_code == 1
    assert "the database has no table public.missing" in result.stderr
    unknown = project.run("adopt", "a")
    assert unknown.exit_code == 2
    assert "models.py has no model `a`" in unknown.stderr
