"""What may stand in the ``Meta`` of a model, and the checks of each attribute."""

from __future__ import annotations

from hyperdjango.errors import ModelError
from hyperdjango.models.columns import Table
from hyperdjango.models.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from hyperdjango.models.declaration import settings, storable
from hyperdjango.models.indexes import Index, IndexColumn
from hyperdjango.models.suggest import did_you_mean, shorten
from hyperdjango.models.tables import ForeignServer, Partition, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from hyperdjango.models.options import Options

# What users of Django write in a Meta, and what it is here.
ELSEWHERE = {
    "db_table": "did you mean 'table_name'?",
    "db_table_comment": "did you mean 'comment'?",
    "db_tablespace": "did you mean 'tablespace'?",
    "index_together": "list an Index in indexes",
    "ordering": "there is no order but what order_by() asks for",
    "proxy": "write the methods on the model itself",
    "unique_together": "list a Unique in constraints",
}


class Wrong(Exception):
    """What an attribute should have been; the model and the attribute are added outside."""


def read_meta(options: Options, declared: object, inherited: bool) -> tuple[str, ...]:
    """Check the attributes of a ``Meta`` and set them on the options.

    Arguments:
        options: what they are set on.
        declared: the ``Meta`` class; its own bases count, as in ``class Meta(Base.Meta)``.
        inherited: bool, whether it is an abstract base's; ``abstract`` does not pass on.

    Returns:
        ``Meta.primary_key``, empty where it is not given.

    Raises:
        ModelError: an attribute is unknown or of the wrong type.

    Django documentation, "Model ``Meta`` options", for how a ``Meta`` is inherited.
    """
    if not isinstance(declared, type):
        raise ModelError(f"{options.name}.Meta is not a class; write class Meta:")
    key: tuple[str, ...] = ()
    for base in reversed(declared.__mro__[:-1]):
        for name, value in vars(base).items():
            if name.startswith("__") and name.endswith("__"):
                continue
            check = ATTRIBUTES.get(name)
            if check is None:
                hint = ELSEWHERE.get(name) or did_you_mean(name, ATTRIBUTES)
                raise ModelError(
                    f"{options.name}.Meta has no attribute {name!r}; {hint}"
                )
            if name == "abstract" and (inherited or base is not declared):
                continue
            try:
                checked = check(value)
            except Wrong as wanted:
                raise ModelError(
                    f"{options.name}.Meta.{name} must be {wanted}, not {shorten(value)}"
                ) from None
            if name == "primary_key":
                key = checked
            elif name == "table_name":
                options.given_table_name = checked
            else:
                setattr(options, name, checked)
    return key


def check_meta(options: Options) -> None:
    """Check that every field that a constraint or an index names is one of the model's.

    Raises:
        ModelError: one is not; the message names the nearest.
    """
    keys = 0
    for constraint in options.constraints:
        where = f"{options.name}.Meta.constraints: {type(constraint).__name__}()"
        if isinstance(constraint, (PrimaryKey, Unique)):
            _known(options, where, (*constraint.fields, *constraint.include))
        if isinstance(constraint, ForeignKey):
            _known(options, where, constraint.fields)
            _check_refined(options, where, constraint)
        if isinstance(constraint, PrimaryKey):
            keys += 1
            if keys > 1:
                raise ModelError(f"{where} is there twice; a table has one primary key")
    for index in options.indexes:
        columns = [key for key in index.keys if isinstance(key, str)]
        columns += [key.field for key in index.keys if isinstance(key, IndexColumn)]
        where = f"{options.name}.Meta.indexes: Index()"
        _known(options, where, (*columns, *index.include))
    if options.foreign is not None:
        where = f"{options.name}.Meta.foreign: ForeignServer()"
        _known(options, where, options.foreign.column_options)


def _known(options: Options, where: str, names: Iterable[str]) -> None:
    for name in names:
        if name not in options.by_name:
            raise ModelError(f"{where}: {options.unknown_name(name)}")


def _check_refined(options: Options, where: str, constraint: ForeignKey) -> None:
    """A foreign key without a target stands for its field's own."""
    if constraint.to is not None:
        return
    field = options.by_name[constraint.fields[0]]
    if field.foreign_key is None:
        raise ModelError(
            f"{where} names no target, and {field} has no foreign_key that it could refine; "
            "name it as to="
        )
    action = constraint.on_delete or field.on_delete
    if constraint.set_columns and action not in ("SET NULL", "SET DEFAULT"):
        raise ModelError(
            f"{where} has set_columns, which only on_delete='SET NULL' and 'SET DEFAULT' "
            "take; add one of them, or drop set_columns"
        )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or not storable(value):
        raise Wrong("text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("True or False")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise Wrong("a list of field names")
    if len(set(value)) < len(value):
        raise Wrong("a list of distinct field names")
    return tuple(_text(name) for name in value)


def _settings(value: Any) -> Any:
    # Pairs, beside a dict: linters warn of a dict that a whole class shares.
    if isinstance(value, tuple):
        try:
            value = dict(value)
        except (TypeError, ValueError):
            raise Wrong(
                "a dict of names and settings, or a tuple of such pairs"
            ) from None
    return settings("Meta.options", "options", value)


def _list_of(kinds: tuple[type[Any], ...], wanted: str) -> Callable[[Any], Any]:
    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise Wrong(f"a list of {wanted}")
        if not all(isinstance(item, kinds) for item in value):
            raise Wrong(f"a list of {wanted}")
        return tuple(value)

    return check


def _one_of(kind: type[Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, kind):
            raise Wrong(f"a {kind.__name__}")
        return value

    return check


def _parents(value: Any) -> tuple[str | Table, ...]:
    wanted = "class names and Table objects"
    parents: tuple[str | Table, ...] = _list_of((str, Table), wanted)(value)
    if not all(isinstance(one, Table) or one.isidentifier() for one in parents):
        raise Wrong(f"a list of {wanted}")
    return parents


_CONSTRAINTS: tuple[type[Constraint], ...] = (
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclude,
)

ATTRIBUTES: dict[str, Callable[[Any], Any]] = {
    "table_name": _text,
    "managed": _flag,
    "complete": _flag,
    "schema": _text,
    "primary_key": _names,
    "constraints": _list_of(
        _CONSTRAINTS, "PrimaryKey, Unique, ForeignKey, Check and Exclude objects"
    ),
    "indexes": _list_of((Index,), "Index objects"),
    "comment": _text,
    "view": _one_of(View),
    "partition_by": _text,
    "partition_of": _one_of(Partition),
    "inherits": _parents,
    "unlogged": _flag,
    "options": _settings,
    "tablespace": _text,
    "foreign": _one_of(ForeignServer),
    "abstract": _flag,
}
