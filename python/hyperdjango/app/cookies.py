"""Cookies: reading those of a request, and the header that sets one (RFC 6265)."""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import TYPE_CHECKING

from hyperdjango.app.values import is_token

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
_ATTRIBUTE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")


def parse_cookies(header: str) -> dict[str, str]:
    """The cookies of a request; what is no cookie is left out, and the first of a name counts.

    >>> parse_cookies('session=abc; theme="dark"; broken; session=other')
    {'session': 'abc', 'theme': 'dark'}
    """
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        name, value = name.strip(), value.strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if equals and is_token(name):
            cookies.setdefault(name, value)
    return cookies


def cookie_header(
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    expires: datetime | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = True,
    samesite: Literal["lax", "strict", "none"] | None = "lax",
) -> str:
    """The value of a ``Set-Cookie`` header.

    >>> cookie_header("theme", "dark", max_age=60, httponly=False)
    'theme=dark; Max-Age=60; Path=/; SameSite=Lax'
    """
    if not is_token(name):
        raise ValueError(f"{name!r} can't be the name of a cookie")
    if not _VALUE.fullmatch(value):
        raise ValueError(
            f"the value of the cookie {name!r} may hold printable ASCII without spaces, quotes, commas, "
            "semicolons and backslashes; encode other text, by urllib.parse.quote for example"
        )
    parts = [f"{name}={value}"]
    if max_age is not None:
        parts.append(f"Max-Age={int(max_age)}")
    if expires is not None:
        from datetime import UTC

        if expires.tzinfo is None:
            raise ValueError(f"when the cookie {name!r} expires must have a time zone")
        moment = expires.astimezone(UTC)
        parts.append(f"Expires={format_datetime(moment, usegmt=True)}")
    for word, attribute in (("Path", path), ("Domain", domain)):
        if attribute is not None:
            if not _ATTRIBUTE.fullmatch(attribute):
                raise ValueError(f"{attribute!r} can't be the {word} of a cookie")
            parts.append(f"{word}={attribute}")
    if secure or samesite == "none":
        parts.append("Secure")
    if httponly:
        parts.append("HttpOnly")
    if samesite is not None:
        if samesite not in ("lax", "strict", "none"):
            raise ValueError('samesite is "lax", "strict", "none" or None')
        parts.append(f"SameSite={samesite.capitalize()}")
    return "; ".join(parts)
