"""Values of more than one plain type: what lists and ranges hold, and what the engine reads them as by itself."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.annotations import inner, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperdjango.models.field import ModelField

# What the engine makes of a column's type by itself, by the name of the Python type.
_NATURAL = {
    "int": ("smallint", "integer", "bigint", "oid"),
    "float": ("real", "double precision"),
    "Decimal": ("numeric",),
    "str": ("text", "character varying", "character", "name"),
    "bool": ("boolean",),
    "bytes": ("bytea",),
    "date": ("date",),
    "time": ("time without time zone", "time with time zone"),
    "datetime": ("timestamp without time zone", "timestamp with time zone"),
    "UUID": ("uuid",),
    "Any": ("json", "jsonb"),
    "dict": ("json", "jsonb"),
    "Range": (
        "int4range",
        "int8range",
        "numrange",
        "daterange",
        "tsrange",
        "tstzrange",
    ),
}

# What the ends of a range are (PostgreSQL documentation, "Range Types").
ENDS = {
    "int4range": "integer",
    "int8range": "bigint",
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": "timestamp without time zone",
    "tstzrange": "timestamp with time zone",
}


def is_natural(field: ModelField) -> bool:
    """Whether values come from the database as the field has them.

    A length of time may have months, which no timedelta has: each is looked at.

    Arguments:
        field: ModelField, whose annotation is a rich one.
    """
    name = type_name(field.python_type)
    plain = without_modifiers(field.db_type or "")
    if name in ("Any", "dict") or plain in ("json", "jsonb"):
        return True
    if name != "list":
        return plain in _NATURAL.get(name or "", ())
    if not plain.endswith("[]"):
        return False
    one = plain.removesuffix("[]")
    held = element(field)
    if held is None or held.python_type is object:
        return any(one in names for names in _NATURAL.values()) or one == "interval"
    return one in _NATURAL.get(type_name(held.python_type) or "", ())


def element(field: ModelField) -> ModelField | None:
    """A field like the elements of a list's or the ends of a range's, which converts them.

    Arguments:
        field: ModelField, annotated ``list[…]`` or ``Range[…]``.

    Returns:
        The field, or None where the annotation does not say what is held, or a type that no column has.
    """
    from hyperdjango.models.field import ModelField

    annotation = inner(field.annotation)
    # A list in a list is another dimension of the same array.
    while annotation is not None and _is_list(annotation):
        annotation = inner(annotation)
    if annotation is None or field.db_type in ("json", "jsonb"):
        return None
    held = ModelField({})
    held.model, held.name = field.model, field.name
    held.annotation, held.namespace = annotation, field.namespace
    kind = field.db_type or ""
    # Of a type that is not known, a domain or an extension's, as little is known of what it holds.
    held.db_type = kind.removesuffix("[]") if kind.endswith("[]") else ENDS.get(kind)
    if held.db_type is None:
        held.db_type = "text"
    try:
        held.python_type  # noqa: B018
    except ModelError:
        return None
    return held


def _is_list(annotation: object) -> bool:
    """Whether an annotation, or its text, is that of a list."""
    if isinstance(annotation, str):
        return annotation.strip().rpartition(".")[2].lower().startswith("list[")
    return getattr(annotation, "__origin__", None) is list


def without_modifiers(db_type: str) -> str:
    """A type without its length, precision and scale.

    >>> without_modifiers("timestamp(3) without time zone[]")
    'timestamp without time zone[]'
    """
    before, bracket, rest = db_type.partition("(")
    return before + rest.partition(")")[2] if bracket else db_type


def parse_array(text: str) -> list[object]:
    r"""The elements of an array in PostgreSQL's text form, each as text, NULL as None.

    Raises:
        ValueError: it is no array.

    PostgreSQL documentation, "Array Input and Output Syntax".

    >>> parse_array('{a,"b,\\"c",NULL,{d}}')
    ['a', 'b,"c', None, ['d']]
    """
    # Where the numbering does not start at 1, that is said in front: [0:1]={…}
    body = text.strip()
    if body.startswith("["):
        body = body.partition("=")[2].strip()
    found, place = _parse_level(body, 0)
    if body[place:].strip():
        raise ValueError("no array")
    return found


def _parse_level(text: str, place: int) -> tuple[list[object], int]:
    """The elements of one dimension that begins at a place, and the place behind it."""
    if text[place : place + 1] != "{":
        raise ValueError("no array")
    place += 1
    found: list[object] = []
    if text[place : place + 1] == "}":
        return found, place + 1
    while True:
        value: object
        if text[place : place + 1] == "{":
            value, place = _parse_level(text, place)
        else:
            value, place = _parse_element(text, place)
        found.append(value)
        behind = text[place : place + 1]
        place += 1
        if behind == "}":
            return found, place
        if behind != ",":
            raise ValueError("no array")


def _parse_element(text: str, place: int) -> tuple[str | None, int]:
    """One element that begins at a place, and the place behind it."""
    value, quoted = "", text[place : place + 1] == '"'
    place += quoted
    while place < len(text):
        character = text[place]
        if quoted and character == '"':
            return value, place + 1
        if not quoted and character in ",}":
            return (None if value.upper() == "NULL" else value), place
        if character == "\\":
            place += 1
        value += text[place : place + 1]
        place += 1
    raise ValueError("no array")
