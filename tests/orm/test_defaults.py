"""Defaults: what is not set is left to the database and read back; what is None is NULL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE settings (id serial PRIMARY KEY, a text DEFAULT 'a', b integer DEFAULT 2, c text, d text DEFAULT 'dee',
    at timestamptz NOT NULL DEFAULT now());
CREATE TABLE called (id serial PRIMARY KEY, b integer);
CREATE TABLE bare (id serial PRIMARY KEY, a text DEFAULT 'a');
"""


class Setting(Model):
    id: int = Field(primary_key=True)
    a: str = Field(nullable=True, db_default="'a'::text")
    b: int = Field(nullable=True, db_default="2")
    c: str = Field(nullable=True)
    d: str = Field(nullable=True, default="dee")
    at: datetime = Field(db_default="now()")

    class Meta:
        table_name = "settings"
        managed = False


calls: list[int] = []


class Called(Model):
    id: int = Field(primary_key=True)
    b: int = Field(nullable=True, default=lambda: calls.append(1) or len(calls))

    class Meta:
        table_name = "called"
        managed = False


class Bare(Model):
    id: int = Field(primary_key=True)
    a: str = Field(nullable=True, db_default="'a'::text")

    class Meta:
        table_name = "bare"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


IN_DATABASE = {"a": "a", "b": 2, "c": None, "d": "dee"}
given_values = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([None, "x"]),
        "b": st.sampled_from([None, 0]),
        "c": st.sampled_from([None, "x"]),
        "d": st.sampled_from([None, "x"]),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(given_values, min_size=1, max_size=4))
def test_what_is_unset_has_the_default_and_what_is_none_is_null(
    w: World, rows: list[dict[str, Any]]
) -> None:
    async def work(database: Noting) -> None:
        one = await Setting.objects.create(**rows[0])
        many = await Setting.objects.bulk_create([Setting(**values) for values in rows])
        for made, values in [(one, rows[0]), *zip(many, rows, strict=True)]:
            expected = {**IN_DATABASE, **values}
            assert {name: getattr(made, name) for name in expected} == expected
            assert made.at.utcoffset() is not None
            assert (await Setting.objects.get(pk=made.pk)).to_dict() == made.to_dict()

    w.run(work)


def test_a_default_of_the_clients_own_is_called_for_each_row(w: World) -> None:
    async def work(database: Noting) -> None:
        calls.clear()
        made = await Called.objects.bulk_create([Called(), Called(b=50), Called()])
        assert [one.b for one in made] == [1, 50, 2]

    w.run(work)


def test_nothing_set_at_all(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Bare.objects.create()
        assert one.id is not None and one.a == "a"
        many = await Bare.objects.bulk_create([Bare(), Bare()])
        assert len({one.id for one in many}) == 2

    w.run(work)


def test_null_where_none_is_taken_is_the_databases_to_refuse(w: World) -> None:
    async def work(database: Noting) -> None:
        with pytest.raises(errors.NotNullViolation) as caught:
            await Setting(at=None).save()
        assert caught.value.column == "at"

    w.run(work)
