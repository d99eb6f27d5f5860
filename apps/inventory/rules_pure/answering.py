"""May I use this, with this class of data? The answer as a value, with the rule that it follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LADDER = ("public", "internal", "confidential", "restricted")
UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, no or ask, with the classes that are not covered."""

    answer: str
    uncovered: tuple[str, ...] = ()


def covers(approved: Iterable[str], asked: str) -> bool:
    """Tell whether an approval for some classes of data holds for another: what is allowed for more is for less."""
    allowed = set(approved)
    if asked in LADDER:
        return any(name in allowed for name in LADDER[LADDER.index(asked) :])
    if asked == "personal":
        return bool(allowed & {"personal", "special_category"})
    return asked in allowed


def verdict(approved: Iterable[str], asked: Iterable[str]) -> Verdict:
    """Answer for a use approved for some classes; not knowing the class counts as the most protected one."""
    allowed, wanted = list(approved), list(asked)
    if UNSURE in wanted:
        safest = all(covers(allowed, name) for name in ("restricted", "special_category"))
        return Verdict("yes") if safest else Verdict("ask", ("restricted", "special_category"))
    missing = tuple(name for name in wanted if not covers(allowed, name))
    if not wanted:
        return Verdict("ask")
    return Verdict("no", missing) if missing else Verdict("yes")
