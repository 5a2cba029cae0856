"""No name and no value becomes SQL: hostile tables, columns, enumerations, keys, and names that users give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hyperdjango.errors import FieldError, HyperError
from hyperdjango.models import Field, Model
from hyperdjango.query import Case, Count, F, Max, Value, When, Window
from hyperdjango.query.functions import Collate, Extract, JSONObject
from zoo_support import Zoo

TABLE = 'rob"; DROP TABLE hostile; --'
SCHEMA = "s'; \\ \"x"
COLUMN = 'c" = 1; -- $1 %s {x}'
LABEL = 'it\'s \\ "odd"; --'


class Hostile(Model):
    id: int = Field(primary_key=True, column_name='id"; --')
    value: str = Field(nullable=True, column_name=COLUMN)
    mood: str = Field(nullable=True, db_type="odd_mood", column_name="select")
    parent_id: int = Field(
        nullable=True,
        foreign_key="Hostile",
        related_name="children",
        column_name="pa're\\nt",
    )
    data: str = Field(nullable=True, db_type="jsonb", column_name="$2")

    class Meta:
        schema = SCHEMA
        table_name = TABLE
        managed = False


def quoted(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def hostile(zoo: Zoo) -> Iterator[Zoo]:
    """The table, with two rows."""
    table = f"{quoted(SCHEMA)}.{quoted(TABLE)}"
    label = LABEL.replace("\\", "\\\\").replace("'", "''")
    identifier = quoted('id"; --')
    for statement in (
        f"CREATE SCHEMA {quoted(SCHEMA)}",
        f"CREATE TYPE odd_mood AS ENUM (E'{label}', 'calm')",
        f"CREATE TABLE {table} ({identifier} serial PRIMARY KEY, {quoted(COLUMN)} text)",
        f'ALTER TABLE {table} ADD "select" odd_mood, ADD "$2" jsonb',
        f'ALTER TABLE {table} ADD "pa\'re\\nt" integer REFERENCES {table}',
    ):
        zoo.run(zoo.database.execute(statement))
    first = zoo.run(
        Hostile.objects.create(value=COLUMN, mood=LABEL, data={"a": {COLUMN: 1}})
    )
    zoo.run(Hostile.objects.create(value="plain", mood="calm", parent_id=first.id))
    yield zoo


def test_hostile_tables_columns_and_labels(hostile: Zoo) -> None:
    rows = Hostile.objects.order_by("id")
    assert [row.value for row in hostile.fetch(rows)] == [COLUMN, "plain"]
    for lookups in (
        {"value": COLUMN},
        {"value__contains": '"'},
        {"mood": LABEL},
        {"mood__in": [LABEL]},
        {"mood__startswith": "it's \\"},
        {"children__value": "plain"},
        {f"data__a__{COLUMN}": 1},
        {"data__contains": {"a": {COLUMN: 1}}},
        {"data__a__has_key": COLUMN},
        {"children__isnull": False},
    ):
        assert hostile.ids(Hostile.objects.filter(**lookups)) == [1], lookups
        assert hostile.ids(Hostile.objects.exclude(**lookups)) == [2], lookups
    grouped = (
        Hostile.objects.values("value").annotate(n=Count("children")).order_by("-n")
    )
    assert hostile.fetch(grouped) == [
        {"value": COLUMN, "n": 1},
        {"value": "plain", "n": 0},
    ]
    windowed = Hostile.objects.annotate(
        top=Window(Max("value"), partition_by="mood", order_by="parent__value")
    ).filter(top="plain")
    assert hostile.ids(windowed) == [2]
    joined = hostile.fetch(rows.select_related("parent"))
    assert joined[1].parent.value == COLUMN
    assert hostile.run(Hostile.objects.distinct("mood").order_by("mood").count()) == 2


def test_hostile_names_that_users_give(hostile: Zoo) -> None:
    name = 'a" , 1; --'
    asked = Hostile.objects.annotate(**{name: Value(COLUMN)}).order_by(name, "id")
    assert getattr(hostile.fetch(asked)[0], name) == COLUMN
    assert hostile.fetch(asked.values(name, "id"))[0] == {name: COLUMN, "id": 1}
    assert hostile.ids(asked.filter(**{f"{name}__contains": "$1"})) == [1, 2]
    counted = Hostile.objects.values(**{name: F("mood")}).annotate(
        **{f"n{name}": Count("*")}
    )
    assert hostile.run(counted.count()) == 2
    assert hostile.run(asked[:1].aggregate(**{f"m{name}": Max(name)})) == {
        f"m{name}": COLUMN
    }
    made = JSONObject(**{COLUMN: "id", "it's \\": Value(LABEL)})
    assert hostile.fetch(Hostile.objects.annotate(j=made).order_by("id"))[0].j == {
        COLUMN: 1,
        "it's \\": LABEL,
    }
    chosen = Case(When(value=COLUMN, then=Value(LABEL)), default=Value("';"))
    assert hostile.fetch(
        Hostile.objects.order_by("id").values_list(chosen, flat=True)
    ) == [LABEL, "';"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Hostile.objects.order_by("id; DROP TABLE animal"),
        lambda: Hostile.objects.order_by('-value"; --'),
        lambda: Hostile.objects.values("value) --"),
        lambda: Hostile.objects.filter(**{"value__exact; --": 1}),
        lambda: Hostile.objects.filter(**{"id) OR 1=1 --": 1}),
        lambda: Hostile.objects.filter(**{"value__regex)": "x"}),
        lambda: Hostile.objects.distinct('mood"'),
        lambda: Hostile.objects.annotate(x=Extract("id", "year FROM now()); --")),
        lambda: Hostile.objects.annotate(**{"": Value(1)}),
        lambda: Hostile.objects.annotate(**{"x\0": Value(1)}),
        lambda: Hostile.objects.select_related("parent; --"),
        lambda: Hostile.objects.annotate(x=F('value" --')),
    ],
)
def test_hostile_names_of_fields_are_refused(make: Any) -> None:
    with pytest.raises(FieldError):
        make()


def test_a_collation_is_a_name(hostile: Zoo) -> None:
    with pytest.raises(HyperError, match="collation"):
        hostile.fetch(
            Hostile.objects.annotate(x=Collate("value", 'C"; DROP TABLE animal; --'))
        )
    assert hostile.run(hostile.database.query_val("SELECT count(*) FROM animal")) == 48
