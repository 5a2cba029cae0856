"""``hyper run`` and ``hyper routes``, in the Python of the application."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run a command line, which the ``hyper`` command has checked.

    Raises:
        SystemExit: always, with the status: 0 done, 2 an error that was reported.
    """
    parser = argparse.ArgumentParser(prog="hyper")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run")
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=int, default=8000)
    run.add_argument("--workers", type=int, default=1)
    run.add_argument("--reload", action="store_true")
    run.add_argument("--no-access-log", action="store_true")
    verbs.add_parser("routes")
    arguments = parser.parse_args()

    from hyperdjango.app.loading import LoadError, load_folder

    try:
        if arguments.verb == "routes":
            _list(load_folder(os.getcwd()).routes)
        else:
            _serve(arguments)
    except LoadError as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(2)
    sys.exit(0)


def _serve(arguments: argparse.Namespace) -> None:
    from hyperdjango.app.loading import load_folder
    from hyperdjango.app.server import serve

    folder = os.getcwd()
    # With --reload each worker loads it anew; without, one that can't be loaded is known before anything starts.
    app = None if arguments.reload else load_folder(folder)
    serve(
        app,
        folder,
        arguments.host,
        arguments.port,
        arguments.workers,
        arguments.reload,
        not arguments.no_access_log,
    )


def _list(routes: object) -> None:
    from hyperdjango.app.application import Route
    from hyperdjango.app.endpoints import place_of

    assert isinstance(routes, list)
    rows: list[tuple[str, str, str]] = []
    for route in routes:
        assert isinstance(route, Route)
        rows.append((route.method, route.path, place_of(route.handler)))
    if not rows:
        sys.stderr.write("The application has no routes.\n")
    method_width = max((len(method) for method, _, _ in rows), default=0)
    path_width = max((len(path) for _, path, _ in rows), default=0)
    for method, path, handler in rows:
        sys.stdout.write(
            f"{method.ljust(method_width)}  {path.ljust(path_width)}  {handler}\n"
        )
