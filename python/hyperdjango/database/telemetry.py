"""OpenTelemetry: a span for each statement of a database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from hyperdjango.errors import Error, InterfaceError

if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.database.database import Database
    from hyperdjango.database.observe import Hook, Statement

_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*)*\(*\s*([A-Za-z]+)")


def instrument(database: Database, *, tracer_provider: Any = None) -> Hook:
    """Have a span be recorded for each statement of a database.

    The attributes are those of OpenTelemetry's semantic conventions for database clients: ``db.system.name``,
    ``db.namespace``, ``db.operation.name``, ``db.query.text`` (parameters are not in it), ``server.address``,
    ``server.port``, and for an error ``error.type`` and ``db.response.status_code``.

    Arguments:
        database: Database, whose statements are recorded.
        tracer_provider: opentelemetry.trace.TracerProvider | None, what makes the spans; the global one if None.

    Returns:
        What ``database.remove_hook`` takes to end it.

    Raises:
        InterfaceError: the package opentelemetry-api is not installed.

    >>> def example(database: Database) -> None:
    ...     instrument(database)
    """
    try:
        from opentelemetry import trace
    except ImportError:
        raise InterfaceError(
            "the package opentelemetry-api is not installed; install it: pip install opentelemetry-api"
        ) from None
    tracer = trace.get_tracer("hyperdjango.database", tracer_provider=tracer_provider)
    hook = _Spans(tracer, trace, place(str(database.settings)))
    database.add_hook(hook)
    return hook


def place(url: str) -> dict[str, str | int]:
    """Where a database is, as attributes; of several hosts the first.

    >>> place("postgres://ada@db.example:5433,other:5432/shop")
    {'db.namespace': 'shop', 'server.address': 'db.example', 'server.port': 5433}
    """
    parts = urlsplit(url)
    attributes: dict[str, str | int] = {}
    if name := unquote(parts.path.removeprefix("/")):
        attributes["db.namespace"] = name
    host, _, port = parts.netloc.rpartition("@")[2].split(",")[0].rpartition(":")
    if host:
        attributes["server.address"] = unquote(host.strip("[]"))
    if port.isdecimal():
        attributes["server.port"] = int(port)
    return attributes


class _Spans:
    """The hook: a statement's token is its span."""

    def __init__(self, tracer: Any, trace: Any, where: dict[str, str | int]) -> None:
        self._tracer = tracer
        self._kind = trace.SpanKind.CLIENT
        self._status = trace.Status
        self._error = trace.StatusCode.ERROR
        self._attributes = {"db.system.name": "postgresql", **where}

    def before(self, statement: Statement) -> object:
        """Begin a span, inside of the one that is current."""
        attributes = {**self._attributes, "db.query.text": statement.sql}
        word = _WORD.match(statement.sql)
        name = "postgresql"
        if word is not None:
            name = attributes["db.operation.name"] = word[1].upper()
        return self._tracer.start_span(name, kind=self._kind, attributes=attributes)

    def after(self, token: Any, error: BaseException | None, duration: float) -> None:
        """End the span."""
        if error is not None:
            kind = type(error).__qualname__
            if isinstance(error, Error) and error.sqlstate is not None:
                kind = error.sqlstate
                token.set_attribute("db.response.status_code", error.sqlstate)
            token.set_attribute("error.type", kind)
            token.set_status(self._status(self._error, str(error)))
        token.end()
