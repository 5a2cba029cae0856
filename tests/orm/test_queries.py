"""Expressions, aggregates, windows, subqueries, combinations: each query beside SQL written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hyperdjango.errors import FieldError
from hyperdjango.postgres import (
    ArrayAgg,
    BitAnd,
    BitOr,
    BoolAnd,
    BoolOr,
    Corr,
    CovarPop,
    JSONBAgg,
    Mode,
    Percentile,
    RegrAvgX,
    RegrCount,
    RegrSlope,
    StringAgg,
)
from hyperdjango.query import (
    ArraySubquery,
    Avg,
    Case,
    Cast,
    Coalesce,
    Count,
    CumeDist,
    DenseRank,
    Exists,
    Expression,
    F,
    FirstValue,
    Lag,
    LastValue,
    Lead,
    Lower,
    Max,
    Min,
    NthValue,
    Ntile,
    OuterRef,
    PercentRank,
    Q,
    Rank,
    RawSQL,
    RowNumber,
    RowRange,
    StdDev,
    Subquery,
    Sum,
    TruncMonth,
    Value,
    ValueRange,
    Variance,
    When,
    Window,
)
from zoo import Animal, Keeper, Meal
from zoo_support import Zoo

A, K, M = Animal.objects, Keeper.objects, Meal.objects

HAY = Exists(Meal.objects.filter(animal_id=OuterRef("id"), food="hay"))
GRAMS = Subquery(
    Meal.objects.filter(animal_id=OuterRef("id"))
    .order_by("-grams", "id")
    .values("grams")[:1]
)

# An expression over animals, and its SQL.
EXPRESSIONS: list[tuple[Any, str]] = [
    (F("price") * 2, "price * 2"),
    (F("price") * 1.1, "price * 1.1"),
    (1.5 + F("price"), "1.5 + price"),
    (F("price") * Decimal("0.5") - F("legs"), "price * 0.5 - legs"),
    (F("weight") * 2, "weight * 2"),
    (F("weight") * Decimal("0.5"), "weight * 0.5"),
    (F("weight") / 2, "weight / 2"),
    (F("legs") / 2, "legs / 2"),
    (7 % F("id"), "7 % id"),
    (F("legs") ** 2, "legs ^ 2"),
    (-F("legs"), "-legs"),
    (F("legs").bitand(3), "legs & 3"),
    (F("legs").bitor(8), "legs | 8"),
    (F("legs").bitxor(1), "legs # 1"),
    (F("legs").bitleftshift(2), "legs << 2"),
    (F("big") + 1, "big + 1"),
    (F("fee") * 2, "fee::numeric * 2"),
    (F("born") + timedelta(days=3), "born + interval '3 days'"),
    (F("born") - timedelta(hours=3), "born - interval '3 hours'"),
    (F("born") - date(2020, 1, 1), "(born - date '2020-01-01') * interval '1 day'"),
    (F("fed") + timedelta(minutes=1), "fed + interval '1 minute'"),
    (F("fed") - datetime(2020, 1, 1, tzinfo=UTC), "fed - timestamptz '2020-01-01 00:00+00'"),
    (F("seen") - datetime(2020, 1, 1), "seen - timestamp '2020-01-01'"),
    (F("seen") + F("nap"), "seen + nap"),
    (F("legs") + Value(None), "legs + NULL"),
    (Value("x"), "text 'x'"),
    (Value(None), "NULL"),
    (Value([1, 2]), "ARRAY[1,2]"),
    (Value({"a": [1, "x"]}), "'{\"a\": [1, \"x\"]}'::jsonb"),
    (Value(timedelta(days=1)), "interval '1 day'"),
    (Value(date(2020, 1, 1)), "date '2020-01-01'"),
    (Value(b"\x00"), "'\\x00'::bytea"),
    (Value(2**40), "1099511627776"),
    (Value(2**70), "1180591620717411303424"),
    (Value("calm", db_type="mood"), "'calm'::mood"),
    (Case(When(legs__gt=4, then=Value("many")), When(legs__lt=0, then="name"), default=Value("few")), "CASE WHEN legs > 4 THEN 'many' WHEN legs < 0 THEN name ELSE 'few' END"),
    (Case(When(Q(tame=True) | Q(legs=2), then=F("price")), default=0), "CASE WHEN tame OR legs = 2 THEN price ELSE 0 END"),
    (Case(When(tame=True, then="mood"), default=Value("wild")), "CASE WHEN tame THEN mood ELSE 'wild' END"),
    (Case(When(HAY, then=1)), "CASE WHEN EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') THEN 1 END"),
    (Q(legs__gt=2), "legs > 2"),
    (HAY, "EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay')"),
    (~HAY, "NOT EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay')"),
    (GRAMS, "(SELECT grams FROM meal m WHERE m.animal_id = a.id ORDER BY grams DESC, id LIMIT 1)"),
    (GRAMS + 1, "(SELECT grams FROM meal m WHERE m.animal_id = a.id ORDER BY grams DESC, id LIMIT 1) + 1"),
    (Subquery(M.filter(animal_id=OuterRef("id")).values("animal_id").annotate(n=Count("*")).values("n")), "(SELECT count(*) FROM meal m WHERE m.animal_id = a.id GROUP BY animal_id)"),
    (ArraySubquery(M.filter(animal_id=OuterRef("id")).order_by("id").values("food")), "ARRAY(SELECT food FROM meal m WHERE m.animal_id = a.id ORDER BY id)"),
    (Subquery(K.filter(id=OuterRef("keeper_id")).annotate(n=Subquery(A.filter(keeper_id=OuterRef("id"), legs__gt=OuterRef(OuterRef("legs"))).values("keeper_id").annotate(n=Count("id")).values("n"))).values("n")),
     "(SELECT count(*) FROM animal b WHERE b.keeper_id = a.keeper_id AND b.legs > a.legs GROUP BY keeper_id)"),
    (Exists(K.filter(Exists(A.filter(keeper_id=OuterRef("id"), id__lt=OuterRef(OuterRef("id")))), id=OuterRef("keeper_id"))), "EXISTS (SELECT FROM animal b WHERE b.keeper_id = a.keeper_id AND b.id < a.id)"),
    (Exists(M.exclude(animal__visits__day=OuterRef("born")).filter(animal_id=OuterRef("id"))), "EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND NOT EXISTS (SELECT FROM visit v WHERE v.animal_id = m.animal_id AND v.day = a.born))"),
    (F("keeper__boss__name"), "(SELECT b.name FROM keeper k JOIN keeper b ON b.id = k.boss_id WHERE k.id = a.keeper_id)"),
    (RawSQL("legs + $1", (5,)), "legs + 5"),
    (RawSQL("$2::text || $1::text", ("a", "b")), "'ba'"),
    (Cast(F("price"), "integer") + 1, "price::integer + 1"),
    (Window(RowNumber(), order_by="id"), "row_number() OVER (ORDER BY id)"),
    (Window(Rank(), partition_by="keeper_id", order_by=F("legs").desc(nulls_last=True)), "rank() OVER (PARTITION BY keeper_id ORDER BY legs DESC NULLS LAST)"),
    (Window(DenseRank(), order_by="-legs"), "dense_rank() OVER (ORDER BY legs DESC)"),
    (Window(PercentRank(), order_by="id"), "percent_rank() OVER (ORDER BY id)"),
    (Window(CumeDist(), order_by="id"), "cume_dist() OVER (ORDER BY id)"),
    (Window(Ntile(5), order_by="id"), "ntile(5) OVER (ORDER BY id)"),
    (Window(Lag("price", 2, 0), order_by="id"), "lag(price, 2, 0::numeric) OVER (ORDER BY id)"),
    (Window(Lead("mood", default="wild"), order_by="id"), "lead(mood, 1, 'wild') OVER (ORDER BY id)"),
    (Window(FirstValue("name"), partition_by=["keeper_id", "tame"], order_by="id"), "first_value(name) OVER (PARTITION BY keeper_id, tame ORDER BY id)"),
    (Window(LastValue("id"), order_by="id", frame=RowRange(-1, 2)), "last_value(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING)"),
    (Window(NthValue("id", 2), order_by="id", frame=RowRange(None, None)), "nth_value(id, 2) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"),
    (Window(Sum("legs"), order_by="id", frame=RowRange(-2, 0)), "sum(legs) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"),
    (Window(Sum("big"), order_by="legs", frame=ValueRange(None, 0)), "(sum(big) OVER (ORDER BY legs RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))::bigint"),
    (Window(Count("*", filter=Q(tame=True)), partition_by="keeper__name"), "count(*) FILTER (WHERE tame) OVER (PARTITION BY keeper_id)"),
    (Window(Avg("price", default=0), partition_by="tame"), "coalesce(avg(price) OVER (PARTITION BY tame), 0)"),
    (F("id") - Window(Max("id")), "id - max(id) OVER ()"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "sql"), EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_an_expression_gives_what_sql_gives(
    zoo: Zoo, one: Expression, sql: str
) -> None:
    asked = A.annotate(x=one)
    found = zoo.fetch(asked.order_by("id").values_list("x", flat=True))
    expected = zoo.sql_ids(f"SELECT {sql} AS x FROM animal a ORDER BY id")
    assert list(map(str, found)) == list(map(str, expected))
    # It is an attribute, a value, an order, and something to be compared.
    instances = zoo.fetch(asked.order_by("x", "id"))
    assert sorted(str(each.x) for each in instances) == sorted(map(str, expected))
    assert [each.id for each in instances] == zoo.sql_ids(
        f"SELECT id FROM (SELECT id, {sql} AS x FROM animal a) q ORDER BY x, id"
    )
    assert zoo.run(asked.filter(x__isnull=True).count()) == found.count(None)
    assert zoo.run(asked.filter(x__isnull=False).count()) == 48 - found.count(None)
    assert len(zoo.fetch(asked.exclude(x__isnull=True).order_by("-x")[:5])) == min(
        5, 48 - found.count(None)
    )


AGGREGATES: list[tuple[Any, str]] = [
    (Count("*"), "count(*)"),
    (Count("legs"), "count(legs)"),
    (Count("legs", distinct=True), "count(DISTINCT legs)"),
    (Count("id", filter=Q(tame=True)), "count(id) FILTER (WHERE tame)"),
    (Sum("legs"), "sum(legs)"),
    (Sum("big"), "sum(big)::bigint"),
    (Sum("price"), "sum(price)"),
    (Sum("fee"), "sum(fee::numeric)"),
    (Sum("weight"), "sum(weight)"),
    (Sum("nap"), "sum(nap)"),
    (Sum("legs", filter=Q(id__lt=0), default=7), "7"),
    (Sum("price", filter=Q(id__lt=0), default=1.5), "1.5"),
    (Sum(F("legs") * F("price")), "sum(legs * price)"),
    (Avg("legs"), "avg(legs)"),
    (Avg("weight"), "avg(weight)"),
    (Max("born"), "max(born)"),
    (Min("mood"), "min(mood)"),
    (Max("name"), "max(name)"),
    (StdDev("price"), "stddev_pop(price)"),
    (StdDev("price", sample=True), "stddev_samp(price)"),
    (Variance("weight"), "var_pop(weight)"),
    (Sum("legs") / Count("legs"), "sum(legs) / count(legs)"),
    (Coalesce(Max("legs", filter=Q(id=0)), -1), "-1"),
    (ArrayAgg("name", order_by="-id"), "array_agg(name ORDER BY id DESC)"),
    (ArrayAgg("legs", distinct=True, order_by="legs"), "array_agg(DISTINCT legs ORDER BY legs)"),
    (ArrayAgg("legs", filter=Q(id=0), default=Value([0])), "ARRAY[0]"),
    (JSONBAgg("traits__size", order_by="id"), "jsonb_agg(traits->'size' ORDER BY id)"),
    (JSONBAgg("name", filter=Q(id=0), default=Value([])), "'[]'::jsonb"),
    (StringAgg("name", ", ", order_by="id"), "string_agg(name, ', ' ORDER BY id)"),
    (StringAgg("mood", "';--", distinct=True), "string_agg(DISTINCT mood::text, ''';--')"),
    (BoolAnd("tame"), "bool_and(tame)"),
    (BoolOr(Q(legs__gt=5)), "bool_or(legs > 5)"),
    (BitAnd("id"), "bit_and(id)"),
    (BitOr("id"), "bit_or(id)"),
    (Corr("price", "weight"), "corr(price, weight)"),
    (CovarPop("price", "weight", sample=True), "covar_samp(price, weight)"),
    (RegrAvgX("price", "weight"), "regr_avgx(price, weight)"),
    (RegrCount("price", "weight"), "regr_count(price, weight)"),
    (RegrSlope("price", "weight"), "regr_slope(price, weight)"),
    (Percentile("price", 0.5), "percentile_cont(0.5) WITHIN GROUP (ORDER BY price)"),
    (Percentile("legs", 0.25, discrete=True), "percentile_disc(0.25) WITHIN GROUP (ORDER BY legs)"),
    (Mode("mood"), "mode() WITHIN GROUP (ORDER BY mood)"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "sql"), AGGREGATES, ids=range(len(AGGREGATES)))
def test_an_aggregate_gives_what_sql_gives(zoo: Zoo, one: Expression, sql: str) -> None:
    found = zoo.run(A.aggregate(x=one))["x"]
    assert str(found) == str(zoo.sql_ids(f"SELECT {sql} FROM animal")[0])
    # For groups of rows, and for the rows that a slice or distinct() leaves.
    grouped = zoo.fetch(A.values("tame").annotate(x=one).order_by("tame"))
    expected = zoo.rows(
        f"SELECT tame, {sql} AS x FROM animal GROUP BY tame ORDER BY tame"
    )
    assert str(grouped) == str(expected)
    sliced = zoo.run(A.order_by("id")[5:20].aggregate(x=one))["x"]
    assert str(sliced) == str(
        zoo.sql_ids(
            f"SELECT {sql} FROM (SELECT * FROM animal ORDER BY id LIMIT 15 OFFSET 5) q"
        )[0]
    )


def case(asked: Any, sql: str) -> Any:
    """A queryset, and SQL that gives the same rows in the same order."""
    return asked, sql


QUERIES = [
    # Groups
    case(A.values("tame").annotate(n=Count("*")).order_by("tame"), "SELECT tame, count(*) n FROM animal GROUP BY 1 ORDER BY 1"),
    case(A.values("tame").annotate(n=Count("*")).values("n").order_by("n"), "SELECT count(*) n FROM animal GROUP BY tame ORDER BY 1"),
    case(A.annotate(n=Count("meals")).values("name", "n").order_by("id"), "SELECT name, (SELECT count(*) FROM meal m WHERE m.animal_id = a.id) n FROM animal a ORDER BY id"),
    case(A.annotate(n=Count("meals")).values("name").order_by("id"), "SELECT name FROM animal ORDER BY id"),
    case(A.annotate(n=Count("meals")).filter(n__gt=2).values("id", "n").order_by("-n", "id"), "SELECT animal_id id, count(*) n FROM meal GROUP BY 1 HAVING count(*) > 2 ORDER BY 2 DESC, 1"),
    case(A.annotate(n=Count("meals")).exclude(n__gt=2).values("id").order_by("id"), "SELECT id FROM animal a WHERE (SELECT count(*) FROM meal m WHERE m.animal_id = a.id) <= 2 ORDER BY id"),
    case(A.annotate(n=Count("meals")).filter(Q(n__gt=2) | Q(tame=True)).values("id").order_by("id"), "SELECT id FROM animal a WHERE tame OR (SELECT count(*) FROM meal m WHERE m.animal_id = a.id) > 2 ORDER BY id"),
    case(A.values("tame").annotate(n=Count("*")).filter(tame=True, n__gt=2).order_by("tame"), "SELECT tame, count(*) n FROM animal WHERE tame GROUP BY 1 HAVING count(*) > 2"),
    case(A.annotate(n=Count("meals"), twice=F("n") * 2).filter(twice__gt=4).values("id", "twice").order_by("id"), "SELECT animal_id id, count(*) * 2 twice FROM meal GROUP BY 1 HAVING count(*) > 2 ORDER BY 1"),
    case(A.values(month=TruncMonth("born")).annotate(n=Count("*")).order_by("-month"), "SELECT date_trunc('month', born::timestamp)::date \"month\", count(*) n FROM animal GROUP BY 1 ORDER BY 1 DESC"),
    case(A.annotate(big_one=F("price") + 1).values("tame", "big_one").annotate(n=Count("*")).order_by("big_one", "tame"), "SELECT tame, price + 1 big_one, count(*) n FROM animal GROUP BY 1, 2 ORDER BY 2, 1"),
    case(A.values("keeper__name").annotate(n=Count("id"), legs_=Sum("legs")).order_by("keeper__name"), "SELECT k.name \"keeper__name\", count(*) n, sum(legs) legs_ FROM animal a LEFT JOIN keeper k ON k.id = keeper_id GROUP BY 1 ORDER BY 1"),
    case(K.annotate(n=Count("animals__meals")).values("name", "n").order_by("name"), "SELECT name, (SELECT count(*) FROM animal a JOIN meal m ON m.animal_id = a.id WHERE keeper_id = k.id) n FROM keeper k ORDER BY 1"),
    case(K.annotate(n=Count("animals", distinct=True), m=Count("animals__meals", distinct=True)).values("name", "n", "m").order_by("name"), "SELECT name, (SELECT count(*) FROM animal WHERE keeper_id = k.id) n, (SELECT count(*) FROM animal a JOIN meal m ON m.animal_id = a.id WHERE keeper_id = k.id) m FROM keeper k ORDER BY 1"),
    case(A.filter(meals__food="hay").annotate(n=Count("meals")).values("id", "n").order_by("id"), "SELECT animal_id id, count(*) n FROM meal WHERE food = 'hay' GROUP BY 1 ORDER BY 1"),
    case(A.annotate(n=Count("meals", filter=Q(meals__food="hay"))).filter(n__gt=0).values("id", "n").order_by("id"), "SELECT animal_id id, count(*) n FROM meal WHERE food = 'hay' GROUP BY 1 ORDER BY 1"),
    case(A.alias(n=Count("meals")).filter(n=0).order_by("id").values("id"), "SELECT id FROM animal a WHERE NOT EXISTS (SELECT FROM meal WHERE animal_id = a.id) ORDER BY 1"),
    case(A.values("tame").annotate(n=Count("*")).annotate(place=Window(Rank(), order_by=F("n").desc())).order_by("place"), "SELECT tame, count(*) n, rank() OVER (ORDER BY count(*) DESC) place FROM animal GROUP BY 1 ORDER BY 3"),
    case(A.values("tame", n=Count("*")).order_by("tame"), "SELECT tame, count(*) n FROM animal GROUP BY 1 ORDER BY 1"),
    case(A.order_by("name").values("tame").annotate(n=Count("*")).order_by("n", "tame"), "SELECT tame, count(*) n FROM animal GROUP BY 1 ORDER BY 2, 1"),
    # Windows in conditions
    case(A.annotate(place=Window(RowNumber(), partition_by="keeper_id", order_by="-id")).filter(place=1).order_by("id").values("id"), "SELECT max(id) id FROM animal GROUP BY keeper_id ORDER BY 1"),
    case(A.annotate(place=Window(RowNumber(), order_by="id")).filter(place__gt=3, tame=True).order_by("-id").values("id", "place")[:4], "SELECT id, n place FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM animal WHERE tame) q WHERE n > 3 ORDER BY 1 DESC LIMIT 4"),
    case(A.annotate(place=Window(RowNumber(), order_by="id")).exclude(place__gt=3).values("id").order_by("id"), "SELECT id FROM animal ORDER BY id LIMIT 3"),
    # Distinct
    case(A.values("tame").distinct().order_by("tame"), "SELECT DISTINCT tame FROM animal ORDER BY 1"),
    case(A.order_by("keeper_id", "-id").distinct("keeper_id").values("id"), "SELECT DISTINCT ON (keeper_id) id FROM animal ORDER BY keeper_id, id DESC"),
    case(A.filter(meals__grams__gt=10).distinct().order_by("keeper__name", "id").values("id"), "SELECT a.id FROM animal a LEFT JOIN keeper k ON k.id = keeper_id WHERE EXISTS (SELECT FROM meal WHERE animal_id = a.id AND grams > 10) ORDER BY k.name, a.id"),
    case(A.annotate(x=F("legs") * 2).values("x").distinct().order_by("-x"), "SELECT DISTINCT legs * 2 x FROM animal ORDER BY 1 DESC"),
    # Relations to many: one call is about one row, two calls may be about two
    case(A.filter(meals__food="hay", meals__grams__gt=50).values("id").distinct().order_by("id"), "SELECT id FROM animal a WHERE EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay' AND grams > 50) ORDER BY 1"),
    case(A.filter(meals__food="hay").filter(meals__grams__gt=50).values("id").distinct().order_by("id"), "SELECT id FROM animal a WHERE EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') AND EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND grams > 50) ORDER BY 1"),
    case(A.exclude(meals__food="hay", tame=True).values("id").order_by("id"), "SELECT id FROM animal a WHERE (EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') AND tame) IS NOT TRUE ORDER BY 1"),
    case(A.exclude(Q(meals__food="hay") | Q(legs=2)).values("id").order_by("id"), "SELECT id FROM animal a WHERE (EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') OR legs = 2) IS NOT TRUE ORDER BY 1"),
    case(A.filter(~~Q(meals__food="hay")).values("id").order_by("id"), "SELECT id FROM animal a WHERE EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') ORDER BY 1"),
    case(A.exclude(meals__grams=F("legs") * 10).values("id").order_by("id"), "SELECT id FROM animal a WHERE NOT EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND grams = legs * 10) ORDER BY 1"),
    case(A.annotate(n=Count("meals")).exclude(n__gt=1, meals__food="hay").values("id").order_by("id"), "SELECT id FROM animal a WHERE NOT ((SELECT count(*) FROM meal m WHERE m.animal_id = a.id) > 1 AND EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay')) ORDER BY 1"),
    # Combinations
    case(A.filter(legs=2).values("id").union(A.filter(tame=True).values("id")).order_by("id"), "SELECT id FROM animal WHERE legs = 2 OR tame ORDER BY 1"),
    case(A.filter(legs=2).union(A.filter(tame=True)).values("id").order_by("-id"), "SELECT id FROM animal WHERE legs = 2 OR tame ORDER BY 1 DESC"),
    case(A.order_by("id")[:3].union(A.order_by("-id")[:2]).values("id").order_by("id"), "SELECT id FROM animal WHERE id < 4 OR id > 46 ORDER BY 1"),
    case(A.filter(legs=2).values("id").union(A.filter(legs=2).values("id"), all=True).order_by("id")[1:3], "SELECT id FROM (SELECT id FROM animal WHERE legs = 2 UNION ALL SELECT id FROM animal WHERE legs = 2) q ORDER BY 1 LIMIT 2 OFFSET 1"),
    case(A.filter(legs=2).values("id").union(A.filter(tame=True).values("id")).intersection(A.filter(id__lt=20).values("id")).order_by("id"), "SELECT id FROM animal WHERE (legs = 2 OR tame) AND id < 20 ORDER BY 1"),
    case(A.values("id").difference(A.filter(tame=True).values("id"), A.filter(id__gt=30).values("id")).order_by("id"), "SELECT id FROM animal WHERE tame IS NOT TRUE AND id <= 30 ORDER BY 1"),
    case(A.values("name").union(K.values("name"), M.values("food")).order_by("-name"), "SELECT name FROM animal UNION SELECT name FROM keeper UNION SELECT food FROM meal ORDER BY 1 DESC"),
    case(A.none().values("id").union(A.filter(id=3).values("id")), "SELECT 3 id"),
    case(A.filter(id__in=A.filter(legs=2).values("id").union(A.filter(id=7).values("id"))).order_by("id").values("id"), "SELECT id FROM animal WHERE legs = 2 OR id = 7 ORDER BY 1"),
    # Orders
    case(A.order_by(F("legs").asc(nulls_first=True), "-id").values("id"), "SELECT id FROM animal ORDER BY legs NULLS FIRST, id DESC"),
    case(A.order_by(F("legs").asc(nulls_first=True), "-id").reverse().values("id"), "SELECT id FROM animal ORDER BY legs DESC NULLS LAST, id"),
    case(A.order_by("traits__size", "keeper__name", Lower("name").desc(), "pk").values("id"), "SELECT a.id FROM animal a LEFT JOIN keeper k ON k.id = keeper_id ORDER BY traits->'size', k.name, lower(a.name) DESC, a.id"),
    case(A.order_by("id")[10:][5:8].values("id"), "SELECT id FROM animal ORDER BY id LIMIT 3 OFFSET 15"),
    case(A.order_by(Case(When(tame=True, then=0), default=1), "id").values("id"), "SELECT id FROM animal ORDER BY CASE WHEN tame THEN 0 ELSE 1 END, id"),
    # Values
    case(A.order_by("id").values("pk", "keeper__name", "traits__size", low=Lower("name")), "SELECT a.id pk, k.name \"keeper__name\", traits->'size' \"traits__size\", lower(a.name) low FROM animal a LEFT JOIN keeper k ON k.id = keeper_id ORDER BY a.id"),
    case(M.filter(animal__keeper=2, grams__gt=F("animal__legs")).values("id", "animal__name").order_by("id"), "SELECT m.id, a.name \"animal__name\" FROM meal m JOIN animal a ON a.id = animal_id WHERE keeper_id = 2 AND grams > legs ORDER BY 1"),
    case(A.filter(HAY, tame=True).values("id").order_by("id"), "SELECT id FROM animal a WHERE tame AND EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND food = 'hay') ORDER BY 1"),
    case(A.filter(legs__gt=Subquery(A.filter(id=1).values("legs"))).values("id").order_by("id"), "SELECT id FROM animal WHERE legs > (SELECT legs FROM animal WHERE id = 1) ORDER BY 1"),
    case(A.filter(Q()).exclude(Q()).filter(~Q()).filter(Q() | Q(id=3) | Q()).values("id"), "SELECT 3 id"),
    case(A.filter(Q(legs=2) ^ Q(tame=True) ^ Q(id__lt=9)).values("id").order_by("id"), "SELECT id FROM animal WHERE ((legs = 2) IS TRUE) <> (((tame) IS TRUE) <> (id < 9)) ORDER BY 1"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "sql"), QUERIES, ids=range(len(QUERIES)))
def test_a_query_gives_what_sql_gives(zoo: Zoo, asked: Any, sql: str) -> None:
    expected = zoo.rows(sql)
    assert zoo.fetch(asked) == expected
    assert expected or "LIMIT" not in sql
    # What is made of the rows agrees with them.
    assert zoo.run(asked.count()) == len(expected)
    assert zoo.run(asked.exists()) is bool(expected)
    assert zoo.run(asked.aggregate(n=Count("*"))) == {"n": len(expected)}

    async def streamed() -> list[Any]:
        return [row async for row in asked.iterator(chunk_size=3)]

    assert zoo.run(streamed()) == expected
    if not asked._state.is_sliced and not asked._state.combined:
        assert zoo.fetch(asked[1:3]) == expected[1:3]
    if asked._state.order and expected and not asked._state.is_sliced:
        assert zoo.run(asked.first()) == expected[0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: A.order_by("nmae"), "Animal has no field 'nmae'; did you mean 'name'?"),
        (lambda: A.order_by(Lower("nmae")), "did you mean 'name'?"),
        (lambda: A.values("nmae"), "did you mean 'name'?"),
        (lambda: A.values_list("keeper__nmae"), "Keeper has no field 'nmae'"),
        (lambda: A.only("nmae"), "did you mean 'name'?"),
        (lambda: A.annotate(x=F("x") + 1), "Animal has no field 'x'"),
        (lambda: A.annotate(name=Value(1)), "Animal has 'name' itself"),
        (lambda: A.annotate(meals=Value(1)), "Animal has a relation 'meals'"),
        (lambda: A.annotate(save=Value(1)), "Animal has 'save' itself"),
        (lambda: A.annotate(Sum(F("legs") + 1)), "a Sum needs a name here"),
        (lambda: A.annotate("legs"), "a str is no expression"),
        (lambda: A.annotate(n=Count("meals")).annotate(n=F("n") + 1), "'n' is annotated already, and used"),
        (lambda: A[:3].filter(id=1), "a slice can't be filtered"),
        (lambda: A[:3].order_by("id"), "order before slicing"),
        (lambda: A[:3].distinct(), "distinct() before slicing"),
        (lambda: A.union(A).filter(id=1), "filter each of them before combining"),
        (lambda: A.union(A).annotate(x=Value(1)), "annotate each of them before combining"),
        (lambda: A.union(A).select_for_update(), "combined querysets have no select_for_update()"),
        (lambda: A.filter(id=OuterRef("id")).query, "there is none; use F() here"),
        (lambda: A.filter("legs"), "a str is no condition"),
        (lambda: A.values_list("id", "name", flat=True), "takes the name of one column"),
        (lambda: A.annotate(x=Subquery(M.values("id", "food"))), "a Subquery has one value"),
        (lambda: Window(F("id")), "Window() takes an aggregate or a window function"),
        (lambda: Value(object()).sql(None), "an object is no value"),  # type: ignore[arg-type]
        (lambda: When(then=1), "When() needs a condition"),
        (lambda: Case(1), "Case() takes When() objects"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_mistakes_are_told_when_the_query_is_built(make: Any, words: str) -> None:
    with pytest.raises(FieldError) as raised:
        make()
    assert words.replace("an object", "a object") in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: A.union(A.values("id")), "the same number of columns"),
        (lambda: A.values("id").union(A.values("id")).order_by("legs"), "combined querysets have no column 'legs'"),
        (lambda: A.filter(meals__food="hay").annotate(n=Count("visits")), "n would be wrong: the query goes over"),
        (lambda: A.values(**{"x" * 70: F("id")}), "longer than the 63 bytes"),
    ],
)  # fmt: skip
def test_mistakes_that_show_when_the_query_is_written(
    zoo: Zoo, asked: Any, words: str
) -> None:
    with pytest.raises(FieldError) as raised:
        zoo.fetch(asked())
    assert words in str(raised.value)


def test_aggregate_says_what_it_can_not_see(zoo: Zoo) -> None:
    with pytest.raises(FieldError, match="'price' is none of them"):
        zoo.run(A.values("id")[:3].aggregate(Sum("price")))
    with pytest.raises(FieldError, match="x is no aggregate"):
        zoo.run(A.aggregate(x=F("id")))
