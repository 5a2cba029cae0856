"""Grouping: what is computed out of several rows, and where a condition on it belongs."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.conditions import All, Any_, Compare, Condition
from hyperdjango.query.expressions import Expression, F, walk
from hyperdjango.query.paths import follow
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hyperdjango.query.scope import Scope
    from hyperdjango.query.selection import Selection
    from hyperdjango.query.state import State


def involves(
    one: Expression,
    annotations: Mapping[str, Expression],
    wanted: Callable[[Expression], bool],
) -> bool:
    """Whether an expression, a part of it, or an annotation that it names is wanted."""
    for part in walk((one,)):
        if wanted(part):
            return True
        if annotations and (type(part) is F or isinstance(part, Compare)):
            name = named(part.name, annotations)
            if name is not None and involves(annotations[name], annotations, wanted):
                return True
    return False


def named(name: str, annotations: Mapping[str, Expression]) -> str | None:
    """The annotation that a name begins with."""
    if name in annotations:
        return name
    parts = name.split("__")
    for used in range(len(parts) - 1, 0, -1):
        beginning = "__".join(parts[:used])
        if beginning in annotations:
            return beginning
    return None


def is_aggregated(one: Expression, annotations: Mapping[str, Expression]) -> bool:
    """Whether an expression has one value for several rows."""
    return involves(one, annotations, lambda part: part.is_aggregate)


def has_window(one: Expression, annotations: Mapping[str, Expression]) -> bool:
    """Whether an expression is computed over a window."""
    return involves(one, annotations, lambda part: part.has_window)


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The conditions that all have to hold, one by one."""
    if isinstance(condition, All) and not isinstance(condition, Any_):
        for part in condition.parts:
            yield from parts_of(part)
    else:
        yield condition


def conditions(
    state: State, scope: Scope, late: list[str] | None = None
) -> tuple[list[str], list[str]]:
    """The conditions for rows, and those for groups of them.

    Arguments:
        state: what is asked for.
        scope: the tables.
        late: list of str, receives the conditions about windows, which hold for rows that were selected.

    Raises:
        FieldError: there is a condition about a window where none can be.
    """
    where: list[str] = []
    having: list[str] = []
    if state.nothing:
        where.append("FALSE")
    for group, condition in state.where:
        scope.group = group
        for part in parts_of(condition):
            text = part.write(scope)[0]
            target = where
            if has_window(part, state.annotations):
                if late is None:
                    raise FieldError(
                        "rows can't be changed or deleted by the value of a window function; choose them "
                        "by their keys: filter(pk__in=…)"
                    )
                target = late
            elif is_aggregated(part, state.annotations):
                target = having
            target.append(f"({text})" if " OR " in text else text)
    scope.group = 0
    return where, having


def is_late(state: State) -> bool:
    """Whether a condition is about a window."""
    return any(has_window(condition, state.annotations) for _, condition in state.where)


def write_group(
    state: State, scope: Scope, selection: Selection, order_columns: list[str]
) -> str:
    """The columns that rows are grouped by, as numbers of the result's where they are in it."""
    if not state.is_grouped:
        return ""
    columns = [str(number + 1) for number in selection.grouping(scope)]
    if isinstance(state.grouped, tuple):
        for value in state.grouped:
            columns.extend(_grouped_by(value, scope, selection))
    else:
        columns.extend(_row(scope))
    columns.extend(order_columns)
    return ", ".join(dict.fromkeys(columns)) or "()"


def _row(scope: Scope) -> list[str]:
    """What a row is told from others by."""
    options = scope.model._meta
    if options.view is not None:
        return [f"{scope.alias}.{identifier(field.column)}" for field in options.fields]
    if scope.is_keyed(scope.model):
        return [
            f"{scope.alias}.{identifier(field.column)}" for field in options.primary_key
        ]
    # PostgreSQL knows only a primary key to determine the other columns.
    columns = [f"{scope.alias}.{identifier(field.column)}" for field in options.fields]
    return [f"{scope.alias}.tableoid", f"{scope.alias}.ctid", *columns]


def _grouped_by(
    value: str | tuple[str, Expression], scope: Scope, selection: Selection
) -> list[str]:
    name = value if isinstance(value, str) else value[0]
    if name in selection.names:
        return [str(selection.names.index(name) + 1)]
    if isinstance(value, tuple):
        return [value[1].sql(scope)]
    if name not in scope.annotations:
        path = follow(scope.model, name)
        if not path.rest:
            return scope.path(path)
    return [F(name).sql(scope)]


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
