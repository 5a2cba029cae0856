"""What may go wrong with a request, and the response that says so."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from hyperdjango.errors import FieldValueError, HyperError, ObjectDoesNotExist

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hyperdjango.app.request import Request
    from hyperdjango.app.response import Response

logger = logging.getLogger("hyperdjango.app")


class HttpError(HyperError):
    """Raised in a handler, it ends the request with a status.

    Arguments:
        status: int, the status, 400 to 599.
        detail: str | None, a sentence for the client; None for the status's usual words.
        headers: headers of the response.

    >>> raise HttpError(409, "the order is paid already")
    Traceback (most recent call last):
    hyperdjango.app.problems.HttpError: 409 Conflict: the order is paid already
    """

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.detail = detail
        self.headers = headers
        words = f"{status} {phrase(status)}"
        super().__init__(f"{words}: {detail}" if detail else words)


class ClientDisconnected(HyperError):
    """The client went away before its request was read or its response was written; nobody sees it answered."""


def phrase(status: int) -> str:
    """The usual words for a status.

    >>> phrase(404)
    'Not Found'
    """
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def error_response(
    status: int,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response that says in JSON what is wrong: ``{"status": 404, "error": "Not Found", "detail": …}``."""
    from hyperdjango.app.response import Response

    body: dict[str, object] = {"status": status, "error": phrase(status)}
    if detail:
        body["detail"] = detail
    return Response.json(body, status, headers)


def response_for(request: Request, problem: Exception, debug: bool) -> Response:
    """The response for an exception that no handler of the application takes."""
    if isinstance(problem, HttpError):
        return error_response(problem.status, problem.detail, problem.headers)
    if isinstance(problem, ObjectDoesNotExist):
        # The class is Product.DoesNotExist; the message may name what the client should not learn.
        model = type(problem).__qualname__.rpartition(".")[0].rpartition(".")[2]
        return error_response(404, f"no {model} matches" if model else None)
    if isinstance(problem, FieldValueError):
        return error_response(422, str(problem))
    if isinstance(problem, ClientDisconnected):
        return error_response(400, str(problem))
    logger.error(
        "%s %s failed", request.method, ascii(request.path)[1:-1], exc_info=problem
    )
    response = error_response(500)
    if debug:
        import traceback

        from hyperdjango.app.response import Response

        response = Response.json(
            {
                "status": 500,
                "error": phrase(500),
                "exception": "".join(traceback.format_exception_only(problem)).rstrip(),
                "traceback": traceback.format_exception(problem),
            },
            500,
        )
    return response
