"""Validation on request: what it finds is what the database would refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from harness import Cluster
from hyperdjango import errors
from hyperdjango.models import Check, DomainType, EnumType, Field, Index, Model, Unique
from hyperdjango.query import Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE offers (
    id serial PRIMARY KEY, code varchar(5) NOT NULL UNIQUE, iso char(2), price numeric(5,2), small smallint,
    mood mood, area text, number integer, quantity integer DEFAULT 1 NOT NULL, slot integer,
    CHECK (quantity > 0), CONSTRAINT price_fits CHECK (price < quantity * 100), UNIQUE (area, number)
);
CREATE UNIQUE INDEX ON offers (slot);
CREATE DOMAIN percentage AS numeric(5,2) DEFAULT 0 CHECK (VALUE >= 0) CHECK (VALUE <= 100);
CREATE DOMAIN half AS percentage CONSTRAINT at_most_half CHECK (VALUE <= 50);
CREATE DOMAIN given AS text NOT NULL CHECK (VALUE <> '');
CREATE DOMAIN "Odd" AS mood CHECK (VALUE <> 'sad');
CREATE TABLE guarded (
    id serial PRIMARY KEY, rate percentage NOT NULL, said percentage, part half, halves half[], word given DEFAULT 'w', odd "Odd",
    key uuid UNIQUE, at timestamptz, list integer[], data jsonb, note text, value integer CHECK (value > 0)
);
"""

types = [
    EnumType("public", "mood", ["sad", "happy"]),
    DomainType(
        "public",
        "percentage",
        "numeric(5,2)",
        db_default="0",
        checks=[
            Check("(VALUE >= (0)::numeric)", name="not_negative"),
            Check("(VALUE <= (100)::numeric)"),
        ],
    ),
    DomainType(
        "public",
        "half",
        "public.percentage",
        checks=[Check("((VALUE)::numeric <= (50)::numeric)", name="at_most_half")],
    ),
    DomainType(
        "public",
        "given",
        "text",
        nullable=False,
        checks=[Check("(VALUE <> ''::text)")],
    ),
    DomainType(
        "public",
        "Odd",
        "public.mood",
        checks=[Check("((VALUE)::public.mood <> 'sad'::public.mood)")],
    ),
]


class Offer(Model):
    id: int = Field(primary_key=True)
    code: str = Field(unique=True, db_type="character varying(5)")
    iso: str = Field(nullable=True, db_type="character(2)")
    price: Decimal = Field(nullable=True, db_type="numeric(5,2)")
    small: int = Field(nullable=True, db_type="smallint")
    mood: str = Field(nullable=True, db_type="public.mood")
    area: str = Field(nullable=True)
    number: int = Field(nullable=True)
    quantity: int = Field(db_default="1")
    slot: int = Field(nullable=True)

    class Meta:
        table_name = "offers"
        managed = False
        constraints = (
            Check("(quantity > 0)"),
            Check("(price < ((quantity * 100))::numeric)", name="price_fits"),
            Unique("area", "number"),
        )
        indexes = (Index("slot", unique=True),)

    def clean(self) -> None:
        if self.code == "bad":
            raise errors.ValidationError("bad is no code")
        if self.code == "worse":
            raise errors.ValidationError({"code": "worse is no code"})


class Guarded(Model):
    id: int = Field(primary_key=True)
    rate: Decimal = Field(db_type="public.percentage")
    said: str = Field(nullable=True, db_type="public.percentage")
    part: Decimal = Field(nullable=True, db_type="public.half")
    halves: list[Decimal] = Field(nullable=True, db_type="public.half[]")
    word: str = Field(nullable=True, db_type="public.given", db_default="'w'::text")
    odd: str = Field(nullable=True, db_type='public."Odd"')
    key: str = Field(nullable=True, unique=True, db_type="uuid")
    at: str = Field(nullable=True, db_type="timestamp with time zone")
    list: str = Field(nullable=True, db_type="integer[]")
    data: str = Field(nullable=True, db_type="jsonb")
    note: str = Field(nullable=True)
    value: int = Field(nullable=True)

    class Meta:
        table_name = "guarded"
        managed = False
        constraints = (Check("(value > 0)"),)


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


rows = st.fixed_dictionaries(
    {"code": st.text("abé", max_size=7)},
    optional={
        "iso": st.none() | st.text("xé ", max_size=4),
        "price": st.none()
        | st.decimals(-2000, 2000, places=2)
        | st.sampled_from(
            [Decimal("NaN"), Decimal("1E+2"), Decimal("999.99"), Decimal(1000)]
        ),
        "small": st.none() | st.sampled_from([-32769, -32768, 0, 32767, 32768]),
        "mood": st.none() | st.sampled_from(["sad", "happy", "Happy", ""]),
        "number": st.none() | st.integers(-(2**31) - 1, 2**31),
        "area": st.none() | st.sampled_from(["n", "s"]),
        "quantity": st.none() | st.integers(-1, 20),
        "slot": st.none() | st.integers(1, 3),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows)
def test_what_is_refused_is_what_the_database_refuses(
    w: World, values: dict[str, Any]
) -> None:
    async def work(database: Noting) -> None:
        one = Offer(**values)
        refused: Exception | None = None
        try:
            await one.full_clean()
        except errors.ValidationError as error:
            refused = error
        try:
            await one.save()
        except (errors.IntegrityError, errors.DataError) as error:
            assert refused is not None, error
        else:
            assert refused is None

    w.run(work)


def test_all_that_is_wrong_is_said_at_once(w: World) -> None:
    async def work(database: Noting) -> None:
        await Offer.objects.all().delete()
        await Offer.objects.create(code="a", area="n", number=1, slot=1)
        database.taken()
        one = Offer(
            code="a",
            area="n",
            number=1,
            slot=1,
            price=Decimal(5000),
            mood="glad",
            quantity=0,
        )
        with pytest.raises(errors.ValidationError) as caught:
            await one.full_clean()
        assert len(database.taken()) == 2
        said = caught.value.message_dict
        assert set(said) == {"code", "price", "mood", "slot", "__all__"}
        assert "another Offer with this area and number" in said["__all__"][0]
        assert "quantity > 0" in said["__all__"][1]
        assert "sad, happy" in said["mood"][0]
        assert "code: there is another Offer with this code" in str(caught.value)
        await one.full_clean(
            exclude=["code", "price", "mood", "slot", "area", "quantity"]
        )
        with pytest.raises(errors.ValidationError) as caught:
            await one.full_clean(validate_unique=False, validate_constraints=False)
        assert set(caught.value.message_dict) == {"price", "mood"}

    w.run(work)


def test_a_row_is_not_in_its_own_way(w: World) -> None:
    async def work(database: Noting) -> None:
        await Offer.objects.all().delete()
        one = await Offer.objects.create(code="a", area="n", number=1, slot=1)
        other = await Offer.objects.create(code="b")
        await one.full_clean()
        await (await Offer.objects.only("code").get(pk=one.pk)).full_clean()
        other.code = "a"
        with pytest.raises(errors.ValidationError):
            await other.validate_unique()
        other.code = Value("a")  # type: ignore[assignment]
        await other.full_clean()
        with pytest.raises(errors.ValidationError) as caught:
            await Offer(id=one.id, code="c").validate_unique()
        assert set(caught.value.message_dict) == {"id"}

    w.run(work)


def test_a_model_has_a_word_of_its_own(w: World) -> None:
    async def work(database: Noting) -> None:
        with pytest.raises(errors.ValidationError) as caught:
            await Offer(code="bad").full_clean()
        assert caught.value.message_dict == {"__all__": ["bad is no code"]}
        with pytest.raises(errors.ValidationError) as caught:
            await Offer(code="worse").full_clean()
        assert caught.value.message_dict == {"code": ["worse is no code"]}
        # It is asked for, and not done by itself.
        await Offer(code="worse").save()

    w.run(work)


def test_what_must_be_given() -> None:
    with pytest.raises(errors.ValidationError) as caught:
        Offer().clean_fields()
    assert set(caught.value.message_dict) == {"code"}
    with pytest.raises(errors.ValidationError) as caught:
        Offer(code=None, quantity=None).clean_fields()
    assert set(caught.value.message_dict) == {"code", "quantity"}
    Offer(code="x\0").clean_fields(exclude=["code"])
    with pytest.raises(errors.ValidationError, match="NUL"):
        Offer(code="x\0").clean_fields()
    error = errors.ValidationError(["one", "two"], code="both")
    assert error.messages == ["one", "two"] and error.code == "both"
    with pytest.raises(AttributeError):
        error.message_dict  # noqa: B018


FITTING: list[dict[str, Any]] = [
    {},
    {"rate": 0, "part": 50, "word": "x", "odd": "happy", "value": 1},
    {"rate": 100, "part": None, "halves": [Decimal(1), None], "odd": None},
    {"key": "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "at": "infinity", "list": "{1,2}"},
    {"said": "5.123", "data": '{"a": 1}', "note": "zz"},
]
REFUSED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"rate": 500}, {"rate": "domain percentage"}),
    ({"rate": "-0.5"}, {"rate": "the check not_negative of the domain percentage"}),
    ({"rate": 5000}, {"rate": "digits before the point"}),
    ({"rate": None}, {"rate": "NULL"}),
    ({"said": "500"}, {"said": "domain percentage"}),
    ({"said": "5000"}, {"said": "numeric field overflow"}),
    ({"said": "x"}, {"said": "invalid input syntax for type numeric"}),
    ({"part": 70}, {"part": "at_most_half"}),
    ({"part": 170}, {"part": "domain percentage"}),
    ({"halves": [1, 70]}, {"halves": "at_most_half"}),
    ({"word": ""}, {"word": "domain given"}),
    ({"word": None}, {"word": "NULL"}),
    ({"odd": "sad"}, {"odd": "domain Odd"}),
    ({"odd": "glad"}, {"odd": "none of the labels of public.mood"}),
    ({"key": "zz"}, {"key": "invalid input syntax for type uuid"}),
    ({"at": "soon"}, {"at": "timestamp"}),
    ({"list": "{a}"}, {"list": "integer"}),
    ({"data": "{"}, {"data": "json"}),
    (
        {"key": "z", "at": "z", "rate": 101, "value": 0, "note": "z"},
        {"key": "uuid", "at": "time", "rate": "percentage", "__all__": "(value > 0)"},
    ),
]


@pytest.mark.parametrize("in_transaction", [False, True])
def test_domains_and_text_of_other_types(w: World, in_transaction: bool) -> None:
    async def all_of_it(database: Noting) -> None:
        for values in FITTING:
            one = Guarded(**values)
            await one.full_clean()
            await one.save()
        for values, expected in REFUSED:
            with pytest.raises(errors.ValidationError) as caught:
                await Guarded(**values).full_clean()
            said = caught.value.message_dict
            assert said.keys() == expected.keys()
            for name, words in expected.items():
                assert words in " ".join(said[name])
            with pytest.raises(errors.DatabaseError):
                async with database.transaction():
                    await Guarded(**values).save()
            await Guarded(**values).full_clean(exclude=[*expected, "value"])
        assert await Guarded.objects.count() == len(FITTING)

    async def work(database: Noting) -> None:
        await Guarded.objects.all().delete()
        if in_transaction:
            async with database.transaction():
                await all_of_it(database)
                # Another task of the transaction can't guard it, and looks at the rest.
                await asyncio.create_task(
                    Guarded(key="a0eebc999c0b4ef8bb6d6bb9bd380a12").full_clean()
                )
        else:
            await all_of_it(database)

    w.run(work)
