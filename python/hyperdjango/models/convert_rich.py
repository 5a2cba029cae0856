"""The conversion of values of rich types: lists, enumerations, ranges and network addresses.

This module is imported when the first of them is converted.
"""

from __future__ import annotations

import datetime as dates
import ipaddress
from functools import partial

from hyperdjango.errors import FieldValueError
from hyperdjango.models.annotations import type_name
from hyperdjango.models.convert import refusal, wrong_type
from hyperdjango.models.ranges import Range, parse
from hyperdjango.models.rich import element, parse_array
from hyperdjango.models.suggest import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hyperdjango.models.field import ModelField


def rich_converter(field: ModelField) -> Callable[[Any], Any]:
    """The function that converts a value, other than None, to the rich type of a field.

    Arguments:
        field: ModelField, the field.
    """
    kind = field.python_type
    if kind is list:
        return partial(to_list, field, held=element(field))
    name = type_name(kind)
    if name == "Range":
        return partial(to_range, field, held=element(field))
    if kind is ipaddress.IPv4Address:
        return partial(to_address, field)
    if kind is ipaddress.IPv4Network:
        return partial(to_network, field)
    return partial(to_enumeration, field)


def to_list(field: ModelField, value: Any, held: ModelField | None = None) -> list[Any]:
    """A list, from a list, a tuple, or an array in PostgreSQL's text form.

    What is in it becomes what the annotation says, ``list[date]``; where it says nothing, it is the column's to
    accept.
    """
    if (
        isinstance(value, str)
        and value.strip()[:1] in ("{", "[")
        and not _is_json(field)
    ):
        try:
            value = parse_array(value)
        except ValueError:
            raise refusal(field, value, "a list of values") from None
    if not isinstance(value, (list, tuple)):
        raise wrong_type(field, value, "a list of values")
    return list(value) if held is None else _each(held, value)


def _each(held: ModelField, values: Any) -> list[Any]:
    """Each element converted; a list inside is another dimension."""
    return [
        None
        if value is None
        else _each(held, value)
        if isinstance(value, (list, tuple)) and held.python_type is not object
        else held.convert(value)
        for value in values
    ]


def _is_json(field: ModelField) -> bool:
    return field.db_type in ("json", "jsonb")


def to_enumeration(field: ModelField, value: Any) -> Any:
    """A member of the field's enumeration, from its text."""
    kind: Any = field.python_type
    if isinstance(value, str):
        try:
            return kind(str.__str__(value))
        except ValueError:
            labels = ", ".join(repr(member.value) for member in kind)
            raise refusal(
                field, value, f"one of the labels of {kind.__name__}: {labels}"
            ) from None
    raise wrong_type(field, value, f"a {kind.__name__} or its text")


def to_range(field: ModelField, value: Any, held: ModelField | None = None) -> Any:
    """A ``Range``, from its ends, ``(1, 5)`` or ``(1, 5, "[]")``, from its text, or from another class of ranges.

    Whole numbers and days have one form for each range, ``[)``, as PostgreSQL writes it.
    """
    wanted = 'a Range, its ends (1, 5), or its text "[1,5)"'
    try:
        if isinstance(value, Range):
            lower, upper, bounds = value.lower, value.upper, value.bounds
        elif isinstance(value, str):
            lower, upper, bounds = parse(value)
        elif isinstance(value, tuple) and len(value) in (2, 3):
            lower, upper, bounds = (*value, "[)")[:3]
        elif getattr(value, "isempty", False):
            lower, upper, bounds = None, None, "empty"
        else:
            other: Any = value
            lower, upper, bounds = other.lower, other.upper, other.bounds
    except ValueError:
        raise refusal(field, value, wanted) from None
    except AttributeError:
        raise wrong_type(field, value, wanted) from None
    if held is not None:
        lower = None if lower is None else held.convert(lower)
        upper = None if upper is None else held.convert(upper)
    try:
        made = Range(lower, upper, bounds)
        return _stepped(made) if held is not None else made
    except (ValueError, TypeError) as problem:
        raise FieldValueError(f"{field} can't be {shorten(value)}: {problem}") from None


def _stepped(value: Any) -> Any:
    """A range of whole numbers or days with its lower end in it, and its upper end not."""
    lower, upper = value.lower, value.upper
    kinds = {type(end) for end in (lower, upper) if end is not None}
    if value.isempty or kinds not in ({int}, {dates.date}):
        return value
    step: Any = 1 if kinds == {int} else dates.timedelta(1)
    try:
        if lower is not None and not value.lower_inc:
            lower += step
        if upper is not None and value.upper_inc:
            upper += step
    except OverflowError:
        # There is no day after the last that Python has.
        return value
    # (1,2) holds no whole number.
    if lower is not None and upper is not None and lower >= upper:
        return Range(None, None, "empty")
    return Range(lower, upper)


def to_address(field: ModelField, value: Any) -> Any:
    """An address of a host, ``IPv4Address``; with a netmask of its network, ``IPv4Interface``, which is one as well."""
    wanted = 'an address, "10.0.0.1" or "10.0.0.1/8"'
    made = _of_network(field, value, ipaddress.ip_interface, wanted)
    # PostgreSQL does not tell a host's address from one whose netmask is all of it.
    return made.ip if made.network.prefixlen == made.max_prefixlen else made


def to_network(field: ModelField, value: Any) -> Any:
    """A network, ``IPv4Network``, from its text."""
    wanted = 'a network with no bits behind its netmask, "10.0.0.0/8"'
    return _of_network(field, value, ipaddress.ip_network, wanted)


def _of_network(
    field: ModelField, value: Any, make: Callable[[str], Any], wanted: str
) -> Any:
    if isinstance(value, str) or type(value).__module__ == "ipaddress":
        try:
            return make(str(value).strip())
        except ValueError:
            raise refusal(field, value, wanted) from None
    raise wrong_type(field, value, wanted)
