"""prefetch_related(): a statement for each relation, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.database import Database
from hyperdjango.models import Field, ForeignKey, Model
from hyperdjango.query import Prefetch
from orm_support import Run
from writes_support import Noting, World, world

SCRIPT = """
CREATE TABLE trees (id serial PRIMARY KEY, up_id integer REFERENCES trees, name text);
CREATE TABLE keyed (a integer, b text, PRIMARY KEY (a, b));
CREATE TABLE leaves (id serial PRIMARY KEY, tree_id integer REFERENCES trees, a integer, b text, n integer,
    FOREIGN KEY (a, b) REFERENCES keyed);
CREATE TABLE badges (tree_id integer PRIMARY KEY REFERENCES trees, label text);
INSERT INTO trees (up_id, name) VALUES (NULL, 'root'), (1, 'one'), (1, 'two'), (2, 'deep'), (NULL, 'bare');
INSERT INTO keyed VALUES (1, 'x'), (1, 'y');
INSERT INTO leaves (tree_id, a, b, n) SELECT 1 + g % 4, CASE WHEN g % 3 = 0 THEN 1 END, CASE WHEN g % 2 = 0 THEN 'x' ELSE 'y' END, g
FROM generate_series(1, 40) g;
INSERT INTO leaves (n) VALUES (0);
INSERT INTO badges VALUES (2, 'two');
"""


class Tree(Model):
    id: int = Field(primary_key=True)
    up_id: int = Field(nullable=True, foreign_key="Tree", related_name="below")
    name: str = Field(nullable=True)

    class Meta:
        table_name = "trees"
        managed = False


class Keyed(Model):
    a: int = Field(primary_key=True)
    b: str = Field(primary_key=True)

    class Meta:
        table_name = "keyed"
        managed = False


class Leaf(Model):
    id: int = Field(primary_key=True)
    tree_id: int = Field(nullable=True, foreign_key="Tree", related_name="leaves")
    a: int = Field(nullable=True)
    b: str = Field(nullable=True)
    n: int = Field(nullable=True)

    class Meta:
        table_name = "leaves"
        managed = False
        constraints = (ForeignKey(("a", "b"), to="Keyed"),)


class Badge(Model):
    tree_id: int = Field(primary_key=True, foreign_key="Tree")
    label: str = Field(nullable=True)

    class Meta:
        table_name = "badges"
        managed = False


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def test_what_is_fetched_ahead_is_what_is_asked_for_later(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        trees: list[Any] = await Tree.objects.prefetch_related(
            "leaves", "below__leaves", "up", "badge"
        ).order_by("id")
        assert len(database.taken()) == 1 + 5
        for tree in trees:
            fresh: Any = await Tree.objects.get(pk=tree.pk)
            assert {leaf.id for leaf in tree.leaves} == {
                leaf.id for leaf in await fresh.leaves
            }
            assert all(leaf.tree is tree for leaf in tree.leaves)
            assert {one.id for one in tree.below} == {
                one.id for one in await fresh.below
            }
            for one in tree.below:
                assert {leaf.id for leaf in one.leaves} == {
                    leaf.id for leaf in await one.leaves.filter()
                }
            assert (tree.up.id if tree.up else None) == tree.up_id
            assert (tree.badge.label if tree.badge else None) == (
                "two" if tree.id == 2 else None
            )
        # What was fetched is read with no statement.
        database.taken()
        assert (
            len(trees[0].leaves)
            == await trees[0].leaves.count()
            == len(await trees[0].leaves.all())
        )
        assert bool(trees[0].leaves) and trees[0].leaves[0] in trees[0].leaves
        assert (
            await trees[4].leaves.all().exists() is False
            and list(trees[4].leaves) == []
        )
        assert (await trees[0].leaves.first()).id == trees[0].leaves[0].id

    w.run(work)


def test_keys_of_several_fields_both_ways(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        keys: list[Any] = await Keyed.objects.prefetch_related("leaf_set").order_by("b")
        leaves: list[Any] = await Leaf.objects.prefetch_related("keyed").order_by("id")
        assert len(database.taken()) == 4
        for key in keys:
            expected = [leaf.id for leaf in leaves if (leaf.a, leaf.b) == key.pk]
            assert sorted(leaf.id for leaf in key.leaf_set) == expected and expected
        for leaf in leaves:
            assert (leaf.keyed.pk if leaf.keyed else None) == (
                None if leaf.a is None else (leaf.a, leaf.b)
            )

    w.run(work)


def test_the_rows_may_be_chosen(w: World) -> None:
    async def work(database: Noting) -> None:
        chosen = Leaf.objects.filter(n__gt=20).order_by("-n").select_related("keyed")
        trees: list[Any] = await Tree.objects.prefetch_related(
            Prefetch("leaves", chosen, to_attr="big"),
            Prefetch("leaves", Leaf.objects.only("n").order_by("n")),
        ).order_by("id")
        for tree in trees:
            assert isinstance(tree.big, list)
            assert [leaf.n for leaf in tree.big] == sorted(
                (leaf.n for leaf in tree.leaves if leaf.n > 20), reverse=True
            )
            assert [leaf.n for leaf in tree.leaves] == sorted(
                leaf.n for leaf in tree.leaves
            )
            assert all(leaf.tree is tree for leaf in tree.big)
        nested: list[Any] = await Tree.objects.prefetch_related(
            Prefetch("below", Tree.objects.prefetch_related("leaves"))
        ).filter(pk=1)
        assert [len(one.leaves) for one in nested[0].below] == [10, 10]
        one: Any = await Tree.objects.prefetch_related(
            Prefetch("badge", to_attr="mark")
        ).get(pk=2)
        assert one.mark.label == "two"

    w.run(work)


def test_no_rows_ask_for_nothing_more(w: World) -> None:
    async def work(database: Noting) -> None:
        database.taken()
        assert await Tree.objects.prefetch_related("leaves").filter(pk=-1) == []
        assert len(database.taken()) == 1
        bare: list[Any] = await Leaf.objects.prefetch_related("tree__up").filter(
            tree_id=None
        )
        assert bare[0].tree is None
        assert len(database.taken()) == 1

    w.run(work)


def test_a_change_forgets_what_was_fetched(w: World) -> None:
    async def work(database: Noting) -> None:
        async with database.transaction() as transaction:
            tree: Any = await Tree.objects.prefetch_related("leaves").get(pk=1)
            before = len(tree.leaves)
            await tree.leaves.create(n=99)
            assert len(await tree.leaves) == before + 1
            tree = await Tree.objects.prefetch_related("leaves").get(pk=1)
            await tree.refresh_from_db()
            with pytest.raises(errors.RelationNotLoaded):
                len(tree.leaves)
        await database.execute("DELETE FROM leaves WHERE n = 99")
        del transaction

    w.run(work)


def test_mistakes_name_the_nearest(w: World) -> None:
    with pytest.raises(errors.FieldError, match="leaves"):
        Tree.objects.prefetch_related("leafs")
    with pytest.raises(errors.FieldError):
        Tree.objects.prefetch_related("below__leafs")
    with pytest.raises(errors.FieldError):
        Prefetch("leaves", Leaf.objects.all()[:5])
    with pytest.raises(errors.FieldError):
        Prefetch("leaves", to_attr="not a name")
    with pytest.raises(errors.FieldError, match="Badge"):
        Tree.objects.prefetch_related(Prefetch("leaves", Badge.objects.all()))


def test_orders_with_their_items(shop: ModuleType, run: Run) -> None:
    async def work(database: Database) -> None:
        orders = await shop.Orders.objects.prefetch_related(
            "order_item_set__product", "user"
        )
        counted = {
            row["order_id"]: row["n"]
            for row in await database.query(
                "SELECT order_id, count(*) AS n FROM order_items GROUP BY order_id"
            )
        }
        assert {order.id: len(order.order_item_set) for order in orders} == counted
        for order in orders[:50]:
            assert order.user.id == order.user_id
            assert all(
                item.product.id == item.product_id for item in order.order_item_set
            )

    run(work)
