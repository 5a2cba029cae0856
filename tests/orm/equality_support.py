"""Foreign keys whose values PostgreSQL finds equal and Python does not: their tables and models."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, NamedTuple

from hyperdjango.models import Field, ForeignKey, Model, Range
from writes_support import World


class Kind(NamedTuple):
    """A foreign key's types, how its fields are annotated, and its values.

    Attributes:
        up, down: str, the type that is referred to, and that which refers.
        python: type, or types of both sides.
        keys: the values that are referred to, in SQL.
        references: the values that refer to them.
        needs: str, SQL that a server may not have what it takes for.
    """

    up: str
    down: str
    python: Any
    keys: tuple[str, ...]
    references: tuple[str, ...]
    needs: str = ""


CITEXT = "CREATE EXTENSION IF NOT EXISTS citext"
ICU = (
    "CREATE COLLATION IF NOT EXISTS level2 "
    "(provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
)
AMOUNT = "CREATE DOMAIN amount AS numeric"
CODE = "CREATE DOMAIN code AS character(6)"
BEGIN = "timestamp '2024-01-01'"

KINDS: dict[str, Kind] = {
    "citext": Kind(
        "citext",
        "citext",
        str,
        ("'Acme'", "'Globex'"),
        ("'ACME'", "'acme'", "'Acme'", "'globex'"),
        CITEXT,
    ),
    "char": Kind(
        "character(5)",
        "character(2)",
        str,
        ("'ab'", "'c'"),
        ("'ab'", "'ab'", "'c'", "'c '"),
    ),
    "varchar_char": Kind(
        "character(5)",
        "character varying(9)",
        str,
        ("'ab'", "'c'"),
        ("'ab'", "'ab   '", "'c'"),
    ),
    "char_domain": Kind(
        "code", "character(3)", str, ("'ab'", "'c'"), ("'ab'", "'c'"), CODE
    ),
    "collation": Kind(
        'text COLLATE "level2"',
        'text COLLATE "level2"',
        str,
        ("'Acme'", "'Globex'"),
        ("'ACME'", "'acme'", "'GLOBEX'"),
        ICU,
    ),
    "collation_one": Kind(
        'text COLLATE "level2"',
        "text",
        str,
        ("'Acme'", "'Globex'"),
        ("'ACME'", "'acme'", "'GLOBEX'"),
        ICU,
    ),
    "collation_other": Kind(
        "text",
        'text COLLATE "level2"',
        str,
        ("'Acme'", "'Globex'"),
        ("'Acme'", "'Acme'", "'Globex'"),
        ICU,
    ),
    "amount": Kind(
        "amount",
        "amount",
        str,
        ("1.0", "2", "'NaN'"),
        ("1", "1.00", "2.000", "'NaN'"),
        AMOUNT,
    ),
    "mixed": Kind(
        "numeric", "integer", (Decimal, int), ("1.0", "2", "2.5"), ("1", "2", "1")
    ),
    "whole": Kind("bigint", "integer", (int, str), ("1", "2"), ("1", "1", "2")),
    "interval": Kind(
        "interval",
        "interval",
        str,
        ("'1 month'", "'1 day'", "'0'"),
        ("'30 days'", "'24 hours'", "'720:00'", "'1 month -30 days'"),
    ),
    "timedelta": Kind(
        "interval",
        "interval",
        timedelta,
        ("'1 day'", "'90 minutes'"),
        ("'24 hours'", "'1:30'"),
    ),
    "cidr": Kind(
        "inet",
        "cidr",
        str,
        ("'10.0.0.1/32'", "'10.0.0.0/8'", "'::1'"),
        ("'10.0.0.1'", "'10.0.0.0/8'", "'::1/128'", "'10.0.0.1/32'"),
    ),
    "addresses": Kind(
        "inet",
        "cidr",
        (IPv4Address | IPv6Address, IPv4Network | IPv6Network),
        ("'10.0.0.1'", "'::1'"),
        ("'10.0.0.1/32'", "'::1/128'", "'10.0.0.1/32'"),
    ),
    "multirange": Kind(
        "nummultirange",
        "nummultirange",
        str,
        ("'{[1,2),[2,3)}'", "'{}'"),
        ("'{[1.0,3)}'", "'{[1,2.5),[2,3.00)}'", "'{}'"),
    ),
    "json": Kind(
        "jsonb",
        "jsonb",
        str,
        ("'1.0'", '\'{"a": 1, "b": [true]}\'', "'\"x\"'"),
        ("'1'", "'1.00'", '\'{"b": [true], "a": 1.0}\'', "'\"x\"'"),
    ),
    "json_any": Kind(
        "jsonb",
        "jsonb",
        Any,
        ("'1.0'", '\'{"a": 1, "b": [true]}\'', "'\"x\"'"),
        ("'1'", "'1.00'", '\'{"b": [true], "a": 1.0}\'', "'\"x\"'"),
    ),
    "numrange": Kind(
        "numrange",
        "numrange",
        str,
        ("'[1,2)'", "'[1.0,)'", "'empty'"),
        ("'[1.0,2.00)'", "'[1,)'", "'(3,3)'"),
    ),
    "range": Kind(
        "numrange",
        "numrange",
        Range[Decimal],
        ("'[1,2)'", "'[1.0,)'", "'empty'"),
        ("'[1.0,2.00)'", "'[1,)'", "'(3,3)'"),
    ),
    "nan": Kind(
        "numeric", "numeric", Decimal, ("'NaN'", "1.0"), ("'NaN'", "'NaN'", "1.00")
    ),
    "float_nan": Kind(
        "double precision",
        "double precision",
        float,
        ("'NaN'", "0", "0.1"),
        ("'NaN'", "'NaN'", "'-0'", "0.1"),
    ),
    "real": Kind("double precision", "real", float, ("0.5", "2"), ("0.5", "2", "0.5")),
    "date": Kind(
        "timestamp without time zone",
        "date",
        (datetime, date),
        (BEGIN, f"{BEGIN} + '1 day'", f"{BEGIN} + '90 minutes'", "'infinity'"),
        ("'2024-01-01'", "'2024-01-02'", "'2024-01-01'", "'infinity'"),
    ),
    "array": Kind(
        "numeric[]",
        "numeric[]",
        list[Decimal],
        ("'{1.0,2}'", "'{}'", "'{NULL,3}'"),
        ("'{1,2.00}'", "'{1.0,2}'", "'{}'", "'{NULL,3.0}'"),
    ),
    "array_text": Kind(
        "numeric[]",
        "numeric[]",
        str,
        ("'{1.0,2}'", "'{}'", "'{NULL,3}'"),
        ("'{1,2.00}'", "'{1.0,2}'", "'{}'", "'{NULL,3.0}'"),
    ),
    "text_array": Kind(
        "text[]",
        "text[]",
        list[str],
        ("""'{"a b","c,\\"d"}'""", "'{}'"),
        ("""'{a b,"c,\\"d"}'""", "'{}'"),
    ),
    "money": Kind("money", "money", Decimal, ("1", "2.5"), ("1", "1.00", "2.50")),
    "infinity": Kind(
        "date",
        "date",
        date,
        ("'2024-01-01'", "'infinity'"),
        ("'2024-01-01'", "'infinity'", "'infinity'"),
    ),
}


def script(name: str) -> str:
    kind = KINDS[name]
    keys = ", ".join(f"({key}, {number})" for number, key in enumerate(kind.keys))
    # More than one row of each, and more of the keys that are the same.
    references = ", ".join(f"({one})" for one in (*kind.references, "NULL") * 2)
    return f"""
{kind.needs};
CREATE TABLE up_{name} (id {kind.up} PRIMARY KEY, n integer);
CREATE TABLE down_{name} (id serial PRIMARY KEY, up_id {kind.down} REFERENCES up_{name});
INSERT INTO up_{name} VALUES {keys};
INSERT INTO down_{name} (up_id) VALUES {references};
"""


PAIR = f"""
{CITEXT};
CREATE TABLE up_pair (name citext, number integer, n integer, PRIMARY KEY (name, number));
CREATE TABLE down_pair (id serial PRIMARY KEY, name citext, number bigint,
    FOREIGN KEY (name, number) REFERENCES up_pair);
INSERT INTO up_pair VALUES ('Acme', 1, 0), ('Acme', 2, 1), ('Globex', 1, 2);
INSERT INTO down_pair (name, number) VALUES ('ACME', 1), ('acme', 1), ('aCME', 2), ('globex', 1), (NULL, 1), ('x', NULL);
"""


def meta(table: str, **options: Any) -> type:
    return type("Meta", (), {"table_name": table, "managed": False, **options})


MODELS: dict[str, tuple[type[Any], type[Any]]] = {}


def models(name: str, kind: Kind | None = None) -> tuple[type[Any], type[Any]]:
    """The models of a kind's tables."""
    if name in MODELS:
        return MODELS[name]
    kind = kind or KINDS[name]
    here, there = (
        kind.python if isinstance(kind.python, tuple) else (kind.python, kind.python)
    )
    stated = [
        None if text in ("amount", "code") else text.partition(" COLLATE")[0]
        for text in (kind.up, kind.down)
    ]
    up = type(
        f"Up_{name}",
        (Model,),
        {
            "__module__": __name__,
            "__annotations__": {"id": here, "n": int},
            "id": Field(primary_key=True, db_type=stated[0]),
            "n": Field(),
            "Meta": meta(f"up_{name}"),
        },
    )
    down = type(
        f"Down_{name}",
        (Model,),
        {
            "__module__": __name__,
            "__annotations__": {"id": int, "up_id": there},
            "id": Field(primary_key=True),
            "up_id": Field(
                nullable=True,
                db_type=stated[1],
                foreign_key=f"Up_{name}",
                related_name="downs",
            ),
            "Meta": meta(f"down_{name}"),
        },
    )
    MODELS[name] = up, down
    return up, down


class UpPair(Model):
    name: str = Field(primary_key=True, db_type="citext")
    number: int = Field(primary_key=True)
    n: int = Field()

    class Meta:
        table_name = "up_pair"
        managed = False


class DownPair(Model):
    id: int = Field(primary_key=True)
    name: str = Field(nullable=True, db_type="citext")
    number: int = Field(nullable=True)

    class Meta:
        table_name = "down_pair"
        managed = False
        constraints = (ForeignKey(("name", "number"), to="UpPair"),)


def both(name: str) -> tuple[Any, Any, str, str, str]:
    """The models of a kind, the relations of both, and the condition that joins the tables."""
    if name == "pair":
        return (
            UpPair,
            DownPair,
            "down_pair_set",
            "up_pair",
            "(u.name, u.number) = (d.name, d.number)",
        )
    return (*models(name), "downs", "up", "d.up_id = u.id")


def joined(w: World, name: str) -> list[tuple[int, int]]:
    """What belongs together: the number of a row that is referred to, and the key of one that refers."""
    found: list[Any] = w.sql(
        f"SELECT u.n, d.id FROM down_{name} d JOIN up_{name} u ON {both(name)[4]} ORDER BY 1, 2"
    )
    assert found
    return found
