"""Keys: the conditions that a row belongs to one of those whose keys are given."""

from __future__ import annotations

from hyperdjango.query.conditions import (
    Condition,
    is_instance,
    is_several,
    key_of_instance,
)
from hyperdjango.query.expressions import Expression
from hyperdjango.query.families import family_of
from hyperdjango.query.matching import has_special, is_steady
from hyperdjango.query.parameters import of_key, rows_of_keys
from hyperdjango.query.sides import beyond
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.links import Link
    from hyperdjango.query.lookups import Lookup
    from hyperdjango.query.matching import Pairs
    from hyperdjango.query.scope import Scope

# From so many keys on the server is told them as rows: planning `= ANY` takes it half a microsecond for each, every time,
# and without an index it compares each row with each of them before PostgreSQL 14.
_MANY_KEYS = 500


class KeyIn(Condition):
    """That a field, or several together, is one of many keys that the database itself has given.

    Arguments:
        fields: the fields, all of one model.
        keys: tuples of their values.
        links: the relations that lead there from the scope's model.
    """

    def __init__(
        self,
        fields: Sequence[ModelField],
        keys: Sequence[tuple[Any, ...]],
        links: tuple[Link, ...] = (),
    ) -> None:
        self.fields = fields
        self.keys = keys
        self.links = links

    def key(self, model: type[Model], values: list[Any]) -> object:
        if len(self.fields) > 1 or self.fields[0].model is not model or self.links:
            return None
        keys = [key[0] for key in self.keys]
        text_form = beyond(family_of(self.fields[0]), (keys,))
        values.append(keys if text_form is None else text_form[0])
        is_many = len(self.keys) >= _MANY_KEYS
        return "KEY", self.fields[0].name, is_many, text_form is not None

    def write(self, scope: Scope) -> tuple[str, bool]:
        alias = scope.join(self.links).alias
        if len(self.fields) == 1:
            field = self.fields[0]
            keys = [key[0] for key in self.keys]
            column = f"{alias}.{identifier(field.column)}"
            place = of_key(scope, field, keys)
            # Whole numbers of any width are compared with each other by an index or a hash. A domain's checks, or a length,
            # are no condition that a key has to meet.
            kind = "bigint" if field.python_type is int else field.db_type
            if len(keys) >= _MANY_KEYS and kind in ("bigint", "uuid", "text"):
                return f"{column} IN (SELECT unnest({place}::{kind}[]))", False
            return f"{column} = ANY({place})", False
        columns = [f"{alias}.{identifier(field.column)}" for field in self.fields]
        row = f"({', '.join(columns)})"
        return f"{row} IN ({rows_of_keys(scope, self.fields, self.keys)})", False


class RelatedTo(Condition):
    """That a row belongs to one of those that have these keys.

    Arguments:
        pairs: the fields of the rows that have the keys, each with that of the rows that belong to them.
        keys: tuples of the first fields' values.
        referred_first: bool, whether the foreign key refers to the first fields.
        links: the relations that lead from the scope's model to the rows that belong.
    """

    def __init__(
        self,
        pairs: Pairs,
        keys: Sequence[tuple[Any, ...]],
        referred_first: bool,
        links: tuple[Link, ...] = (),
    ) -> None:
        self.pairs = pairs
        self.keys = keys
        self.referred_first = referred_first
        self.links = links

    def _as_they_are(self) -> KeyIn:
        return KeyIn(tuple(there for _, there in self.pairs), self.keys, self.links)

    def key(self, model: type[Model], values: list[Any]) -> object:
        here, there = self.pairs[0]
        if len(self.pairs) > 1 or not is_steady(here, there):
            return None
        if has_special(here, [key[0] for key in self.keys]):
            return None
        key = self._as_they_are().key(model, values)
        # How they are compared depends on both columns.
        return None if key is None else (key, here)

    def is_of_another_type(self, scope: Scope) -> bool:
        """Whether the keys are to be compared as values of their own columns, not of those that refer to them."""
        columns = scope.columns
        if columns is None:
            return False
        matching = columns.matching(self.pairs, self.referred_first)
        return not (matching.is_plain or matching.is_of_one_type)

    def write(self, scope: Scope) -> tuple[str, bool]:
        columns = scope.columns
        if columns is None:
            return self._as_they_are().write(scope)
        matching = columns.matching(self.pairs, self.referred_first)
        values = self.keys
        if len(self.pairs) == 1:
            values = [key[0] for key in values]
        if matching.is_plain_for(values):
            return self._as_they_are().write(scope)
        texts = [matching.texts(key, 0) for key in self.keys]
        known = dict.fromkeys(text for text in texts if text is not None)
        alias = scope.join(self.links).alias
        return matching.write(alias, known, scope.writer), True


def related_to(lookup: Lookup, value: Any) -> RelatedTo | None:
    """What compares a relation with instances by the types of their own columns.

    A key of theirs need not be a value of the fields that refer to it: a timestamp is no date. An array is none of the
    elements of another.
    """
    path = lookup.path
    link = path.link
    if link is None or not link.forward or path.rest not in ((), ("exact",), ("in",)):
        return None
    if isinstance(value, Expression) or hasattr(value, "as_subquery"):
        return None
    is_many = path.rest == ("in",)
    instances = list(value) if is_many and is_several(value) else [value]
    if not instances or not all(map(is_instance, instances)):
        return None
    keys = [key_of_instance(lookup, instance) for instance in instances]
    if len(link.pairs) == 1:
        keys = [(key,) for key in keys]
    pairs = tuple((there, here) for here, there in link.pairs)
    return RelatedTo(pairs, keys, True, path.links)
