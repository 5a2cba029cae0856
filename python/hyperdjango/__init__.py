"""Python models, an async ORM and safe migrations for PostgreSQL databases that already exist.

The names that an application needs live in ``hyperdjango.models``. This module imports nothing
until a name is asked for, so that the ``hyper`` command starts at once.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperdjango.errors import HyperError

    __version__: str

__all__ = ["HyperError", "__version__"]


def __getattr__(name: str) -> object:
    if name == "HyperError":
        from hyperdjango.errors import HyperError

        return HyperError
    if name == "__version__":
        return _version()
    raise AttributeError(f"module 'hyperdjango' has no attribute {name!r}")


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
