"""SELECT: from what a queryset has been asked for to the text of a statement."""

from __future__ import annotations

from hyperdjango.database.shapes import DICTS, FLAT, MODELS, TUPLES
from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.compiled import Compiled
from hyperdjango.query.expressions import F, OrderBy
from hyperdjango.query.grouping import (
    check_multiplied,
    conditions,
    has_window,
    is_aggregated,
    is_late,
    write_group,
)
from hyperdjango.query.paths import follow
from hyperdjango.query.scope import Scope
from hyperdjango.query.selection import Selection
from hyperdjango.query.writer import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hyperdjango.query.scope import ColumnTypes
    from hyperdjango.query.state import State

_SHAPES = {
    "models": MODELS,
    "dicts": DICTS,
    "tuples": TUPLES,
    "named": TUPLES,
    "flat": FLAT,
}


def select(
    state: State, columns: ColumnTypes | None = None, origin: object = None
) -> Compiled:
    """The statement that fetches what a queryset has been asked for.

    Arguments:
        state: what it has been asked for.
        columns: the real columns, where they were read.
        origin: what the instances are said to come from.
    """
    writer = Writer()
    selection = Selection(state)
    sql = write(state, writer, None, columns, selection)
    plan = None
    if state.shape == "models":
        plan = selection.plan(origin)
    compiled = Compiled(
        sql,
        tuple(writer.parameters),
        # A key of several fields alone is the row.
        TUPLES if selection.keys and state.shape == "flat" else _SHAPES[state.shape],
        selection.text_columns,
        writer.text,
        plan,
    )
    if plan is None:
        by_name = state.shape == "dicts"
        compiled.conversions = tuple(
            (selection.names[number] if by_name else number, field.convert)
            for number, field in selection.made.items()
        )
        compiled.keys = tuple(
            (name, first, tuple(selection.names[first : first + count]))
            for first, (name, count) in selection.keys.items()
        )
        compiled.is_flat = state.shape == "flat"
    return compiled


def write(
    state: State,
    writer: Writer,
    outer: Scope | None = None,
    columns: ColumnTypes | None = None,
    selection: Selection | None = None,
) -> str:
    """Write a SELECT.

    Arguments:
        state: what is asked for.
        writer: Writer, the statement that it is a part of.
        outer: Scope | None, the query around it.
        columns: the real columns, where they were read.
        selection: Selection | None, what is to know which column is what.
    """
    selection = selection or Selection(state)
    if state.combined:
        return _write_combined(state, writer, outer, columns, selection)
    scope = scope_of(state, writer, outer, columns)
    # Conditions come first: annotations are computed from the tables that they have joined.
    late: list[str] = []
    where, having = conditions(state, scope, late)
    texts = selection.write(scope)
    order, order_columns = _write_order(state, scope)
    distinct = _distinct_on(state, scope)
    group = write_group(state, scope, selection, order_columns)
    if state.is_grouped:
        check_multiplied(state.annotations, scope)
    lock = "" if state.lock is None else _write_lock(state, scope)
    hidden_order = state.distinct is True and any(
        text not in texts for text, _ in order
    )
    parts = [""]
    # The tables come last: what is written before may join them.
    parts.append(f"FROM {scope.from_clause()}")
    if where:
        parts.append(f"WHERE {' AND '.join(where)}")
    if group:
        parts.append(f"GROUP BY {group}")
    if having:
        parts.append(f"HAVING {' AND '.join(having)}")
    if late or hidden_order:
        return _write_around(
            state, writer, selection, texts, parts, late, order, distinct
        )
    words = _distinct_words(state, distinct)
    parts[0] = f"SELECT {words}{', '.join(selection.labelled(texts)) or '1'}"
    if order:
        parts.append(f"ORDER BY {', '.join(map(''.join, order))}")
    parts.extend(_write_slice(state, writer))
    if lock:
        parts.append(lock)
    return " ".join(parts)


def _distinct_on(state: State, scope: Scope) -> list[str]:
    """What DISTINCT ON looks at."""
    if not isinstance(state.distinct, tuple):
        return []
    on: list[str] = []
    for name in state.distinct:
        on.extend(F(name).columns(scope) or [F(name).sql(scope)])
    return on


def _distinct_words(state: State, on: list[str]) -> str:
    if on:
        return f"DISTINCT ON ({', '.join(on)}) "
    return "DISTINCT " if state.distinct else ""


def _write_around(
    state: State,
    writer: Writer,
    selection: Selection,
    texts: list[str],
    parts: list[str],
    late: list[str],
    order: list[tuple[str, str]],
    distinct: list[str],
) -> str:
    """A SELECT around another: for conditions about windows, and distinct rows in an order of their own.

    The inner one has columns for the conditions and the order, which the outer one leaves out.
    """
    columns: list[str] = []

    def column(text: str) -> str:
        for number, known in enumerate(columns):
            if known == text:
                return f"q.c{number}"
        columns.append(text)
        return f"q.c{len(columns) - 1}"

    columns.extend(texts)
    chosen = [f"q.c{number}" for number in range(len(texts))]
    held = [column(text) for text in late]
    on = [column(text) for text in distinct]
    by = [
        # By chance means for each row of the result, not for each of those that are equal.
        "random()" if text == "random()" else f"{column(text)}{direction}"
        for text, direction in order
    ]
    # Where conditions come first, rows are made distinct behind them.
    first = "DISTINCT " if state.distinct is True and not late else ""
    inside = ", ".join(f"{text} AS c{number}" for number, text in enumerate(columns))
    parts[0] = f"SELECT {first}{inside}"
    behind = "" if first else _distinct_words(state, on)
    outer = [
        f"SELECT {behind}{', '.join(selection.labelled(chosen)) or '1'}",
        f"FROM ({' '.join(parts)}) q",
    ]
    if held:
        outer.append(f"WHERE {' AND '.join(held)}")
    if by:
        outer.append(f"ORDER BY {', '.join(by)}")
    outer.extend(_write_slice(state, writer))
    return " ".join(outer)


def scope_of(
    state: State,
    writer: Writer,
    outer: Scope | None = None,
    columns: ColumnTypes | None = None,
) -> Scope:
    """The tables that a queryset's expressions are written for."""
    scope = Scope(state.model, writer, outer, state.annotations, columns)
    scope.annotated_at = state.annotated_at
    return scope


def ordering(state: State) -> Iterator[OrderBy | str]:
    """The order that is asked for, part by part; ``"?"`` is by chance."""
    for part in state.order:
        if part == "?":
            yield "?"
            continue
        if isinstance(part, str):
            by = OrderBy(F(part.lstrip("-+")), part.startswith("-"))
        elif isinstance(part, OrderBy):
            by = part
        else:
            by = OrderBy(part)
        yield by.reversed() if state.reverse else by


def _write_order(state: State, scope: Scope) -> tuple[list[tuple[str, str]], list[str]]:
    """The order, each part with its direction, and the columns in it that rows are grouped by."""
    order: list[tuple[str, str]] = []
    columns: list[str] = []
    for by in ordering(state):
        if isinstance(by, str):
            order.append(("random()", ""))
            continue
        value = by.value
        direction = f"{' DESC' if by.descending else ''}{by.nulls}"
        if isinstance(value, F) and value.name not in scope.annotations:
            path = follow(scope.model, value.name)
            if not path.rest and len(path.fields) > 1:
                for column in scope.path(path):
                    columns.append(column)
                    order.append((column, direction))
                continue
        text = value.sql(scope)
        if text == "NULL":
            # A constant, which PostgreSQL takes for no order.
            continue
        order.append((text, direction))
        if not is_aggregated(value, scope.annotations) and not has_window(
            value, scope.annotations
        ):
            columns.append(text)
    return order, columns


def _write_slice(state: State, writer: Writer) -> list[str]:
    parts = []
    if state.high is not None:
        # A literal, which the planner can use; page sizes are few.
        parts.append(f"LIMIT {max(0, state.high - state.low)}")
    if state.low:
        parts.append(f"OFFSET {writer.parameter(state.low)}")
    return parts


def _write_lock(state: State, scope: Scope) -> str:
    lock = state.lock
    assert lock is not None
    of = [scope.alias]
    if lock.of:
        of = []
        for name in lock.of:
            if name == "self":
                of.append(scope.alias)
                continue
            path = follow(scope.model, name)
            if path.link is None:
                raise FieldError(
                    f"select_for_update(of=…) takes relations of {scope.model.__name__} and 'self', "
                    f"not {name!r}"
                )
            of.append(scope.join((*path.links, path.link)).alias)
    return f"FOR {lock.strength} OF {', '.join(of)}{lock.wait}"


def _write_combined(
    state: State,
    writer: Writer,
    outer: Scope | None,
    columns: ColumnTypes | None,
    selection: Selection,
) -> str:
    (_, first), *others = state.combined
    texts = [f"({write(first, writer, outer, columns, selection)})"]
    for word, other in others:
        theirs = Selection(other)
        text = write(other, writer, outer, columns, theirs)
        if len(theirs.names) != len(selection.names):
            raise FieldError(
                f"{word} needs querysets with the same number of columns; say values() in both"
            )
        texts.append(f"{word} ({text})")
    parts = [" ".join(texts)]
    order = []
    for by in ordering(state):
        if isinstance(by, str) or not isinstance(by.value, F):
            raise FieldError(
                "the rows of combined querysets can be ordered by the names of columns alone"
            )
        name = by.value.name
        if name == "pk" and len(state.model._meta.primary_key) == 1:
            name = state.model._meta.primary_key[0].name
        if name not in selection.names:
            raise FieldError(
                f"combined querysets have no column {name!r}; "
                f"{did_you_mean(name, selection.names)}"
            )
        direction = " DESC" if by.descending else ""
        order.append(f"{selection.names.index(name) + 1}{direction}{by.nulls}")
    if order:
        parts.append(f"ORDER BY {', '.join(order)}")
    parts.extend(_write_slice(state, writer))
    return " ".join(parts)


def count(state: State, columns: ColumnTypes | None = None) -> Compiled:
    """The statement that counts the rows."""
    writer = Writer()
    if state.combined or state.is_sliced or state.distinct or _is_computed(state):
        inner = state.copy()
        inner.lock = None
        if not inner.is_sliced and not isinstance(inner.distinct, tuple):
            inner.order = ()
            key = state.model._meta.primary_key
            if (
                inner.distinct
                and inner.shape == "models"
                and not inner.combined
                and key
                and (columns is None or columns.is_keyed(state.model))
            ):
                # Rows are as many as their keys, which take less to compare; json can't be compared at all.
                inner.only, inner.deferred = tuple(field.name for field in key), ()
                inner.related = ()
        sql = f"SELECT count(*) FROM ({write(inner, writer, None, columns)}) q"
    else:
        scope = scope_of(state, writer, None, columns)
        where, _ = conditions(state, scope)
        sql = f"SELECT count(*) FROM {scope.from_clause()}"
        if where:
            sql += f" WHERE {' AND '.join(where)}"
    return _scalar(sql, writer)


def _is_computed(state: State) -> bool:
    """Whether which rows there are depends on what is computed out of several."""
    return state.is_grouped or is_late(state)


def exists(state: State, columns: ColumnTypes | None = None) -> Compiled:
    """The statement that says whether there is a row."""
    writer = Writer()
    sql = f"SELECT EXISTS ({any_row(state, writer, None, columns)})"
    return _scalar(sql, writer)


def any_row(
    state: State,
    writer: Writer,
    outer: Scope | None,
    columns: ColumnTypes | None = None,
) -> str:
    """A SELECT that has a row if the queryset has one."""
    inner = state.copy()
    if not inner.is_sliced:
        inner.order = ()
    inner.lock = None
    if inner.combined or inner.is_sliced or _is_computed(inner):
        return write(inner, writer, outer, columns)
    scope = scope_of(inner, writer, outer, columns)
    where, _ = conditions(inner, scope)
    sql = f"SELECT 1 FROM {scope.from_clause()}"
    return f"{sql} WHERE {' AND '.join(where)}" if where else sql


def _scalar(sql: str, writer: Writer) -> Compiled:
    from hyperdjango.database.shapes import FIRST_VALUE

    return Compiled(sql, tuple(writer.parameters), FIRST_VALUE, (), writer.text)


def select_text(state: State) -> str:
    """The text of the statement, as far as it is known without a database."""
    return write(state, Writer())


__all__ = [
    "any_row",
    "conditions",
    "count",
    "exists",
    "ordering",
    "scope_of",
    "select",
    "select_text",
    "write",
]
