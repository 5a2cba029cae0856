"""``HyperApp``: an application, from the request to the response."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from hyperdjango._engine import Routes
from hyperdjango.app.asgi import AsgiRequest
from hyperdjango.app.asgi import send as send_asgi
from hyperdjango.app.endpoints import (
    Endpoint,
    RouteError,
    in_thread,
    is_async,
    place_of,
    response_of,
)
from hyperdjango.app.lifespan import Lifespan
from hyperdjango.app.limits import Limits
from hyperdjango.app.mounts import Mount
from hyperdjango.app.problems import (
    ClientDisconnected,
    HttpError,
    response_for,
)
from hyperdjango.app.response import Response
from hyperdjango.app.router import METHODS, Router
from hyperdjango.app.rsgi import RsgiRequest, send_whole
from hyperdjango.app.rsgi import send as send_rsgi
from hyperdjango.app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import ThreadPoolExecutor

    from hyperdjango.app.asgi import Receive, Scope, Send
    from hyperdjango.app.mounts import AsgiApp
    from hyperdjango.app.request import Request
    from hyperdjango.database import Database

    Entry = Callable[[Request], Awaitable[Response]]
    Function = TypeVar("Function", bound=Callable[..., Any])


class Route:
    """A route of an application, as ``app.routes`` and ``hyper routes`` list it.

    Attributes:
        method: str, ``"GET"``; ``"*"`` for an application that is mounted.
        path: str, as it was declared, with prefixes.
        handler: the function, or the application that is mounted.
    """

    __slots__ = ("handler", "method", "path")

    def __init__(self, method: str, path: str, handler: Callable[..., Any]) -> None:
        self.method = method
        self.path = path
        self.handler = handler

    def __repr__(self) -> str:
        return f"<Route {self.method} {self.path}>"


class HyperApp(Router):
    """An application: routes, what happens around them, and a database.

    Arguments:
        name: str, what it is called, in logs for example.
        debug: bool, whether a client is told what went wrong in the server, with the traceback. Never in public.
        limits: Limits | None, how much a client may ask of the server.

    Attributes:
        name: str.
        debug: bool.
        limits: Limits.
        state: a namespace for what handlers share.

    It is an RSGI application and an ASGI application, so that Granian, every ASGI server and test client takes it.

    >>> app = HyperApp("shop")
    >>> @app.get("/hello/{name}")
    ... async def hello(request, name: str):
    ...     return Response.text(f"Hello, {name}")
    """

    def __init__(
        self, name: str, *, debug: bool = False, limits: Limits | None = None
    ) -> None:
        super().__init__()
        self.name = name
        self.debug = debug
        self.limits = limits or Limits()
        self.state = SimpleNamespace()
        self._routes = Routes()
        self._find = self._routes.find
        self._listed: list[Route] = []
        self._mounts: list[Mount] = []
        self._middleware: list[Callable[..., Awaitable[Response]]] = []
        self._exception_handlers: dict[type[Exception] | int, Callable[..., Any]] = {}
        self._entry: Entry = self._answer
        self._watch = Watch()
        self._lifespan = Lifespan(self)
        self._pool: ThreadPoolExecutor | None = None
        self._db: Database | None = None

    def __repr__(self) -> str:
        return f"<HyperApp {self.name!r}>"

    # What an application is made of ---------------------------------------------------------------------

    @property
    def db(self) -> Database | None:
        """The database that models use unless told otherwise; setting it makes it that.

        It is disconnected when the application stops.
        """
        return self._db

    @db.setter
    def db(self, database: Database | None) -> None:
        from hyperdjango.database import set_default

        set_default(database)
        self._db = database

    @property
    def routes(self) -> list[Route]:
        """The routes, in the order in which they were declared."""
        return list(self._listed)

    def on_startup(self, function: Function) -> Function:
        """Have a function, ``async`` or not, called before the first request; a decorator."""
        self._lifespan.startup.append(function)
        return function

    def on_shutdown(self, function: Function) -> Function:
        """Have a function, ``async`` or not, called when the last request is answered; a decorator.

        The function that was declared last is called first.
        """
        self._lifespan.shutdown.append(function)
        return function

    def middleware(self, function: Function) -> Function:
        """Have an ``async`` function called around every request; a decorator.

        The function takes the request and ``call_next``; ``await call_next(request)`` gives the response, whatever
        happened inside. The function that was declared first is the outermost.

        Raises:
            RouteError: the function is not ``async``.

        >>> app = HyperApp("shop")
        >>> @app.middleware
        ... async def no_frames(request, call_next):
        ...     response = await call_next(request)
        ...     response.headers["x-frame-options"] = "DENY"
        ...     return response
        """
        if not is_async(function):
            raise RouteError(
                f"{place_of(function)} must be async to be middleware: "
                "async def name(request, call_next)"
            )
        self._middleware.append(function)
        entry: Entry = self._answer
        for outer in reversed(self._middleware):
            entry = self._around(outer, entry)
        self._entry = entry
        return function

    def exception_handler(
        self, kind: type[Exception] | int
    ) -> Callable[[Function], Function]:
        """Have a function, ``async`` or not, make a response of an exception; a decorator.

        Arguments:
            kind: the class of exceptions, of which the nearest counts, or the status of an ``HttpError``: 404 is what a
                path that there is no route for gives.

        The function takes the request and the exception.
        """

        def declare(function: Function) -> Function:
            self._exception_handlers[kind] = function
            return function

        return declare

    def mount(self, prefix: str, application: AsgiApp) -> None:
        """Have an ASGI application answer all requests below a path.

        Arguments:
            prefix: str, ``"/admin"``; the application gets it as ``root_path``.
            application: an ASGI application. It is told when the server starts and stops.

        Raises:
            RouteError: the prefix does not begin with a slash, or ends with one, or is taken.
        """
        if not prefix.startswith("/") or prefix.endswith("/"):
            raise RouteError(
                f"the prefix {prefix!r} must begin with a slash and end without one"
            )
        mount = Mount(prefix, application)
        for path, kinds in (
            (prefix, []),
            (prefix + "/{rest:path}", [("rest", "path")]),
        ):
            self._add("*", path, Endpoint(mount.handle, kinds))
        self._mounts.append(mount)
        self._listed.append(Route("*", prefix + "/{rest:path}", application))

    def static(self, prefix: str, folder: str) -> None:
        """Answer requests below a path with the files of a folder; nothing outside of it is ever found.

        Arguments:
            prefix: str, ``"/static"``.
            folder: str, the folder.
        """

        def static_file(request: Request, rest: str) -> Response:
            """A file of the folder."""
            return Response.file(rest, root=folder)

        self._declare(("GET",), prefix + "/{rest:path}", static_file)

    def _declare(
        self, methods: tuple[str, ...], path: str, handler: Callable[..., Any]
    ) -> None:
        super()._declare(methods, path, handler)
        endpoint = Endpoint(handler, Routes.parameters(path))
        for method in methods:
            self._add(method, path, endpoint)
            self._listed.append(Route(method, path, handler))

    def _add(self, method: str, path: str, endpoint: Endpoint) -> None:
        try:
            self._routes.add(method, path, endpoint)
        except ValueError as problem:
            raise RouteError(f"{place_of(endpoint.handler)}: {problem}") from None

    # From a request to its response -----------------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        """The response to a request, without middleware."""
        try:
            found: Any = self._find(request.method, request.path)
            if found.__class__ is tuple:
                endpoint, values = found
                request._endpoint = endpoint
                request._values = values
                response = await endpoint.call(request, values)
                if response.__class__ is not Response:
                    response = response_of(response, endpoint.handler)
            else:
                response = self._unrouted(request, found)
        except Exception as problem:  # noqa: BLE001 - a handler may raise anything
            response = await self._recover(request, problem)
        if response._conditional and response.__class__ is Response:
            from hyperdjango.app.conditional import conditional

            response = conditional(request, response)
        return response

    def _unrouted(self, request: Request, allowed: Any) -> Response:
        """The response where no route has the path, or none of those that have it the method."""
        if allowed is not None:
            if request.method == "OPTIONS":
                return Response(status=204, headers={"allow": allowed})
            raise HttpError(
                405,
                f"{request.path} takes {allowed}"
                if request.method in METHODS
                else None,
                {"allow": allowed},
            )
        path = request.path
        if path == "*" and request.method == "OPTIONS":
            return Response(status=204, headers={"allow": ", ".join(sorted(METHODS))})
        other = path[:-1] if path.endswith("/") else path + "/"
        # What begins with two slashes would be another host's.
        is_here = bool(other) and not other.startswith(("//", "/\\"))
        if is_here and self._find(request.method, other).__class__ is tuple:
            from urllib.parse import quote

            query = request.query_string
            place = quote(other) + (f"?{query}" if query else "")
            return Response.redirect(place, 308)
        raise HttpError(404)

    async def _recover(self, request: Request, problem: Exception) -> Response:
        """The response for an exception."""
        handlers = self._exception_handlers
        if handlers:
            handler = None
            if isinstance(problem, HttpError):
                handler = handlers.get(problem.status)
            for kind in type(problem).__mro__:
                handler = handler or handlers.get(kind)
            if handler is not None:
                try:
                    if is_async(handler):
                        value = await handler(request, problem)
                    else:
                        value = await in_thread(request, handler, request, problem)
                    return response_of(value, handler)
                except Exception as another:  # noqa: BLE001 - so may this one
                    problem = another
        return response_for(request, problem, self.debug)

    def _around(
        self, function: Callable[..., Awaitable[Response]], inner: Entry
    ) -> Entry:
        async def entry(request: Request) -> Response:
            try:
                response = await function(request, inner)
                if not isinstance(response, Response):
                    raise TypeError(
                        f"the middleware {place_of(function)} gave {type(response).__name__}, no Response: "
                        "return await call_next(request)"
                    )
                return response
            except Exception as problem:  # noqa: BLE001 - so may middleware
                return await self._recover(request, problem)

        return entry

    def _threads(self) -> ThreadPoolExecutor:
        pool = self._pool
        if pool is None:
            from concurrent.futures import ThreadPoolExecutor

            pool = self._pool = ThreadPoolExecutor(
                self.limits.threads, thread_name_prefix=self.name
            )
        return pool

    # Servers -----------------------------------------------------------------------------------------------

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(403)
            return
        if not self._lifespan.is_started:
            await self._lifespan.start()
        request = RsgiRequest(self, scope, protocol)
        task: Any = asyncio.current_task()
        watch = self._watch
        watch.enter(task, request)
        try:
            response = await self._entry(request)
            if response.__class__ is Response:
                send_whole(request, response)
            else:
                await send_rsgi(request, response)
        except asyncio.CancelledError:
            if not request._is_vanished:
                protocol.response_empty(503, [("connection", "close")])
                raise
        except ClientDisconnected:
            pass
        finally:
            watch.leave(task, request)
            if request._form is not None:
                request._form.close()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Inside of a loop that runs, as in a test, the first request does it.
        if not loop.is_running():
            self._lifespan.run(loop, self._lifespan.start(), "on_startup")

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_running():
            self._lifespan.run(loop, self._lifespan.stop(), "on_shutdown")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan.serve(receive, send)
            return
        if scope["type"] != "http":
            await self._other_protocol(scope, receive, send)
            return
        if not self._lifespan.is_started:
            await self._lifespan.start()
        request = AsgiRequest(self, scope, receive)
        task: Any = asyncio.current_task()
        watch = self._watch
        watch.enter(task, request)
        try:
            response = await self._entry(request)
            await send_asgi(request, response, send)
        except asyncio.CancelledError:
            if not request._is_vanished:
                raise
        except ClientDisconnected:
            pass
        finally:
            watch.leave(task, request)
            if request._form is not None:
                request._form.close()

    async def _other_protocol(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket is for an application that is mounted there, or it is refused."""
        for mount in self._mounts:
            if scope["path"].startswith(mount.prefix + "/"):
                inner = {
                    **scope,
                    "root_path": scope.get("root_path", "") + mount.prefix,
                }
                await mount.inner(inner, receive, send)
                return
        await receive()
        await send({"type": "websocket.close", "code": 1000})

    def run(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        workers: int = 1,
        reload: bool = False,
        access_log: bool = True,
    ) -> None:
        """Serve the application by Granian until the process is told to stop, by Ctrl-C or SIGTERM.

        In an ``app.py`` that is run as a program, ``routes.py`` beside it is loaded first, as ``hyper run`` loads it.

        Requests that are worked on then are answered, for ``Limits.stop_timeout`` seconds at most, before
        ``on_shutdown`` is called and connections are closed.

        Arguments:
            host: str, the address to listen on; ``"0.0.0.0"`` for every address of the machine.
            port: int, the port; 0 for one that is free.
            workers: int, how many processes answer requests. Each has a database pool of its own.
            reload: bool, whether to start again whenever a Python file of the current folder changes.
            access_log: bool, whether each request is written to standard error.

        Raises:
            SystemExit: the port is taken, or the application does not start; a sentence on standard error says why.
        """
        from hyperdjango.app import loading
        from hyperdjango.app.server import ERROR, serve

        if loading.is_loading():
            # hyper run, or a worker process, loads the file: the server is theirs.
            return
        main = sys.modules["__main__"]
        try:
            loading.complete(self, main)
        except loading.LoadError as problem:
            sys.stderr.write(f"{problem}\n")
            sys.exit(ERROR)
        serve(
            self,
            getattr(main, "__file__", None),
            host,
            port,
            workers,
            reload,
            access_log,
        )
