"""Responses whose body is sent while it is made: streams, and server-sent events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperdjango._engine import encode_json
from hyperdjango.app.response import Response

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        AsyncIterator,
        Iterable,
        Iterator,
        Mapping,
    )
    from typing import Any

    from hyperdjango.app.response import Chunks


class StreamedResponse(Response):
    """A response whose body is sent while it is made; ``Response.stream`` makes it."""

    __slots__ = ("_chunks",)

    def __init__(
        self,
        chunks: Chunks,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        content_type: str | None = "application/octet-stream",
    ) -> None:
        self._prepare(status, headers)
        self.body = b""
        self._set_type(content_type, None)
        given: Any = chunks
        if hasattr(given, "__aiter__"):
            self._chunks: AsyncIterator[bytes | str] = given.__aiter__()
        elif hasattr(given, "__iter__") and not isinstance(given, (str, bytes)):
            self._chunks = _in_threads(iter(given))
        else:
            raise TypeError(
                "a stream needs an iterable of bytes or str, best an asynchronous one: "
                f"an async function with yield that was called; not {type(given).__name__}"
            )

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The parts of the body; the iterable is closed when this is, or at its end."""
        try:
            async for chunk in self._chunks:
                data = chunk.encode() if isinstance(chunk, str) else bytes(chunk)
                if data:
                    yield data
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the iterable, where it has a way to be closed."""
        close = getattr(self._chunks, "aclose", None)
        if close is not None:
            await close()


async def _in_threads(
    chunks: Iterator[bytes | str],
) -> AsyncGenerator[bytes | str, None]:
    """The steps of an iterator that is not asynchronous, each in a thread."""
    end = object()
    try:
        while True:
            chunk: Any = await asyncio.to_thread(next, chunks, end)
            if chunk is end:
                return
            yield chunk
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            await asyncio.to_thread(close)


@dataclass(slots=True)
class Event:
    """A server-sent event.

    Attributes:
        data: str, or a value that becomes JSON.
        event: str | None, its kind, by which a page listens for it.
        id: str | None, what a client that comes back sends as ``Last-Event-ID``.
        retry: int | None, milliseconds after which a client that lost the connection comes back.

    >>> Event("two\\nlines", event="note").encode()
    b'event: note\\ndata: two\\ndata: lines\\n\\n'
    """

    data: Any = None
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def encode(self) -> bytes:
        """The event as it is sent.

        Raises:
            ValueError: its kind or id holds an end of a line.
        """
        lines: list[str] = []
        for word, value in (("event", self.event), ("id", self.id)):
            if value is not None:
                if any(character in value for character in "\r\n\0"):
                    raise ValueError(
                        f"the {word} of an event may hold no ends of lines"
                    )
                lines.append(f"{word}: {value}")
        if self.retry is not None:
            lines.append(f"retry: {int(self.retry)}")
        if self.data is not None:
            data = self.data
            text = data if isinstance(data, str) else encode_json(data).decode()
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            lines.extend(f"data: {line}" for line in text.split("\n"))
        return ("\n".join(lines) + "\n\n").encode()


def event_response(
    events: AsyncIterable[Event | str | dict[str, Any]],
    ping: float | None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None,
) -> StreamedResponse:
    """The response of ``Response.events``."""
    response = StreamedResponse(
        _encoded(events, ping), 200, headers, "text/event-stream"
    )
    response.headers.setdefault("cache-control", "no-store")
    # nginx keeps a response until it has a lot of it, unless it is told not to.
    response.headers.setdefault("x-accel-buffering", "no")
    return response


async def _encoded(
    events: AsyncIterable[Event | str | dict[str, Any]], ping: float | None
) -> AsyncGenerator[bytes, None]:
    iterator = events.__aiter__()
    # The headers go out with the first part of the body: a client is to know at once that it is heard.
    yield b": hello\n\n"
    step: asyncio.Future[Any] | None = None
    try:
        while True:
            step = asyncio.ensure_future(anext(iterator))
            while not step.done():
                await asyncio.wait((step,), timeout=ping)
                if not step.done():
                    yield b": ping\n\n"
            try:
                event = step.result()
            except StopAsyncIteration:
                return
            yield (event if isinstance(event, Event) else Event(event)).encode()
    finally:
        if step is not None and not step.done():
            step.cancel()
            await asyncio.wait((step,))
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()
