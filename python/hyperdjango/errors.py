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


class RelationNotLoaded(HyperError):
    """A relation was read that was not fetched with its row.

    Reading an attribute never queries the database, since a query must be awaited. The message
    names the ``select_related`` call that fetches the relation.
    """


class ObjectDoesNotExist(HyperError):
    """No row matches. Each model has a subclass of its own, ``Order.DoesNotExist``.

    Django's name (Django documentation, "Django Exceptions", ``ObjectDoesNotExist``).
    """


class MultipleObjectsReturned(HyperError):
    """More than one row matches where one was asked for; ``Order.MultipleObjectsReturned``.

    Django's name (Django documentation, "Django Exceptions", ``MultipleObjectsReturned``).
    """
