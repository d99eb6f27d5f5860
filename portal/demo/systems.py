"""The AI systems of the fictional insurer, as its people describe them. Nothing here is decided: the gates do that."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """One system with its use case, and how far its owner brings it within the year.

    `aim` is the stage its owner wants it in; `tier` the one that the assessment's answers lead to; `effect`, `autonomy`,
    `data` and `sourcing` are values of the inventory's lists.
    """

    name: str
    department: str
    owner: str
    purpose: str
    effect: str
    autonomy: str
    data: tuple[str, ...]
    sourcing: str
    vendor: str
    aim: str
    tier: str
    affected: str
    legacy: bool
    platform: bool


def read_systems() -> list[DemoSystem]:
    """Read the systems from the list beside this file; the first eight are the examples of the domain."""
    with (Path(__file__).parent / "systems.csv").open(newline="", encoding="utf-8") as source:
        return [
            DemoSystem(
                **row
                | {
                    "data": tuple(row["data"].split()),
                    "legacy": row["legacy"] == "yes",
                    "platform": row["platform"] == "yes",
                }
            )
            for row in csv.DictReader(source)
        ]
