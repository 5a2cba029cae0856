"""What is wrong with a request, as JSON for programs (RFC 9457) and as a page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import ClientDisconnected, HttpError, logger, phrase
from hyperdjango.app.response import Response
from hyperdjango.errors import (
    CheckViolation,
    DatabaseError,
    DataError,
    ExclusionViolation,
    FieldError,
    FieldValueError,
    ForeignKeyViolation,
    InsufficientPrivilege,
    IntegrityError,
    NotNullViolation,
    ObjectDoesNotExist,
    OperationalError,
    PoolTimeout,
    ProgrammingError,
    QueryCanceled,
    UndefinedColumn,
    UndefinedTable,
    UniqueViolation,
    ValidationError,
)

if TYPE_CHECKING:
    from hyperdjango.app.request import Request
    from hyperdjango.serve.settings import ServeSettings

_REFUSED: dict[type[IntegrityError], str] = {
    UniqueViolation: "another row has the same values",
    ForeignKeyViolation: "a row that is referred to is not there, or other rows refer to this one",
    NotNullViolation: "a column that must have a value has none",
    CheckViolation: "a check is not fulfilled",
    ExclusionViolation: "another row is in conflict",
}
_CHANGES = frozenset({"POST", "PATCH", "DELETE"})


class Problem:
    """What is wrong.

    Attributes:
        status: int, the status of the response.
        detail: str | None, a sentence.
        more: dict, what else a program may want to know, such as the constraint's name.
        headers: dict, headers of the response.
    """

    __slots__ = ("detail", "headers", "more", "status")

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def json(self) -> Response:
        """The response for a program."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": phrase(self.status),
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        body.update(self.more)
        response = Response.json(body, self.status, self.headers)
        response.headers["content-type"] = "application/problem+json"
        return response


def problem_of(
    request: Request, problem: Exception, settings: ServeSettings
) -> Problem:
    """What an exception means to the client; what is nobody's to know is logged."""
    if isinstance(problem, HttpError):
        return Problem(problem.status, problem.detail, dict(problem.headers or {}))
    if isinstance(problem, ClientDisconnected):
        return Problem(400, str(problem))
    if isinstance(problem, ObjectDoesNotExist):
        return Problem(404, "there is no row with this key")
    if isinstance(problem, ValidationError):
        errors = problem.as_dict()
        return Problem(422, "the values do not fit the table", errors=errors)
    if isinstance(problem, IntegrityError):
        return _conflict(problem)
    if isinstance(problem, (QueryCanceled, PoolTimeout)):
        seconds = settings.statement_timeout
        return Problem(
            503,
            f"the database takes longer than {seconds} second{'' if seconds == 1 else 's'} for this; narrow it by "
            "conditions on indexed columns, or ask for less",
        )
    is_change = request.method in _CHANGES
    if isinstance(problem, (UndefinedTable, UndefinedColumn)):
        # The models and the database do not agree: that is ours to mend.
        return _hidden(request, problem)
    if isinstance(problem, InsufficientPrivilege):
        return Problem(403, "the role of the database may not do this")
    if isinstance(problem, DatabaseError) and problem.sqlstate == "25006":
        return Problem(403, "the database takes no changes")
    if isinstance(problem, OperationalError):
        if (problem.sqlstate or "").startswith("54"):
            return Problem(400, "this asks for more than the database can do")
        if problem.sqlstate == "55000":
            # As a materialized view that was never filled.
            return Problem(
                503, f"the database can't do this now: {_first_line(problem)}"
            )
        logger.error("%s", problem)
        return Problem(503, "the database can't be reached, or has ended the session")
    if _is_of_values(problem):
        status = 422 if is_change else 400
        return Problem(status, f"the database refuses this: {_first_line(problem)}")
    if isinstance(problem, (FieldError, FieldValueError)):
        return Problem(422 if is_change else 400, str(problem))
    return _hidden(request, problem)


def _is_of_values(problem: Exception) -> bool:
    """Whether the database refuses values or conditions that the client chose."""
    if isinstance(problem, (DataError, ProgrammingError)):
        return True
    if not isinstance(problem, DatabaseError):
        return False
    # What a trigger raises, and what a type can't do.
    return (problem.sqlstate or "")[:2] in ("P0", "0A")


def _first_line(problem: Exception) -> str:
    text = str(problem).partition("\n")[0]
    return text.partition(" (SQLSTATE")[0][:300]


def _conflict(problem: IntegrityError) -> Problem:
    more: dict[str, Any] = {}
    for name in ("schema", "table", "column", "constraint"):
        value = getattr(problem, name)
        if value is not None:
            more[name] = value
    words = _REFUSED.get(type(problem), "a constraint refuses the change")
    if problem.constraint is not None:
        words = f"{words}: {problem.constraint}"
    return Problem(409, words, **more)


def _hidden(request: Request, problem: Exception) -> Problem:
    path = ascii(request.path)[1:-1]
    logger.error("%s %s failed", request.method, path, exc_info=problem)
    return Problem(500)
