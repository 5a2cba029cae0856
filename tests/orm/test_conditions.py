"""Laws of conditions: any tree of ``Q`` finds the rows that Python finds, over columns with NULLs and relations to many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hyperdjango.errors import HyperError
from hyperdjango.query import F, Q, Sum, Value
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from zoo import Animal, Meal
from zoo_support import Zoo

# What a condition is of a row: True, False, or None where it is neither.
Truth = Callable[[Any, list[Any]], bool | None]


def compared(name: str, operator: Callable[[Any, Any], bool], value: Any) -> Truth:
    """A comparison of a column, which is neither true nor false of NULL."""

    def truth(animal: Any, meals: list[Any]) -> bool | None:
        found = getattr(animal, name)
        return None if found is None else operator(found, value)

    return truth


def some_meal(fits: Callable[[Any], bool]) -> Truth:
    """Whether one of the animal's meals fits."""
    return lambda animal, meals: any(fits(meal) for meal in meals)


numbers = st.integers(-3, 9)
texts = st.sampled_from(
    ["Ant", "ant", "Bee_1", "c%t", "Dög", "e\\l", "F'ly", "", "a", "%", "_", "\\"]
)


def _leaf(
    name: str, lookup: str, operator: Callable[[Any, Any], bool], values: Any
) -> Any:
    return values.map(
        lambda value: (
            Q(**{f"{name}__{lookup}": value}),
            compared(name, operator, value),
        )
    )


leaves = st.one_of(
    _leaf("legs", "exact", lambda a, b: a == b, numbers),
    _leaf("legs", "gt", lambda a, b: a > b, numbers),
    _leaf("legs", "lte", lambda a, b: a <= b, numbers),
    _leaf("legs", "in", lambda a, b: a in b, st.lists(numbers)),
    _leaf("name", "exact", lambda a, b: a == b, texts),
    _leaf("name", "contains", lambda a, b: b in a, texts),
    _leaf("name", "startswith", lambda a, b: a.startswith(b), texts),
    _leaf("code", "iexact", lambda a, b: a.lower() == b.lower(), st.sampled_from(["c1", "C2", ""])),
    _leaf("born", "year", lambda a, b: a.year == b, st.sampled_from([2019, 2020, 2021])),
    _leaf("tame", "exact", lambda a, b: a is b, st.booleans()),
    st.booleans().map(lambda flag: (Q(legs__isnull=flag), lambda a, m: (a.legs is None) is flag)),
    st.booleans().map(lambda flag: (Q(meals__isnull=flag), lambda a, m: (not m) is flag)),
    st.sampled_from(["hay", "Fish", "corn"]).map(
        lambda food: (Q(meals__food=food), some_meal(lambda meal: meal.food == food))
    ),
    numbers.map(
        lambda n: (Q(meals__grams__gt=n * 10), some_meal(lambda meal: meal.grams is not None and meal.grams > n * 10))
    ),
    st.just((Q(legs__lt=F("id")), lambda a, m: None if a.legs is None else a.legs < a.id)),
    st.just((Q(keeper__name="Ben"), lambda a, m: None if a.keeper_id is None else a.keeper_id == 2)),
)  # fmt: skip


def _and(one: Any, other: Any) -> Any:
    def truth(animal: Any, meals: list[Any]) -> bool | None:
        left, right = one[1](animal, meals), other[1](animal, meals)
        if left is False or right is False:
            return False
        return None if left is None or right is None else True

    return one[0] & other[0], truth


def _or(one: Any, other: Any) -> Any:
    def truth(animal: Any, meals: list[Any]) -> bool | None:
        left, right = one[1](animal, meals), other[1](animal, meals)
        if left or right:
            return True
        return None if left is None or right is None else False

    return one[0] | other[0], truth


def _not(one: Any) -> Any:
    # What is neither true nor false does not hold: its opposite does, as in exclude().
    return ~one[0], lambda animal, meals: not one[1](animal, meals)


def _xor(one: Any, other: Any) -> Any:
    return (
        one[0] ^ other[0],
        lambda animal, meals: (
            bool(one[1](animal, meals)) != bool(other[1](animal, meals))
        ),
    )


trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(_and, inner, inner),
        st.builds(_or, inner, inner),
        st.builds(_not, inner),
        st.builds(_xor, inner, inner),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def rows(zoo: Zoo) -> list[tuple[Any, list[Any]]]:
    """Every animal with its meals."""
    meals = zoo.fetch(Meal.objects.all())
    return [
        (animal, [meal for meal in meals if meal.animal_id == animal.id])
        for animal in zoo.fetch(Animal.objects.all())
    ]


def _is_about_one_meal(condition: Any) -> bool:
    """Whether a condition is about each meal by itself, where ``truth`` looks at all of an animal's."""
    text = repr(condition)
    return text.count("meals__") > 1 or ("meals__" in text and "^" in text)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees)
def test_any_tree_of_conditions_finds_what_python_finds(
    zoo: Zoo, rows: list[tuple[Any, list[Any]]], tree: Any
) -> None:
    condition, truth = tree
    assume(not _is_about_one_meal(condition))
    expected = {animal.id for animal, meals in rows if truth(animal, meals)}
    assert set(zoo.ids(Animal.objects.filter(condition))) == expected
    others = {animal.id for animal, _ in rows} - expected
    assert set(zoo.ids(Animal.objects.exclude(condition))) == others
    distinct = Animal.objects.filter(condition).distinct()
    assert zoo.run(distinct.count()) == len(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees)
def test_filter_and_exclude_share_all_rows_between_them(zoo: Zoo, tree: Any) -> None:
    condition, _ = tree
    found = set(zoo.ids(Animal.objects.filter(condition)))
    left = zoo.ids(Animal.objects.exclude(condition))
    if "meals" not in repr(condition):
        assert len(left) == len(set(left))
        assert found.isdisjoint(left)
        assert found | set(left) == set(range(1, 49))


hostile = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile, number=st.integers(-(2**63), 2**63 - 1))
def test_any_value_is_a_value_and_nothing_else(
    zoo: Zoo, text: str, number: int
) -> None:
    asked = Animal.objects.filter(id=1).annotate(x=Value(text), n=Value(number))
    row = zoo.fetch(asked)[0]
    assert (row.x, row.n) == (text, number)
    assert zoo.fetch(asked.filter(x=text, n=number).values_list("x", flat=True)) == [
        text
    ]
    assert zoo.run(asked.filter(x__contains=text).exists())
    assert zoo.run(asked.filter(x__startswith=Value(text)).exists())
    assert zoo.run(asked.exclude(x__in=[text]).count()) == 0
    for lookup in ("iexact", "icontains", "contains", "startswith", "endswith"):
        zoo.ids(Animal.objects.filter(**{f"name__{lookup}": text}))
    zoo.ids(Animal.objects.filter(tags__contains=[text], traits__contains={text: text}))
    zoo.ids(Animal.objects.filter(tags__0=text, traits__has_key=text))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=hostile)
def test_any_name_is_a_name_or_is_refused(zoo: Zoo, name: str) -> None:

    for make in (
        lambda: Animal.objects.filter(id=1).values(**{name: Value(5)}),
        lambda: Animal.objects.filter(id=1).annotate(**{name: Value(5)}).values(name),
    ):
        try:
            rows = zoo.fetch(make())
        except HyperError:
            continue
        assert rows == [{name: 5}]
    try:
        total = zoo.run(Animal.objects.aggregate(**{name: Sum("id")}))
    except HyperError:
        pass
    else:
        assert total == {name: 1176}
    # A key of JSON, whose parts two underscores separate.
    key = name.replace("__", "").strip("_") or "k"
    made = {key: 1}
    asked = Animal.objects.filter(id=1).annotate(j=Value(made))
    try:
        found = zoo.run(asked.filter(**{f"j__{key}__exact": 1}).count())
    except HyperError:
        return
    assert found == (
        0
        if key.isascii() and key.removeprefix("-").isdecimal() and len(key) < 10
        else 1
    )


def test_hostile_names_of_annotations(zoo: Zoo) -> None:
    name = 'a" , 1; --'
    rows = zoo.fetch(
        Animal.objects.annotate(**{name: Value(1)})
        .filter(**{name: 1})
        .values("id", name)
        .order_by(name, "id")[:1]
    )
    assert rows == [{"id": 1, name: 1}]
