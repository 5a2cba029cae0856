"""What the engine is to give for a statement: the numbers are those of `Shape::from_code` in the engine."""

from __future__ import annotations

COUNT, DICTS, FIRST_DICT, FIRST_VALUE, TUPLES, MODELS, FLAT, ROWS = range(8)
