"""Expressions that a person wrote: they are compared by what the server makes of them, and nothing is written for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Cluster, Hyper
from project import Project, statements

IMPORTS = "from hyperdjango.models import Check, DomainType, EnumType, Index, IndexExpression\n"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def model(fields: str, meta: str = "", managed: bool = True) -> str:
    lines = "".join(f"    {line.strip()}\n" for line in fields.splitlines())
    rest = "".join(f"        {line.strip()}\n" for line in meta.splitlines())
    return (
        f"class Item(Model):\n    id: int = Field(primary_key=True)\n{lines}\n    class Meta:\n"
        f'        table_name = "items"\n        managed = {managed}\n{rest}'
    )


FIELDS = """price: Decimal = Field(db_default="0.00", db_type="numeric(10,2)")
name: str = Field(db_default="'new' || ' ' || 'one'")
code: str = Field(db_default="'x'", db_type="character varying(8)")
status: str = Field(db_default="'open'", db_type="public.status")
made: datetime = Field(db_default="CURRENT_TIMESTAMP - interval '1 day'")
total: Decimal = Field(nullable=True, generated="price * 2")
mail: str = Field(nullable=True, db_type="public.mail")"""

META = """constraints = (
    Check("price >= 0 and price < 1e6"),
    Check("code in ('a', 'b') OR status = 'open'", name="known"),
    Check("length(trim(name)) BETWEEN 1 AND 10", name="short"),
)
indexes = (
    Index("made", where="status <> 'done'", name="to_do"),
    Index(IndexExpression("lower(code)"), name="by_code"),
)"""

TYPES = """
types = [
    EnumType("public", "status", ["open", "done"]),
    DomainType("public", "mail", "text", db_default="'a' || '@'", checks=[Check("value ~ '@'")]),
]
"""

WRITTEN = IMPORTS + model(FIELDS, META) + TYPES


def test_what_is_written_by_hand_is_there_once_it_is_applied(project: Project) -> None:
    project.models(WRITTEN)
    project.run("makemigrations").check()
    project.run("migrate").check()
    # Whether the record is that of before the server's words or of after them.
    for _ in range(2):
        assert project.run("makemigrations", "--offline").check().stderr == (
            "No changes.\n"
        )
        found = project.run("check")
        assert (found.exit_code, found.stderr) == (0, "Nothing found.\n"), found.stdout
        project.no_changes()
    # It is the models' words that are kept, and the server's that are compared.
    assert "price >= 0 and price < 1e6" in (project.record() or "")
    compared = project.run("inspectdb", "--check", "models.py")
    assert (compared.exit_code, compared.stdout) == (0, "")


def test_a_table_whose_words_are_others_is_adopted(project: Project) -> None:
    project.models(WRITTEN)
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.models(WRITTEN.replace("managed = True", "managed = False"))
    adopted = project.run("adopt", "Item")
    assert adopted.exit_code == 0, adopted.stdout + adopted.stderr
    assert project.run("makemigrations", "--offline").check().stderr == "No changes.\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("price < 1e6", "price < 1e5", "ADD CONSTRAINT items_price_check"),
        ("'a', 'b'", "'a', 'B'", "ADD CONSTRAINT known"),
        ("BETWEEN 1", "BETWEEN 2", "ADD CONSTRAINT short"),
        ("'open'\", db_type", "'done'\", db_type", "SET DEFAULT 'done'"),
        ("'1 day'", "'2 days'", "SET DEFAULT CURRENT_TIMESTAMP - interval '2 days'"),
        ("'0.00'", "'0.00'", ""),
        ("status <> 'done'", "status <> 'open'", "CREATE INDEX CONCURRENTLY to_do"),
        ("lower(code)", "upper(code)", "CREATE INDEX CONCURRENTLY by_code"),
        (
            "value ~ '@'",
            "value ~ '.@'",
            "ADD CONSTRAINT mail_check CHECK (value ~ '.@')",
        ),
        ("'a' || '@'", "'b' || '@'", "SET DEFAULT 'b' || '@'"),
    ],
)
def test_what_means_something_else_is_a_change(
    project: Project, old: str, new: str, words: str
) -> None:
    project.models(WRITTEN)
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.no_changes()
    assert not words or old in WRITTEN
    project.models(WRITTEN.replace(old, new))
    made = project.run("makemigrations", "--dry-run").check()
    assert words in made.stdout
    # Only that is one.
    own = (
        [text for text in statements(made.stdout) if "VALIDATE" not in text]
        if words
        else []
    )
    assert len(own) <= 2, own


def test_a_generated_column_that_is_computed_in_the_same_way_stays(
    project: Project,
) -> None:
    project.models(WRITTEN)
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.models(WRITTEN.replace("price * 2", "(price * (2))"))
    project.no_changes()
    project.models(WRITTEN.replace("price * 2", "price * 3"))
    made = project.run(
        "makemigrations", "--dry-run", "--accept", "table-rewrite"
    ).check()
    assert "GENERATED ALWAYS AS (price * 3) STORED" in made.stdout


def test_what_is_no_expression_is_written_and_refused_by_the_server(
    project: Project,
) -> None:
    project.models(WRITTEN)
    project.run("makemigrations").check()
    project.run("migrate").check()
    before = project.dump()
    # Nor does it reach further than its place.
    project.models(
        WRITTEN.replace(
            "price >= 0 and price < 1e6", "true) FROM pg_class; DROP TABLE items; --"
        )
    )
    project.run("makemigrations", "--dry-run").check()
    assert project.dump() == before
