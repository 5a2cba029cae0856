"""What is served: each model with its name in URLs, its key, its columns' real types, and where its keys lead."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from hyperdjango.app.problems import HttpError
from hyperdjango.errors import ModelError, UndefinedTable
from hyperdjango.models.constraints import Unique
from hyperdjango.models.indexes import IndexColumn
from hyperdjango.models.suggest import nearest
from hyperdjango.query.execution import write as prepared
from hyperdjango.query.links import forward_link, reverse_links
from hyperdjango.serve.names import escaped
from hyperdjango.serve.types import ColumnType, column_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.links import Link


class ServedTable:
    """A table or view that is served.

    Attributes:
        model: the class.
        name: str, what URLs call it: ``orders``, ``inventory.stock_levels``.
        title: str, the same for people.
        schema: str, its schema.
        key: tuple of ModelField, what tells its rows from each other; empty if nothing does.
        types: dict, the type of each field's column.
        links: dict, the relations along its foreign keys to what is served, by their names.
        find_back: what finds out what leads to it.
        targets: dict, the tables that both lead to, by the relations' names.
    """

    def __init__(self, model: type[Model], name: str) -> None:
        options = model._meta
        self.model = model
        self.name = escaped(name)
        self.title = name
        self.schema = options.schema
        self.comment = options.comment
        self.fields = options.fields
        self.key = _key(model)
        self.types: dict[str, ColumnType] = {}
        self.links: dict[str, Link] = {}
        self.find_back: Callable[[ServedTable], dict[str, Link]] | None = None
        self.targets: dict[str, ServedTable] = {}

    @cached_property
    def back(self) -> dict[str, Link]:
        """The relations against foreign keys, by their names."""
        return {} if self.find_back is None else self.find_back(self)

    @property
    def is_view(self) -> bool:
        """Whether its rows are those of a query."""
        return self.model._meta.view is not None

    @property
    def is_partition(self) -> bool:
        """Whether it is a part of another table."""
        return self.model._meta.partition_of is not None

    @property
    def kind(self) -> str:
        """What PostgreSQL calls such a relation."""
        view = self.model._meta.view
        if view is not None:
            return "materialized view" if view.materialized else "view"
        if self.is_partition:
            return "partition"
        if self.model._meta.foreign is not None:
            return "foreign table"
        return (
            "partitioned table"
            if self.model._meta.partition_by is not None
            else "table"
        )

    def field(self, name: str) -> ModelField | None:
        """The field of a name, if there is one."""
        return self.model._meta.by_name.get(name)

    @property
    def searched(self) -> list[ModelField]:
        """The fields that a search looks into."""
        return [one for one in self.fields if self.types[one.name].is_text][:20]

    @property
    def sortable(self) -> list[ModelField]:
        """The fields that rows can be ordered by."""
        return [one for one in self.fields if self.types[one.name].is_ordered]

    def is_computed(self, field: ModelField) -> bool:
        """Whether the database alone writes a field."""
        return self.types[field.name].is_computed

    def __repr__(self) -> str:
        return f"<ServedTable {self.title}>"


class ServedTables:
    """Everything that is served, in the order of its names.

    Arguments:
        models: the classes.
    """

    def __init__(self, models: Iterable[type[Model]]) -> None:
        given = [one for one in models if one._meta.table is not None]
        given.sort(key=_order)
        self._by_name: dict[str, ServedTable] = {}
        self._by_model: dict[type[Model], ServedTable] = {}
        for model in given:
            schema, name = model._meta.schema, model._meta.table_name
            title = name if schema == "public" else f"{schema}.{name}"
            if escaped(title) in self._by_name:
                title = f"{schema}.{name}"
            table = ServedTable(model, title)
            self._by_name[table.name] = table
            self._by_model[model] = table

    async def prepare(self, database: Database) -> list[str]:
        """Read the real columns; the names of tables that are not in the database, which are left out then."""
        missing = []
        for table in list(self):
            try:
                columns: Any = await prepared(
                    database,
                    lambda columns, model=table.model: columns.of(model),  # type: ignore[misc]
                )
            except UndefinedTable:
                missing.append(table.title)
                del self._by_name[table.name]
                del self._by_model[table.model]
                continue
            for field in table.fields:
                table.types[field.name] = column_type(field, columns.get(field.column))
        for table in self:
            self._link(table)
        return missing

    def _link(self, table: ServedTable) -> None:
        """Find out where the keys of a table lead; what leads to it is found when that is asked for."""
        table.find_back = self._against
        for name in table.model._meta.relations:
            try:
                link = forward_link(table.model, name)
            except ModelError:
                # It leads to what no model describes.
                continue
            if link is not None and link.target in self._by_model:
                table.links[name] = link
                table.targets[name] = self._by_model[link.target]

    def _against(self, table: ServedTable) -> dict[str, Link]:
        """The relations against the keys that lead to a table."""
        found = {}
        for name, link in reverse_links(table.model).items():
            other = self._by_model.get(link.target)
            # The rows of a partition are those of its table.
            if other is not None and not other.is_partition:
                found[name] = link
                table.targets[name] = other
        return found

    def __iter__(self) -> Iterator[ServedTable]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def of(self, model: type[Model]) -> ServedTable | None:
        """The table of a model, if it is served."""
        return self._by_model.get(model)

    def find(self, name: str) -> ServedTable:
        """The table of a name in a URL.

        Raises:
            HttpError: 404, there is none; the nearest is named.
        """
        found = self._by_name.get(name) or self._by_name.get(f"public.{name}")
        if found is not None:
            return found
        meant = nearest(name, self._by_name)
        hint = f"; did you mean {meant}?" if meant is not None else ""
        raise HttpError(404, f"there is no table {shortened(name)} here{hint}")


def shortened(text: str, most: int = 60) -> str:
    """What a client has sent, as it may be repeated in a sentence."""
    shown = "".join(one if one.isprintable() else "�" for one in text[: most + 1])
    return shown if len(text) <= most else f"{shown[:most]}…"


def _order(model: type[Model]) -> tuple[bool, str, str]:
    options = model._meta
    return options.schema != "public", options.schema, options.table_name.casefold()


def _key(model: type[Model]) -> tuple[ModelField, ...]:
    """The primary key, or else the first unique key that takes no NULL."""
    options = model._meta
    if options.primary_key:
        return options.primary_key
    if options.view is not None:
        return ()
    for field in options.fields:
        if field.unique and not field.accepts_null:
            return (field,)
    for constraint in options.constraints:
        if isinstance(constraint, Unique) and not constraint.deferrable:
            fields = tuple(options.by_name[name] for name in constraint.fields)
            if not any(field.accepts_null for field in fields):
                return fields
    for index in options.indexes:
        if not index.unique or index.where is not None:
            continue
        names = [
            key.field if isinstance(key, IndexColumn) else key for key in index.keys
        ]
        known = [options.by_name.get(name) for name in names if isinstance(name, str)]
        fields = tuple(one for one in known if one is not None)
        if len(fields) == len(names) and not any(one.accepts_null for one in fields):
            return fields
    return ()
