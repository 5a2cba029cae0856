"""No field can take a name that a model, or a class body, needs for itself."""

from __future__ import annotations

from typing import Any

import hyperdjango.models as surface
import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models import Field, Model
from hyperdjango.models.reserved import RESERVED_NAMES, is_reserved


def declare(name: str) -> type[Model]:
    contents: dict[str, Any] = {"__annotations__": {name: int}, name: Field()}
    return type("Order", (Model,), contents)


def test_everything_that_a_model_has_is_reserved() -> None:
    assert [name for name in dir(Model) if not is_reserved(name)] == []


def test_everything_that_a_class_body_may_call_is_reserved() -> None:
    assert set(surface.__all__) <= RESERVED_NAMES


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES - {"Meta"}))
def test_a_reserved_name_is_refused_and_the_way_out_is_told(name: str) -> None:
    with pytest.raises(TypeError) as caught:
        declare(name)
    assert f"Order.{name} can't be a field" in str(caught.value)
    assert f'_field: … = Field(column_name="{name}")' in str(caught.value)


def test_a_dunder_is_refused() -> None:
    with pytest.raises(ModelError, match="write secret_field"):

        class Order(Model):
            __secret__: int = Field()


def test_a_name_that_python_would_mangle_is_refused() -> None:
    with pytest.raises(ModelError) as caught:

        class Order(Model):
            __secret: int = Field()

    assert 'secret_field: … = Field(column_name="__secret")' in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["id", "match", "case", "_", "type", "filter", "values", "user__name", "année"],
)
def test_other_names_are_free(name: str) -> None:
    model = declare(name)
    assert getattr(model(**{name: "5"}), name) == 5
