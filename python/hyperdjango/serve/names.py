"""Names of tables, and keys of rows, as parts of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperdjango.app.problems import HttpError

if TYPE_CHECKING:
    from collections.abc import Iterable

# What has a meaning in a path, or between the parts of a key: "." and ".." are taken away by browsers.
_ESCAPES = {"~": "~0", ",": "~1", "/": "~2", "\\": "~5"}
_DOT, _NOTHING = "~3", "~4"
_MEANINGS = {"0": "~", "1": ",", "2": "/", "3": ".", "4": "", "5": "\\"}


def escaped(text: str) -> str:
    """Text as one part of a path, before what every URL escapes.

    >>> escaped("a,b"), escaped(".."), escaped("")
    ('a~1b', '~3.', '~4')
    """
    if not text:
        return _NOTHING
    made = "".join(_ESCAPES.get(character, character) for character in text)
    return _DOT + made[1:] if made.startswith(".") else made


def unescaped(text: str) -> str:
    """What ``escaped`` was given.

    Raises:
        HttpError: 404, it can't have been.
    """
    first, *rest = text.split("~")
    parts = [first]
    for part in rest:
        meaning = _MEANINGS.get(part[:1])
        if meaning is None:
            raise HttpError(404, "the path can't be read: ~ is written ~0 there")
        parts.append(meaning + part[1:])
    return "".join(parts)


def joined(values: Iterable[str]) -> str:
    """The values of a key as one part of a path."""
    return ",".join(map(escaped, values))


def split(text: str) -> list[str]:
    """The values of a key, out of a part of a path."""
    return [unescaped(part) for part in text.split(",")]
