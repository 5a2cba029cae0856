"""The base of the typed objects in a model, and the checks that their keywords go through."""

from __future__ import annotations

from types import MappingProxyType

from hyperdjango.errors import ModelError
from hyperdjango.models.suggest import did_you_mean, place, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Never, Self

# An automatic parameter of a function that takes *arguments (Python reference, "The standard
# type hierarchy", co_flags).
_TAKES_ARGUMENTS = 0x04


class Declaration:
    """An immutable value, comparable by its contents, whose ``repr`` evaluates back to it.

    The parameters of a subclass's ``__init__`` are its attributes. Standard dataclasses would
    do the same, and cost more to import than this whole package.
    """

    __slots__ = ()

    def _store(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"a {type(self).__name__} can't be changed; make a new one"
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(
            f"a {type(self).__name__} can't be changed; make a new one"
        )

    def _contents(self) -> dict[str, Any]:
        """Every attribute by its name, in the order of the constructor's parameters."""
        return {name: getattr(self, name) for name in parameters(type(self))}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._contents() == other._contents()

    def __hash__(self) -> int:
        return hash((type(self), *map(_hashable, self._contents().values())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(_arguments(self))})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (
            type(self),
            {k: _plain(v) for k, v in self._contents().items()},
        )


def _restore(kind: type[Declaration], contents: dict[str, Any]) -> Declaration:
    """What pickle calls: the contents are checked already."""
    restored = kind.__new__(kind)
    restored._store(**{name: _frozen(value) for name, value in contents.items()})
    return restored


def parameters(kind: type[Declaration]) -> tuple[str, ...]:
    """The names of the constructor's parameters, without ``self`` and ``**unknown``."""
    code = kind.__init__.__code__
    named = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[1:named]
    if code.co_flags & _TAKES_ARGUMENTS:
        before = code.co_argcount - 1
        names = (*names[:before], code.co_varnames[named], *names[before:])
    return names


def _arguments(declaration: Declaration) -> Iterable[str]:
    """The arguments that make the same object again, those with their default value left out."""
    initialise = type(declaration).__init__
    code = initialise.__code__
    required = code.co_argcount - 1 - len(initialise.__defaults__ or ())
    optional = code.co_varnames[required + 1 : code.co_argcount]
    defaults = dict(zip(optional, initialise.__defaults__ or (), strict=True))
    defaults.update(initialise.__kwdefaults__ or {})
    starred = code.co_flags & _TAKES_ARGUMENTS
    for position, (name, value) in enumerate(declaration._contents().items()):
        if name in defaults:
            default = defaults[name]
            if not (value == default or (default is None and value == {})):
                yield f"{name}={_written(value)}"
        elif starred and position == required:
            yield from (repr(item) for item in value)
        else:
            yield _written(value)


def _written(value: object) -> str:
    """The value as a model writes it: lists and plain dicts rather than tuples and proxies."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return repr(_plain(value))


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    return value


def _hashable(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return frozenset((name, _hashable(item)) for name, item in value.items())
    return value


def refuse_unknown(
    kind: str, unknown: Mapping[str, Never], known: Iterable[str]
) -> None:
    """Raise ``ModelError`` naming the first unknown keyword of a call, and the nearest known one."""
    for name in unknown:
        raise ModelError(
            f"{place()}{kind}() has no keyword {name!r}; {did_you_mean(name, known)}"
        )


def refuse(kind: str, keyword: str, wanted: str, value: object) -> ModelError:
    """The error for a keyword whose value is not what is wanted."""
    return ModelError(
        f"{place()}{kind}() wants {wanted} as {keyword}, not {shorten(value)}"
    )


def text(kind: str, keyword: str, value: object) -> str:
    """The value, if it is text with something in it; no PostgreSQL name or expression is empty."""
    if not isinstance(value, str) or not value or not storable(value):
        raise refuse(kind, keyword, "text", value)
    return str(value)


def storable(value: str) -> bool:
    """Whether PostgreSQL can store the text: it has no NUL, and its UTF-8 exists.

    PostgreSQL documentation, "Character Set Support" and "Character Types".

    >>> storable("é"), storable("a\\0b"), storable("\\ud800")
    (True, False, False)
    """
    if "\0" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def class_name(kind: str, keyword: str, value: object) -> str:
    """The value, if it can be the name of a model's class."""
    if isinstance(value, str) and value.isidentifier():
        return str(value)
    wanted = "a class name, or a Table('schema', 'table') that no model describes,"
    raise refuse(kind, keyword, wanted, value)


def optional_text(kind: str, keyword: str, value: object) -> str | None:
    """The value, if it is None or text with something in it."""
    return None if value is None else text(kind, keyword, value)


def flag(kind: str, keyword: str, value: object) -> bool:
    """The value, if it is True or False."""
    if isinstance(value, bool):
        return value
    raise refuse(kind, keyword, "True or False", value)


def whole(kind: str, keyword: str, value: object) -> int | None:
    """The value, if it is None or a whole number."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise refuse(kind, keyword, "a whole number", value)


def choice(kind: str, keyword: str, value: object, known: Iterable[str]) -> str:
    """The one of ``known`` that the value spells, in whatever case."""
    known = tuple(known)
    if isinstance(value, str):
        folded = " ".join(value.replace("_", " ").split()).lower()
        for candidate in known:
            if candidate.lower() == folded:
                return candidate
        hint = did_you_mean(value, known)
        raise ModelError(f"{place()}{kind}() can't take {value!r} as {keyword}; {hint}")
    raise refuse(kind, keyword, f"one of {', '.join(map(repr, known))}", value)


def names(kind: str, keyword: str, value: object) -> tuple[str, ...]:
    """The value as a tuple, if it is a list of distinct names."""
    if not isinstance(value, (list, tuple)):
        raise refuse(kind, keyword, "a list of names", value)
    checked = tuple(text(kind, f"a name in {keyword}", item) for item in value)
    for position, name in enumerate(checked):
        if name in checked[:position]:
            raise ModelError(
                f"{place()}{kind}() has {name!r} twice in {keyword}; name it once"
            )
    return checked


def settings(kind: str, keyword: str, value: object) -> Mapping[str, str]:
    """The value as a read-only mapping, if it is a dict of text; numbers and flags become text.

    PostgreSQL keeps storage parameters as text (PostgreSQL documentation, "pg_class",
    ``reloptions``): ``{"fillfactor": 70}`` is ``{"fillfactor": "70"}``.
    """
    if value is None:
        value = {}
    if not isinstance(value, (dict, MappingProxyType)):
        raise refuse(kind, keyword, "a dict of names and settings", value)
    checked = {}
    for name, setting in value.items():
        if isinstance(setting, bool):
            setting = "true" if setting else "false"
        if isinstance(setting, (int, float)):
            setting = str(setting)
        if not isinstance(setting, str):
            raise refuse(kind, f"{keyword}[{name!r}]", "text", setting)
        checked[text(kind, f"a name in {keyword}", name)] = setting
    return MappingProxyType(checked)


def nested_settings(
    kind: str, keyword: str, value: object
) -> Mapping[str, Mapping[str, str]]:
    """The value as a read-only mapping of names to read-only mappings of text."""
    if value is None:
        value = {}
    if not isinstance(value, (dict, MappingProxyType)):
        raise refuse(kind, keyword, "a dict of fields and their settings", value)
    return MappingProxyType(
        {
            text(kind, f"a name in {keyword}", name): settings(kind, keyword, inner)
            for name, inner in value.items()
        }
    )


def instances(
    kind: str, keyword: str, value: object, wanted: type[Any] | tuple[type[Any], ...]
) -> tuple[Any, ...]:
    """The value as a tuple, if it is a list of objects of the wanted classes."""
    classes = wanted if isinstance(wanted, tuple) else (wanted,)
    described = " or ".join(one.__name__ for one in classes)
    if not isinstance(value, (list, tuple)):
        raise refuse(kind, keyword, f"a list of {described} objects", value)
    for item in value:
        if not isinstance(item, classes):
            raise refuse(kind, f"an entry of {keyword}", f"a {described}", item)
    return tuple(value)
