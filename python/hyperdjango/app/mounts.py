"""Other ASGI applications under a path of this one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from hyperdjango.app.response import Response
from hyperdjango.app.streams import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from typing import Any

    from hyperdjango.app.asgi import Message, Scope
    from hyperdjango.app.request import Request

    AsgiApp = Callable[..., Awaitable[None]]

# How many parts of a response the application may be ahead of the client.
_AHEAD = 8


class Mount:
    """An ASGI application under a path.

    Arguments:
        prefix: str, the path; the application gets it as ``root_path``.
        inner: the application.
    """

    def __init__(self, prefix: str, inner: AsgiApp) -> None:
        self.prefix = prefix
        self.inner = inner
        self._lifespan: asyncio.Task[None] | None = None
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()

    async def handle(self, request: Request, rest: str = "") -> Response:
        """Have the application answer a request."""
        parts = request.stream()
        queue: asyncio.Queue[Message | None] = asyncio.Queue(_AHEAD)

        async def receive() -> Message:
            async for chunk in parts:
                return {"type": "http.request", "body": chunk, "more_body": True}
            if not finished:
                finished.append(True)
                return {"type": "http.request", "body": b"", "more_body": False}
            # The request's own task is cancelled when the client goes away, and this one with it.
            await asyncio.Event().wait()
            raise AssertionError("nothing sets this event")

        finished: list[bool] = []

        async def run() -> None:
            try:
                await self.inner(self._scope(request), receive, queue.put)
            except asyncio.CancelledError:
                # Nobody reads on.
                raise
            except BaseException:
                await queue.put(None)
                raise
            await queue.put(None)

        task = asyncio.get_running_loop().create_task(run())
        try:
            start = await queue.get()
        except BaseException:
            await _end(task)
            raise
        if start is None:
            await task
            raise RuntimeError(
                f"the application under {self.prefix} ended without a response"
            )
        response = StreamedResponse(
            _body(task, queue), start["status"], content_type=None
        )
        response._pairs[:] = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in start.get("headers", ())
        ]
        return response

    def _scope(self, request: Request) -> Scope:
        host, _, port = (request.headers.get("host") or "localhost").partition(":")
        default = 443 if request.scheme == "https" else 80
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": request.http_version,
            "method": request.method,
            "scheme": request.scheme,
            "path": request.path,
            "raw_path": quote(request.path).encode(),
            "query_string": request.query_string.encode("latin-1"),
            "root_path": self.prefix,
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in request.headers.items()
            ],
            "client": request.client,
            "server": (host, int(port) if port.isdigit() else default),
            "state": {},
        }

    async def start(self) -> None:
        """Tell the application that the server starts; one that does not care says so by an exception."""
        self._said, self._answers = asyncio.Queue(), asyncio.Queue()
        scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": {},
        }

        async def run() -> None:
            try:
                await self.inner(scope, self._said.get, self._answers.put)
            except Exception:  # noqa: BLE001 - ASGI has an application say so
                await self._answers.put({"type": "none"})

        self._lifespan = asyncio.get_running_loop().create_task(run())
        answer = await self._ask("lifespan.startup")
        if answer["type"] == "lifespan.startup.failed":
            raise RuntimeError(
                f"the application under {self.prefix} did not start: {answer.get('message', '')}"
            )

    async def stop(self) -> None:
        """Tell the application that the server stops."""
        if self._lifespan is not None and not self._lifespan.done():
            await self._ask("lifespan.shutdown")
            await _end(self._lifespan)
        self._lifespan = None

    async def _ask(self, what: str) -> Message:
        assert self._lifespan is not None
        await self._said.put({"type": what})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait((answer, self._lifespan), return_when="FIRST_COMPLETED")
        if answer.done():
            return answer.result()
        answer.cancel()
        return {"type": "none"}


async def _body(
    task: asyncio.Task[None], queue: asyncio.Queue[Message | None]
) -> AsyncGenerator[bytes, None]:
    try:
        while (message := await queue.get()) is not None:
            yield message.get("body", b"")
        await task
    finally:
        await _end(task)


async def _end(task: asyncio.Task[None]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait((task,))
