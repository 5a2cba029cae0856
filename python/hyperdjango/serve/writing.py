"""Changes, where ``--write`` allows them: rows are added, changed and deleted as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hyperdjango.app.problems import HttpError
from hyperdjango.app.response import Response
from hyperdjango.errors import FieldValueError, ValidationError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.serve.asking import row_of
from hyperdjango.serve.tables import shortened
from hyperdjango.serve.values import JsonNumber, from_json

if TYPE_CHECKING:
    from hyperdjango.app.request import Request
    from hyperdjango.app.router import Router
    from hyperdjango.serve.application import Served
    from hyperdjango.serve.tables import ServedTable


def add_routes(router: Router, served: Served) -> None:
    """Have the routes of the API take changes."""
    from hyperdjango.serve.api import json_response, path_of

    @router.post("/api/{table}")
    async def add_row(request: Request, table: str) -> Response:
        """Add a row."""
        one = _writable(served, table)
        _refuse_query(request)
        values = _values(one, await _body(request))
        row = one.model(**values)
        row.clean_fields()
        row.clean()
        await row.save()
        headers = {}
        if one.key:
            headers["location"] = path_of(one, row)
            # What triggers have done to it is seen only by looking.
            stored = await one.model.objects.filter(
                **{field.name: getattr(row, field.name) for field in one.key}
            ).first()
            row = row if stored is None else stored
        return json_response(row, 201, headers)

    @router.patch("/api/{table}/{key}")
    async def change_row(request: Request, table: str, key: str) -> Response:
        """Change fields of a row."""
        one = _writable(served, table)
        _refuse_query(request)
        wanted = row_of(one, key)
        values = _values(one, await _body(request))
        async with served.database.transaction():
            row = await wanted.get()
            _refuse_key(one, row, values)
            for name, value in values.items():
                setattr(row, name, value)
            row.clean_fields(
                exclude=[field.name for field in one.fields if field.name not in values]
            )
            row.clean()
            if values and not await wanted.update(**values):
                raise HttpError(404, "there is no row with this key")
            return json_response(await wanted.get())

    @router.delete("/api/{table}/{key}")
    async def delete_row(request: Request, table: str, key: str) -> Response:
        """Delete a row."""
        one = _writable(served, table)
        _refuse_query(request)
        number, _ = await row_of(one, key).delete()
        if not number:
            raise HttpError(404, "there is no row with this key")
        return Response(status=204)

    @router.options("/api/{table}")
    async def methods_of_table(request: Request, table: str) -> Response:
        """What may be done with a table."""
        served.tables.find(table)
        allowed = served.allowed(request.path, "GET, HEAD, OPTIONS, POST")
        return Response(status=204, headers={"allow": allowed})

    @router.options("/api/{table}/{key}")
    async def methods_of_row(request: Request, table: str, key: str) -> Response:
        """What may be done with a row."""
        served.tables.find(table)
        allowed = served.allowed(request.path, "DELETE, GET, HEAD, OPTIONS, PATCH")
        return Response(status=204, headers={"allow": allowed})


def _writable(served: Served, name: str) -> ServedTable:
    """A table that takes changes.

    Raises:
        HttpError: 404, there is none; 405, it is a view.
    """
    table = served.tables.find(name)
    if table.is_view:
        raise HttpError(
            405,
            f"{table.title} is a {table.kind}, and is only read",
            {"allow": "GET, HEAD, OPTIONS"},
        )
    return table


def _refuse_query(request: Request) -> None:
    if request.query_string:
        raise HttpError(400, "a change takes no query")


async def _body(request: Request) -> dict[str, Any]:
    """The object that a request has as its body.

    Raises:
        HttpError: 415, it says to be something else than JSON; 400, it is no JSON; 422, it is no object.
    """
    if request.content_type != "application/json":
        raise HttpError(415, "send the values as Content-Type: application/json")
    body = await request.body()
    try:
        value = json.loads(body, parse_float=JsonNumber, parse_constant=_refuse)
        _check_text(value)
    except RecursionError:
        raise HttpError(400, "the body is nested too deeply") from None
    except ValueError as problem:
        words = "it is not UTF-8" if isinstance(problem, UnicodeError) else str(problem)
        raise HttpError(400, f"the body is no JSON: {words}") from None
    if not isinstance(value, dict):
        raise HttpError(422, "the body is an object: fields with their values")
    return value


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no value of JSON's")


def _check_text(value: Any) -> None:
    """Refuse halves of characters, which no text has."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, list):
        for one in value:
            _check_text(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check_text(name)
            _check_text(one)


def _values(table: ServedTable, body: dict[str, Any]) -> dict[str, Any]:
    """The values of an object, as the fields' types.

    Raises:
        ValidationError: what is wrong, by the names of fields.
    """
    problems: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, value in body.items():
        field = table.field(name)
        if field is None:
            known = [one.name for one in table.fields]
            problems[shortened(name)] = [f"is no field; {did_you_mean(name, known)}"]
        elif table.is_computed(field):
            problems[name] = ["is computed by the database, and can't be given a value"]
        elif value is None:
            values[name] = None
        else:
            try:
                values[name] = from_json(field, table.types[name], value)
            except FieldValueError as problem:
                problems[name] = [str(problem).removeprefix(f"{name} ")]
    if problems:
        raise ValidationError(problems)
    return values


def _refuse_key(table: ServedTable, row: Any, values: dict[str, Any]) -> None:
    """Refuse to change what a row is known by, before anything is assigned.

    Raises:
        ValidationError: a part of the key would be another one.
    """
    problems = {
        field.name: ["is of the key, which can't be changed"]
        for field in table.key
        if field.name in values and values[field.name] != getattr(row, field.name)
    }
    if problems:
        raise ValidationError(problems)
    for field in table.key:
        values.pop(field.name, None)
