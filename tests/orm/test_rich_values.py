"""Fields whose values are lists, JSON, UUIDs and lengths of time, written by every way of writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from harness import Cluster
from hyperdjango.models import Field, Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE rich (id serial PRIMARY KEY, tags text[], grid integer[], days date[], doc jsonb, plain json, uid uuid,
    span interval);
"""


class Rich(Model):
    id: int = Field(primary_key=True)
    tags: list[str] = Field(nullable=True, db_type="text[]")
    grid: list[Any] = Field(nullable=True, db_type="integer[]")
    days: list[date] = Field(nullable=True, db_type="date[]")
    doc: Any = Field(nullable=True, db_type="jsonb")
    plain: Any = Field(nullable=True, db_type="json")
    uid: UUID = Field(nullable=True, db_type="uuid")
    span: timedelta = Field(nullable=True, db_type="interval")

    class Meta:
        table_name = "rich"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5
)
json_values = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: (
        st.lists(st.none() | inner, max_size=3)
        | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {
        "tags": st.none() | st.lists(st.none() | texts, max_size=3),
        "grid": st.none()
        | st.just([[1, 2], [3, 4]])
        | st.lists(st.integers(-9, 9), max_size=3),
        "days": st.none() | st.lists(st.dates(), max_size=2),
        "doc": st.none() | json_values,
        "plain": st.none() | json_values,
        "uid": st.none() | st.uuids(),
        "span": st.none() | st.timedeltas(timedelta(-1000), timedelta(1000)),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, min_size=1, max_size=3), rows)
def test_what_is_written_is_what_is_read(
    w: World, given_rows: list[dict[str, Any]], changed: dict[str, Any]
) -> None:
    async def work(database: Noting) -> None:
        for values in given_rows:
            one = await Rich.objects.create(**values)
            read = await Rich.objects.get(pk=one.pk)
            assert {name: getattr(read, name) for name in values} == values
            for name, value in changed.items():
                setattr(read, name, value)
            await read.save()
            assert (await Rich.objects.get(pk=one.pk)).to_dict() == read.to_dict()
            await Rich.objects.filter(pk=one.pk).update(**values)
            assert (await Rich.objects.get(pk=one.pk)).to_dict() == one.to_dict()
        many = await Rich.objects.bulk_create([Rich(**values) for values in given_rows])
        found = await Rich.objects.in_bulk([one.pk for one in many])
        for one, values in zip(many, given_rows, strict=True):
            assert {name: getattr(found[one.pk], name) for name in values} == values
            for name, value in changed.items():
                setattr(one, name, value)
        await Rich.objects.bulk_update(many, list(changed))
        found = await Rich.objects.in_bulk([one.pk for one in many])
        for one in many:
            assert {name: getattr(found[one.pk], name) for name in changed} == changed

    w.run(work)


def test_what_is_changed_in_place_is_written(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Rich.objects.create(tags=["a"], doc={"deep": [1]}, grid=[1])
        one.tags.append("b")
        one.doc["deep"].append(2)
        await one.save()
        read = await Rich.objects.get(pk=one.pk)
        assert (read.tags, read.doc) == (["a", "b"], {"deep": [1, 2]})
        read.doc["deep"][0] = None
        await read.save()
        assert (await Rich.objects.get(pk=one.pk)).doc == {"deep": [None, 2]}
        # What nobody has looked at can't have changed.
        fresh = await Rich.objects.get(pk=one.pk)
        database.taken()
        await fresh.save()
        assert database.taken() == []

    w.run(work)
