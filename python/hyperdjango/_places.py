"""``python -m hyperdjango._places FILE CLASS``: where ``managed = False`` stands in a class, as JSON.

The command changes the file itself; this says at which byte, as Python's own parser sees it.
"""

from __future__ import annotations

import ast
import sys


def place_of(source: bytes, name: str) -> int | None:
    """The byte at which the ``False`` of ``managed = False`` stands in the ``Meta`` of a class.

    Arguments:
        source: bytes, a module's text.
        name: str, the name of a class of it, at the top level; the last one of that name counts.

    Returns:
        The offset in bytes, from 0; None where it does not stand there.
    """
    found = None
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            found = _in_class(node, source)
    return found


def _in_class(node: ast.ClassDef, source: bytes) -> int | None:
    for part in node.body:
        if isinstance(part, ast.ClassDef) and part.name == "Meta":
            for statement in part.body:
                value = _managed(statement)
                if value is not None:
                    return _offset(source, value)
    return None


def _managed(statement: ast.stmt) -> ast.expr | None:
    """The value of ``managed = False``, also where it has an annotation."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id="managed")], value=ast.Constant(value=False)
        ):
            return statement.value
        case ast.AnnAssign(
            target=ast.Name(id="managed"), value=ast.Constant(value=False)
        ):
            return statement.value
    return None


def _offset(source: bytes, node: ast.expr) -> int:
    """Python counts the bytes of a line as UTF-8 has them, and leaves a mark of byte order out."""
    mark = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    lines = source[mark:].splitlines(keepends=True)
    return mark + sum(len(line) for line in lines[: node.lineno - 1]) + node.col_offset


def main(arguments: list[str]) -> int:
    """Print ``{"offset": …}``.

    Arguments:
        arguments: list of str, the file and the class.

    Returns:
        0.
    """
    from json import dumps

    path, name = arguments
    with open(path, "rb") as file:
        source = file.read()
    sys.stdout.write(dumps({"offset": place_of(source, name)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
