"""Signals that come while a worker process starts: it ends, instead of missing them and never ending."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDING = (signal.SIGINT, signal.SIGTERM)


class _State:
    is_held = False


class Interruption:
    """An event that handlers of signals set while the main thread waits for it.

    ``threading.Event`` is none: a signal that the system gives to another thread does not wake the main thread, in which
    alone handlers run (Python documentation, "signal", "Signals and threads"). The file descriptor that is written to
    whenever a signal comes wakes it.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def set(self) -> None:
        """Wake who waits."""
        self._is_set = True
        with suppress(BlockingIOError):
            self._waker.send(b"!")

    def clear(self) -> None:
        """Have others wait again."""
        self._is_set = False

    def is_set(self) -> bool:
        """Whether nobody need wait."""
        return self._is_set

    def wait(self) -> None:
        """Wait until it is set."""
        while not self._is_set:
            self._woken.recv(4096)


def end_new_workers() -> None:
    """Have a signal end each process that is forked from now on, until it says otherwise.

    It has the handlers of its parent, which would only take note of the signal. One that comes before the new process
    has run at all waits until it has these: Python forgets what its handlers noted across a fork.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_block, after_in_parent=_unblock, after_in_child=_end_and_unblock
        )


def hold() -> None:
    """Keep signals waiting while Granian sets its handlers up: it forgets those that come too early."""
    if hasattr(signal, "pthread_sigmask"):
        _block()
        _State.is_held = True


@contextmanager
def starting(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """While a held process does what comes before its first request, a signal ends it at once."""
    if not _State.is_held:
        yield
        return
    end: Any = signal.getsignal(signal.SIGTERM)
    _end_and_unblock()
    try:
        yield
    finally:
        _block()
        signal.signal(signal.SIGTERM, end)
        # Ctrl-C is heard by all processes of a terminal. The first of them tells the workers by SIGTERM; a worker
        # that heard of it twice could hang in Granian.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What waits is delivered when the loop runs, and Granian listens.
    loop.call_soon(_unblock)
    _State.is_held = False


def _block() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _end_and_unblock() -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
    _unblock()
