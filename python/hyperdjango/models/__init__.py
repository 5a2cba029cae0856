"""Models: classes that say what a table is, and whose instances are its rows.

>>> class User(Model):
...     id: int = Field(primary_key=True)
...     email: str = Field(unique=True)
...     name: str = Field(nullable=True)
...
...     class Meta:
...         table_name = "users"
...         managed = False
>>> User(id="7", email="ada@example.org")
User(id=7, email='ada@example.org')
"""

from __future__ import annotations

from hyperdjango.models.columns import Generated, Identity, Serial, Table
from hyperdjango.models.constraints import (
    Check,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from hyperdjango.models.field import Field
from hyperdjango.models.indexes import Index, IndexColumn, IndexExpression
from hyperdjango.models.model import Model
from hyperdjango.models.tables import ForeignServer, Partition, View
from hyperdjango.models.types import CompositeType, DomainType, EnumType, Sequence

# What a class body calls is in __all__; what queries are made of is imported when it is asked for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.models.ranges import Range as Range
    from hyperdjango.query import *

__all__ = [
    "Check",
    "CompositeType",
    "DomainType",
    "EnumType",
    "Exclude",
    "Field",
    "ForeignKey",
    "ForeignServer",
    "Generated",
    "Identity",
    "Index",
    "IndexColumn",
    "IndexExpression",
    "Model",
    "Partition",
    "PrimaryKey",
    "Sequence",
    "Serial",
    "Table",
    "Unique",
    "View",
]


def __getattr__(name: str) -> Any:
    """``Range``, and the query language, ``Q``, ``F``, ``Count``: imported when first asked for."""
    if name == "Range":
        from hyperdjango.models.ranges import Range

        globals()[name] = Range
        return Range
    if not name.startswith("_"):
        from hyperdjango import query

        if name in query.__all__:
            found = globals()[name] = getattr(query, name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
