"""The application as Granian talks to it: requests and responses over RSGI."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hyperdjango.app.files import FileResponse, narrowed
from hyperdjango.app.problems import ClientDisconnected, HttpError
from hyperdjango.app.request import Request
from hyperdjango.app.streams import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Any

    from hyperdjango.app.application import HyperApp
    from hyperdjango.app.response import Response

# A body that is as small as this is read at once.
_SMALL = 64 * 1024


class RsgiRequest(Request):
    """A request that Granian hands over (RSGI specification, "HTTP protocol")."""

    __slots__ = ("_protocol", "_scope")

    def __init__(self, app: HyperApp, scope: Any, protocol: Any) -> None:
        Request.__init__(self, app, scope.method, scope.path)
        self._scope = scope
        self._protocol = protocol

    @property
    def query_string(self) -> str:
        """What stands behind the ``?`` in the URL, as it was sent."""
        text: str = self._scope.query_string
        return text

    @property
    def client(self) -> tuple[str, int] | None:
        """The address and the port of the client, or of the proxy that is nearest."""
        host, colon, port = self._scope.client.rpartition(":")
        return (host.strip("[]"), int(port)) if colon and port.isdigit() else None

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``."""
        text: str = self._scope.scheme
        return text

    @property
    def http_version(self) -> str:
        """``"1.0"``, ``"1.1"`` or ``"2"``."""
        text: str = self._scope.http_version
        return "1.0" if text == "1" else text

    def _read_headers(self) -> list[tuple[str, str]]:
        scope = self._scope
        headers: list[tuple[str, str]] = scope.headers.items()
        if scope.authority and not any(name == "host" for name, _ in headers):
            headers.append(("host", scope.authority))
        return headers

    async def _chunks(self, length: int | None) -> AsyncGenerator[bytes, None]:
        protocol = self._protocol
        patience = self.app.limits.body_timeout
        try:
            if length is not None and length <= _SMALL:
                if length:
                    async with asyncio.timeout(patience):
                        data = await protocol()
                    yield data
                return
            parts = protocol.__aiter__()
            is_over = False
            while True:
                try:
                    async with asyncio.timeout(patience):
                        data = await anext(parts)
                except StopAsyncIteration:
                    return
                if data:
                    yield data
                    continue
                # Granian says the end by an empty part, and what was wrong by one before it.
                if is_over:
                    raise ClientDisconnected("the body of the request breaks off")
                is_over = True
        except TimeoutError:
            raise HttpError(
                408, "the body does not come", {"connection": "close"}
            ) from None
        except RuntimeError as problem:
            # Granian's errors are RuntimeErrors: the stream was broken off, or it is no proper one.
            if type(problem) is RuntimeError:
                raise
            raise ClientDisconnected("the body of the request breaks off") from None

    async def _until_gone(self) -> None:
        await self._protocol.client_disconnect()


async def send(request: RsgiRequest, response: Response) -> None:
    """Send a response that is not sent at once: a file, or a stream."""
    protocol = request._protocol
    if isinstance(response, FileResponse):
        response = narrowed(request, response)
    if isinstance(response, FileResponse):
        pairs = [*response._pairs, ("content-length", str(response.length))]
        if request.method == "HEAD" or not response.length:
            protocol.response_empty(response.status, pairs)
        elif response.status == 206:
            partial = getattr(protocol, "response_file_range", None)
            if partial is not None:
                end = response.start + response.length
                protocol.response_file_range(
                    206, pairs, response.path, response.start, end
                )
            else:
                protocol.response_bytes(206, pairs, await _read_part(response))
        else:
            protocol.response_file(response.status, pairs, response.path)
    elif isinstance(response, StreamedResponse):
        if request.method == "HEAD":
            await response.close()
            protocol.response_empty(response.status, response._pairs)
            return
        chunks = response.chunks()
        try:
            transport = protocol.response_stream(response.status, response._pairs)
            async for chunk in chunks:
                await transport.send_bytes(chunk)
        except RuntimeError as problem:
            if type(problem) is RuntimeError:
                raise
            raise ClientDisconnected("the client went away") from None
        finally:
            await chunks.aclose()
    else:
        send_whole(request, response)


def send_whole(request: RsgiRequest, response: Response) -> None:
    """Send a response whose body is there."""
    protocol = request._protocol
    status = response.status
    if request.method == "HEAD" and status not in (204, 304):
        length = ("content-length", str(len(response.body)))
        protocol.response_empty(status, [*response._pairs, length])
    elif response.body and status not in (204, 304):
        protocol.response_bytes(status, response._pairs, response.body)
    else:
        protocol.response_empty(status, response._pairs)


async def _read_part(response: FileResponse) -> bytes:
    def read() -> bytes:
        with open(response.path, "rb") as file:
            file.seek(response.start)
            return file.read(response.length)

    return await asyncio.to_thread(read)
