"""Instances as Python objects: pickled, copied, compared, hashed, and let go of."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE owners (id serial PRIMARY KEY, name text);
CREATE TABLE pets (id serial PRIMARY KEY, owner_id integer REFERENCES owners, name text, price numeric);
INSERT INTO owners (name) VALUES ('Ada'), ('Ben');
INSERT INTO pets (owner_id, name, price) VALUES (1, 'Rex', 1.50), (1, 'Tom', 2.50), (NULL, 'Stray', NULL);
"""


class Owner(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)

    class Meta:
        table_name = "owners"
        managed = False


class Pet(Model):
    id: int = Field(primary_key=True)
    owner_id: int = Field(nullable=True, foreign_key="Owner", related_name="pets")
    name: str = Field(nullable=True)

    class Meta:
        table_name = "pets"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda one: pickle.loads(pickle.dumps(one)),
]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_the_same_row(w: World, copied: Callable[[Any], Any]) -> None:
    async def work(database: Noting) -> None:
        pet: Any = await Pet.objects.select_related("owner").get(name="Rex")
        owner: Any = await Owner.objects.prefetch_related("pets").get(pk=1)
        lean: Any = await Pet.objects.only("name").get(name="Rex")
        for one in (
            pet,
            owner,
            lean,
            Pet(name="new"),
            await Pet.objects.create(name="made"),
        ):
            made = copied(one)
            assert made is not one and made.to_dict() == one.to_dict()
            assert repr(made) == repr(one)
            if one.pk is not None:
                assert made == one and hash(made) == hash(one)
        assert copied(pet).owner.name == "Ada"
        assert [child.name for child in copied(owner).pets] == [
            child.name for child in owner.pets
        ]
        with pytest.raises(errors.FieldNotLoaded):
            copied(lean).owner_id  # noqa: B018
        # What was assigned and not saved stays to be saved, in the copy alone.
        pet.name = "Rex II"
        made = copied(pet)
        pet.name = "Rex"
        await made.save()
        assert (await Pet.objects.get(pk=pet.pk)).name == "Rex II"
        await Pet.objects.filter(pk=pet.pk).update(name="Rex")
        await Pet.objects.filter(name="made").delete()

    w.run(work)


def test_equality_and_hashing(w: World) -> None:
    async def work(database: Noting) -> None:
        first, again = await Pet.objects.get(pk=1), await Pet.objects.get(pk=1)
        other = await Pet.objects.get(pk=2)
        assert first == again and first != other and first is not again
        assert {first, again, other} == {other, first}
        assert {first: "x"}[again] == "x"
        assert first != await Owner.objects.get(pk=1)
        assert Pet() != Pet()
        with pytest.raises(TypeError, match="save it"):
            hash(Pet())

    w.run(work)


def test_instances_are_let_go_of(w: World) -> None:
    """At once, without waiting for the collector, where nothing refers back."""

    async def work(database: Noting) -> None:
        gc.collect()
        gc.disable()
        try:
            one = await Pet.objects.get(pk=1)
            one.name = one.name
            await one.save()
            await one.refresh_from_db()
            gone = weakref.ref(one)
            del one
            assert gone() is None
            many = await Pet.objects.bulk_create([Pet(name="leak") for _ in range(50)])
            references = [weakref.ref(one) for one in many]
            del many
            assert not any(reference() for reference in references)
        finally:
            gc.enable()
        await Pet.objects.filter(name="leak").delete()

    w.run(work)


def test_rows_that_refer_to_each_other_are_collected(w: World) -> None:
    async def work(database: Noting) -> None:
        owner: Any = await Owner.objects.prefetch_related("pets").get(pk=1)
        references = [weakref.ref(owner), *(weakref.ref(pet) for pet in owner.pets)]
        del owner
        # The event loop holds the answer that it woke this task with.
        await asyncio.sleep(0)
        gc.collect()
        assert not any(reference() for reference in references)

    w.run(work)


def test_doing_it_again_holds_nothing_more(w: World) -> None:
    async def work(database: Noting) -> None:
        async def once() -> None:
            one = await Pet.objects.create(name="again")
            one.name = "changed"
            await one.save()
            await Pet.objects.select_related("owner").filter(owner_id=1)
            await one.delete()
            database.taken()

        for _ in range(5):
            await once()
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(200):
            await once()
        gc.collect()
        assert sys.getallocatedblocks() - before < 100

    w.run(work)
