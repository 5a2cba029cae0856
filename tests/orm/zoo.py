"""A small schema with a column of every family, relations both ways, and rows with NULLs, for tests of queries."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from hyperdjango.models import Field, Model

SCHEMA = """
CREATE TYPE mood AS ENUM ('calm', 'it''s "odd", \\', 'wild');
CREATE TABLE keeper (id serial PRIMARY KEY, name text NOT NULL, boss_id integer REFERENCES keeper);
CREATE TABLE animal (
    id serial PRIMARY KEY,
    keeper_id integer REFERENCES keeper,
    name text, code varchar(20), flag char(3),
    legs smallint, weight double precision, small real, price numeric(10,2), big bigint, fee money,
    tame boolean, born date, fed timestamptz, seen timestamp, wakes time,
    nap interval, photo bytea, token uuid, mood mood,
    traits jsonb, raw json, tags text[], scores integer[],
    stay daterange, span int4range, home inet
);
CREATE TABLE meal (
    id serial PRIMARY KEY,
    animal_id integer NOT NULL REFERENCES animal,
    food text NOT NULL,
    grams integer,
    eaten date
);
CREATE TABLE visit (
    animal_id integer NOT NULL REFERENCES animal, day date NOT NULL, note text,
    PRIMARY KEY (animal_id, day)
);
INSERT INTO keeper (name, boss_id) VALUES ('Ada', NULL), ('Ben', 1), ('Cleo', 1), ('Dan', 2);
INSERT INTO animal (keeper_id, name, code, flag, legs, weight, small, price, big, fee, tame, born, fed, seen, wakes, nap,
                    photo, token, mood, traits, raw, tags, scores, stay, span, home)
SELECT CASE WHEN n % 5 > 0 THEN 1 + n % 4 END,
       (ARRAY['Ant', 'ant', 'Bee_1', 'c%t', 'Dög', 'e\\l', 'F''ly', ''])[1 + n % 8] || CASE WHEN n > 24 THEN n::text ELSE '' END,
       CASE WHEN n % 6 > 0 THEN 'C' || n % 9 END,
       CASE WHEN n % 7 > 0 THEN (ARRAY['ab', 'abc', 'x'])[1 + n % 3] END,
       CASE WHEN n % 4 > 0 THEN n % 9 - 2 END,
       CASE WHEN n % 5 > 1 THEN n / 4.0 END, CASE WHEN n % 3 > 0 THEN n / 8.0 END,
       CASE WHEN n % 6 > 1 THEN n * 1.25 END, CASE WHEN n % 5 > 0 THEN n * 10000000000 END,
       CASE WHEN n % 4 > 0 THEN (n * 1.5)::numeric::money END,
       CASE WHEN n % 3 > 0 THEN n % 2 = 0 END,
       CASE WHEN n % 7 > 0 THEN date '2019-12-20' + n * 9 END,
       CASE WHEN n % 8 > 0 THEN timestamptz '2019-12-31 22:30:00+00' + n * interval '31 hours 7.25 minutes' END,
       CASE WHEN n % 6 > 0 THEN timestamp '2020-12-30 23:59:59.5' + n * interval '7 hours' END,
       CASE WHEN n % 5 > 0 THEN time '00:00' + n * interval '37 minutes' END,
       CASE WHEN n % 4 > 0 THEN n * interval '90 minutes' END,
       CASE WHEN n % 4 > 0 THEN decode(md5(n::text), 'hex') END,
       CASE WHEN n % 4 > 0 THEN md5((n / 2)::text)::uuid END,
       CASE WHEN n % 4 > 0 THEN (ARRAY['calm', 'it''s "odd", \\', 'wild'])[n % 4]::mood END,
       CASE WHEN n % 5 > 0 THEN jsonb_build_object('colour', (ARRAY['red', 'Blue', NULL])[1 + n % 3], 'size', n % 4,
            'deep', jsonb_build_object('list', jsonb_build_array(n % 3, 'x', NULL)), 'it''s "a" \\key', n) END,
       CASE WHEN n % 5 > 0 THEN json_build_object('k', n % 3) END,
       CASE WHEN n % 5 > 0 THEN (ARRAY[ARRAY['a', 'b'], ARRAY['b', 'c,"\\'], ARRAY['d', NULL]])[1 + n % 3:1 + n % 3] END,
       CASE WHEN n % 6 > 0 THEN ARRAY[n % 3, n % 4, 7] END,
       CASE WHEN n % 6 > 0 THEN daterange(date '2020-01-01' + n, CASE WHEN n % 4 > 0 THEN date '2020-01-05' + n END) END,
       CASE WHEN n % 7 > 0 THEN int4range(n % 5, 7) END,
       CASE WHEN n % 4 > 0 THEN inet '10.0.0.0' + n END
FROM generate_series(1, 48) n ORDER BY n;
UPDATE animal SET tags = ARRAY(SELECT unnest(tags)) WHERE tags IS NOT NULL;
UPDATE animal SET tags = '{}' WHERE id = 3;
INSERT INTO meal (animal_id, food, grams, eaten)
SELECT 1 + (n * 7) % 40, (ARRAY['hay', 'Fish', 'corn', 'hay'])[1 + n % 4], CASE WHEN n % 5 > 0 THEN n % 11 * 10 END,
       CASE WHEN n % 3 > 0 THEN date '2020-01-01' + n END
FROM generate_series(1, 90) n ORDER BY n;
INSERT INTO visit SELECT 1 + n % 12, date '2021-01-01' + n, CASE WHEN n % 2 = 0 THEN 'note ' || n END FROM generate_series(1, 30) n;
"""


class Keeper(Model):
    id: int = Field(primary_key=True)
    name: str = Field()
    boss_id: int = Field(nullable=True, foreign_key="Keeper", related_name="team")

    class Meta:
        table_name = "keeper"
        managed = False


class Animal(Model):
    id: int = Field(primary_key=True)
    keeper_id: int = Field(nullable=True, foreign_key="Keeper", related_name="animals")
    name: str = Field(nullable=True)
    code: str = Field(nullable=True, db_type="character varying(20)")
    flag: str = Field(nullable=True, db_type="character(3)")
    legs: int = Field(nullable=True, db_type="smallint")
    weight: float = Field(nullable=True)
    small: float = Field(nullable=True, db_type="real")
    price: Decimal = Field(nullable=True, db_type="numeric(10,2)")
    big: int = Field(nullable=True, db_type="bigint")
    fee: Decimal = Field(nullable=True, db_type="money")
    tame: bool = Field(nullable=True)
    born: date = Field(nullable=True)
    fed: datetime = Field(nullable=True)
    seen: datetime = Field(nullable=True, db_type="timestamp without time zone")
    wakes: time = Field(nullable=True)
    nap: str = Field(nullable=True, db_type="interval")
    photo: bytes = Field(nullable=True)
    token: str = Field(nullable=True, db_type="uuid")
    mood: str = Field(nullable=True, db_type="mood")
    traits: str = Field(nullable=True, db_type="jsonb")
    raw: str = Field(nullable=True, db_type="json")
    tags: str = Field(nullable=True, db_type="text[]")
    scores: str = Field(nullable=True, db_type="integer[]")
    stay: str = Field(nullable=True, db_type="daterange")
    span: str = Field(nullable=True, db_type="int4range")
    home: str = Field(nullable=True, db_type="inet")

    class Meta:
        table_name = "animal"
        managed = False


class Meal(Model):
    id: int = Field(primary_key=True)
    animal_id: int = Field(foreign_key="Animal", related_name="meals")
    food: str = Field()
    grams: int = Field(nullable=True)
    eaten: date = Field(nullable=True)

    class Meta:
        table_name = "meal"
        managed = False


class Visit(Model):
    animal_id: int = Field(
        primary_key=True, foreign_key="Animal", related_name="visits"
    )
    day: date = Field(primary_key=True)
    note: str = Field(nullable=True)

    class Meta:
        table_name = "visit"
        managed = False
