"""The selection: which columns a SELECT has, and which result each of them becomes."""

from __future__ import annotations

from hyperdjango.errors import FieldError
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query.expressions import F
from hyperdjango.query.grouping import has_window, is_aggregated
from hyperdjango.query.links import forward_links, link, reverse_links
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hyperdjango._engine import Plan
    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.expressions import Expression
    from hyperdjango.query.links import Link
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.state import State

# The version of a row, which a model without a key of its own is changed by (PostgreSQL documentation, "System
# Columns"); no column of a table can have that name.
ROW_VERSION = "xmin"


class Part:
    """The columns that one instance is made of.

    Attributes:
        model: the class.
        name: str, the relation that it stands under; empty for the queryset's own model.
        columns: list of (field, number of the column).
        extras: list of (name, number of the column).
        present: list of int, columns that are all NULL where there is no such row.
        parts: list of Part, the relations that were fetched with it.
    """

    __slots__ = ("columns", "extras", "model", "name", "parts", "present")

    def __init__(self, model: type[Model], name: str = "") -> None:
        self.model = model
        self.name = name
        self.columns: list[tuple[ModelField, int]] = []
        self.extras: list[tuple[str, int]] = []
        self.present: list[int] = []
        self.parts: list[Part] = []

    def plan(self, origin: object) -> Plan:
        """How the engine makes instances."""
        from hyperdjango._engine import Plan

        return Plan(
            self.model,
            self.columns,
            extras=self.extras,
            related=[
                (part.name, part.plan(origin), part.present) for part in self.parts
            ],
            origin=origin,
        )


class Selection:
    """The columns of a SELECT.

    Arguments:
        state: what is asked for.
        named: bool, whether every column gets its name in the result, fields those of their columns.

    Attributes:
        names: list of str, what each column is.
        text_columns: list of int, the columns that are read in PostgreSQL's text form.
        aggregates: set of int, the columns that are computed out of several rows.
        own: set of int, the columns of the model's own table.
        made: dict of int to ModelField, the columns whose fields make something of what the engine gives.
        keys: dict of int to (name, int), the columns at which a key of several fields begins, how it is called and
            how many columns it has.
    """

    def __init__(self, state: State, *, named: bool = False) -> None:
        self.state = state
        self.named = named
        self.names: list[str] = []
        self.text_columns: list[int] = []
        self.aggregates: set[int] = set()
        self.own: set[int] = set()
        self.made: dict[int, ModelField] = {}
        self.keys: dict[int, tuple[str, int]] = {}
        self._texts: list[str] = []
        self._part = Part(state.model)

    def plan(self, origin: object) -> Plan:
        """How rows become instances."""
        return self._part.plan(origin)

    def result_names(self) -> list[str]:
        """What each value of a row is: a key of several fields is one value."""
        names = list(self.names)
        for first in sorted(self.keys, reverse=True):
            name, count = self.keys[first]
            names[first : first + count] = [name]
        return names

    def grouping(self, scope: Scope) -> list[int]:
        """The columns that rows are grouped by: a table's key stands for all of its columns."""
        left_out = set(self.aggregates)
        if self.state.grouped is True and scope.is_keyed(self.state.model):
            left_out |= self.own
        if self.state.shape == "models":
            parts = [self._part]
            while parts:
                part = parts.pop()
                parts.extend(part.parts)
                if scope.is_keyed(part.model):
                    left_out.update(
                        number
                        for field, number in part.columns
                        if not field.primary_key
                    )
        return [number for number in range(len(self._texts)) if number not in left_out]

    def write(self, scope: Scope) -> list[str]:
        """Write the columns, in order."""
        state = self.state
        if state.shape == "models":
            self._write_instance(self._part, scope, _wanted_fields(state))
            for name in _related_names(state):
                self._write_related(name, scope)
        elif state.values is None:
            for field in state.model._meta.fields:
                self._add_field(field, scope, field.name)
        else:
            for value in state.values:
                self._write_value(value, scope)
        for name, annotation in state.annotations.items():
            if state.values is not None and name in state.values:
                continue
            if name not in state.hidden:
                self._write_annotation(name, annotation, scope)
        return self._texts

    def _add(self, text: str, name: str) -> int:
        self._texts.append(text)
        self.names.append(name)
        return len(self._texts) - 1

    def labelled(self, texts: list[str]) -> list[str]:
        """Columns with their names, where the result has names.

        Raises:
            FieldError: a name is longer than PostgreSQL's names are.
        """
        if not self.named and self.state.shape != "dicts":
            return texts
        for name in self.names:
            if len(name.encode()) > 63:
                raise FieldError(
                    f"{name!r} is longer than the 63 bytes of a name in PostgreSQL; give it another: "
                    f"values(name=F({name!r})), or say values_list()"
                )
        return [
            f"{text} AS {identifier(name)}"
            for text, name in zip(texts, self.names, strict=True)
        ]

    def _add_field(
        self, field: ModelField, scope: Scope, name: str, alias: str = ""
    ) -> int:
        alias = alias or scope.alias
        if self.named and name == field.name and alias == scope.alias:
            name = field.column
        number = self._add(scope.readable(alias, field), name)
        if alias == scope.alias:
            self.own.add(number)
        if field.python_type is str:
            self.text_columns.append(number)
        elif field.kind == "made":
            self.made[number] = field
        return number

    def _write_instance(
        self,
        part: Part,
        scope: Scope,
        wanted: set[str] | None,
        prefix: str = "",
        alias: str = "",
    ) -> None:
        options = part.model._meta
        for field in options.fields:
            if wanted is not None and field.name not in wanted:
                continue
            number = self._add_field(field, scope, f"{prefix}{field.name}", alias)
            part.columns.append((field, number))
            if field.primary_key:
                part.present.append(number)
        if any(field.column == "ctid" for field in options.primary_key):
            number = self._add(
                f"{alias or scope.alias}.{ROW_VERSION}", f"{prefix}{ROW_VERSION}"
            )
            self.text_columns.append(number)
            part.extras.append((ROW_VERSION, number))
        if not part.present:
            part.present.extend(number for _, number in part.columns)

    def _write_related(self, path: str, scope: Scope) -> None:
        """A relation's row, and those of the relations before it in the path."""
        part, prefix = self._part, ""
        links: tuple[Link, ...] = ()
        model = self.state.model
        for name in path.split("__"):
            hop = _single_link(model, name, path)
            links = (*links, hop)
            prefix = f"{prefix}{name}__"
            found = next((one for one in part.parts if one.name == name), None)
            if found is None:
                found = Part(hop.target, name)
                part.parts.append(found)
                wanted = _wanted_fields(self.state, prefix, hop.target)
                join = scope.join(links)
                self._write_instance(found, scope, wanted, prefix, join.alias)
                found.present = [
                    number
                    for field, number in found.columns
                    if field in [there for _, there in hop.pairs]
                ] or found.present
            part, model = found, hop.target

    def _write_value(self, value: str | tuple[str, Expression], scope: Scope) -> None:
        name, one = value if isinstance(value, tuple) else (value, F(value))
        if isinstance(value, str) and value not in scope.annotations:
            # A key of several fields is several columns, and one value.
            from hyperdjango.query.paths import follow

            path = follow(scope.model, value)
            alias = scope.join(path.links).alias
            if not path.rest:
                if len(path.fields) == 1:
                    self._add_field(path.fields[0], scope, value, alias)
                    return
                self.keys[len(self.names)] = value, len(path.fields)
                for field in path.fields:
                    label = field.name
                    if label in self.names or label in (self.state.values or ()):
                        label = f"{value} {label}"
                    self._add_field(field, scope, label, alias)
                return
        self._write_annotation(name, one, scope)

    def _write_annotation(self, name: str, one: Expression, scope: Scope) -> None:
        if name in scope.annotations:
            text = scope.annotation(name)
            one = scope.annotations[name]
        else:
            text = one.sql(scope)
        number = self._add(text, name)
        if one.is_text_form(scope):
            self.text_columns.append(number)
        elif isinstance(one, F):
            field = one.field(scope)
            if field is not None and field.kind == "made":
                self.made[number] = field
        if is_aggregated(one, scope.annotations) or has_window(one, scope.annotations):
            self.aggregates.add(number)
        if self.state.shape == "models":
            self._part.extras.append((name, number))


def _wanted_fields(
    state: State, prefix: str = "", model: type[Model] | None = None
) -> set[str] | None:
    """The fields that are fetched, or None for all of them; keys are fetched always."""
    options = (model or state.model)._meta
    if state.only is not None:
        wanted = _below(state.only, prefix)
        if prefix and not wanted:
            # A relation that only() says nothing about is fetched whole.
            return None
        names = _field_names(options.model, wanted)
    elif state.deferred:
        unwanted = _below(state.deferred, prefix)
        if not unwanted:
            return None
        names = set(options.by_name) - _field_names(options.model, unwanted)
    else:
        return None
    names.update(field.name for field in options.primary_key)
    # The key of a relation that is fetched is needed to know whether there is one.
    for path in _related_names(state):
        if path.startswith(prefix):
            relation = options.relations.get(path[len(prefix) :].partition("__")[0])
            if relation is not None:
                names.update(field.name for field, _ in relation.pairs())
    return names


def _below(names: tuple[str, ...], prefix: str) -> list[str]:
    found = [
        name[len(prefix) :] for name in names if name.startswith(prefix) or not prefix
    ]
    return [name for name in found if name]


def _field_names(model: type[Model], names: list[str]) -> set[str]:
    options = model._meta
    found: set[str] = set()
    for name in names:
        first = name.partition("__")[0]
        if name in options.by_name:
            found.add(name)
        elif name == "pk":
            found.update(field.name for field in options.primary_key)
        elif first in options.relations:
            found.update(field.name for field, _ in options.relations[first].pairs())
        elif link(model, first) is None:
            raise options.unknown_name(name)
    return found


def _related_names(state: State) -> tuple[str, ...]:
    if state.related is None:
        # All relations of the model itself whose row is always there, as in Django.
        return tuple(
            hop.name
            for hop in forward_links(state.model).described()
            if not hop.nullable
        )
    return state.related


def _single_link(model: type[Model], name: str, path: str) -> Link:
    """The relation of a name that leads to one row at most.

    Raises:
        FieldError: there is none.
    """
    hop = link(model, name)
    if hop is None or hop.many:
        if hop is not None:
            raise FieldError(
                f"select_related({path!r}): {model.__name__}.{name} leads to many rows; fetch them "
                f"with prefetch_related({path!r})"
            )
        known = [
            *forward_links(model),
            *(key for key, one in reverse_links(model).items() if not one.many),
        ]
        raise FieldError(
            f"select_related({path!r}): {model.__name__} has no relation {name!r}; "
            f"{did_you_mean(name, known)}"
        )
    return hop


def check_related(model: type[Model], path: str) -> None:
    """Refuse a path that select_related() can't follow."""
    for name in path.split("__"):
        model = _single_link(model, name, path).target
