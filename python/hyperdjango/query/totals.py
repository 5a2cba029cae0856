"""Totals: the statement of ``aggregate()``, which computes values out of all rows of a queryset."""

from __future__ import annotations

from hyperdjango.database.shapes import FIRST_DICT
from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import select as selects
from hyperdjango.query.compiled import Compiled
from hyperdjango.query.conditions import Compare
from hyperdjango.query.expressions import Expression, F, walk
from hyperdjango.query.grouping import check_multiplied, conditions, is_late
from hyperdjango.query.paths import follow
from hyperdjango.query.scope import Join, Scope
from hyperdjango.query.selection import Selection
from hyperdjango.query.sides import Side
from hyperdjango.query.writer import Writer
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.query.scope import ColumnTypes
    from hyperdjango.query.state import State


class OutputColumn(Expression):
    """A column of a query that stands in FROM."""

    def __init__(self, name: str, source: Expression, scope: Scope) -> None:
        self.name = name
        self._kind = source.python_type(scope)
        self._side = source.side(scope)
        self._text = source.is_text_form(scope)

    def sql(self, scope: Scope) -> str:
        return f"q.{identifier(self.name)}"

    def side(self, scope: Scope) -> Side:
        return self._side

    def python_type(self, scope: Scope) -> type[Any] | None:
        return self._kind

    def is_text_form(self, scope: Scope) -> bool:
        return self._text


def aggregate(
    state: State,
    aggregates: dict[str, Expression],
    columns: ColumnTypes | None = None,
) -> Compiled:
    """The statement that computes values out of all rows.

    Arguments:
        state: which rows.
        aggregates: what is computed, by name.
        columns: the real columns, where they were read.

    Raises:
        FieldError: something is computed from what the rows do not have.
    """
    writer = Writer()
    where: list[str] = []
    if (
        state.combined
        or state.is_sliced
        or state.distinct
        or state.is_grouped
        or is_late(state)
    ):
        inner = state.copy()
        inner.lock = None
        selection = Selection(inner, named=True)
        text = selects.write(inner, writer, None, columns, selection)
        scope = _scope_around(inner, writer, columns, selection)
        _check_selected(aggregates, scope, selection)
        behind = f"FROM ({text}) q"
    else:
        scope = selects.scope_of(state, writer, None, columns)
        where, _ = conditions(state, scope)
        scope.reuse = state.groups
        behind = ""
    texts = []
    as_text = []
    for number, (name, one) in enumerate(aggregates.items()):
        if len(name.encode()) > 63:
            raise FieldError(
                f"{name!r} is longer than the 63 bytes of a name in PostgreSQL; give it another"
            )
        texts.append(f"{one.sql(scope)} AS {identifier(name)}")
        if one.is_text_form(scope):
            as_text.append(number)
    if not behind:
        check_multiplied(aggregates, scope)
        behind = f"FROM {scope.from_clause()}"
        if where:
            behind += f" WHERE {' AND '.join(where)}"
    sql = f"SELECT {', '.join(texts)} {behind}"
    return Compiled(sql, tuple(writer.parameters), FIRST_DICT, as_text, writer.text)


def _scope_around(
    state: State, writer: Writer, columns: ColumnTypes | None, selection: Selection
) -> Scope:
    """The scope of a query whose only table is another query."""
    scope = Scope(state.model, Writer(), None, state.annotations, columns)
    named: dict[str, Expression] = {}
    options = state.model._meta
    for name in selection.names:
        if name not in options.by_column:
            source = _source_of(name, state)
            named[name] = OutputColumn(name, source, scope)
    around = Scope(state.model, writer, None, named, columns)
    around.alias = "q"
    around.joins = {(): Join("q", "", False, state.model)}
    return around


def _source_of(name: str, state: State) -> Expression:
    for value in state.values or ():
        if isinstance(value, tuple) and value[0] == name:
            return value[1]
    return F(name)


def _check_selected(
    aggregates: dict[str, Expression], scope: Scope, selection: Selection
) -> None:
    """Refuse what is computed from a column that the rows do not have."""
    for one in walk(tuple(aggregates.values())):
        if type(one) is not F and not isinstance(one, Compare):
            continue
        if scope.split(one.name) is not None:
            continue
        path = follow(scope.model, one.name)
        if path.links or any(
            field.column not in selection.names for field in path.fields
        ):
            raise FieldError(
                "aggregate() over a sliced, distinct or grouped queryset computes with its columns "
                f"alone, and {one.name!r} is none of them; fetch it with annotate() or values(), "
                f"{did_you_mean(one.name, selection.names)}"
            )
