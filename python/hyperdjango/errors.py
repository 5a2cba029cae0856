"""The exceptions that HyperDjango raises: every one says what is wrong, where, and what to do next."""

from __future__ import annotations


class HyperError(Exception):
    """The base of every exception that HyperDjango raises itself.

    Catch it to tell this library's errors from Python's own.

    Attributes:
        declared_at: (str, int) | None, the file and line of the class statement that the error
            is about, where the traceback does not show it.

    >>> issubclass(ModelError, HyperError)
    True
    """

    declared_at: tuple[str, int] | None = None


class ModelError(HyperError, TypeError):
    """A model, a field, a ``Meta`` or a typed object in one of them is declared wrongly.

    Raised while the module that holds the declaration is imported, or, for what refers to
    another class by its name, when that name is first used. It is a ``TypeError`` as well.
    """


class FieldError(HyperError, TypeError):
    """A name was given that the model has no field for, as in ``Order(totl=1)``.

    Django's name (Django documentation, "Django Exceptions", ``FieldError``). It is a
    ``TypeError`` as well, as for any unexpected keyword argument.
    """


class FieldValueError(HyperError, ValueError):
    """A value can't become the type of its field without losing something.

    Raised by assignment, by the constructor, and by lookups. It is a ``ValueError`` as well.
    """


class ValidationError(HyperError, ValueError):
    """The values of an instance do not fit its model, as ``full_clean`` and its parts find it.

    Arguments:
        message: str, what is wrong; or a list of such; or a dict of them by the names of fields, where
            ``"__all__"`` stands for the instance as a whole.
        code: str | None, a short name of the mistake, for programs.

    Attributes:
        messages: list of str, everything that is wrong.
        message_dict: dict of list of str, the same by the names of fields.

    Django documentation, "Form and field validation", "Raising ValidationError".

    >>> ValidationError({"price": "must not be negative"}).message_dict
    {'price': ['must not be negative']}
    """

    def __init__(
        self,
        message: str | list[str] | dict[str, str] | dict[str, list[str]],
        code: str | None = None,
    ) -> None:
        self.code = code
        self._by_name: dict[str, list[str]] | None = None
        if isinstance(message, dict):
            self._by_name = {
                name: [said] if isinstance(said, str) else list(said)
                for name, said in message.items()
            }
            self.messages = [one for said in self._by_name.values() for one in said]
            texts = [
                one if name == "__all__" else f"{name}: {one}"
                for name, said in self._by_name.items()
                for one in said
            ]
        else:
            self.messages = [message] if isinstance(message, str) else list(message)
            texts = self.messages
        super().__init__("; ".join(texts))

    @property
    def message_dict(self) -> dict[str, list[str]]:
        """What is wrong, by the names of fields.

        Raises:
            AttributeError: it was raised without names, as Django's.
        """
        if self._by_name is None:
            raise AttributeError("this ValidationError names no fields; read messages")
        return self._by_name

    def as_dict(self, whole: str = "__all__") -> dict[str, list[str]]:
        """What is wrong by the names of fields; what names none is about the instance as a whole."""
        return {whole: self.messages} if self._by_name is None else self._by_name


class RelationNotLoaded(HyperError):
    """A relation was read that was not fetched with its row.

    Reading an attribute never queries the database, since a query must be awaited. The message
    names the ``select_related`` call that fetches the relation.
    """


class FieldNotLoaded(HyperError):
    """A field was read that the query left out, by ``only`` or ``defer``.

    Reading an attribute never queries the database, since a query must be awaited: await
    ``refresh_from_db()``, or don't leave the field out.
    """


class ObjectDoesNotExist(HyperError):
    """No row matches. Each model has a subclass of its own, ``Order.DoesNotExist``.

    Django's name (Django documentation, "Django Exceptions", ``ObjectDoesNotExist``).
    """


class MultipleObjectsReturned(HyperError):
    """More than one row matches where one was asked for; ``Order.MultipleObjectsReturned``.

    Django's name (Django documentation, "Django Exceptions", ``MultipleObjectsReturned``).
    """


class Error(HyperError):
    """The base of every exception about the database; the names below it are those of PEP 249.

    Attributes:
        sqlstate: str | None, the server's code for the error, five characters (PostgreSQL
            documentation, "PostgreSQL Error Codes"); None if it did not come from the server.
        detail: str | None, more about it. It may hold values of rows, so it is not part of
            the message.
        hint: str | None, the server's advice.
        schema: str | None, the schema that the error is about.
        table: str | None, the table that the error is about.
        column: str | None, the column that the error is about.
        constraint: str | None, the constraint that the error is about.
        statement: str | None, the SQL text that failed, without parameters.
        position: int | None, where in the statement, in characters counted from 1.
        context: str | None, where it happened, as the server tells it: the functions that had called each
            other, or the line of a COPY's data, which it may show (PostgreSQL documentation, "Error and
            Notice Message Fields").
        parameters: tuple | None, the statement's parameters, where ``Database(errors_with_parameters=True)``
            asked for them. They are never part of the message.
    """

    sqlstate: str | None = None
    detail: str | None = None
    hint: str | None = None
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    constraint: str | None = None
    statement: str | None = None
    position: int | None = None
    context: str | None = None
    parameters: tuple[object, ...] | None = None


class InterfaceError(Error):
    """The library was used wrongly: before ``connect``, from another event loop, and so on."""


class PoolTimeout(InterfaceError):
    """No connection became free within ``acquire_timeout``."""


class DatabaseError(Error):
    """The database reports an error that has no class of its own here."""


class OperationalError(DatabaseError):
    """Something about the server or the connection, not about what was asked."""


class ConnectionFailed(OperationalError):
    """No session could be opened: no server, wrong password, no such database."""


class ConnectionLost(OperationalError):
    """The connection ended while a statement ran; whether the statement took effect is unknown."""


class QueryCanceled(OperationalError):
    """The statement was cancelled: by ``statement_timeout``, or by a request."""


class QueryTimeout(QueryCanceled):
    """The statement took longer than ``query_timeout`` and was cancelled."""


class SerializationFailure(OperationalError):
    """The transaction conflicts with another; run it again from its beginning."""


class DeadlockDetected(OperationalError):
    """Transactions waited for each other, and this one was chosen to fail; run it again."""


class LockNotAvailable(OperationalError):
    """A lock was not free, with NOWAIT or within ``lock_timeout``."""


class IntegrityError(DatabaseError):
    """A constraint refuses the change."""


class UniqueViolation(IntegrityError):
    """Another row has the same key."""


class ForeignKeyViolation(IntegrityError):
    """A row that is referred to is not there, or would be gone."""


class NotNullViolation(IntegrityError):
    """A column that must have a value has none."""


class CheckViolation(IntegrityError):
    """A check constraint is not fulfilled."""


class ExclusionViolation(IntegrityError):
    """Another row conflicts by an exclusion constraint."""


class DataError(DatabaseError):
    """A value does not fit its type: out of range, of the wrong form, division by zero."""


class ProgrammingError(DatabaseError):
    """The statement is wrong."""


class SyntaxError(ProgrammingError):
    """The statement's grammar is wrong."""


class UndefinedTable(ProgrammingError):
    """There is no such table."""


class UndefinedColumn(ProgrammingError):
    """There is no such column."""


class InsufficientPrivilege(ProgrammingError):
    """The role may not do this."""


class InternalError(DatabaseError):
    """The server found itself in a state that should not be, or a transaction has failed."""


class NotSupportedError(DatabaseError):
    """The server does not have this feature."""


# By code, else by the code's first two characters (PostgreSQL documentation, "PostgreSQL Error Codes").
_BY_SQLSTATE: dict[str, type[DatabaseError]] = {
    "23502": NotNullViolation,
    "23503": ForeignKeyViolation,
    "23505": UniqueViolation,
    "23514": CheckViolation,
    "23P01": ExclusionViolation,
    "40001": SerializationFailure,
    "40P01": DeadlockDetected,
    "55P03": LockNotAvailable,
    "57014": QueryCanceled,
    "57P01": ConnectionLost,
    "57P02": ConnectionLost,
    "57P03": ConnectionFailed,
    "42601": SyntaxError,
    "42P01": UndefinedTable,
    "42703": UndefinedColumn,
    "42501": InsufficientPrivilege,
    "08": OperationalError,
    "0A": NotSupportedError,
    "21": ProgrammingError,
    "22": DataError,
    "23": IntegrityError,
    "24": InternalError,
    "25": InternalError,
    "26": ProgrammingError,
    "28": OperationalError,
    "2D": InternalError,
    "34": ProgrammingError,
    "3D": ProgrammingError,
    "3F": ProgrammingError,
    "40": OperationalError,
    "42": ProgrammingError,
    "44": ProgrammingError,
    "53": OperationalError,
    "54": OperationalError,
    "55": OperationalError,
    "57": OperationalError,
    "58": OperationalError,
    "XX": InternalError,
}


def _server_error(
    sqlstate: str,
    message: str,
    statement: str | None,
    position: int | None,
    fields: dict[str, str],
) -> DatabaseError:
    """The exception for an error of the server's; the engine calls it."""
    kind = _BY_SQLSTATE.get(sqlstate) or _BY_SQLSTATE.get(sqlstate[:2]) or DatabaseError
    text = f"{message} (SQLSTATE {sqlstate})"
    if statement:
        text += _shown(statement) if position is None else _place(statement, position)
    if "context" in fields:
        text += _copy_line(fields["context"])
    if "hint" in fields:
        text += f"\nHint: {fields['hint']}"
    error = kind(text)
    error.sqlstate = sqlstate
    error.statement = statement
    error.position = position
    for name, value in fields.items():
        setattr(error, name, value)
    return error


def _about(error: BaseException, statement: str) -> None:
    """Name the statement that a value was refused for before anything was sent; the engine calls it."""
    if isinstance(error, DataError) and error.statement is None:
        error.statement = statement
        error.args = (f"{error}{_shown(statement)}",)


# How much of a statement is part of a message; all of it is in the exception's ``statement``.
_SHOWN = 400


def _shown(statement: str) -> str:
    """A statement as part of a message, on lines of its own."""
    text = statement.strip()
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN].rstrip()} …"
    return f"\nStatement: {text}"


def _copy_line(context: str) -> str:
    """The line of a COPY that an error is in; the data that the server shows behind it is not for a message."""
    import re

    found = re.search(
        r"^(COPY .+?, line \d+(?:, column .+?)?)(?=:|$)", context, re.MULTILINE
    )
    return "" if found is None else f"\nWhere: {found[1]}"


def _place(statement: str, position: int) -> str:
    """The line of a statement that an error is in, with a caret below the character."""
    before = statement[: position - 1]
    start = before.rfind("\n") + 1
    end = statement.find("\n", position - 1)
    line = statement[start : end if end >= 0 else len(statement)]
    label = f"line {before.count(chr(10)) + 1}: "
    column = len(before) - start
    # What is far from the place does not help.
    cut = max(0, column - 60)
    shown = line[cut : cut + 120].replace("\t", " ")
    return f"\n{label}{shown}\n{' ' * (len(label) + column - cut)}^"
