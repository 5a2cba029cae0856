"""A statement that was written: its text, its parameters, and how its rows become results."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
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
    """

    __slots__ = (
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

    def with_parameters(self, parameters: tuple[Any, ...]) -> Compiled:
        """The same statement with other values."""
        made = Compiled.__new__(Compiled)
        made.sql = self.sql
        made.parameters = parameters
        made.shape = self.shape
        made.text_columns = self.text_columns
        made.text_parameters = self.text_parameters
        made.plan = self.plan
        return made
