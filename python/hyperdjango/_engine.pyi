"""The native module: the engine of HyperDjango, written in Rust."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Sequence
from typing import Any, final

__all__ = ["Cancellation", "Connection", "Copy", "Settings", "run_command", "version"]

version: str
"""The version of the distribution, as its Cargo workspace states it."""

def run_command(arguments: list[str]) -> int:
    """Run the ``hyper`` command in this process.

    Arguments:
        arguments: what follows the program's name on the command line, ``["inspectdb", "-v"]``.

    Returns:
        The exit status: 0 done, 1 differences or findings, 2 an error, already reported.
    """

@final
class Settings:
    """Where to connect, and how."""

    def __new__(
        cls,
        url: str | None,
        connect_timeout: float | None,
        application_name: str | None = None,
        session_settings: Sequence[tuple[str, str]] = ...,
    ) -> Settings: ...
    def connect(self, statement_cache_size: int) -> Connection:
        """Open a session, waiting for the network: call it in a worker thread."""

@final
class Cancellation:
    """What cancels the statement that a connection runs."""

    def send(self) -> bool:
        """Send the request, waiting for the network; whether the server has taken it."""

@final
class Copy:
    """A COPY that is under way.

    Attributes:
        result: Future[int], the number of rows, when the COPY is over.
    """

    result: Future[int]

    @staticmethod
    def has_binary(oid: int) -> bool:
        """Whether every value of a type has a binary form here."""
    def wait(self) -> Future[None]:
        """A future that is done when data can be given or taken, or the COPY is over."""
    def write(self, data: bytes) -> bool:
        """Send data; whether to wait before more is sent."""
    def write_rows(self, rows: list[Sequence[Any]]) -> bool:
        """Send rows in the binary format; whether to wait before more are sent."""
    def finish(self) -> None:
        """Say that all data was sent."""
    def read(self) -> bytes:
        """What has come so far; empty if nothing has."""
    def abandon(self, reason: str) -> None:
        """Have it end soon: nobody gives or takes data any more."""

@final
class Connection:
    """A session with the server, driven by an event loop.

    Attributes:
        closed: bool, whether the session is over.
        idle: bool, whether everything was answered.
        clean: bool, whether the session can serve anybody.
        transaction: str, "idle", "open" or "failed".
        encrypted: bool, whether the connection uses TLS.
        statements: int, how many prepared statements are kept.
    """

    closed: bool
    idle: bool
    clean: bool
    transaction: str
    encrypted: bool
    statements: int

    def attach(self, event_loop: AbstractEventLoop) -> None:
        """Have an event loop drive the session from now on."""
    def run(
        self,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        cached: bool = True,
        text_columns: Sequence[int] = ...,
    ) -> Future[Any]:
        """Run a statement; 0 gives a count, 1 dicts, 2 the first dict, 3 the first value, 4 tuples.

        ``text_columns`` are columns, counted from 0, to be given in PostgreSQL's own text form.
        """
    def run_many(self, sql: str, parameters: list[tuple[Any, ...]]) -> Future[int]:
        """Run a statement once for each tuple, all or none."""
    def forget(self, sql: str) -> None:
        """Forget a prepared statement; nothing happens if it is not kept."""
    def run_script(self, sql: str) -> Future[int]:
        """Run statements without parameters by the simple protocol."""
    def copy(self, sql: str, columns: Sequence[tuple[str, int]] = ...) -> Copy:
        """Begin a COPY on a connection that is idle.

        ``columns`` are the name and the type's OID of what ``Copy.write_rows`` will be given.
        """
    def watch(
        self,
        notice: Callable[[str, str, str | None, str | None, str], object] | None,
        notification: Callable[[str, str, int], object] | None,
        end: Callable[[], object] | None,
    ) -> None:
        """Have the event loop call these: of a notice (severity, message, detail, hint, SQLSTATE), of a
        notification (channel, payload, process) and of the end of the session."""
    def pause(self) -> None:
        """Receive nothing more until `resume`."""
    def resume(self) -> None:
        """Receive again."""
    def cancellation(self) -> Cancellation | None:
        """What cancels the running statement; None if the server can't."""
    def mark_clean(self) -> None:
        """Say that the session's settings are those of its beginning again."""
    def close(self) -> None:
        """Say goodbye; what has no answer yet fails."""
