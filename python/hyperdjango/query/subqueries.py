"""Subqueries: a queryset inside of another one's statement."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.conditions import Condition
from hyperdjango.query.expressions import Expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.state import State


class Subquery(Expression):
    """The value that a queryset of one column and one row gives.

    Arguments:
        queryset: QuerySet, with ``values("one_name")`` and usually ``[:1]``; ``OuterRef`` in it names
            fields of the query around it.
        db_type: str | None, the type of its value, where lookups are to know it.

    Django documentation, "Query Expressions", ``Subquery()``.
    """

    def __init__(self, queryset: QuerySet[Any], db_type: str | None = None) -> None:
        self.state: State = queryset._state
        self.db_type = db_type

    @property
    def is_aggregate(self) -> bool:
        return False

    def rows(self, scope: Scope) -> str:
        """The rows, for IN."""
        return f"({self._write(self._of_one_column(), scope)})"

    def sql(self, scope: Scope) -> str:
        return f"({self._write(self._of_one_column(), scope)})"

    def _write(self, state: State, scope: Scope) -> str:
        from hyperdjango.query import select

        return select.write(state, scope.writer, scope)

    def _of_one_column(self) -> State:
        """A queryset of instances stands for their keys."""
        state = self.state
        if state.shape != "models":
            return state
        key = state.model._meta.primary_key
        if not key:
            raise FieldError(
                f"{state.model.__name__} has no primary key to compare with; say values('…')"
            )
        made = state.copy()
        made.values = tuple(field.name for field in key)
        made.shape = "tuples"
        made.hidden = frozenset(made.annotations)
        made.related = ()
        made.only, made.deferred = None, ()
        return made

    def python_type(self, scope: Scope) -> type[Any] | None:
        from hyperdjango.query.expressions import F
        from hyperdjango.query.scope import Scope as Inner
        from hyperdjango.query.writer import Writer

        state = self._of_one_column()
        if not state.values:
            return None
        first = state.values[0]
        one = first[1] if isinstance(first, tuple) else F(first)
        inner = Inner(state.model, Writer(), scope, state.annotations)
        return one.python_type(inner)

    def is_text_form(self, scope: Scope) -> bool:
        from hyperdjango.query.expressions import F
        from hyperdjango.query.scope import Scope as Inner
        from hyperdjango.query.writer import Writer

        state = self._of_one_column()
        if not state.values:
            return False
        first = state.values[0]
        one = first[1] if isinstance(first, tuple) else F(first)
        return one.is_text_form(Inner(state.model, Writer(), scope, state.annotations))


class Exists(Condition):
    """Whether a queryset has a row: ``Exists(OrderItem.objects.filter(order_id=OuterRef("id")))``.

    Django documentation, "Query Expressions", ``Exists()``.
    """

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.state: State = queryset._state

    @property
    def is_aggregate(self) -> bool:
        return False

    def write(self, scope: Scope) -> tuple[str, bool]:
        from hyperdjango.query import select

        return f"EXISTS ({select.any_row(self.state, scope.writer, scope)})", False


class ArraySubquery(Subquery):
    """The values that a queryset of one column gives, as an array.

    Django documentation, "PostgreSQL specific query expressions", ``ArraySubquery()``.
    """

    def sql(self, scope: Scope) -> str:
        return f"ARRAY{super().sql(scope)}"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return list
