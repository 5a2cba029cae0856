"""The pages: a list of what is served, the rows of a table, a row, and the way along its keys in both directions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from hyperdjango.app.problems import HttpError, phrase
from hyperdjango.app.response import Response
from hyperdjango.serve.api import path_of
from hyperdjango.serve.asking import Asked, row_of
from hyperdjango.serve.cells import (
    Cell,
    cell,
    conditions_shown,
    lookups_of,
    page_of,
    references,
    row_page,
)
from hyperdjango.serve.counting import Count, counted, estimated
from hyperdjango.serve.guard import local_path
from hyperdjango.serve.tables import shortened

if TYPE_CHECKING:
    from hyperdjango.app.application import HyperApp
    from hyperdjango.app.request import Request
    from hyperdjango.serve.application import Served
    from hyperdjango.serve.problems import Problem
    from hyperdjango.serve.tables import ServedTable

# Relations against keys whose rows are counted on one page.
_COUNTED = 30


class Pages:
    """The templates, and what they are filled with.

    Arguments:
        served: what is served.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._templates = Environment(
            loader=PackageLoader("hyperdjango.serve"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, request: Request, template: str, status: int = 200, **values: Any
    ) -> Response:
        """A page."""
        guard = self._served.guard
        text = self._templates.get_template(template).render(
            database=_shown(str(self._served.database.settings)),
            is_writable=self._served.settings.write,
            has_token=guard.has_token,
            **values,
        )
        return Response.html(text, status)

    def problem(self, request: Request, problem: Problem) -> Response:
        """The page that says what is wrong."""
        response = self.render(
            request,
            "problem.html",
            problem.status,
            code=problem.status,
            title=phrase(problem.status),
            detail=problem.detail,
        )
        for name, value in problem.headers.items():
            response.headers[name] = value
        return response

    async def index(self, request: Request) -> Response:
        """What is served."""
        served = self._served
        wanted = request.query.get("search") or ""
        await served.statistics.read(served.database)
        tables = [one for one in served.tables if _is_meant(one, wanted)]
        counts = await served.statistics.of_all(tables)
        schemas: dict[str, list[tuple[ServedTable, str, Count | None, bool]]] = {}
        for one in tables:
            schemas.setdefault(one.schema, []).append(
                (
                    one,
                    page_of(one),
                    counts[one.name],
                    served.statistics.is_readable(one),
                )
            )
        return self.render(
            request,
            "index.html",
            schemas=schemas,
            search=wanted,
            number=len(served.tables),
        )

    async def table(self, request: Request, name: str) -> Response:
        """The rows of a table."""
        served = self._served
        table = served.tables.find(name)
        pairs = [
            (key, value)
            for key, value in request.query.items()
            if value or key not in ("search", "order_by")
        ]
        added = _added(pairs)
        if added is not None:
            # A condition that the form has put together.
            return Response.redirect(f"{page_of(table)}?{urlencode(added)}", 303)
        for key, _ in pairs:
            if key in ("fields", "embed", "count"):
                raise HttpError(400, f"{key} is for the API: /api/{table.name}")
        asked = Asked(served.tables, table, pairs, served.settings)
        rows, cursor = await asked.page(lean=True)
        count = await self._count(asked, rows, cursor)
        kept = [(key, value) for key, value in pairs if key != "after"]
        leading = len(table.key) > 1 or any(
            field.name
            in {here.name for link in table.links.values() for here, _ in link.pairs}
            for field in table.key
        )
        return self.render(
            request,
            "table.html",
            table=table,
            path=page_of(table),
            columns=_columns(asked, kept),
            has_leading=leading and bool(table.key),
            rows=[_cells(asked, row, leading) for row in rows],
            row_keys=[page_of(table, row) if table.key else None for row in rows],
            count=count,
            count_shown=len(rows),
            is_first=asked.after is None,
            first=_with(page_of(table), kept),
            following=None
            if cursor is None
            else _with(page_of(table), [*kept, ("after", cursor)]),
            search=asked.search,
            hidden=[pair for pair in kept if pair[0] != "search"],
            kept=kept,
            conditions=conditions_shown(table, asked, kept),
            lookups=lookups_of(),
            api=_with(path_of(table), kept),
        )

    async def _count(
        self, asked: Asked, rows: list[Any], cursor: str | None
    ) -> Count | None:
        if cursor is None and asked.after is None:
            return Count(len(rows), is_exact=True)
        served = self._served
        await served.statistics.read(served.database)
        if not asked.is_narrowed and served.statistics.noted(asked.table) is None:
            return await counted(asked.rows, served.settings)
        return await estimated(
            asked.rows, asked.table, served.statistics, asked.is_narrowed
        )

    async def row(self, request: Request, name: str, key: str) -> Response:
        """A row, what it refers to, and what refers to it."""
        served = self._served
        table = served.tables.find(name)
        row = await row_of(table, key).get()
        along = references(served.tables, table, row)
        against = row_page(served.tables, table, row)
        counts = await asyncio.gather(
            *(counted(one.rows, served.settings) for one in against[:_COUNTED])
        )
        shown = [
            (one, counts[number] if number < len(counts) else None)
            for number, one in enumerate(against)
        ]
        fields: list[tuple[Any, Cell]] = [
            (field, cell(table, field, row, whole=True)) for field in table.fields
        ]
        return self.render(
            request,
            "row.html",
            table=table,
            path=page_of(table),
            key=key,
            shown_key=shortened(
                ", ".join(str(getattr(row, one.name)) for one in table.key)
            ),
            fields=fields,
            along=along,
            against=shown,
            api=path_of(table, row),
        )


def add_routes(app: HyperApp, served: Served) -> None:
    """Have the application answer the pages' paths."""
    from pathlib import Path

    @app.get("/")
    async def index(request: Request) -> Response:
        """What is served."""
        return await served.pages.index(request)

    @app.get("/tables/{table}")
    async def table_page(request: Request, table: str) -> Response:
        """The rows of a table."""
        return await served.pages.table(request, table)

    @app.get("/tables/{table}/{key}")
    async def row_of_table(request: Request, table: str, key: str) -> Response:
        """A row."""
        return await served.pages.row(request, table, key)

    app.static("/static", str(Path(__file__).with_name("static")))
    if not served.guard.has_token:
        return

    @app.get("/login")
    async def login_form(request: Request) -> Response:
        """The form that asks for the token."""
        place = local_path(request.query.get("next"))
        return served.pages.render(request, "login.html", next=place, is_wrong=False)

    @app.post("/login")
    async def log_in(request: Request) -> Response:
        """Keep what stands for the token, and go on."""
        form = await request.form()
        place = local_path(form.text("next") if "next" in form else None)
        if not await served.guard.log_in(request, form.text("token")):
            return served.pages.render(
                request, "login.html", 403, next=place, is_wrong=True
            )
        response = Response.redirect(place, 303)
        served.guard.let_in(request, response)
        return response

    @app.post("/logout")
    async def log_out(request: Request) -> Response:
        """Forget what stands for the token."""
        from hyperdjango.serve.guard import COOKIE

        response = Response.redirect("/login", 303)
        response.delete_cookie(COOKIE)
        return response


def _shown(url: str) -> str:
    """The name of the database, out of its URL."""
    from urllib.parse import unquote, urlsplit

    return unquote(urlsplit(url).path.lstrip("/")) or url


def _is_meant(table: ServedTable, wanted: str) -> bool:
    words = wanted.casefold()
    return words in table.title.casefold() or words in (table.comment or "").casefold()


def _with(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _added(pairs: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """The query with the condition that the form has put together, if there is one."""
    given = {
        name: value for name, value in pairs if name in ("~field", "~lookup", "~value")
    }
    if not given:
        return None
    rest = [pair for pair in pairs if pair[0] not in given and pair[0] != "after"]
    field = given.get("~field", "")
    if not field:
        return rest
    lookup = given.get("~lookup", "")
    value = given.get("~value", "")
    if lookup in ("isnull", "notnull"):
        lookup, value = "isnull", "true" if lookup == "isnull" else "false"
    name = f"{field}__{lookup}" if lookup else field
    if name in ("limit", "after", "order_by", "fields", "embed", "count", "search"):
        name = f"{name}__exact"
    return [*rest, (name, value)]


def _columns(asked: Asked, kept: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The heads of the columns, with where a click leads that sorts by them."""
    table = asked.table
    path = page_of(table)
    given = dict(kept).get("order_by", "")
    current = given.split(",")[0] if given else ""
    rest = [pair for pair in kept if pair[0] != "order_by"]
    columns = []
    for field in table.fields:
        kind = table.types[field.name]
        sorted_as = "none"
        wanted = field.name
        if current == field.name:
            sorted_as, wanted = "ascending", f"-{field.name}"
        elif current == f"-{field.name}":
            sorted_as, wanted = "descending", ""
        order = [("order_by", wanted)] if wanted else []
        columns.append(
            {
                "field": field,
                "kind": kind,
                "sorted": sorted_as,
                "href": _with(path, [*rest, *order]) if kind.is_ordered else None,
            }
        )
    return columns


def _cells(asked: Asked, row: Any, leading: bool) -> list[Cell]:
    table = asked.table
    cells = [cell(table, field, row, long=asked.long) for field in table.fields]
    if not leading and len(table.key) == 1:
        for field, one in zip(table.fields, cells, strict=True):
            if field is table.key[0]:
                one.href = page_of(table, row)
                one.is_key = True
                # A link has words.
                one.text = one.text or "(empty)"
    return cells
