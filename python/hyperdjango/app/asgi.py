"""The application as any other server talks to it: requests and responses over ASGI 3."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hyperdjango.app.files import CHUNK, FileResponse, narrowed
from hyperdjango.app.problems import ClientDisconnected, HttpError
from hyperdjango.app.request import Request
from hyperdjango.app.streams import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
    from typing import Any

    from hyperdjango.app.application import HyperApp
    from hyperdjango.app.response import Response

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]


class AsgiRequest(Request):
    """A request that an ASGI server hands over (ASGI specification, "HTTP & WebSocket")."""

    __slots__ = ("_is_complete", "_receive", "_scope")

    def __init__(self, app: HyperApp, scope: Scope, receive: Receive) -> None:
        path = scope["path"]
        root = scope.get("root_path", "")
        # A server that serves the application below a folder says the whole path.
        if root and path.startswith(root + "/"):
            path = path[len(root) :]
        Request.__init__(self, app, scope["method"], path)
        self._scope = scope
        self._receive = receive
        self._is_complete = False

    @property
    def query_string(self) -> str:
        """What stands behind the ``?`` in the URL, as it was sent."""
        text: bytes = self._scope.get("query_string", b"")
        return text.decode("latin-1")

    @property
    def client(self) -> tuple[str, int] | None:
        """The address and the port of the client, or of the proxy that is nearest."""
        client = self._scope.get("client")
        return None if client is None else (client[0], client[1])

    @property
    def scheme(self) -> str:
        """``"http"`` or ``"https"``."""
        text: str = self._scope.get("scheme", "http")
        return text

    @property
    def http_version(self) -> str:
        """``"1.0"``, ``"1.1"`` or ``"2"``."""
        text: str = self._scope.get("http_version", "1.1")
        return text

    def _read_headers(self) -> list[tuple[str, str]]:
        return [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in self._scope["headers"]
        ]

    async def _chunks(self, length: int | None) -> AsyncGenerator[bytes, None]:
        patience = self.app.limits.body_timeout
        while True:
            try:
                async with asyncio.timeout(patience):
                    message = await self._receive()
            except TimeoutError:
                raise HttpError(
                    408, "the body does not come", {"connection": "close"}
                ) from None
            if message["type"] == "http.disconnect":
                raise ClientDisconnected("the body of the request breaks off")
            data = message.get("body", b"")
            if data:
                yield data
            if not message.get("more_body", False):
                self._is_complete = True
                return

    async def _until_gone(self) -> None:
        headers = self.headers
        has_body = "content-length" in headers or "transfer-encoding" in headers
        # As long as the handler may read the body, its parts are the handler's.
        while has_body and not self._is_complete:
            await asyncio.sleep(0.1)
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def send(request: AsgiRequest, response: Response, give: Send) -> None:
    """Send a response."""
    if isinstance(response, FileResponse):
        response = narrowed(request, response)
    headers = [(name.encode(), value.encode()) for name, value in response._pairs]
    start: Message = {"type": "http.response.start", "status": response.status}
    start["headers"] = headers
    is_head = request.method == "HEAD"
    if isinstance(response, StreamedResponse):
        chunks = response.chunks()
        try:
            await give(start)
            if not is_head:
                async for chunk in chunks:
                    await give(_part(chunk, True))
            await give(_part(b"", False))
        except OSError:
            # What servers say of a client that is gone.
            raise ClientDisconnected("the client went away") from None
        finally:
            await response.close()
            await chunks.aclose()
        return
    if isinstance(response, FileResponse):
        headers.append((b"content-length", str(response.length).encode()))
        await give(start)
        if not is_head:
            await _send_file(response, give)
        await give(_part(b"", False))
        return
    has_body = response.status not in (204, 304)
    if has_body:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await give(start)
    await give(_part(b"" if is_head or not has_body else response.body, False))


async def _send_file(response: FileResponse, give: Send) -> None:
    file = await asyncio.to_thread(open, response.path, "rb")
    try:
        await asyncio.to_thread(file.seek, response.start)
        left = response.length
        while left:
            data = await asyncio.to_thread(file.read, min(CHUNK, left))
            if not data:
                raise OSError(f"{response.path} became shorter while it was sent")
            left -= len(data)
            await give(_part(data, True))
    finally:
        await asyncio.to_thread(file.close)


def _part(data: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
