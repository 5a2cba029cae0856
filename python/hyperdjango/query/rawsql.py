"""SQL of your own as a part of a query: ``RawSQL("total + $1", (5,))``."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.expressions import Expression, checked_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import Scope


class RawSQL(Expression):
    """SQL of your own, with ``$1``, ``$2`` … for its parameters.

    The text goes into the statement as it is: values belong into the parameters, never into it.

    Django documentation, "Query Expressions", ``RawSQL``.
    """

    def __init__(
        self, sql: str, parameters: tuple[Any, ...] = (), db_type: str | None = None
    ) -> None:
        self.text = sql
        self.parameters = tuple(parameters)
        self.db_type = None if db_type is None else checked_type(db_type)

    def sql(self, scope: Scope) -> str:
        return f"({numbered(self.text, self.parameters, scope)})"


def numbered(sql: str, parameters: tuple[Any, ...], scope: Scope) -> str:
    """A piece of SQL with its own parameter numbers, as a part of a statement."""
    import re

    places = [scope.writer.parameter(value) for value in parameters]

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(places):
            raise FieldError(
                f"{sql!r} has ${number}, and {len(places)} parameters were given"
            )
        return places[number - 1]

    return re.sub(r"\$(\d+)", place, sql)
