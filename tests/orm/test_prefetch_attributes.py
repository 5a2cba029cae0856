"""The attribute that ``Prefetch(to_attr=…)`` names is a new one."""

from __future__ import annotations

import pytest
from hyperdjango.errors import FieldError
from hyperdjango.query import Prefetch
from zoo import Animal, Keeper
from zoo_support import Zoo


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("name", "field 'name'"),
        ("boss_id", "field 'boss_id'"),
        ("boss", "relation 'boss'"),
        ("animals", "relation 'animals'"),
        ("team", "relation 'team'"),
        ("save", "method or attribute 'save'"),
        ("pk", "method or attribute 'pk'"),
        ("objects", "method or attribute 'objects'"),
        ("_meta", "method or attribute '_meta'"),
    ],
)
def test_what_the_model_has_is_no_attribute_for_rows(name: str, kind: str) -> None:
    with pytest.raises(FieldError, match=f"Keeper has a {kind} itself"):
        Keeper.objects.prefetch_related(Prefetch("animals", to_attr=name))
    with pytest.raises(FieldError, match=f"Keeper has a {kind} itself"):
        Animal.objects.prefetch_related(Prefetch("keeper__animals", to_attr=name))


def test_names_of_other_models_are_free(zoo: Zoo) -> None:
    asked = Keeper.objects.prefetch_related(Prefetch("animals", to_attr="legs"))
    kept = {row.id: len(row.legs) for row in zoo.fetch(asked)}
    assert kept == {
        row["id"]: row["n"]
        for row in zoo.rows(
            "SELECT k.id, count(a.id) AS n FROM keeper k LEFT JOIN animal a ON a.keeper_id = k.id GROUP BY k.id"
        )
    }
