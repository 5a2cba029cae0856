"""A numeric that becomes a Decimal without its text is the one that Python makes of the text, and is written as such."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from decimal import Decimal

from hyperdjango._engine import encode_json
from hyperdjango.database import Database
from hypothesis import given, settings
from hypothesis import strategies as st

numbers = st.builds(
    lambda sign, whole, fraction: f"{sign}{int(whole)}.{fraction}".rstrip("."),
    st.sampled_from(["", "-"]),
    st.text("0123456789", min_size=1, max_size=24),
    st.text("0123456789", max_size=24),
)


@settings(max_examples=8, deadline=None)
@given(st.lists(numbers, min_size=20, max_size=60))
def test_numerics_are_decimals(url: str, texts: list[str]) -> None:
    async def read() -> list[Decimal]:
        async with Database(url) as database:
            return await database.query_val(  # type: ignore[no-any-return]
                "SELECT array_agg(number::numeric ORDER BY place)"
                " FROM unnest($1::text[]) WITH ORDINALITY AS listed (number, place)",
                texts,
            )

    for text, found in zip(texts, asyncio.run(read()), strict=True):
        wanted = Decimal(text)
        if wanted.is_zero():
            wanted = abs(wanted)  # PostgreSQL has no negative zero.
        assert type(found) is Decimal
        assert found.as_tuple() == wanted.as_tuple()
        assert (str(found), hash(found)) == (str(wanted), hash(wanted))
        assert found == wanted
        assert found + wanted == wanted * 2
        for twin in (
            pickle.loads(pickle.dumps(found)),
            copy.deepcopy(found),
            found.copy_negate().copy_negate(),
        ):
            assert twin == found


@given(st.decimals(places=None, allow_nan=False, allow_infinity=False))
def test_decimals_are_written_without_an_exponent(number: Decimal) -> None:
    written = json.loads(encode_json(number))
    if abs(number.as_tuple().exponent) < 20_000:  # type: ignore[arg-type]
        assert written == f"{number:f}"
    assert Decimal(written) == number


@given(st.integers(-(10**60), 10**60), st.integers(-60, 60))
def test_decimals_of_every_length_are_written(digits: int, exponent: int) -> None:
    number = Decimal(digits).scaleb(exponent) if digits else Decimal(digits)
    assert json.loads(encode_json(number)) == f"{number:f}"
    assert encode_json(number, decimals="number") == f"{number:f}".encode()
