"""``QuerySet``: rows that are asked for step by step, and fetched when they are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, overload

from hyperdjango.errors import FieldError
from hyperdjango.query import execution, totals
from hyperdjango.query import select as selects
from hyperdjango.query.conditions import Not, Q
from hyperdjango.query.expressions import Expression, F, OrderBy, expression
from hyperdjango.query.grouping import has_window, involves, is_aggregated
from hyperdjango.query.links import link
from hyperdjango.query.state import Lock, State
from hyperdjango.query.writing import Writing

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Generator,
        Iterable,
        Mapping,
        Sequence,
    )
    from typing import Any, Literal, Self

    from hyperdjango.database import Database
    from hyperdjango.models.model import Model
    from hyperdjango.query.related import Prefetch

Row_co = TypeVar("Row_co", covariant=True)


class QuerySet(Writing[Row_co], Generic[Row_co]):
    """Rows of a model, asked for step by step: nothing is sent until it is awaited.

    Every method that narrows, orders or changes what is asked for gives another queryset and leaves
    this one as it is. ``await`` gives a list; ``async for`` goes through the rows; ``get``, ``first``,
    ``count`` and their like are awaited themselves. There is no order but what ``order_by`` asks for.

    Django documentation, "QuerySet API reference".
    """

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    # What is asked for ------------------------------------------------------------------------------

    def _made(self, state: State) -> Self:
        """A queryset that asks for something else."""
        made: Any = QuerySet(state)
        result: Self = made
        return result

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
        return self._annotated(_named(expressions, named), hidden=False)

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
        return self._annotated(_named(expressions, named), hidden=True)

    def select_related(self, *relations: str | None) -> Self:
        """The rows together with those that they refer to, in one statement.

        Arguments:
            *relations: names of relations to one row, ``"user"``, ``"user__country"``; none means
                every relation whose row is always there; None takes all back.

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

        Django documentation, "QuerySet API reference", ``prefetch_related()``.
        """
        from hyperdjango.query.related import prefetches

        if lookups == (None,):
            return self._with(prefetch=())
        made = prefetches(self._state.model, lookups)
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
                (word, _queryset(one)._valued(shape, names, named)._state)
                for word, one in state.combined
            )
            first = state.combined[0][1]
            state.shape, state.values = shape, first.values
            state.hidden, state.related = first.hidden, ()
            return QuerySet(state)
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
        for label, one in _named((), named).items():
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
        return QuerySet(state)

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

    def union(self, *others: QuerySet[Any], all: bool = False) -> Self:
        """The rows of this and of other querysets; equal ones once, unless ``all=True``."""
        return self._combined("UNION ALL" if all else "UNION", others)

    def intersection(self, *others: QuerySet[Any]) -> Self:
        """The rows that this and all other querysets have."""
        return self._combined("INTERSECT", others)

    def difference(self, *others: QuerySet[Any]) -> Self:
        """The rows that the other querysets do not have."""
        return self._combined("EXCEPT", others)

    def _combined(self, word: str, others: Sequence[QuerySet[Any]]) -> Self:
        for one in (self, *others):
            if not isinstance(one, QuerySet):
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

    def none(self) -> Self:
        """No rows."""
        return self._with(nothing=True)

    def using(self, database: Database | str | None) -> Self:
        """The rows of another database.

        Arguments:
            database: Database | str | None, it, or its name; None is the model's usual one.
        """
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

    # Slices -----------------------------------------------------------------------------------------

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

    # Evaluation -------------------------------------------------------------------------------------

    def __await__(self) -> Generator[Any, None, list[Row_co]]:
        return self._fetch().__await__()

    async def _fetch(self) -> list[Row_co]:
        state = self._state
        if state.lock is not None:
            await execution.check_transaction(state)
        rows = await execution.fetch(state)
        if state.shape == "named":
            made = named_tuple(state)
            return [made(*row) for row in rows]
        if state.prefetch:
            from hyperdjango.query.related import prefetch

            await prefetch(rows, state)
        result: list[Row_co] = rows
        return result

    async def __aiter__(self) -> AsyncIterator[Row_co]:
        for row in await self._fetch():
            yield row

    async def iterator(self, chunk_size: int = 2000) -> AsyncIterator[Row_co]:
        """The rows one by one, fetched piece by piece, so that they need not fit into memory.

        Arguments:
            chunk_size: int, how many rows are fetched at once.

        Django documentation, "QuerySet API reference", ``iterator()``.
        """
        state = self._state
        if state.lock is not None:
            await execution.check_transaction(state)
        if state.prefetch:
            from hyperdjango.query.related import prefetch

            chunk: list[Any] = []
            async for row in execution.stream(state, chunk_size):
                chunk.append(row)
                if len(chunk) == chunk_size:
                    await prefetch(chunk, state)
                    for one in chunk:
                        yield one
                    chunk = []
            await prefetch(chunk, state)
            for one in chunk:
                yield one
            return
        if state.shape == "named":
            made = named_tuple(state)
            async for values in execution.stream(state, chunk_size):
                yield made(*values)
            return
        async for row in execution.stream(state, chunk_size):
            yield row

    async def get(self, *conditions: Any, **lookups: Any) -> Row_co:
        """The one row for which every condition holds.

        Raises:
            DoesNotExist: there is none; the exception is the model's own.
            MultipleObjectsReturned: there are several.

        Django documentation, "QuerySet API reference", ``get()``.
        """
        asked = self.filter(*conditions, **lookups) if conditions or lookups else self
        state = asked._state
        if not state.combined and state.high is None:
            state = state.copy()
            state.high = state.low + 2
        return self._only(await self._made(state)._fetch(), conditions, lookups)

    def _only(
        self,
        rows: list[Row_co],
        conditions: tuple[Any, ...],
        lookups: dict[str, Any],
    ) -> Row_co:
        """The one row of a list.

        Raises:
            DoesNotExist: it is empty.
            MultipleObjectsReturned: there are several.
        """
        if len(rows) == 1:
            return rows[0]
        model = self._state.model
        if not rows:
            raise model.DoesNotExist(
                f"no {model.__name__} has {described(conditions, lookups)}"
                if conditions or lookups
                else f"there is no {model.__name__} here"
            )
        raise model.MultipleObjectsReturned(
            f"several {model.__name__} rows have {described(conditions, lookups)}; "
            "narrow the conditions, or take first()"
        )

    async def first(self) -> Row_co | None:
        """The first row, or None; by the primary key where no order was asked for."""
        state = self._state
        asked = self
        if not state.order and not state.is_sliced and not state.distinct:
            asked = self._by_key()
        rows = await asked[:1]._fetch()
        return rows[0] if rows else None

    async def last(self) -> Row_co | None:
        """The last row, or None; by the primary key where no order was asked for.

        Raises:
            FieldError: there is neither an order nor a primary key, or it is a slice.
        """
        if self._state.is_sliced:
            raise FieldError(
                "a slice has no last(); await it and take the last of its rows"
            )
        asked = self if self._state.order else self._by_key()
        if not asked._state.order:
            raise FieldError(
                f"{self._state.model.__name__} has no primary key, so that no row is the last; say "
                "order_by(…)"
            )
        rows = await asked.reverse()[:1]._fetch()
        return rows[0] if rows else None

    def _by_key(self) -> Self:
        key = self._state.model._meta.primary_key
        if not key or self._state.is_grouped and self._state.shape != "models":
            return self
        return self._with(order=tuple(field.name for field in key))

    async def earliest(self, *names: str) -> Row_co:
        """The first row in the order of these names.

        Raises:
            DoesNotExist: there is none.
        """
        return await self._outermost(self.order_by(*names))

    async def latest(self, *names: str) -> Row_co:
        """The last row in the order of these names.

        Raises:
            DoesNotExist: there is none.
        """
        return await self._outermost(self.order_by(*names).reverse())

    async def _outermost(self, asked: Self) -> Row_co:
        if not asked._state.order:
            raise FieldError("earliest() and latest() take the names to order by")
        rows = await asked[:1]._fetch()
        if not rows:
            model = self._state.model
            raise model.DoesNotExist(f"there is no {model.__name__} here")
        return rows[0]

    async def count(self) -> int:
        """How many rows there are."""
        if self._state.nothing:
            return 0
        result: int = await execution.scalar(self._state, selects.count)
        return result

    async def exists(self) -> bool:
        """Whether there is a row."""
        if self._state.nothing:
            return False
        result: bool = await execution.scalar(self._state, selects.exists)
        return result

    async def contains(self, instance: Model) -> bool:
        """Whether a row is among these."""
        if not isinstance(instance, self._state.model):
            raise TypeError(f"{instance!r} is no {self._state.model.__name__}")
        if instance.pk is None:
            raise ValueError("an instance that was not saved is in no queryset")
        return await self.filter(pk=instance.pk).exists()

    async def aggregate(self, *expressions: Expression, **named: Any) -> dict[str, Any]:
        """Values computed out of all rows: ``await Order.objects.aggregate(Sum("total"))``.

        Returns:
            A dict of them, by the names given, or ``total__sum``.

        Django documentation, "QuerySet API reference", ``aggregate()``.
        """
        found = _named(expressions, named)
        for name, one in found.items():
            if not one.is_aggregate:
                raise FieldError(f"{name} is no aggregate: it has a value for each row")
        if not found:
            return {}
        result: dict[str, Any] = await execution.scalar(
            self._state,
            lambda state, columns: totals.aggregate(state, found, columns),
        )
        return result

    async def in_bulk(
        self, ids: Iterable[Any] | None = None, *, field_name: str = "pk"
    ) -> dict[Any, Row_co]:
        """The rows by their keys.

        Arguments:
            ids: the keys that are wanted; None means all.
            field_name: str, another field that is unique.

        Returns:
            A dict of those that there are.

        Django documentation, "QuerySet API reference", ``in_bulk()``.
        """
        asked = self
        if ids is not None:
            wanted = list(ids)
            if not wanted:
                return {}
            asked = self.filter(**{f"{field_name}__in": wanted})
        return {getattr(row, field_name): row for row in await asked._fetch()}

    async def explain(
        self,
        *,
        analyze: bool = False,
        format: str = "text",
        **options: bool,
    ) -> str:
        """How PostgreSQL would fetch the rows.

        Arguments:
            analyze: bool, whether it fetches them and says how long that took.
            format: str, ``"text"``, ``"json"``, ``"xml"`` or ``"yaml"``.
            **options: other options of EXPLAIN, ``buffers=True``, ``verbose=True``.

        Django documentation, "QuerySet API reference", ``explain()``; PostgreSQL documentation, "EXPLAIN".
        """
        return await execution.explain(self._state, analyze, format, options)

    @property
    def query(self) -> str:
        """The statement's text, without its values.

        It is written without looking at the database, so that the types of columns are those that the
        models say.
        """
        return selects.select_text(self._state)

    def as_subquery(self) -> Expression:
        """This queryset as a part of another one's statement."""
        from hyperdjango.query.subqueries import Subquery

        return Subquery(self)

    def __repr__(self) -> str:
        return f"<QuerySet of {self._state.model.__name__}: await it>"

    def __bool__(self) -> bool:
        raise TypeError(
            "a queryset has no truth value before it is awaited: await queryset.exists()"
        )

    def __len__(self) -> int:
        raise TypeError(
            "a queryset has no length before it is awaited: await queryset.count()"
        )

    def __iter__(self) -> Any:
        raise TypeError(
            "a queryset must be awaited: for row in await queryset, or async for row in queryset"
        )


def _meant(
    value: str | tuple[str, Expression], annotations: Mapping[str, Expression]
) -> Expression:
    """The expression of an entry of values()."""
    if isinstance(value, tuple):
        return value[1]
    return annotations[value] if value in annotations else F(value)


def _queryset(state: State) -> QuerySet[Any]:
    return QuerySet(state)


def check(state: State, one: Expression) -> None:
    """Refuse an expression with a name or a value that can't be."""
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.writer import Writer

    scope = Scope(state.model, Writer(), None, state.annotations)
    scope.checking = True
    one.sql(scope)


def _named(
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
    made: Any = namedtuple("Row", selection.names)  # type: ignore[misc]
    return made


__all__ = ["OrderBy", "QuerySet"]
