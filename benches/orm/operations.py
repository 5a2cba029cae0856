"""What is measured: each operation's name, how often it runs, what we want of it, and how results are compared."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Operation:
    """Something that every peer does, by a method of this name."""

    name: str
    title: str
    repeats: int
    """How often it is done in a round by the two that matter most."""
    goal: float | None = None
    """What our wall time should be at most, beside asyncpg's."""
    cpu_goal: float | None = None
    reference: str = ""
    """The method of asyncpg that it is measured beside, if that has another name."""
    per: int = 1
    """How many pieces of work are in one call: times are for one of them."""
    writes: bool = False
    ordered: bool = False
    """Whether the order of the result's rows is part of it."""


OPERATIONS = (
    Operation("by_key", "get by key", 500, goal=1.0),
    Operation("concurrent", "256 concurrent gets", 8, goal=0.8, per=256),
    Operation("one_field", "1,000 rows to models, one text read", 30, goal=0.45),
    Operation("one_number", "1,000 rows to models, one numeric read", 30),
    Operation("all_fields", "1,000 rows to models, all fields read", 30, goal=0.7),
    Operation("dicts", "1,000 dicts", 30, goal=0.6),
    Operation(
        "page_json",
        "the page's JSON of 1,000 `to_dict()`",
        20,
        goal=0.5,
        ordered=True,
    ),
    Operation(
        "models_json",
        "1,000 models straight to JSON",
        20,
        goal=0.35,
        reference="page_json",
        ordered=True,
    ),
    Operation(
        "queryset_json",
        "a queryset of 1,000 models straight to JSON",
        20,
        goal=0.35,
        cpu_goal=0.2,
        reference="page_json",
        ordered=True,
    ),
    Operation("relations", "1,000 orders with 3,000 items", 15, goal=0.8),
    Operation("bulk", "bulk insert of 10,000, from values", 1, goal=0.4, writes=True),
    Operation(
        "bulk_made",
        "bulk insert of 10,000, from instances with keys",
        1,
        goal=0.4,
        writes=True,
    ),
    Operation(
        "bulk",
        "bulk insert of 10,000, beside COPY",
        1,
        reference="copy",
        writes=True,
    ),
    Operation("stream", "stream of 1,000,000 rows", 1, goal=0.6),
)


def plain(value: Any) -> Any:
    """A value with its type, as JSON can say it; equal values give equal results, whoever read them."""
    if isinstance(value, datetime):
        return {"datetime": value.astimezone(UTC).isoformat()}
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    return {type(value).__name__: str(value)}


def _parsed(text: bytes) -> Any:
    found = json.loads(text)
    for row in found:
        row["created_at"] = datetime.fromisoformat(row["created_at"])
    return found


@dataclass(frozen=True)
class Result:
    """What an operation gave, in few words."""

    digest: str
    sample: str
    """How it begins."""

    @classmethod
    def of(cls, value: Any, ordered: bool) -> "Result":
        """The result that a peer's method returned."""
        found = plain(_parsed(value) if isinstance(value, bytes) else value)
        if isinstance(found, list) and not ordered:
            found = sorted(found, key=json.dumps)
        text = json.dumps(found)
        return cls(hashlib.sha256(text.encode()).hexdigest(), text[:300])


def chosen(names: list[str]) -> Iterator[Operation]:
    """The operations of these names, or all."""
    for operation in OPERATIONS:
        if not names or operation.name in names:
            yield operation
