"""``python -m hyperdjango._state MODULE [--path DIR]``: what the models of a module say, as JSON.

This is how the command reads ``models.py``: Python imports it, and the engine reads what this
prints. Nothing is resolved here; the engine gives every omission its meaning.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType, TracebackType
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model

# The version of the format, raised when what is there changes its meaning.
VERSION = 1

# The keywords of a field that are taken as they are.
_FIELD_KEYWORDS = (
    "primary_key",
    "unique",
    "db_default",
    "foreign_key",
    "on_delete",
    "on_update",
    "related_name",
    "db_type",
    "auto",
    "identity",
    "generated",
    "index",
    "collation",
    "comment",
    "db_constraint",
)

# The attributes of a Meta that are taken as they are, where they say something.
_META_ATTRIBUTES = (
    "constraints",
    "indexes",
    "comment",
    "view",
    "partition_by",
    "partition_of",
    "inherits",
    "unlogged",
    "options",
    "tablespace",
    "foreign",
)


def main(arguments: list[str]) -> int:
    """Print the state of a module's models, or the error that its import ended in.

    Arguments:
        arguments: list of str, the module's name, and ``--path`` with the folder that it is in;
            without it, Python's own path counts.

    Returns:
        0, or 1 where an error was printed instead.
    """
    import gc
    from json import dumps

    # The process ends with this: what ten thousand classes leave need not be looked through again and again.
    gc.disable()
    module, path = _parse(arguments)
    if path is not None:
        sys.path.insert(0, path)
    _leave_old_bytecode()
    # Whatever the module prints while it is imported must not get into the JSON.
    output = os.dup(1)
    os.dup2(2, 1)
    status = 0
    try:
        answer = state_of(import_module(module))
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - the module may raise anything
        status = 1
        answer = {"error": error_of(problem)}
    sys.stdout.flush()
    # Half a surrogate pair has no bytes: the engine refuses its escape and says where it is.
    with os.fdopen(output, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(dumps(answer, ensure_ascii=False) + "\n")
    return status


def _leave_old_bytecode() -> None:
    """Have Python compile a module anew whose source was written after its bytecode was.

    Python takes bytecode for that of a source of the same size and the same second: an edit that
    follows the last run at once, by a program, would not be seen.
    """
    from importlib.machinery import SourceFileLoader

    read = SourceFileLoader.get_data

    def get_data(self: SourceFileLoader, path: str) -> bytes:
        if (
            path != self.path
            and os.stat(path).st_mtime_ns <= os.stat(self.path).st_mtime_ns
        ):
            raise FileNotFoundError(path)
        return read(self, path)

    SourceFileLoader.get_data = get_data  # type: ignore[method-assign, assignment]


def _parse(arguments: list[str]) -> tuple[str, str | None]:
    match arguments:
        case [module] if not module.startswith("-"):
            return module, None
        case [module, "--path", path] | ["--path", path, module]:
            return module, path
    sys.stderr.write("usage: python -m hyperdjango._state MODULE [--path DIR]\n")
    raise SystemExit(2)


def state_of(module: ModuleType) -> dict[str, Any]:
    """Everything that a module's models, types and sequences say.

    A model always has its ``name``, ``module``, ``file``, ``line``, ``table_name``, ``schema``,
    ``managed``, ``primary_key`` (field names in the key's order) and ``fields``; a field its
    ``name``, ``column_name`` and ``annotation``. Any other keyword of ``Field`` and ``Meta`` is
    there only where it says something other than its default. A field has besides: ``optional``
    (the annotation allows None), ``relation`` (the name of the attribute that its foreign key
    gives), and its ``default`` as a dict. Typed objects are complete.

    Arguments:
        module: a module that was imported.

    Returns:
        A dict of what JSON has; every typed object has its class name as ``"kind"``.

    Raises:
        ModelError: an annotation names nothing, a model does not name its table, or ``types``
            or ``sequences`` holds something else.
        FieldValueError: a default is no value of its field.
    """
    from hyperdjango.models.types import (
        CompositeType,
        DomainType,
        EnumType,
        Sequence,
    )

    types = (EnumType, DomainType, CompositeType)
    return {
        "hyperdjango_state": VERSION,
        "models": [_located_state(model) for model in models_of(module)],
        "types": [_plain(item) for item in _listed(module, "types", types)],
        "sequences": [
            _plain(item) for item in _listed(module, "sequences", (Sequence,))
        ],
    }


def models_of(module: ModuleType) -> Iterator[type[Model]]:
    """The models of a module or package, and those imported into it, as they were declared.

    Arguments:
        module: a module that was imported.
    """
    from hyperdjango.models.registry import registry

    name = module.__name__
    imported = {id(value) for value in vars(module).values()}
    for model in registry:
        inside = model.__module__ == name or model.__module__.startswith(f"{name}.")
        if inside or id(model) in imported:
            yield model


def _listed(module: ModuleType, name: str, kinds: tuple[type[Any], ...]) -> list[Any]:
    """What a module lists under a name; Python's own ``types`` module is no such list."""
    from hyperdjango.errors import ModelError

    listed = getattr(module, name, [])
    if isinstance(listed, type(sys)):
        return []
    wanted = " and ".join(kind.__name__ for kind in kinds)
    if not isinstance(listed, (list, tuple)):
        raise ModelError(f"{module.__name__}.{name} must be a list of {wanted} objects")
    for item in listed:
        if not isinstance(item, kinds):
            raise ModelError(
                f"{module.__name__}.{name} holds a {type(item).__name__}; it lists {wanted} "
                "objects"
            )
    return list(listed)


def _located_state(model: type[Model]) -> dict[str, Any]:
    """The state of a model; an error in it is told with the place of its class statement."""
    from hyperdjango.errors import HyperError

    try:
        return _model_state(model)
    except HyperError as problem:
        problem.declared_at = (model._meta.file, model._meta.line)
        raise


def _model_state(model: type[Model]) -> dict[str, Any]:
    options = model._meta
    state = {
        "name": options.name,
        "module": options.module,
        "file": options.file,
        "line": options.line,
        "table_name": options.table_name,
        "schema": options.schema,
        "managed": options.managed,
        "primary_key": [field.name for field in options.primary_key],
        "fields": [_field_state(field) for field in options.fields],
    }
    if not options.complete:
        state["complete"] = False
    for name in _META_ATTRIBUTES:
        value = getattr(options, name)
        if value:
            state[name] = _plain(value)
    return state


def _field_state(field: ModelField) -> dict[str, Any]:
    from hyperdjango.models.annotations import type_name
    from hyperdjango.models.field import DEFAULTS, UNSET

    state: dict[str, Any] = {
        "name": field.name,
        "column_name": field.column,
        "annotation": type_name(field.python_type),
    }
    if field.optional:
        state["optional"] = True
    if field.accepts_null:
        state["nullable"] = True
    if field.default is not UNSET:
        state["default"] = _default_state(field)
    if field.relation is not None:
        state["relation"] = field.relation.name
    said = field.__dict__
    for keyword in _FIELD_KEYWORDS:
        if keyword in said and said[keyword] != DEFAULTS[keyword]:
            state[keyword] = _plain(said[keyword])
    return state


def _default_state(field: ModelField) -> dict[str, Any]:
    """The default as it is written: its Python type by name, and its value as text."""
    value: Any = field.default
    if callable(value):
        return {"kind": "callable"}
    if value is not None:
        # What can't be the default of an instance can't be that of the column either.
        field.convert(value)
    written = value
    if isinstance(value, str):
        written = str.__str__(value)
    elif isinstance(value, bytes):
        written = value.hex()
    elif isinstance(value, float):
        written = repr(value)
    elif value is not None and hasattr(value, "isoformat"):
        written = value.isoformat()
    elif value is not None and not isinstance(value, bool):
        written = str(value)
    return {"kind": "literal", "type": _literal_type(value), "value": written}


def _literal_type(value: object) -> str:
    """The name of the value's type, a subclass's as that of its base."""
    for kind in (bool, int, str):
        if isinstance(value, kind):
            return kind.__name__
    return type(value).__name__


def _plain(value: object) -> Any:
    """The value as JSON has it, a typed object with its class name."""
    from hyperdjango.models.declaration import Declaration

    if isinstance(value, Declaration):
        contents = {name: _plain(item) for name, item in value._contents().items()}
        # An identity column has a kind of its own: it is called mode here.
        if "kind" in contents:
            contents["mode"] = contents.pop("kind")
        return {"kind": type(value).__name__, **contents}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, MappingProxyType):
        return {name: _plain(item) for name, item in value.items()}
    return value


def error_of(problem: BaseException) -> dict[str, Any]:
    """An exception as the command reports it.

    Arguments:
        problem: what the import of the models ended in.

    Returns:
        The exception's class name as ``"kind"``, its ``"message"``, and the ``"file"`` and
        ``"line"`` of the user's code, None where there is none.
    """
    file: str | None
    line: int | None
    if isinstance(problem, SyntaxError):
        file, line, message = problem.filename, problem.lineno, problem.msg
    else:
        declared_at = getattr(problem, "declared_at", None)
        file, line = declared_at or _user_place(problem.__traceback__)
        message = str(problem)
        if isinstance(problem, SystemExit):
            message = (
                f"the module ended Python while it was imported ({problem.code!r})"
            )
    return {
        "kind": type(problem).__name__,
        "message": message,
        "file": file,
        "line": line,
    }


def _user_place(traceback: TracebackType | None) -> tuple[str | None, int | None]:
    """The innermost place that is neither ours nor the import system's."""
    place: tuple[str | None, int | None] = (None, None)
    ours = os.path.dirname(os.path.abspath(__file__))
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        inside = os.path.abspath(file).startswith(ours + os.sep)
        if not (inside or file.startswith("<frozen") or _is_library(file)):
            place = (file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _is_library(file: str) -> bool:
    """Whether a file is the import system's own."""
    return os.path.dirname(os.path.abspath(file)) == os.path.dirname(
        os.path.abspath(import_module.__code__.co_filename)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
