"""What the annotation of a field says: which Python type, and whether it may be None."""

from __future__ import annotations

import sys

from hyperdjango.errors import ModelError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum
    from typing import Any, TypeGuard

# Every type that a field may have, under the name that recorded state uses. They are named
# and not imported: a models module that needs decimal imports it itself.
SUPPORTED = {
    ("builtins", "int"): "int",
    ("builtins", "float"): "float",
    ("decimal", "Decimal"): "Decimal",
    ("builtins", "str"): "str",
    ("datetime", "datetime"): "datetime",
    ("datetime", "date"): "date",
    ("datetime", "time"): "time",
    ("builtins", "bool"): "bool",
    ("builtins", "bytes"): "bytes",
}

# Types of values that PostgreSQL has more than one type for: the column's own is said beside them, as db_type=.
RICH = {
    ("builtins", "list"): "list",
    ("builtins", "dict"): "dict",
    ("builtins", "object"): "Any",
    ("uuid", "UUID"): "UUID",
    ("datetime", "timedelta"): "timedelta",
    ("ipaddress", "IPv4Address"): "IPv4Address | IPv6Address",
    ("ipaddress", "IPv4Network"): "IPv4Network | IPv6Network",
    ("hyperdjango.models.ranges", "Range"): "Range",
}

# Two types that are one here: which of both a value is depends on the value. The first stands for both.
_PAIRS = {
    frozenset(("IPv4Address", "IPv6Address")): "IPv4Address",
    frozenset(("IPv4Network", "IPv6Network")): "IPv4Network",
}

# What `int | None` is.
UNION: type = type(int | None)

# The same few annotations stand on thousands of fields.
_RESOLVED: dict[Any, tuple[type[Any], bool]] = {}


def resolve(
    annotation: Any, where: str, namespace: Mapping[str, Any]
) -> tuple[type[Any], bool]:
    """The type that an annotation names, and whether None is allowed beside it.

    Arguments:
        annotation: the annotation, or its text (``from __future__ import annotations``).
        where: str, the model and field for an error, ``"Order.total"``.
        namespace: the names that text may refer to: the module's.

    Returns:
        The type and the flag: ``Decimal | None`` is ``(Decimal, True)``.

    Raises:
        ModelError: a name is not defined, or the type is none that a column is read as.

    >>> resolve(int | None, "Order.total", {})
    (<class 'int'>, True)
    >>> resolve("int", "Order.total", {})
    (<class 'int'>, False)
    """
    if isinstance(annotation, (type, UNION)):
        found = _RESOLVED.get(annotation)
        if found is None:
            found = _RESOLVED[annotation] = _resolve(annotation, where, namespace)
        return found
    return _resolve(annotation, where, namespace)


def _resolve(
    annotation: Any, where: str, namespace: Mapping[str, Any]
) -> tuple[type[Any], bool]:
    members = list(_members(annotation, where, namespace))
    optional = None in members or type(None) in members
    kinds = [member for member in members if member not in (None, type(None))]
    pair = _PAIRS.get(frozenset(getattr(one, "__name__", "") for one in kinds))
    if pair is not None and all(one.__module__ == "ipaddress" for one in kinds):
        kinds = [one for one in kinds if one.__name__ == pair]
    elif len(kinds) == 1 and getattr(kinds[0], "__module__", "") == "ipaddress":
        raise ModelError(
            f"{where} is annotated {describe(annotation)}, and a column has addresses of both versions; "
            "write IPv4Address | IPv6Address for inet, or IPv4Network | IPv6Network for cidr"
        )
    if len(kinds) != 1:
        raise ModelError(
            f"{where} is annotated {describe(annotation)}; a field has one type, "
            "alone or with None"
        )
    kind = kinds[0]
    if getattr(kind, "__module__", "") == "typing" and describe(kind) in (
        "Any",
        "typing.Any",
    ):
        # Whatever the column's values are: JSON's, say.
        kind = object
    if type_name(kind) is None:
        raise ModelError(
            f"{where} is annotated {describe(annotation)}; write one of "
            f"{', '.join(SUPPORTED.values())}, and the column's own type as db_type=; or one of "
            f"{', '.join(RICH.values())} or a StrEnum with its db_type="
        )
    return kind, optional


def is_rich(kind: type[Any]) -> bool:
    """Whether a type of values leaves open which type the column has."""
    return (kind.__module__, kind.__qualname__) in RICH or is_enumeration(kind)


def is_enumeration(kind: type[Any]) -> TypeGuard[type[StrEnum]]:
    """Whether a type is an enumeration whose members are text."""
    enum = sys.modules.get("enum")
    return (
        enum is not None and issubclass(kind, str) and isinstance(kind, enum.EnumMeta)
    )


def inner(annotation: Any) -> Any:
    """What a list or a ``Range`` is annotated to hold, or None where nothing is said.

    Arguments:
        annotation: the annotation, or its text.

    >>> inner(list[int] | None), inner("Range[date] | None"), inner(list)
    (<class 'int'>, 'date', None)
    """
    if isinstance(annotation, str):
        for part in _split(annotation.strip().strip("'\"")):
            outer, bracket, rest = part.strip().partition("[")
            if bracket and rest.endswith("]"):
                last = outer.rpartition(".")[2].strip()
                return inner(rest[:-1]) if last == "Optional" else rest[:-1]
        return None
    origin = getattr(annotation, "__origin__", None)
    if origin in (list, dict) or type_name(origin) == "Range":
        return annotation.__args__[0] if origin is not dict else None
    for member in getattr(annotation, "__args__", ()):
        found = inner(member)
        if found is not None:
            return found
    forward = getattr(annotation, "__forward_arg__", None)
    return inner(forward) if isinstance(forward, str) else None


def type_name(kind: Any) -> str | None:
    """The name of a supported type, ``"Decimal"``, or None for any other object."""
    if not isinstance(kind, type):
        return None
    name = kind.__module__, kind.__qualname__
    found = SUPPORTED.get(name) or RICH.get(name)
    return "Enum" if found is None and is_enumeration(kind) else found


def describe(annotation: Any) -> str:
    """The annotation as its author wrote it, as nearly as it can be told."""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type):
        return annotation.__qualname__
    return repr(annotation)


def _members(annotation: Any, where: str, namespace: Mapping[str, Any]) -> list[Any]:
    """The alternatives of a union, or the annotation alone; text is looked up."""
    if isinstance(annotation, str):
        found = []
        for part in _alternatives(annotation):
            found.append(None if part == "None" else _lookup(part, where, namespace))
        # A name may itself stand for a union: `Text = str | None`.
        return [
            one
            for item in found
            for one in (
                [item] if isinstance(item, str) else _members(item, where, namespace)
            )
        ]
    typing = sys.modules.get("typing")
    if isinstance(annotation, UNION) or (
        typing is not None and getattr(annotation, "__origin__", None) is typing.Union
    ):
        return [
            one
            for item in annotation.__args__
            for one in _members(item, where, namespace)
        ]
    origin = getattr(annotation, "__origin__", None)
    if origin in (list, dict) or type_name(origin) == "Range":
        # What is in it is asked for by inner().
        return [origin]
    forward = getattr(annotation, "__forward_arg__", None)
    if isinstance(forward, str):
        return _members(forward, where, namespace)
    return [annotation]


def _alternatives(text: str) -> list[str]:
    """The parts of ``"A | B"``, ``"Optional[A]"`` and ``"Union[A, B]"``."""
    text = text.strip().strip("'\"").strip()
    if text.endswith("]"):
        outer, _, inner = text[:-1].partition("[")
        outer = outer.rpartition(".")[2].strip()
        if outer in ("list", "dict", "List", "Dict") and _closes_at_end(text):
            return [outer.lower()]
        if outer not in ("Optional", "Union") and _closes_at_end(text):
            return [text[:-1].partition("[")[0].strip()]
        if outer == "Optional":
            return [*_alternatives(inner), "None"]
        if outer == "Union":
            return [part for item in inner.split(",") for part in _alternatives(item)]
    parts = _split(text)
    if len(parts) > 1:
        return [part for item in parts for part in _alternatives(item)]
    return [text]


def _split(text: str) -> list[str]:
    """The parts between the bars that stand outside of brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _closes_at_end(text: str) -> bool:
    """Whether the first bracket of a text is closed by its last character."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth == 0 and character == "]":
            return place == len(text) - 1
    return False


def _lookup(name: str, where: str, namespace: Mapping[str, Any]) -> Any:
    """What a dotted name stands for in the module, or among Python's own names."""
    first, *rest = name.split(".")
    builtins = sys.modules["builtins"]
    try:
        found = namespace[first] if first in namespace else getattr(builtins, first)
        for attribute in rest:
            found = getattr(found, attribute)
    except AttributeError:
        raise ModelError(
            f"{where} is annotated {name!r}, which is not defined there; import it in "
            "that module, outside of any TYPE_CHECKING block"
        ) from None
    return found
