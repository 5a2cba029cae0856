"""The real columns of models' tables, read once for each database when a model is first used there."""

from __future__ import annotations

from hyperdjango.database.shapes import TUPLES
from hyperdjango.errors import UndefinedColumn, UndefinedTable
from hyperdjango.models.registry import registry
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.matching import Matching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.compiled import Compiled
    from hyperdjango.query.matching import Pairs
    from hyperdjango.query.quick import Quick

# How many tables of a module are looked at together, so that a program does it once.
TOGETHER = 300

_SQL = """\
SELECT n.nspname, c.relname, a.attname,
       pg_catalog.format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, -1),
       a.attgenerated <> '' OR a.attidentity = 'a',
       coalesce(a.attnum = ANY(k.conkey), false),
       pg_catalog.format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END,
                              CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END),
       t.typtype = 'e',
       pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(l.collname),
       coalesce(l.collisdeterministic, true)
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) w(nspname, relname)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.nspname
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relname
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    AND (a.attnum > 0 OR a.attname = 'ctid')
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace"""


class Unread(Exception):
    """A model's columns are needed, and were not read yet; never seen outside of this package."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model


class RealColumn:
    """A column as it is in the database.

    Attributes:
        type: str, its type without modifiers, as ``format_type`` prints it; a domain's is what it is over.
        is_computed: bool, whether the database alone writes it.
        in_key: bool, whether it belongs to the primary key.
        declared: str, the type with its modifiers.
        is_enum: bool, whether the type is an enumeration.
        collation: str | None, the collation with its schema, quoted; None where the type has none.
        is_deterministic: bool, whether texts are equal only where their bytes are; True without a collation.
    """

    __slots__ = (
        "collation",
        "declared",
        "in_key",
        "is_computed",
        "is_deterministic",
        "is_enum",
        "type",
    )

    def __init__(
        self,
        kind: str,
        is_computed: bool,
        in_key: bool,
        declared: str,
        is_enum: bool,
        collation: str | None,
        is_deterministic: bool,
    ) -> None:
        self.type = kind
        self.is_computed = is_computed
        self.in_key = in_key
        self.declared = declared
        self.is_enum = is_enum
        self.collation = collation
        self.is_deterministic = is_deterministic


class Columns:
    """The real columns of one database, as far as they were read.

    Attributes:
        statements: dict, statements that were written for these columns, to be sent with other values.
        quick: dict, those of them that ``objects.get()`` finds without writing down what is asked.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self.statements: dict[object, Compiled] = {}
        self.quick: dict[object, Quick] = {}
        self._tables: dict[tuple[str, str], dict[str, RealColumn]] = {}
        self._keyed: dict[type[Model], bool] = {}
        self._matchings: dict[tuple[Pairs, bool], Matching] = {}

    def of(self, model: type[Model]) -> dict[str, RealColumn]:
        """The columns of a model's table.

        Raises:
            Unread: they were not read yet.
            UndefinedTable: there is no such table.
        """
        options = model._meta
        table = options.schema, options.table_name
        columns = self._tables.get(table)
        if columns is None:
            raise Unread(model)
        if not columns:
            # The table may come: it is looked for again.
            del self._tables[table]
            raise UndefinedTable(
                f"{options.name} has the table {table[0]}.{table[1]}, which is not in {self._place}, "
                "or the role may not see it; correct Meta.schema and Meta.table_name, or name the "
                "right database"
            )
        return columns

    def column(self, field: ModelField) -> RealColumn:
        """The column of a field.

        Raises:
            UndefinedColumn: there is no such column; the message names the nearest.
        """
        assert field.model is not None
        columns = self.of(field.model)
        column = columns.get(field.column)
        if column is None:
            options = field.model._meta
            del self._tables[options.schema, options.table_name]
            raise UndefinedColumn(
                f"{field} has the column {field.column!r}, which {options.schema}."
                f"{options.table_name} in {self._place} does not have; "
                f"{did_you_mean(field.column, [name for name in columns if name != 'ctid'])} "
                "Correct the field, or run: hyper inspectdb"
            )
        return column

    def type_of(self, field: ModelField) -> str | None:
        """The type of a field's column."""
        return self.column(field).type

    def is_keyed(self, model: type[Model]) -> bool:
        """Whether the primary key that the model names is the table's own."""
        keyed = self._keyed.get(model)
        if keyed is None:
            key = {field.column for field in model._meta.primary_key}
            real = {name for name, column in self.of(model).items() if column.in_key}
            keyed = self._keyed[model] = bool(real) and real <= key
        return keyed

    def matching(self, pairs: Pairs, referred_first: bool) -> Matching:
        """How the keys of a relation are found equal.

        Arguments:
            pairs: the fields of both sides, as ``Link.pairs`` has them.
            referred_first: bool, whether the first of each pair is the one that the foreign key refers to.

        Raises:
            Unread, UndefinedTable, UndefinedColumn: as for ``column``.
        """
        known = self._matchings.get((pairs, referred_first))
        if known is None:
            sides = []
            for first, second in pairs:
                there = self.column(second)
                try:
                    here = self.column(first)
                except (UndefinedTable, UndefinedColumn):
                    # Its rows came from another database: they can be compared by what they are alone.
                    here = there
                sides.append((here, there))
            known = Matching(pairs, sides, referred_first)
            self._matchings[pairs, referred_first] = known
        return known

    async def read(self, database: Database, model: type[Model]) -> None:
        """Read the columns of a model's table, and of those that its module declares beside it."""
        models = list(self._together(model))
        schemas = [one._meta.schema for one in models]
        names = [one._meta.table_name for one in models]
        rows = await database.run(_SQL, (schemas, names), TUPLES)
        # Those beside it may be made later: what is not there is not kept.
        self._tables[schemas[0], names[0]] = {}
        for schema, name, column, *described in rows:
            columns = self._tables.setdefault((schema, name), {})
            columns[column] = RealColumn(*described)

    def _together(self, model: type[Model]) -> Iterable[type[Model]]:
        """A model, and others of its module whose columns were not read yet."""
        yield model
        others = 0
        for other in registry:
            options = other._meta
            if other is model or other.__module__ != model.__module__:
                continue
            if (
                options.abstract
                or options.table is None
                or options.table in self._tables
            ):
                continue
            others += 1
            if others > TOGETHER:
                return
            yield other

    def forget(self) -> None:
        """Read everything again when it is needed: something has changed."""
        self._tables.clear()
        self._keyed.clear()
        self._matchings.clear()
        self.statements.clear()
        self.quick.clear()


def columns_of(database: Database) -> Columns:
    """What is known about the columns of a database."""
    known: Columns | None = database.known
    if known is None:
        known = database.known = Columns(f"<{database!r}>".strip("<>"))
    return known
