"""Classes of a models file one by one, to compare one file's with another's."""

from __future__ import annotations

import ast
from typing import Any

Table = tuple[str, str]


def class_texts(text: str) -> dict[Table, str]:
    """The text of each class by its schema and table, with the comment on top of it."""
    lines = text.splitlines()
    found: dict[Table, str] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef) or not _meta(node):
            continue
        start = node.lineno - 1
        while start > 0 and lines[start - 1].startswith("#"):
            start -= 1
        meta = _meta(node)
        table = (meta.get("schema", "public"), meta["table_name"])
        found[table] = "\n".join(lines[start : node.end_lineno])
    return found


def _meta(node: ast.ClassDef) -> dict[str, Any]:
    """The plain values in a class's Meta."""
    values: dict[str, Any] = {}
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
            for statement in inner.body:
                if isinstance(statement, ast.Assign) and isinstance(
                    statement.value, ast.Constant
                ):
                    target = statement.targets[0]
                    assert isinstance(target, ast.Name)
                    values[target.id] = statement.value.value
    return values


class Targets(ast.NodeTransformer):
    """Puts the table itself in place of a class name, wherever a class refers to another table.

    Arguments:
        models: what a whole module defines, by class name.
    """

    def __init__(self, models: dict[str, Any]) -> None:
        self.models = models
        self.count = 0

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        if node.arg == "foreign_key":
            node.value = self._target(node.value, None)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "ForeignKey" and len(node.args) > 1:
            fields = node.args[2] if len(node.args) > 2 else None
            node.args[1:] = [self._target(node.args[1], fields)]
        elif name == "Partition":
            node.args[0] = self._table(node.args[0])
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.generic_visit(node)
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "inherits":
            assert isinstance(node.value, ast.Tuple)
            node.value.elts = [self._table(one) for one in node.value.elts]
        return node

    def _table(self, node: ast.expr) -> ast.expr:
        self.count += 1
        if isinstance(node, ast.Constant):
            meta = self.models[node.value]._meta
            return ast.Constant((meta.schema, meta.table_name))
        return ast.Constant(_arguments(node))

    def _target(self, node: ast.expr, fields: ast.expr | None) -> ast.expr:
        self.count += 1
        if not isinstance(node, ast.Constant):
            return ast.Constant(_arguments(node))
        name, _, field = node.value.partition(".")
        meta = self.models[name]._meta
        columns = tuple(one.column for one in meta.primary_key)
        if field:
            columns = (meta.by_name[field].column,)
        if fields is not None:
            columns = tuple(
                meta.by_name[one].column for one in ast.literal_eval(fields)
            )
        return ast.Constant((meta.schema, meta.table_name, *columns))


def _arguments(node: ast.expr) -> tuple[str, ...]:
    """The arguments of Table("ref", "countries", "code")."""
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    assert node.func.id == "Table"
    return tuple(ast.literal_eval(one) for one in node.args)


def meaning(text: str, models: dict[str, Any]) -> tuple[str, int]:
    """A class as a tree in which every target is a table, and how many there are."""
    targets = Targets(models)
    tree = targets.visit(ast.parse(text))
    return ast.dump(tree), targets.count
