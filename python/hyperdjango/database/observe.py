"""Watching statements: slow ones are logged, and hooks are told of each."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hyperdjango.errors import Error

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from hyperdjango.database.database import Database

_log = logging.getLogger("hyperdjango.queries")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, as hooks see it.

    Attributes:
        sql: str, its text, with ``$1``, ``$2`` … for the parameters.
        parameters: tuple, their values; of `execute_many` one tuple of them for each row.
        database: Database, where it runs.
    """

    sql: str
    parameters: tuple[Any, ...]
    database: Database


class Hook(Protocol):
    """What is told of every statement: queries, COPY, and the beginnings and ends of transactions.

    Both methods are called in the event loop, and must not wait for anything. What they raise is logged by
    the logger ``hyperdjango.queries`` and does not disturb the statement.
    """

    def before(self, statement: Statement) -> object:
        """A statement is about to run; what is given back is given to ``after``."""

    def after(self, token: Any, error: BaseException | None, duration: float) -> None:
        """The statement is over.

        Arguments:
            token: what ``before`` gave.
            error: BaseException | None, what went wrong; a cancellation too.
            duration: float, seconds, waiting for a session included.
        """


class Observer:
    """Everything that watches the statements of a database."""

    def __init__(
        self,
        database: Database,
        slow_query: float | None,
        log_parameters: bool,
        errors_with_parameters: bool,
    ) -> None:
        self.database = database
        self.slow_query = slow_query
        self.log_parameters = log_parameters
        self.errors_with_parameters = errors_with_parameters
        self.hooks: tuple[Hook, ...] = ()
        # Hooks come and go in the threads of `Database.sync` as well.
        self.lock = threading.Lock()

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do for a statement."""
        return bool(
            self.hooks or self.slow_query is not None or self.errors_with_parameters
        )

    def watch(self, sql: str, parameters: tuple[Any, ...]) -> Watch:
        """What is to surround the running of a statement."""
        return Watch(self, Statement(sql, parameters, self.database))


class Watch:
    """One statement that is being watched."""

    def __init__(self, observer: Observer, statement: Statement) -> None:
        self._observer = observer
        self._statement = statement
        self._tokens: list[tuple[Hook, object]] = []
        self._began = 0.0

    def __enter__(self) -> None:
        for hook in self._observer.hooks:
            try:
                self._tokens.append((hook, hook.before(self._statement)))
            except Exception:  # noqa: BLE001 - whatever it is, it must not disturb the statement
                _log.exception("a hook failed before a statement")
        self._began = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        duration = time.perf_counter() - self._began
        observer = self._observer
        if observer.errors_with_parameters and isinstance(problem, Error):
            problem.parameters = self._statement.parameters
        for hook, token in reversed(self._tokens):
            try:
                hook.after(token, problem, duration)
            except Exception:  # noqa: BLE001 - whatever it is, it must not disturb the statement
                _log.exception("a hook failed after a statement")
        if observer.slow_query is not None and duration >= observer.slow_query:
            self._log_slow(duration)

    def _log_slow(self, duration: float) -> None:
        statement = self._statement
        extra: dict[str, object] = {
            "sql": statement.sql,
            "duration": duration,
            "database": str(statement.database.settings),
        }
        if self._observer.log_parameters:
            extra["parameters"] = statement.parameters
        _log.warning(
            "slow statement, %.3f seconds: %s", duration, statement.sql, extra=extra
        )
