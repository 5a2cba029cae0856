"""The application of ``hyper serve``: what is served, how it begins, and what is answered where something is wrong."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from hyperdjango.app.application import HyperApp
from hyperdjango.app.problems import HttpError
from hyperdjango.database import Database
from hyperdjango.errors import InterfaceError
from hyperdjango.serve import api
from hyperdjango.serve.counting import Statistics
from hyperdjango.serve.guard import Guard, is_of_api
from hyperdjango.serve.openapi import document
from hyperdjango.serve.problems import problem_of
from hyperdjango.serve.tables import ServedTables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.app.request import Request
    from hyperdjango.app.response import Response
    from hyperdjango.models.model import Model
    from hyperdjango.serve.pages import Pages
    from hyperdjango.serve.settings import ServeSettings

logger = logging.getLogger("hyperdjango.serve")


class Served:
    """What is served, and how.

    Arguments:
        models: the classes.
        settings: what was asked for.
        url: str | None, the database; None to find it as the ``hyper`` command does.

    Attributes:
        tables: ServedTables.
        database: Database, whose sessions can only read unless changes were asked for.
        statistics: Statistics.
        guard: Guard.
    """

    def __init__(
        self, models: Iterable[type[Model]], settings: ServeSettings, url: str | None
    ) -> None:
        self.settings = settings
        self.tables = ServedTables(models)
        self.database = open_database(settings, url)
        self.statistics = Statistics(self.tables, settings)
        self.guard = Guard(settings, self.answer)
        self._pages: Pages | None = None
        self._document: bytes | None = None

    @property
    def pages(self) -> Pages:
        """The pages; templates are not imported until one is asked for."""
        if self._pages is None:
            from hyperdjango.serve.pages import Pages

            self._pages = Pages(self)
        return self._pages

    async def begin(self) -> None:
        """Connect, see that the sessions are as they must be, and read the real columns.

        Raises:
            InterfaceError: a session could write, or run a statement for ever.
        """
        await self.database.connect()
        await check_sessions(self.database, self.settings)
        for name in await self.tables.prepare(self.database):
            logger.warning("%s is not in the database, and is not served", name)

    async def answer(self, request: Request, problem: Exception) -> Response:
        """The response where something is wrong: JSON for programs, a page for people."""
        found = problem_of(request, problem, self.settings)
        if found.status == 405:
            allowed = self.allowed(request.path, found.headers["allow"])
            if allowed != found.headers["allow"]:
                found.detail = f"{request.path} takes {allowed}"
                found.headers["allow"] = allowed
        if is_of_api(request.path):
            return found.json()
        return self.pages.problem(request, found)

    def allowed(self, path: str, methods: str) -> str:
        """The methods that a path takes: views are only read, whatever tables are."""
        if self.settings.write and path.startswith("/api/"):
            name = path.removeprefix("/api/").partition("/")[0]
            with suppress(HttpError):
                if self.tables.find(name).is_view:
                    return "GET, HEAD, OPTIONS"
        return methods

    def document(self) -> bytes:
        """The OpenAPI document."""
        if self._document is None:
            self._document = document(self.tables, self.settings)
        return self._document


def open_database(settings: ServeSettings, url: str | None) -> Database:
    """The database, whose every session has a timeout and, unless changes were asked for, can only read."""
    return Database(
        url,
        application_name="hyper serve",
        settings=settings.database_settings(),
        acquire_timeout=settings.statement_timeout,
        query_timeout=settings.statement_timeout + 1.0,
        connect_timeout=10.0,
    )


async def check_sessions(database: Database, settings: ServeSettings) -> None:
    """See that a session has the settings that it was to have: a pooler between may drop them.

    Raises:
        InterfaceError: it has not.
    """
    row = await database.query_one(
        "SELECT pg_catalog.current_setting('transaction_read_only') AS read_only,"
        " pg_catalog.current_setting('statement_timeout') AS timeout"
    )
    assert row is not None
    is_safe = settings.write or row["read_only"] == "on"
    if not is_safe or row["timeout"] == "0":
        raise InterfaceError(
            "the sessions do not keep the settings default_transaction_read_only and statement_timeout; name the "
            "server itself and not a pooler"
        )


def application(
    models: Iterable[type[Model]],
    settings: ServeSettings,
    url: str | None = None,
) -> HyperApp:
    """An application that serves the tables of models.

    Arguments:
        models: the classes; a relation that leads to no other of them is a plain value.
        settings: what was asked for.
        url: str | None, the database; None to find it as the ``hyper`` command does.

    >>> from hyperdjango.serve import ServeSettings
    >>> application([], ServeSettings(), "postgres://reader@localhost/shop").name
    'hyper serve'
    """
    from hyperdjango.app.limits import Limits
    from hyperdjango.app.response import Response
    from hyperdjango.serve import pages

    served = Served(models, settings, url)
    app = HyperApp("hyper serve", limits=Limits(body=1024 * 1024))
    app.state.served = served

    @app.on_startup
    async def begin() -> None:
        app.db = served.database
        await served.begin()

    @app.middleware
    async def guarded(request: Request, call_next):  # type: ignore[no-untyped-def]
        return await served.guard(request, call_next)

    app.exception_handler(Exception)(served.answer)

    @app.get("/openapi.json")
    async def openapi(request: Request) -> Response:
        """What there is, for programs."""
        return Response(
            served.document(),
            content_type="application/vnd.oai.openapi+json;version=3.1",
        )

    app.include(api.routes(served))
    pages.add_routes(app, served)
    return app
