"""What ``Database`` is given: whether it can be used."""

from __future__ import annotations

import math

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
