"""Names that several tests of the Python package import; fixtures are in conftest.py."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parents[2] / "python"

ImportModule = Callable[..., ModuleType]
