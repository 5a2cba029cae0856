"""Choices by conditions: ``Case(When(total__gt=100, then=Value("large")), default=Value("small"))``."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.arithmetic import alike, widest
from hyperdjango.query.expressions import Expression, checked_type, expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.query.expressions import Value
    from hyperdjango.query.scope import Scope


class When(Expression):
    """A branch of a ``Case``: ``When(total__gt=100, then=Value("large"))``.

    Django documentation, "Conditional Expressions", ``When``.
    """

    def __init__(self, condition: Any = None, then: Any = None, **lookups: Any) -> None:
        from hyperdjango.query.conditions import Q, condition_of

        if condition is None and not lookups:
            raise FieldError("When() needs a condition: When(total__gt=100, then=…)")
        if lookups:
            condition = Q(**lookups) if condition is None else condition & Q(**lookups)
        self.condition = condition_of(condition)
        self.then = expression(then)

    def children(self) -> tuple[Expression, ...]:
        return self.condition, self.then

    def sql(self, scope: Scope) -> str:
        return f"WHEN {self.condition.sql(scope)} THEN {self.then.sql(scope)}"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self.then.python_type(scope)

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        return self.then.plain_values(scope)


class Case(Expression):
    """The first branch whose condition holds, or else ``default``.

    Django documentation, "Conditional Expressions", ``Case``.
    """

    def __init__(
        self, *cases: When, default: Any = None, db_type: str | None = None
    ) -> None:
        if not cases or not all(isinstance(case, When) for case in cases):
            raise FieldError("Case() takes When() objects, and default=")
        self.cases = cases
        # Text is a name here, as in Django: Value("…") is text.
        self.default = expression(default)
        if db_type is not None:
            self.db_type = checked_type(db_type)

    def children(self) -> tuple[Expression, ...]:
        return (*self.cases, self.default)

    def sql(self, scope: Scope) -> str:
        *values, default = alike(
            (*(case.then for case in self.cases), self.default), scope
        )
        branches = " ".join(
            f"WHEN {case.condition.sql(scope)} THEN {value.sql(scope)}"
            for case, value in zip(self.cases, values, strict=True)
        )
        sql = f"CASE {branches} ELSE {default.sql(scope)} END"
        return f"({sql})::{self.db_type}" if self.db_type else sql

    def python_type(self, scope: Scope) -> type[Any] | None:
        if self.db_type is not None:
            return super().python_type(scope)
        made = alike((*(case.then for case in self.cases), self.default), scope)
        return widest(one.python_type(scope) for one in made)

    def type_name(self, scope: Scope) -> str | None:
        values = (*(case.then for case in self.cases), self.default)
        known = (one.type_name(scope) for one in values)
        return self.db_type or next((one for one in known if one), None)

    def is_text_form(self, scope: Scope) -> bool:
        return self.db_type is None and any(
            one.is_text_form(scope)
            for one in (*(case.then for case in self.cases), self.default)
        )

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        if self.db_type is None:
            for one in (*self.cases, self.default):
                yield from one.plain_values(scope)
