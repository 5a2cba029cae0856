"""Operators: the last part of a lookup's name, ``icontains`` or ``gte``, as PostgreSQL writes it."""

from __future__ import annotations

from hyperdjango.query.sides import Side, plain_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.query.families import Family

    # What a value becomes: one value for each parameter.
    Prepare = Callable[[Side, Any], tuple[Any, ...]]
    # The text, out of the side's and the parameters'.
    Write = Callable[[Side, str, list[str]], str]


class Operator:
    """How a side is compared.

    Attributes:
        name: str, the last part of the lookup's name.
        prepare: what the value becomes.
        write: what is written.
        text: bool | None, whether the parameters travel in PostgreSQL's text form; None as the side's.
        strict: bool, whether the result is never NULL.
        pattern: str, for a value that is an expression: what stands before and behind it.
    """

    __slots__ = ("name", "pattern", "prepare", "strict", "text", "write")

    def __init__(
        self,
        name: str,
        prepare: Prepare,
        write: Write,
        *,
        text: bool | None = None,
        strict: bool = False,
        pattern: str = "",
    ) -> None:
        self.name = name
        self.prepare = prepare
        self.write = write
        self.text = text
        self.strict = strict
        self.pattern = pattern


def find(side: Side, name: str) -> Operator | None:
    """The operator of a name for a side, or None if it has none."""
    return _BY_FAMILY.get(side.family, {}).get(name) or _COMMON.get(name)


def names(side: Side) -> list[str]:
    """The operators that a side has."""
    return [*_COMMON, *_BY_FAMILY.get(side.family, ())]


def is_known(name: str) -> bool:
    """Whether any side has an operator of that name."""
    return name in _COMMON or any(name in family for family in _BY_FAMILY.values())


def one(side: Side, value: Any) -> tuple[Any, ...]:
    """The value as the side's type."""
    if side.convert is None:
        return (value,)
    try:
        return (side.convert(value),)
    except (ValueError, TypeError, ArithmeticError) as problem:
        from hyperdjango.errors import HyperError

        if isinstance(problem, HyperError):
            raise
        raise side.refuse(value, "a value of its type") from None


def _several(side: Side, value: Any) -> tuple[Any, ...]:
    one_value = (str, bytes, bytearray, memoryview, dict)
    if isinstance(value, one_value) or not hasattr(value, "__iter__"):
        raise side.refuse(value, "a list of values, or a queryset")
    # NULL is equal to nothing: in a list it means nothing.
    return ([one(side, item)[0] for item in value if item is not None],)


def _two(side: Side, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise side.refuse(value, "a pair: the lowest and the highest value")
    return (*one(side, value[0]), *one(side, value[1]))


def _nothing(side: Side, value: Any) -> tuple[Any, ...]:
    return ()


def _as_text(side: Side, value: Any) -> tuple[Any, ...]:
    if isinstance(value, (list, dict, bytes)):
        raise side.refuse(value, "text")
    return (plain_text(value),)


def escaped(value: Any) -> str:
    r"""Text with what LIKE gives a meaning made plain.

    >>> escaped("100%_\\")
    '100\\%\\_\\\\'
    """
    text = plain_text(value)
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _pattern(before: str, behind: str) -> Prepare:
    def prepare(side: Side, value: Any) -> tuple[Any, ...]:
        return (f"{before}{escaped(_as_text(side, value)[0])}{behind}",)

    return prepare


def text_of(side: Side, sql: str) -> str:
    """A side as text; a JSON string without its quotes."""
    if side.family == "json" and not side.is_column:
        return f"({sql} #>> '{{}}')"
    if is_money(side):
        # As a number: the locale's form is nobody's.
        return f"{sql}::numeric::text" if side.is_column else f"{sql}::text"
    if side.family == "text" and (
        side.field is None or side.field.db_type is None or side.field.db_type == "text"
    ):
        return sql
    return f"{sql}::text"


def is_money(side: Side) -> bool:
    """Whether a side is a column of amounts of money."""
    return (
        side.is_column
        and side.field is not None
        and (side.field.db_type or "").startswith("money")
    )


def comparable(side: Side, sql: str) -> str:
    """A side that can be compared: json has no operators, jsonb has."""
    return f"{sql}::jsonb" if side.family == "json" else sql


def _infix(operator: str) -> Write:
    def write(side: Side, sql: str, values: list[str]) -> str:
        return f"{comparable(side, sql)} {operator} {values[0]}"

    return write


def _like(operator: str) -> Write:
    def write(side: Side, sql: str, values: list[str]) -> str:
        return f"{text_of(side, sql)} {operator} {values[0]}"

    return write


def _is_null(side: Side, sql: str, values: list[str]) -> str:
    return f"{sql} IS NULL"


def _is_not_null(side: Side, sql: str, values: list[str]) -> str:
    return f"{sql} IS NOT NULL"


IS_NULL = Operator("isnull", _nothing, _is_null, strict=True)
IS_NOT_NULL = Operator("isnull", _nothing, _is_not_null, strict=True)
JSON_NULL = Operator(
    "exact",
    _nothing,
    lambda side, sql, values: f"{comparable(side, sql)} = 'null'::jsonb",
)

_COMMON: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("exact", one, _infix("=")),
        Operator("gt", one, _infix(">")),
        Operator("gte", one, _infix(">=")),
        Operator("lt", one, _infix("<")),
        Operator("lte", one, _infix("<=")),
        Operator(
            "in",
            _several,
            lambda side, sql, values: f"{comparable(side, sql)} = ANY({values[0]})",
        ),
        Operator(
            "range",
            _two,
            lambda side, sql, values: (
                f"{comparable(side, sql)} BETWEEN {values[0]} AND {values[1]}"
            ),
        ),
        Operator(
            "iexact",
            _as_text,
            lambda side, sql, values: (
                f"lower({text_of(side, sql)}) = lower({values[0]})"
            ),
            text=False,
        ),
        Operator(
            "contains", _pattern("%", "%"), _like("LIKE"), text=False, pattern="%%"
        ),
        Operator(
            "icontains", _pattern("%", "%"), _like("ILIKE"), text=False, pattern="%%"
        ),
        Operator(
            "startswith", _pattern("", "%"), _like("LIKE"), text=False, pattern="-%"
        ),
        Operator(
            "istartswith", _pattern("", "%"), _like("ILIKE"), text=False, pattern="-%"
        ),
        Operator(
            "endswith", _pattern("%", ""), _like("LIKE"), text=False, pattern="%-"
        ),
        Operator(
            "iendswith", _pattern("%", ""), _like("ILIKE"), text=False, pattern="%-"
        ),
        Operator("regex", _as_text, _like("~"), text=False),
        Operator("iregex", _as_text, _like("~*"), text=False),
    )
}


def _keys(side: Side, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise side.refuse(value, "a list of keys")
    return ([str(key) for key in value],)


def _cast(operator: str, cast: str) -> Write:
    def write(side: Side, sql: str, values: list[str]) -> str:
        return f"{comparable(side, sql)} {operator} {values[0]}{cast}"

    return write


def _search(vector: str) -> Write:
    def write(side: Side, sql: str, values: list[str]) -> str:
        return vector.format(
            sql=text_of(side, sql) if "to_" in vector else sql, query=values[0]
        )

    return write


def _range_or_element(side: Side, value: Any) -> tuple[Any, ...]:
    """A range to contain, given as text, pair or range object; or an element of it."""
    from hyperdjango.query.sides import is_range, range_text

    if isinstance(value, (tuple, list)) or is_range(value):
        return one(side, value)
    if isinstance(value, str) and (value[:1] in ("[", "(", "{") or value == "empty"):
        return one(side, value)
    return one(side, range_text(value, value, "[]"))


_BY_FAMILY: dict[Family | str, dict[str, Operator]] = {
    "text": {
        operator.name: operator
        for operator in (
            Operator(
                "search",
                _as_text,
                _search("to_tsvector({sql}) @@ plainto_tsquery({query})"),
                text=False,
            ),
            Operator("trigram_similar", _as_text, _like("%"), text=False),
            Operator(
                "trigram_word_similar",
                _as_text,
                lambda side, sql, values: f"{values[0]} <% {text_of(side, sql)}",
                text=False,
            ),
            Operator(
                "trigram_strict_word_similar",
                _as_text,
                lambda side, sql, values: f"{values[0]} <<% {text_of(side, sql)}",
                text=False,
            ),
        )
    },
    "tsvector": {
        operator.name: operator
        for operator in (
            Operator(
                "exact",
                _as_text,
                _search("{sql} @@ plainto_tsquery({query})"),
                text=False,
            ),
            Operator(
                "search",
                _as_text,
                _search("{sql} @@ plainto_tsquery({query})"),
                text=False,
            ),
        )
    },
    "array": {
        operator.name: operator
        for operator in (
            Operator("contains", one, _infix("@>")),
            Operator("contained_by", one, _infix("<@")),
            Operator("overlap", one, _infix("&&")),
        )
    },
    "json": {
        operator.name: operator
        for operator in (
            Operator("contains", one, _cast("@>", "::jsonb")),
            Operator("contained_by", one, _cast("<@", "::jsonb")),
            Operator("exact", one, _cast("=", "::jsonb")),
            Operator("has_key", _as_text, _cast("?", ""), text=False),
            Operator("has_keys", _keys, _cast("?&", "::text[]"), text=False),
            Operator("has_any_keys", _keys, _cast("?|", "::text[]"), text=False),
            Operator("jsonpath", _as_text, _cast("@@", "::jsonpath"), text=True),
            Operator("jsonpath_exists", _as_text, _cast("@?", "::jsonpath"), text=True),
        )
    },
    "range": {
        operator.name: operator
        for operator in (
            Operator("contains", _range_or_element, _infix("@>"), text=True),
            Operator("contained_by", one, _infix("<@")),
            Operator("overlap", one, _infix("&&")),
            Operator("fully_lt", one, _infix("<<")),
            Operator("fully_gt", one, _infix(">>")),
            Operator("not_lt", one, _infix("&>")),
            Operator("not_gt", one, _infix("&<")),
            Operator("adjacent_to", one, _infix("-|-")),
        )
    },
    "hstore": {
        operator.name: operator
        for operator in (
            Operator("contains", one, _infix("@>")),
            Operator("contained_by", one, _infix("<@")),
            Operator("has_key", _as_text, _infix("?"), text=False),
            Operator("has_keys", _keys, _cast("?&", "::text[]"), text=False),
            Operator("has_any_keys", _keys, _cast("?|", "::text[]"), text=False),
        )
    },
    "network": {
        operator.name: operator
        for operator in (
            Operator("net_contained", one, _infix("<<")),
            Operator("net_contained_or_equal", one, _infix("<<=")),
            Operator("net_contains", one, _infix(">>")),
            Operator("net_contains_or_equals", one, _infix(">>=")),
            Operator("net_overlaps", one, _infix("&&")),
        )
    },
}
_BY_FAMILY["multirange"] = _BY_FAMILY["range"]
