"""Where the models come from: the database itself, read at this moment, or a module that is there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hyperdjango.app.loading import LoadError
from hyperdjango.models.model import Model
from hyperdjango.models.registry import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

# The module that models of the database are in; no file has it.
_MODULE = "hyperdjango_served"
# What a field of such a type is annotated instead of str, so that JSON has its values and not their text.
_JSON, _LIST = "_served_json", "_served_list"
# Arrays whose elements the engine reads; those of any other type are PostgreSQL's text.
_ELEMENTS = re.compile(
    r"(smallint|integer|bigint|real|double precision|numeric|boolean|text|character( varying)?|uuid|date|jsonb?"
    r"|timestamp(tz)?|time)(\([\d,]+\))?( with(out)? time zone)?\[\]"
)


def described(arguments: Sequence[str]) -> str:
    """What ``hyper inspectdb`` writes for the database, views included.

    Arguments:
        arguments: its arguments: ``--schema``, ``--table``, ``--exclude``.

    Raises:
        SystemExit: it fails; it has said why.
    """
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "hyperdjango",
            "inspectdb",
            "--include-views",
            *arguments,
        ],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        sys.exit(2)
    return done.stdout


def models_of(text: str) -> list[type[Model]]:
    """The models of a text that ``described`` gave; they are made in memory.

    Columns of JSON and arrays have values here, and not PostgreSQL's text.
    """
    module = ModuleType(_MODULE)
    sys.modules[_MODULE] = module
    registry.forget(_MODULE)
    tree = _Richer().visit(ast.parse(text))
    vars(module).update({_JSON: object, _LIST: list})
    code = compile(ast.fix_missing_locations(tree), f"<{_MODULE}>", "exec")
    # What inspectdb writes is code on purpose, and nothing out of the database is code in it.
    exec(code, vars(module))  # noqa: S102
    return _models(module)


def models_named(named: str, folder: str) -> list[type[Model]]:
    """The models of a file, a package or a module that is there.

    Arguments:
        named: str, ``"models.py"``, ``"shop/models.py"``, ``"models/"`` or ``"shop.models"``.
        folder: str, where it is looked for.

    Raises:
        LoadError: there is none, it fails, or it has no models.
    """
    from hyperdjango.app.loading import _import, is_module

    inner, name = os.path.split(os.path.join(folder, named.rstrip("/")))
    name = name.removesuffix(".py")
    if is_module(inner, name):
        # A file, or a package: a folder with a module for each schema.
        sys.path.insert(0, inner)
        module = _import(os.path.abspath(inner), name, {})
    elif named.endswith(".py") or "/" in named:
        raise LoadError(
            f"error: there is no file {named}\n"
            " hint: leave out --models to have the tables as they are in the database"
        )
    else:
        sys.path.insert(0, folder)
        module = _imported(named, folder)
    models = _models(module)
    if not models:
        raise LoadError(f"error: {named} has no models")
    return models


def chosen(
    models: list[type[Model]],
    schemas: Sequence[str],
    tables: Sequence[str],
    excluded: Sequence[str],
) -> list[type[Model]]:
    """The models of the tables that were named, by schema or by patterns with ``*``; all where nothing was."""
    found = []
    for model in models:
        table = model._meta.table
        if table is None:
            continue
        if schemas and "*" not in schemas and table[0] not in schemas:
            continue
        if tables and not any(_fits(one, table) for one in tables):
            continue
        if any(_fits(one, table) for one in excluded):
            continue
        found.append(model)
    return found


def _fits(pattern: str, table: tuple[str, str]) -> bool:
    schema, name = table
    for text in (name, f"{schema}.{name}"):
        parts = map(re.escape, pattern.split("*"))
        if re.fullmatch(".*".join(parts), text, re.DOTALL):
            return True
    return False


def _imported(named: str, folder: str) -> ModuleType:
    from importlib import import_module

    from hyperdjango.app.loading import _why

    try:
        return import_module(named)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - the module may raise anything
        if isinstance(problem, ModuleNotFoundError) and problem.name in (
            named,
            named.partition(".")[0],
        ):
            raise LoadError(
                f"error: there is no module {named}\n"
                " hint: name a file, models.py, or leave out --models to have the tables as they are in the database"
            ) from None
        raise LoadError(_why(problem, os.path.abspath(folder), named)) from None


def _models(module: ModuleType) -> list[type[Model]]:
    found = []
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Model)
            and value is not Model
            and not value._meta.abstract
            and value not in found
        ):
            found.append(value)
    return found


class _Richer(ast.NodeTransformer):
    """Annotates fields of JSON and of arrays with what their values are."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """A field."""
        kind = _db_type(node.value)
        if not isinstance(node.annotation, ast.Name) or node.annotation.id != "str":
            return node
        if kind in ("json", "jsonb"):
            node.annotation = ast.Name(_JSON, ast.Load())
        elif kind is not None and _ELEMENTS.fullmatch(kind):
            node.annotation = ast.Name(_LIST, ast.Load())
        else:
            return node
        assert isinstance(node.value, ast.Call)
        for keyword in node.value.keywords:
            if keyword.arg == "default":
                # It is PostgreSQL's text, and no value: the database alone fills it in.
                keyword.arg = "db_default"
        return node


def _db_type(value: Any) -> str | None:
    """The type of the column that a call of ``Field`` states."""
    if not isinstance(value, ast.Call):
        return None
    for keyword in value.keywords:
        if keyword.arg == "db_type" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return None
