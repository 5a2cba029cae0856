"""What ``Database`` is given: whether it can be used, and what the URL says by itself."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

from hyperdjango.errors import InterfaceError

# Seconds that opening a session may take where nothing is said about it.
CONNECT_TIMEOUT = 10.0


def check_seconds(name: str, value: object) -> None:
    """Refuse a length of time that is none.

    Raises:
        InterfaceError: it is neither a number above 0 nor None.
    """
    if value is None:
        return
    _check_number(name, value, "a number of seconds, or None for no limit")
    assert isinstance(value, (int, float))
    if not 0 < value < math.inf:
        raise InterfaceError(
            f"{name} must be more than 0 seconds, and is {value!r}; give None for no limit"
        )


def check_slow_query(value: object) -> None:
    """Refuse what no statement's duration can be compared with; 0 is every statement.

    Raises:
        InterfaceError: it is neither a number from 0 on nor None.
    """
    if value is None:
        return
    _check_number("slow_query", value, "a number of seconds, or None to log none")
    assert isinstance(value, (int, float))
    if not value >= 0:
        raise InterfaceError(f"slow_query must not be negative, and is {value!r}")


def check_count(name: str, value: object) -> None:
    """Refuse what is no whole number from 0 on.

    Raises:
        InterfaceError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be a whole number, not {value!r}")
    if value < 0:
        raise InterfaceError(f"{name} must not be negative, and is {value!r}")


def _check_number(name: str, value: object, wanted: str) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise InterfaceError(f"{name} must be {wanted}, not {value!r}")


def says_connect_timeout(url: str | None) -> bool:
    """Whether ``connect_timeout`` is in the URL, or where one is looked for, or in libpq's variable."""
    if os.environ.get("PGCONNECT_TIMEOUT"):
        return True
    texts = [url]
    if url is None:
        texts = [
            os.environ.get(name) for name in ("HYPER_DATABASE_URL", "DATABASE_URL")
        ]
        if not any(texts):
            try:
                texts.append(Path(".env").read_text(encoding="utf-8", errors="replace"))
            except OSError:
                pass
    return any(text and re.search(r"\bconnect_timeout\s*=", text) for text in texts)
