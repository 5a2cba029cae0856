"""Fields whose annotations are rich ones: enumerations, ranges, network addresses, lists of those, lengths of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Any
from uuid import UUID

import pytest
from harness import Cluster
from hyperdjango import _engine
from hyperdjango.errors import FieldValueError, ModelError, ValidationError
from hyperdjango.models import EnumType, Field, Model, Range
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from writes_support import Noting, World, world

SCRIPT = """
CREATE TYPE mood AS ENUM ('calm', 'it''s "odd", \\', 'wild one', '');
CREATE TABLE kit (
    id serial PRIMARY KEY, mood mood, moods mood[], host inet, hosts inet[], net cidr,
    whole int4range, big int8range, parts numrange, days daterange, wall tsrange, zoned tstzrange,
    stays daterange[], times tstzrange[], span interval, spans interval[], uid uuid, uids uuid[], doc jsonb,
    words varchar(20)[], prices numeric(10,2)[], moments timestamptz[]
);
"""


class Mood(StrEnum):
    CALM = "calm"
    ODD = 'it\'s "odd", \\'
    WILD = "wild one"
    EMPTY = ""


class Kit(Model):
    id: int = Field(primary_key=True)
    mood: Mood | None = Field(db_type="public.mood")
    moods: list[Mood] | None = Field(db_type="public.mood[]")
    host: IPv4Address | IPv6Address | None = Field(db_type="inet")
    hosts: list[IPv4Address | IPv6Address] | None = Field(db_type="inet[]")
    net: IPv4Network | IPv6Network | None = Field(db_type="cidr")
    whole: Range[int] | None = Field(db_type="int4range")
    big: Range[int] | None = Field(db_type="int8range")
    parts: Range[Decimal] | None = Field(db_type="numrange")
    days: Range[date] | None = Field(db_type="daterange")
    wall: Range[datetime] | None = Field(db_type="tsrange")
    zoned: Range[datetime] | None = Field(db_type="tstzrange")
    stays: list[Range[date]] | None = Field(db_type="daterange[]")
    times: list[Range[datetime]] | None = Field(db_type="tstzrange[]")
    span: timedelta | None = Field(db_type="interval")
    spans: list[timedelta] | None = Field(db_type="interval[]")
    uid: UUID | None = Field(db_type="uuid")
    uids: list[UUID] | None = Field(db_type="uuid[]")
    doc: Any | None = Field(db_type="jsonb")
    words: list[str] | None = Field(db_type="character varying(20)[]")
    prices: list[Decimal] | None = Field(db_type="numeric(10,2)[]")
    moments: list[datetime] | None = Field(db_type="timestamp with time zone[]")

    class Meta:
        table_name = "kit"
        managed = False


types = [EnumType("public", "mood", Mood)]


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


def ranges(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Range[Any]]:
    """Ranges whose ends are in order, open ones and empty ones among them."""

    def ordered(one: Any, other: Any, bounds: str) -> Range[Any]:
        if one is not None and other is not None and one > other:
            one, other = other, one
        return Range(one, other, bounds)

    ends = st.none() | values
    some = st.builds(ordered, ends, ends, st.sampled_from(["[)", "[]", "(]", "()"]))
    return some | st.just(Range(None, None, "empty"))


texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5
)
whole = st.integers(-(2**31) + 9, 2**31 - 9)
days = st.dates(date(1, 1, 3), date(9999, 12, 29))
wall = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))
zoned = st.datetimes(datetime(1900, 1, 3), datetime(9999, 12, 29)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
prices = st.decimals(
    -(10**6), 10**6, allow_nan=False, allow_infinity=False, places=2
).map(lambda number: number + 0)
moods = st.sampled_from(list(Mood))
hosts = (
    st.ip_addresses()
    | st.builds(IPv4Interface, st.tuples(st.ip_addresses(v=4), st.integers(0, 31)))
    | st.builds(IPv6Interface, st.tuples(st.ip_addresses(v=6), st.integers(0, 127)))
)
networks = hosts.map(
    lambda host: (
        host.network
        if isinstance(host, (IPv4Interface, IPv6Interface))
        else (IPv4Network if host.version == 4 else IPv6Network)(host)
    )
)
spans = st.timedeltas(timedelta(-1000), timedelta(1000))


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | one, max_size=3)


rows = st.fixed_dictionaries(
    {
        name: st.none() | values
        for name, values in {
            "mood": moods,
            "moods": several(moods),
            "host": hosts,
            "hosts": several(hosts),
            "net": networks,
            "whole": ranges(whole),
            "big": ranges(st.integers(-(2**62), 2**62)),
            "parts": ranges(prices),
            "days": ranges(days),
            "wall": ranges(wall),
            "zoned": ranges(zoned),
            "stays": several(ranges(days)),
            "times": several(ranges(zoned)),
            "span": spans,
            "spans": several(spans),
            "uid": st.uuids(),
            "uids": several(st.uuids()),
            "doc": st.integers() | texts.filter(bool),
            "words": several(texts),
            "prices": several(prices),
            "moments": several(zoned),
        }.items()
    }
)


def held(instance: Kit, values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in values}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows, rows)
def test_what_is_written_is_what_is_read_and_what_the_server_shows(
    w: World, values: dict[str, Any], changed: dict[str, Any]
) -> None:
    async def work(database: Noting) -> None:
        given_as = Kit(**values)
        wanted = held(given_as, values)
        one = await Kit.objects.create(**values)
        assert held(one, values) == wanted
        read = await Kit.objects.get(pk=one.pk)
        assert held(read, values) == wanted
        for name, value in wanted.items():
            assert type(getattr(read, name)) is type(value)
        again = await Kit.objects.get(pk=one.pk)
        assert again.to_dict() == {"id": one.pk, **wanted}
        (row,) = await Kit.objects.filter(pk=one.pk).values(*values)
        assert row == wanted
        (line,) = await Kit.objects.filter(pk=one.pk).values_list("moods", "host")
        assert line == (wanted["moods"], wanted["host"])
        assert await Kit.objects.filter(pk=one.pk).values_list("mood", flat=True) == [
            wanted["mood"]
        ]
        # From the row's bytes and from the values: the same JSON.
        fresh = await Kit.objects.get(pk=one.pk)
        assert _engine.encode_json(fresh) == _engine.encode_json(again.to_dict())
        # What PostgreSQL itself makes of the texts that it shows.
        for name in ("mood", "host", "net", "whole", "parts", "days", "wall", "zoned"):
            shown = await database.query_val(
                f'SELECT "{name}"::text = $2::{Kit._meta.by_name[name].db_type}::text FROM kit WHERE id = $1',
                one.pk,
                None if wanted[name] is None else str(wanted[name]),
            )
            assert shown is (None if wanted[name] is None else True)
        for name, value in wanted.items():
            if value is not None and name != "doc":
                assert await Kit.objects.filter(pk=one.pk, **{name: value}).exists()
                assert await Kit.objects.filter(
                    pk=one.pk, **{f"{name}__in": [value]}
                ).exists()
        for name, value in changed.items():
            setattr(read, name, value)
        await read.save()
        assert held(await Kit.objects.get(pk=one.pk), changed) == held(read, changed)
        await Kit.objects.filter(pk=one.pk).update(**values)
        assert held(await Kit.objects.get(pk=one.pk), values) == wanted
        many = await Kit.objects.bulk_create([Kit(**values), Kit(**changed)])
        assert held(many[0], values) == wanted
        for name, value in changed.items():
            setattr(many[0], name, value)
        await Kit.objects.bulk_update(many, list(changed))
        found = await Kit.objects.in_bulk([row.pk for row in many])
        for row in many:
            assert held(found[row.pk], changed) == held(row, changed)

    w.run(work)


def test_values_are_converted(w: World) -> None:
    kit = Kit(
        mood="calm",
        moods=("calm", None, "wild one"),
        host="10.0.0.1",
        hosts=["10.0.0.1/8", "::1"],
        net="10.0.0.0/8",
        whole=(1, 4, "[]"),
        big="(1,2)",
        days=("2020-01-01", None),
        zoned=("2020-01-01T00:00:00+00:00", "2020-01-02T00:00:00+00:00"),
        uids="{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
        prices=["1.50"],
    )
    assert kit.mood is Mood.CALM
    assert kit.moods == [Mood.CALM, None, Mood.WILD]
    assert kit.host == IPv4Address("10.0.0.1")
    assert kit.hosts == [IPv4Interface("10.0.0.1/8"), IPv6Address("::1")]
    assert kit.net == IPv4Network("10.0.0.0/8")
    assert kit.whole == Range(1, 5) and kit.big is not None and kit.big.isempty
    assert kit.days == Range(date(2020, 1, 1), None, "[]")
    assert kit.zoned is not None and kit.zoned.lower == datetime(2020, 1, 1, tzinfo=UTC)
    assert kit.uids == [UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")]
    assert kit.prices == [Decimal("1.50")]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("mood", "sad", "one of the labels of Mood: 'calm'"),
        ("mood", 3, "a Mood or its text"),
        ("moods", ["sad"], "one of the labels of Mood"),
        ("moods", "calm", "a list of values"),
        ("host", "10.0.0", 'an address, "10.0.0.1"'),
        ("host", 7, "an address"),
        ("net", "10.0.0.1/8", "no bits behind its netmask"),
        ("whole", (5, 1), "give the lower end first"),
        ("whole", ("a", None), "a whole number"),
        ("whole", 5, "a Range, its ends (1, 5)"),
        ("whole", "[1", "a Range, its ends"),
        ("days", (1, 2, "x"), "a date"),
        ("parts", (1, 2, "x"), "give one of [), [], (], (), empty"),
        ("zoned", (datetime(2020, 1, 1), None), "a time zone"),
        ("span", "1 mon", "which has no months"),
        ("span", 3600, "a timedelta: timedelta(hours=3)"),
    ],
)
def test_what_is_no_value_is_told(name: str, value: Any, said: str) -> None:
    with pytest.raises(FieldValueError) as raised:
        Kit(**{name: value})
    assert f"Kit.{name}" in str(raised.value)
    assert said in str(raised.value)


def test_months_are_an_error_and_never_a_wrong_length(w: World) -> None:
    async def work(database: Noting) -> None:
        number = await database.query_val(
            "INSERT INTO kit (span, spans) VALUES ('1 mon 3 days', '{1 year}') RETURNING id"
        )
        read = await Kit.objects.get(pk=number)
        for name in ("span", "spans"):
            with pytest.raises(FieldValueError, match="which has no months") as raised:
                getattr(read, name)
            assert f"Kit.{name} can't be" in str(raised.value)
        with pytest.raises(FieldValueError):
            (await Kit.objects.get(pk=number)).to_dict()
        with pytest.raises(FieldValueError):
            await Kit.objects.filter(pk=number).values("span")
        # What else the row has can be read, and it can be left out.
        assert (await Kit.objects.get(pk=number)).mood is None
        left = await Kit.objects.defer("span", "spans").get(pk=number)
        assert left.to_dict()["id"] == number

    w.run(work)


def test_ends_that_python_can_not_hold_are_text(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Kit.objects.create(days="[2020-01-01,infinity)")
        read = await Kit.objects.get(pk=one.pk)
        assert read.days == Range(date(2020, 1, 1), "infinity")
        read.days = read.days
        await read.save(update_fields=["days"])
        shown = await database.query_val(
            "SELECT days = '[2020-01-01,infinity)' FROM kit WHERE id = $1", one.pk
        )
        assert shown is True

    w.run(work)


def test_a_label_that_the_class_lacks_is_told_when_it_is_read(w: World) -> None:
    async def work(database: Noting) -> None:
        await database.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'")
        number = await database.query_val(
            "INSERT INTO kit (mood) VALUES ('new') RETURNING id"
        )
        read = await Kit.objects.get(pk=number)
        with pytest.raises(FieldValueError, match="one of the labels of Mood"):
            read.mood  # noqa: B018

    w.run(work)


def test_settings_of_the_session_change_no_range(w: World) -> None:
    async def work(database: Noting) -> None:
        values = {
            "days": Range(date(2020, 2, 1), date(2020, 3, 4)),
            "zoned": Range(datetime(2020, 2, 1, 3, tzinfo=UTC), None),
            "stays": [Range(date(2020, 2, 1), date(2020, 3, 4))],
        }
        async with database.transaction():
            await database.execute("SET LOCAL DateStyle = 'SQL, DMY'")
            await database.execute("SET LOCAL TimeZone = 'Asia/Kathmandu'")
            one = await Kit.objects.create(**values)
            assert held(await Kit.objects.get(pk=one.pk), values) == values

    w.run(work)


def test_ranges_and_addresses_have_their_lookups(w: World) -> None:
    async def work(database: Noting) -> None:
        one = await Kit.objects.create(
            whole=Range(1, 5), host="10.1.2.3", net="10.0.0.0/8", moods=["calm"]
        )
        mine = Kit.objects.filter(pk=one.pk)
        for lookup in (
            {"whole__contains": 4},
            {"whole__contains": Range(2, 3)},
            {"whole__overlap": (4, 9)},
            {"whole__adjacent_to": Range(5, 6)},
            {"host__net_contained": "10.0.0.0/8"},
            {"net__net_contains": "10.1.2.3"},
            {"moods__contains": [Mood.CALM]},
            {"mood__isnull": True},
        ):
            assert await mine.filter(**lookup).exists(), lookup
        for lookup in ({"whole__contains": 5}, {"host__net_contained": "11.0.0.0/8"}):
            assert not await mine.filter(**lookup).exists(), lookup

    w.run(work)


def test_validation_knows_them() -> None:
    Kit(id=1, mood="calm", whole=Range(1, 2)).clean_fields()
    with pytest.raises(ValidationError) as raised:
        Needed(id=1).clean_fields()
    assert list(raised.value.message_dict) == ["mood"]


class Needed(Model):
    id: int = Field(primary_key=True)
    mood: Mood = Field(db_type="public.mood")

    class Meta:
        table_name = "needed"
        managed = False


def test_one_version_of_addresses_alone_is_refused() -> None:
    with pytest.raises(ModelError, match=r"IPv4Address \| IPv6Address"):

        class Alone(Model):
            host: IPv4Address = Field(db_type="inet")

            class Meta:
                table_name = "alone"

        Alone._meta.fields[0].python_type  # noqa: B018


def test_a_range_says_what_it_holds() -> None:
    assert Range(1, 1).isempty and Range(None, None, "empty") == Range(2, 2, "(]")
    assert 5 in Range(1, 5, "[]") and 1 not in Range(1, 5, "(]")
    assert 7 in Range(None, 9) and 7 not in Range(None, None, "empty")
    assert str(Range("a,b", 'c"')) == '["a,b","c\\"")'
    assert hash(Range(1, 5)) == hash(Range(1, 5))
    with pytest.raises(ValueError, match="bounds"):
        Range(1, 2, "{}")


def test_rows_are_copied_and_parameters_are_taken(w: World) -> None:
    async def work(database: Noting) -> None:
        row = (Mood.ODD, Range(1, 5), IPv4Address("10.0.0.1"), [IPv6Address("::1")])
        names = ["mood", "whole", "host", "hosts"]
        await database.copy_from("kit", rows=[row], columns=names)
        found = await database.query_val(
            "SELECT id FROM kit WHERE mood = $1 AND whole = $2 AND host = $3 AND hosts = $4",
            *row,
        )
        read = await Kit.objects.get(pk=found)
        assert (read.mood, read.whole, read.host, read.hosts) == row

    w.run(work)
