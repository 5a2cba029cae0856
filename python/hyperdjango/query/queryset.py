"""``QuerySet``: rows that are asked for step by step, and fetched when they are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hyperdjango._engine import Record
from hyperdjango.errors import FieldError
from hyperdjango.query import execution, totals
from hyperdjango.query import select as selects
from hyperdjango.query.asking import described, named_tuple
from hyperdjango.query.asking import named as named_expressions
from hyperdjango.query.expressions import Expression
from hyperdjango.query.shaping import Shaping
from hyperdjango.query.state import State
from hyperdjango.query.writing import Writing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterable
    from typing import Any, Self

    from hyperdjango.models.model import Model

Row_co = TypeVar("Row_co", covariant=True)


class QuerySet(Writing[Row_co], Shaping[Row_co], Generic[Row_co]):
    """Rows of a model, asked for step by step: nothing is sent until it is awaited.

    Every method that narrows, orders or changes what is asked for gives another queryset and leaves
    this one as it is. ``await`` gives a list; ``async for`` goes through the rows; ``get``, ``first``,
    ``count`` and their like are awaited themselves. There is no order but what ``order_by`` asks for.

    Django documentation, "QuerySet API reference".
    """

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def _made(self, state: State) -> Self:
        """A queryset that asks for something else."""
        made: Any = QuerySet(state)
        result: Self = made
        return result

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

    async def _for_json(self) -> Any:
        """What becomes JSON: the rows as they came, where no instance has a say in it."""
        state = self._state
        if (
            type(self)._fetch is not QuerySet._fetch
            or state.shape != "models"
            or state.nothing
            or state.lock is not None
            or state.prefetch
            or state.model.to_dict is not Record.to_dict
        ):
            return await self._fetch()
        return await execution.fetch_for_json(state)

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
        if not (conditions or lookups):
            raise model.MultipleObjectsReturned(
                f"there are several {model.__name__} rows here; say which one: get(pk=…), or take first()"
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
        found = named_expressions(expressions, named)
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
