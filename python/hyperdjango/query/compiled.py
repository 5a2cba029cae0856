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
        keys: tuple of (name, int, tuple of str), for such rows: keys of several fields, the number of the first
            column, and the names of the columns; each becomes a tuple.
        is_flat: bool, whether a row of such a key alone is the key itself.
    """

    __slots__ = (
        "conversions",
        "is_flat",
        "keys",
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
        self.keys: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
        self.is_flat = False

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
        made.keys = self.keys
        made.is_flat = self.is_flat
        return made

    @property
    def is_converted(self) -> bool:
        """Whether something is to be made of rows that become no instances."""
        return bool(self.conversions or self.keys)

    def converted(self, row: Any) -> Any:
        """A row, or the only value of one, as its fields have it."""
        if isinstance(row, dict):
            for name, convert in self.conversions:
                if row[name] is not None:
                    row[name] = convert(row[name])
            return self._with_keys(row) if self.keys else row
        if isinstance(row, tuple):
            values = list(row)
            for number, convert in self.conversions:
                if values[number] is not None:
                    values[number] = convert(values[number])
            for _, first, names in reversed(self.keys):
                last = first + len(names)
                values[first:last] = [_key(values[first:last])]
            return values[0] if self.is_flat else tuple(values)
        ((_, convert),) = self.conversions
        return None if row is None else convert(row)

    def _with_keys(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with a tuple in the place of each key of several fields."""
        begins = {names[0]: (name, names) for name, _, names in self.keys}
        parts = {part for _, _, names in self.keys for part in names}
        made: dict[str, Any] = {}
        for column, value in row.items():
            if column in begins:
                name, names = begins[column]
                made[name] = _key([row[part] for part in names])
            elif column not in parts:
                made[column] = value
        return made


def _key(values: list[Any]) -> tuple[Any, ...] | None:
    """A key of several fields; None where there is no such row."""
    return None if all(value is None for value in values) else tuple(values)
