"""``hyper serve``, in the Python that has the package."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

    from hyperdjango.app.application import HyperApp
    from hyperdjango.models.model import Model
    from hyperdjango.serve.settings import ServeSettings

_ERROR = 2
_TOKEN = "HYPER_TOKEN"
# A token is all that stands between a network and the database.
_SHORTEST_TOKEN = 16


class ServeLoader:
    """What a worker process calls for its application; one made by fork has it already.

    Arguments:
        text: str | None, the models of the database, as ``hyper inspectdb`` writes them.
        arguments: the command line.
    """

    def __init__(self, text: str | None, arguments: argparse.Namespace) -> None:
        self.text = text
        self.arguments = arguments

    def __call__(self) -> HyperApp:
        """The application."""
        from hyperdjango.app import signals
        from hyperdjango.app.server import inherited

        app = inherited() or self.application()
        signals.hold()
        return app

    def application(self) -> HyperApp:
        """The application, made anew."""
        from hyperdjango.serve import application

        return application(self.models(), settings_of(self.arguments))

    def models(self) -> list[type[Model]]:
        """The models.

        Raises:
            LoadError: a module of models is not there, fails, or has none of those that were named.
        """
        from hyperdjango.app.loading import LoadError
        from hyperdjango.serve import sources

        given = self.arguments
        if self.text is not None:
            return sources.models_of(self.text)
        found = sources.models_named(given.models, os.getcwd())
        found = sources.chosen(found, given.schema, given.table, given.exclude)
        if not found:
            raise LoadError(
                f"error: no model of {given.models} has a table of these names\n"
                " hint: leave out --schema, --table and --exclude to serve all"
            )
        return found


def main() -> NoReturn:
    """Run a command line, which the ``hyper`` command has checked.

    Raises:
        SystemExit: always, with the status: 0 done, 2 an error that was reported.
    """
    parser = argparse.ArgumentParser(prog="hyper serve")
    parser.add_argument("--models")
    parser.add_argument("--schema", action="append", default=[])
    parser.add_argument("--table", action="append", default=[])
    parser.add_argument("--exclude", action="append", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--statement-timeout", type=int, default=5)
    parser.add_argument("--no-access-log", action="store_true")
    arguments = parser.parse_args()

    from hyperdjango.app.loading import LoadError
    from hyperdjango.app.server import serve
    from hyperdjango.errors import HyperError

    settings = settings_of(arguments)
    _check_token(arguments.host, settings)
    try:
        text = None
        if arguments.models is None:
            from hyperdjango.serve.sources import described

            text = described(_selection(arguments))
        loader = ServeLoader(text, arguments)
        app = loader.application()
        asyncio.run(_announce(app, settings))
    except LoadError as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(_ERROR)
    except HyperError as problem:
        what, _, hint = str(problem).partition("\n")
        sys.stderr.write(f"error: {what}\n" + (f" hint: {hint}\n" if hint else ""))
        sys.exit(_ERROR)
    serve(
        app,
        None,
        arguments.host,
        arguments.port,
        1,
        False,
        not arguments.no_access_log,
        loader,
    )
    sys.exit(0)


def settings_of(arguments: argparse.Namespace) -> ServeSettings:
    """What a command line asks for; the token comes by the environment, since everybody sees command lines."""
    from hyperdjango.serve.guard import is_loopback
    from hyperdjango.serve.settings import ServeSettings

    host = arguments.host
    return ServeSettings(
        write=arguments.write,
        token=os.environ.get(_TOKEN) or None,
        is_local=is_loopback(f"[{host}]" if ":" in host else host),
        statement_timeout=arguments.statement_timeout,
    )


def _selection(arguments: argparse.Namespace) -> list[str]:
    words: list[str] = []
    for name in ("schema", "table", "exclude"):
        values = getattr(arguments, name)
        if values:
            words.extend((f"--{name}", *values))
    return words


def _check_token(host: str, settings: ServeSettings) -> None:
    """Refuse to be heard by a network without a token that can't be guessed."""
    from hyperdjango.app.server import fail

    if settings.token is None:
        if settings.is_local:
            return
        fail(
            f"{host} can be reached by others, and there is no token",
            f'give one, and have clients show it: {_TOKEN}="$(openssl rand -hex 16)" hyper serve …',
        )
    if len(settings.token) < _SHORTEST_TOKEN:
        fail(
            f"the token has {len(settings.token)} characters, which can be guessed",
            f"give it {_SHORTEST_TOKEN} or more: openssl rand -hex 16",
        )
    if not (settings.token.isascii() and settings.token.isprintable()) or any(
        one.isspace() for one in settings.token
    ):
        fail("the token must be printable ASCII without spaces")


async def _announce(app: HyperApp, settings: ServeSettings) -> None:
    """See that the database can be served, and say what will be."""
    served = app.state.served
    try:
        await served.begin()
        views = sum(table.is_view for table in served.tables)
        tables = len(served.tables) - views
        parts = [f"{tables} table{'' if tables == 1 else 's'}"]
        if views:
            parts.append(f"{views} view{'' if views == 1 else 's'}")
        how = "which clients may change" if settings.write else "read only"
        sys.stderr.write(
            f"{' and '.join(parts)} of {served.database.settings}, {how}.\n"
        )
    finally:
        await served.database.disconnect()
