"""A statement that was written: its text, its parameters, and how its rows become results."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from hyperdjango._engine import Plan


class Compiled:
    """A statement.

    Attributes:
        sql: str, its text.
        parameters: tuple, the values of ``$1``, ``$2`` …
        shape: int, what the engine gives for it.
        text_columns, text_parameters: tuples of int, the columns and parameters that travel in
            PostgreSQL's text form.
        plan: Plan | None, how rows become instances.
        conversions: tuple of (number or name of a column, function), for rows that become no instances: what
            their fields make of the values.
    """

    __slots__ = (
        "conversions",
        "parameters",
        "plan",
        "shape",
        "sql",
        "text_columns",
        "text_parameters",
    )

    def __init__(
        self,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        text_columns: Sequence[int] = (),
        text_parameters: Sequence[int] = (),
        plan: Plan | None = None,
    ) -> None:
        self.sql = sql
        self.parameters = parameters
        self.shape = shape
        self.text_columns = tuple(text_columns)
        self.text_parameters = tuple(text_parameters)
        self.plan = plan
        self.conversions: tuple[tuple[Any, Callable[[Any], Any]], ...] = ()

    def with_parameters(self, parameters: tuple[Any, ...]) -> Compiled:
        """The same statement with other values."""
        made = Compiled.__new__(Compiled)
        made.sql = self.sql
        made.parameters = parameters
        made.shape = self.shape
        made.text_columns = self.text_columns
        made.text_parameters = self.text_parameters
        made.plan = self.plan
        made.conversions = self.conversions
        return made

    def converted(self, row: Any) -> Any:
        """A row, or the only value of one, as its fields have it."""
        if isinstance(row, dict):
            for name, convert in self.conversions:
                if row[name] is not None:
                    row[name] = convert(row[name])
            return row
        if isinstance(row, tuple):
            values = list(row)
            for number, convert in self.conversions:
                if values[number] is not None:
                    values[number] = convert(values[number])
            return tuple(values)
        ((_, convert),) = self.conversions
        return None if row is None else convert(row)
