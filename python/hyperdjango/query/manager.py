"""``objects``: where every query of a model begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hyperdjango.errors import FieldError, UndefinedColumn, UndefinedTable
from hyperdjango.query import quick
from hyperdjango.query.queryset import QuerySet
from hyperdjango.query.state import State

if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.model import Model

Row_co = TypeVar("Row_co", covariant=True)


class Manager(QuerySet[Row_co]):
    """All rows of a model: a queryset to begin with.

    Django documentation, "Managers".
    """

    __slots__ = ()

    async def get(self, *conditions: Any, **lookups: Any) -> Row_co:
        """The one row for which every condition holds.

        Raises:
            DoesNotExist: there is none; the exception is the model's own.
            MultipleObjectsReturned: there are several.

        Django documentation, "QuerySet API reference", ``get()``.
        """
        if conditions or not lookups:
            return await super().get(*conditions, **lookups)
        asked = quick.rows(self._state.model, lookups)
        if asked is not None:
            try:
                return self._only(await asked, conditions, lookups)
            except (UndefinedColumn, UndefinedTable):
                quick.forget()
                raise
        found = await super().get(**lookups)
        await quick.learn(self._state.model, lookups)
        return found

    def raw(self, sql: str, *parameters: Any) -> RawQuerySet[Row_co]:
        """Rows of SQL of your own, as instances.

        Arguments:
            sql: str, a statement that gives rows; columns are matched with fields by their names, others
                become attributes, and fields without a column can't be read.
            *parameters: the values of ``$1``, ``$2`` …

        Django documentation, "Performing raw SQL queries".
        """
        return RawQuerySet(self._state, sql, parameters)

    async def refresh_materialized_view(
        self,
        *,
        concurrently: bool = False,
        with_data: bool = True,
        using: Database | str | None = None,
    ) -> None:
        """Compute the rows of the model's materialized view anew.

        Arguments:
            concurrently: bool, whether others may read the old rows meanwhile; it needs a unique index.
            with_data: bool, False to empty it instead.
            using: Database | str | None, another database than the model's usual one.

        Raises:
            FieldError: the model is of no materialized view.

        PostgreSQL documentation, "REFRESH MATERIALIZED VIEW".
        """
        from hyperdjango.query import instances

        await instances.refresh_view(self._state.model, concurrently, with_data, using)

    def __repr__(self) -> str:
        return f"<Manager of {self._state.model.__name__}>"


class RawQuerySet(QuerySet[Row_co]):
    """Rows of SQL of your own, as instances: await it, or go through it with ``async for``."""

    __slots__ = ("_parameters", "_sql")

    def __init__(self, state: State, sql: str, parameters: tuple[Any, ...]) -> None:
        super().__init__(state)
        self._sql = sql
        self._parameters = parameters

    def _made(self, state: State) -> Any:
        if (
            state.where
            or state.annotations
            or state.order
            or state.is_sliced
            or state.shape != "models"
        ):
            raise FieldError(
                "the rows of raw() can't be narrowed, ordered or changed any further; write it in SQL"
            )
        return RawQuerySet(state, self._sql, self._parameters)

    async def _fetch(self) -> list[Row_co]:
        from hyperdjango._engine import Plan
        from hyperdjango.database.shapes import MODELS
        from hyperdjango.query import execution
        from hyperdjango.query.compiled import Compiled

        state = self._state
        database = await execution.database_of(state)
        plan = Plan.by_name(state.model, state.model._meta.fields, origin=database)
        rows: list[Any] = await execution.run(
            database, Compiled(self._sql, self._parameters, MODELS, plan=plan)
        )
        if state.prefetch:
            from hyperdjango.query.related import prefetch

            await prefetch(rows, state)
        return rows

    @property
    def query(self) -> str:
        """The statement's text."""
        return self._sql

    def __repr__(self) -> str:
        return f"<RawQuerySet of {self._state.model.__name__}>"


def manager_of(model: type[Model]) -> Manager[Any]:
    """The manager of a model.

    Raises:
        ModelError: the model is abstract, or does not name its table.
    """
    from hyperdjango.errors import ModelError

    if model._meta.abstract:
        raise ModelError(
            f"{model.__name__} is abstract, and has no rows; query a class based on it"
        )
    # Without a table there is nothing to ask; the error says so.
    model._meta.table_name  # noqa: B018
    return Manager(State(model))
