"""The collector looks at an instance from the moment on in which it refers to something, and at no plain row before."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE collected (
    id integer PRIMARY KEY, parent_id integer REFERENCES collected, name text, price numeric, made timestamptz,
    data jsonb, numbers integer[]
);
INSERT INTO collected VALUES
    (1, NULL, 'one', 1.50, '2024-01-01 00:00Z', '{"a": []}', '{1,2}'),
    (2, 1, 'two', NULL, NULL, NULL, NULL);
CREATE TABLE slotted (id integer PRIMARY KEY);
INSERT INTO slotted VALUES (1);
"""


class Collected(Model):
    id: int = Field(primary_key=True)
    parent_id: int = Field(
        nullable=True, foreign_key="Collected", related_name="children"
    )
    name: str = Field(nullable=True)
    price: Any = Field(nullable=True, db_type="numeric")
    made: Any = Field(nullable=True, db_type="timestamp with time zone")
    data: Any = Field(nullable=True, db_type="jsonb")
    numbers: Any = Field(nullable=True, db_type="integer[]")

    class Meta:
        table_name = "collected"
        managed = False

    @cached_property
    def helper(self) -> list[Any]:
        """What refers back, as helpers do."""
        return [self]

    def keep(self, name: str, value: object) -> None:
        """Set an attribute from inside."""
        super().__setattr__(name, value)


class Slotted(Model):
    """With a place that is in no dict."""

    __slots__ = ("other",)

    id: int = Field(primary_key=True)

    class Meta:
        table_name = "slotted"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def fetched(w: World, model: type[Model] = Collected, key: int = 1) -> Any:
    found: list[Any] = []

    async def work(database: Noting) -> None:
        # Not returned, since asyncio would ask for its representation, which reads its dict.
        found.append(await model.objects.get(id=key))

    w.run(work)
    return found.pop()


def test_a_row_is_nothing_for_the_collector(w: World) -> None:
    row = fetched(w)
    assert not gc.is_tracked(row)
    # What is read is kept, and refers to nothing.
    assert (row.id, row.name, str(row.price), row.parent_id) == (1, "one", "1.50", None)
    assert row.made.year == 2024 and row.made is row.made
    row.name = "other"
    assert not gc.is_tracked(row)
    assert row.to_dict()["name"] == "other"


CIRCLES: dict[str, Callable[[Any], Any]] = {
    "attribute": lambda row: setattr(row, "itself", row),
    "attribute of a list": lambda row: setattr(row, "itself", [row]),
    "attribute from inside": lambda row: row.keep("itself", row),
    "cached property": lambda row: row.helper,
    "dict": lambda row: row.__dict__.update(itself=row),
    "vars": lambda row: vars(row).update(itself=row),
    "another dict": lambda row: setattr(row, "__dict__", {"itself": row}),
    "JSON": lambda row: row.data["a"].append(row),
    "array": lambda row: row.numbers.append(row),
    "relation": lambda row: setattr(row, "parent", row),
    "state": lambda row: row.__setstate__(
        ({"itself": [row]}, True, None, (), (), (), None)
    ),
    "copy": lambda row: setattr(row, "copy", [copy.copy(row), row]),
}


@pytest.mark.parametrize("way", CIRCLES)
def test_a_circle_is_collected(w: World, way: str) -> None:
    row = fetched(w)
    assert not gc.is_tracked(row)
    gc.disable()
    try:
        CIRCLES[way](row)
        gone = weakref.ref(row)
        del row
        assert gone() is not None, "there is no circle"
        gc.collect()
        assert gone() is None
    finally:
        gc.enable()


def test_a_circle_by_a_slot_is_collected(w: World) -> None:
    row = fetched(w, Slotted)
    row.other = [row]
    gone = weakref.ref(row)
    del row
    gc.collect()
    assert gone() is None


def test_a_circle_of_related_rows_is_collected(w: World) -> None:
    async def work(database: Noting) -> Any:
        return await Collected.objects.prefetch_related("children").get(id=1)

    parent = w.run(work)
    (child,) = parent.children
    assert not gc.is_tracked(child)
    child.kept = parent
    references = [weakref.ref(parent), weakref.ref(child)]
    del parent, child
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_what_was_unpickled_is_collected(w: World) -> None:
    row = pickle.loads(pickle.dumps(fetched(w)))
    row.itself = row
    gone = weakref.ref(row)
    del row
    gc.collect()
    assert gone() is None
