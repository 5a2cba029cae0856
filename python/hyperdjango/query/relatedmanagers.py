"""Related managers: the rows of a relation, asked for from the one instance that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hyperdjango import _engine
from hyperdjango.database.routing import place_of
from hyperdjango.errors import FieldError, RelationNotLoaded
from hyperdjango.models.registry import registry
from hyperdjango.models.relations import referring_value
from hyperdjango.query import execution
from hyperdjango.query.links import ReverseAttribute, reverse_links
from hyperdjango.query.queryset import QuerySet
from hyperdjango.query.related import belong_to, keys_of, of_keys
from hyperdjango.query.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hyperdjango.models.model import Model
    from hyperdjango.query.links import Link

Row_co = TypeVar("Row_co", covariant=True)


class Loaded(QuerySet[Row_co]):
    """Rows that were fetched already: awaiting them asks nobody; anything else is asked for anew."""

    __slots__ = ("_rows",)

    def __init__(self, state: State, rows: list[Row_co]) -> None:
        super().__init__(state)
        self._rows = rows

    async def _fetch(self) -> list[Row_co]:
        return list(self._rows)

    def all(self) -> Any:
        """These rows."""
        return self

    async def count(self) -> int:
        """How many there are."""
        return len(self._rows)

    async def exists(self) -> bool:
        """Whether there is one."""
        return bool(self._rows)

    async def first(self) -> Row_co | None:
        """The first of them."""
        return self._rows[0] if self._rows else None

    def __iter__(self) -> Iterator[Row_co]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __getitem__(self, part: Any) -> Any:
        return self._rows[part]

    def __repr__(self) -> str:
        return repr(self._rows)


class RelatedManager(QuerySet[Row_co]):
    """The rows of a relation of one instance: ``order.order_item_set``.

    Where they were fetched with the instance, ``prefetch_related``, it is a sequence of them: ``for``,
    ``len`` and ``[0]`` work, and ``await ….all()`` asks nobody. Otherwise it is a queryset.

    Django documentation, "Related objects reference".
    """

    __slots__ = ("_asked", "_instance", "_link")

    # Set when it is first asked for: most managers are only looped over.
    _asked: State

    def __init__(self, instance: Model, hop: Link) -> None:
        self._instance = instance
        self._link = hop

    @property
    def _state(self) -> State:  # type: ignore[override]
        # Rows that were fetched already are read without one.
        try:
            return self._asked
        except AttributeError:
            hop, empty = self._link, QuerySet[Any](State(self._link.target))
            empty._state.using = place_of(self._instance)
            keys = list(keys_of([self._instance], hop))
            made = of_keys(empty, hop, keys) if keys else empty.none()
            self._asked = made._state
            return self._asked

    def _loaded(self) -> list[Any] | None:
        rows: list[Any] | None = _engine.cached(self._instance, self._link.name)
        return rows

    def all(self) -> Any:
        """All of the rows."""
        rows = self._loaded()
        return QuerySet(self._state) if rows is None else Loaded(self._state, rows)

    async def _fetch(self) -> list[Row_co]:
        rows = self._loaded()
        return await super()._fetch() if rows is None else list(rows)

    def _rows(self) -> list[Any]:
        rows = self._loaded()
        if rows is None:
            model, name = type(self._instance).__name__, self._link.name
            raise RelationNotLoaded(
                f"{model}.{name} is not loaded; fetch it with its row, "
                f'{model}.objects.prefetch_related("{name}"), or await {name}.all()'
            )
        return rows

    def __iter__(self) -> Iterator[Row_co]:
        # What loops over many instances do most: no calls but these two.
        rows = _engine.cached(self._instance, self._link.name)
        return iter(self._rows() if rows is None else rows)

    def __len__(self) -> int:
        return len(self._rows())

    def __contains__(self, row: object) -> bool:
        return row in self._rows()

    def __bool__(self) -> bool:
        return bool(self._rows())

    def __getitem__(self, part: Any) -> Any:
        rows = self._loaded()
        if rows is not None:
            return rows[part]
        return super().__getitem__(part)

    def __repr__(self) -> str:
        rows = self._loaded()
        return (
            f"<{self._link.name} of {self._instance!r}>" if rows is None else repr(rows)
        )

    def _key(self) -> dict[str, Any]:
        values = {
            there.name: referring_value(self._instance, here, there)
            for here, there in self._link.pairs
        }
        if None in values.values():
            raise FieldError(
                f"this {type(self._instance).__name__} has no key yet, which its "
                f"{self._link.name} would refer to; save it first"
            )
        return values

    def _forget(self) -> None:
        if _engine.has_cache(self._instance):
            _engine.cache(self._instance).pop(self._link.name, None)

    async def create(self, **values: Any) -> Row_co:
        """Add a row that belongs to the instance.

        Arguments:
            **values: as for the model's constructor; the key is the instance's.

        Returns:
            The new row, whose relation is the instance.

        Raises:
            FieldError: the instance was not saved yet.
        """
        self._forget()
        made = await self._all_rows().create(**{**values, **self._key()})
        self._own([made])
        return made  # type: ignore[no-any-return]

    async def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, **lookups: Any
    ) -> tuple[Row_co, bool]:
        """The one row of the instance with these values, added if there is none."""
        self._forget()
        asked = self._all_rows()
        return await asked.get_or_create(defaults, **{**lookups, **self._key()})

    async def update_or_create(
        self,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        **lookups: Any,
    ) -> tuple[Row_co, bool]:
        """The one row of the instance with these values, with others changed; added if there is none."""
        self._forget()
        asked = self._all_rows()
        return await asked.update_or_create(
            defaults, create_defaults, **{**lookups, **self._key()}
        )

    async def bulk_create(
        self, instances: Iterable[Any], *arguments: Any, **options: Any
    ) -> list[Row_co]:
        """Add rows that belong to the instance, in one statement for those that set the same fields.

        Django documentation, "QuerySet API reference", ``bulk_create()``.
        """
        self._forget()
        made = list(instances)
        self._check_rows(made)
        self._give_key(made, self._key())
        return await self._all_rows().bulk_create(made, *arguments, **options)

    async def add(self, *instances: Any) -> int:
        """Have rows that were saved belong to the instance, in one statement.

        Returns:
            How many rows were changed.

        Raises:
            FieldError: a row is of another model or was not saved, or the instance was not.
        """
        self._forget()
        key = self._key()
        self._check_rows(instances)
        self._give_key(instances, key)
        return await self._all_rows().bulk_update(instances, list(key))

    async def remove(self, *instances: Any) -> int:
        """Have rows of the instance belong to nobody, in one statement; the key must take NULL.

        Returns:
            How many rows were changed.

        Raises:
            FieldError: the key takes no NULL, or a row is of another model or belongs to another instance.
        """
        self._forget()
        nobody, key = self._nobody(), self._key()
        self._check_rows(instances)
        others = [
            instance
            for instance in instances
            if any(getattr(instance, name) != value for name, value in key.items())
        ]
        # What Python finds different may be equal all the same.
        if others and not await belong_to(
            self._instance, others, self._link, self._state
        ):
            raise FieldError(
                f"a {type(others[0]).__name__} that is to be removed does not belong to this "
                f"{type(self._instance).__name__}"
            )
        for instance in instances:
            for name in nobody:
                setattr(instance, name, None)
        return await self._all_rows().bulk_update(instances, list(nobody))

    async def clear(self) -> int:
        """Have all rows of the instance belong to nobody, in one statement; the key must take NULL.

        Returns:
            How many rows were changed.

        Raises:
            FieldError: the key takes no NULL.
        """
        self._forget()
        nobody = self._nobody()
        self._key()
        return await QuerySet[Any](self._state).update(**nobody)

    async def set(self, instances: Iterable[Any]) -> None:
        """Have these rows, and no others, belong to the instance; the key must take NULL if others do now.

        Arguments:
            instances: rows that were saved.

        Django documentation, "Related objects reference", ``set()``.
        """
        self._forget()
        wanted = list(instances)
        self._check_rows(wanted)
        now = {row.pk: row for row in await QuerySet[Any](self._state)}
        keys = {row.pk for row in wanted}
        gone = [row for pk, row in now.items() if pk not in keys]
        new = [row for row in wanted if row.pk not in now]
        self._give_key([row for row in wanted if row.pk in now], self._key())
        if gone and new:
            database = await execution.database_of(self._state, changing=True)
            async with database.transaction():
                await self.remove(*gone)
                await self.add(*new)
        elif gone:
            await self.remove(*gone)
        elif new:
            await self.add(*new)

    def _nobody(self) -> dict[str, None]:
        """The fields of the key that can be NULL, which is enough for a row to refer to nothing."""
        fields = [there for _, there in self._link.pairs]
        found: dict[str, None] = {
            field.name: None for field in fields if field.accepts_null
        }
        if not found:
            raise FieldError(
                f"{fields[0]} takes no NULL, so that a row can't belong to nobody; delete the row, or "
                "have it belong to another"
            )
        return found

    def _check_rows(self, instances: Iterable[Any]) -> None:
        for instance in instances:
            if not isinstance(instance, self._link.target):
                raise FieldError(
                    f"{self._link.name} takes {self._link.target.__name__} instances, not a "
                    f"{type(instance).__name__}"
                )

    def _give_key(self, instances: Iterable[Any], key: dict[str, Any]) -> None:
        for instance in instances:
            for name, value in key.items():
                setattr(instance, name, value)
        self._own(instances)

    def _own(self, instances: Iterable[Any]) -> None:
        """Have the relation of rows be the instance."""
        if self._link.back is not None:
            for instance in instances:
                _engine.set_attribute(instance, self._link.back, self._instance)

    def _all_rows(self) -> QuerySet[Any]:
        state = State(self._link.target)
        state.using = self._state.using
        return QuerySet(state)


class Reverse(ReverseAttribute):
    """A relation to many rows, as an attribute of its model's instances.

    Arguments:
        hop: Link, the relation.
    """

    __slots__ = ("_link", "_version")

    def __init__(self, hop: Link) -> None:
        self._link = hop
        self._version = registry.version

    def __get__(self, instance: Model | None, owner: type[Any]) -> Any:
        if instance is None:
            return self
        if self._version != registry.version:
            # Models have come since: it may be called otherwise now.
            if owner.__dict__.get(self._link.name) is self:
                delattr(owner, self._link.name)
            return getattr(instance, self._link.name)
        # As the constructor does, without calling it: a page of rows asks for a thousand of them.
        made: RelatedManager[Any] = _new(RelatedManager)
        made._instance = instance
        made._link = self._link
        return made


_new = object.__new__


def related(instance: Model, name: str) -> Any:
    """What an attribute of a relation against its key gives, or NotImplemented if there is none.

    Raises:
        RelationNotLoaded: it leads to one row, which was not fetched.
    """
    model_class = type(instance)
    hop = reverse_links(model_class).get(name)
    if hop is None:
        return NotImplemented
    if hop.many:
        # From now on it is found without being looked for.
        setattr(model_class, name, Reverse(hop))
        return RelatedManager(instance, hop)
    found = _engine.related(instance, name)
    if found is not NotImplemented:
        return found
    model = type(instance).__name__
    raise RelationNotLoaded(
        f"{model}.{name} is not loaded; fetch it with its row, "
        f'{model}.objects.select_related("{name}")'
    )
