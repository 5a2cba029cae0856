"""Conditions: ``Q``, the lookups that filter() takes, and how they are put together."""

from __future__ import annotations

from hyperdjango.errors import FieldError, FieldValueError
from hyperdjango.query import lookups
from hyperdjango.query.expressions import Expression, F, OuterRef, Value, operand
from hyperdjango.query.operators import comparable, one, text_of
from hyperdjango.query.parameters import (
    ORDERED,
    in_text_form,
    of_key,
    place_of,
    rows_of_keys,
    wider,
)
from hyperdjango.query.periods import Period
from hyperdjango.query.scope import Scope
from hyperdjango.query.sides import Side
from hyperdjango.query.zones import check_side, check_together
from hyperdjango.quoting import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.models.field import ModelField
    from hyperdjango.models.model import Model
    from hyperdjango.query.keys import RelatedTo
    from hyperdjango.query.lookups import Comparison, Lookup
    from hyperdjango.query.operators import Operator
    from hyperdjango.query.paths import Path


class Condition(Expression):
    """An expression that is true or not; ``&``, ``|``, ``^`` and ``~`` put conditions together."""

    def write(self, scope: Scope) -> tuple[str, bool]:
        """Write it; its text, and whether it may be NULL instead of true or false."""
        raise NotImplementedError

    def key(self, model: type[Model], values: list[Any]) -> object:
        """What its text depends on, or None if that can't be said; its values are put into the list.

        Conditions of one model with equal keys have the same text, and their values are its
        parameters, in the order of the list.
        """
        return None

    def sql(self, scope: Scope) -> str:
        return f"({self.write(scope)[0]})"

    def python_type(self, scope: Scope) -> type[Any] | None:
        return bool

    def __and__(self, other: Any) -> Condition:
        return self if _is_empty(other) else All((self, condition_of(other)))

    def __or__(self, other: Any) -> Condition:
        return self if _is_empty(other) else Any_((self, condition_of(other)))

    def __xor__(self, other: Any) -> Condition:
        return self if _is_empty(other) else Xor(self, condition_of(other))

    def __invert__(self) -> Condition:
        return Not(self)


def condition_of(value: Any) -> Condition:
    """A condition, or an expression that gives true or false."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, Expression):
        return Truth(value)
    if isinstance(value, bool):
        return Constant(value)
    raise FieldError(
        f"a {type(value).__name__} is no condition; give Q(…), Exists(…) or lookups: name=value"
    )


def _is_empty(value: Any) -> bool:
    """Whether a value is a ``Q`` that says nothing: such a part counts for nothing, as in Django."""
    return isinstance(value, Q) and not value.parts


class Constant(Condition):
    """What is always true, or never."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def write(self, scope: Scope) -> tuple[str, bool]:
        return ("TRUE" if self.value else "FALSE"), False


class Truth(Condition):
    """An expression that is a condition."""

    def __init__(self, value: Expression) -> None:
        self.value = value

    def children(self) -> tuple[Expression, ...]:
        return (self.value,)

    def write(self, scope: Scope) -> tuple[str, bool]:
        return self.value.sql(scope), True


class All(Condition):
    """What holds where all of its parts hold."""

    word = " AND "
    sign = " & "

    def __init__(self, parts: tuple[Condition, ...]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return f"({self.sign.join(map(repr, self.parts))})"

    def children(self) -> tuple[Expression, ...]:
        return self.parts

    def key(self, model: type[Model], values: list[Any]) -> object:
        keys = tuple([part.key(model, values) for part in self.parts])
        return None if None in keys else (self.word, keys)

    def write(self, scope: Scope) -> tuple[str, bool]:
        written = [part.write(scope) for part in self.parts]
        if not written:
            return "TRUE", False
        if len(written) == 1:
            return written[0]
        texts = [
            f"({text})" if isinstance(part, (All, Any_, Q)) else text
            for part, (text, _) in zip(self.parts, written, strict=True)
        ]
        return self.word.join(texts), any(may_be_null for _, may_be_null in written)


class Any_(All):
    """What holds where one of its parts holds."""

    word = " OR "
    sign = " | "


class Xor(Condition):
    """What holds where one of two conditions holds and the other does not."""

    def __init__(self, left: Condition, right: Condition) -> None:
        self.parts = left, right

    def __repr__(self) -> str:
        return f"({self.parts[0]!r} ^ {self.parts[1]!r})"

    def children(self) -> tuple[Expression, ...]:
        return self.parts

    def write(self, scope: Scope) -> tuple[str, bool]:
        left, right = (part.write(scope)[0] for part in self.parts)
        return f"(({left}) IS TRUE) <> (({right}) IS TRUE)", False


class Not(Condition):
    """What holds where a condition does not: also where that is NULL."""

    def __init__(self, part: Condition) -> None:
        self.part = part

    def __repr__(self) -> str:
        return f"~{self.part!r}"

    def children(self) -> tuple[Expression, ...]:
        return (self.part,)

    def key(self, model: type[Model], values: list[Any]) -> object:
        key = self.part.key(model, values)
        return None if key is None else ("NOT", key)

    def write(self, scope: Scope) -> tuple[str, bool]:
        part = self.part
        if _is_many(part, scope):
            if isinstance(part, Any_):
                texts = [f"({Not(one).write(scope)[0]})" for one in part.parts]
                return " AND ".join(texts), False
            if isinstance(part, All):
                # What is about the row itself needs no other look at the table.
                many = tuple(one for one in part.parts if _is_many(one, scope))
                own = tuple(one for one in part.parts if one not in many)
                text = self._write_complement(All(many), scope)
                if own:
                    text = f"({text} OR {Not(All(own)).write(scope)[0]})"
                return text, False
            return self._write_complement(part, scope), False
        text, may_be_null = part.write(scope)
        return (f"({text}) IS NOT TRUE" if may_be_null else f"NOT ({text})"), False

    def _write_complement(self, part: Condition, scope: Scope) -> str:
        """Across a relation to many rows, a row is left out if any of them fulfils the condition."""
        # The query around it is that of the scope: an OuterRef means the same in here.
        inner = Scope(
            scope.model, scope.writer, scope.outer, scope.annotations, scope.columns
        )
        text, _ = part.write(inner)
        key = [field.column for field in scope.model._meta.primary_key] or ["ctid"]
        same = " AND ".join(
            f"{inner.alias}.{identifier(column)} = {scope.alias}.{identifier(column)}"
            for column in key
        )
        return f"NOT EXISTS (SELECT 1 FROM {inner.from_clause()} WHERE {same} AND ({text}))"


def _is_many(condition: Condition, scope: Scope) -> bool:
    """Whether a condition goes over a relation to many rows."""
    return any(
        (isinstance(one, Compare) and one.is_many(scope))
        or (type(one) is F and one.is_many(scope))
        for one in _all(condition)
    )


def _all(condition: Expression) -> Iterator[Expression]:
    yield condition
    for child in condition.children():
        yield from _all(child)


class Compare(Condition):
    """A lookup of the scope's model with a value."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        if hasattr(value, "__next__"):
            # A generator gives its values once.
            value = list(value)
        self.value = _unwrapped(value)
        # What is the same whatever the scope: found when the model is known.
        self.lookup: Lookup | None = None
        self.operator: Operator | None = None
        self.values: tuple[Any, ...] | None = None
        # Whether the values are in PostgreSQL's text form, though the side's are not: what Python can't hold, and JSON.
        self.is_text = False
        # The types of values that the column has no room for.
        self.wider: tuple[str | None, ...] = ()
        # Whether the text depends on the lookup and the operator alone.
        self.is_plain = False
        # What compares with instances, and whether nothing else can: see ``related_to``.
        self.given = self.value
        self.related: RelatedTo | None = None
        self.is_apart = False

    def __repr__(self) -> str:
        return f"{self.name}={self.value!r}"

    def children(self) -> tuple[Expression, ...]:
        return (self.value,) if isinstance(self.value, Expression) else ()

    def is_many(self, scope: Scope) -> bool:
        """Whether it goes over a relation to many rows."""
        if scope.split(self.name) is not None:
            return False
        return lookups.find(scope.model, self.name).path.is_many

    def key(self, model: type[Model], values: list[Any]) -> object:
        if self.lookup is None or self.lookup.model is not model:
            self.prepare(model)
        if not self.is_plain or self.values is None:
            return None
        values.extend(self.values)
        # An operator is one object for each kind of side, and IS NULL is another than `=`. An instance's key may be
        # of another type than the field.
        is_related = self.related is not None
        return self.name, id(self.operator), self.is_text, self.wider, is_related

    def prepare(self, model: type[Model]) -> None:
        """Find the lookup and convert the value.

        Raises:
            FieldError: there is no such field or lookup.
            FieldValueError: the value can't become the field's type.
        """
        self.lookup = lookup = lookups.find(model, self.name)
        self.value = value = _plain(self.value)
        self.values = None
        self.related = related = None
        if lookup.path.link is not None:
            from hyperdjango.query.keys import related_to

            self.related = related = related_to(lookup, self.given)
        self.is_apart = related is not None and any(
            here.python_type is not there.python_type
            or Side.of_field(there).family == "array"
            for here, there in related.pairs
        )
        if self.is_apart:
            self.is_plain = False
            return
        if isinstance(value, Expression) or len(lookup.path.fields) > 1:
            self.is_plain = False
            return
        if getattr(value, "as_subquery", None) is not None:
            self.is_plain = False
            return
        if is_instance(value):
            self.value = value = key_of_instance(lookup, value)
        elif is_several(value):
            items = [
                key_of_instance(lookup, item) if is_instance(item) else item
                for item in value
            ]
            self.value = value = tuple(items) if isinstance(value, tuple) else items
        comparison = lookup.comparison
        self.operator = comparison.choose(value)
        if isinstance(value, (list, tuple)) and any(
            isinstance(item, Expression) for item in value
        ):
            self.is_plain = False
            return
        self.values = self.operator.prepare(comparison.side, value)
        text_form = in_text_form(comparison.side, self.operator, self.values)
        self.is_text = text_form is not None
        self.values = text_form or self.values
        self.wider = wider(comparison.side, self.operator, self.values)
        # A list of lists has no array type of its own: there is a parameter for each.
        of_lists = self.operator.name == "in" and comparison.side.family == "array"
        self.is_plain = not of_lists

    def write(self, scope: Scope) -> tuple[str, bool]:
        found = scope.split(self.name)
        if found is not None:
            name, rest = found
            side = scope.annotations[name].side(scope)
            comparison = lookups.Comparison(side, rest, self.name)
            if not comparison.chain and side.family in ("datetime", "time"):
                one_or_more = self.value if is_several(self.value) else (self.value,)
                for value in one_or_more:
                    check_together((scope.annotations[name], operand(value)), scope)
            return self._compared(comparison, scope.annotation(name), scope, True, None)
        lookup = self.lookup
        if lookup is None or lookup.model is not scope.model:
            self.prepare(scope.model)
            lookup = self.lookup
            assert lookup is not None
        if self.related is not None and (
            self.is_apart or self.related.is_of_another_type(scope)
        ):
            return self.related.write(scope)
        field, *others = lookup.path.fields
        if others:
            return self._write_key(lookup, scope)
        join = scope.join(lookup.path.links)
        sql = f"{join.alias}.{identifier(field.column)}"
        side = lookup.comparison.side
        nullable = side.nullable or join.nullable
        return self._compared(lookup.comparison, sql, scope, nullable, self.values)

    def _compared(
        self,
        comparison: Comparison,
        sql: str,
        scope: Scope,
        nullable: bool,
        values: tuple[Any, ...] | None,
    ) -> tuple[str, bool]:
        """Write the comparison, with the values if they were made for its side already."""
        side = comparison.side
        value = _plain(self.value)
        if isinstance(value, Expression):
            sql = comparison.transformed(sql, scope)
            return self._against(comparison, sql, value, scope), True
        operator = comparison.choose(value)
        if values is None or operator is not self.operator:
            values = operator.prepare(_passing(side), value)
            text_form = in_text_form(side, operator, values)
        else:
            text_form = values if self.is_text else None
        if isinstance(operator, Period):
            sql = comparison.transformed(sql, scope, 1)
            places = [scope.writer.parameter(item) for item in values]
            source = comparison.chain[-1].source
            return operator.write_period(source, sql, places, scope), nullable
        sql = comparison.transformed(sql, scope)
        for one_value in values[0] if operator.name == "in" else values:
            if isinstance(one_value, Expression):
                check_side(side, one_value, scope)
        as_text = side.text if operator.text is None else operator.text
        if text_form is not None:
            values, as_text = text_form, True
        is_among = operator.name == "in"
        if is_among and (
            side.family == "array" or any(isinstance(x, Expression) for x in values[0])
        ):
            items = [
                place_of(scope, side, operator, item, as_text) for item in values[0]
            ]
            if side.family == "json":
                items = [f"({item})::jsonb" for item in items]
            among = f"{comparable(side, sql)} IN ({', '.join(items)})"
            return (among if items else "FALSE"), nullable
        places = [
            place_of(scope, side, operator, value, as_text, array=is_among)
            for value in values
        ]
        if operator.name in ORDERED and _is_money(side, scope):
            array = "[]" if is_among else ""
            places = [f"{place}::numeric{array}::money{array}" for place in places]
        return operator.write(side, sql, places), nullable and not operator.strict

    def _against(
        self, comparison: Comparison, sql: str, value: Expression, scope: Scope
    ) -> str:
        """The comparison with something that the database computes."""
        operator = comparison.operator
        if comparison.null:
            raise comparison.side.refuse(value, "isnull True or False")
        check_side(comparison.side, value, scope)
        if _is_money(comparison.side, scope):
            sql = f"{sql}::numeric"
        if getattr(value, "is_text_query", False) and operator.name in (
            "search",
            "exact",
        ):
            vector = (
                sql
                if comparison.side.family == "tsvector"
                else f"to_tsvector({text_of(comparison.side, sql)})"
            )
            return f"{vector} @@ {value.sql(scope)}"
        if operator.name == "in":
            rows = getattr(value, "rows", None)
            if rows is None:
                raise comparison.side.refuse(value, "a list of values, or a queryset")
            return f"{sql} IN {rows(scope)}"
        written = value.sql(scope)
        if operator.pattern:
            escaped = (
                f"replace(replace(replace(({written})::text, E'\\\\', E'\\\\\\\\'), "
                "'%', E'\\\\%'), '_', E'\\\\_')"
            )
            before = "'%' || " if operator.pattern[0] == "%" else ""
            behind = " || '%'" if operator.pattern[1] == "%" else ""
            written = f"({before}{escaped}{behind})"
        elif operator.name == "range":
            raise comparison.side.refuse(value, "a pair of values")
        return operator.write(comparison.side, sql, [written])

    def _write_key(self, lookup: Lookup, scope: Scope) -> tuple[str, bool]:
        """A key of several fields, compared as a row."""
        fields = lookup.path.fields
        columns = scope.path(lookup.path)
        row = f"({', '.join(columns)})"
        value: Any = _plain(self.value)
        last = lookup.path.rest[-1] if lookup.path.rest else "exact"
        if last == "isnull" and not isinstance(value, bool):
            raise lookup.comparison.side.refuse(value, "isnull True or False")
        if last == "isnull" or (last == "exact" and value is None):
            # A key that lacks one of its values refers to nothing.
            missing = " OR ".join(f"{column} IS NULL" for column in columns)
            negated = last == "isnull" and not value
            return (f"NOT ({missing})" if negated else f"({missing})"), False
        if last == "in" and isinstance(value, Expression):
            rows = getattr(value, "rows", None)
            if rows is not None:
                return f"{row} IN {rows(scope)}", True
        if last == "exact" and isinstance(value, F):
            return (
                f"{row} = ({', '.join(self._key_columns(lookup, value, scope))})",
                True,
            )
        if last not in ("exact", "in"):
            raise FieldError(
                f"{self.name} compares a key of several fields, which has the lookups exact, in "
                "and isnull; compare its fields one by one"
            )
        keys: Any = (value,) if last == "exact" else value
        if isinstance(keys, (str, bytes)) or not hasattr(keys, "__iter__"):
            raise lookup.comparison.side.refuse(value, "a list of keys, or a queryset")
        written = [self._key(lookup, key) for key in keys]
        if not written:
            return "FALSE", False
        if len(written) == 1 or any(
            isinstance(item, Expression) for key in written for item in key
        ):
            rows = [
                [of_key(scope, *pair) for pair in zip(fields, key, strict=True)]
                for key in written
            ]
            among = ", ".join(f"({', '.join(places)})" for places in rows)
            if len(rows) == 1:
                return f"{row} = {among}", True
            return f"{row} IN ({among})", True
        return f"{row} IN ({rows_of_keys(scope, fields, written)})", True

    def _key(self, lookup: Lookup, key: Any) -> tuple[Any, ...]:
        fields = lookup.path.fields
        if is_instance(key):
            key = key_of_instance(lookup, key)
        if not isinstance(key, (tuple, list)) or len(key) != len(fields):
            names = ", ".join(field.name for field in fields)
            raise FieldError(f"{self.name} takes a tuple of {names}, in that order")
        return tuple(
            item if isinstance(item, Expression) else one(Side.of_field(field), item)[0]
            for field, item in zip(fields, key, strict=True)
        )

    def _key_columns(self, lookup: Lookup, value: F, scope: Scope) -> list[str]:
        """The columns of another key of several fields, each beside the one that it is compared with."""
        wanted = _fields_of_key(lookup.path)
        key = value.key(scope)
        if key is None:
            if isinstance(value, OuterRef) and scope.outermost(value.levels) is None:
                return ["NULL"] * len(wanted)
            names = ", ".join(field.name for field in lookup.path.fields)
            raise FieldError(
                f"{self.name} is a key of several fields, and {value!r} is none; give a tuple of {names}, or "
                "compare them one by one"
            )
        fields = _fields_of_key(key)
        if len(fields) != len(wanted):
            raise FieldError(
                f"{self.name} is a key of {len(wanted)} fields, and {value!r} one of {len(fields)}; compare "
                "them one by one"
            )
        columns = dict(zip(fields, value.columns(scope), strict=True))
        if set(fields) == set(wanted):
            return [columns[field] for field in wanted]
        return list(columns.values())


def _is_money(side: Side, scope: Scope) -> bool:
    return (
        side.is_column
        and side.field is not None
        and scope.type_of(side.field) == "money"
    )


def _fields_of_key(path: Path) -> tuple[ModelField, ...]:
    """The fields that a key of several fields holds: those of the target, where it is a relation's."""
    if path.link is not None and path.link.forward:
        return tuple(there for _, there in path.link.pairs)
    return path.fields


def _unwrapped(value: Any) -> Any:
    """A plain value that stands in ``Value()``: it takes the type of what it is compared with."""
    if isinstance(value, Value) and value.db_type is None:
        return value.value
    return value


def is_several(value: Any) -> bool:
    """Whether a value stands for several; a network, whose addresses can be gone through, is one."""
    one = isinstance(value, (str, bytes, bytearray, memoryview, dict))
    return (
        not one and hasattr(value, "__iter__") and type(value).__module__ != "ipaddress"
    )


def _passing(side: Side) -> Side:
    """The side, whose values may be expressions."""
    convert = side.convert
    if convert is None:
        return side
    made = Side(side.family, side.where, text=side.text, field=side.field)
    made.convert = lambda value: (
        value if isinstance(value, Expression) else convert(value)
    )
    return made


def is_instance(value: Any) -> bool:
    """Whether a value is an instance of a model."""
    return hasattr(type(value), "_meta") and hasattr(value, "to_dict")


def _plain(value: Any) -> Any:
    """A value, or the expression that stands for it: a queryset is a subquery."""
    if isinstance(value, Expression):
        return value
    made = getattr(value, "as_subquery", None)
    if made is not None:
        return made()
    return value


def key_of_instance(lookup: Lookup | None, instance: Any) -> Any:
    """The key of an instance that a relation is compared with."""
    link = None if lookup is None else lookup.path.link
    if lookup is None or link is None:
        if lookup is not None and isinstance(
            instance, lookup.path.fields[0].model or ()
        ):
            return instance.pk
        raise FieldError(
            f"a {type(instance).__name__} is no value of a field; give its key, or name the relation"
        )
    if not isinstance(instance, link.target):
        raise FieldError(
            f"{lookup.name} leads to {link.target.__name__}, not to {type(instance).__name__}"
        )
    if link.forward:
        values = tuple(getattr(instance, there.name) for _, there in link.pairs)
    else:
        values = instance.pk if isinstance(instance.pk, tuple) else (instance.pk,)
    if any(value is None for value in values):
        raise FieldValueError(
            f"{lookup.name} can't be a {link.target.__name__} that was not saved: it has no key yet"
        )
    return values[0] if len(values) == 1 else values


class Q(All):
    """Lookups, put together with ``&``, ``|`` and ``~``: ``Q(status="paid") | Q(total__gt=100)``.

    Arguments:
        *conditions: other conditions, which hold as well.
        **lookups: lookups, as for filter().

    Django documentation, "QuerySet API reference", ``Q()`` objects.
    """

    def __init__(self, *conditions: Any, **lookups: Any) -> None:
        parts: list[Condition] = []
        for condition in conditions:
            if isinstance(condition, tuple) and len(condition) == 2:
                parts.append(Compare(*condition))
            elif not _is_empty(condition):
                parts.append(condition_of(condition))
        parts.extend(Compare(name, value) for name, value in lookups.items())
        super().__init__(tuple(parts))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __invert__(self) -> Condition:
        return Not(self) if self.parts else self

    def __xor__(self, other: Any) -> Condition:
        if not self.parts:
            return condition_of(other)
        return super().__xor__(other)

    def __and__(self, other: Any) -> Condition:
        if not self.parts:
            return condition_of(other)
        return super().__and__(other)

    def __or__(self, other: Any) -> Condition:
        if not self.parts:
            return condition_of(other)
        return super().__or__(other)

    def __repr__(self) -> str:
        return f"Q({', '.join(map(repr, self.parts))})"
