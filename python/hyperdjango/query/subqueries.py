"""Subqueries: a queryset inside of another one's statement."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.conditions import Condition
from hyperdjango.query.expressions import Expression, F
from hyperdjango.query.scope import Scope as Inner
from hyperdjango.query.selection import Selection
from hyperdjango.query.writer import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.query.expressions import Value
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
        from hyperdjango.query.expressions import checked_type

        self.state: State = queryset._state
        self.db_type = None if db_type is None else checked_type(db_type)

    @property
    def is_aggregate(self) -> bool:
        return False

    def rows(self, scope: Scope) -> str:
        """The rows, for IN."""
        return f"({self._write(self._of_one_column(), scope)})"

    def sql(self, scope: Scope) -> str:
        state = self._of_one_column()
        selection = Selection(state)
        text = f"({self._write(state, scope, selection)})"
        if len(selection.names) != 1:
            raise FieldError(
                f"a {type(self).__name__} has one value, and its queryset has "
                f"{', '.join(selection.names)}; say values('…') with one name"
            )
        return text

    def _write(
        self, state: State, scope: Scope, selection: Selection | None = None
    ) -> str:
        from hyperdjango.query import select

        return select.write(state, scope.writer, scope, None, selection)

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

    def _value(self, scope: Scope) -> tuple[Expression, Scope] | None:
        """The value, and the scope that it belongs to."""
        state = self._of_one_column()
        if state.combined:
            state = state.combined[0][1]
        if not state.values:
            return None
        first = state.values[0]
        one = first[1] if isinstance(first, tuple) else F(first)
        return one, Inner(
            state.model, Writer(), scope, state.annotations, scope.columns
        )

    def python_type(self, scope: Scope) -> type[Any] | None:
        if self.db_type is not None:
            return super().python_type(scope)
        found = self._value(scope)
        return None if found is None else found[0].python_type(found[1])

    def type_name(self, scope: Scope) -> str | None:
        found = self._value(scope)
        if self.db_type is not None or found is None:
            return self.db_type
        return found[0].type_name(found[1])

    def is_text_form(self, scope: Scope) -> bool:
        found = self._value(scope)
        return found is not None and found[0].is_text_form(found[1])

    def plain_values(self, scope: Scope) -> Iterator[Value]:
        found = self._value(scope)
        if self.db_type is None and found is not None:
            yield from found[0].plain_values(found[1])


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

    def type_name(self, scope: Scope) -> str | None:
        kind = super().type_name(scope)
        return None if kind is None else f"{kind}[]"

    def is_text_form(self, scope: Scope) -> bool:
        # A list of values, each as it is read alone.
        return False
