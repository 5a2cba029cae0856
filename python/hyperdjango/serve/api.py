"""The API: tables as JSON, rows straight from the bytes that the database sends."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from hyperdjango.app.problems import HttpError
from hyperdjango.app.response import Response
from hyperdjango.app.router import Router
from hyperdjango.errors import DataError
from hyperdjango.models.model import Model
from hyperdjango.serve import embedding, writing
from hyperdjango.serve.asking import Asked, row_of
from hyperdjango.serve.counting import estimated, exact
from hyperdjango.serve.names import joined
from hyperdjango.serve.values import to_text

if TYPE_CHECKING:
    from hyperdjango.app.request import Request
    from hyperdjango.serve.application import Served
    from hyperdjango.serve.tables import ServedTable


def routes(served: Served) -> Router:
    """The routes of the API.

    Arguments:
        served: what is served, and how.
    """
    router = Router()

    @router.get("/api")
    async def list_tables(request: Request) -> Response:
        """Everything that is served."""
        _refuse_query(request)
        await served.statistics.read(served.database)
        return Response.json(
            {"data": [_described(served, one) for one in served.tables]}
        )

    @router.get("/api/{table}")
    async def list_rows(request: Request, table: str) -> Response:
        """The rows of a table."""
        return await _list(served, request, served.tables.find(table))

    @router.get("/api/{table}/{key}")
    async def get_row(request: Request, table: str, key: str) -> Response:
        """A row, by its key."""
        one = served.tables.find(table)
        pairs = request.query.items()
        unknown = [name for name, _ in pairs if name not in ("fields", "embed")]
        if unknown:
            raise HttpError(400, "a row takes fields and embed, and no conditions")
        asked = Asked(served.tables, one, pairs, served.settings)
        rows = row_of(one, key)
        if asked.fields is not None:
            needed = [
                here.name
                for name in asked.tree
                for here, _ in (one.links.get(name) or one.back[name]).pairs
            ]
            rows = rows.only(*dict.fromkeys((*asked.fields, *needed)))
        row = await embedding.fetching(rows, asked.tree, served.settings).get()
        return json_response(asked.rendered([row])[0])

    if served.settings.write:
        writing.add_routes(router, served)
    return router


async def _list(served: Served, request: Request, table: ServedTable) -> Response:
    pairs = request.query.items()
    asked = Asked(served.tables, table, pairs, served.settings)
    rows, cursor = await asked.page()
    following = None
    headers = {}
    if cursor is not None:
        kept = [(name, value) for name, value in pairs if name != "after"]
        following = f"{path_of(table)}?{urlencode([*kept, ('after', cursor)])}"
        headers["link"] = f'<{following}>; rel="next"'
    body: dict[str, Any] = {"data": asked.rendered(rows), "next": following}
    if asked.count is not None:
        count = await exact(asked.rows) if asked.count == "exact" else None
        if count is None:
            await served.statistics.read(served.database)
            count = await estimated(
                asked.rows, table, served.statistics, asked.is_narrowed
            )
        body["count"] = (
            None if count is None else {"rows": count.rows, "is_exact": count.is_exact}
        )
    return json_response(body, headers=headers)


def path_of(table: ServedTable, row: Any = None) -> str:
    """The path of a table in the API, or of one of its rows."""
    path = f"/api/{quote(table.name, safe='')}"
    return path if row is None else f"{path}/{quote(key_of(table, row), safe=',')}"


def key_of(table: ServedTable, row: Any) -> str:
    """The key of a row, as paths have it."""
    return joined(to_text(getattr(row, field.name)) for field in table.key)


def json_response(
    value: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Rows as JSON; what no number of JSON's is becomes text, ``"NaN"``."""
    try:
        return Response.json(value, status, headers)
    except DataError:
        return Response.json(_finite(value), status, headers)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        return to_text(value)
    if isinstance(value, Model):
        value = value.to_dict()
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return value


def _refuse_query(request: Request) -> None:
    if request.query_string:
        raise HttpError(400, "this takes no query")


def _described(served: Served, table: ServedTable) -> dict[str, Any]:
    return {
        "name": table.title,
        "schema": table.schema,
        "kind": table.kind,
        "comment": table.comment,
        "key": [field.name for field in table.key],
        "estimate": served.statistics.noted(table),
        "rows": path_of(table),
    }
