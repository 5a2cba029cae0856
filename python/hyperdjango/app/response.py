"""``Response``: what a handler gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperdjango._engine import encode_json
from hyperdjango.app.cookies import cookie_header
from hyperdjango.app.values import ResponseHeaders, checked_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping
    from datetime import datetime
    from os import PathLike
    from typing import Any, Literal

    from hyperdjango.app.streams import Event

    Chunks = AsyncIterable[bytes | str] | Iterable[bytes | str]

_JSON = ("content-type", "application/json")
_TEXT = "text/plain; charset=utf-8"
_PLAIN_TEXT = ("content-type", _TEXT)
_HTML = ("content-type", "text/html; charset=utf-8")


class Response:
    """What a handler gives back: a status, headers and a body.

    Arguments:
        body: bytes | str, what is sent; a str is written in UTF-8.
        status: int, the status (RFC 9110, "Status Codes").
        headers: a mapping, or pairs of names and values where a name has several.
        content_type: str | None, the ``Content-Type``; None for ``text/plain`` in UTF-8 where the body is a str, and
            for ``application/octet-stream`` where it is bytes.

    Raises:
        ValueError: a header could be read as another one, because an end of a line is in it, or the status is none.

    >>> response = Response("done", headers={"X-Total": "3"})
    >>> response.status, response.body, response.headers["content-type"]
    (200, b'done', 'text/plain; charset=utf-8')
    """

    __slots__ = ("_conditional", "_pairs", "body", "status")

    status: int
    body: bytes

    def __init__(
        self,
        body: bytes | str = b"",
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        content_type: str | None = None,
    ) -> None:
        self._prepare(status, headers)
        if isinstance(body, str):
            self.body = body.encode()
            usual = _TEXT
        elif isinstance(body, bytes):
            self.body = body
            usual = "application/octet-stream"
        else:
            raise TypeError(
                f"the body of a response is bytes or str, not {type(body).__name__}; "
                "Response.json(value) writes values"
            )
        self._set_type(content_type, usual if self.body else None)

    def _prepare(
        self,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
    ) -> None:
        if not isinstance(status, int) or not 200 <= status <= 599:
            raise ValueError(
                f"the status of a response is a number from 200 to 599, not {status!r}"
            )
        self.status = status
        self._conditional = False
        self._pairs: list[tuple[str, str]] = []
        if headers is not None:
            # A mapping has items(); so has what keeps several values to a name.
            items: Any = getattr(headers, "items", None)
            pairs: Any = headers if items is None else items()
            self._pairs = [checked_header(name, value) for name, value in pairs]

    def _set_type(self, given: str | None, usual: str | None) -> None:
        if given is not None:
            self.headers["content-type"] = given
        elif usual is not None:
            self.headers.setdefault("content-type", usual)

    @property
    def headers(self) -> ResponseHeaders:
        """The headers, which can be changed until the response is sent."""
        return ResponseHeaders(self._pairs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}>"

    @staticmethod
    def json(
        value: Any,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        decimals: Literal["string", "number"] = "string",
        etag: bool = False,
    ) -> Response:
        """A value as JSON, written by the engine: rows of models straight from what the database sent.

        Arguments:
            value: dicts, lists, models, lists of models, and all that they may hold: numbers, text, ``datetime``
                (RFC 3339), ``Decimal``, ``UUID``, bytes (base 64), enumerations, dataclasses.
            status: int, the status.
            headers: as for ``Response``.
            decimals: ``"string"`` keeps a ``Decimal`` exact, ``"number"`` makes it a number of JSON's.
            etag: bool, whether the response gets an ``ETag`` of its content, so that a client that has it already is
                answered by 304 without a body.

        Raises:
            DataError: a value has no form in JSON, as NaN; the message says where it is.
            TypeError: the value is a queryset that was not awaited.

        >>> Response.json({"total": 3}).body
        b'{"total":3}'
        """
        if value.__class__ not in _PLAIN:
            _refuse_unawaited(value)
        body = encode_json(value, decimals=decimals)
        response = _made(body, _JSON, status, headers)
        if etag:
            from hyperdjango.app.conditional import etag_of

            response.headers["etag"] = etag_of(response.body)
            response._conditional = True
        return response

    @staticmethod
    async def json_of(
        queryset: Any,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        decimals: Literal["string", "number"] = "string",
        etag: bool = False,
    ) -> Response:
        """Await a queryset, or anything that can be awaited, and give its value as JSON; otherwise as ``json``.

        The rows of a queryset become JSON as they came from the database: no instance is made of them, unless the
        model has a ``to_dict`` of its own.
        """
        rows = getattr(queryset, "_for_json", None)
        value = await queryset if rows is None else await rows()
        return Response.json(value, status, headers, decimals, etag)

    @staticmethod
    def text(
        body: str,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Response:
        """Plain text, in UTF-8."""
        return _made(body.encode(), _PLAIN_TEXT, status, headers)

    @staticmethod
    def html(
        body: str,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Response:
        """HTML, in UTF-8."""
        return _made(body.encode(), _HTML, status, headers)

    @staticmethod
    def redirect(
        url: str,
        status: int = 302,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Response:
        """Send the client elsewhere.

        Arguments:
            url: str, where to; what is not ASCII is escaped.
            status: int, 301, 302, 303, 307 or 308.

        Raises:
            ValueError: the URL holds an end of a line, or the status is no redirection.

        >>> Response.redirect("/café").headers["location"]
        '/caf%C3%A9'
        """
        if status not in (301, 302, 303, 307, 308):
            raise ValueError(f"{status} is no redirection; use 302, 303, 307 or 308")
        if any(ord(character) < 0x20 or character == "\x7f" for character in url):
            raise ValueError("the URL of a redirection may hold no ends of lines")
        from urllib.parse import quote

        response = Response(b"", status, headers)
        response.headers["location"] = quote(url, safe=":/?#[]@!$&'()*+,;=%~")
        return response

    @staticmethod
    def file(
        path: str | PathLike[str],
        *,
        root: str | PathLike[str] | None = None,
        download_as: str | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Response:
        """A file: whole, in part where the client asks for a range, or 304 where it has it already.

        Arguments:
            path: the file.
            root: a folder; with it, path is taken to be inside, and whatever leads out of it is not found. Give it
                whenever the path comes from a client.
            download_as: str | None, the name under which a browser saves the file instead of showing it.
            content_type: str | None, None to tell by the name.
            headers: as for ``Response``.

        Raises:
            HttpError: 404, there is no such file inside of root.
        """
        from hyperdjango.app.files import file_response

        return file_response(path, root, download_as, content_type, headers)

    @staticmethod
    def stream(
        chunks: Chunks,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        content_type: str = "application/octet-stream",
    ) -> Response:
        """A body that is sent while it is made.

        Arguments:
            chunks: an asynchronous iterable of bytes or str, or one that is not, whose steps then run in threads. It is
                closed when the client goes away.
            status: int, the status.
            headers: as for ``Response``.
            content_type: str, the ``Content-Type``.
        """
        from hyperdjango.app.streams import StreamedResponse

        return StreamedResponse(chunks, status, headers, content_type)

    @staticmethod
    def events(
        events: AsyncIterable[Event | str | dict[str, Any]],
        *,
        ping: float | None = 15.0,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Response:
        """Server-sent events (HTML standard, "Server-sent events"), for as long as the client listens.

        Arguments:
            events: an asynchronous iterable of ``Event``, of str, which become an event's data, or of other values,
                which become JSON in an event's data.
            ping: float | None, seconds of silence after which a comment is sent, so that nothing between the two takes
                the connection for dead; None for never.
            headers: as for ``Response``.
        """
        from hyperdjango.app.streams import event_response

        return event_response(events, ping, headers)

    def set_cookie(
        self,
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
    ) -> None:
        """Have the client keep a cookie (RFC 6265).

        Arguments:
            name: str, its name.
            value: str, its value: printable ASCII without spaces, quotes, commas, semicolons and backslashes.
            max_age: int | None, seconds after which it is forgotten; None when the browser is closed.
            expires: datetime | None, when it is forgotten, with a time zone.
            path: str | None, the paths that it is sent to.
            domain: str | None, the hosts that it is sent to; None is this one alone.
            secure: bool, whether it is sent over HTTPS only.
            httponly: bool, whether scripts can't read it.
            samesite: whether other sites' requests carry it.

        Raises:
            ValueError: the name, the value or an attribute could be read as something else.
        """
        header = cookie_header(
            name,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
        )
        self._pairs.append(("set-cookie", header))

    def delete_cookie(
        self, name: str, *, path: str | None = "/", domain: str | None = None
    ) -> None:
        """Have the client forget a cookie; path and domain are those that it was set with."""
        header = cookie_header(name, "", max_age=0, path=path, domain=domain)
        self._pairs.append(("set-cookie", header))


def _made(
    body: bytes,
    kind: tuple[str, str],
    status: int,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
) -> Response:
    """A response of a kind that needs no look at it; headers that are given count more."""
    response = Response.__new__(Response)
    response.body = body
    if status == 200 and headers is None:
        response.status = 200
        response._pairs = [kind]
        response._conditional = False
    else:
        response._prepare(status, headers)
        response.headers.setdefault(*kind)
    return response


# What is written most, and is surely no queryset.
_PLAIN = frozenset({dict, list, str, int})


def _refuse_unawaited(value: Any) -> None:
    """Say what to do with a queryset, which is nothing until it is awaited."""
    if hasattr(value, "__await__"):
        if hasattr(value, "close"):
            # A coroutine that is dropped would complain of it a second time.
            value.close()
        raise TypeError(
            f"Response.json got a {type(value).__name__} that was not awaited; write Response.json(await …) "
            "or await Response.json_of(…)"
        )
