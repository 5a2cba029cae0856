"""Who may ask: the host that is asked for, the token, and where a change comes from; and what browsers may do with answers."""

from __future__ import annotations

import asyncio
import hmac
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hyperdjango.app.problems import HttpError
from hyperdjango.app.response import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hyperdjango.app.request import Request
    from hyperdjango.serve.settings import ServeSettings

COOKIE = "hyper_serve"
# Seconds that a wrong token costs its sender.
_PENALTY = 0.5
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    # Nothing but our own style sheet, pictures and forms: no script at all.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Looks at each request before anything else does.

    Arguments:
        settings: the token; without one the address is loopback.
        answer: makes a response of what is wrong.
    """

    def __init__(
        self,
        settings: ServeSettings,
        answer: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._answer = answer
        self._token = settings.token
        self._session = "" if self._token is None else session_of(self._token)

    async def __call__(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """The response, with what browsers are told about it."""
        try:
            refused = self._refused(request)
        except HttpError as problem:
            refused = await self._answer(request, problem)
        response = refused if refused is not None else await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _refused(self, request: Request) -> Response | None:
        """The response to who may not ask; None for who may."""
        host = request.headers.get("host")
        if self._token is None and not is_loopback(host):
            # Another site's name that leads here: its scripts would read everything. With a token they have none.
            raise HttpError(
                421,
                "this server answers to localhost and the addresses of loopback only",
            )
        by_cookie = False
        is_guarded = self._token is not None and not _is_open(request.path)
        if is_guarded and not self._has_token(request):
            if not self._has_session(request):
                return _unknown_client(request)
            by_cookie = True
        if request.method not in _SAFE:
            _check_origin(request, host, by_cookie)
        return None

    def _has_token(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")  # type: ignore[union-attr]
        return scheme.lower() == "bearer" and self.is_token(given.strip())

    def _has_session(self, request: Request) -> bool:
        given = request.cookies.get(COOKIE, "")
        return hmac.compare_digest(given.encode(), self._session.encode())

    def is_token(self, given: str) -> bool:
        """Whether that is the token, found out in a time that says nothing about it."""
        token = self._token or ""
        return bool(token) and hmac.compare_digest(
            given.encode("utf-8", "replace"), token.encode()
        )

    async def log_in(self, request: Request, given: str) -> bool:
        """Whether that is the token; who is wrong waits."""
        if self.is_token(given):
            return True
        await asyncio.sleep(_PENALTY)
        return False

    @property
    def has_token(self) -> bool:
        """Whether clients have to show a token."""
        return self._token is not None

    def let_in(self, request: Request, response: Response) -> None:
        """Have the browser keep what stands for the token."""
        response.set_cookie(
            COOKIE,
            self._session,
            secure=request.scheme == "https",
            httponly=True,
            samesite="strict",
        )


def session_of(token: str) -> str:
    """What a browser keeps instead of the token."""
    return hmac.new(token.encode(), b"hyper serve: session", "sha256").hexdigest()


def is_loopback(host: str | None) -> bool:
    """Whether a Host header names this machine itself.

    >>> is_loopback("localhost:8000"), is_loopback("[::1]:8000"), is_loopback("127.0.0.1")
    (True, True, True)
    >>> is_loopback("evil.example:8000"), is_loopback("127.0.0.1.evil.example"), is_loopback(None)
    (False, False, False)
    """
    if not host or any(one in host for one in "@/?#\\"):
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    name = name.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_open(path: str) -> bool:
    """Whether a path is for who has not shown a token yet."""
    return path == "/login" or path.startswith("/static/")


def is_of_api(path: str) -> bool:
    """Whether a path is for programs."""
    return path == "/openapi.json" or path == "/api" or path.startswith("/api/")


def _unknown_client(request: Request) -> Response:
    if is_of_api(request.path) or request.method not in _SAFE:
        raise HttpError(
            401,
            "show the token: Authorization: Bearer …",
            {"www-authenticate": 'Bearer realm="hyper serve"'},
        )
    query = request.query_string
    here = quote(request.path) + (f"?{query}" if query else "")
    return Response.redirect(f"/login?next={quote(here, safe='')}", 303)


def local_path(text: str | None) -> str:
    """Where to go after logging in: a path of this server, whatever a link says.

    >>> local_path("/tables/orders?q=a"), local_path("//evil.example"), local_path("https://evil.example")
    ('/tables/orders?q=a', '/', '/')
    """
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    return text if text.isprintable() else "/"


def _check_origin(request: Request, host: str | None, by_cookie: bool) -> None:
    """Refuse a change that another site has a browser ask for.

    Raises:
        HttpError: 403.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin is None and site is None and not by_cookie:
        # No browser.
        return
    here = (host or "").lower()
    with suppress(ValueError):
        if origin is not None and here and urlsplit(origin).netloc.lower() == here:
            return
    raise HttpError(403, "changes are not taken from other sites")
