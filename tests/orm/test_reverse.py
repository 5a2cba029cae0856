"""Relations against their keys: their names, and what can be done with their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, ForeignKey, Model, Unique
from hyperdjango.query.links import reverse_links
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE shelves (id serial PRIMARY KEY, name text);
CREATE TABLE books (id serial PRIMARY KEY, title text, shelf_id integer REFERENCES shelves,
    lent_to_id integer REFERENCES shelves, copy_of_id integer REFERENCES books, must_id integer REFERENCES shelves);
CREATE TABLE boxes (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE things (id serial PRIMARY KEY, a integer, b integer, FOREIGN KEY (a, b) REFERENCES boxes);
CREATE TABLE needs (id serial PRIMARY KEY, shelf_id integer NOT NULL REFERENCES shelves);
"""


class Shelf(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)

    class Meta:
        table_name = "shelves"
        managed = False


class Book(Model):
    id: int = Field(primary_key=True)
    title: str = Field(nullable=True)
    shelf_id: int = Field(nullable=True, foreign_key="Shelf", related_name="books")
    lent_to_id: int = Field(nullable=True, foreign_key="Shelf")
    must_id: int = Field(nullable=True, foreign_key="Shelf", related_name="name")
    copy_of_id: int = Field(nullable=True, foreign_key="Book")

    class Meta:
        table_name = "books"
        managed = False


class Box(Model):
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True)

    class Meta:
        table_name = "boxes"
        managed = False


class Thing(Model):
    id: int = Field(primary_key=True)
    a: int = Field(nullable=True)
    b: int = Field(nullable=True)

    class Meta:
        table_name = "things"
        managed = False
        constraints = (ForeignKey(("a", "b"), to="Box"),)


class Need(Model):
    id: int = Field(primary_key=True)
    shelf_id: int = Field(foreign_key="Shelf")

    class Meta:
        table_name = "needs"
        managed = False


class Single(Model):
    id: int = Field(primary_key=True)
    a: int = Field(nullable=True)
    b: int = Field(nullable=True)

    class Meta:
        table_name = "singles"
        managed = False
        constraints = (ForeignKey(("a", "b"), to="Box"), Unique("b", "a"))


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_names() -> None:
    """By related_name; else after the model, with the relation where there are several, and _ref if it is taken."""
    assert set(reverse_links(Shelf)) == {
        "books",
        "book_lent_to_set",
        "name_ref",
        "need_set",
    }
    assert set(reverse_links(Book)) == {"book_set"}
    assert {name: link.many for name, link in reverse_links(Box).items()} == {
        "thing_set": True,
        "single": False,
    }
    assert all(link.back for link in reverse_links(Shelf).values())


def test_rows_of_an_instance(w: World) -> None:
    async def work(database: Noting) -> None:
        shelf: Any = await Shelf.objects.create(name="a")
        other: Any = await Shelf.objects.create(name="b")
        one = await shelf.books.create(title="x")
        assert one.shelf_id == shelf.id and one.shelf is shelf
        with pytest.raises(errors.RelationNotLoaded, match="prefetch_related"):
            len(shelf.books)
        assert [book.title for book in await shelf.books] == ["x"]
        assert await shelf.books.filter(title="y").count() == 0
        found, added = await shelf.books.get_or_create(title="x")
        assert found == one and not added
        made, added = await shelf.books.get_or_create(title="y")
        assert added and made.shelf_id == shelf.id
        changed, added = await shelf.books.update_or_create({"title": "z"}, title="y")
        assert not added and changed.title == "z"
        assert await other.books.count() == 0
        await shelf.books.bulk_create([Book(title=f"b{i}") for i in range(5)])
        assert await shelf.books.count() == 7
        assert await shelf.books.update(title="same") == 7
        assert await other.books.delete() == (0, {"Book": 0})

    w.run(work)


def test_one_statement_each(w: World) -> None:
    async def work(database: Noting) -> None:
        for count in (2, 40):
            shelf: Any = await Shelf.objects.create(name="a")
            books = await Book.objects.bulk_create(
                [Book(title="t") for _ in range(count)]
            )
            database.taken()
            assert await shelf.books.add(*books) == count
            assert len(database.taken()) == 1
            assert await shelf.books.count() == count
            database.taken()
            assert await shelf.books.remove(*books[1:]) == count - 1
            assert len(database.taken()) == 1
            assert books[1].shelf_id is None and [b.id for b in await shelf.books] == [
                books[0].id
            ]
            await shelf.books.set(books)
            assert await shelf.books.count() == count
            await shelf.books.set(books[:1])
            assert [b.id for b in await shelf.books] == [books[0].id]
            database.taken()
            assert await shelf.books.clear() == 1
            assert len(database.taken()) == 1
            assert await shelf.books.count() == 0

    w.run(work)


def test_keys_of_several_fields(w: World) -> None:
    async def work(database: Noting) -> None:
        box: Any = await Box.objects.create(a=1, b=2)
        thing = await box.thing_set.create()
        assert (thing.a, thing.b, thing.box) == (1, 2, box)
        assert [one.id for one in await box.thing_set] == [thing.id]
        assert await box.thing_set.clear() == 1
        assert await box.thing_set.add(thing) == 1
        assert await box.thing_set.count() == 1

    w.run(work)


def test_what_is_refused(w: World) -> None:
    async def work(database: Noting) -> None:
        shelf: Any = await Shelf.objects.create(name="a")
        other: Any = await Shelf.objects.create(name="b")
        unsaved: Any = Shelf(name="c")
        need = await shelf.need_set.create()
        for refused in (
            shelf.need_set.remove(need),
            shelf.need_set.clear(),
            shelf.need_set.set([]),
            unsaved.books.create(title="x"),
            unsaved.books.clear(),
            shelf.books.add(need),
            shelf.books.add(Book(title="unsaved")),
            other.books.remove(await shelf.books.create(title="t")),
        ):
            with pytest.raises(errors.FieldError):
                await refused
        assert await unsaved.books == []
        assert await Need.objects.filter(pk=need.pk).count() == 1
        with pytest.raises(AttributeError):
            shelf.bookz  # noqa: B018

    w.run(work)
