"""Lookups and functions of the extensions hstore, pg_trgm and unaccent, and of multiranges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hyperdjango.models import Field, Model
from hyperdjango.postgres import (
    TrigramDistance,
    TrigramSimilarity,
    TrigramStrictWordSimilarity,
    TrigramWordDistance,
    TrigramWordSimilarity,
)
from hyperdjango.query import F
from hyperdjango.query.functions import SHA1
from zoo_support import Zoo


class Word(Model):
    id: int = Field(primary_key=True)
    text: str = Field()
    pairs: str = Field(nullable=True, db_type="hstore")

    class Meta:
        table_name = "word"
        managed = False


@pytest.fixture(scope="module", autouse=True)
def seasons(zoo: Zoo) -> bool:
    """The table of ``Season``, before any other is used; whether the server can have it."""
    version = zoo.sql_ids("SELECT current_setting('server_version_num')::int")[0]
    if version >= 140000:
        zoo.run(
            zoo.database.execute(
                "CREATE TABLE season (id serial PRIMARY KEY, days datemultirange)"
            )
        )
    return version >= 140000


@pytest.fixture(scope="module")
def words(zoo: Zoo) -> Iterator[Zoo]:
    """The table, if the server has the extensions."""
    names = ("hstore", "pg_trgm", "unaccent", "pgcrypto")
    known = zoo.sql_ids("SELECT name FROM pg_available_extensions")
    if not set(names) <= set(known):
        pytest.skip("the server has no contrib extensions")
    for name in names:
        zoo.run(zoo.database.execute(f"CREATE EXTENSION {name}"))
    zoo.run(
        zoo.database.execute(
            "CREATE TABLE word (id serial PRIMARY KEY, text text NOT NULL, pairs hstore)"
        )
    )
    zoo.run(Word.objects.create(text="Hôtel garden", pairs='a=>1, "b \\"c"=>NULL'))
    zoo.run(Word.objects.create(text="gardens", pairs="a=>2"))
    zoo.run(Word.objects.create(text="nothing"))
    yield zoo


def test_hstore(words: Zoo) -> None:
    for lookups, found in (
        ({"pairs__a": "1"}, [1]),
        ({"pairs__a__in": ["1", "2"]}, [1, 2]),
        ({"pairs__contains": {"a": "1"}}, [1]),
        ({"pairs__contains": {'b "c': None}}, [1]),
        ({"pairs__contained_by": {"a": "2", "x": "y"}}, [2]),
        ({"pairs__has_key": 'b "c'}, [1]),
        ({"pairs__has_keys": ["a", 'b "c']}, [1]),
        ({"pairs__has_any_keys": ["a", "x"]}, [1, 2]),
        ({"pairs__keys__contains": ["a"]}, [1, 2]),
        ({"pairs__values__contains": ["2"]}, [2]),
        ({"pairs": {"a": "2"}}, [2]),
        ({"pairs__x__isnull": True}, [1, 2, 3]),
    ):
        assert words.ids(Word.objects.filter(**lookups).order_by("id")) == found, (
            lookups
        )
        assert words.run(Word.objects.exclude(**lookups).count()) == 3 - len(found)


def test_trigrams_and_accents(words: Zoo) -> None:
    assert words.ids(
        Word.objects.filter(text__trigram_similar="garden").order_by("id")
    ) == [1, 2]
    assert words.ids(
        Word.objects.filter(text__trigram_word_similar="garden").order_by("id")
    ) == [1, 2]
    assert words.ids(
        Word.objects.filter(text__trigram_strict_word_similar="garden").order_by("id")
    ) == [1, 2]
    assert words.ids(Word.objects.filter(text__unaccent__icontains="hotel")) == [1]
    asked = Word.objects.annotate(
        a=TrigramSimilarity("text", "garden"),
        b=TrigramDistance("text", "garden"),
        c=TrigramWordSimilarity("garden", "text"),
        d=TrigramWordDistance("garden", "text"),
        e=TrigramStrictWordSimilarity("garden", "text"),
        f=SHA1("text"),
    ).order_by("b")
    for row in words.fetch(asked):
        assert row.a + row.b == pytest.approx(1) and row.c + row.d == pytest.approx(1)
        assert len(row.f) == 40
    assert [
        row.id for row in words.fetch(asked.filter(c__gt=0.8).order_by("-c", "id"))
    ] == [1, 2]


class Season(Model):
    id: int = Field(primary_key=True)
    days: str = Field(nullable=True, db_type="datemultirange")

    class Meta:
        table_name = "season"
        managed = False


def test_multiranges(zoo: Zoo, seasons: bool) -> None:
    if not seasons:
        pytest.skip("the server has no multiranges")
    may, june, july = date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)
    zoo.run(
        Season.objects.create(days="{[2020-05-01,2020-06-01),[2020-07-01,2020-08-01)}")
    )
    zoo.run(Season.objects.create(days="{[2020-06-01,2020-07-01)}"))
    zoo.run(Season.objects.create())
    for lookups, found in (
        ({"days__contains": may}, [1]),
        ({"days__contains": (june, july)}, [2]),
        ({"days__contains": "[2020-07-02,2020-07-03)"}, [1]),
        ({"days__overlap": [(may, june), (july, None)]}, [1]),
        ({"days__contained_by": (may, None)}, [1, 2]),
        ({"days__startswith": june}, [2]),
        ({"days__endswith__gt": july}, [1]),
        ({"days": [(june, july)]}, [2]),
        ({"days__fully_lt": (july, None)}, [2]),
    ):
        assert zoo.ids(Season.objects.filter(**lookups).order_by("id")) == found, (
            lookups
        )
    assert zoo.ids(Season.objects.order_by(F("days").desc(nulls_last=True), "id")) == [
        2,
        1,
        3,
    ]
