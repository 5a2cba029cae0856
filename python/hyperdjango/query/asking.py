"""Asking: which rows of a model a queryset is about, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hyperdjango.errors import FieldError
from hyperdjango.query import select as selects
from hyperdjango.query.conditions import All, Any_, Not, Q
from hyperdjango.query.expressions import Expression, F, expression
from hyperdjango.query.state import Lock, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Self

    from hyperdjango.database import Database
    from hyperdjango.query.conditions import Condition

Row_co = TypeVar("Row_co", covariant=True)


class Asking(Generic[Row_co]):
    """The methods of a queryset that choose rows and their order."""

    __slots__ = ()
    _state: State

    def _made(self, state: State) -> Self:
        """A queryset that asks for something else."""
        raise NotImplementedError

    def _with(self, **changes: Any) -> Self:
        state = self._state.copy()
        for name, value in changes.items():
            setattr(state, name, value)
        return self._made(state)

    def all(self) -> Self:
        """The same rows: a queryset as it stands.

        Returns:
            A queryset, whose ``await`` gives the list.
        """
        return self._with()

    def filter(self, *conditions: Any, **lookups: Any) -> Self:
        """The rows for which every condition holds.

        Arguments:
            *conditions: ``Q``, ``Exists`` and other conditions.
            **lookups: a field, a relation's field or an annotation, and how it is compared:
                ``status="paid"``, ``total__gt=100``, ``user__email__icontains="ada"``.

        Raises:
            FieldError: there is no such field or lookup; the message names the nearest.
            FieldValueError: a value can't become the field's type.

        Conditions of one call that go over a relation to many rows are about the same of these rows;
        those of another call may be about another one, as in Django.

        Django documentation, "QuerySet API reference", ``filter()``, "Field lookups".
        """
        return self._narrowed(Q(*conditions, **lookups), False)

    def exclude(self, *conditions: Any, **lookups: Any) -> Self:
        """The rows that ``filter`` with the same conditions leaves out.

        Rows for which a condition is neither true nor false, because a value is NULL, are among them.
        Across a relation to many rows, a row is left out if one of these rows fulfils all conditions.

        Django documentation, "QuerySet API reference", ``exclude()``.
        """
        return self._narrowed(Q(*conditions, **lookups), True)

    def _narrowed(self, condition: Q, negated: bool) -> Self:
        state = self._state
        if state.is_sliced:
            raise FieldError(
                "a slice can't be filtered any further; filter before slicing"
            )
        if state.combined:
            raise FieldError(
                "combined querysets can't be filtered; filter each of them before combining"
            )
        if not condition.parts:
            return self._with()
        # Mistakes are told here, where the line is that made them.
        if state.annotations or condition.key(state.model, []) is None:
            check(state, condition)
        made = state.copy()
        made.groups += 1
        made.where = (
            *state.where,
            (made.groups, Not(condition) if negated else condition),
        )
        return self._made(made)

    def order_by(self, *names: str | Expression) -> Self:
        """The rows in an order; it replaces any order asked for before.

        Arguments:
            *names: names of fields and annotations, with a minus for the largest first; ``"?"`` for
                an order by chance; or expressions, ``F("name").desc(nulls_last=True)``. None at all
                means no order.

        Django documentation, "QuerySet API reference", ``order_by()``.
        """
        if self._state.is_sliced:
            raise FieldError(
                "a slice can't be put into another order; order before slicing"
            )
        for name in names:
            if isinstance(name, str) and name != "?":
                if not self._state.combined:
                    self._check_name(name.lstrip("-+"))
            elif isinstance(name, Expression):
                check(self._state, name)
            elif not isinstance(name, str):
                raise FieldError(
                    f"order_by() takes names and expressions, not a {type(name).__name__}"
                )
        return self._with(order=names, reverse=False)

    def reverse(self) -> Self:
        """The rows in the opposite order."""
        if self._state.is_sliced:
            raise FieldError("a slice can't be turned round; reverse before slicing")
        return self._with(reverse=not self._state.reverse)

    def distinct(self, *names: str) -> Self:
        """The rows without those that are equal; with names, the first row for each of their values.

        Django documentation, "QuerySet API reference", ``distinct()``; PostgreSQL documentation,
        "SELECT", DISTINCT ON.
        """
        self._check_single("distinct")
        if self._state.is_sliced:
            raise FieldError(
                "a slice can't be made distinct; say distinct() before slicing"
            )
        for name in names:
            self._check_name(name)
        return self._with(distinct=names or True)

    def _check_single(self, method: str) -> None:
        if self._state.combined:
            raise FieldError(
                f"combined querysets have no {method}(); say it of each before combining"
            )

    def select_for_update(
        self,
        nowait: bool = False,
        skip_locked: bool = False,
        of: Sequence[str] = (),
        no_key: bool = False,
    ) -> Self:
        """The rows, locked until the transaction ends.

        Arguments:
            nowait: bool, whether a row that is locked is an error (``LockNotAvailable``).
            skip_locked: bool, whether rows that are locked are passed over.
            of: names of relations of ``select_related`` whose rows are locked, and ``"self"``.
            no_key: bool, whether others may go on referring to the rows.

        Raises:
            InterfaceError: when it is awaited outside of a transaction.

        Django documentation, "QuerySet API reference", ``select_for_update()``; PostgreSQL
        documentation, "SELECT", "The Locking Clause".
        """
        self._check_single("select_for_update")
        if nowait and skip_locked:
            raise FieldError("nowait and skip_locked exclude each other")
        wait = " NOWAIT" if nowait else " SKIP LOCKED" if skip_locked else ""
        strength = "NO KEY UPDATE" if no_key else "UPDATE"
        return self._with(lock=Lock(strength, wait, tuple(of)))

    def union(self, *others: Asking[Any], all: bool = False) -> Self:
        """The rows of this and of other querysets; equal ones once, unless ``all=True``."""
        return self._combined("UNION ALL" if all else "UNION", others)

    def intersection(self, *others: Asking[Any]) -> Self:
        """The rows that this and all other querysets have."""
        return self._combined("INTERSECT", others)

    def difference(self, *others: Asking[Any]) -> Self:
        """The rows that the other querysets do not have."""
        return self._combined("EXCEPT", others)

    def _combined(self, word: str, others: Sequence[Asking[Any]]) -> Self:
        for one in (self, *others):
            if not isinstance(one, Asking):
                raise FieldError(
                    f"a {type(one).__name__} can't be combined with a queryset"
                )
            if one._state.lock is not None:
                raise FieldError("rows of combined querysets can't be locked")
        # What was asked of this one stays its own; what is asked from now on is about all.
        state = self._state.copy()
        state.order, state.reverse, state.distinct = (), False, False
        state.low, state.high = 0, None
        state.nothing = False
        state.combined = (
            ("", self._state),
            *((word, other._state) for other in others),
        )
        return self._made(state) if others else self._with()

    def __and__(self, other: Asking[Any]) -> Self:
        """The rows that are among both, by the conditions of both."""
        state, conditions = self._joined(other)
        if other._state.nothing:
            return self.none()
        state.groups += 1
        state.where = (*state.where, (state.groups, conditions[1]))
        return self._made(state)

    def __or__(self, other: Asking[Any]) -> Self:
        """The rows that are among either, by the conditions of either."""
        state, conditions = self._joined(other)
        if self._state.nothing:
            state.nothing = other._state.nothing
            conditions = (conditions[1], conditions[1])
        elif other._state.nothing:
            return self._with()
        state.groups += 1
        state.where = ((state.groups, Any_(conditions)),)
        return self._made(state)

    def _joined(self, other: Asking[Any]) -> tuple[State, tuple[Condition, Condition]]:
        """What both querysets ask for, to be put together."""
        if not isinstance(other, Asking) or other._state.model is not self._state.model:
            raise FieldError("& and | take two querysets of the same model")
        for one in (self, other):
            if one._state.is_sliced or one._state.combined or one._state.distinct:
                raise FieldError(
                    "& and | take querysets that are not sliced, distinct or combined; use union()"
                )
        both = (self._state, other._state)
        if both[0].annotations is not both[1].annotations:
            raise FieldError(
                "& and | take querysets with the same annotations; annotate the result"
            )
        left, right = (
            All(tuple(condition for _, condition in state.where)) for state in both
        )
        return self._state.copy(), (left, right)

    def none(self) -> Self:
        """No rows."""
        return self._with(nothing=True)

    def using(self, database: Database | str | None) -> Self:
        """The rows of another database.

        Arguments:
            database: Database | str | None, it, or its name; None is the model's usual one.

        Raises:
            FieldError: it is none of these.
        """
        from hyperdjango.database import Database

        if database is not None and not isinstance(database, (str, Database)):
            raise FieldError(
                f"using() takes a Database, its name or None, not a {type(database).__name__}"
            )
        return self._with(using=database)

    def _check_name(self, name: str) -> None:
        """Refuse what is neither a field nor an annotation."""
        from hyperdjango.query.scope import Scope
        from hyperdjango.query.writer import Writer

        state = self._state
        if name in state.annotations or name in state.model._meta.by_name:
            return
        scope = Scope(state.model, Writer(), None, state.annotations)
        scope.checking = True
        F(name).side(scope)

    def __getitem__(self, part: slice) -> Self:
        """A part of the rows: ``order_by("id")[:10]``.

        Raises:
            TypeError: it is no slice: a single row must be awaited, ``await ….first()``.
            ValueError: it counts from the end, or has a step.

        Django documentation, "Making queries", "Limiting QuerySets".
        """
        if not isinstance(part, slice):
            raise TypeError(
                "a row can't be had without awaiting it: await queryset[3:4].get(), or await "
                "queryset.first()"
            )
        if part.step is not None:
            raise ValueError("a slice of a queryset has no step")
        low = 0 if part.start is None else int(part.start)
        high = None if part.stop is None else int(part.stop)
        if low < 0 or (high is not None and high < 0):
            raise ValueError(
                "a slice of a queryset counts from the beginning; turn the order round: reverse()[:n]"
            )
        state = self._state.copy()
        start = state.low + low
        end = None if high is None else state.low + high
        if state.high is not None:
            end = state.high if end is None else min(end, state.high)
            start = min(start, state.high)
        state.low, state.high = start, end if end is None else max(start, end)
        return self._made(state)


def check(state: State, one: Expression) -> None:
    """Refuse an expression with a name or a value that can't be."""
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.writer import Writer

    scope = Scope(state.model, Writer(), None, state.annotations)
    scope.checking = True
    one.sql(scope)


def named(
    expressions: Iterable[Expression], named: dict[str, Any]
) -> dict[str, Expression]:
    """Expressions by the names that they have or are given.

    Raises:
        FieldError: something is no expression, or a name is none.
    """
    found: dict[str, Expression] = {}
    for one in expressions:
        if not isinstance(one, Expression):
            raise FieldError(
                f"a {type(one).__name__} is no expression; give it a name: name=F('…') or name=Value(…)"
            )
        found[one.default_name()] = one
    for name, value in named.items():
        if not name or "\0" in name:
            raise FieldError(f"{name!r} is no name of a value")
        if name in found:
            raise FieldError(f"two expressions are called {name!r}")
        found[name] = expression(value)
    return found


def described(conditions: tuple[Any, ...], lookups: dict[str, Any]) -> str:
    """What was asked for, without its values, which may be secret."""
    names = [*lookups, *("the given conditions" for _ in conditions[:1])]
    return "the given " + ", ".join(names) if lookups else " and ".join(names)


def named_tuple(state: State) -> Any:
    """The class of tuples with the names of a queryset's values."""
    from collections import namedtuple

    from hyperdjango.query.selection import Selection
    from hyperdjango.query.writer import Writer

    selection = Selection(state)
    selects.write(state, Writer(), None, None, selection)
    made: Any = namedtuple("Row", selection.result_names())  # type: ignore[misc]
    return made
