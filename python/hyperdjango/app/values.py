"""What requests and responses are made of: names with several values, and headers that can't be forged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Value = TypeVar("Value")

# RFC 9110, "Tokens" and "Field Values". Bytes that are no ASCII are legal, but nobody agrees on what they mean.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


class MultiDict(Generic[Value]):
    """Names with values, of which a name may have several, in their order.

    Arguments:
        pairs: the names with their values.

    >>> query = MultiDict([("tag", "a"), ("page", "2"), ("tag", "b")])
    >>> query["tag"], query.get_all("tag"), query.get("missing"), "page" in query
    ('a', ['a', 'b'], None, True)
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, Value]] = ()) -> None:
        self._pairs = list(pairs)

    def __getitem__(self, name: str) -> Value:
        for known, value in self._pairs:
            if known == name:
                return value
        raise KeyError(name)

    def get(self, name: str, default: Value | None = None) -> Value | None:
        """The first value of a name, or the default."""
        for known, value in self._pairs:
            if known == name:
                return value
        return default

    def get_all(self, name: str) -> list[Value]:
        """Every value of a name; an empty list if it has none."""
        return [value for known, value in self._pairs if known == name]

    def items(self) -> list[tuple[str, Value]]:
        """All names with their values, a pair for each value."""
        return list(self._pairs)

    def keys(self) -> list[str]:
        """The names, each once."""
        return list(dict.fromkeys(name for name, _ in self._pairs))

    def __contains__(self, name: object) -> bool:
        return any(known == name for known, _ in self._pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"


class Headers(MultiDict[str]):
    """The headers of a request; upper and lower case of their names are the same.

    >>> Headers([("content-type", "text/html")])["Content-Type"]
    'text/html'
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of a header, or the default."""
        return super().get(name.lower(), default)

    def get_all(self, name: str) -> list[str]:
        """Every value of a header; an empty list if it has none."""
        return super().get_all(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())


class ResponseHeaders(Headers):
    """The headers of a response, which can be changed until it is sent.

    What could end a header and begin another one, or the body, is refused when it is set.

    >>> headers = ResponseHeaders()
    >>> headers["X-Total"] = "3"
    >>> headers.append("Vary", "Accept")
    >>> headers.items()
    [('x-total', '3'), ('vary', 'Accept')]
    """

    __slots__ = ()

    def __init__(self, pairs: list[tuple[str, str]] | None = None) -> None:
        # The list itself: it is the response's.
        self._pairs = [] if pairs is None else pairs

    def __setitem__(self, name: str, value: str) -> None:
        pair = checked_header(name, value)
        for place, (known, _) in enumerate(self._pairs):
            if known == pair[0]:
                self._pairs[place] = pair
                self._pairs[place + 1 :] = [
                    other for other in self._pairs[place + 1 :] if other[0] != known
                ]
                return
        self._pairs.append(pair)

    def __delitem__(self, name: str) -> None:
        name = name.lower()
        self._pairs[:] = [pair for pair in self._pairs if pair[0] != name]

    def append(self, name: str, value: str) -> None:
        """Add a value, and keep those that the header has."""
        self._pairs.append(checked_header(name, value))

    def setdefault(self, name: str, value: str) -> None:
        """Set a header unless it is set."""
        if name not in self:
            self._pairs.append(checked_header(name, value))


def checked_header(name: str, value: str) -> tuple[str, str]:
    """A header with its name in lower case.

    Raises:
        ValueError: the name is no token, or the value holds what is no printable ASCII, such as the end of a line.
    """
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} can't be the name of a header")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(
            f"the value of the header {name!r} must be printable ASCII, without ends of lines; "
            "encode other text, by urllib.parse.quote for example"
        )
    return name.lower(), value.strip()


def is_token(text: str) -> bool:
    """Whether text is what HTTP calls a token."""
    return _TOKEN.fullmatch(text) is not None
