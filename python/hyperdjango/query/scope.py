"""A scope: the tables of one SELECT, UPDATE or DELETE, joined as its expressions need them."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.query.writer import Writer, table
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.expressions import Expression
    from hyperdjango.query.links import Link
    from hyperdjango.query.matching import Matching, Pairs
    from hyperdjango.query.paths import Path

    class ColumnTypes(Protocol):
        """What the database says about columns."""

        def type_of(self, field: ModelField) -> str | None: ...

        def is_keyed(self, model: type[Model]) -> bool: ...

        def matching(self, pairs: Pairs, referred_first: bool) -> Matching: ...


# The type of a column whose field states none (the canonical mapping of models).
CANONICAL = {
    "int": "integer",
    "float": "double precision",
    "Decimal": "numeric",
    "str": "text",
    "datetime": "timestamp with time zone",
    "date": "date",
    "time": "time without time zone",
    "bool": "boolean",
    "bytes": "bytea",
    "timedelta": "interval",
}

# A join: the relations that lead there, and the filter() call that it belongs to if it is its alone.
Key = tuple[tuple[str, int], ...]


class Join:
    """A table that is joined.

    Attributes:
        alias: str, its alias.
        sql: str, the clause; empty for the first table.
        nullable: bool, whether its row may be missing.
        model: the model of the table.
    """

    __slots__ = ("alias", "model", "nullable", "sql")

    def __init__(
        self, alias: str, sql: str, nullable: bool, model: type[Model]
    ) -> None:
        self.alias = alias
        self.sql = sql
        self.nullable = nullable
        self.model = model


class Scope:
    """The tables of one query, and the names that its expressions may use.

    Arguments:
        model: the model of the first table.
        writer: Writer, the statement's text.
        outer: Scope | None, the query around this one.
        annotations: the expressions that have names.
        columns: ColumnTypes | None, the real columns, where they were read.
    """

    __slots__ = (
        "_written",
        "alias",
        "annotated_at",
        "annotations",
        "checking",
        "columns",
        "group",
        "joins",
        "many",
        "model",
        "outer",
        "reuse",
        "writer",
    )

    def __init__(
        self,
        model: type[Model],
        writer: Writer,
        outer: Scope | None = None,
        annotations: Mapping[str, Expression] | None = None,
        columns: ColumnTypes | None = None,
    ) -> None:
        self.model = model
        self.writer = writer
        self.outer = outer
        self.annotations = annotations or {}
        self.columns: ColumnTypes | None = (
            columns if columns is not None or outer is None else outer.columns
        )
        self.alias = writer.alias()
        self.joins: dict[Key, Join] = {(): Join(self.alias, "", False, model)}
        # The joins that may give several rows for one of the first table.
        self.many: list[Key] = []
        # The call of filter() that is being written: each has to-many joins of its own, as in Django.
        self.group = 0
        # How many calls of filter() there were before each annotation: it is computed from their joins.
        self.annotated_at: Mapping[str, int] = {}
        self.reuse = 0
        # Whether the text is thrown away: the query around this one is not known yet.
        self.checking = False
        self._written: dict[str, str] = {}

    def join(self, links: tuple[Link, ...]) -> Join:
        """The table at the end of the links; it is joined if it is not yet."""
        key: Key = ()
        join = self.joins[()]
        separate = False
        for hop in links:
            separate = separate or hop.many
            group = self.group
            if separate and not group:
                for earlier in range(self.reuse, 0, -1):
                    if (*key, (hop.name, earlier)) in self.joins:
                        group = earlier
                        break
            key = (*key, (hop.name, group if separate else 0))
            known = self.joins.get(key)
            if known is None:
                known = self._joined(join, hop)
                self.joins[key] = known
                if hop.many:
                    self.many.append(key)
            join = known
        return join

    def _joined(self, join: Join, hop: Link) -> Join:
        alias = self.writer.alias()
        # An outer join is always right; the planner makes it an inner one where a condition allows it.
        nullable = join.nullable or hop.nullable
        kind = "LEFT JOIN" if nullable else "JOIN"
        conditions = " AND ".join(
            f"{alias}.{identifier(there.column)} = {join.alias}.{identifier(here.column)}"
            for here, there in hop.pairs
        )
        sql = f"{kind} {table(hop.target)} {alias} ON {conditions}"
        return Join(alias, sql, nullable, hop.target)

    def path(self, path: Path) -> list[str]:
        """The columns that a path leads to."""
        alias = self.join(path.links).alias
        return [f"{alias}.{identifier(field.column)}" for field in path.fields]

    def type_of(self, field: ModelField) -> str:
        """The type of a field's column: the real one if it is known, else what the model says."""
        if self.columns is not None:
            real = self.columns.type_of(field)
            if real is not None:
                return real
        if field.db_type is not None:
            return field.db_type
        return CANONICAL.get(field.python_type.__name__, "text")

    def is_keyed(self, model: type[Model]) -> bool:
        """Whether the primary key that a model names is the table's own."""
        options = model._meta
        if not options.primary_key or options.view is not None:
            return False
        return self.columns is None or self.columns.is_keyed(model)

    def readable(self, alias: str, field: ModelField) -> str:
        """A column as it is read: money as a number, never as the locale writes it."""
        sql = f"{alias}.{identifier(field.column)}"
        if self.type_of(field) == "money":
            return f"{sql}::numeric"
        return sql

    def annotation(self, name: str) -> str:
        """The text of an annotation: what it goes over is what earlier conditions were about.

        It is the same wherever it stands, with the same parameters: PostgreSQL compares the text of what is
        selected with that of GROUP BY, ORDER BY and DISTINCT.
        """
        known = self._written.get(name)
        if known is not None:
            return known
        group, reuse = self.group, self.reuse
        self.group, self.reuse = 0, self.annotated_at.get(name, 0)
        try:
            written = self._written[name] = self.annotations[name].sql(self)
            return written
        finally:
            self.group, self.reuse = group, reuse

    def split(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The annotation that a name begins with, and the rest of the name; None if there is none."""
        if not self.annotations:
            return None
        if name in self.annotations:
            return name, ()
        parts = name.split("__")
        for used in range(len(parts) - 1, 0, -1):
            beginning = "__".join(parts[:used])
            if beginning in self.annotations:
                return beginning, tuple(parts[used:])
        return None

    def from_clause(self) -> str:
        """The tables, joined."""
        joins = "".join(f" {join.sql}" for join in self.joins.values() if join.sql)
        return f"{table(self.model)} {self.alias}{joins}"

    def outermost(self, levels: int) -> Scope | None:
        """The scope so many levels further out; None where it is not known yet.

        Raises:
            FieldError: an OuterRef is used where there is no outer query.
        """
        scope = self
        for _ in range(levels):
            if scope.outer is None:
                if scope.checking:
                    return None
                raise FieldError(
                    "OuterRef refers to the query around a Subquery or Exists, and there is none; "
                    "use F() here"
                )
            scope = scope.outer
        return scope
