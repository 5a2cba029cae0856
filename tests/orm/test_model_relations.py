"""Relations along their keys: select_related(), assignment, and what is said where nothing was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.database import Database
from hyperdjango.models import Field, ForeignKey, Model, Table
from orm_support import Run
from writes_support import Noting, World, world

SCRIPT = """
CREATE SCHEMA ref;
CREATE TABLE ref.places (code text PRIMARY KEY, name text);
CREATE TABLE people (id serial PRIMARY KEY, name text, boss_id integer REFERENCES people,
    place text REFERENCES ref.places);
CREATE TABLE flats (house integer, door text, PRIMARY KEY (house, door));
CREATE TABLE tenants (id serial PRIMARY KEY, house integer, door text, owner_id integer REFERENCES people,
    FOREIGN KEY (house, door) REFERENCES flats);
CREATE TABLE passports (person_id integer PRIMARY KEY REFERENCES people, number text);
INSERT INTO ref.places VALUES ('A', 'Aa'), ('B', 'Be');
INSERT INTO people (name, boss_id, place) VALUES ('root', NULL, 'A'), ('mid', 1, NULL), ('leaf', 2, 'B');
INSERT INTO flats VALUES (1, 'a'), (1, 'b');
INSERT INTO tenants (house, door, owner_id) VALUES (1, 'a', 3), (1, NULL, NULL), (NULL, 'b', 1), (1, 'b', 2);
INSERT INTO passports VALUES (1, 'P1');
"""


class Place(Model):
    code: str = Field(primary_key=True)
    name: str = Field(nullable=True)

    class Meta:
        table_name = "places"
        schema = "ref"
        managed = False


class Person(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)
    boss_id: int = Field(nullable=True, foreign_key="Person")
    place: str = Field(nullable=True, foreign_key=Table("ref", "places", "code"))
    boss: Person | None
    place_ref: Place | None

    class Meta:
        table_name = "people"
        managed = False


class Flat(Model):
    house: int = Field(primary_key=True)
    door: str = Field(primary_key=True)

    class Meta:
        table_name = "flats"
        managed = False


class Tenant(Model):
    id: int = Field(primary_key=True)
    house: int = Field(nullable=True)
    door: str = Field(nullable=True)
    owner_id: int = Field(nullable=True, foreign_key="Person")
    flat: Flat | None
    owner: Person | None

    class Meta:
        table_name = "tenants"
        managed = False
        constraints = (ForeignKey(("house", "door"), to="Flat"),)


class Passport(Model):
    person_id: int = Field(primary_key=True, foreign_key="Person")
    number: str = Field(nullable=True)
    person: Person

    class Meta:
        table_name = "passports"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_rows_come_with_the_rows_that_they_refer_to(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        found = await Person.objects.select_related("boss__boss", "place_ref").order_by(
            "id"
        )
        assert len(database.taken()) == 1
        root, mid, leaf = found
        assert root.boss is None and mid.boss is not None and mid.boss.name == "root"
        assert mid.boss.boss is None and mid.place_ref is None
        assert leaf.boss is not None and leaf.boss.boss is not None
        assert leaf.boss.boss == root and leaf.boss == mid
        assert leaf.place_ref is not None and leaf.place_ref.name == "Be"
        assert leaf.boss.boss.to_dict() == root.to_dict()
        # Related rows are rows: they are changed as any other.
        leaf.boss.name = "middle"
        await leaf.boss.save()
        assert (await Person.objects.get(pk=2)).name == "middle"
        leaf.boss.name = "mid"
        await leaf.boss.save()

    w.run(work)


def test_keys_of_several_fields(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        found = await Tenant.objects.select_related("flat", "owner__boss").order_by(
            "id"
        )
        assert len(database.taken()) == 1
        assert [one.flat and one.flat.pk for one in found] == [
            (1, "a"),
            None,
            None,
            (1, "b"),
        ]
        owner = found[0].owner
        assert owner is not None and owner.boss is not None and owner.boss.name == "mid"
        assert found[1].owner is None
        assert found[2].owner is not None and found[2].owner.boss is None
        # A part that is NULL says that there is none, with no look at the database.
        plain = await Tenant.objects.order_by("id")
        assert plain[1].flat is None and plain[2].flat is None
        with pytest.raises(errors.RelationNotLoaded, match=r'select_related\("flat"\)'):
            plain[0].flat  # noqa: B018
        assert (
            await Tenant.objects.filter(flat=Flat(house=1, door="b")).get()
        ).id == found[3].id
        assert await Tenant.objects.filter(flat__door="a").count() == 1

    w.run(work)


def test_a_row_that_refers_back_once_comes_along(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        people: list[Any] = await Person.objects.select_related("passport").order_by(
            "id"
        )
        assert len(database.taken()) == 1
        assert people[0].passport.number == "P1" and people[1].passport is None
        passport = await Passport.objects.select_related("person__place_ref").get(pk=1)
        place = passport.person.place_ref
        assert place is not None and place.name == "Aa"
        other: Any = await Person.objects.get(pk=1)
        with pytest.raises(errors.RelationNotLoaded, match="select_related"):
            other.passport  # noqa: B018

    w.run(work)


def test_assignment(w: World) -> None:
    async def work(database: Noting) -> None:
        root, leaf = await Person.objects.filter(id__in=[1, 3]).order_by("id")
        one = Person(name="new", boss=root)
        assert one.boss_id == 1 and one.boss is root
        await one.save()
        one.boss = leaf
        assert one.boss_id == 3
        await one.save()
        again = await Person.objects.select_related("boss").get(pk=one.pk)
        assert again.boss == leaf
        again.boss_id = 1
        with pytest.raises(errors.RelationNotLoaded):
            again.boss  # noqa: B018
        again.boss_id = None  # type: ignore[assignment]
        assert again.boss is None
        await again.save()
        assert (await Person.objects.get(pk=one.pk)).boss_id is None
        again.boss = root
        await again.save(update_fields=["boss"])
        assert (await Person.objects.get(pk=one.pk)).boss_id == 1
        await Person.objects.filter(pk=one.pk).update(boss=leaf)
        await again.refresh_from_db(fields=["boss"])
        assert again.boss_id == 3
        tenant = Tenant(flat=Flat(house=1, door="a"))
        assert (tenant.house, tenant.door) == (1, "a")
        tenant.door = "b"
        with pytest.raises(errors.RelationNotLoaded):
            tenant.flat  # noqa: B018
        await tenant.save()
        for wrong in (5, Place(code="A")):
            with pytest.raises(errors.FieldError, match="Person"):
                one.boss = wrong  # type: ignore[assignment]
        await tenant.delete()
        await one.delete()

    w.run(work)


def test_a_relation_to_a_row_that_was_not_saved_is_refused(w: World) -> None:
    """The key would be NULL, silently."""

    async def work(database: Noting) -> None:
        boss = Person(name="unsaved")
        one = Person(name="x", boss=boss)
        with pytest.raises(errors.FieldError, match="save"):
            await one.save()
        await boss.save()
        await one.save()
        assert (await Person.objects.get(pk=one.pk)).boss_id == boss.id
        await one.delete()
        await boss.delete()

    w.run(work)


def test_the_sample_follows_its_relations(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        item = await shop.OrderItem.objects.select_related(
            "order__user", "product"
        ).first()
        expected = await database.query_one(
            "SELECT u.email, p.sku FROM order_items i JOIN orders o ON o.id = i.order_id "
            "JOIN users u ON u.id = o.user_id JOIN products p ON p.id = i.product_id "
            "WHERE i.order_id = $1 AND i.line_no = $2",
            item.order_id,
            item.line_no,
        )
        assert expected == {"email": item.order.user.email, "sku": item.product.sku}
        returns = await shop.Return.objects.select_related(
            "order_item__product"
        ).order_by("number")
        for one in returns:
            assert (one.order_item is None) == (one.order_id is None)
            if one.order_item is not None:
                assert one.order_item.pk == (one.order_id, one.line_no)

    run(work)


def test_mistakes_name_the_nearest(w: World) -> None:
    for wrong in ("bos", "boss__plce_ref", "name"):
        with pytest.raises(errors.FieldError):
            w.run(
                lambda database, wrong=wrong: (
                    Person.objects.select_related(wrong).all().first()
                )
            )
