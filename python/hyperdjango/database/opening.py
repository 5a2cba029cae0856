"""Opening sessions and cancelling statements: both wait for the network, in threads of their own."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from hyperdjango.errors import HyperError

if TYPE_CHECKING:
    from hyperdjango._engine import Cancellation, Connection, Settings

# A server that does not answer holds a thread for as long as `connect_timeout` allows: the program's own
# executor must not wait for that, nor a cancellation for the opening of sessions.
_OPENING, _CANCELLING = 16, 4

_executors: dict[str, ThreadPoolExecutor] = {}


def _executor(name: str, threads: int) -> ThreadPoolExecutor:
    executor = _executors.get(name)
    if executor is None:
        executor = ThreadPoolExecutor(threads, thread_name_prefix=f"hyperdjango-{name}")
        _executors[name] = executor
    return executor


if hasattr(os, "register_at_fork"):
    # Threads stay behind in the parent.
    os.register_at_fork(after_in_child=_executors.clear)


async def open_connection(
    settings: Settings, statement_cache_size: int
) -> tuple[Connection, float]:
    """Open a session in the running event loop; also the loop's time at which that was done.

    Raises:
        ConnectionFailed: it can't be opened.
    """
    loop = asyncio.get_running_loop()
    opening = _executor("connect", _OPENING).submit(
        settings.connect, statement_cache_size
    )
    try:
        connection = await asyncio.wrap_future(opening)
    except asyncio.CancelledError:
        # Nobody waits for it any more.
        opening.add_done_callback(_close)
        raise
    try:
        connection.attach(loop)
    except BaseException:
        connection.close()
        raise
    return connection, loop.time()


def _close(opening: Future[Connection]) -> None:
    with suppress(HyperError):
        if not opening.cancelled() and opening.exception() is None:
            opening.result().close()


async def send(cancellation: Cancellation) -> bool:
    """Send a request to cancel; whether the server has taken it."""
    executor = _executor("cancel", _CANCELLING)
    return await asyncio.get_running_loop().run_in_executor(executor, cancellation.send)
