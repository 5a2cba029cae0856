"""HTTP: ``HyperApp`` with its routes, requests and responses."""

from __future__ import annotations

from hyperdjango.app.application import HyperApp, Route
from hyperdjango.app.endpoints import RouteError
from hyperdjango.app.forms import Form, Upload
from hyperdjango.app.limits import Limits
from hyperdjango.app.problems import ClientDisconnected, HttpError
from hyperdjango.app.request import Request
from hyperdjango.app.response import Response
from hyperdjango.app.router import Router
from hyperdjango.app.streams import Event
from hyperdjango.app.values import Headers, MultiDict

__all__ = [
    "ClientDisconnected",
    "Event",
    "Form",
    "Headers",
    "HttpError",
    "HyperApp",
    "Limits",
    "MultiDict",
    "Request",
    "Response",
    "Route",
    "RouteError",
    "Router",
    "Upload",
]
