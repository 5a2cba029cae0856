"""Rows that were prefetched lead back to their instance, and keep nobody alive."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Field, Model
from hyperdjango.query import Prefetch
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE shelves (id serial PRIMARY KEY, name text, width integer);
CREATE TABLE books (id serial PRIMARY KEY, shelf_id integer REFERENCES shelves, other_id integer REFERENCES shelves);
INSERT INTO shelves (name, width) SELECT 'shelf ' || n, n FROM generate_series(1, 3) n;
INSERT INTO books (shelf_id, other_id) SELECT 1 + n % 3, 1 + n % 2 FROM generate_series(1, 12) n;
"""


class Shelf(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True)
    width: int = Field(nullable=True)
    note: Any

    class Meta:
        table_name = "shelves"
        managed = False


class Book(Model):
    id: int = Field(primary_key=True)
    shelf_id: int = Field(nullable=True, foreign_key="Shelf", related_name="books")
    other_id: int = Field(nullable=True, foreign_key="Shelf", related_name="others")

    class Meta:
        table_name = "books"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def shelves(w: World, *names: str) -> list[Any]:
    """The shelves in order, with these relations."""
    lookups = names or ("books",)
    found: list[Any] = do(w, Shelf.objects.prefetch_related(*lookups).order_by("id"))
    return found


def do(w: World, asked: Awaitable[Any]) -> Any:
    """What comes of something that is awaited with a database."""

    async def work(database: Noting) -> Any:
        return await asked

    return w.run(work)


def test_there_is_no_circle(w: World) -> None:
    shelves(w)
    gc.collect()
    gc.disable()
    try:
        alive: list[weakref.ref[Any]] = []
        for shelf in shelves(w):
            assert [book.shelf is shelf for book in shelf.books] == [True] * 4
            alive += map(weakref.ref, [shelf, *shelf.books])
        del shelf
        # Nothing is left to the collector.
        assert alive and not any(reference() for reference in alive)
    finally:
        gc.enable()


def test_an_instance_that_is_gone_is_made_anew_of_its_row(w: World) -> None:
    books = [book for shelf in shelves(w) for book in shelf.books]
    assert [book.shelf.name for book in books] == [
        f"shelf {book.shelf_id}" for book in books
    ]
    first, second = books[0], books[1]
    assert first.shelf is first.shelf is second.shelf
    first.shelf.name = "other"
    assert second.shelf.name == "other"


def test_what_was_changed_stays_what_it_is(w: World) -> None:
    (shelf, *_) = shelves(w)
    shelf.name = "mended"
    shelf.note = "mine"
    books = list(shelf.books)
    del shelf, _
    gc.collect()
    assert {(book.shelf.name, book.shelf.note) for book in books} == {
        ("mended", "mine")
    }


def test_what_was_changed_and_is_gone_is_not_made_up(w: World) -> None:
    (shelf, *_) = shelves(w)
    books = list(shelf.books)
    # The list is no longer the instance's.
    do(w, shelf.books.create())
    shelf.name = "mended"
    assert books[0].shelf is shelf
    del shelf, _
    gc.collect()
    with pytest.raises(errors.RelationNotLoaded, match="changed and is gone"):
        _ = books[0].shelf
    do(w, Book.objects.filter(other_id=None).delete())


def test_another_key_forgets_the_instance(w: World) -> None:
    (one, two, _) = shelves(w)
    book = one.books[0]
    book.shelf = two
    assert book.shelf is two
    other = one.books[1]
    other.shelf_id = 3
    with pytest.raises(errors.RelationNotLoaded, match="select_related"):
        _ = other.shelf
    other.shelf_id = None
    assert other.shelf is None


def test_refreshing_is_seen_by_the_rows(w: World) -> None:
    (shelf, *_) = shelves(w)
    books = list(shelf.books)
    w.sql("UPDATE shelves SET width = 100 WHERE id = 1")
    do(w, shelf.refresh_from_db())
    assert books[0].shelf is shelf
    del shelf, _
    gc.collect()
    assert books[0].shelf.width == 100
    w.sql("UPDATE shelves SET width = 1 WHERE id = 1")


def test_copies_and_pickles_have_their_instance(w: World) -> None:
    (shelf, *_) = shelves(w)
    book = shelf.books[0]
    assert copy.copy(book).shelf is shelf
    again = pickle.loads(pickle.dumps(book))
    assert again.shelf == shelf
    whole = pickle.loads(pickle.dumps(shelf))
    assert [one.id for one in whole.books] == [one.id for one in shelf.books]
    assert all(one.shelf is whole for one in whole.books)


def test_rows_of_two_relations_lead_back_by_each(w: World) -> None:
    found = shelves(w, "books", "others")
    for shelf in found:
        assert all(book.shelf is shelf for book in shelf.books)
        assert all(book.other is shelf for book in shelf.others)
    lists = do(
        w,
        Shelf.objects.prefetch_related(
            Prefetch("books", Book.objects.order_by("-id"), to_attr="newest")
        ).order_by("id"),
    )
    assert lists[0].newest[0].shelf is lists[0]


def test_the_same_rows_may_be_prefetched_again_and_again(w: World) -> None:
    for _ in range(300):
        books = [book for shelf in shelves(w) for book in shelf.books]
        names = {book.shelf.name for book in books[::2]}
        assert names == {"shelf 1", "shelf 2", "shelf 3"}
