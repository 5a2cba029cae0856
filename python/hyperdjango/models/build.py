"""The building of a model's ``Options`` from its class body, while the class is made."""

from __future__ import annotations

import importlib
import sys
from itertools import count

from hyperdjango.errors import ModelError
from hyperdjango.models.constraints import ForeignKey
from hyperdjango.models.field import UNSET, Field, ModelField
from hyperdjango.models.meta import check_meta, read_meta
from hyperdjango.models.options import Options
from hyperdjango.models.relations import (
    CompositeRelation,
    Relation,
    composite_name,
    relation_name,
)
from hyperdjango.models.reserved import RESERVED_NAMES, is_reserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hyperdjango.models.constraints import Constraint
    from hyperdjango.models.model import Model

_numbers = count()


def build(model: type[Model], bases: list[type[Model]]) -> Options:
    """Describe a class that was just made, and give it its fields and relations.

    Arguments:
        model: the class.
        bases: the abstract models that it inherits from, the last in line first.

    Returns:
        Its description, for ``_meta``.

    Raises:
        ModelError: anything in the class body contradicts itself or names what isn't there.
    """
    options = Options(model)
    options.number = next(_numbers)
    _locate(options)
    key = _read_metas(options, bases)
    _collect_fields(options, bases)
    options.primary_key = _primary_key(options, key)
    options.attributes = {**options.by_name}
    check_meta(options)
    _collect_relations(options)
    return options


def _locate(options: Options) -> None:
    """Note where the class statement stands, and the names that its annotations may use."""
    frame = start = sys._getframe(3)
    while frame.f_globals.get("__name__") != options.module:
        if frame.f_back is None:
            frame = start
            break
        frame = frame.f_back
    options.namespace = frame.f_globals
    if frame.f_locals is not frame.f_globals:
        # A class inside a function, as in a test, may use what is imported there.
        options.namespace = {**frame.f_globals, **frame.f_locals}
    options.file = frame.f_code.co_filename
    options.instruction = (frame.f_code, frame.f_lasti)


def _read_metas(options: Options, bases: list[type[Model]]) -> tuple[str, ...]:
    own = options.model.__dict__.get("Meta")
    if own is not None:
        return read_meta(options, own, inherited=False)
    for base in reversed(bases):
        inherited = base.__dict__.get("Meta")
        if inherited is not None:
            return read_meta(options, inherited, inherited=True)
    return ()


def _collect_fields(options: Options, bases: list[type[Model]]) -> None:
    """The fields of the abstract bases, then the class's own, each bound to the class."""
    model = options.model
    by_name: dict[str, ModelField] = {}
    for base in bases:
        for field in base._meta.fields:
            by_name.setdefault(field.name, field)
    inherited = set(by_name)
    for name in list(by_name):
        # `name = None` in a class takes an abstract base's field away, as in Django.
        if name in model.__dict__:
            del by_name[name]
    own = dict(_own_fields(model))
    by_name.update(own)
    for name, field in by_name.items():
        if name in own:
            annotation, namespace = _annotation(model, name), options.namespace
        else:
            annotation, namespace = field.annotation, field.namespace
        bound = field.bound(model, name, annotation, namespace)
        by_name[name] = bound
        if bound is not field or name in inherited:
            setattr(model, name, bound)
    options.by_name = by_name
    options.attributes = {**by_name}
    options.fields = tuple(by_name.values())
    options.defaults = tuple(
        field for field in options.fields if field.default is not UNSET
    )
    options.by_column = {}
    for position, field in enumerate(options.fields):
        field.position = position
        other = options.by_column.setdefault(field.column, field)
        if other is not field:
            raise ModelError(
                f"{options.name}.{other.name} and {options.name}.{field.name} both have the "
                f"column {field.column!r}; give one of them its own column_name="
            )


def _own_fields(model: type[Model]) -> Iterator[tuple[str, ModelField]]:
    annotations = None
    mangled = f"_{model.__name__.lstrip('_')}__"
    for name, value in model.__dict__.items():
        if not isinstance(value, ModelField):
            if value is Field:
                raise ModelError(
                    f"{model.__name__}.{name} is Field itself; write Field()"
                )
            continue
        if is_reserved(name) or name.startswith(mangled):
            plain = name.removeprefix(mangled[:-2]).strip("_") or "name"
            column = name.removeprefix(mangled[:-2])
            raise ModelError(
                f"{model.__name__}.{column} can't be a field, since a model needs the name "
                f'itself; write {plain}_field: … = Field(column_name="{column}")'
            )
        if annotations is None:
            annotations = _annotations(model)
        if name not in annotations:
            raise ModelError(
                f"{model.__name__}.{name} has no annotation; write {name}: int = Field(), "
                "with the type of its values"
            )
        yield name, value


def _annotation(model: type[Model], name: str) -> Any:
    """The annotation of a field of the class body.

    In ``date: date = Field()`` Python has assigned the field before it looks at the annotation,
    which then is the field: the name means the module's ``date`` all the same.
    """
    annotation = _annotations(model)[name]
    if isinstance(annotation, ModelField):
        return next(key for key, value in vars(model).items() if value is annotation)
    return annotation


def _annotations(model: type[Model]) -> dict[str, Any]:
    """The annotations of the class body, those that name nothing (yet) as text or reference."""
    try:
        return model.__annotations__
    except NameError:
        if sys.version_info < (3, 14):
            raise
        # Annotations are evaluated when they are asked for, and some can't be yet.
        annotationlib: Any = importlib.import_module("annotationlib")
        return dict(
            annotationlib.get_annotations(model, format=annotationlib.Format.FORWARDREF)
        )


def _primary_key(options: Options, order: tuple[str, ...]) -> tuple[ModelField, ...]:
    """The fields of the key, in the order that ``Meta`` says, or else that of the fields."""
    marked = tuple(field for field in options.fields if field.primary_key)
    orders = [("Meta.primary_key", order)] if order else []
    for constraint in options.constraints:
        fields = _key_fields(constraint)
        if fields:
            orders.append(("PrimaryKey()", fields))
    for where, listed in orders:
        for name in listed:
            if name not in options.by_name:
                raise ModelError(
                    f"{options.name}.{where}: {options.unknown_name(name)}"
                )
            if not options.by_name[name].primary_key:
                raise ModelError(
                    f"{options.name}.{where} lists {name!r}; mark the field as well, "
                    "Field(primary_key=True)"
                )
        missing = [field.name for field in marked if field.name not in listed]
        if missing:
            raise ModelError(
                f"{options.name}.{where} does not list {missing[0]!r}, which is marked "
                "primary_key=True; list it, or drop the mark"
            )
    if len({listed for _, listed in orders}) > 1:
        raise ModelError(
            f"{options.name} has two orders of its primary key; drop Meta.primary_key, or the "
            "fields of PrimaryKey()"
        )
    if not orders:
        return marked
    return tuple(options.by_name[name] for name in orders[0][1])


def _key_fields(constraint: Constraint) -> tuple[str, ...]:
    from hyperdjango.models.constraints import PrimaryKey

    return constraint.fields if isinstance(constraint, PrimaryKey) else ()


def _collect_relations(options: Options) -> None:
    model = options.model
    options.relations = {}
    taken = None
    for field in options.fields:
        if field.foreign_key is None:
            continue
        if taken is None:
            taken = {*RESERVED_NAMES, *options.by_name, *_attributes(model)}
        relation = Relation(
            relation_name(field.name, taken), field, model, field.foreign_key
        )
        taken.add(relation.name)
        field.relation = relation
        options.relations[relation.name] = relation
        setattr(model, relation.name, relation)
    for constraint in options.constraints:
        if not isinstance(constraint, ForeignKey) or constraint.to is None:
            continue
        if len(constraint.fields) < 2:
            continue
        taken = taken or {*RESERVED_NAMES, *options.by_name, *_attributes(model)}
        name = composite_name(constraint.to, taken)
        taken.add(name)
        fields = [options.by_name[one] for one in constraint.fields]
        composite = CompositeRelation(name, constraint, model, fields)
        options.relations[name] = composite
        setattr(model, name, composite)
    options.attributes.update(options.relations)
    options.plain = {
        field.name: field
        for field in options.fields
        if field.relation is None and not field.composites
    }
    if not options.abstract and not options.defaults:
        options.constructed = options.plain


def _attributes(model: type[Model]) -> Iterator[str]:
    """Whatever the class and its bases define, except what is a relation of a base."""
    for base in model.__mro__[:-1]:
        for name, value in base.__dict__.items():
            if not isinstance(value, Relation):
                yield name
