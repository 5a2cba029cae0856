"""Shaping: what is fetched of the rows that a queryset is about, and what is computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from hyperdjango.errors import FieldError
from hyperdjango.query.asking import Asking, check
from hyperdjango.query.asking import named as named_expressions
from hyperdjango.query.expressions import Expression, F
from hyperdjango.query.grouping import has_window, involves, is_aggregated
from hyperdjango.query.links import link
from hyperdjango.query.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from typing import Any, Literal, Self

    from hyperdjango.models.model import Model
    from hyperdjango.query.queryset import QuerySet
    from hyperdjango.query.related import Prefetch

Row_co = TypeVar("Row_co", covariant=True)


class Shaping(Asking[Row_co]):
    """The methods of a queryset that say what is fetched of its rows."""

    __slots__ = ()

    def annotate(self, *expressions: Expression, **named: Any) -> Self:
        """The rows with computed values as attributes.

        Arguments:
            *expressions: aggregates of a field, named after it: ``Count("order_item_set")`` is
                ``order_item_set__count``.
            **named: expressions by the names that they get.

        Raises:
            FieldError: a name is taken by a field or relation.

        Django documentation, "QuerySet API reference", ``annotate()``.
        """
        return self._annotated(named_expressions(expressions, named), hidden=False)

    def _annotated(self, found: dict[str, Expression], *, hidden: bool) -> Self:
        before = self._state
        if before.combined:
            raise FieldError(
                "combined querysets can't be annotated; annotate each of them before combining"
            )
        state = before.copy()
        annotations = dict(state.annotations)
        annotated_at = dict(state.annotated_at)
        for name, one in found.items():
            model = state.model
            if name in model._meta.attributes or hasattr(model, name):
                raise FieldError(
                    f"{model.__name__} has {name!r} itself; give the annotation another name"
                )
            if link(model, name) is not None:
                raise FieldError(
                    f"{model.__name__} has a relation {name!r}; give the annotation another name"
                )
            if name in annotations:
                _check_replaceable(before, name, found)
            # It may name annotations before it, and never itself.
            check(state, one)
            annotations = {**annotations, name: one}
            annotated_at[name] = state.groups
            state.annotations = annotations
        state.annotated_at = annotated_at
        if state.grouped is None and any(
            is_aggregated(one, annotations) for one in found.values()
        ):
            state.grouped = True
            if state.values is not None:
                shown = [
                    name
                    for name, one in before.annotations.items()
                    if name not in before.hidden and not has_window(one, annotations)
                ]
                state.grouped = tuple(dict.fromkeys((*state.values, *shown)))
        if hidden:
            state.hidden = state.hidden | set(found)
        else:
            state.hidden = state.hidden - set(found)
        return self._made(state)

    def alias(self, *expressions: Expression, **named: Any) -> Self:
        """Computed values for conditions and orders that are not fetched themselves.

        Django documentation, "QuerySet API reference", ``alias()``.
        """
        return self._annotated(named_expressions(expressions, named), hidden=True)

    def select_related(self, *relations: str | None) -> Self:
        """The rows together with those that they refer to, in one statement.

        Arguments:
            *relations: names of relations to one row, ``"user"``, ``"user__country"``; none means
                every relation whose row is always there and whose table has a model; None takes all
                back.

        Django documentation, "QuerySet API reference", ``select_related()``.
        """
        from hyperdjango.query.selection import check_related

        if relations == (None,):
            return self._with(related=())
        names = tuple(name for name in relations if name is not None)
        for name in names:
            check_related(self._state.model, name)
        if not names:
            return self._with(related=None)
        before = self._state.related or ()
        return self._with(related=tuple(dict.fromkeys((*before, *names))))

    def prefetch_related(self, *lookups: str | Prefetch | None) -> Self:
        """The rows together with all rows of relations, in one statement for each relation.

        Arguments:
            *lookups: names of relations, ``"order_item_set"``, ``"order_item_set__product"``, or
                ``Prefetch`` objects; None takes all back.

        Raises:
            FieldError: there is no such relation, or the model has what ``to_attr`` names.

        Django documentation, "QuerySet API reference", ``prefetch_related()``.
        """
        from hyperdjango.query.related import prefetches

        if lookups == (None,):
            return self._with(prefetch=())
        made = prefetches(self._state.model, lookups)
        for one in made:
            if one.to_attr is not None:
                _check_attribute(self._state.model, one.lookup, one.to_attr)
        return self._with(prefetch=(*self._state.prefetch, *made))

    def only(self, *names: str) -> Self:
        """The rows with these fields alone, and the primary key; reading another one raises.

        Django documentation, "QuerySet API reference", ``only()``.
        """
        self._check_single("only")
        for name in names:
            self._check_name(name)
        return self._with(only=names, deferred=())

    def defer(self, *names: str | None) -> Self:
        """The rows without these fields; reading one raises.

        Django documentation, "QuerySet API reference", ``defer()``.
        """
        if names == (None,):
            return self._with(only=None, deferred=())
        wanted = tuple(name for name in names if name is not None)
        for name in wanted:
            self._check_name(name)
        if self._state.only is not None:
            left = tuple(name for name in self._state.only if name not in wanted)
            return self._with(only=left)
        return self._with(deferred=(*self._state.deferred, *wanted))

    def values(self, *names: str, **named: Any) -> QuerySet[dict[str, Any]]:
        """The rows as dicts.

        Arguments:
            *names: fields, relations' fields and annotations; none means all fields and annotations.
            **named: expressions by the names that they get.

        An aggregate that is annotated afterwards is computed for each combination of these values.

        Django documentation, "QuerySet API reference", ``values()``.
        """
        return self._valued("dicts", names, named)

    def dates(self, name: str, kind: str, order: str = "ASC") -> QuerySet[date]:
        """The different years, months, weeks or days in which a field has values.

        Arguments:
            name: str, a field of dates or moments, which count in UTC.
            kind: str, ``"year"``, ``"month"``, ``"week"`` or ``"day"``.
            order: str, ``"ASC"`` or ``"DESC"``.

        Django documentation, "QuerySet API reference", ``dates()``.
        """
        from hyperdjango.query.expressions import Cast
        from hyperdjango.query.functions import Trunc

        if kind not in ("year", "month", "week", "day"):
            raise FieldError(f"dates() has no {kind!r}: year, month, week or day")
        return self._periods(name, Cast(Trunc(name, kind), "date"), order)

    def datetimes(self, name: str, kind: str, order: str = "ASC") -> QuerySet[datetime]:
        """The different hours, days, months … in which a field has values, in UTC.

        Arguments:
            name: str, a field of moments.
            kind: str, ``"year"``, ``"month"``, ``"week"``, ``"day"``, ``"hour"``, ``"minute"`` or ``"second"``.
            order: str, ``"ASC"`` or ``"DESC"``.

        Django documentation, "QuerySet API reference", ``datetimes()``.
        """
        from hyperdjango.query.functions import Trunc

        kinds = ("year", "month", "week", "day", "hour", "minute", "second")
        if kind not in kinds:
            raise FieldError(f"datetimes() has no {kind!r}: {', '.join(kinds)}")
        return self._periods(name, Trunc(name, kind), order)

    def _periods(self, name: str, period: Expression, order: str) -> QuerySet[Any]:
        if order not in ("ASC", "DESC"):
            raise FieldError(f"the order is 'ASC' or 'DESC', not {order!r}")
        asked: Any = self.filter(**{f"{name}__isnull": False})
        made: QuerySet[Any] = asked._valued("flat", (), {"the_period": period})
        return made.distinct().order_by(f"{'-' if order == 'DESC' else ''}the_period")

    @overload
    def values_list(
        self, *names: str | Expression, flat: Literal[True]
    ) -> QuerySet[Any]: ...
    @overload
    def values_list(
        self, *names: str | Expression, flat: bool = False, named: bool = False
    ) -> QuerySet[tuple[Any, ...]]: ...
    def values_list(
        self, *names: str | Expression, flat: bool = False, named: bool = False
    ) -> QuerySet[Any]:
        """The rows as tuples, or with ``flat=True`` the values of one column.

        Arguments:
            *names: fields, relations' fields, annotations and expressions; none means all.
            flat: bool, whether single values are wanted instead of tuples.
            named: bool, whether the tuples have names.

        Django documentation, "QuerySet API reference", ``values_list()``.
        """
        if flat and len(names) != 1:
            raise FieldError("values_list(…, flat=True) takes the name of one column")
        if flat and named:
            raise FieldError("flat and named exclude each other")
        shape = "flat" if flat else "named" if named else "tuples"
        return self._valued(shape, names, {})

    def _valued(
        self, shape: str, names: Sequence[str | Expression], named: dict[str, Any]
    ) -> QuerySet[Any]:
        state = self._state.copy()
        if state.combined:
            # Each of them gives these values.
            state.combined = tuple(
                (word, queryset_of(one)._valued(shape, names, named)._state)
                for word, one in state.combined
            )
            first = state.combined[0][1]
            state.shape, state.values = shape, first.values
            state.hidden, state.related = first.hidden, ()
            return queryset_of(state)
        values: list[str | tuple[str, Expression]] = []
        for position, name in enumerate(names):
            if isinstance(name, str):
                self._check_name(name)
                values.append(name)
            else:
                try:
                    label = name.default_name()
                except FieldError:
                    label = f"{type(name).__name__.lower()}{position + 1}"
                check(state, name)
                values.append((label, name))
        for label, one in named_expressions((), named).items():
            if label in state.model._meta.attributes or hasattr(state.model, label):
                # It hides what the model has for this result alone.
                check(state, one)
                values.append((label, one))
            else:
                # What has a name can be ordered by.
                state = self._made(state)._annotated({label: one}, hidden=True)._state
                values.append(label)
        computed = [
            one
            for one in values
            if is_aggregated(_meant(one, state.annotations), state.annotations)
        ]
        if computed and self._state.grouped is None:
            # An aggregate among the values is for each combination of the others.
            state.grouped = tuple(one for one in values if one not in computed)
        state.shape = shape
        state.values = tuple(values) or None
        if values:
            state.hidden = frozenset(state.annotations)
        state.related = ()
        return queryset_of(state)


def _check_attribute(model: type[Model], lookup: str, name: str) -> None:
    """Refuse an attribute for prefetched rows that the model before the last relation has itself."""
    *before, _ = lookup.split("__")
    for relation in before:
        hop = link(model, relation)
        assert hop is not None
        model = hop.target
    if name in model._meta.by_name:
        kind = "field"
    elif name in model._meta.attributes or link(model, name) is not None:
        kind = "relation"
    elif hasattr(model, name):
        kind = "method or attribute"
    else:
        return
    raise FieldError(
        f"Prefetch({lookup!r}, to_attr={name!r}): {model.__name__} has a {kind} {name!r} itself, which the "
        "rows would hide; give them another name"
    )


def _meant(
    value: str | tuple[str, Expression], annotations: Mapping[str, Expression]
) -> Expression:
    """The expression of an entry of values()."""
    if isinstance(value, tuple):
        return value[1]
    return annotations[value] if value in annotations else F(value)


def _check_replaceable(state: State, name: str, found: dict[str, Expression]) -> None:
    """Refuse to give an annotation another meaning where the old one is used."""
    others = {key: one for key, one in state.annotations.items() if key != name}
    used = [condition for _, condition in state.where]
    used_by = [*others.values(), *used, found[name]]
    known = {name: state.annotations[name]}
    if any(
        involves(one, known, lambda part: part is known[name]) for one in used_by
    ) or any(part == name or part == f"-{name}" for part in state.order):
        raise FieldError(
            f"{name!r} is annotated already, and used; give the new annotation another name"
        )


def queryset_of(state: State) -> QuerySet[Any]:
    """A queryset that asks for this."""
    from hyperdjango.query.queryset import QuerySet

    return QuerySet(state)
