"""Tests of the command that start servers have them from the tests of HTTP."""

from __future__ import annotations

import sys

from harness import ROOT

sys.path.insert(0, str(ROOT / "tests" / "http"))
