"""Conditional requests: a client that has a response already gets 304 (RFC 9110, "Conditional Requests")."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hyperdjango.app.request import Request
    from hyperdjango.app.response import Response

# What 304 repeats of the headers that 200 would have had.
_KEPT = frozenset(
    {
        "cache-control",
        "content-location",
        "date",
        "etag",
        "expires",
        "last-modified",
        "set-cookie",
        "vary",
    }
)


def etag_of(body: bytes) -> str:
    """A strong entity tag of some content.

    >>> etag_of(b"") == etag_of(b""), etag_of(b"") == etag_of(b"x")
    (True, False)
    """
    return f'"{blake2b(body, digest_size=16).hexdigest()}"'


def is_known(request: Request, etag: str | None, modified: str | None) -> bool:
    """Whether the client says that it has what an entity tag or a date of change stands for."""
    if request.method not in ("GET", "HEAD"):
        return False
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        if etag is None:
            return False
        tags = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
        return "*" in tags or etag.removeprefix("W/") in tags
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def conditional(request: Request, response: Response) -> Response:
    """The response itself, or 304 where the client has it already."""
    headers = response.headers
    if response.status != 200 or not is_known(
        request, headers.get("etag"), headers.get("last-modified")
    ):
        return response
    from hyperdjango.app.response import Response

    return Response(
        status=304, headers=[pair for pair in response._pairs if pair[0] in _KEPT]
    )
