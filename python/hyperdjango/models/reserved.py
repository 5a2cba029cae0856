"""The names that no field may have, because a model needs them for itself.

This is the only list. A column of such a name is declared as ``name_field`` with
``column_name=``; ``hyper inspectdb`` writes it so. Names that begin and end with two
underscores are reserved as well, without being listed.
"""

# One name a line: a test of the engine's compares this list with its own.
RESERVED_NAMES = frozenset(
    (
        # What a model offers, now or later, in Django's words.
        "DoesNotExist",
        "Meta",
        "MultipleObjectsReturned",
        "clean",
        "clean_fields",
        "delete",
        "from_db",
        "full_clean",
        "get_deferred_fields",
        "objects",
        "pk",
        "refresh_from_db",
        "save",
        "to_dict",
        "validate_constraints",
        "validate_unique",
        # What the lines of a class body call: a field of that name would hide it from the next.
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
        # What a model keeps for itself: its description and, once loaded, its row.
        "_meta",
        "_row",
        "_state",
    )
)


def is_reserved(name: str) -> bool:
    """Whether no field may be called ``name``.

    >>> is_reserved("objects"), is_reserved("__init__"), is_reserved("id")
    (True, True, False)
    """
    return name in RESERVED_NAMES or (name.startswith("__") and name.endswith("__"))
