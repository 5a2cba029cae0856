"""Every function of the database, beside SQL written by hand over the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hyperdjango import models
from hyperdjango.errors import FieldError
from hyperdjango.models import functions as f
from hyperdjango.query import Aggregate, Cast, Expression, F, Func, Value
from hyperdjango.query.functions import __all__ as every
from zoo import Animal
from zoo_support import Zoo

BERLIN = ZoneInfo("Europe/Berlin")

# An expression, and the SQL that gives the same.
CASES: list[tuple[Expression, str]] = [
    (f.Lower("name"), "lower(name)"),
    (f.Upper("mood"), "upper(mood::text)"),
    (f.Length("name"), "length(name)"),
    (f.Trim(Value("  a ")), "btrim('  a ')"),
    (f.LTrim(Value("  a ")), "ltrim('  a ')"),
    (f.RTrim(Value("  a ")), "rtrim('  a ')"),
    (f.Reverse("name"), "reverse(name)"),
    (f.MD5("name"), "md5(name)"),
    (f.Ord("name"), "ascii(name)"),
    (f.Chr(F("legs") + 70), "chr(legs + 70)"),
    (f.SHA224("name"), "encode(sha224(convert_to(name, 'UTF8')), 'hex')"),
    (f.SHA256(Value("ö")), "encode(sha256(convert_to('ö', 'UTF8')), 'hex')"),
    (f.SHA384(Value("x")), "encode(sha384('x'), 'hex')"),
    (f.SHA512(Value("x")), "encode(sha512('x'), 'hex')"),
    (f.Left("name", 2), "left(name, 2)"),
    (f.Right("name", 2), "right(name, 2)"),
    (f.Repeat("name", F("legs")), "repeat(name, legs)"),
    (f.Substr("name", 2), "substr(name, 2)"),
    (f.Substr("name", 2, 1), "substr(name, 2, 1)"),
    (f.LPad("code", 5), "lpad(code, 5)"),
    (f.RPad("code", 5, Value("*-")), "rpad(code, 5, '*-')"),
    (f.Replace("name", Value("n"), Value("%s")), "replace(name, 'n', '%s')"),
    (f.Replace("name", Value("n")), "replace(name, 'n', '')"),
    (f.StrIndex("name", Value("t")), "strpos(name, 't')"),
    (f.Concat("name", Value("/"), "legs", "token"), "concat(name, '/', legs, token)"),
    (f.Collate("name", "C"), 'name COLLATE "C"'),
    (f.Collate("name", ("pg_catalog", "C")), 'name COLLATE pg_catalog."C"'),
    (f.Abs("legs"), "abs(legs)"),
    (f.Abs(F("price") - 30), "abs(price - 30)"),
    (f.Ceil("weight"), "ceil(weight)"),
    (f.Floor("price"), "floor(price)"),
    (f.Sign("legs"), "sign(legs)"),
    (f.Exp("small"), "exp(small)"),
    (f.Ln("price"), "ln(price)"),
    (f.Sqrt("weight"), "sqrt(weight)"),
    (f.Sqrt("price"), "sqrt(price)"),
    (f.Sin("weight"), "sin(weight)"),
    (f.Cos("price"), "cos(price::double precision)"),
    (f.Tan("weight"), "tan(weight)"),
    (f.Cot("weight"), "cot(weight)"),
    (f.ASin(F("small") / 100), "asin(small / 100)"),
    (f.ACos(F("small") / 100), "acos(small / 100)"),
    (f.ATan("weight"), "atan(weight)"),
    (f.ATan2("weight", "small"), "atan2(weight, small)"),
    (f.Degrees("weight"), "degrees(weight)"),
    (f.Radians("legs"), "radians(legs)"),
    (f.Power("legs", 2), "power(legs, 2)"),
    (f.Power("price", 2), "power(price, 2)"),
    (f.Log(2, "price"), "log(2, price)"),
    (f.Log(2, "weight"), "log(2, weight::numeric)::double precision"),
    (f.Mod("legs", 3), "mod(legs, 3)"),
    (f.Mod("price", Value(3)), "mod(price, 3)"),
    (f.Mod("weight", 3), "mod(weight::numeric, 3)::double precision"),
    (f.Round("price"), "round(price)"),
    (f.Round("price", 1), "round(price, 1)"),
    (f.Round("weight", 1), "round(weight::numeric, 1)::double precision"),
    (f.Round("big", -10), "round(big, -10)::bigint"),
    (f.Pi(), "pi()"),
    (f.Coalesce("name", "code"), "coalesce(name, code)"),
    (f.Coalesce("price", 0), "coalesce(price, 0)"),
    (f.Coalesce("mood", Value("wild")), "coalesce(mood, 'wild')"),
    (f.Greatest("legs", "id"), "greatest(legs, id)"),
    (f.Least("price", 20.5), "least(price, 20.5)"),
    (f.NullIf("name", Value("Ant")), "nullif(name, 'Ant')"),
    (f.NullIf("mood", Value("wild")), "nullif(mood, 'wild')"),
    (Cast("price", "integer"), "price::integer"),
    (Cast("id", "text"), "id::text"),
    (Cast(Value("2020-01-01"), "date"), "date '2020-01-01'"),
    (Cast(Value('{"a": 1}'), "jsonb"), "'{\"a\": 1}'::jsonb"),
    (f.JSONObject(name="name", **{"it's \"": F("legs")}), "jsonb_build_object('name', name, 'it''s \"', legs)"),
    (f.JSONArray("name", "price"), "jsonb_build_array(name, price)"),
    (f.KT("traits__deep__list__1"), "traits#>>'{deep,list,1}'"),
    (f.KeyTransform("size", "traits"), "traits->'size'"),
    (F("traits__size"), "traits->'size'"),
    (F("fed__year"), "EXTRACT(year FROM fed AT TIME ZONE 'UTC')::integer"),
    (f.Extract("fed", "year"), "EXTRACT(year FROM fed AT TIME ZONE 'UTC')::integer"),
    (f.Extract("nap", "epoch"), "EXTRACT(epoch FROM nap)"),
    (f.ExtractYear("fed", tzinfo=BERLIN), "EXTRACT(year FROM fed AT TIME ZONE 'Europe/Berlin')::integer"),
    (f.ExtractIsoYear("born"), "EXTRACT(isoyear FROM born)::integer"),
    (f.ExtractQuarter("born"), "EXTRACT(quarter FROM born)::integer"),
    (f.ExtractMonth("seen"), "EXTRACT(month FROM seen)::integer"),
    (f.ExtractWeek("born"), "EXTRACT(week FROM born)::integer"),
    (f.ExtractDay("fed"), "EXTRACT(day FROM fed AT TIME ZONE 'UTC')::integer"),
    (f.ExtractWeekDay("born"), "EXTRACT(dow FROM born)::integer + 1"),
    (f.ExtractIsoWeekDay("born"), "EXTRACT(isodow FROM born)::integer"),
    (f.ExtractHour("fed", tzinfo="Europe/Berlin"), "EXTRACT(hour FROM fed AT TIME ZONE 'Europe/Berlin')::integer"),
    (f.ExtractMinute("wakes"), "EXTRACT(minute FROM wakes)::integer"),
    (f.ExtractSecond("seen"), "floor(EXTRACT(second FROM seen))::integer"),
    (f.Trunc("fed", "month"), "date_trunc('month', fed AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"),
    (f.TruncYear("born"), "date_trunc('year', born::timestamp)::date"),
    (f.TruncQuarter("seen"), "date_trunc('quarter', seen)"),
    (f.TruncMonth("fed", tzinfo=BERLIN), "date_trunc('month', fed AT TIME ZONE 'Europe/Berlin') AT TIME ZONE 'Europe/Berlin'"),
    (f.TruncWeek("born"), "date_trunc('week', born::timestamp)::date"),
    (f.TruncDay("fed", tzinfo=UTC), "date_trunc('day', fed AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"),
    (f.TruncHour("wakes"), "date_trunc('hour', wakes)::time"),
    (f.TruncMinute("fed"), "date_trunc('minute', fed)"),
    (f.TruncSecond("seen"), "date_trunc('second', seen)"),
    (f.TruncDate("fed"), "(fed AT TIME ZONE 'UTC')::date"),
    (f.TruncDate("fed", tzinfo=BERLIN), "(fed AT TIME ZONE 'Europe/Berlin')::date"),
    (f.TruncTime("fed"), "(fed AT TIME ZONE 'UTC')::time"),
    (Func("name", function="initcap"), "initcap(name)"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "sql"), CASES, ids=lambda value: str(value)[:40])
def test_a_function_gives_what_sql_gives(zoo: Zoo, one: Expression, sql: str) -> None:
    found = zoo.fetch(
        Animal.objects.annotate(x=one).order_by("id").values_list("x", flat=True)
    )
    expected = zoo.sql_ids(f"SELECT {sql} AS x FROM animal ORDER BY id")
    assert list(map(str, found)) == list(map(str, expected))
    # What it gives can be compared and put into an order.
    value = next(value for value in found if value is not None)
    narrowed = Animal.objects.alias(x=one)
    assert zoo.run(narrowed.filter(x=value).count()) == sum(
        other == value for other in found
    )
    assert zoo.run(narrowed.filter(x__isnull=True).count()) == found.count(None)
    assert len(zoo.fetch(narrowed.order_by("x", "-id"))) == 48


def test_every_function_has_a_case() -> None:
    tried = {type(one).__name__ for one, _ in CASES} | {"KT", "KeyTextTransform"}
    # Now and Random never give the same twice; SHA1 needs an extension that a server may lack.
    assert set(every) - tried == {"Now", "Random", "SHA1"}


def test_functions_that_never_give_the_same(zoo: Zoo) -> None:
    first = zoo.run(Animal.objects.annotate(now=f.Now(), chance=f.Random()).first())
    assert abs((datetime.now(UTC) - first.now).total_seconds()) < 3600
    assert 0 <= first.chance < 1
    assert zoo.run(Animal.objects.filter(fed__lt=f.Now()).count()) == 42


def test_functions_are_lookups_keys_of_groups_and_orders(zoo: Zoo) -> None:
    months = zoo.fetch(
        Animal.objects.annotate(month=f.TruncMonth("fed"))
        .values("month")
        .annotate(n=models.Count("*"))
        .order_by("month")
    )
    assert months == zoo.rows(
        "SELECT date_trunc('month', fed AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month, count(*) AS n"
        " FROM animal GROUP BY 1 ORDER BY 1"
    )
    assert zoo.run(Animal.objects.filter(fed=f.TruncDay("fed")).count()) == 0
    year = Animal.objects.annotate(m=f.TruncMonth("fed")).filter(m__year=2020)
    assert zoo.run(year.count()) == len(
        zoo.sql_ids(
            "SELECT 1 FROM animal WHERE EXTRACT(year FROM fed AT TIME ZONE 'UTC') = 2020"
        )
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Animal.objects.annotate(x=f.Extract("born", "yaer")), "Animal.born has no part 'yaer'; did you mean 'year'?"),
        (lambda: Animal.objects.annotate(x=f.Extract("name", "year")), "Extract takes a date or a time, and Animal.name is none"),
        (lambda: f.Trunc("born", "decade"), "Trunc() has no kind 'decade'"),
        (lambda: Animal.objects.annotate(x=f.TruncHour("born")), "TruncHour takes what has a hour"),
        (lambda: Animal.objects.annotate(x=f.Lower("nmae")), "Animal has no field 'nmae'; did you mean 'name'?"),
        (lambda: f.Coalesce("name"), "Coalesce() takes two expressions or more"),
        (lambda: f.ExtractYear("fed", tzinfo=3), "tzinfo= takes a ZoneInfo"),
        (lambda: Func("name", function="lower(name); --"), "is no name of a function"),
        (lambda: Cast("name", "text); DROP TABLE animal; --"), "is no type"),
        (lambda: Value("x", db_type="text; --"), "is no type"),
        (lambda: Aggregate("name", function="a b"), "is no name of a function"),
    ],
)  # fmt: skip
def test_mistakes_are_told(make: Any, words: str) -> None:
    with pytest.raises(FieldError) as raised:
        make()
    assert words in str(raised.value)
