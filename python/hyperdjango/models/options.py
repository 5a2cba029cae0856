"""``Options``, the description of a model that its class carries as ``_meta``."""

from __future__ import annotations

from bisect import bisect_right
from types import MappingProxyType

from hyperdjango.errors import FieldError, ModelError
from hyperdjango.models.suggest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any

    from hyperdjango.models.columns import Table
    from hyperdjango.models.constraints import Constraint
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.indexes import Index
    from hyperdjango.models.model import Model
    from hyperdjango.models.relations import Relation
    from hyperdjango.models.tables import ForeignServer, Partition, View
    from hyperdjango.query.manager import Manager


class Options:
    """Everything that a model's class body says.

    Attributes:
        model: the class.
        name: str, the class name.
        module, file, line: where the class statement stands.
        number: int, the place in the order of declaration.
        fields: tuple of ModelField, in the order of declaration, which is column order.
        by_name, by_column: the fields by their names and by their columns' names.
        attributes: the fields and relations by their names.
        plain: the fields by their names that no relation hangs on.
        constructed: the same, where values for them may be all that an instance is constructed with; None otherwise.
        relations: the relations by their names.
        manager: ``objects``, once it was asked for.
        primary_key: tuple of ModelField, in the key's order; empty if there is none.
        abstract: bool, whether the class only serves others as a base.
        managed: bool, whether HyperDjango may create and alter the table.
        complete: bool, whether what the class leaves out has its usual meaning; otherwise it is whatever the table has.
        schema: str, the table's schema.
        constraints, indexes: tuples of typed objects, as in ``Meta``.
        comment, view, partition_by, partition_of, inherits, unlogged, options, tablespace,
            foreign: as in ``Meta``.

    Django documentation, "Model ``_meta`` API", for the idea.
    """

    model: type[Model]
    name: str
    module: str
    file: str
    instruction: tuple[CodeType, int]
    number: int
    namespace: Mapping[str, Any]
    fields: tuple[ModelField, ...]
    by_name: dict[str, ModelField]
    by_column: dict[str, ModelField]
    attributes: dict[str, ModelField | Relation]
    plain: dict[str, ModelField]
    constructed: dict[str, ModelField] | None = None
    relations: dict[str, Relation]
    manager: Manager[Any] | None = None
    defaults: tuple[ModelField, ...]
    primary_key: tuple[ModelField, ...]

    # What Meta says, with the meaning of what it does not say.
    abstract: bool = False
    managed: bool = True
    complete: bool = True
    schema: str = "public"
    given_table_name: str | None = None
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    view: View | None = None
    partition_by: str | None = None
    partition_of: Partition | None = None
    inherits: tuple[str | Table, ...] = ()
    unlogged: bool = False
    options: Mapping[str, str] = MappingProxyType({})
    tablespace: str | None = None
    foreign: ForeignServer | None = None

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.name = model.__name__
        self.module = model.__module__

    @property
    def line(self) -> int:
        """The line of the class statement.

        It is looked up when it is asked for: Python finds the line of an instruction by reading the table of the whole
        module up to it, which for each of ten thousand classes in one file takes longer than making them.
        """
        code, offset = self.instruction
        starts, lines = _Lines.of(code)
        return lines[bisect_right(starts, offset) - 1]

    @property
    def table_name(self) -> str:
        """The table's name.

        Raises:
            ModelError: ``Meta`` does not name it. The class can be imported without, and
                nothing that needs the table can be done.
        """
        if self.given_table_name is None:
            raise ModelError(
                f"{self.name} does not name its table; add to the class: "
                'class Meta: table_name = "…"'
            )
        return self.given_table_name

    @property
    def table(self) -> tuple[str, str] | None:
        """The schema and name of the table, or None where ``Meta`` does not name it."""
        name = self.given_table_name
        return None if name is None else (self.schema, name)

    def get_field(self, name: str) -> ModelField:
        """The field of a name.

        Arguments:
            name: str, the field's name, or ``"pk"`` for the only field of the primary key.

        Raises:
            FieldError: there is none; the message names the nearest.

        Django documentation, "Model ``_meta`` API", ``get_field``.
        """
        field = self.by_name.get(name)
        if field is not None:
            return field
        if name == "pk" and len(self.primary_key) == 1:
            return self.primary_key[0]
        raise self.unknown_name(name)

    def field_of_column(self, column: str) -> ModelField:
        """The field of a column.

        Arguments:
            column: str, the column's name.

        Raises:
            FieldError: no field has that column.
        """
        field = self.by_column.get(column)
        if field is None:
            raise FieldError(
                f"{self.name} has no field for the column {column!r}; "
                f"{did_you_mean(column, self.by_column)}"
            )
        return field

    def unknown_name(self, name: str) -> FieldError:
        """The error for a name that is neither a field nor a relation of the model."""
        field = self.by_column.get(name)
        if field is not None:
            hint = f"the column {name!r} is the field {field.name!r}"
        else:
            hint = did_you_mean(name, self.attributes)
        return FieldError(f"{self.name} has no field {name!r}; {hint}")

    def __repr__(self) -> str:
        return f"<Options of {self.module}.{self.name}>"


class _Lines:
    """The offsets at which the instructions of a line start, and those lines; kept for the code that was asked for last."""

    code: CodeType | None = None
    table: tuple[list[int], list[int]] = ([], [])

    @classmethod
    def of(cls, code: CodeType) -> tuple[list[int], list[int]]:
        if cls.code is not code:
            known = [
                (start, line) for start, _, line in code.co_lines() if line is not None
            ]
            cls.table = (
                [start for start, _ in known],
                [line for _, line in known],
            )
            cls.code = code
        return cls.table
