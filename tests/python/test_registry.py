"""The registry: two models of one table, and modules that are imported again."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from hyperdjango.errors import ModelError
from hyperdjango.models.registry import registry
from package_paths import ImportModule

ONE = """
from hyperdjango.models import Field, Model

class {name}(Model):
    id: int = Field(primary_key=True)

    class Meta:
        table_name = "{table}"
"""


def registered(module: str) -> list[str]:
    return [model.__name__ for model in registry if model.__module__ == module]


def test_two_classes_of_one_table_are_both_named(import_module: ImportModule) -> None:
    source = ONE.format(name="Person", table="people")
    source += ONE.format(name="Human", table="people")
    with pytest.raises(
        ModelError, match="Human and Person of models both have the table"
    ):
        import_module(source)


def test_one_table_may_be_described_in_two_modules(import_module: ImportModule) -> None:
    import_module(ONE.format(name="Person", table="people"), "one")
    import_module(ONE.format(name="Human", table="people"), "two")
    assert (registered("one"), registered("two")) == (["Person"], ["Human"])


def test_one_table_name_in_two_schemas(import_module: ImportModule) -> None:
    source = ONE.format(name="Person", table="people")
    source += ONE.format(name="Human", table="people") + '        schema = "old"\n'
    import_module(source)
    assert registered("models") == ["Person", "Human"]


def test_a_class_declared_again_replaces_the_first(import_module: ImportModule) -> None:
    source = ONE.format(name="Person", table="people")
    source += ONE.format(name="Person", table="persons")
    source += ONE.format(name="Human", table="people")
    module = import_module(source)
    assert registered("models") == ["Person", "Human"]
    assert module.Person._meta.table_name == "persons"


def test_a_module_imported_again_replaces_all_it_declared(
    import_module: ImportModule, tmp_path: Path
) -> None:
    module = import_module(ONE.format(name="Person", table="people"))
    (tmp_path / "models.py").write_text(ONE.format(name="Human", table="people"))
    importlib.reload(module)
    assert registered("models") == ["Human"]
    del sys.modules["models"]
    (tmp_path / "models.py").write_text(ONE.format(name="Somebody", table="people"))
    importlib.import_module("models")
    assert registered("models") == ["Somebody"]


def test_an_abstract_model_is_not_registered(import_module: ImportModule) -> None:
    import_module(ONE.format(name="Base", table="base") + "        abstract = True\n")
    assert registered("models") == []
