"""Keys of several fields as values: read as tuples, compared with keys of the query around."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.errors import FieldError
from hyperdjango.models import Field, ForeignKey, Model
from hyperdjango.query import Count, Exists, F, Max, OuterRef, Q, Subquery
from writes_support import World, world

SCHEMA = """
CREATE TABLE line (
    bill_id integer NOT NULL, line_number integer NOT NULL, amount integer, mood text[], PRIMARY KEY (bill_id, line_number)
);
CREATE TABLE refund (
    id serial PRIMARY KEY, bill integer, number integer, line_code text,
    FOREIGN KEY (number, bill) REFERENCES line (line_number, bill_id)
);
INSERT INTO line VALUES (1, 1, 10), (1, 2, 20), (2, 1, 30);
INSERT INTO refund (bill, number, line_code) VALUES (1, 2, 'a'), (2, 1, 'b'), (2, 1, 'c'), (NULL, NULL, 'd');
"""


class Line(Model):
    bill_id: int = Field(primary_key=True)
    line_number: int = Field(primary_key=True)
    amount: int = Field(nullable=True)
    mood: list[str] = Field(nullable=True, db_type="text[]")

    class Meta:
        table_name = "line"
        managed = False


class Refund(Model):
    id: int = Field(primary_key=True)
    bill: int = Field(nullable=True)
    number: int = Field(nullable=True)
    line_code: str = Field(nullable=True)

    class Meta:
        table_name = "refund"
        managed = False
        # Not in the order of the key that it refers to.
        constraints = (
            ForeignKey(
                ("number", "bill"), to="Line", to_fields=("line_number", "bill_id")
            ),
        )


@pytest.fixture(scope="module")
def lines(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCHEMA) as made:
        yield made


KEYS = [(1, 1), (1, 2), (2, 1)]


def test_a_key_is_read_as_a_tuple(lines: World) -> None:
    async def work(database: Any) -> None:
        asked = Line.objects.order_by("pk")
        assert await asked.values_list("pk", flat=True) == KEYS
        assert await asked.values_list("pk") == [(key,) for key in KEYS]
        assert await asked.values("pk") == [{"pk": key} for key in KEYS]
        assert await asked.values_list("amount", "pk", "bill_id") == [
            (10, (1, 1), 1),
            (20, (1, 2), 1),
            (30, (2, 1), 2),
        ]
        rows = await asked.values("amount", "pk", "bill_id")
        assert rows[1] == {"amount": 20, "pk": (1, 2), "bill_id": 1}
        assert list(rows[1]) == ["amount", "pk", "bill_id"]
        assert (await asked.values("bill_id", "pk"))[2] == {"bill_id": 2, "pk": (2, 1)}
        named = await asked.values_list("pk", "amount", named=True)
        assert named[0].pk == (1, 1) and named[0]._fields == ("pk", "amount")
        assert [
            row async for row in asked.values_list("pk", flat=True).iterator(2)
        ] == KEYS
        assert [
            row
            async for row in asked.values_list("pk", "amount", named=True).iterator()
        ] == [(key, amount) for key, amount in zip(KEYS, (10, 20, 30), strict=True)]
        assert await asked.values_list("pk", flat=True).first() == (1, 1)
        assert await asked.values_list("pk", flat=True).get(amount=20) == (1, 2)
        # The same statement again, with another value.
        for amount, key in ((20, (1, 2)), (30, (2, 1))):
            assert await Line.objects.filter(amount=amount).values_list(
                "pk", flat=True
            ) == [key]
        assert await asked.values_list("pk", flat=True).count() == 3
        assert await Line.objects.distinct("pk").order_by("pk").values_list(
            "amount", flat=True
        ) == [10, 20, 30]
        assert sorted(await asked.values_list("pk", flat=True).distinct()) == KEYS
        assert await asked.values_list("pk", "mood") == [(key, None) for key in KEYS]

    lines.run(work)  # fmt: skip


def test_relations_keys_are_tuples(lines: World) -> None:
    async def work(database: Any) -> None:
        asked = Refund.objects.order_by("id")
        # In the order of the relation's own fields.
        assert await asked.values_list("line", flat=True) == [
            (2, 1),
            (1, 2),
            (1, 2),
            None,
        ]
        assert await asked.values_list("line__pk", flat=True) == [
            (1, 2),
            (2, 1),
            (2, 1),
            None,
        ]
        assert (await asked.values("line", "line__pk", "number"))[0] == {
            "line": (2, 1),
            "line__pk": (1, 2),
            "number": 2,
        }

    lines.run(work)  # fmt: skip


def test_a_key_is_grouped_by_and_combined(lines: World) -> None:
    async def work(database: Any) -> None:
        asked = Line.objects.values("pk").annotate(n=Count("refund_set")).order_by("pk")
        assert await asked == [
            {"pk": (1, 1), "n": 0},
            {"pk": (1, 2), "n": 1},
            {"pk": (2, 1), "n": 2},
        ]
        first, other = Line.objects.filter(bill_id=1), Line.objects.filter(bill_id=2)
        both = first.values_list("pk", flat=True).union(
            other.values_list("pk", flat=True)
        )
        assert sorted(await both) == KEYS
        assert (
            await Line.objects.filter(
                pk__in=Line.objects.filter(amount__gt=10).values("pk")
            ).count()
            == 2
        )
        assert (
            await Line.objects.filter(
                pk__in=Refund.objects.values("bill", "number")
            ).count()
            == 2
        )
        assert await Line.objects.order_by("pk").values("pk")[:2].aggregate(
            n=Max("bill_id")
        ) == {"n": 1}

    lines.run(work)  # fmt: skip


def test_a_key_is_compared_with_a_key_of_the_query_around(lines: World) -> None:
    async def work(database: Any) -> None:
        asked = Line.objects.order_by("pk").values_list("pk", flat=True)
        refunds = Refund.objects.filter(line=OuterRef("pk"))
        assert await asked.filter(Exists(refunds)) == [(1, 2), (2, 1)]
        assert await asked.filter(~Exists(refunds)) == [(1, 1)]
        assert await asked.exclude(Exists(refunds)) == [(1, 1)]
        last = Subquery(refunds.order_by("-id").values("line_code")[:1])
        assert await asked.annotate(code=last).values_list("code", flat=True) == [
            None,
            "a",
            "c",
        ]
        back = Line.objects.filter(pk=OuterRef("line"))
        ids = Refund.objects.order_by("id").values_list("id", flat=True)
        assert await ids.filter(Exists(back)) == [1, 2, 3]
        assert await ids.filter(Exists(back.filter(amount=20))) == [1]
        inner = Line.objects.filter(
            Exists(
                Refund.objects.filter(line=OuterRef("pk"), id=OuterRef(OuterRef("id")))
            )
        )
        assert await ids.filter(Exists(inner)) == [1, 2, 3]
        assert await ids.filter(line__pk=F("line")) == [1, 2, 3]
        assert await ids.filter(Q(line=F("line"))) == [1, 2, 3]
        tuples = Line.objects.filter(pk=(OuterRef("bill"), OuterRef("number")))
        assert await ids.filter(Exists(tuples)) == [1, 2, 3]
        assert (
            await Line.objects.filter(pk__in=[(F("bill_id"), 1), (1, 2)]).count() == 3
        )

    lines.run(work)  # fmt: skip


def test_half_a_key_is_never_taken_for_it(lines: World) -> None:
    async def work(database: Any) -> None:
        for make in (
            lambda: Line.objects.annotate(x=F("pk")),
            lambda: Line.objects.annotate(x=Max("pk")),
            lambda: Line.objects.filter(amount=F("pk")),
            lambda: Refund.objects.annotate(x=F("line")),
        ):
            with pytest.raises(FieldError, match="key of several fields"):
                make()
        with pytest.raises(FieldError, match="bill_id, line_number"):
            await Refund.objects.filter(
                Exists(Line.objects.filter(pk=OuterRef("bill")))
            )
        with pytest.raises(FieldError, match="number, bill"):
            Refund.objects.filter(line=F("bill"))

    lines.run(work)
