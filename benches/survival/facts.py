"""The facts of a database, taken from what `hyper inspectdb --format json` says of it, by kind."""

import json
import re
from collections import defaultdict
from typing import Any

Facts = dict[str, dict[str, str]]
"""By kind: what each fact is of, and what it says."""

CONSTRAINTS = {
    "uniques": "unique constraint",
    "foreign_keys": "foreign key",
    "checks": "check",
    "exclusions": "exclusion constraint",
    "indexes": "index",
}

CARRIED = (
    "table",
    "view",
    "column",
    "primary key",
    *CONSTRAINTS.values(),
    "comment",
    "enum",
    "domain",
    "composite type",
    "sequence",
)
"""The kinds that models carry; all others are theirs to count."""


def settled(text: str) -> str:
    """An expression without what PostgreSQL prints otherwise once it has read its own text: casts of arrays of texts."""
    if "ARRAY[" in text:
        text = re.sub(r"[()]|::(character varying|text)(\[\])?(?=[^\w])", "", text)
    return " ".join(text.split())


def said(value: Any) -> str:
    return settled(json.dumps(value, sort_keys=True, ensure_ascii=False))


def full(name: dict[str, str]) -> str:
    return f"{name['schema']}.{name['name']}"


def facts(saved: dict[str, Any]) -> Facts:
    """Every fact of a saved schema. An index that a failed build left invalid is none that a copy should have."""
    schema = saved["schema"]
    found: Facts = defaultdict(dict)
    for relation in schema["relations"]:
        of_relation(found, relation)
    for kind, word in (
        ("enums", "enum"),
        ("domains", "domain"),
        ("composites", "composite type"),
        ("sequences", "sequence"),
    ):
        for own in schema[kind]:
            found[word][full(own["name"])] = said(own)
    for own in schema["namespaces"]:
        found["schema"][own["name"]] = said(own)
    for own in schema["extensions"]:
        found["extension"][own["name"]] = said(own)
    for own in schema.get("definitions", ()):
        withheld = {key: value for key, value in own.items() if key != "withheld"}
        found[own["kind"]][own["object"]] = said(withheld)
    for kind, word in (
        ("grants", "grant"),
        ("default_privileges", "default privilege"),
        ("comments", "other comment"),
        ("security_labels", "security label"),
    ):
        for own in schema.get(kind, ()):
            found[word][said(own)] = ""
    return found


def of_relation(found: Facts, relation: dict[str, Any]) -> None:
    name = full(relation["name"])
    is_view = relation["kind"] in ("view", "materialized_view")
    parts = {"columns", "primary_key", "comment", "settings", "name", *CONSTRAINTS}
    own = {key: value for key, value in relation.items() if key not in parts}
    found["view" if is_view else "table"][name] = said(own)
    if relation["comment"] is not None:
        found["comment"][name] = relation["comment"]
    for setting, value in relation.get("settings", {}).items():
        found["table setting"][f"{name} {setting}"] = said(value)
    for position, column in enumerate(relation["columns"]):
        place = f"{name}.{column['name']}"
        comment, settings = column.pop("comment"), column.pop("settings", {})
        found["column"][place] = f"{position} {said(column)}"
        if comment is not None:
            found["comment"][place] = comment
        for setting, value in settings.items():
            found["column setting"][f"{place} {setting}"] = said(value)
    if relation["primary_key"] is not None:
        found["primary key"][name] = said(relation["primary_key"])
    for key, word in CONSTRAINTS.items():
        for part in relation[key]:
            if part.get("valid", True) or relation["partition_by"]:
                found[word][f"{name} {part['name']}"] = said(part)
