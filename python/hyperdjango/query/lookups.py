"""Lookups: ``price__gt`` of a model, found once and then used for every value."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from hyperdjango.errors import FieldError
from hyperdjango.models.registry import registry
from hyperdjango.models.suggest import did_you_mean
from hyperdjango.query import operators, periods, transforms
from hyperdjango.query.paths import follow
from hyperdjango.query.sides import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hyperdjango.models.model import Model
    from hyperdjango.query.operators import Operator
    from hyperdjango.query.scope import Scope
    from hyperdjango.query.transforms import Transform


def is_known(name: str) -> bool:
    """Whether a name is a lookup or a transform of anything."""
    return operators.is_known(name) or transforms.is_known(name) or name == "isnull"


class Comparison:
    """A side, the transforms of it, and the operator that compares it.

    Attributes:
        side: Side, what is compared in the end.
        chain: tuple of Transform, what leads there.
        operator: Operator, how it is compared.
        null: how it is compared with NULL: by no operator that has a value.
    """

    __slots__ = ("chain", "last", "null", "operator", "side")

    def __init__(self, start: Side, rest: tuple[str, ...], name: str) -> None:
        side = start
        chain: list[Transform] = []
        parts = list(rest)
        # The name of the last transform.
        self.last = ""
        while parts:
            # The last part is an operator if it can be one; a column of JSON takes any key besides.
            if len(parts) == 1 and _is_operator(side, parts[0]):
                break
            transform = transforms.find(side, parts[0])
            if transform is None and len(parts) > 1 and _is_operator(side, parts[0]):
                beginning = name.removesuffix(f"__{'__'.join(parts[1:])}")
                raise FieldError(
                    f"{name!r} goes on behind {parts[0]!r}, which ends a lookup; say {beginning}=…, and "
                    "another lookup beside it if there is more to say"
                )
            if transform is None:
                known = [*transforms.names(side), *operators.names(side), "isnull"]
                raise FieldError(
                    f"{side.where} has no lookup {parts[0]!r} (in {name!r}); "
                    f"{did_you_mean(parts[0], known)}"
                )
            chain.append(transform)
            self.last = parts[0]
            side = transform.side
            parts = parts[1:]
        self.side = side
        self.chain = tuple(chain)
        last = parts[0] if parts else "exact"
        self.null = last == "isnull"
        found = None if self.null else operators.find(side, last)
        self.operator: Operator = found or operators.IS_NULL

    def choose(self, value: Any) -> Operator:
        """The operator for a value: NULL is compared by IS NULL."""
        if self.null:
            if not isinstance(value, bool):
                raise self.side.refuse(value, "isnull True or False")
            return operators.IS_NULL if value else operators.IS_NOT_NULL
        if value is None:
            if self.side.family == "json" and not self.side.is_column:
                # A key that is there, with JSON's null: a missing one is found by isnull=True.
                if self.operator.name == "exact":
                    return operators.JSON_NULL
            elif self.operator.name in ("exact", "iexact"):
                return operators.IS_NULL
            raise self.side.refuse(
                None, f"{self.operator.name} a value; NULL is found by isnull=True"
            )
        if self.last in ("year", "date"):
            period = periods.find(
                self.chain[-1].source, self.last, self.operator, self._usual(value)
            )
            if period is not None:
                return period
        return self.operator

    def _usual(self, value: Any) -> Any:
        """The value or values as they are sent, if they can be."""
        try:
            if self.operator.name == "range":
                return self.operator.prepare(self.side, value)
            return operators.one(self.side, value)[0]
        except (ValueError, TypeError, ArithmeticError):
            return None

    def transformed(self, sql: str, scope: Scope, left_out: int = 0) -> str:
        """The side's text, out of its beginning's, without so many of the last transforms."""
        for transform in self.chain[: len(self.chain) - left_out]:
            sql = transform.write(sql, transform.source, scope)
        return sql


def _is_operator(side: Side, name: str) -> bool:
    """Whether a name ends a lookup of a side."""
    if side.family in ("range", "multirange") and name in ("startswith", "endswith"):
        # The ends of a range are called as the lookups of text are.
        return False
    return name == "isnull" or operators.find(side, name) is not None


class Lookup:
    """A lookup of a model, for any value.

    Attributes:
        model: the class.
        name: str, as it was written, ``"user__email__icontains"``.
        path: Path, the relations and the field.
        comparison: Comparison, what is compared and how.
    """

    __slots__ = ("comparison", "model", "name", "path")

    def __init__(self, model: type[Model], name: str) -> None:
        self.model = model
        self.name = name
        self.path = path = follow(model, name)
        self.comparison = Comparison(Side.of_field(path.fields[0]), path.rest, name)

    @property
    def is_simple(self) -> bool:
        """Whether one column is compared, so that a value is a row's of nothing but that."""
        return len(self.path.fields) == 1


_lookups: WeakKeyDictionary[type[Model], tuple[int, dict[str, Lookup]]] = (
    WeakKeyDictionary()
)


def find(model: type[Model], name: str) -> Lookup:
    """The lookup of a name.

    Arguments:
        model: the class to begin at.
        name: str, ``"price__gt"``.

    Raises:
        FieldError: it names a field, relation, transform or lookup that isn't there; the message
            names the nearest.
    """
    known = _lookups.get(model)
    if known is None or known[0] != registry.version:
        known = registry.version, {}
        _lookups[model] = known
    lookup = known[1].get(name)
    if lookup is None:
        if len(known[1]) > 10_000:
            # Names may come from outside: they must not fill the memory.
            known[1].clear()
        lookup = known[1][name] = Lookup(model, name)
    return lookup
