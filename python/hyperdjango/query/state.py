"""What a queryset has been asked for so far: never changed, only copied with changes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hyperdjango.database import Database
    from hyperdjango.models.model import Model
    from hyperdjango.query.conditions import Condition
    from hyperdjango.query.expressions import Expression
    from hyperdjango.query.related import Prefetch

NO_ANNOTATIONS: Mapping[str, Expression] = {}


class Lock:
    """The rows that are locked until the end of the transaction.

    Attributes:
        strength: str, ``"UPDATE"``, ``"NO KEY UPDATE"``, ``"SHARE"``.
        wait: str, ``""``, ``" NOWAIT"`` or ``" SKIP LOCKED"``.
        of: tuple of str, the relations whose rows are locked; ``"self"`` is the model itself.
    """

    __slots__ = ("of", "strength", "wait")

    def __init__(self, strength: str, wait: str, of: tuple[str, ...]) -> None:
        self.strength = strength
        self.wait = wait
        self.of = of


class State:
    """What a queryset has been asked for.

    Attributes:
        model: the class whose rows are asked for.
        where: the conditions, each with the number of its filter() call.
        annotations: the computed columns, by their names, in order.
        annotated_at: how many filter() calls there were before each.
        order: field names, with a minus for the largest first, and expressions.
        distinct: bool, or the names whose first rows are wanted.
        low, high: int and int | None, the slice.
        related: tuple of str, the relations that are fetched with their rows; None for all.
        only, deferred: tuple of str | None, the fields that are fetched, or are not.
        values: tuple | None, what is fetched instead of instances: names, or (name, expression).
        shape: str, ``"models"``, ``"dicts"``, ``"tuples"``, ``"flat"`` or ``"named"``.
        hidden: the annotations that values() has not named.
        lock: Lock | None.
        combined: tuple of (word, state), what is united, intersected or left out.
        prefetch: tuple of Prefetch.
        using: Database or its name, or None.
        nothing: bool, whether there are no rows, so that none are asked for.
        groups: int, how many filter() calls there were.
        grouped: what aggregates are computed for each of: None if there are none, True for each row, or the
            values that had been asked for before the first of them.
        reverse: bool, whether the order is turned round.
    """

    __slots__ = (
        "annotated_at",
        "annotations",
        "combined",
        "deferred",
        "distinct",
        "grouped",
        "groups",
        "hidden",
        "high",
        "lock",
        "low",
        "model",
        "nothing",
        "only",
        "order",
        "prefetch",
        "related",
        "reverse",
        "shape",
        "using",
        "values",
        "where",
    )

    def __init__(self, model: type[Model]) -> None:
        for field in model._meta.fields:
            # What the annotation names is looked up now, before the engine asks for it.
            field.python_type  # noqa: B018
        self.model = model
        self.where: tuple[tuple[int, Condition], ...] = ()
        self.annotations: Mapping[str, Expression] = NO_ANNOTATIONS
        self.annotated_at: Mapping[str, int] = {}
        self.order: tuple[str | Expression, ...] = ()
        self.distinct: bool | tuple[str, ...] = False
        self.low = 0
        self.high: int | None = None
        self.related: tuple[str, ...] | None = ()
        self.only: tuple[str, ...] | None = None
        self.deferred: tuple[str, ...] = ()
        self.values: tuple[str | tuple[str, Expression], ...] | None = None
        self.shape = "models"
        self.hidden: frozenset[str] = frozenset()
        self.lock: Lock | None = None
        self.combined: tuple[tuple[str, State], ...] = ()
        self.prefetch: tuple[Prefetch, ...] = ()
        self.using: Database | str | None = None
        self.nothing = False
        self.groups = 0
        self.grouped: bool | tuple[str | tuple[str, Expression], ...] | None = None
        self.reverse = False

    def copy(self) -> State:
        """The same, to be changed by who asked for the copy."""
        made = State.__new__(State)
        made.model = self.model
        made.where = self.where
        made.annotations = self.annotations
        made.annotated_at = self.annotated_at
        made.order = self.order
        made.distinct = self.distinct
        made.low = self.low
        made.high = self.high
        made.related = self.related
        made.only = self.only
        made.deferred = self.deferred
        made.values = self.values
        made.shape = self.shape
        made.hidden = self.hidden
        made.lock = self.lock
        made.combined = self.combined
        made.prefetch = self.prefetch
        made.using = self.using
        made.nothing = self.nothing
        made.groups = self.groups
        made.grouped = self.grouped
        made.reverse = self.reverse
        return made

    @property
    def is_sliced(self) -> bool:
        """Whether only a part of the rows is asked for."""
        return self.low > 0 or self.high is not None

    @property
    def is_grouped(self) -> bool:
        """Whether an annotation is computed out of several rows."""
        return self.grouped is not None

    def key(self, values: list[Any]) -> tuple[object, ...] | None:
        """What the text of its SELECT depends on, or None if that can't be said.

        States with equal keys have the same text; ``values`` receives the parameters.
        """
        if self.annotations or self.combined or self.lock is not None:
            return None
        conditions: list[object] = []
        for group, condition in self.where:
            key = condition.key(self.model, values)
            if key is None:
                return None
            conditions.append((group, key))
        for part in self.order:
            if not isinstance(part, str):
                return None
        if self.values is not None and not all(
            isinstance(part, str) for part in self.values
        ):
            return None
        if self.low:
            values.append(self.low)
        return (
            self.model,
            self.shape,
            tuple(conditions),
            self.order,
            self.reverse,
            self.low > 0,
            self.high if self.high is None else self.high - self.low,
            self.distinct,
            self.related,
            self.only,
            self.deferred,
            self.values,
            self.nothing,
        )
