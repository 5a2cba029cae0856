"""Finding the application that a folder holds: ``app.py``, ``models.py`` or the package ``models``, and ``routes.py``."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from hyperdjango.app import signals
from hyperdjango.app.application import HyperApp
from hyperdjango.app.response import Response
from hyperdjango.app.server import ERROR, inherited

if TYPE_CHECKING:
    from types import ModuleType


class LoadError(Exception):
    """The application can't be loaded; the message says why, in sentences."""


class Loader:
    """What a worker process calls for its application.

    Arguments:
        source: str | None, the folder of ``hyper run``, or the file that called ``app.run()``.
    """

    def __init__(self, source: str | None) -> None:
        self.source = source

    def __call__(self) -> HyperApp:
        """The application; where it can't be loaded, the process says why and ends."""
        app = inherited() or self._load()
        signals.hold()
        return app

    def _load(self) -> HyperApp:
        try:
            if self.source is None:
                raise LoadError(
                    "error: the application has no file that a worker process could load it from"
                )
            if os.path.isdir(self.source):
                return load_folder(self.source)
            return _load_file(self.source)
        except LoadError as problem:
            sys.stderr.write(f"{problem}\n")
            sys.exit(ERROR)


def load_folder(folder: str) -> HyperApp:
    """The application of a folder.

    ``app.py`` is imported, then ``routes.py``, where there is one. That finds in its namespace, without importing them:
    the application, as ``app`` and by the name that it has in ``app.py``, ``HyperApp``, ``Response``, ``Request``,
    ``Router``, ``HttpError``, and the classes of ``models.py``.

    Raises:
        LoadError: a file is missing, is no Python, fails, or has no application.
    """
    folder = os.path.abspath(folder)
    if not os.path.isfile(os.path.join(folder, "app.py")):
        raise LoadError(
            f"error: there is no app.py in {folder}\n"
            " hint: go to the folder of the application, or write app.py:\n"
            "   from hyperdjango import HyperApp\n"
            '   app = HyperApp("name")'
        )
    if folder not in sys.path:
        sys.path.insert(0, folder)
    _State.is_loading = True
    try:
        main = _import(folder, "app", {})
        app = application_in(main, os.path.join(folder, "app.py"))
        _load_routes(folder, main, app)
    finally:
        _State.is_loading = False
    return app


def is_loading() -> bool:
    """Whether a file is being loaded for a server that runs already, or will: ``run()`` in it starts no other."""
    return _State.is_loading


def complete(app: HyperApp, main: ModuleType) -> None:
    """Load ``routes.py`` for an ``app.py`` that is run as a program, unless it has imported it itself.

    Raises:
        LoadError: a file fails.
    """
    path = os.path.abspath(getattr(main, "__file__", None) or "")
    folder, name = os.path.split(path)
    if name != "app.py" or main.__name__ != "__main__" or "routes" in sys.modules:
        return
    # Whoever imports app has this one, not another made of the same file.
    sys.modules.setdefault("app", main)
    _load_routes(folder, main, app)


class _State:
    is_loading = False


def _load_routes(folder: str, main: ModuleType, app: HyperApp) -> None:
    """Load ``models.py`` and ``routes.py``, where they are."""
    names: dict[str, Any] = {}
    if is_module(folder, "models"):
        names.update(_classes(_import(folder, "models", {})))
    if os.path.isfile(os.path.join(folder, "routes.py")):
        from hyperdjango.app import HttpError, Request, Router

        given = (HyperApp, Response, Request, Router, HttpError)
        names.update({kind.__name__: kind for kind in given})
        names.update(
            {name: value for name, value in vars(main).items() if value is app}
        )
        names["app"] = app
        _import(folder, "routes", names)


def application_in(module: ModuleType, path: str) -> HyperApp:
    """The application that a module has: ``app``, or the only one.

    Raises:
        LoadError: there is none, or there are several and none is called ``app``.
    """
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, HyperApp) and not name.startswith("__")
    }
    if "app" in found:
        return found["app"]
    apps = {id(app): app for app in found.values()}
    if len(apps) == 1:
        return next(iter(apps.values()))
    what = "several applications" if apps else "no application"
    raise LoadError(
        f'error: {path} has {what}; call the one to serve app: app = HyperApp("name")'
    )


def _classes(models: ModuleType) -> dict[str, Any]:
    """The classes that a module or package of models declares."""
    inside = f"{models.__name__}."
    return {
        name: value
        for name, value in vars(models).items()
        if isinstance(value, type)
        and f"{value.__module__}.".startswith(inside)
        and not name.startswith("_")
    }


def is_module(folder: str, name: str) -> bool:
    """Whether a folder has a module, or a package, of that name."""
    return os.path.isfile(_path_of(folder, name))


def _path_of(folder: str, name: str) -> str:
    """The file of a module, or of a package where there is one and no module."""
    path = os.path.join(folder, f"{name}.py")
    package = os.path.join(folder, name, "__init__.py")
    return path if os.path.isfile(path) or not os.path.isfile(package) else package


def _import(folder: str, name: str, names: dict[str, Any]) -> ModuleType:
    """A module or package of a folder; what it finds in its namespace comes before it runs."""
    loaded = sys.modules.get(name)
    path = _path_of(folder, name)
    if loaded is not None:
        # The application's own files may have imported it.
        if os.path.abspath(getattr(loaded, "__file__", None) or "") == path:
            return loaded
        sys.modules.pop(name)
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    vars(module).update(names)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - the module may raise anything
        sys.modules.pop(name, None)
        raise LoadError(_why(problem, folder, path)) from None
    return module


def _why(problem: BaseException, folder: str, path: str) -> str:
    """Why a file can't be loaded, with the line of the user's that it is about."""
    if isinstance(problem, SyntaxError):
        where = f"{_short(problem.filename or path, folder)}, line {problem.lineno}"
        text = f"error: {where}: {problem.msg}"
        if problem.text:
            line = problem.text.rstrip("\n")
            text += f"\n    {line.strip()}"
        return text
    lines = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if os.path.abspath(frame.filename).startswith(folder + os.sep)
    ]
    place = getattr(problem, "declared_at", None)
    if place is None and lines:
        place = (lines[-1].filename, lines[-1].lineno)
    where = f"{_short(place[0], folder)}, line {place[1]}" if place else path
    words = str(problem)
    kind = type(problem).__name__
    from hyperdjango.errors import HyperError

    if isinstance(problem, HyperError):
        text = f"error: {where}: {words}"
    else:
        text = (
            f"error: {where}: {kind}: {words}" if words else f"error: {where}: {kind}"
        )
    if lines and lines[-1].line:
        text += f"\n    {lines[-1].line}"
    return text


def _short(path: str, folder: str) -> str:
    full = os.path.abspath(path)
    return os.path.relpath(full, folder) if full.startswith(folder + os.sep) else path


def _load_file(path: str) -> HyperApp:
    """The application of the file that called ``app.run()``, in a process that was not forked from it."""
    main = sys.modules.get("__mp_main__")
    if main is not None:
        return application_in(main, path)
    folder, name = os.path.split(os.path.abspath(path))
    if name == "app.py":
        return load_folder(folder)
    sys.path.insert(0, folder)
    _State.is_loading = True
    try:
        module = _import(folder, name.removesuffix(".py"), {})
    finally:
        _State.is_loading = False
    return application_in(module, path)
