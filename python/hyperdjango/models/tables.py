"""What the relation behind a model can be other than a plain table: view, partition, foreign."""

from __future__ import annotations

from hyperdjango.models.columns import Table
from hyperdjango.models.declaration import (
    Declaration,
    class_name,
    flag,
    nested_settings,
    parameters,
    refuse_unknown,
    settings,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Never


class View(Declaration):
    """The query behind a model of a view, for ``Meta.view``.

    Arguments:
        definition: str, the query as ``pg_get_viewdef`` prints it.
        materialized: bool, whether the rows are stored.
        options: dict of str, ``security_barrier`` and the like, or storage parameters.
        with_data: bool, False for a materialized view that was never filled.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE VIEW" and "CREATE MATERIALIZED VIEW".

    >>> View("SELECT 1 AS one;", materialized=True)
    View('SELECT 1 AS one;', materialized=True)
    """

    __slots__ = ("definition", "materialized", "options", "with_data")
    definition: str
    materialized: bool
    options: Mapping[str, str]
    with_data: bool

    def __init__(
        self,
        definition: str,
        *,
        materialized: bool = False,
        options: Mapping[str, str] | None = None,
        with_data: bool = True,
        **unknown: Never,
    ) -> None:
        refuse_unknown("View", unknown, parameters(View))
        self._store(
            definition=text("View", "definition", definition),
            materialized=flag("View", "materialized", materialized),
            options=settings("View", "options", options),
            with_data=flag("View", "with_data", with_data),
        )


class Partition(Declaration):
    """Which part of which table a model is, for ``Meta.partition_of``.

    Arguments:
        of: str | Table, the class name of the partitioned model, or its table.
        bound: str, as ``pg_get_expr(relpartbound)`` prints it,
            ``"FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"`` or ``"DEFAULT"``.

    Raises:
        ModelError: a value is of the wrong type.

    PostgreSQL documentation, "CREATE TABLE", PARTITION OF.

    >>> Partition("Payment", "DEFAULT")
    Partition('Payment', 'DEFAULT')
    """

    __slots__ = ("bound", "of")
    of: str | Table
    bound: str

    def __init__(self, of: str | Table, bound: str) -> None:
        self._store(
            of=of if isinstance(of, Table) else class_name("Partition", "of", of),
            bound=text("Partition", "bound", bound),
        )


class ForeignServer(Declaration):
    """Where the rows of a foreign table are, for ``Meta.foreign``.

    Arguments:
        name: str, the server.
        options: dict of str, the table's options for it.
        column_options: dict of field name to dict of str, the columns' options for it.

    Raises:
        ModelError: a value is of the wrong type, or a keyword is unknown.

    PostgreSQL documentation, "CREATE FOREIGN TABLE".

    >>> ForeignServer("archive", options={"table_name": "orders"}).options["table_name"]
    'orders'
    """

    __slots__ = ("column_options", "name", "options")
    name: str
    options: Mapping[str, str]
    column_options: Mapping[str, Mapping[str, str]]

    def __init__(
        self,
        name: str,
        *,
        options: Mapping[str, str] | None = None,
        column_options: Mapping[str, Mapping[str, str]] | None = None,
        **unknown: Never,
    ) -> None:
        refuse_unknown("ForeignServer", unknown, parameters(ForeignServer))
        self._store(
            name=text("ForeignServer", "name", name),
            options=settings("ForeignServer", "options", options),
            column_options=nested_settings(
                "ForeignServer", "column_options", column_options
            ),
        )
