"""Functions of values of any type: ``Coalesce``, ``Greatest``, ``Least``, ``NullIf``, and JSON made of values."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.arithmetic import alike, widest
from hyperdjango.query.expressions import Expression, Func, expression
from hyperdjango.quoting import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.query.expressions import Value
    from hyperdjango.query.scope import Scope


class Choice(Func):
    """A function that gives one of its arguments."""

    def __init__(self, *arguments: Any) -> None:
        if len(arguments) < 2:
            raise FieldError(f"{type(self).__name__}() takes two expressions or more")
        super().__init__(*arguments)

    def sql(self, scope: Scope) -> str:
        made = alike(self.arguments, scope)
        return f"{self.function}({', '.join(one.sql(scope) for one in made)})"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return widest(one.python_type(scope) for one in alike(self.arguments, scope))

    def type_name(self, scope: Scope) -> str | None:
        known = (one.type_name(scope) for one in self.arguments)
        return next((one for one in known if one), None)

    def is_text_form(self, scope: Scope) -> bool:
        return any(one.is_text_form(scope) for one in self.arguments)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        for one in self.arguments:
            yield from one.plain_values(scope)


class Coalesce(Choice):
    """The first of the values that is not NULL.

    Django documentation, "Database Functions", ``Coalesce``.
    """

    function = "COALESCE"


class Greatest(Choice):
    """The largest of the values that are not NULL.

    Django documentation, "Database Functions", ``Greatest``.
    """

    function = "GREATEST"


class Least(Choice):
    """The smallest of the values that are not NULL.

    Django documentation, "Database Functions", ``Least``.
    """

    function = "LEAST"


class NullIf(Choice):
    """The first value, or NULL where it equals the second.

    Django documentation, "Database Functions", ``NullIf``.
    """

    function = "NULLIF"

    def __init__(self, argument: Any, other: Any) -> None:
        super().__init__(argument, other)


class JSONObject(Func):
    """An object of JSON: ``JSONObject(name="name", size=F("traits__size"))``.

    Arguments:
        **values: expressions or names of fields, by the keys that they get.

    Django documentation, "Database Functions", ``JSONObject``.
    """

    result: type[Any] | None = dict

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self.keys = tuple(values)
        self.arguments = tuple(expression(value) for value in values.values())

    def sql(self, scope: Scope) -> str:
        parts = [
            f"{literal(key)}::text, {value.sql(scope)}"
            for key, value in zip(self.keys, self.arguments, strict=True)
        ]
        return f"jsonb_build_object({', '.join(parts)})"

    def type_name(self, scope: Scope) -> str | None:
        return "jsonb"


class JSONArray(Func):
    """An array of JSON: ``JSONArray("name", "price")``.

    Arguments:
        *arguments: expressions or names of fields.

    Django documentation, "Database Functions", ``JSONArray``.
    """

    function = "jsonb_build_array"
    result: type[Any] | None = dict
    apart = True

    def type_name(self, scope: Scope) -> str | None:
        return "jsonb"


class KeyTransform(Func):
    """A member of a value of JSON, as JSON.

    Arguments:
        key: str | int, a key, or the place in an array.
        argument: an expression or the name of a field.

    Django documentation, "Querying JSONField", ``KT()``.
    """

    operator = "->"
    result: type[Any] | None = dict

    def __init__(self, key: str | int, argument: Any) -> None:
        super().__init__(argument)
        self.key = key

    def sql(self, scope: Scope) -> str:
        key = str(int(self.key)) if isinstance(self.key, int) else literal(self.key)
        return f"({self.arguments[0].sql(scope)} {self.operator} {key})"

    def type_name(self, scope: Scope) -> str | None:
        return "jsonb"


class KeyTextTransform(KeyTransform):
    """A member of a value of JSON, as text.

    Arguments:
        key: str | int, a key, or the place in an array.
        argument: an expression or the name of a field.
    """

    operator = "->>"
    result: type[Any] | None = str

    def type_name(self, scope: Scope) -> str | None:
        return "text"


def KT(path: str) -> Expression:
    """The text at a path into a column of JSON: ``KT("traits__deep__list__0")``.

    Arguments:
        path: str, the field, then keys or places in arrays.

    Django documentation, "Querying JSONField", ``KT()``.
    """
    name, *keys = path.split("__")
    if not keys:
        raise FieldError("KT() takes the path to a key: KT('traits__colour')")
    one: Any = name
    for key in keys[:-1]:
        one = KeyTransform(int(key) if key.isdecimal() else key, one)
    last = keys[-1]
    return KeyTextTransform(int(last) if last.isdecimal() else last, one)
