"""Models that are not complete: what they leave unsaid is whatever the table has, for every command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper
from project import Project, statements
from test_compare import heads

SHOP = ROOT / "examples" / "legacy_shop" / "schema.sql"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    """The sample database, and minimal models of it."""
    with cluster.database(SHOP.read_text()) as name:
        project = Project(cluster, hyper, tmp_path, name)
        project.run("inspectdb", "--minimal", "--output", "models.py").check()
        yield project


def test_what_is_unsaid_is_not_compared(project: Project) -> None:
    project.sql(
        """
        ALTER TABLE users ALTER name TYPE varchar(999);
        ALTER TABLE products ALTER price SET DEFAULT 7 * 2, ADD CHECK (price < 1e6);
        ALTER TABLE products ALTER price SET NOT NULL;
        CREATE INDEX later ON users (lower(email), name);
        COMMENT ON COLUMN users.name IS 'later';
        CREATE TYPE later AS ENUM ('a');
        ALTER TABLE users ADD CONSTRAINT both_of_them UNIQUE (id, email);
        """
    )
    assert project.run("inspectdb", "--check", "models.py").check().stdout == ""


def test_what_is_said_is_compared(project: Project) -> None:
    project.sql(
        """
        ALTER TABLE users ADD later text, ALTER name TYPE bytea USING NULL;
        ALTER TABLE products ALTER sku DROP NOT NULL, DROP CONSTRAINT products_sku_key;
        CREATE TABLE later (id integer);
        ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
        """
    )
    result = project.run("inspectdb", "--check", "models.py")
    assert result.exit_code == 1
    assert set(heads(result.stdout)) == {
        "public.later",
        "public.orders.user_id",
        "public.products.sku",
        "public.users.later",
        "public.users.name",
    }


@pytest.mark.parametrize("form", ["--minimal", "--rich-types"])
def test_every_model_can_be_adopted_and_nothing_is_proposed(
    project: Project, form: str
) -> None:
    project.run("inspectdb", form, "--output", "models.py", "--force").check()
    before = project.dump()
    text = (project.folder / "models.py").read_text(encoding="utf-8")
    names = [
        line.split("(")[0].removeprefix("class ")
        for line in text.splitlines()
        if line.startswith("class ") and line.endswith("(Model):")
    ]
    project.run("adopt", *names).check()
    # Nothing of what is unsaid is offered to be dropped either.
    for arguments in ([], ["--allow-drop"]):
        said = project.run("makemigrations", *arguments).check().stderr
        assert said.endswith("No changes.\n") and "--allow-drop" not in said, said
    assert "drift" not in project.run("check").stdout
    assert project.dump() == before


def test_what_is_said_anew_is_all_that_is_proposed(project: Project) -> None:
    path = project.folder / "models.py"
    text = path.read_text(encoding="utf-8")
    before, found, after = text.partition("class User(Model):\n")
    assert found
    after = after.replace("managed = False", "managed = True", 1)
    after = "    nickname: str = Field(nullable=True)\n" + after
    path.write_text(before + found + after, encoding="utf-8")
    project.run("makemigrations").check()
    (text,) = project.files().values()
    (statement,) = statements(text)
    assert statement == "ALTER TABLE public.users ADD COLUMN nickname text"


def test_a_model_that_is_no_table_yet_means_what_it_usually_does(
    project: Project,
) -> None:
    project.models(
        "class Thing(Model):\n    id: int = Field(primary_key=True)\n    name: str = Field(unique=True)\n\n"
        '    class Meta:\n        table_name = "things"\n        complete = False\n'
    )
    project.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.no_changes()
    columns = project.sql(
        "SELECT pg_get_serial_sequence('things', 'id') IS NOT NULL, count(*) FROM pg_index"
        " WHERE indrelid = 'things'::regclass AND indisunique"
    )
    assert columns == [(True, 2)]
