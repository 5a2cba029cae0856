"""``Range``, the value of a range column: two ends, each of which may be open, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from hyperdjango.quoting import element

T = TypeVar("T")

# How PostgreSQL writes the ends: a square bracket is for an end that belongs to the range.
BOUNDS = ("[)", "[]", "(]", "()", "empty")

# What can't stand in a range's text without quotes.
_SPECIAL = frozenset('",()[]\\ \t\n\r\v\f')


@dataclass(frozen=True, slots=True)
class Range(Generic[T]):
    """All values between two ends, as in ``Range(1, 5)``, which holds 1 and does not hold 5.

    Arguments:
        lower, upper: the ends; None is open, without end.
        bounds: str, ``"[)"``, ``"[]"``, ``"(]"`` or ``"()"``: a square bracket is for an end that belongs to
            the range; ``"empty"`` is a range that holds nothing.

    Two ranges that hold the same are equal as far as that can be told from the ends: an open end belongs to no
    range, and a range from a value to itself is empty unless it holds both ends. A field of whole numbers or days
    writes its ranges as PostgreSQL does: ``Range(1, 4, "[]")`` becomes ``Range(1, 5)``.

    Raises:
        ValueError: the bounds are none of these, or the lower end is above the upper one.

    PostgreSQL documentation, "Range Types".

    >>> 4 in Range(1, 5), 5 in Range(1, 5)
    (True, False)
    >>> str(Range(1, None))
    '[1,)'
    """

    lower: T | None = None
    upper: T | None = None
    bounds: str = "[)"

    def __post_init__(self) -> None:
        if self.bounds not in BOUNDS:
            raise ValueError(
                f"a Range can't have the bounds {self.bounds!r}; give one of {', '.join(BOUNDS)}"
            )
        lower, upper, bounds = self.lower, self.upper, self.bounds
        if lower is not None and upper is not None and bounds != "empty":
            # An end that Python can't hold is text, "infinity", and is left to PostgreSQL.
            alike = isinstance(lower, str) == isinstance(upper, str)
            if alike and not isinstance(lower, str) and lower > upper:  # type: ignore[operator]
                raise ValueError(
                    f"a Range can't go from {lower} to {upper}; give the lower end first"
                )
            if alike and lower == upper and bounds != "[]":
                bounds = "empty"
        if bounds == "empty":
            lower = upper = None
        else:
            first = "(" if lower is None else bounds[0]
            bounds = first + (")" if upper is None else bounds[1])
        for name, value in (("lower", lower), ("upper", upper), ("bounds", bounds)):
            object.__setattr__(self, name, value)

    @property
    def isempty(self) -> bool:
        """Whether it holds nothing."""
        return self.bounds == "empty"

    @property
    def lower_inc(self) -> bool:
        """Whether the lower end belongs to it."""
        return self.bounds[0] == "["

    @property
    def upper_inc(self) -> bool:
        """Whether the upper end belongs to it."""
        return self.bounds[1] == "]"

    def __contains__(self, value: Any) -> bool:
        if self.isempty:
            return False
        if self.lower is not None and not (
            self.lower < value or (self.lower_inc and self.lower == value)
        ):
            return False
        return (
            self.upper is None
            or bool(value < self.upper)
            or (self.upper_inc and bool(value == self.upper))
        )

    def __str__(self) -> str:
        """PostgreSQL's text form, with moments as in ISO 8601."""
        if self.isempty:
            return "empty"
        return f"{self.bounds[0]}{_end(self.lower)},{_end(self.upper)}{self.bounds[1]}"


def parse(text: str) -> tuple[str | None, str | None, str]:
    """The ends, as text, and the bounds of a range in PostgreSQL's text form.

    Raises:
        ValueError: it is no range.

    PostgreSQL documentation, "Range Types", input and output.

    >>> parse('[1,"a,b")')
    ('1', 'a,b', '[)')
    """
    text = text.strip()
    if text.lower() == "empty":
        return None, None, "empty"
    if len(text) < 3 or text[0] not in "[(" or text[-1] not in "])":
        raise ValueError("no range")
    ends: list[str | None] = []
    end, is_given, quoted = "", False, False
    inside, place = text[1:-1], 0
    while place < len(inside):
        character = inside[place]
        place += 1
        if character == "," and not quoted:
            ends.append(end if is_given else None)
            end, is_given = "", False
            continue
        is_given = True
        doubled = quoted and inside[place : place + 1] == '"'
        if character == "\\" or (character == '"' and doubled):
            end += inside[place : place + 1]
            place += 1
        elif character == '"':
            quoted = not quoted
        else:
            end += character
    ends.append(end if is_given else None)
    if len(ends) != 2 or quoted:
        raise ValueError("no range")
    return ends[0], ends[1], text[0] + text[-1]


def _end(value: object) -> str:
    """An end in PostgreSQL's text form."""
    if value is None:
        return ""
    from hyperdjango.query.sides import plain_text

    text = plain_text(value)
    return element(text) if not text or _SPECIAL.intersection(text) else text
