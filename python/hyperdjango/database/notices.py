"""Notices: what the server says beside its answers."""

from __future__ import annotations

import logging
from dataclasses import dataclass

_log = logging.getLogger("hyperdjango.notices")

# PostgreSQL documentation, "Message Severity Levels".
_LEVELS = {
    "DEBUG": logging.DEBUG,
    "LOG": logging.INFO,
    "INFO": logging.INFO,
    "NOTICE": logging.INFO,
    "WARNING": logging.WARNING,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice (PostgreSQL documentation, "Error and Notice Message Fields").

    Attributes:
        severity: str, "WARNING", "NOTICE", "INFO", "LOG" or "DEBUG", whatever the server's language.
        message: str, what it says, in one line.
        detail: str | None, more about it.
        hint: str | None, advice.
        sqlstate: str, the code, five characters.
    """

    severity: str
    message: str
    detail: str | None
    hint: str | None
    sqlstate: str


def log_notice(notice: Notice) -> None:
    """What becomes of a notice unless ``Database(on_notice=…)`` says otherwise: the logger ``hyperdjango.notices``."""
    level = _LEVELS.get(notice.severity, logging.INFO)
    _log.log(
        level,
        "%s: %s",
        notice.severity,
        notice.message,
        extra={
            "severity": notice.severity,
            "sqlstate": notice.sqlstate,
            "detail": notice.detail,
            "hint": notice.hint,
        },
    )
