"""``Router``: paths and their handlers, which an application includes under a prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hyperdjango._engine import Routes
from hyperdjango.app.endpoints import RouteError, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Handler = TypeVar("Handler", bound=Callable[..., Any])

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Router:
    """Paths and their handlers, to be included in an application, or in another router.

    >>> from hyperdjango import HyperApp
    >>> router = Router()
    >>> @router.get("/orders/{id:int}")
    ... async def get_order(request, id: int):
    ...     ...
    >>> app = HyperApp("shop")
    >>> app.include(router, prefix="/api")
    >>> [(route.method, route.path) for route in app.routes]
    [('GET', '/api/orders/{id:int}')]
    """

    def __init__(self) -> None:
        self._declared: list[tuple[tuple[str, ...], str, Callable[..., Any]]] = []
        self._parents: list[tuple[Router, str]] = []

    def route(
        self, method: str | Iterable[str], path: str
    ) -> Callable[[Handler], Handler]:
        """Have requests to a path answered by the function that follows.

        Arguments:
            method: str, ``"GET"``, or several: ``["GET", "POST"]``. GET answers HEAD as well.
            path: str, with parameters between slashes: ``{sku}``, ``{id:int}``, ``{id:uuid}``, and ``{rest:path}``
                for all that is left. The function gets them by their names; what it annotates them with, int,
                Decimal, UUID, date, an Enum, they become, and where they can't the client gets 422.

        Raises:
            RouteError: there is no such method, the path can't be read, it has a handler already, or the function
                takes what the path does not have.

        The function gets the request by its argument ``request``, or by its first one. One that is not ``async`` runs
        in a thread. It gives a ``Response``, or what ``Response.json`` takes.
        """
        methods = _methods(method)

        def declare(handler: Handler) -> Handler:
            self._declare(methods, path, handler)
            return handler

        return declare

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """``route("GET", path)``."""
        return self.route("GET", path)

    def post(self, path: str) -> Callable[[Handler], Handler]:
        """``route("POST", path)``."""
        return self.route("POST", path)

    def put(self, path: str) -> Callable[[Handler], Handler]:
        """``route("PUT", path)``."""
        return self.route("PUT", path)

    def patch(self, path: str) -> Callable[[Handler], Handler]:
        """``route("PATCH", path)``."""
        return self.route("PATCH", path)

    def delete(self, path: str) -> Callable[[Handler], Handler]:
        """``route("DELETE", path)``."""
        return self.route("DELETE", path)

    def head(self, path: str) -> Callable[[Handler], Handler]:
        """``route("HEAD", path)``, where HEAD is not to be answered by GET's function."""
        return self.route("HEAD", path)

    def options(self, path: str) -> Callable[[Handler], Handler]:
        """``route("OPTIONS", path)``, where more is to be said than which methods there are."""
        return self.route("OPTIONS", path)

    def include(self, router: Router, prefix: str = "") -> None:
        """Take over the routes of another router, also those that it gets later.

        Arguments:
            prefix: str, what comes before its paths: ``"/api"``. It may have parameters.

        Raises:
            RouteError: the prefix does not begin with a slash, or ends with one, or the routers would include each
                other.
        """
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            raise RouteError(
                f"the prefix {prefix!r} must begin with a slash and end without one"
            )
        if router is self or router in self._ancestors():
            raise RouteError("a router can't be included in itself")
        router._parents.append((self, prefix))
        for methods, path, handler in router._declared:
            self._declare(methods, prefix + path, handler)

    def _ancestors(self) -> set[Router]:
        found: set[Router] = set()
        for parent, _ in self._parents:
            found |= {parent} | parent._ancestors()
        return found

    def _declare(
        self, methods: tuple[str, ...], path: str, handler: Callable[..., Any]
    ) -> None:
        if not callable(handler):
            raise RouteError(f"{handler!r} can't be the handler of {path}")
        try:
            Routes.parameters(path)
        except ValueError as problem:
            raise RouteError(f"{place_of(handler)}: {problem}") from None
        self._declared.append((methods, path, handler))
        for parent, prefix in self._parents:
            parent._declare(methods, prefix + path, handler)


def _methods(given: str | Iterable[str]) -> tuple[str, ...]:
    methods = (given,) if isinstance(given, str) else tuple(given)
    upper = tuple(dict.fromkeys(str(method).upper() for method in methods))
    unknown = [method for method in upper if method not in METHODS]
    if unknown or not upper:
        raise RouteError(
            f"the method of a route is one or several of {', '.join(METHODS)}, not {given!r}"
        )
    return upper
