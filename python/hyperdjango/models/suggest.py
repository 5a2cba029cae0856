"""The words of an error message: the nearest name, and the place of a declaration."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``name`` was most likely meant to be, or None.

    >>> nearest("nulable", ["nullable", "unique"])
    'nullable'
    >>> nearest("xyz", ["nullable", "unique"]) is None
    True
    """
    from difflib import get_close_matches

    names = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The second half of "unknown name": what was meant, or else everything there is.

    >>> did_you_mean("totl", ["id", "total"])
    "did you mean 'total'?"
    >>> did_you_mean("xyz", ["id", "total"])
    'there are: id, total'
    """
    known = list(known)
    meant = nearest(name, known)
    if meant is not None:
        return f"did you mean {meant!r}?"
    return f"there are: {', '.join(known)}" if known else "there are none"


def place() -> str:
    """Where in the user's code a declaration is being made: ``"Order.total: "``, or nothing.

    The names are read from the class body that is being executed. That is slow, and so only
    done for a message.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(
        "hyperdjango."
    ):
        frame = frame.f_back
    if frame is None or "__qualname__" not in frame.f_locals:
        return ""
    owner = str(frame.f_locals["__qualname__"]).rpartition("<locals>.")[2]
    target = _assigned(frame)
    return f"{owner}.{target}: " if target else f"{owner}: "


def _assigned(frame: FrameType) -> str | None:
    """The name that the statement under way is about to assign in the class body."""
    from dis import get_instructions

    for instruction in get_instructions(frame.f_code):
        if instruction.offset > frame.f_lasti and instruction.opname == "STORE_NAME":
            return str(instruction.argval)
    return None


def shorten(value: object, limit: int = 60) -> str:
    """The value as Python writes it, cut where it would fill the message."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
