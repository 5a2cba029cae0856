"""The text of a statement under way: quoted names, numbered parameters, aliases."""

from __future__ import annotations

from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.models.model import Model


def table(model: type[Model]) -> str:
    """A model's table with its schema, quoted."""
    options = model._meta
    return f"{identifier(options.schema)}.{identifier(options.table_name)}"


class Writer:
    """The parameters of one statement, and the aliases that it has used.

    Attributes:
        parameters: list, the values of ``$1``, ``$2`` …
        text: list of int, the parameters, counted from 0, that travel in PostgreSQL's text form.
    """

    __slots__ = ("_aliases", "parameters", "text")

    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self.text: list[int] = []
        self._aliases = 0

    def parameter(self, value: Any, text: bool = False) -> str:
        """Add a parameter.

        Arguments:
            value: its value.
            text: bool, whether it travels in PostgreSQL's text form, whatever its type.

        Returns:
            What stands for it in the statement.
        """
        if text:
            self.text.append(len(self.parameters))
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def alias(self) -> str:
        """An alias for a table that the statement has not used."""
        self._aliases += 1
        return f"t{self._aliases - 1}"
