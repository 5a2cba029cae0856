"""``Request``: what a client asks for, read as far as the handler wants to know it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

from hyperdjango.app.problems import ClientDisconnected, HttpError
from hyperdjango.app.values import Headers, MultiDict

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Any

    from hyperdjango.app.application import HyperApp
    from hyperdjango.app.endpoints import Endpoint
    from hyperdjango.app.forms import Form

_EMPTY: tuple[str, ...] = ()


class Request:
    """What a client asks for. Headers, query, cookies and body are read when they are asked for.

    Attributes:
        app: HyperApp, the application.
        method: str, in upper case.
        path: str, the path, with what was escaped by ``%`` decoded.
    """

    __slots__ = (
        "_body",
        "_cookies",
        "_endpoint",
        "_form",
        "_headers",
        "_is_read",
        "_is_vanished",
        "_query",
        "_state",
        "_values",
        "app",
        "method",
        "path",
    )

    app: HyperApp
    method: str
    path: str

    def __init__(self, app: HyperApp, method: str, path: str) -> None:
        self.app = app
        self.method = method
        self.path = path
        self._endpoint: Endpoint | None = None
        self._values = _EMPTY
        self._headers: Headers | None = None
        self._body: bytes | None = None
        self._form: Form | None = None
        self._is_read = False
        self._is_vanished = False
        # What few requests use is set when it is.
        self._query: MultiDict[str] | None = None
        self._cookies: dict[str, str] | None = None
        self._state: SimpleNamespace | None = None

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path}>"

    # What the servers' protocols say, each in its way ----------------------------------------------------

    @property
    def query_string(self) -> str:
        """What stands behind the ``?`` in the URL, as it was sent."""
        raise NotImplementedError

    @property
    def client(self) -> tuple[str, int] | None:
        """The address and the port of the client, or of the proxy that is nearest; None if the server can't say."""
        raise NotImplementedError

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``."""
        raise NotImplementedError

    @property
    def http_version(self) -> str:
        """``"1.0"``, ``"1.1"`` or ``"2"``."""
        raise NotImplementedError

    def _read_headers(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def _chunks(self, length: int | None) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError

    async def _until_gone(self) -> None:
        raise NotImplementedError

    # What handlers use ------------------------------------------------------------------------------

    @property
    def headers(self) -> Headers:
        """The headers; upper and lower case of their names are the same."""
        headers = self._headers
        if headers is None:
            headers = self._headers = Headers(self._read_headers())
        return headers

    @property
    def path_params(self) -> dict[str, Any]:
        """The parameters of the path, as their kinds in the route say: ``{id:int}`` is an int."""
        endpoint = self._endpoint
        return {} if endpoint is None else endpoint.parameters(self._values)

    @property
    def query(self) -> MultiDict[str]:
        """The fields of the query: ``request.query["page"]``, ``request.query.get_all("tag")``.

        Raises:
            HttpError: 400, there are more than ``Limits.query_fields``.
        """
        query = self._query
        if query is None:
            query = self._query = MultiDict(
                parse_fields(self.query_string, self.app.limits.query_fields)
            )
        return query

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by their names."""
        cookies = self._cookies
        if cookies is None:
            from hyperdjango.app.cookies import parse_cookies

            cookies = parse_cookies("; ".join(self.headers.get_all("cookie")))
            self._cookies = cookies
        return cookies

    @property
    def state(self) -> SimpleNamespace:
        """A place for what middleware and handlers have to tell each other about this request."""
        state = self._state
        if state is None:
            state = self._state = SimpleNamespace()
        return state

    @property
    def content_type(self) -> str | None:
        """The type of the body, in lower case, without what follows a semicolon."""
        value = self.headers.get("content-type")
        return None if value is None else value.partition(";")[0].strip().lower()

    async def body(self) -> bytes:
        """The whole body; an empty one if there is none.

        Raises:
            HttpError: 413, it is larger than ``Limits.body``; 408, it does not come; 400, it breaks off.
        """
        body = self._body
        if body is None:
            parts = [chunk async for chunk in self.stream()]
            body = self._body = parts[0] if len(parts) == 1 else b"".join(parts)
        return body

    async def json(self) -> Any:
        """The body, which is JSON.

        Raises:
            HttpError: 400, it is no JSON, or one of ``body``'s.
        """
        try:
            return json.loads(await self.body(), parse_constant=_refuse_constant)
        except RecursionError:
            raise HttpError(
                400, "the body is no usable JSON: it is nested too deeply"
            ) from None
        except ValueError as problem:
            # A message of the decoder's says where, and not what.
            words = (
                "it is not UTF-8" if isinstance(problem, UnicodeError) else str(problem)
            )
            raise HttpError(400, f"the body is no JSON: {words}") from None

    async def form(self) -> Form:
        """The body, which a form sent: fields and uploaded files.

        Raises:
            HttpError: 415, the body is of another type; 413, a limit is exceeded; 400, it can't be read; or one of
                ``body``'s.
        """
        form = self._form
        if form is None:
            from hyperdjango.app.forms import read_form

            form = self._form = await read_form(self)
        return form

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in parts, as they come.

        Raises:
            HttpError: as for ``body``.
            RuntimeError: the body was read already.
        """
        if self._body is not None:
            yield self._body
            return
        if self._is_read:
            raise RuntimeError("the body of the request was read already, by stream()")
        self._is_read = True
        limit = self.app.limits.body
        length = self._content_length()
        if length is not None and length > limit:
            raise _too_large(limit)
        if (
            length is None
            and "transfer-encoding" not in self.headers
            and self.http_version[0] == "1"
        ):
            return
        got = 0
        async for chunk in self._chunks(length):
            got += len(chunk)
            if got > limit:
                raise _too_large(limit)
            yield chunk
        if length is not None and got != length:
            raise ClientDisconnected("the body of the request breaks off")

    def _content_length(self) -> int | None:
        text = self.headers.get("content-length")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise HttpError(400, "the content-length is no number")
        return int(text)


def parse_fields(text: str, most: int) -> list[tuple[str, str]]:
    """The fields of a query, or of a form that is written as one."""
    if not text:
        return []
    from urllib.parse import parse_qsl

    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=most)
    except ValueError:
        raise HttpError(400, f"there are more than {most} fields") from None


def _too_large(limit: int) -> HttpError:
    return HttpError(
        413, f"the body may have {limit} bytes at most", {"connection": "close"}
    )


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no value of JSON's")
