"""What a verification found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit, and where; `position` orders what lies in the sealed order."""

    place: str
    message: str
    position: int | None = None


@dataclass(slots=True)
class Report:
    """The verdict with what it rests on."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    entries: int = 0
    root: str = ""
    checkpoints: int = 0
    outside_checkpoints: int = 0
    outside_newest: int = 0
    unsealed: int = 0
    oldest_unsealed: str = ""
    personal_texts: int = 0
    guards: int = 0
    gaps: list[dict[str, int]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def first_wrong(self) -> Problem | None:
        """The first wrong place: the earliest in the sealed order, else what was found first."""
        placed = [problem for problem in self.problems if problem.position is not None]
        if placed:
            return min(placed, key=lambda problem: problem.position or 0)
        return self.problems[0] if self.problems else None

    def add(self, place: str, message: str, position: int | None = None) -> None:
        """Note something that does not fit."""
        self.problems.append(Problem(str(place), str(message), position))

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        first = self.first_wrong
        return {
            "verified": self.clean,
            "first_wrong": asdict(first) if first else None,
            **{name: value for name, value in asdict(self).items() if name != "seconds"},
            "seconds": round(self.seconds, 3),
        }
