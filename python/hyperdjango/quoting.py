"""Quoting: what makes a name, a text, or an element of an array harmless in SQL."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A name, quoted (PostgreSQL documentation, "Identifiers and Key Words").

    >>> identifier('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    r"""Text as a string constant that means the same whatever ``standard_conforming_strings`` is.

    >>> literal("it's"), literal("a\\b")
    ("'it''s'", "E'a\\\\b'")
    """
    quoted = "'" + text.replace("'", "''") + "'"
    if "\\" in quoted:
        return "E" + quoted.replace("\\", "\\\\")
    return quoted


def element(text: str) -> str:
    r"""Text between double quotes, as array, range, and hstore literals have it.

    >>> element('say "no"')
    '"say \\"no\\""'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
