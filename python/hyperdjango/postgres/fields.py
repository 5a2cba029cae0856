"""Fields whose values are lists or JSON: ``scores: list[int] = ArrayField("integer")``, ``traits: Any = JSONField()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperdjango.models.field import Field

if TYPE_CHECKING:
    from typing import Any


def ArrayField(element: str, **keywords: Any) -> Any:
    """Declare a column of an array type, whose values are lists.

    Arguments:
        element: str, the type of the elements, ``"integer"``, or of the column, ``"integer[]"``.
        **keywords: as for ``Field``.

    Django documentation, "PostgreSQL specific model fields", ``ArrayField``.
    """
    db_type = element if element.endswith("]") else f"{element}[]"
    return Field(db_type=db_type, **keywords)


def JSONField(db_type: str = "jsonb", **keywords: Any) -> Any:
    """Declare a column of JSON, whose values are what ``json.loads`` makes of it.

    Arguments:
        db_type: str, ``"jsonb"`` or ``"json"``.
        **keywords: as for ``Field``.

    Django documentation, "Model field reference", ``JSONField``.
    """
    return Field(db_type=db_type, **keywords)
