"""Python models, an async ORM, HTTP and safe migrations for PostgreSQL databases that already exist.

What an application needs lives in ``hyperdjango.models``, ``hyperdjango.database`` and
``hyperdjango.app``, whose names are found here as well: ``from hyperdjango import HyperApp, Response``.
This module imports nothing until a name is asked for, so that the ``hyper`` command starts at once.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperdjango.app import (
        Event,
        HttpError,
        HyperApp,
        Limits,
        Request,
        Response,
        Router,
        Upload,
    )
    from hyperdjango.errors import HyperError

    __version__: str

__all__ = [
    "Event",
    "HttpError",
    "HyperApp",
    "HyperError",
    "Limits",
    "Request",
    "Response",
    "Router",
    "Upload",
    "__version__",
]

_OF_THE_APP = frozenset(__all__) - {"HyperError", "__version__"}


def __getattr__(name: str) -> object:
    if name == "HyperError":
        from hyperdjango.errors import HyperError

        return HyperError
    if name in _OF_THE_APP:
        from hyperdjango import app

        return getattr(app, name)
    if name == "__version__":
        return _version()
    raise AttributeError(f"module 'hyperdjango' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """The version that the native module was built as: there is only one place that states it."""
    try:
        from hyperdjango._engine import version
    except ImportError:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        try:
            return installed("hyperdjango-rs")
        except PackageNotFoundError:
            return "0+source"
    return version
