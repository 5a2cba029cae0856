"""What the models file says in ``types`` about the types of columns: domains, their conditions, and labels."""

from __future__ import annotations

import re

from hyperdjango.models.types import DomainType, EnumType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hyperdjango.models.field import ModelField


def domains_of(field: ModelField) -> tuple[DomainType, ...]:
    """The domains of a field's column, from the outermost to the one over a type that is none."""
    kind = field.db_type
    return () if kind is None else tuple(_chain(field, kind))


def _chain(field: ModelField, kind: str) -> Iterator[DomainType]:
    seen = set()
    while (domain := _named(field, kind)) is not None and domain not in seen:
        seen.add(domain)
        yield domain
        kind = domain.base_type


def _named(field: ModelField, kind: str) -> DomainType | None:
    types = field.namespace.get("types")
    if not isinstance(types, (list, tuple)):
        return None
    wanted = kind.replace('"', "")
    for one in types:
        if isinstance(one, DomainType) and wanted in (
            one.name,
            f"{one.schema}.{one.name}",
        ):
            return one
    return None


def base_type(field: ModelField) -> str | None:
    """The type of a field's column that is no domain, with its modifiers; None where the field names none."""
    domains = domains_of(field)
    return domains[-1].base_type if domains else field.db_type


def plain_type(field: ModelField) -> str | None:
    """The type that a column of a domain, or of an array of one, has underneath, without modifiers; else None.

    A cast to it asks for none of the domain's conditions.
    """
    kind = field.db_type or ""
    element = kind.removesuffix("[]")
    domains = tuple(_chain(field, element))
    if not domains:
        return None
    name = re.sub(r"\(.*?\)", "", domains[-1].base_type)
    # Without a length these two names mean a length of one.
    return {"character": "bpchar", "bit": '"bit"'}.get(name, name) + kind[
        len(element) :
    ]


def takes_null(field: ModelField) -> bool:
    """Whether the domains of a field's column take NULL."""
    return all(domain.nullable for domain in domains_of(field))


def has_default(field: ModelField) -> bool:
    """Whether a domain gives a field its value where the column has no default of its own."""
    return any(domain.db_default is not None for domain in domains_of(field))


def checks(field: ModelField, column: str) -> Iterator[tuple[str, str]]:
    """What the domains of a field's column ask for: how to say it, and the SQL that computes it.

    A condition speaks of VALUE, which is a column's name wherever else it stands.

    Arguments:
        field: ModelField, a field.
        column: str, the SQL of its value, of its plain type.
    """
    kind = field.db_type or ""
    element = kind.removesuffix("[]")
    domains = tuple(_chain(field, element))
    if not domains:
        return
    for domain in domains:
        for check in domain.checks:
            said = f"the check {check.name or check.expression} of the domain {domain.name} is not fulfilled"
            test = f"({check.expression}) IS NOT FALSE"
            if element == kind:
                rows = f"(SELECT {column} AS value) domain_value"
                yield said, f"(SELECT {test} FROM {rows})"
            else:
                rows = f"pg_catalog.unnest({column}) domain_value(value)"
                yield (
                    said,
                    f"(SELECT coalesce(pg_catalog.bool_and({test}), true) FROM {rows})",
                )


def labels(field: ModelField) -> tuple[str, ...] | None:
    """The labels of a field's enumeration, where the models file lists it in ``types``."""
    types = field.namespace.get("types")
    kind = base_type(field)
    if kind is None or not isinstance(types, (list, tuple)):
        return None
    wanted = kind.replace('"', "")
    for one in types:
        if isinstance(one, EnumType) and wanted in (
            one.name,
            f"{one.schema}.{one.name}",
        ):
            return one.labels
    return None
