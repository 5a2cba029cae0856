"""The registry: every model of the process, by class name and by table."""

from __future__ import annotations

import sys

from hyperdjango.errors import ModelError
from hyperdjango.models.suggest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hyperdjango.models.model import Model


class Registry:
    """The models that were declared, in the order of their declaration.

    A module that is imported again replaces what it declared before.
    """

    def __init__(self) -> None:
        # Class name, then module; and (schema, table), then module.
        self._names: dict[str, dict[str, type[Model]]] = {}
        self._tables: dict[tuple[str, str], dict[str, type[Model]]] = {}
        # What tells one import of a module from the next (Python reference, "The import
        # system"): importlib makes a new specification each time.
        self._imports: dict[str, object] = {}
        # What was worked out from the models holds as long as this number does.
        self.version = 0

    def add(self, model: type[Model]) -> None:
        """Register a model that was just declared.

        Arguments:
            model: a class that is not abstract.

        Raises:
            ModelError: another class of the same module has the same table.
        """
        self.version += 1
        module = model.__module__
        specification = getattr(sys.modules.get(module), "__spec__", None)
        if self._imports.setdefault(module, specification) is not specification:
            self.forget(module)
            self._imports[module] = specification
        named = self._names.setdefault(model.__name__, {})
        options = model._meta
        table = options.table
        if table is not None:
            other = self._tables.get(table, {}).get(module)
            if other is not None and other is not named.get(module):
                raise ModelError(
                    f"{model.__name__} and {other.__name__} of {module} both have the table "
                    f"{table[0]}.{table[1]}; keep one, or make what they share abstract"
                )
        previous = named.pop(module, None)
        if previous is not None:
            self._drop_table(previous)
        named[module] = model
        if table is not None:
            self._tables.setdefault(table, {})[module] = model

    def forget(self, module: str) -> None:
        """Drop every model of a module.

        Arguments:
            module: str, the module's name.
        """
        self.version += 1
        for named in self._names.values():
            model = named.pop(module, None)
            if model is not None:
                self._drop_table(model)

    def _drop_table(self, model: type[Model]) -> None:
        table = model._meta.table
        if table is not None:
            self._tables.get(table, {}).pop(model.__module__, None)

    def by_name(self, name: str, module: str, where: str) -> type[Model]:
        """The model that a class name means: that of the same module, or else the only one.

        Arguments:
            name: str, the class name.
            module: str, the module in which the name is written.
            where: str, the field or ``Meta`` entry for an error.

        Raises:
            ModelError: there is none, or there are several in other modules.
        """

        def none_is() -> str:
            # Looked for where it is needed alone: among a thousand names it takes long.
            known = [other for other, models in self._names.items() if models]
            return (
                f"is a model of that name; {did_you_mean(name, known)} A table that no model "
                "describes is named Table('schema', 'table', 'column')"
            )

        found = self._names.get(name, {})
        return _one(found, module, f"{where} refers to {name!r}", none_is)

    def by_table(self, schema: str, table: str, module: str, where: str) -> type[Model]:
        """The model of a table: that of the same module, or else the only one.

        Arguments:
            schema, table: str, the table.
            module: str, the module in which the reference is written.
            where: str, the field for an error.

        Raises:
            ModelError: there is none, or there are several in other modules.
        """
        return _one(
            self._tables.get((schema, table), {}),
            module,
            f"{where} refers to the table {schema}.{table}",
            lambda: (
                "is a model of that table; declare one to read the relation, or read the key"
            ),
        )

    def __iter__(self) -> Iterator[type[Model]]:
        """Every model, in the order of declaration."""
        models = [model for named in self._names.values() for model in named.values()]
        models.sort(key=lambda model: model._meta.number)
        return iter(models)


def _one(
    found: dict[str, type[Model]], module: str, refers: str, none_is: Callable[[], str]
) -> type[Model]:
    if module in found:
        return found[module]
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise ModelError(f"{refers}, and nothing imported so far {none_is()}")
    places = " and ".join(
        f"{model.__module__}.{model.__name__}" for model in found.values()
    )
    raise ModelError(
        f"{refers}, which may be {places}; keep both models in one module, or rename one"
    )


registry = Registry()
