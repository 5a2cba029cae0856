"""Every lookup of every family of columns, beside SQL written by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hyperdjango.errors import FieldError, FieldValueError, HyperError
from hyperdjango.query import F, Q, Value
from zoo import Animal, Keeper, Meal, Visit
from zoo_support import Zoo


def quoted(text: str) -> str:
    """Text as a constant."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def escaped(text: str) -> str:
    """Text that LIKE takes as it is."""
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return text


Case = tuple[str, Any, str]

ORDERED = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
# A column, its values, each with its SQL.
VALUES: dict[str, list[tuple[Any, str]]] = {
    "legs": [(4, "4"), ("2", "2"), (-1, "-1"), (True, "1")],
    "weight": [(2.5, "2.5"), (Decimal("3.25"), "3.25"), (7, "7"), ("1.75", "1.75")],
    "small": [(0.125, "0.125"), (1.5, "1.5")],
    "price": [(Decimal("12.5"), "12.5"), (25, "25"), ("37.50", "37.5"), (2.5, "2.5")],
    "big": [(70_000_000_000, "70000000000")],
    "fee": [(Decimal("10.50"), "10.5::numeric::money"), (15, "15::money")],
    "name": [(t, quoted(t)) for t in ("Ant", "c%t", "e\\l", "F'ly", "", "zz")],
    "code": [("C3", "'C3'"), ("nothing", "'nothing'")],
    "flag": [("ab", "'ab'"), ("abc", "'abc'")],
    "tame": [(True, "true"), ("no", "false")],
    "born": [(date(2020, 3, 1), "'2020-03-01'"), ("2020-05-15", "'2020-05-15'")],
    "fed": [
        (datetime(2020, 1, 15, 7, tzinfo=UTC), "'2020-01-15 07:00+00'::timestamptz"),
        (
            "2020-01-02T05:37:15+00:00",
            "timestamptz '2019-12-31 22:30+00' + interval '31 hours 7.25 minutes'",
        ),
    ],
    "seen": [(datetime(2021, 1, 3, 12, 59, 59, 500000), "'2021-01-03 12:59:59.5'")],
    "wakes": [(time(3, 5), "'03:05'"), ("10:29", "'10:29'")],
    "nap": [(timedelta(hours=3), "'3 hours'"), ("90 minutes", "'90 minutes'")],
    "photo": [(b"\x00\xff", "'\\x00ff'::bytea")],
    "token": [
        (
            uuid.UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b"),
            "'c4ca4238a0b923820dcc509a6f75849b'",
        ),
        (
            "C4CA4238-A0B9-2382-0DCC-509A6F75849B",
            "'c4ca4238a0b923820dcc509a6f75849b'",
        ),
    ],
    "mood": [("calm", "'calm'"), ('it\'s "odd", \\', quoted('it\'s "odd", \\'))],
    "home": [("10.0.0.7", "'10.0.0.7'")],
    "scores": [([1, 1, 7], "'{1,1,7}'"), ("{2,2,7}", "'{2,2,7}'")],
    "tags": [
        (["a", "b"], "'{a,b}'"),
        (["b", 'c,"\\'], "ARRAY['b',E'c,\"\\\\']"),
        ([], "'{}'"),
    ],
    "stay": [
        ((date(2020, 1, 3), date(2020, 1, 7)), "'[2020-01-03,2020-01-07)'"),
        ("[2020-01-06,2020-01-10)", "'[2020-01-06,2020-01-10)'"),
    ],
    "span": [((1, 7), "'[1,7)'"), ((2, None), "'[2,)'")],
    "traits__size": [(2, "'2'::jsonb")],
    "traits__colour": [("red", "'\"red\"'::jsonb")],
}
COLUMNS = {"traits__size": "traits->'size'", "traits__colour": "traits->'colour'"}


def ordered() -> list[Case]:
    """Comparisons of every column."""
    cases: list[Case] = []
    for name, values in VALUES.items():
        column = COLUMNS.get(name, name)
        for (value, sql), (lookup, operator) in product(values, ORDERED.items()):
            cases.append((f"{name}__{lookup}", value, f"{column} {operator} {sql}"))
        cases.append((name, values[0][0], f"{column} = {values[0][1]}"))
        several = [value for value, _ in values]
        texts = " OR ".join(f"{column} = {sql}" for _, sql in values)
        cases.append((f"{name}__in", [*several, None], texts))
        cases.append((f"{name}__in", [], "false"))
        low, high = values[0], values[-1]
        cases.append(
            (
                f"{name}__range",
                (low[0], high[0]),
                f"{column} BETWEEN {low[1]} AND {high[1]}",
            )
        )
        cases.append((f"{name}__isnull", True, f"{column} IS NULL"))
        cases.append((f"{name}__isnull", False, f"{column} IS NOT NULL"))
    return cases


def of_text() -> list[Case]:
    """Comparisons with parts of text, of columns of every kind."""
    cases: list[Case] = []
    for text in ("a", "ANT", "_", "%", "\\", "'", "", "ö", "E\\L"):
        like = escaped(text)
        for column, form in (
            ("name", "name"),
            ("code", "code"),
            ("flag", "flag::text"),
            ("mood", "mood::text"),
            ("token", "token::text"),
            ("price", "price::text"),
            ("traits__colour", "(traits->>'colour')"),
        ):
            cases += [
                (f"{column}__iexact", text, f"lower({form}) = lower({quoted(text)})"),
                (f"{column}__startswith", text, f"{form} LIKE {quoted(like + '%')}"),
                (f"{column}__istartswith", text, f"{form} ILIKE {quoted(like + '%')}"),
                (f"{column}__endswith", text, f"{form} LIKE {quoted('%' + like)}"),
                (f"{column}__iendswith", text, f"{form} ILIKE {quoted('%' + like)}"),
                (
                    f"{column}__icontains",
                    text,
                    f"{form} ILIKE {quoted('%' + like + '%')}",
                ),
            ]
            if column != "traits__colour":
                sql = f"{form} LIKE {quoted('%' + like + '%')}"
                cases.append((f"{column}__contains", text, sql))
    cases += [
        ("name__regex", "^[A-C]", "name ~ '^[A-C]'"),
        ("name__iregex", "^[A-C]", "name ~* '^[A-C]'"),
        ("fee__contains", "1.5", "fee::numeric::text LIKE '%1.5%'"),
        ("born__contains", "2020-0", "born::text LIKE '%2020-0%'"),
        ("name__lower", "ant", "lower(name) = 'ant'"),
        ("name__upper__startswith", "A", "upper(name) LIKE 'A%'"),
        ("name__length__gt", 3, "length(name) > 3"),
        ("name__trim", "Ant", "btrim(name) = 'Ant'"),
    ]
    return cases


def of_moments() -> list[Case]:
    """Parts of dates and moments; moments with a time zone are those of UTC."""
    cases: list[Case] = []
    parts = {
        "year": ("year", (2019, 2020, 2021, 0, 9999, -3)),
        "iso_year": ("isoyear", (2019, 2020)),
        "quarter": ("quarter", (1, 4)),
        "month": ("month", (1, 12)),
        "week": ("week", (1, 53)),
        "day": ("day", (1, 31)),
        "day_of_year": ("doy", (1, 366)),
        "iso_week_day": ("isodow", (1, 7)),
    }
    for column, sql in (
        ("born", "born"),
        ("fed", "fed AT TIME ZONE 'UTC'"),
        ("seen", "seen"),
    ):
        for name, (word, values) in parts.items():
            part = f"EXTRACT({word} FROM {sql})"
            for value, (lookup, operator) in product(values, ORDERED.items()):
                cases.append(
                    (f"{column}__{name}__{lookup}", value, f"{part} {operator} {value}")
                )
            cases.append((f"{column}__{name}", values[0], f"{part} = {values[0]}"))
            cases.append(
                (f"{column}__{name}__in", set(values), f"{part} IN {tuple(values)}")
            )
            cases.append(
                (
                    f"{column}__{name}__range",
                    (values[0], values[1]),
                    f"{part} BETWEEN {values[0]} AND {values[1]}",
                )
            )
            cases.append((f"{column}__{name}__isnull", True, f"{part} IS NULL"))
        cases.append((f"{column}__week_day", 1, f"EXTRACT(dow FROM {sql}) = 0"))
        if column != "born":
            for day in ("2019-12-31", "2020-01-15", "2021-01-03"):
                for lookup, operator in ORDERED.items():
                    cases.append(
                        (
                            f"{column}__date__{lookup}",
                            day,
                            f"({sql})::date {operator} '{day}'",
                        )
                    )
            cases += [
                (
                    f"{column}__date__range",
                    (date(2020, 1, 2), date(2021, 1, 2)),
                    f"({sql})::date BETWEEN '2020-01-02' AND '2021-01-02'",
                ),
                (
                    f"{column}__date__year",
                    2020,
                    f"EXTRACT(year FROM ({sql})::date) = 2020",
                ),
                (f"{column}__time__gt", time(12), f"({sql})::time > '12:00'"),
                (f"{column}__hour", 12, f"EXTRACT(hour FROM {sql}) = 12"),
                (f"{column}__minute__lt", 9, f"EXTRACT(minute FROM {sql}) < 9"),
                (
                    f"{column}__second",
                    59,
                    f"floor(EXTRACT(second FROM {sql})) = 59",
                ),
            ]
    cases.append(("wakes__hour", 3, "EXTRACT(hour FROM wakes) = 3"))
    cases.append(("nap__epoch__gt", 3600, "EXTRACT(epoch FROM nap) > 3600"))
    return cases


def of_postgresql() -> list[Case]:
    """What PostgreSQL's own types can be asked."""
    return [
        ("tags__contains", ["b"], "tags @> '{b}'"),
        ("tags__contained_by", ["a", "b", "x"], "tags <@ '{a,b,x}'"),
        ("tags__overlap", ["d", 'c,"\\'], "tags && ARRAY['d',E'c,\"\\\\']"),
        ("tags__len", 2, "cardinality(tags) = 2"),
        ("tags__len__lt", 1, "cardinality(tags) < 1"),
        ("tags__0", "b", "tags[1] = 'b'"),
        ("tags__0__icontains", "B", "tags[1] ILIKE '%B%'"),
        ("tags__0_2", ["a", "b"], "tags[1:2] = '{a,b}'"),
        ("scores__contains", [2, 3], "scores @> '{2,3}'"),
        ("scores__overlap", (0,), "scores && '{0}'"),
        ("scores__1__gt", 2, "scores[2] > 2"),
        ("traits", {"size": 1}, "traits = '{\"size\": 1}'"),
        ("traits__contains", {"size": 1}, "traits @> '{\"size\": 1}'"),
        ("traits__contains", '{"size": 1}', "traits @> '{\"size\": 1}'"),
        ("traits__contained_by", {"size": 1}, "traits <@ '{\"size\": 1}'"),
        ("traits__has_key", "colour", "traits ? 'colour'"),
        ("traits__has_keys", ["colour", "no"], "traits ?& '{colour,no}'"),
        ("traits__has_any_keys", ["colour", "no"], "traits ?| '{colour,no}'"),
        ("traits__colour", None, "traits->'colour' = 'null'"),
        ("traits__colour__isnull", True, "traits->'colour' IS NULL"),
        ("traits__nothing__isnull", True, "traits->'nothing' IS NULL"),
        ("traits__deep__list__0", 2, "traits#>'{deep,list,0}' = '2'"),
        ("traits__deep__list__contains", ["x"], "traits#>'{deep,list}' @> '[\"x\"]'"),
        ("traits__deep", {"list": [1, "x", None]}, "traits->'deep' = '{\"list\": [1, \"x\", null]}'"),
        ("traits__it's \"a\" \\key", 7, "traits->E'it''s \"a\" \\\\key' = '7'"),
        ("traits__size__in", [1, 3], "traits->'size' IN ('1', '3')"),
        ("traits__jsonpath", "$.size > 2", "traits @@ '$.size > 2'"),
        ("traits__jsonpath_exists", "$.deep.list", "traits @? '$.deep.list'"),
        ("raw__k", 1, "(raw->'k')::jsonb = '1'"),
        ("raw", {"k": 1}, "raw::jsonb = '{\"k\": 1}'"),
        ("raw__contains", {"k": 1}, "raw::jsonb @> '{\"k\": 1}'"),
        ("stay__contains", date(2020, 1, 10), "stay @> date '2020-01-10'"),
        ("stay__contains", "2020-01-10", "stay @> date '2020-01-10'"),
        ("stay__contains", (date(2020, 1, 10), date(2020, 1, 11)), "stay @> '[2020-01-10,2020-01-11)'::daterange"),
        ("stay__contained_by", "[2020-01-01,2020-01-20)", "stay <@ '[2020-01-01,2020-01-20)'"),
        ("stay__overlap", (date(2020, 1, 10), None), "stay && '[2020-01-10,)'"),
        ("stay__fully_lt", (date(2020, 1, 10), None), "stay << '[2020-01-10,)'"),
        ("stay__fully_gt", (None, date(2020, 1, 10)), "stay >> '(,2020-01-10)'"),
        ("stay__not_lt", (date(2020, 1, 10), None), "stay &> '[2020-01-10,)'"),
        ("stay__not_gt", (None, date(2020, 1, 20)), "stay &< '(,2020-01-20)'"),
        ("stay__adjacent_to", (date(2020, 1, 10), date(2020, 1, 12)), "stay -|- '[2020-01-10,2020-01-12)'"),
        ("stay__startswith", date(2020, 1, 10), "lower(stay) = '2020-01-10'"),
        ("stay__startswith__month", 2, "EXTRACT(month FROM lower(stay)) = 2"),
        ("stay__startswith__year", 2020, "EXTRACT(year FROM lower(stay)) = 2020"),
        ("stay__endswith__gt", date(2020, 1, 10), "upper(stay) > '2020-01-10'"),
        ("stay__upper_inf", True, "upper_inf(stay)"),
        ("stay__isempty", False, "NOT isempty(stay)"),
        ("span__contains", 3, "span @> 3"),
        ("span__startswith__lt", 2, "lower(span) < 2"),
        ("home__net_contained", "10.0.0.0/28", "home << '10.0.0.0/28'"),
        ("home__net_contains_or_equals", "10.0.0.9", "home >>= '10.0.0.9'"),
        ("home__startswith", "10.0.0.1", "home::text LIKE '10.0.0.1%'"),
        ("home__masklen", 32, "masklen(home) = 32"),
        ("name__search", "ant", "to_tsvector(name) @@ plainto_tsquery('ant')"),
    ]  # fmt: skip


def of_relations() -> list[Case]:
    """Lookups across relations, of whose rows one is enough."""
    keeper = "EXISTS (SELECT FROM keeper k WHERE k.id = keeper_id AND {})"
    meal = "EXISTS (SELECT FROM meal m WHERE m.animal_id = a.id AND {})"
    visit = "EXISTS (SELECT FROM visit v WHERE v.animal_id = a.id AND {})"
    return [
        ("keeper__name", "Ben", keeper.format("k.name = 'Ben'")),
        ("keeper__name__in", ["Ben", "Dan"], keeper.format("k.name IN ('Ben', 'Dan')")),
        ("keeper__id", 2, "keeper_id = 2"),
        ("keeper", 2, "keeper_id = 2"),
        ("keeper__isnull", True, "keeper_id IS NULL"),
        ("keeper__gt", 2, "keeper_id > 2"),
        ("keeper__boss__name", "Ada", keeper.format("k.boss_id = 1")),
        ("keeper__boss__isnull", True, "NOT " + keeper.format("k.boss_id IS NOT NULL")),
        ("keeper__name__isnull", True, "NOT " + keeper.format("k.name IS NOT NULL")),
        ("keeper__boss__name__isnull", False, keeper.format("k.boss_id IS NOT NULL")),
        ("meals__food", "hay", meal.format("m.food = 'hay'")),
        ("meals__grams__gt", 50, meal.format("m.grams > 50")),
        ("meals__eaten__month", 2, meal.format("EXTRACT(month FROM m.eaten) = 2")),
        ("meals__isnull", True, "NOT " + meal.format("true")),
        ("meals__isnull", False, meal.format("true")),
        ("meals", 7, meal.format("m.id = 7")),
        ("meals__in", [7, 8, 20], meal.format("m.id IN (7, 8, 20)")),
        ("visits__note__endswith", "4", visit.format("v.note LIKE '%4'")),
        ("visits__isnull", True, "NOT " + visit.format("true")),
        ("visits", (2, date(2021, 1, 2)), visit.format("v.day = '2021-01-02' AND v.animal_id = 2")),
        (
            "visits__in",
            [(2, date(2021, 1, 2)), (3, date(2021, 1, 3)), (3, date(1999, 1, 1))],
            visit.format("(v.animal_id, v.day) IN ((2, '2021-01-02'), (3, '2021-01-03'))"),
        ),
        ("keeper__team__name", "Dan", keeper.format("EXISTS (SELECT FROM keeper t WHERE t.boss_id = k.id AND t.name = 'Dan')")),
        ("pk", 3, "id = 3"),
        ("pk__in", {3, 4}, "id IN (3, 4)"),
    ]  # fmt: skip


CASES = [*ordered(), *of_text(), *of_moments(), *of_postgresql(), *of_relations()]


def test_every_lookup_finds_what_sql_finds_and_exclude_all_other_rows(zoo: Zoo) -> None:
    everything = set(zoo.sql_ids("SELECT id FROM animal"))
    wrong = []
    for name, value, sql in CASES:
        try:
            found = zoo.ids(Animal.objects.filter(**{name: value}))
            left = zoo.ids(Animal.objects.exclude(**{name: value}))
            expected = zoo.sql_ids(f"SELECT id FROM animal a WHERE {sql}")
        except HyperError as problem:
            wrong.append((name, value, f"{type(problem).__name__}: {problem}"))
            continue
        if set(found) != set(expected):
            wrong.append((name, value, f"{sorted(found)} is not {sorted(expected)}"))
        elif set(left) != everything - set(expected) or len(left) != len(set(left)):
            wrong.append((name, value, f"exclude gives {sorted(left)}"))
    assert not wrong, "\n".join(map(str, [len(wrong), *wrong]))
    assert len(CASES) > 700


def test_values_may_come_in_any_form(zoo: Zoo) -> None:
    expected = [2, 3]
    for values in (
        [2, 3],
        (2, 3),
        {2, 3},
        frozenset((2, 3)),
        {2: "", 3: ""}.keys(),
        range(2, 4),
        (number for number in (2, 3)),
        iter([2, 3]),
        ["2", Decimal(3)],
    ):
        asked = Animal.objects.filter(id__in=values)
        assert sorted(zoo.ids(asked)) == expected
        # It can be asked again: nothing is used up.
        assert sorted(zoo.ids(asked.order_by("id"))) == expected


def test_instances_and_querysets_are_values(zoo: Zoo) -> None:
    ben, cleo = zoo.fetch(
        Keeper.objects.filter(name__in=["Ben", "Cleo"]).order_by("id")
    )
    both = zoo.sql_ids("SELECT id FROM animal WHERE keeper_id IN (2, 3) ORDER BY id")
    animals = Animal.objects.order_by("id")
    assert zoo.ids(animals.filter(keeper__in=[ben, cleo])) == both
    assert zoo.ids(animals.filter(keeper__in=(k for k in (ben, cleo)))) == both
    assert zoo.ids(animals.filter(Q(keeper=ben) | Q(keeper=cleo))) == both
    keepers = Keeper.objects.filter(name__in=["Ben", "Cleo"])
    assert zoo.ids(animals.filter(keeper__in=keepers)) == both
    assert zoo.ids(animals.filter(keeper_id__in=keepers.values("id"))) == both
    assert zoo.ids(animals.filter(keeper__name__in=keepers.values("name"))) == both
    assert (
        zoo.ids(animals.filter(keeper__in=Keeper.objects.order_by("id")[1:3])) == both
    )
    meal = zoo.fetch(Meal.objects.filter(id=5))[0]
    assert zoo.ids(animals.filter(meals=meal)) == [meal.animal_id]
    visit = zoo.fetch(Visit.objects.filter(animal_id=3))[0]
    assert zoo.ids(animals.filter(visits=visit)) == [3]
    assert zoo.ids(animals.filter(visits__in=[visit])) == [3]
    assert zoo.ids(animals.filter(pk=zoo.fetch(animals)[4])) == [5]
    left = zoo.ids(animals.exclude(keeper__in=keepers))
    assert left == zoo.sql_ids(
        "SELECT id FROM animal WHERE (keeper_id IN (2, 3)) IS NOT TRUE ORDER BY id"
    )


def test_columns_are_compared_with_columns(zoo: Zoo) -> None:
    for condition, sql in (
        (Q(legs__gt=F("id")), "legs > id"),
        (Q(fee__gt=F("price")), "fee::numeric > price"),
        (Q(name__istartswith=F("code")), "starts_with(lower(name), lower(code))"),
        (Q(name__icontains=F("name")), "name IS NOT NULL"),
        (Q(name__contains=Value("%")), "strpos(name, '%') > 0"),
        (Q(legs__in=[F("id"), 3]), "legs IN (id, 3)"),
        (Q(legs__range=(F("id"), 6)), "legs BETWEEN id AND 6"),
        (Q(token=Value("c4ca4238-a0b9-2382-0dcc-509a6f75849b")), "token = md5('1')::uuid"),
        (Q(keeper__boss__id=F("keeper__id")), "false"),
        (Q(born__month=F("fed__month")), "EXTRACT(month FROM born) = EXTRACT(month FROM fed AT TIME ZONE 'UTC')"),
        (Q(traits__size=F("traits__deep__list__0")), "traits->'size' = traits#>'{deep,list,0}'"),
    ):  # fmt: skip
        found = zoo.ids(Animal.objects.filter(condition).order_by("id"))
        assert found == zoo.sql_ids(f"SELECT id FROM animal WHERE {sql} ORDER BY id")
        left = zoo.ids(Animal.objects.exclude(condition))
        assert len(left) + len(found) == 48


def test_years_and_dates_are_ranges_of_the_column(zoo: Zoo) -> None:
    for lookup in (
        {"fed__year": 2020},
        {"born__year__gte": 2020},
        {"fed__date": date(2020, 1, 1)},
    ):
        assert "EXTRACT" not in Animal.objects.filter(**lookup).query
        assert "AT TIME ZONE 'UTC')::date" not in Animal.objects.filter(**lookup).query


@pytest.mark.parametrize(
    ("lookups", "error", "words"),
    [
        ({"nmae": 1}, FieldError, "Animal has no field 'nmae'; did you mean 'name'?"),
        ({"keeper__nmae": 1}, FieldError, "Keeper has no field 'nmae' (in 'keeper__nmae'); did you mean 'name'?"),
        ({"name__startwith": "x"}, FieldError, "Animal.name has no lookup 'startwith' (in 'name__startwith'); did you mean 'startswith'?"),
        ({"born__yaer": 1}, FieldError, "Animal.born has no lookup 'yaer' (in 'born__yaer'); did you mean 'year'?"),
        ({"born__year__contians": 1}, FieldError, "Animal.born__year has no lookup 'contians'"),
        ({"meals__fod": 1}, FieldError, "Meal has no field 'fod' (in 'meals__fod'); did you mean 'food'?"),
        ({"legs": "many"}, FieldValueError, "Animal.legs can't be 'many'"),
        ({"legs__in": "12"}, FieldValueError, "Animal.legs can't be '12'; give a list of values, or a queryset"),
        ({"legs__in": 12}, FieldValueError, "give a list of values, or a queryset"),
        ({"legs__range": (1, 2, 3)}, FieldValueError, "give a pair"),
        ({"legs__gt": None}, FieldValueError, "NULL is found by isnull=True"),
        ({"legs__isnull": 1}, FieldValueError, "give isnull True or False"),
        ({"visits__isnull": 1}, FieldValueError, "give isnull True or False"),
        ({"visits__in": 3}, FieldValueError, "give a list of keys, or a queryset"),
        ({"visits": 3}, FieldError, "visits takes a tuple of animal_id, day, in that order"),
        ({"visits__gt": (1, 2)}, FieldError, "compare its fields one by one"),
        ({"keeper": Meal()}, FieldError, "keeper leads to Keeper, not to Meal"),
        ({"keeper": Keeper(name="new")}, FieldValueError, "keeper can't be a Keeper that was not saved"),
        ({"legs": F("lgs")}, FieldError, "Animal has no field 'lgs'; did you mean 'legs'?"),
        ({"fed__year": "x"}, FieldValueError, "Animal.fed__year can't be 'x'; give a whole number"),
        ({"fed": datetime(2020, 1, 1)}, FieldValueError, "give it a time zone"),
        ({"tags__9999999999999": "x"}, FieldError, "has no lookup '9999999999999'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_when_the_query_is_built(
    lookups: dict[str, Any], error: type[Exception], words: str
) -> None:
    for method in (Animal.objects.filter, Animal.objects.exclude):
        with pytest.raises(error) as raised:
            method(**lookups)
        assert words in str(raised.value)
