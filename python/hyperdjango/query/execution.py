"""Execution: a queryset's statement, sent to the database that the model belongs to."""

from __future__ import annotations

from typing import TypeVar

from hyperdjango.database.routing import resolve
from hyperdjango.database.shapes import ROWS
from hyperdjango.errors import UndefinedColumn, UndefinedTable
from hyperdjango.models.registry import registry
from hyperdjango.query import select as selects
from hyperdjango.query.columns import Unread, columns_of

Made = TypeVar("Made")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.query.columns import Columns
    from hyperdjango.query.compiled import Compiled
    from hyperdjango.query.state import State

# How many statements' texts are kept for each database.
KEPT = 2000


async def write(database: Database, make: Callable[[Columns], Made]) -> Made:
    """Write a statement, or find out what else depends on columns; those that it needs are read first."""
    columns = columns_of(database)
    is_fresh = False
    while True:
        try:
            return make(columns)
        except Unread as unread:
            is_fresh = True
            await columns.read(database, unread.model)
        except UndefinedColumn:
            # It may have come since the columns were read, which are forgotten now.
            if is_fresh:
                raise
            is_fresh = True


async def write_once(
    database: Database,
    key: object,
    values: list[Any],
    make: Callable[[Columns], Compiled],
) -> Compiled:
    """Write a statement whose text depends on a key alone, or take the one that was written for it.

    Arguments:
        database: where it goes.
        key: what its text depends on.
        values: its parameters, in order.
        make: writes it.
    """
    kept = columns_of(database).statements
    compiled = kept.get(key)
    if compiled is not None:
        return compiled.with_parameters(tuple(values))
    compiled = await write(database, make)
    if compiled.parameters == tuple(values):
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = compiled
    return compiled


async def run(database: Database, compiled: Compiled) -> Any:
    """Run a statement."""
    return await _sent(database.run, database, compiled)


async def read(database: Database, compiled: Compiled) -> Any:
    """Run a statement that changes nothing."""
    return await _sent(database.read, database, compiled)


async def _sent(
    send: Callable[..., Awaitable[Any]], database: Database, compiled: Compiled
) -> Any:
    try:
        return await send(
            compiled.sql,
            compiled.parameters,
            compiled.shape,
            True,
            compiled.text_columns,
            compiled.plan,
            compiled.text_parameters,
        )
    except (UndefinedColumn, UndefinedTable):
        columns_of(database).forget()
        raise


async def fetch(state: State) -> list[Any]:
    """All that a queryset has been asked for."""
    if state.nothing and not state.is_grouped:
        return []
    database = await database_of(state)
    compiled = await prepared(database, state)
    # Nothing is changed, and no row is locked: others' queries may be under way in the same session.
    send = run if state.lock is not None else read
    result: list[Any] = await send(database, compiled)
    if compiled.is_converted:
        return [compiled.converted(row) for row in result]
    return result


async def fetch_for_json(state: State) -> Any:
    """The rows of a queryset of models as the engine keeps them, which becomes JSON without an instance."""
    database = await database_of(state)
    compiled = await prepared(database, state)
    compiled = compiled.with_parameters(compiled.parameters)
    compiled.shape = ROWS
    return await read(database, compiled)


async def prepared(database: Database, state: State) -> Compiled:
    """The statement of a queryset: one written earlier with other values, or a new one."""

    def make(columns: Columns) -> Compiled:
        return selects.select(state, columns, database)

    values: list[Any] = []
    key = state.key(values)
    if key is None:
        return await write(database, make)
    # What a relation is called may change with the models that there are.
    return await write_once(database, (registry.version, key), values, make)


async def scalar(state: State, make: Callable[[State, Columns], Compiled]) -> Any:
    """The value of a statement that is made out of a queryset."""
    database = await database_of(state)
    return await read(
        database, await write(database, lambda columns: make(state, columns))
    )


async def database_of(state: State, *, changing: bool = False) -> Database:
    """The database that a queryset's statement goes to."""
    return await resolve(
        state.model, write=changing or state.lock is not None, using=state.using
    )


async def stream(state: State, chunk_size: int) -> AsyncIterator[Any]:
    """What a queryset has been asked for, piece by piece."""
    from hyperdjango.database.stream import stream as rows_of

    database = await database_of(state)
    compiled = await write(
        database, lambda columns: selects.select(state, columns, database)
    )
    rows = rows_of(
        database,
        compiled.sql,
        compiled.parameters,
        chunk_size,
        compiled.shape,
        compiled.text_columns,
        compiled.plan,
        compiled.text_parameters,
    )
    async for row in rows:
        yield compiled.converted(row) if compiled.is_converted else row


async def explain(
    state: State, analyze: bool, format: str, options: dict[str, bool]
) -> str:
    """How PostgreSQL would run a queryset's statement."""
    from hyperdjango.database.shapes import FLAT
    from hyperdjango.errors import FieldError

    if format.lower() not in ("text", "json", "xml", "yaml"):
        raise FieldError(
            f"there is no format {format!r} of EXPLAIN; give text, json, xml or yaml"
        )
    words = [f"ANALYZE {'on' if analyze else 'off'}", f"FORMAT {format.upper()}"]
    for name, value in options.items():
        if not name.replace("_", "").isalpha():
            raise FieldError(f"{name!r} is no option of EXPLAIN")
        words.append(f"{name.upper()} {'on' if value else 'off'}")
    database = await database_of(state)
    compiled = await prepared(database, state)
    lines = await database.run(
        f"EXPLAIN ({', '.join(words)}) {compiled.sql}",
        compiled.parameters,
        FLAT,
        False,
        (0,),
        None,
        compiled.text_parameters,
    )
    return "\n".join(lines)


async def check_transaction(state: State) -> None:
    """Refuse to lock rows outside of a transaction: they would be free again at once.

    Raises:
        InterfaceError: there is none.
    """
    from hyperdjango.errors import InterfaceError

    database = await database_of(state)
    if database.current() is None:
        raise InterfaceError(
            "select_for_update() locks rows until the end of a transaction, and there is none; use it "
            "inside of: async with database.transaction()"
        )
