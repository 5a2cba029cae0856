"""The native module: the engine of HyperDjango, written in Rust."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, Self, final, overload

from typing_extensions import disjoint_base

__all__ = [
    "Cancellation",
    "Connection",
    "Copy",
    "FieldReader",
    "OwnDict",
    "Plan",
    "Record",
    "Routes",
    "Rows",
    "Settings",
    "adopt",
    "by_loaded_fields",
    "cache",
    "cached",
    "changed",
    "clear_changed",
    "encode_json",
    "fill",
    "forget_related",
    "has_cache",
    "is_loaded",
    "loaded_fields",
    "mark_changed",
    "origin",
    "put_values",
    "related",
    "run_command",
    "set_all_loaded",
    "set_attribute",
    "set_loaded",
    "stitch",
    "version",
]

version: str
"""The version of the distribution, as its Cargo workspace states it."""

def run_command(arguments: list[str]) -> int:
    """Run the ``hyper`` command in this process.

    Arguments:
        arguments: what follows the program's name on the command line, ``["inspectdb", "-v"]``.

    Returns:
        The exit status: 0 done, 1 differences or findings, 2 an error, already reported.
    """

@disjoint_base
class Record:
    """The native base of models: an instance may hold a row, whose values are decoded when they are read."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def __init__(self, /, **values: Any) -> None: ...
    def to_dict(self) -> dict[str, Any]:
        """Every field's value by its name, in the order of the fields.

        Fields that the query left out, by only() or defer(), are left out here unless they were assigned.
        Annotations of the query follow the fields. Of a constructed instance, fields that were never set are
        None.

        Returns:
            A new dict, whose values are those of the attributes.
        """
    def __getstate__(self) -> tuple[Any, ...]: ...
    def __setstate__(self, state: tuple[Any, ...], /) -> None: ...

@disjoint_base
class FieldReader:
    """The native base of fields: the class attribute that reads a field out of an instance's row.

    Attributes:
        position: int, the place among the model's fields, from 0.
        name: str, the field's name in the class.
        kind: str | None, the name of the type of its values, ``"int"``, or ``"any"`` for what is natural
            for the column; a plan asks ``python_type`` for it where it is None.
    """

    position: int
    name: str
    kind: str | None
    passes: type[Any] | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def __get__(self, instance: object, owner: type[Any] | None = None, /) -> Any: ...

@final
class OwnDict:
    """The ``__dict__`` of instances: as Python has it, and the collector is told that anything may come into it."""

    def __new__(cls) -> Self: ...
    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None, /) -> Self: ...
    @overload
    def __get__(
        self, instance: Record, owner: type[Any] | None = None, /
    ) -> dict[str, Any]: ...
    def __set__(self, instance: Record, value: dict[str, Any], /) -> None: ...
    def __delete__(self, instance: Record, /) -> None: ...

@final
class Rows:
    """The rows of a result, of which no instances are made: for ``encode_json``."""

    def __len__(self) -> int: ...

@final
class Plan:
    """How a result's columns become instances; immutable, and shared by executions.

    Arguments:
        model: a subclass of ``Record``.
        columns: fields, each with its column of the result, counted from 0.
        extras: annotations, names with their columns; they are set under their name. ``xmin``, the row's version,
            goes to ``cache`` instead.
        related: names of relations, each with the plan of its target, whose columns are those of the same row,
            and the columns that are all NULL where there is no target.
        origin: what ``origin()`` gives for the instances.

    Raises:
        TypeError: an argument is of another type.
    """

    model: type[Record]
    origin: Any

    def __new__(
        cls,
        model: type[Record],
        columns: Sequence[tuple[FieldReader, int]],
        *,
        extras: Sequence[tuple[str, int]] = ...,
        related: Sequence[tuple[str, Plan, Sequence[int]]] = ...,
        origin: object = None,
    ) -> Plan: ...
    @staticmethod
    def by_name(
        model: type[Record], fields: Sequence[FieldReader], *, origin: object = None
    ) -> Plan:
        """A plan for any SQL: columns are matched with ``field.column`` by name, others are annotations."""

@final
class Settings:
    """Where to connect, and how."""

    def __new__(
        cls,
        url: str | None,
        connect_timeout: float | None,
        application_name: str | None = None,
        session_settings: Sequence[tuple[str, str]] = ...,
        default_connect_timeout: float | None = None,
    ) -> Settings: ...
    def connect(self, statement_cache_size: int) -> Connection:
        """Open a session, waiting for the network: call it in a worker thread."""

@final
class Cancellation:
    """What cancels the statement that a connection runs."""

    def send(self) -> bool:
        """Send the request, waiting for the network; whether the server has taken it."""

@final
class Copy:
    """A COPY that is under way.

    Attributes:
        result: Future[int], the number of rows, when the COPY is over.
    """

    result: Future[int]

    @staticmethod
    def has_binary(oid: int) -> bool:
        """Whether every value of a type has a binary form here."""
    def wait(self) -> Future[None]:
        """A future that is done when data can be given or taken, or the COPY is over."""
    def write(self, data: bytes) -> bool:
        """Send data; whether to wait before more is sent."""
    def write_rows(self, rows: list[Sequence[Any]]) -> bool:
        """Send rows in the binary format; whether to wait before more are sent."""
    def finish(self) -> None:
        """Say that all data was sent."""
    def read(self) -> bytes:
        """What has come so far; empty if nothing has."""
    def abandon(self, reason: str) -> None:
        """Have it end soon: nobody gives or takes data any more."""

@final
class Connection:
    """A session with the server, driven by an event loop.

    Attributes:
        closed: bool, whether the session is over.
        idle: bool, whether everything was answered.
        clean: bool, whether the session can serve anybody.
        transaction: str, "idle", "open" or "failed".
        encrypted: bool, whether the connection uses TLS.
        statements: int, how many prepared statements are kept.
    """

    closed: bool
    idle: bool
    clean: bool
    transaction: str
    encrypted: bool
    statements: int

    def attach(self, event_loop: AbstractEventLoop) -> None:
        """Have an event loop drive the session from now on."""
    def run(
        self,
        sql: str,
        parameters: tuple[Any, ...],
        shape: int,
        cached: bool = True,
        text_columns: Sequence[int] = ...,
        plan: Plan | None = None,
        text_parameters: Sequence[int] = ...,
    ) -> Future[Any]:
        """Run a statement.

        Arguments:
            shape: int, what it gives: 0 a count, 1 dicts, 2 the first dict, 3 the first value, 4 tuples,
                5 instances by ``plan``, 6 the first value of each row, 7 the rows by ``plan`` as ``Rows``.
            cached: bool, whether the prepared statement is kept.
            text_columns: columns, counted from 0, to be given in PostgreSQL's own text form.
            text_parameters: parameters, counted from 0, that go in PostgreSQL's own text form whatever their
                type: a str as it is, a number as its digits, a list as an array literal.
        """
    def run_many(self, sql: str, parameters: list[tuple[Any, ...]]) -> Future[int]:
        """Run a statement once for each tuple, all or none."""
    def forget(self, sql: str) -> None:
        """Forget a prepared statement; nothing happens if it is not kept."""
    def run_script(self, sql: str) -> Future[int]:
        """Run statements without parameters by the simple protocol."""
    def copy(self, sql: str, columns: Sequence[tuple[str, int]] = ...) -> Copy:
        """Begin a COPY on a connection that is idle.

        ``columns`` are the name and the type's OID of what ``Copy.write_rows`` will be given.
        """
    def watch(
        self,
        notice: Callable[[str, str, str | None, str | None, str], object] | None,
        notification: Callable[[str, str, int], object] | None,
        end: Callable[[], object] | None,
    ) -> None:
        """Have the event loop call these: of a notice (severity, message, detail, hint, SQLSTATE), of a
        notification (channel, payload, process) and of the end of the session."""
    def pause(self) -> None:
        """Receive nothing more until `resume`."""
    def resume(self) -> None:
        """Receive again."""
    def cancellation(self) -> Cancellation | None:
        """What cancels the running statement; None if the server can't."""
    @property
    def spoiled(self) -> bool:
        """Whether statements were prepared in SQL: nothing makes the session what it was."""
    def mark_clean(self) -> None:
        """Say that the session's settings are those of its beginning again."""
    def close(self) -> None:
        """Say goodbye; what has no answer yet fails."""

@final
class Routes:
    """Which endpoint the method and the path of a request lead to."""

    def __new__(cls) -> Routes: ...
    @staticmethod
    def parameters(path: str) -> list[tuple[str, str]]:
        """The parameters of a path, ``/shops/{shop:int}/{rest:path}``, each with its kind.

        Raises:
            ValueError: the path is not written as paths are.
        """
    def add(self, method: str, path: str, endpoint: object) -> None:
        """Have requests of a method, or of any with ``*``, to a path lead to an endpoint.

        Raises:
            ValueError: the path is not written as paths are, or it has an endpoint for that method.
        """
    def find(self, method: str, path: str) -> tuple[Any, tuple[str, ...]] | str | None:
        """The endpoint for a request, with the values of the path's parameters.

        Arguments:
            path: str, the path of the request, with what was escaped by ``%`` decoded.

        Returns:
            None where no path fits, and the methods of those that do, as ``Allow`` lists them, where none has
            this method. HEAD is answered by GET.
        """

def is_loaded(record: Record) -> bool:
    """Whether an instance came from the database, or was saved."""

def set_attribute(record: Record, name: str, value: object) -> None:
    """Set an attribute as ``object.__setattr__`` does, which is not to be used: the collector would not be told."""

def set_loaded(record: Record, origin: object) -> None:
    """Say that an instance is in the database now, as it is: nothing is changed."""

def origin(record: Record) -> Any:
    """Where an instance came from: what its plan or ``set_loaded`` says; None for a constructed one."""

def set_all_loaded(records: list[Any], origin: object) -> None:
    """``set_loaded`` of each."""

def fill(
    record: Record, fields: dict[str, Any], values: dict[str, Any]
) -> dict[str, Any] | None:
    """Set the fields of a new instance whose values are None, or of the type that the field's ``passes`` names.

    Arguments:
        record: the instance.
        fields: the fields by their names.
        values: values by names.

    Returns:
        The values that were not set, in their order; None if there are none.
    """

def put_values(records: list[Any], field: FieldReader, values: Iterable[Any]) -> None:
    """Set a field of each instance to its value, which is of the field's type, and note it as assigned."""

def by_loaded_fields(records: list[Any]) -> list[tuple[tuple[int, ...], list[Any]]]:
    """Instances by what ``loaded_fields`` gives for them, in the order in which they first come."""

def mark_changed(record: Record, position: int) -> None:
    """Note that the field of a position was assigned; -1 notes an attribute that is no field."""

def changed(record: Record) -> tuple[int, ...]:
    """The positions of the fields that were assigned since the instance was loaded or saved, in order."""

def clear_changed(record: Record) -> None:
    """Forget which fields were assigned."""

def loaded_fields(record: Record) -> tuple[int, ...]:
    """The positions of the fields that can be read: fetched with the row, or assigned; in order."""

def related(record: Record, name: str) -> Any:
    """The target of a relation: the instance that the row was prefetched for, or one made of the same row.

    Returns:
        An instance, None if there is no target, ``NotImplemented`` if the row has no relation of that name. One that
        was made now is kept as the attribute ``name``.
    """

def forget_related(record: Record, name: str) -> None:
    """Say that the relation of the row is no longer the instance's, since its key was assigned."""

def adopt(record: Record, other: Record) -> None:
    """Have an instance take over another's row, and forget what was read or assigned before."""

def cache(record: Record) -> dict[str, Any]:
    """A dict of the instance's own for prefetched relations and hidden values, made when it is first asked for."""

def cached(record: Record, name: str) -> Any:
    """What an instance's ``cache`` has under a name; None where it has nothing."""

def has_cache(record: Record) -> bool:
    """Whether an instance has a ``cache`` already."""

def stitch(
    parents: list[Any],
    parent_field: FieldReader,
    children: list[Any],
    child_field: FieldReader,
    name: str,
    back: str | None,
) -> None:
    """Put the rows of a relation to the instances that they belong to.

    Each parent's ``cache`` gets a list under ``name``: the children whose field has the value of the parent's, in
    their order. With ``back``, each child's attribute of that name is its parent.
    """

def encode_json(
    value: object,
    *,
    decimals: Literal["string", "number"] = "string",
    default: Callable[[Any], Any] | None = None,
) -> bytes:
    """Write a value as JSON, in UTF-8.

    Arguments:
        value: None, bool, int, float, str, Decimal, datetime and time (RFC 3339), date, timedelta (ISO 8601), UUID,
            bytes (base 64), an enumeration's member (its value), addresses, dicts, lists, tuples, sets, dataclasses,
            and instances of models, which are what ``to_dict`` gives.
        decimals: whether a ``Decimal`` becomes a string, which keeps it exact, or a number.
        default: a function that makes something of a value of any other type.

    Raises:
        DataError: a value has no form in JSON; the message says where, as in ``$[3].price``.
    """
