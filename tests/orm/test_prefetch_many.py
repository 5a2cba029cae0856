"""prefetch_related() for many rows at once: however the server is told the keys, and of whatever type they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from harness import Cluster
from hyperdjango.models import Field, Model
from writes_support import Noting, World, world

# The type of the key, how a number becomes one, and its annotation.
KINDS: dict[str, tuple[str, type[Any]]] = {
    "smallint": ("g", int),
    "integer": ("g", int),
    "bigint": ("g", int),
    "oid": ("g", int),
    "numeric(9,2)": ("g", Decimal),
    "text": ("'key ' || g", str),
    "character varying(20)": ("'key ' || g", str),
    "uuid": ("md5(g::text)", str),
    "date": ("date '2000-01-01' + g", date),
}
ROWS = 1_200


def table(kind: str) -> str:
    return kind.split("(")[0].replace(" ", "_")


SCRIPT = "".join(
    f"""
CREATE TABLE up_{table(kind)} (id {kind} PRIMARY KEY, n integer);
CREATE TABLE down_{table(kind)} (id serial PRIMARY KEY, up_id {kind} REFERENCES up_{table(kind)});
INSERT INTO up_{table(kind)} SELECT ({made})::{kind}, g FROM generate_series(1, {ROWS}) g;
INSERT INTO down_{table(kind)} (up_id) SELECT id FROM up_{table(kind)}, generate_series(1, n % 3);
INSERT INTO down_{table(kind)} (up_id) VALUES (NULL);
"""
    for kind, (made, _) in KINDS.items()
)


def models(kind: str, stated: bool) -> type[Any]:
    """The models of a type's tables, as `hyper inspectdb` writes them or without the type."""
    python_type = KINDS[kind][1]
    db_type = kind if stated else None
    suffix = f"{table(kind)}{stated}"
    meta = lambda name: type("Meta", (), {"table_name": name, "managed": False})
    up = type(
        f"Up{suffix}",
        (Model,),
        {
            "__module__": f"{__name__}.{stated}",
            "__annotations__": {"id": python_type, "n": int},
            "id": Field(primary_key=True, db_type=db_type),
            "n": Field(),
            "Meta": meta(f"up_{table(kind)}"),
        },
    )
    type(
        f"Down{suffix}",
        (Model,),
        {
            "__module__": f"{__name__}.{stated}",
            "__annotations__": {"id": int, "up_id": python_type},
            "id": Field(primary_key=True),
            "up_id": Field(
                nullable=True,
                db_type=db_type,
                foreign_key=f"Up{suffix}",
                related_name="downs",
            ),
            "Meta": meta(f"down_{table(kind)}"),
        },
    )
    return up


@pytest.fixture(scope="module")
def w(cluster: Cluster) -> Iterator[World]:
    with world(cluster, SCRIPT) as made:
        yield made


@pytest.mark.parametrize("stated", [True, False], ids=["stated", "unstated"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_row_gets_its_own(w: World, kind: str, stated: bool) -> None:
    up = models(kind, stated)

    async def work(database: Noting) -> None:
        # Few and many by turns: each way has a statement of its own.
        for count in (3, ROWS, 499, 500, 3, ROWS):
            database.taken()
            asked = up.objects.filter(n__lte=count).prefetch_related("downs")
            rows: list[Any] = await asked
            assert len(database.taken()) == 2
            assert len(rows) == count
            for row in rows:
                assert len(row.downs) == row.n % 3
                assert all(one.up_id == row.id for one in row.downs)

    w.run(work)
