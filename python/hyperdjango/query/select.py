"""SELECT: from what a queryset has been asked for to the text of a statement."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.compiled import DICTS, FLAT, MODELS, TUPLES, Compiled
from hyperdjango.query.conditions import Compare
from hyperdjango.query.expressions import Expression, F, OrderBy, walk
from hyperdjango.query.paths import follow
from hyperdjango.query.scope import Scope
from hyperdjango.query.selection import Selection
from hyperdjango.query.writer import Writer, identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hyperdjango.query.conditions import Condition
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
    return Compiled(
        sql,
        tuple(writer.parameters),
        _SHAPES[state.shape],
        selection.text_columns,
        writer.text,
        plan,
    )


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
    where, having = conditions(state, scope)
    texts = selection.write(scope)
    order, order_columns = _write_order(state, scope)
    distinct = ""
    if isinstance(state.distinct, tuple):
        names = ", ".join(F(name).sql(scope) for name in state.distinct)
        distinct = f"DISTINCT ON ({names}) "
    elif state.distinct:
        distinct = "DISTINCT "
    group = _write_group(state, scope, selection, order_columns)
    if state.is_grouped:
        check_multiplied(state.annotations, scope)
    # The tables come last: what is written before may join them.
    parts = [f"SELECT {distinct}{', '.join(texts) or '1'} FROM {scope.from_clause()}"]
    if where:
        parts.append(f"WHERE {' AND '.join(where)}")
    if group:
        parts.append(f"GROUP BY {group}")
    if having:
        parts.append(f"HAVING {' AND '.join(having)}")
    if order:
        parts.append(f"ORDER BY {', '.join(order)}")
    parts.extend(_write_slice(state, writer))
    if state.lock is not None:
        parts.append(_write_lock(state, scope))
    return " ".join(parts)


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


def conditions(state: State, scope: Scope) -> tuple[list[str], list[str]]:
    """The conditions for rows, and those for groups of them."""
    where: list[str] = []
    having: list[str] = []
    if state.nothing:
        where.append("FALSE")
    for group, condition in state.where:
        scope.group = group
        text = condition.write(scope)[0]
        target = having if _of_groups(condition, state) else where
        target.append(f"({text})" if " OR " in text else text)
    scope.group = 0
    return where, having


def _of_groups(condition: Condition, state: State) -> bool:
    """Whether a condition is about what is computed out of several rows."""
    if not state.annotations:
        return False
    for one in walk((condition,)):
        if one.is_aggregate:
            return True
        if isinstance(one, (Compare, F)):
            for name, annotation in state.annotations.items():
                if annotation.is_aggregate and (
                    one.name == name or one.name.startswith(f"{name}__")
                ):
                    return True
    return False


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


def _write_order(state: State, scope: Scope) -> tuple[list[str], list[str]]:
    """The order, and the columns in it that are not computed."""
    order: list[str] = []
    columns: list[str] = []
    for by in ordering(state):
        if isinstance(by, str):
            order.append("random()")
            continue
        value = by.value
        if isinstance(value, F) and value.name not in scope.annotations:
            path = follow(scope.model, value.name)
            if not path.rest and len(path.fields) > 1:
                for column in scope.path(path):
                    columns.append(column)
                    order.append(
                        f"{column}{' DESC' if by.descending else ''}{by.nulls}"
                    )
                continue
        text = by.sql(scope)
        order.append(text)
        if not by.is_aggregate and not _is_computed(value, scope):
            columns.append(value.sql(scope))
    return order, columns


def _is_computed(value: Expression, scope: Scope) -> bool:
    return any(
        isinstance(one, F) and one.name in scope.annotations for one in walk((value,))
    )


def _write_group(
    state: State,
    scope: Scope,
    selection: Selection,
    order_columns: list[str],
) -> str:
    """The columns that rows are grouped by, as numbers of the result's where they are in it."""
    if not state.is_grouped:
        return ""
    numbers = [str(number + 1) for number in selection.grouping(scope)]
    return ", ".join(dict.fromkeys([*numbers, *order_columns])) or "()"


def check_multiplied(computed: Mapping[str, Expression], scope: Scope) -> None:
    """Refuse aggregates whose rows are multiplied by a relation that they do not go over.

    Raises:
        FieldError: there is one; a count or a sum would be too large.
    """
    for name, computation in computed.items():
        for one in walk((computation,)):
            if not getattr(one, "counts_rows", False) or getattr(
                one, "distinct", False
            ):
                continue
            own = _many_of(one, scope)
            others = [key for key in scope.many if key not in own]
            if own and others:
                over = " and ".join(
                    sorted({"__".join(part[0] for part in key) for key in scope.many})
                )
                raise FieldError(
                    f"{name} would be wrong: the query goes over {over}, whose rows multiply each "
                    f"other; put the condition into the aggregate ({type(one).__name__}(…, "
                    "filter=Q(…))), say distinct=True, or compute it in a Subquery"
                )


def _many_of(aggregate: Expression, scope: Scope) -> list[tuple[tuple[str, int], ...]]:
    """The joins of to-many relations that an aggregate goes over."""
    found = []
    names = [one.name for one in walk((aggregate,)) if isinstance(one, F)]
    for key in scope.many:
        words = "__".join(part[0] for part in key)
        if any(name == words or name.startswith(f"{words}__") for name in names):
            found.append(key)
    return found


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
    first = state.copy()
    first.combined = ()
    first.order = ()
    first.low, first.high = 0, None
    first.lock = None
    texts = [f"({write(first, writer, outer, columns, selection)})"]
    for word, other in state.combined:
        theirs = Selection(other, names=selection.names)
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
    if (
        state.combined
        or state.is_sliced
        or state.distinct
        or state.is_grouped
        or state.lock is not None
    ):
        inner = state.copy()
        if not inner.is_sliced and not isinstance(inner.distinct, tuple):
            inner.order = ()
        sql = f"SELECT count(*) FROM ({write(inner, writer, None, columns)}) q"
    else:
        scope = scope_of(state, writer, None, columns)
        where, _ = conditions(state, scope)
        sql = f"SELECT count(*) FROM {scope.from_clause()}"
        if where:
            sql += f" WHERE {' AND '.join(where)}"
    return _scalar(sql, writer)


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
    if (
        inner.combined
        or inner.is_sliced
        or inner.is_grouped
        or isinstance(inner.distinct, tuple)
    ):
        return write(inner, writer, outer, columns)
    scope = scope_of(inner, writer, outer, columns)
    where, _ = conditions(inner, scope)
    sql = f"SELECT 1 FROM {scope.from_clause()}"
    return f"{sql} WHERE {' AND '.join(where)}" if where else sql


def _scalar(sql: str, writer: Writer) -> Compiled:
    from hyperdjango.query.compiled import FIRST_VALUE

    return Compiled(sql, tuple(writer.parameters), FIRST_VALUE, (), writer.text)


class OutputColumn(Expression):
    """A column of a query that stands in FROM."""

    def __init__(self, name: str, source: Expression, scope: Scope) -> None:
        self.name = name
        self.kind = source.python_type(scope)

    def sql(self, scope: Scope) -> str:
        return f"q.{identifier(self.name)}"

    def python_type(self, scope: Scope) -> type[object] | None:
        return self.kind


def aggregate(
    state: State,
    aggregates: dict[str, Expression],
    columns: ColumnTypes | None = None,
) -> Compiled:
    """The statement that computes values out of all rows."""
    writer = Writer()
    if state.combined or state.is_sliced or state.distinct or state.is_grouped:
        inner = state.copy()
        selection = Selection(inner, named=True)
        text = write(inner, writer, None, columns, selection)
        scope = Scope(state.model, writer, None, state.annotations, columns)
        named: dict[str, Expression] = {
            name: OutputColumn(name, F(name), scope)
            for name in selection.names
            if name is not None
        }
        outer = Scope(state.model, writer, None, named, columns)
        texts = [
            f"{one.sql(outer)} AS {identifier(name)}"
            for name, one in aggregates.items()
        ]
        if len(outer.joins) > 1:
            raise FieldError(
                "aggregate() over a sliced, distinct or grouped queryset computes with its columns "
                "alone; fetch what it needs with annotate() or values()"
            )
        sql = f"SELECT {', '.join(texts)} FROM ({text}) q"
    else:
        scope = scope_of(state, writer, None, columns)
        where, _ = conditions(state, scope)
        scope.reuse = state.groups
        texts = [
            f"{one.sql(scope)} AS {identifier(name)}"
            for name, one in aggregates.items()
        ]
        check_multiplied(aggregates, scope)
        sql = f"SELECT {', '.join(texts)} FROM {scope.from_clause()}"
        if where:
            sql += f" WHERE {' AND '.join(where)}"
    from hyperdjango.query.compiled import FIRST_DICT

    return Compiled(sql, tuple(writer.parameters), FIRST_DICT, (), writer.text)


def select_text(state: State) -> str:
    """The text of the statement, as far as it is known without a database."""
    return write(state, Writer())
