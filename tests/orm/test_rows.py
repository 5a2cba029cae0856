"""Ways to get rows: first and last, by keys, in slices, locked, explained; and fields of lists, JSON and the like."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from harness import Cluster
from hyperdjango.database import Database
from hyperdjango.errors import (
    FieldError,
    FieldValueError,
    InterfaceError,
    LockNotAvailable,
    ModelError,
)
from hyperdjango.models import Field, Model
from hyperdjango.postgres import (
    ArrayAgg,
    ArrayField,
    JSONField,
    SearchHeadline,
    SearchQuery,
    SearchRank,
    SearchVector,
)
from hyperdjango.query import Count, F, Max, Value
from zoo import Animal, Keeper, Meal, Visit
from zoo_support import Zoo

A = Animal.objects


def test_first_last_earliest_and_latest(zoo: Zoo) -> None:
    assert zoo.run(A.first()).id == 1
    assert zoo.run(A.last()).id == 48
    assert zoo.run(A.order_by("-id").first()).id == 48
    assert (
        zoo.run(A.order_by("legs", "-id").last()).id
        == zoo.sql_ids("SELECT id FROM animal ORDER BY legs DESC, id LIMIT 1")[0]
    )
    assert zoo.run(A.filter(id=0).first()) is None
    assert zoo.run(A.filter(born__isnull=False).earliest("born")).id == 1
    assert zoo.run(A.filter(born__isnull=False).latest("born", "id")).id == 48
    assert zoo.run(Visit.objects.last()).animal_id == 12
    with pytest.raises(Animal.DoesNotExist):
        zoo.run(A.filter(id=0).latest("born"))
    with pytest.raises(FieldError, match="take the names to order by"):
        zoo.run(A.earliest())


def test_get_never_shows_values(zoo: Zoo) -> None:
    assert zoo.run(A.get(id=3)).id == 3
    for lookups in ({"name": "secret-7"}, {"id__gt": 3, "name__contains": "n"}):
        with pytest.raises(
            (Animal.DoesNotExist, Animal.MultipleObjectsReturned)
        ) as raised:
            zoo.run(A.get(**lookups))
        assert "secret" not in str(raised.value) and "3" not in str(raised.value)
        assert all(name in str(raised.value) for name in lookups)


def test_rows_by_their_keys(zoo: Zoo) -> None:
    found = zoo.run(A.in_bulk([3, "4", 0]))
    assert {key: row.id for key, row in found.items()} == {3: 3, 4: 4}
    assert zoo.run(A.in_bulk([])) == {}
    assert len(zoo.run(Keeper.objects.in_bulk())) == 4
    assert set(zoo.run(Keeper.objects.in_bulk(["Ada"], field_name="name"))) == {"Ada"}
    visit = zoo.run(Visit.objects.first())
    assert zoo.run(Visit.objects.in_bulk([visit.pk])) == {visit.pk: visit}
    assert zoo.run(A.filter(legs=2).contains(zoo.run(A.filter(legs=2).first())))
    assert not zoo.run(A.filter(legs=2).contains(zoo.run(A.exclude(legs=2).first())))


def test_values_list_in_its_forms(zoo: Zoo) -> None:
    asked = A.filter(id__lte=2).order_by("id")
    assert zoo.fetch(asked.values_list("id", "name")) == [(1, "ant"), (2, "Bee_1")]
    named = zoo.fetch(asked.values_list("id", "keeper__name", named=True))
    assert [row.keeper__name for row in named] == ["Ben", "Cleo"]
    assert zoo.fetch(asked.values_list(F("id") * 2, flat=True)) == [2, 4]
    assert zoo.fetch(A.none()) == [] and zoo.run(A.none().count()) == 0
    assert zoo.run(A.none().aggregate(Max("id"), n=Count("*"))) == {
        "id__max": None,
        "n": 0,
    }
    assert [row.id for row in zoo.fetch(asked.only("name"))] == [1, 2]
    rows = zoo.fetch(Visit.objects.filter(animal_id=2).values("pk").order_by("day")[:1])
    assert set(rows[0]) == {"pk"} and rows[0]["pk"][0] == 2


def test_the_same_query_with_other_values_is_not_mixed_up(zoo: Zoo) -> None:
    for name in ("Ant", "c%t", None, "Ant"):
        assert zoo.ids(A.filter(name=name)) == zoo.sql_ids(
            "SELECT id FROM animal WHERE name IS NOT DISTINCT FROM $1", name
        )
    for year in (2020, 0, 2021):
        assert zoo.run(A.filter(born__year=year).count()) == len(
            zoo.sql_ids(
                "SELECT 1 FROM animal WHERE EXTRACT(year FROM born) = $1::int", year
            )
        )
    for low, high in ((0, 3), (2, 5), (0, 5)):
        assert zoo.ids(A.order_by("id")[low:high]) == list(range(low + 1, high + 1))


def test_explain(zoo: Zoo) -> None:
    asked = A.filter(name__startswith="a", id__in=[1, 2]).annotate(n=Count("meals"))
    assert "Scan" in zoo.run(asked.explain())
    plan = json.loads(zoo.run(asked.explain(analyze=True, format="json", buffers=True)))
    assert plan[0]["Plan"]["Actual Rows"] <= 2
    with pytest.raises(FieldError, match="no format 'pdf'"):
        zoo.run(asked.explain(format="pdf"))
    with pytest.raises(FieldError, match="no option"):
        zoo.run(asked.explain(**{"verbose) SELECT 1; --": True}))


def test_rows_are_locked_until_the_transaction_ends(zoo: Zoo, cluster: Cluster) -> None:
    asked = A.filter(id__in=[1, 2]).order_by("id")
    with pytest.raises(InterfaceError, match="there is none"):
        zoo.fetch(asked.select_for_update())

    async def work() -> None:
        async with zoo.database.transaction():
            first = (
                await A.select_related("keeper")
                .select_for_update(of=("self",))
                .get(id=1)
            )
            assert first.keeper.name == "Ben"

            async def other() -> list[int]:
                with pytest.raises(LockNotAvailable):
                    async with zoo.database.transaction():
                        await asked.select_for_update(nowait=True)
                async with zoo.database.transaction():
                    free = asked.select_for_update(skip_locked=True)
                    found = [row.id for row in await free]
                    # Keys can be referred to while a row is locked without its key.
                    await asked.filter(id=2).select_for_update(no_key=True)
                return found

            # A task of its own has a transaction of its own.
            task = asyncio.create_task(other(), context=Context())
            assert await task == [2]

    zoo.run(work())
    with pytest.raises(FieldError, match="takes relations"):
        A.select_for_update(of=("name",)).query  # noqa: B018
    joined = A.select_related("keeper").select_for_update(of=("self", "keeper")).query
    assert joined.endswith("FOR UPDATE OF t0, t1")


def test_full_text_search(zoo: Zoo) -> None:
    meals = Meal.objects.annotate(words=SearchVector("food", config="english"))
    hay = zoo.sql_ids("SELECT id FROM meal WHERE food = 'hay' ORDER BY id")
    assert (
        zoo.ids(meals.filter(words=SearchQuery("hay", config="english")).order_by("id"))
        == hay
    )
    assert zoo.ids(meals.filter(words="hay").order_by("id")) == hay
    assert zoo.ids(Meal.objects.filter(food__search="hay").order_by("id")) == hay
    either = SearchQuery("hay") | SearchQuery("corn", search_type="phrase")
    assert zoo.run(meals.filter(words=either).count()) == zoo.run(
        Meal.objects.exclude(food="Fish").count()
    )
    neither = ~either & ~SearchQuery("x' | y:*", search_type="websearch")
    assert zoo.run(meals.filter(words=neither).count()) == zoo.run(
        Meal.objects.filter(food="Fish").count()
    )
    raw = SearchQuery("ha:* & !fish", search_type="raw")
    vector = SearchVector("food", weight="A") + SearchVector("animal__name", weight="D")
    rank = SearchRank(
        vector, raw, weights=[0.1, 0.2, 0.4, 1.0], normalization=2, cover_density=True
    )
    ranked = zoo.fetch(
        Meal.objects.annotate(rank=rank)
        .filter(rank__gt=0)
        .order_by("-rank", "id")
        .values_list("id", flat=True)
    )
    assert sorted(ranked) == hay
    marked = SearchHeadline(
        "food",
        "hay",
        start_sel='<b class="x">',
        stop_sel="</b>",
        max_words=5,
        min_words=2,
    )
    shown = zoo.fetch(
        Meal.objects.filter(food="hay")
        .annotate(h=marked)
        .values_list("h", flat=True)[:1]
    )
    assert shown == ['<b class="x">hay</b>']
    with pytest.raises(FieldError, match="'plain'"):
        SearchQuery("x", search_type="plian")
    with pytest.raises(FieldError, match="a weight is"):
        SearchVector("food", weight="E")


class Chest(Model):
    id: int = Field(primary_key=True)
    scores: list[int] = ArrayField("integer", nullable=True)
    grid: list[list[str]] | None = ArrayField("text[]")
    traits: Any = JSONField(nullable=True)
    raw: dict[str, Any] | None = Field(db_type="json")
    token: UUID | None = Field(db_type="uuid")
    nap: timedelta | None = Field(db_type="interval")

    class Meta:
        table_name = "chest"
        managed = False


@pytest.fixture(scope="module")
def chests(zoo: Zoo) -> Iterator[Database]:
    """The table of ``Chest``."""
    zoo.run(
        zoo.database.execute(
            "CREATE TABLE chest (id serial PRIMARY KEY, scores integer[], grid text[], traits jsonb, raw json, token uuid, nap interval)"
        )
    )
    yield zoo.database


def test_fields_of_lists_json_uuids_and_lengths_of_time(
    zoo: Zoo, chests: Database
) -> None:
    token = UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b")
    values: dict[str, Any] = {
        "scores": [3, 1, 7],
        "grid": [["a", 'b"\\'], ["c,", "{}"]],
        "traits": {"colour": "red", "list": [1, "x", None], "deep": {"n": 1.5}},
        "raw": {"k": [1, 2]},
        "token": token,
        "nap": timedelta(hours=1, microseconds=5),
    }
    chest = zoo.run(Chest.objects.create(**values))
    empty = zoo.run(Chest.objects.create(traits=["only", {"a": 1}]))
    again = zoo.run(Chest.objects.get(id=chest.id))
    assert {name: getattr(again, name) for name in values} == values
    assert again.to_dict() == {"id": chest.id, **values}
    assert zoo.run(Chest.objects.get(id=empty.id)).traits == ["only", {"a": 1}]
    for lookups in (
        {"scores": [3, 1, 7]},
        {"scores__contains": [1]},
        {"scores__overlap": [7, 9]},
        {"scores__len": 3},
        {"scores__0": 3},
        {"scores__1__lt": 2},
        {"grid__contains": ["c,"]},
        {"traits": values["traits"]},
        {"traits__colour": "red"},
        {"traits__contains": {"colour": "red"}},
        {"traits__deep__n__gt": 1},
        {"traits__list__1": "x"},
        {"traits__has_key": "deep"},
        {"raw__k__0": 1},
        {"token": str(token)},
        {"token__in": [token]},
        {"token__startswith": "c4ca"},
        {"nap__gt": timedelta(minutes=59)},
        {"nap__lte": timedelta(hours=1, microseconds=5)},
    ):
        assert zoo.ids(Chest.objects.filter(**lookups)) == [chest.id], lookups
        assert zoo.ids(Chest.objects.exclude(**lookups)) == [empty.id], lookups
    assert zoo.fetch(
        Chest.objects.order_by("id").values_list("traits__list", flat=True)
    ) == [[1, "x", None], None]
    assert (
        zoo.fetch(
            Chest.objects.annotate(x=F("nap") * 2)
            .values_list("x", flat=True)
            .order_by("id")
        )[0]
        == values["nap"] * 2
    )
    assert zoo.run(Chest.objects.aggregate(a=ArrayAgg("token", order_by="id")))[
        "a"
    ] == [token, None]
    again.scores = (9,)
    again.traits = {"new": True}
    zoo.run(again.save())
    zoo.run(
        Chest.objects.filter(id=empty.id).update(scores=[1, 2], nap=timedelta(days=1))
    )
    rows = zoo.rows("SELECT scores, traits, nap FROM chest ORDER BY id")
    assert rows[0]["scores"] == [9] and rows[0]["traits"] == {"new": True}
    assert rows[1]["scores"] == [1, 2] and rows[1]["nap"] == timedelta(days=1)
    with pytest.raises(FieldValueError, match="Chest.token can't be 'no uuid'"):
        Chest(token="no uuid")
    with pytest.raises(FieldValueError, match="Chest.scores can't be made from a str"):
        Chest.objects.filter(scores="x")


def test_a_rich_type_needs_the_columns_own() -> None:
    class Bad(Model):
        id: UUID = Field(primary_key=True)

        class Meta:
            table_name = "bad"
            managed = False

    with pytest.raises(ModelError) as raised:
        Bad.objects.all()
    assert "annotated UUID, which is of no type of column alone" in str(raised.value)


def test_annotations_of_rich_types_may_be_text(zoo: Zoo, chests: Database) -> None:
    found = {
        field.name: (field.python_type, field.optional) for field in Chest._meta.fields
    }
    assert found["scores"] == (list, False)
    assert found["grid"] == (list, True)
    assert found["traits"] == (object, False)
    assert found["raw"] == (dict, True)
    assert found["token"] == (UUID, True)
    assert zoo.fetch(
        Chest.objects.annotate(x=Value([1])).values_list("x", flat=True)[:1]
    ) == [[1]]


def test_iterator_gives_what_await_gives(zoo: Zoo) -> None:
    async def gone_through(asked: Any) -> list[Any]:
        return [row async for row in asked.iterator(chunk_size=7)]

    for asked in (
        A.order_by("id"),
        A.order_by("id").values_list("id", "name", named=True),
        A.order_by("id").values_list("id", flat=True)[3:20],
        A.annotate(n=Count("meals")).order_by("-n", "id").values("id", "n"),
    ):
        assert zoo.run(gone_through(asked)) == zoo.fetch(asked)
    with pytest.raises(InterfaceError, match="there is none"):
        zoo.run(gone_through(A.select_for_update()))


def test_an_order_by_chance_keeps_the_rows(zoo: Zoo) -> None:
    assert sorted(zoo.ids(A.order_by("?"))) == list(range(1, 49))
    legs = zoo.sql_ids("SELECT count(*) FROM (SELECT DISTINCT legs FROM animal) q")[0]
    assert len(zoo.fetch(A.values("legs").distinct().order_by("?"))) == legs


def test_aggregates_of_aggregates(zoo: Zoo) -> None:
    counted = A.annotate(n=Count("meals"))
    assert (
        zoo.run(counted.aggregate(Max("n"), t=Max("price")))
        == zoo.rows(
            "SELECT max(n) AS n__max, max(price) AS t FROM (SELECT price, "
            "(SELECT count(*) FROM meal m WHERE m.animal_id = a.id) n FROM animal a) q"
        )[0]
    )
    assert zoo.run(counted.filter(n=0).count()) == len(
        zoo.sql_ids("SELECT id FROM animal EXCEPT SELECT animal_id FROM meal")
    )
    row = zoo.fetch(counted.only("name").filter(id=3).select_related("keeper"))[0]
    (expected,) = zoo.rows(
        "SELECT a.name, k.name AS keeper, (SELECT count(*) FROM meal m WHERE m.animal_id = a.id) AS n "
        "FROM animal a JOIN keeper k ON k.id = keeper_id WHERE a.id = 3"
    )
    assert {"name": row.name, "keeper": row.keeper.name, "n": row.n} == expected


def test_a_condition_may_be_used_with_several_models(zoo: Zoo) -> None:
    from hyperdjango.query import Q

    condition = Q(id__in=["1", "2"]) & Q(name="3")
    assert zoo.ids(Keeper.objects.filter(condition)) == []
    assert zoo.ids(A.filter(condition)) == []
    # The same name is a number there.
    assert (
        zoo.run(Meal.objects.annotate(name=F("id") + 2).filter(condition).count()) == 1
    )


def test_rows_are_not_changed_by_a_window(zoo: Zoo) -> None:
    from hyperdjango.query import RowNumber, Window

    ranked = Meal.objects.annotate(place=Window(RowNumber(), order_by="id")).filter(
        place=1
    )
    with pytest.raises(
        FieldError, match="can't be changed or deleted by the value of a window"
    ):
        zoo.run(ranked.update(food="x"))
    with pytest.raises(
        FieldError, match="can't be changed or deleted by the value of a window"
    ):
        zoo.run(ranked.delete())
