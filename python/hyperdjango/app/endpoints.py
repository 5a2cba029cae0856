"""Handlers: which arguments they take, and how the values of a path become these."""

from __future__ import annotations

import asyncio
import functools
import inspect
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.app.response import Response
from hyperdjango.errors import HyperError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hyperdjango.app.request import Request

    Call = Callable[[Request, tuple[str, ...]], Awaitable[Any]]


class RouteError(HyperError, TypeError):
    """A route is declared wrongly: its path, or a handler that takes what the path does not give.

    Raised while the module that declares it is imported. It is a ``TypeError`` as well.
    """


class Endpoint:
    """A handler of a route.

    Attributes:
        handler: the function.
        names: the names of the path's parameters.
        call: gives what is to be awaited for a request, with the values of the parameters.
    """

    __slots__ = ("_by_kind", "call", "handler", "names")

    def __init__(
        self, handler: Callable[..., Any], parameters: Sequence[tuple[str, str]]
    ) -> None:
        self.handler = handler
        self.names = tuple(name for name, _ in parameters)
        self._by_kind = tuple(_CONVERTERS.get(_KINDS[kind]) for _, kind in parameters)
        self.call = _caller(handler, parameters)

    def parameters(self, values: tuple[str, ...]) -> dict[str, Any]:
        """The parameters of a path by their names, as their kinds say."""
        return {
            name: convert(value) if convert is not None else value
            for name, convert, value in zip(
                self.names, self._by_kind, values, strict=False
            )
        }


def place_of(handler: Callable[..., Any]) -> str:
    """Where a handler is written: ``list_products (routes.py:2)``."""
    inner = inspect.unwrap(handler)
    while isinstance(inner, functools.partial):
        inner = inner.func
    name = getattr(inner, "__qualname__", type(inner).__qualname__)
    code = getattr(inner, "__code__", None)
    if code is None:
        return name
    file = code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{name} ({file}:{code.co_firstlineno})"


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling a function gives something to await."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004
    )


def response_of(value: Any, handler: Callable[..., Any]) -> Response:
    """The response that a handler gave: a ``Response``, or what ``Response.json`` takes."""
    if isinstance(value, Response):
        return value
    from hyperdjango.models.model import Model

    if isinstance(value, (dict, list, Model)):
        return Response.json(value)
    raise TypeError(
        f"{place_of(handler)} gave {type(value).__name__}; a handler gives a Response, a dict, a list or "
        "a model: Response.json(…), Response.text(…), Response(status=204)"
    )


def _caller(handler: Callable[..., Any], parameters: Sequence[tuple[str, str]]) -> Call:
    positional, named = _arguments(handler, dict(parameters))
    places = {name: place for place, (name, _) in enumerate(parameters)}
    first = tuple(
        (None if name is None else places[name], convert)
        for name, convert in positional
    )
    by_name = tuple((name, places[name], convert) for name, convert in named)

    def arguments(
        request: Request, values: tuple[str, ...]
    ) -> tuple[list[Any], dict[str, Any]]:
        return [
            request
            if place is None
            else values[place]
            if convert is None
            else convert(values[place])
            for place, convert in first
        ], {
            name: values[place] if convert is None else convert(values[place])
            for name, place, convert in by_name
        }

    if is_async(handler):
        if first == ((None, None),) and not by_name:
            return lambda request, values: handler(request)

        def call(request: Request, values: tuple[str, ...]) -> Any:
            given, keywords = arguments(request, values)
            return handler(*given, **keywords)

        return call

    async def call_in_thread(request: Request, values: tuple[str, ...]) -> Any:
        given, keywords = arguments(request, values)
        return await in_thread(request, handler, *given, **keywords)

    return call_in_thread


async def in_thread(
    request: Request, function: Callable[..., Any], /, *arguments: Any, **named: Any
) -> Any:
    """Call what is not ``async`` in a thread of the application's, so that others' requests don't wait for it."""
    work = functools.partial(copy_context().run, function, *arguments, **named)
    loop = asyncio.get_running_loop()
    result = await loop.run_in_executor(request.app._threads(), work)
    # A lambda or a decorator may hide that a function is async.
    return await result if inspect.isawaitable(result) else result


def _arguments(
    handler: Callable[..., Any], kinds: dict[str, str]
) -> tuple[list[tuple[str | None, Any]], list[tuple[str, Any]]]:
    """What a handler takes: by position, None for the request, and by name; each with its converter."""
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):
        raise RouteError(f"{handler!r} can't be the handler of a route") from None
    positional: list[tuple[str | None, Any]] = []
    named: list[tuple[str, Any]] = []
    for number, (name, parameter) in enumerate(signature.parameters.items()):
        if parameter.kind is parameter.VAR_KEYWORD:
            taken = {known for known, _ in (*positional, *named)}
            named.extend(
                (known, _CONVERTERS.get(_KINDS[kind]))
                for known, kind in kinds.items()
                if known not in taken
            )
        elif parameter.kind is parameter.VAR_POSITIONAL:
            continue
        elif name in kinds:
            convert = _converter(handler, name, parameter.annotation, kinds[name])
            if parameter.kind is parameter.KEYWORD_ONLY:
                named.append((name, convert))
            else:
                positional.append((name, convert))
        elif name == "request" or (
            number == 0 and parameter.default is parameter.empty
        ):
            if parameter.kind is parameter.KEYWORD_ONLY:
                raise RouteError(
                    f"{place_of(handler)} must take the request by position"
                )
            positional.append((None, None))
        elif parameter.default is parameter.empty:
            known = ", ".join(kinds) or "none"
            raise RouteError(
                f"{place_of(handler)} takes {name!r}, which its path does not have; parameters of the path: {known}"
            )
        elif parameter.kind is not parameter.KEYWORD_ONLY:
            # What follows is no argument by position any more; nothing of the path may.
            break
    return positional, named


def _converter(
    handler: Callable[..., Any], name: str, annotation: Any, kind: str
) -> Callable[[str], Any] | None:
    """What makes the value of a path's parameter what the handler's annotation says."""
    if annotation is inspect.Parameter.empty:
        return _CONVERTERS.get(_KINDS[kind])
    if isinstance(annotation, str):
        scope = getattr(inspect.unwrap(handler), "__globals__", {})
        try:
            annotation = eval(annotation, scope)
            # One in quotes, in a module whose annotations are all text.
            if isinstance(annotation, str):
                annotation = eval(annotation, scope)
        except Exception:  # noqa: BLE001 - an annotation may be any expression
            raise RouteError(
                f"{place_of(handler)}: the annotation {annotation!r} of {name!r} is not known where the route is "
                "declared; import it before"
            ) from None
    if annotation is str or annotation is Any or annotation is object:
        return None
    convert = _CONVERTERS.get(_name_of(annotation))
    if convert is None and isinstance(annotation, type):
        from enum import Enum

        if issubclass(annotation, Enum):
            convert = annotation
    if convert is None:
        raise RouteError(
            f"{place_of(handler)}: {name!r} can't be {_name_of(annotation)}; a parameter of a path is str, int, float, "
            "bool, Decimal, UUID, date, datetime or an Enum"
        )
    return functools.partial(_converted, name, _name_of(annotation), convert)


def _converted(
    name: str, wanted: str, convert: Callable[[str], Any], value: str
) -> Any:
    try:
        return convert(value)
    except (ValueError, ArithmeticError):
        raise HttpError(422, f"{name!r} in the path is no {wanted}") from None


def _name_of(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or str(annotation)


def _to_int(text: str) -> int:
    digits = text.removeprefix("-")
    # Python's own takes spaces, underscores and other scripts' digits; and long ones take long.
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 1000:
        raise ValueError(text)
    return int(text)


def _to_bool(text: str) -> bool:
    values = {"true": True, "1": True, "false": False, "0": False}
    value = values.get(text.lower())
    if value is None:
        raise ValueError(text)
    return value


def _to_float(text: str) -> float:
    from math import isfinite

    value = float(text)
    if not text.isascii() or "_" in text or not isfinite(value):
        raise ValueError(text)
    return value


def _to_decimal(text: str) -> Any:
    from decimal import Decimal

    value = Decimal(text)
    if not text.isascii() or "_" in text or not value.is_finite():
        raise ValueError(text)
    return value


def _to_uuid(text: str) -> Any:
    from uuid import UUID

    if len(text) != 36:
        raise ValueError(text)
    return UUID(text)


def _to_date(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


def _to_datetime(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "int": _to_int,
    "bool": _to_bool,
    "float": _to_float,
    "Decimal": _to_decimal,
    "UUID": _to_uuid,
    "date": _to_date,
    "datetime": _to_datetime,
}
# The kinds of a path's parameters, and what they become where the handler does not say.
_KINDS = {"str": "str", "path": "str", "int": "int", "uuid": "UUID"}
