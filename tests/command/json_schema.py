"""Holds a value against a JSON Schema, as far as docs/schema.schema.json goes; a key word that is new here is an error."""

from __future__ import annotations

from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}

# What describes and does not judge; `format` and bounds are those of Rust's integers.
PASSED_OVER = {
    *("$schema", "$defs", "title", "description", "format", "minimum", "default"),
}
JUDGED = {
    *("$ref", "type", "const", "enum", "anyOf", "oneOf", "properties", "required"),
    *("additionalProperties", "items", "prefixItems", "minItems", "maxItems"),
}


def violations(
    value: Any,
    schema: Any,
    root: dict[str, Any] | None = None,
    place: str = "$",
) -> list[str]:
    """What a value breaks of a schema, with the place of each.

    Arguments:
        value: what `json.loads` gives.
        schema: dict, the JSON Schema, or bool.
        root: dict, the whole schema, where `schema` is a part of it.
        place: str, where the value stands.

    A property that the schema does not name is a violation as well: the schema is to say all that is written.
    """
    if isinstance(schema, bool):
        return [] if schema else [f"{place}: not allowed"]
    root = schema if root is None else root
    unknown = schema.keys() - PASSED_OVER - JUDGED
    assert not unknown, f"this validator does not know {unknown}"
    found: list[str] = []
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        found += violations(value, root["$defs"][name], root, place)
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        is_one = any(isinstance(value, TYPES[name]) for name in types)
        if not is_one or (isinstance(value, bool) and "boolean" not in types):
            found.append(f"{place}: {value!r} is no {' or '.join(types)}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{place}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is none of {schema['enum']}")
    for word in ("anyOf", "oneOf"):
        if word in schema:
            fitting = [
                part
                for part in schema[word]
                if not violations(value, part, root, place)
            ]
            if not fitting or (word == "oneOf" and len(fitting) > 1):
                found.append(f"{place}: {len(fitting)} of {word} fit {value!r}")
    if isinstance(value, dict):
        found += _of_object(value, schema, root, place)
    if isinstance(value, list):
        parts = schema.get("prefixItems", [])
        if (
            not schema.get("minItems", 0)
            <= len(value)
            <= schema.get("maxItems", len(value))
        ):
            found.append(f"{place}: {len(value)} items")
        for number, item in enumerate(value):
            part = parts[number] if number < len(parts) else schema.get("items", True)
            found += violations(item, part, root, f"{place}[{number}]")
    return found


def _of_object(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], place: str
) -> list[str]:
    properties = schema.get("properties")
    if properties is None:
        return []
    missing = [name for name in schema.get("required", []) if name not in value]
    found = [f"{place}: no {name}" for name in missing]
    for name, item in value.items():
        if name in properties:
            found += violations(item, properties[name], root, f"{place}.{name}")
        else:
            found.append(f"{place}: {name} is not described")
    return found
