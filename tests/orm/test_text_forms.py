"""Fields of text over columns of other types: composite types, regclass and its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.models import Field, Model
from hyperdjango.query import F, Q, Value
from writes_support import World, world

SCHEMA = """
CREATE SCHEMA "other place";
CREATE TYPE spot AS (x integer, label text);
CREATE TYPE "other place"."Odd spot" AS (x integer, label text);
CREATE TABLE zz_edge (id integer);
CREATE TABLE thing (
    id serial PRIMARY KEY, place spot, odd "other place"."Odd spot", relation regclass, kind regtype, flags bit(3),
    address macaddr, spots spot[], relations regclass[]
);
CREATE TABLE keyed (relation regclass, place spot, note text, PRIMARY KEY (relation, place));
CREATE TABLE alone (relation regclass PRIMARY KEY, note text);
CREATE TABLE child (id serial PRIMARY KEY, alone_id regclass REFERENCES alone);
INSERT INTO thing (place, odd, relation, kind, flags, address, spots, relations) VALUES
    ('(1,"a b")', '(1,"a b")', 'zz_edge', 'integer', '101', '08:00:2b:01:02:03', '{"(1,a)"}', '{zz_edge,thing}'),
    ('(2,"c,d")', '(2,"c,d")', 'thing', 'text', '100', '08:00:2b:01:02:04', '{}', '{}');
INSERT INTO keyed VALUES ('zz_edge', '(1,"a b")', 'first'), ('thing', '(2,)', 'second');
INSERT INTO alone VALUES ('zz_edge', 'edge'), ('thing', 'things');
INSERT INTO child (alone_id) VALUES ('zz_edge'), ('zz_edge'), ('thing');
"""


class Thing(Model):
    id: int = Field(primary_key=True)
    place: str = Field(nullable=True, db_type="spot")
    odd: str = Field(nullable=True, db_type='"other place"."Odd spot"')
    relation: str = Field(nullable=True, db_type="regclass")
    kind: str = Field(nullable=True, db_type="regtype")
    flags: str = Field(nullable=True, db_type="bit(3)")
    address: str = Field(nullable=True, db_type="macaddr")
    spots: str = Field(nullable=True, db_type="spot[]")
    relations: str = Field(nullable=True, db_type="regclass[]")

    class Meta:
        table_name = "thing"
        managed = False


class Keyed(Model):
    relation: str = Field(primary_key=True, db_type="regclass")
    place: str = Field(primary_key=True, db_type="spot")
    note: str = Field(nullable=True)

    class Meta:
        table_name = "keyed"
        managed = False


class Alone(Model):
    relation: str = Field(primary_key=True, db_type="regclass")
    note: str = Field(nullable=True)

    class Meta:
        table_name = "alone"
        managed = False


class Child(Model):
    id: int = Field(primary_key=True)
    alone_id: str = Field(
        nullable=True, db_type="regclass", foreign_key="Alone", related_name="children"
    )

    class Meta:
        table_name = "child"
        managed = False


@pytest.fixture(scope="module")
def things(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


VALUES = {
    "place": ('(1,"a b")', '(2,"c,d")'),
    "odd": ('(1,"a b")', '(2,"c,d")'),
    "relation": ("zz_edge", "thing"),
    "kind": ("integer", "text"),
    "flags": ("101", "100"),
    "address": ("08:00:2b:01:02:03", "08:00:2b:01:02:04"),
    "spots": ('{"(1,a)"}', "{}"),
    "relations": ("{zz_edge,thing}", "{}"),
}


@pytest.mark.parametrize("name", VALUES)
def test_text_is_compared_as_the_columns_type(things: World, name: str) -> None:
    async def work(database: Any) -> None:
        objects = Thing.objects
        first, second = VALUES[name]

        async def ids(asked: Any) -> list[int]:
            found: list[int] = await asked.order_by("id").values_list("id", flat=True)
            return found

        assert await ids(objects.filter(**{name: first})) == [1]
        assert await ids(objects.exclude(**{name: first})) == [2]
        assert await ids(objects.filter(**{name: Value(second)})) == [2]
        assert await ids(objects.filter(**{f"{name}__in": [first, second]})) == [1, 2]
        assert await ids(objects.filter(**{f"{name}__in": [first, F(name)]})) == [1, 2]
        assert await ids(objects.filter(**{f"{name}__range": (first, first)})) == [1]
        assert await ids(objects.annotate(v=F(name)).filter(v=second)) == [2]
        assert await ids(objects.filter(Q(id=1) & Q(**{name: first}))) == [1]
        for operator, sign in {"lt": "<", "gte": ">="}.items():
            wanted = await database.query(
                f"SELECT id FROM thing WHERE {name} {sign} (SELECT {name} FROM thing WHERE id = 2) ORDER BY id"
            )
            found = await ids(objects.filter(**{f"{name}__{operator}": second}))
            assert found == [row["id"] for row in wanted]
        row = await objects.get(**{name: first})
        assert getattr(row, name) == first

    things.run(work)


def test_such_columns_are_keys(things: World) -> None:
    async def work(database: Any) -> None:
        key = ("zz_edge", '(1,"a b")')
        assert (await Keyed.objects.get(pk=key)).note == "first"
        assert set(await Keyed.objects.in_bulk([key, ("thing", "(2,)")])) == {
            key,
            ("thing", "(2,)"),
        }
        alone = await Alone.objects.get(pk="zz_edge")
        assert await Child.objects.filter(alone=alone).count() == 2
        assert await Child.objects.filter(alone__in=["thing", alone]).count() == 3
        fetched = await Alone.objects.prefetch_related("children").order_by("note")
        assert [len(list(one.children)) for one in fetched] == [2, 1]
        children = await Child.objects.prefetch_related("alone").order_by("id")
        assert [one.alone.note for one in children] == ["edge", "edge", "things"]

    things.run(work)
