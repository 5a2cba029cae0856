"""What the fixture `run` is: a function that runs a coroutine to its end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

Run = Callable[[Coroutine[Any, Any, Any]], Any]
