"""What was measured of each library, in rounds, and how it stands beside the reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from operations import Operation


@dataclass
class Times:
    """What one library took for one operation, by round; seconds of one piece of work."""

    wall: dict[int, float] = field(default_factory=dict)
    cpu: dict[int, float] = field(default_factory=dict)
    stalls: list[float] = field(default_factory=list)
    stalls_cpu: list[float] = field(default_factory=list)
    grown: list[float] = field(default_factory=list)
    spent: float = 0.0
    """Seconds of all rounds together."""
    note: str | None = None
    """Why there are no times."""

    def add(self, number: int, found: dict[str, Any], repeats: int, per: int) -> None:
        """Take in a round."""
        self.wall[number] = found["wall"] / per
        self.cpu[number] = found["cpu"] / per
        self.spent += found["wall"] * repeats
        if "stall" in found:
            self.stalls.append(found["stall"])
            self.stalls_cpu.append(found["stall_cpu"])
            self.grown.append(found["grown"])

    def beside(self, other: Times, what: str) -> float | None:
        """The median, over the rounds that both have, of this one's time divided by the other's."""
        mine: dict[int, float] = getattr(self, what)
        theirs: dict[int, float] = getattr(other, what)
        ratios = [mine[number] / theirs[number] for number in mine if number in theirs]
        return median(ratios) if ratios else None


@dataclass
class Line:
    """An operation, and what each library took for it."""

    operation: Operation
    times: dict[str, Times]
    reference: Times
    differs: dict[str, str] = field(default_factory=dict)
    """Libraries whose values were others than the reference's, and how."""


@dataclass(frozen=True)
class Startup:
    """What importing something takes, over bare Python."""

    title: str
    wall: float
    cpu: float
    memory: float
