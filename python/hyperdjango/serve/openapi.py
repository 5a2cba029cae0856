"""The OpenAPI document (OpenAPI Specification 3.1): every table, with its fields, conditions and errors."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from hyperdjango._engine import encode_json
from hyperdjango.serve.asking import MOST_EMBEDDED, MOST_NAMES
from hyperdjango.serve.schemas import TEXT, nullable, value_schema

if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField
    from hyperdjango.serve.settings import ServeSettings
    from hyperdjango.serve.tables import ServedTable, ServedTables
    from hyperdjango.serve.types import ColumnType

_PROBLEM = "application/problem+json"
_DESCRIPTION = """\
Rows of a PostgreSQL database, as JSON.

Whole numbers are numbers with all their digits, also beyond 2^53. `numeric` and `money` are text, which keeps them exact.
`bytea` is base 64. Moments are RFC 3339, in UTC where the column has a time zone; what has no place there (`infinity`, years
before Christ) is PostgreSQL's own text. Types with no form in JSON are PostgreSQL's own text.

Besides the conditions that are listed, each field takes all of Django's lookups, also across relations:
`user__email__icontains=ada`."""


def document(tables: ServedTables, settings: ServeSettings) -> bytes:
    """The document, as JSON.

    Arguments:
        tables: what is served.
        settings: which changes are taken, and from whom.
    """
    paths: dict[str, Any] = {"/api": {"get": _overview()}}
    schemas: dict[str, Any] = {"Problem": _problem_schema()}
    for number, table in enumerate(tables):
        name = f"Table{number}"
        schemas[name] = _row_schema(table)
        if settings.write and not table.is_view:
            schemas[f"{name}New"] = _given_schema(table, new=True)
            schemas[f"{name}Change"] = _given_schema(table, new=False)
        paths.update(_paths(table, name, settings))
    made: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "A database, served by hyper serve",
            "version": "1",
            "description": _DESCRIPTION,
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": _common_parameters(settings),
            "responses": _responses(),
        },
    }
    if settings.token is not None:
        made["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"}
        }
        made["security"] = [{"token": []}]
        for path in paths.values():
            for operation in path.values():
                operation["responses"]["401"] = _reference("responses", "Unknown")
    return encode_json(made)


def _paths(table: ServedTable, schema: str, settings: ServeSettings) -> dict[str, Any]:
    path = f"/api/{quote(table.name, safe='')}"
    is_writable = settings.write and not table.is_view
    rows: dict[str, Any] = {"get": _list(table, schema)}
    if is_writable:
        rows["post"] = _add(table, schema)
    paths = {path: rows}
    if table.key:
        one: dict[str, Any] = {"get": _get(table, schema)}
        if is_writable:
            one["patch"] = _change(table, schema)
            one["delete"] = _delete(table)
        paths[f"{path}/{{key}}"] = one
    return paths


def _reference(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _json(schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _errors(*names: str) -> dict[str, Any]:
    return {_STATUSES[name]: _reference("responses", name) for name in names}


_STATUSES = {
    "Wrong": "400",
    "Unknown": "401",
    "Forbidden": "403",
    "Missing": "404",
    "Conflict": "409",
    "Type": "415",
    "Values": "422",
    "Slow": "503",
}


def _responses() -> dict[str, Any]:
    words = {
        "Wrong": "A name or a value of the query can't be meant.",
        "Unknown": "The token is missing or wrong.",
        "Forbidden": "The role of the database may not do this.",
        "Missing": "There is no such row.",
        "Conflict": "A constraint refuses the change; it is named.",
        "Type": "The body is not application/json.",
        "Values": "Values do not fit the table; errors says which.",
        "Slow": "The database takes too long, or can't be reached.",
    }
    return {
        name: {
            "description": text,
            "content": {_PROBLEM: {"schema": _reference("schemas", "Problem")}},
        }
        for name, text in words.items()
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What is wrong (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": text},
            },
            "schema": text,
            "table": text,
            "column": text,
            "constraint": text,
        },
        "additionalProperties": False,
    }


def _common_parameters(settings: ServeSettings) -> dict[str, Any]:
    return {
        "limit": _parameter(
            "limit",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": settings.most_rows,
                "default": settings.default_limit,
            },
            "How many rows at most.",
        ),
        "count": _parameter(
            "count",
            {"enum": ["estimate", "exact"]},
            "Say how many rows there are: as the planner expects it, or counted, where that is done within the statement "
            "timeout.",
        ),
        "search": _parameter(
            "search",
            {"type": "string", "pattern": TEXT},
            "Rows with this text in a column of text, or with this key.",
        ),
    }


def _parameter(name: str, schema: dict[str, Any], words: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
    if words:
        made["description"] = words
    return made


def _list_of(name: str, names: list[str], words: str, most: int) -> dict[str, Any]:
    schema = {
        "type": "array",
        "items": {"enum": names},
        "uniqueItems": True,
        "minItems": 1,
        "maxItems": min(most, len(names)),
    }
    made = _parameter(name, schema, words)
    made["style"] = "form"
    made["explode"] = False
    return made


def _overview() -> dict[str, Any]:
    text = {"type": "string"}
    nullable = {"type": ["string", "null"]}
    one = {
        "type": "object",
        "required": ["name", "schema", "kind", "comment", "key", "estimate", "rows"],
        "properties": {
            "name": text,
            "schema": text,
            "kind": text,
            "comment": nullable,
            "key": {"type": "array", "items": text},
            "estimate": {"type": ["integer", "null"]},
            "rows": text,
        },
    }
    schema = {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "array", "items": one}},
    }
    return {
        "operationId": "list_tables",
        "summary": "Everything that is served.",
        "responses": {"200": _json(schema, "The tables."), **_errors("Wrong", "Slow")},
    }


def _shape(table: ServedTable) -> list[dict[str, Any]]:
    """What says which fields come, and what within them."""
    made = []
    if table.fields:
        names = [field.name for field in table.fields]
        words = "The fields that come; all without it."
        made.append(_list_of("fields", names, words, MOST_NAMES))
    relations = [*table.links, *table.back]
    if relations:
        made.append(
            _list_of(
                "embed",
                relations,
                "Relations whose rows come within each row.",
                MOST_EMBEDDED,
            )
        )
    return made


def _list(table: ServedTable, schema: str) -> dict[str, Any]:
    # A field and its opposite direction at once mean the first of them.
    order = [
        name for field in table.sortable for name in (field.name, f"-{field.name}")
    ]
    parameters = [_reference("parameters", "limit"), _reference("parameters", "count")]
    if table.searched:
        parameters.append(_reference("parameters", "search"))
    if order:
        parameters.append(
            _list_of(
                "order_by",
                order,
                "In which order; a minus is the largest first.",
                MOST_NAMES,
            )
        )
    parameters.extend(_shape(table))
    parameters.append(
        {
            **_parameter("after", {"type": "string"}, "A cursor, out of next."),
            "x-opaque": True,
        }
    )
    for field in table.fields:
        parameters.extend(_conditions(field, table.types[field.name]))
    rows = {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {"type": "array", "items": _reference("schemas", schema)},
            "next": {
                "type": ["string", "null"],
                "description": "Where the next page is; null on the last.",
            },
            "count": {
                "type": ["object", "null"],
                "required": ["rows", "is_exact"],
                "properties": {
                    "rows": {"type": "integer"},
                    "is_exact": {"type": "boolean"},
                },
            },
        },
    }
    return {
        "operationId": f"list {table.title}",
        "summary": f"Rows of {table.title}.",
        "description": table.comment or "",
        "parameters": parameters,
        "responses": {
            "200": _json(rows, "Rows."),
            **_errors("Wrong", "Forbidden", "Slow"),
        },
    }


def _key(table: ServedTable) -> dict[str, Any]:
    """The key, where it is one that any value of its type is."""
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if len(table.key) == 1:
        kind = table.types[table.key[0].name]
        if kind.bounds is not None:
            schema = {
                "type": "integer",
                "minimum": kind.bounds[0],
                "maximum": kind.bounds[1],
            }
    names = ",".join(field.name for field in table.key)
    return {
        "name": "key",
        "in": "path",
        "required": True,
        "schema": schema,
        "description": f"{names}. In a value ~ is written ~0, a comma ~1, / ~2, a dot in front ~3, nothing at all ~4, \\ ~5.",
    }


def _get(table: ServedTable, schema: str) -> dict[str, Any]:
    return {
        "operationId": f"get {table.title}",
        "summary": f"A row of {table.title}, by its key.",
        "parameters": [_key(table), *_shape(table)],
        "responses": {
            "200": _json(_reference("schemas", schema), "The row."),
            **_errors("Wrong", "Forbidden", "Missing", "Slow"),
        },
    }


def _sent(schema: str) -> dict[str, Any]:
    reference = _reference("schemas", schema)
    return {"required": True, "content": {"application/json": {"schema": reference}}}


_CHANGING = ("Wrong", "Forbidden", "Conflict", "Type", "Values", "Slow")


def _add(table: ServedTable, schema: str) -> dict[str, Any]:
    made = _json(_reference("schemas", schema), "The row, as it is now.")
    if table.key:
        made["headers"] = {
            "Location": {"schema": {"type": "string"}, "description": "Where it is."}
        }
    return {
        "operationId": f"add {table.title}",
        "summary": f"Add a row to {table.title}.",
        "requestBody": _sent(f"{schema}New"),
        "responses": {"201": made, **_errors(*_CHANGING)},
    }


def _change(table: ServedTable, schema: str) -> dict[str, Any]:
    made = _json(_reference("schemas", schema), "The row, as it is now.")
    return {
        "operationId": f"change {table.title}",
        "summary": f"Change fields of a row of {table.title}.",
        "parameters": [_key(table)],
        "requestBody": _sent(f"{schema}Change"),
        "responses": {"200": made, **_errors("Missing", *_CHANGING)},
    }


def _delete(table: ServedTable) -> dict[str, Any]:
    return {
        "operationId": f"delete {table.title}",
        "summary": f"Delete a row of {table.title}.",
        "parameters": [_key(table)],
        "responses": {
            "204": {"description": "It is gone."},
            **_errors("Wrong", "Forbidden", "Missing", "Conflict", "Values", "Slow"),
        },
    }


def _row_schema(table: ServedTable) -> dict[str, Any]:
    """What a row looks like when it is read; ``fields`` leaves some out, and ``embed`` adds relations."""
    properties: dict[str, Any] = {}
    for field in table.fields:
        schema = value_schema(field, table.types[field.name], read=True)
        if field.comment:
            schema = {**schema, "description": field.comment}
        # Views say nothing of NULL, and a model may be wrong about it.
        properties[field.name] = nullable(schema) if field.accepts_null else schema
        if table.is_computed(field):
            properties[field.name]["readOnly"] = True
    made: dict[str, Any] = {
        "type": "object",
        "title": table.title,
        "properties": properties,
    }
    if table.comment:
        made["description"] = table.comment
    return made


def _given_schema(table: ServedTable, *, new: bool) -> dict[str, Any]:
    """What a row looks like when it is sent."""
    from hyperdjango.models.validation import is_counted

    properties: dict[str, Any] = {}
    required = []
    for field in table.fields:
        if table.is_computed(field) or (not new and field in table.key):
            continue
        schema = value_schema(field, table.types[field.name], read=False)
        if field.python_type is Decimal:
            schema["type"] = ["string", "number"]
        # A key that the database counts may be given as null.
        takes_null = field.accepts_null or (
            new and field.primary_key and is_counted(field)
        )
        properties[field.name] = nullable(schema) if takes_null else schema
        has_default = "default" in field.__dict__
        if new and not (has_default or takes_null or is_counted(field)):
            required.append(field.name)
    made: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        made["required"] = required
    return made


def _conditions(field: ModelField, kind: ColumnType) -> list[dict[str, Any]]:
    """The conditions that are listed for a field, as parameters."""
    schema = value_schema(field, kind, read=False)
    # Text that is too long to be there can be compared all the same.
    schema.pop("maxLength", None)
    made = []
    is_plain = schema.get("type") in ("integer", "number", "boolean") or (
        schema.get("type") == "string" and _is_comparable(field, kind)
    )
    if is_plain:
        made.append(_parameter(field.name, schema))
        if schema.get("type") != "boolean" and kind.is_ordered:
            made.extend(
                _parameter(f"{field.name}__{word}", schema)
                for word in ("gt", "gte", "lt", "lte")
            )
        if kind.is_text:
            text = {"type": "string", "pattern": TEXT}
            made.extend(
                _parameter(f"{field.name}__{word}", text)
                for word in ("icontains", "startswith")
            )
    if field.accepts_null:
        made.append(_parameter(f"{field.name}__isnull", {"type": "boolean"}))
    return made


def _is_comparable(field: ModelField, kind: ColumnType) -> bool:
    """Whether every text that fits the schema is a value of the type."""
    python = field.python_type
    if python in (Decimal, UUID, bytes, date) or kind.labels is not None:
        return True
    if python is datetime:
        return kind.base.endswith("with time zone")
    return kind.is_text or kind.base == "uuid" or kind.family == "number"
