"""Granian, set up for an application."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from hyperdjango.app.application import HyperApp

ERROR = 2

# Words go to standard error; data alone goes to standard output.
_LOGGING = {
    "formatters": {
        "words": {"()": "hyperdjango.app.server.OneLine", "fmt": "%(message)s"},
        "level": {"()": "logging.Formatter", "fmt": "%(levelname)s: %(message)s"},
    },
    "handlers": {
        "console": {
            "formatter": "level",
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
        },
        "access": {
            "formatter": "words",
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
        },
    },
    "loggers": {
        "_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        "hyperdjango": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
_ACCESS = "%(addr)s %(method)s %(path)s %(status)d %(dt_ms).1f ms"


class OneLine(logging.Formatter):
    """Writes a record as one line: a path may hold whatever would begin another, or move a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = super().format(record)
        if text.isprintable():
            return text
        return "".join(
            character if character.isprintable() else ascii(character)[1:-1]
            for character in text
        )


def serve(
    app: HyperApp | None,
    source: str | None,
    host: str,
    port: int,
    workers: int,
    reload: bool,
    access_log: bool,
    loader: Callable[[], HyperApp] | None = None,
) -> None:
    """Serve an application until the process is told to stop.

    Arguments:
        app: HyperApp | None, the application; None to have each worker load it, as ``reload`` needs it.
        source: str | None, the file or the folder that a worker can load it from.
        host: str, the address.
        port: int, the port; 0 for one that is free.
        workers: int, the number of processes.
        reload: bool, whether to start again when a file changes.
        access_log: bool, whether each request is written to standard error.
        loader: what a worker process calls for the application, where it comes from no source.
    """
    try:
        from granian.constants import Interfaces
        from granian.http import HTTP1Settings
        from granian.log import LogLevels
        from granian.server import Server
    except ImportError as problem:
        fail(
            f"the HTTP server is not usable: {problem}",
            "install it: pip install granian",
        )
    if workers < 1:
        fail(f"the number of workers must be 1 or more, not {workers}")
    reload_options = _reload_options() if reload else {}
    port = _free_port(host, port)
    from hyperdjango.app.limits import Limits

    limits = app.limits if app is not None else Limits()
    server: Any = Server(
        app.name if app is not None else "hyperdjango",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=max(1, round(limits.header_timeout * 1000)),
            max_buffer_size=max(8192, limits.header),
        ),
        # A worker that does not stop in time is killed; what it does by itself comes before that.
        workers_kill_timeout=max(1, round(limits.stop_timeout)) + 10,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
        log_access=access_log,
        log_access_format=_ACCESS,
        **reload_options,
    )
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Serving on http://{shown}:{port} (Ctrl-C to stop)\n")
    sys.stderr.flush()
    # A process made by fork has the application already; any other loads it from its source.
    _inherited.append((os.getpid(), None if reload else app))
    from hyperdjango.app import loading, signals

    signals.end_new_workers()
    server.main_loop_interrupt = signals.Interruption()
    try:
        server.serve(target_loader=loader or loading.Loader(source), wrap_loader=False)
    except SystemExit as problem:
        # A worker that ended by itself has said why.
        sys.exit(ERROR if problem.code and not server.interrupt_signal else 0)


# The application that is served, for worker processes that are made by fork.
_inherited: list[tuple[int, HyperApp | None]] = []


def inherited() -> HyperApp | None:
    """The application of the process that this one was forked from."""
    return _inherited[-1][1] if _inherited else None


def fail(what: str, hint: str | None = None) -> NoReturn:
    """End the process with a sentence on standard error."""
    sys.stderr.write(f"error: {what}\n")
    if hint is not None:
        sys.stderr.write(f" hint: {hint}\n")
    sys.stderr.flush()
    sys.exit(ERROR)


def _reload_options() -> dict[str, Any]:
    try:
        watchfiles: Any = import_module("watchfiles")
    except ImportError:
        fail(
            "to start again when a file changes needs the package watchfiles",
            "install it: pip install watchfiles; or leave out --reload",
        )
    return {
        "reload": True,
        "reload_filter": watchfiles.PythonFilter,
        "reload_ignore_worker_failure": True,
    }


def _free_port(host: str, port: int) -> int:
    """The port, if nobody listens on it. Granian itself would share it with whoever does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OverflowError:
            fail(f"{port} is no port; ports are 0 to 65535")
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                fail(
                    f"port {port} of {host} is in use by another program",
                    f"end that program, or choose another port: --port {port + 1 if port < 65535 else 8000}",
                )
            if problem.errno in (errno.EACCES, errno.EPERM):
                fail(
                    f"port {port} of {host} is not this user's to listen on",
                    "choose a port above 1023: --port 8000",
                )
            fail(
                f"{host}:{port} can't be listened on: {problem.strerror or problem}",
                "name an address of this machine: --host 127.0.0.1",
            )
        chosen: int = probe.getsockname()[1]
        return chosen
