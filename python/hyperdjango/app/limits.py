"""How much a client may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a client may ask of the server.

    Attributes:
        body: int, the bytes that a body may have; more is answered by 413.
        header: int, the bytes that the headers of a request may have together, 8192 at least; ``run`` has Granian
            answer more by 431.
        header_timeout: float, seconds that a client may take to send the headers; then ``run`` has Granian close
            the connection.
        body_timeout: float, seconds that may pass until a client sends another part of its body; then it gets 408.
        form_fields: int, how many fields and files a form may have.
        form_memory: int, the bytes that the fields of a form that are no files may have together. A file is kept on
            disk when it is larger than this.
        query_fields: int, how many fields the query of a URL may have.
        stop_timeout: float, seconds that ``run`` waits for requests to be answered when it is told to stop.
        threads: int, how many handlers that are not ``async`` run at once.
    """

    body: int = 16 * 1024 * 1024
    header: int = 32 * 1024
    header_timeout: float = 15.0
    body_timeout: float = 30.0
    form_fields: int = 1000
    form_memory: int = 1024 * 1024
    query_fields: int = 1000
    stop_timeout: float = 30.0
    threads: int = 16
