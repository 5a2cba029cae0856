"""A foreign key to a table that no model describes: it is in nobody's way but its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.errors import FieldError, ModelError, RelationNotLoaded
from hyperdjango.models import Field, Model, Table
from hyperdjango.query import F
from writes_support import World, world

SCHEMA = """
CREATE SCHEMA inventory;
CREATE TABLE inventory.depots (id serial PRIMARY KEY);
CREATE TABLE parcel (id serial PRIMARY KEY, label text NOT NULL);
CREATE TABLE sending (
    id serial PRIMARY KEY, parcel_id integer NOT NULL REFERENCES parcel,
    depot_id integer NOT NULL REFERENCES inventory.depots, note text
);
INSERT INTO inventory.depots DEFAULT VALUES;
INSERT INTO parcel (label) VALUES ('books'), ('bricks');
INSERT INTO sending (parcel_id, depot_id, note) VALUES (1, 1, 'fragile'), (2, 1, NULL);
"""


class Parcel(Model):
    id: int = Field(primary_key=True)
    label: str = Field()

    class Meta:
        table_name = "parcel"
        managed = False


class Sending(Model):
    id: int = Field(primary_key=True)
    parcel_id: int = Field(foreign_key="Parcel")
    depot_id: int = Field(foreign_key=Table("inventory", "depots"))
    note: str = Field(nullable=True)

    class Meta:
        table_name = "sending"
        managed = False


@pytest.fixture(scope="module")
def sendings(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


MISTAKES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Sending.objects.filter(parcl_id=1), "did you mean 'parcel_id'"),
    (lambda: Sending.objects.exclude(nte="x"), "did you mean 'note'"),
    (lambda: Sending.objects.order_by("parcl"), "did you mean 'parcel'"),
    (lambda: Sending.objects.values("parcl"), "did you mean 'parcel'"),
    (lambda: Sending.objects.annotate(x=F("depo")), "did you mean 'depot'"),
    (lambda: Sending.objects.select_related("parcl"), "did you mean 'parcel'"),
    (lambda: Sending.objects.prefetch_related("parcl"), "did you mean 'parcel'"),
    (lambda: Parcel.objects.filter(sending_set__parcl=1), "did you mean 'parcel'"),
    (lambda: Parcel.objects.filter(sendin_set=1), "did you mean 'sending_set'"),
]


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_a_mistake_is_told_by_the_nearest_names(number: int) -> None:
    make, hint = MISTAKES[number]
    with pytest.raises(FieldError, match=hint):
        make()


def test_the_relation_itself_says_what_is_missing() -> None:
    for make in (
        lambda: Sending.objects.filter(depot__id=1),
        lambda: Sending.objects.select_related("depot"),
        lambda: Sending.objects.prefetch_related("depot"),
    ):
        with pytest.raises(ModelError, match=r"inventory\.depots"):
            make()


def test_everything_else_works(sendings: World) -> None:
    async def work(database: Any) -> None:
        rows = await Sending.objects.filter(depot_id=1).order_by("-id")
        assert [row.id for row in rows] == [2, 1]
        row = await Sending.objects.select_related("parcel").get(parcel__label="books")
        assert row.parcel.label == "books"
        assert await Parcel.objects.filter(sending_set__depot_id=1).count() == 2
        # Relations whose table has no model are passed over, the others are fetched.
        row = await Sending.objects.select_related().get(id=1)
        assert row.parcel.label == "books" and row.depot_id == 1
        with pytest.raises(RelationNotLoaded):
            row.depot  # noqa: B018
        made = await Sending.objects.create(parcel_id=2, depot_id=1)
        made.note = "late"
        await made.save()
        await made.delete()

    sendings.run(work)
