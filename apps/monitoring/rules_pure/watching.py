"""When a bound is crossed, and when it is back: the last windows in a row decide, so that one odd value changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """A window of a metric with the number that a bound looks at."""

    start: datetime
    value: Decimal


def crosses(value: Decimal, comparison: str, threshold: Decimal) -> bool:
    """Tell whether a value lies beyond a threshold; the threshold itself is still within."""
    return value > threshold if comparison == "above" else value < threshold


def verdict(windows: Sequence[Seen], comparison: str, threshold: Decimal, consecutive: int, *, stands: bool) -> str:
    """Return "breach" or "back" if the last windows change what stands, else nothing; `windows` go from old to new.

    Windows without values do not count: silence is reported as silence.
    """
    last = list(windows)[-consecutive:]
    if len(last) < consecutive:
        return ""
    beyond = [crosses(one.value, comparison, threshold) for one in last]
    if not stands and all(beyond):
        return "breach"
    return "back" if stands and not any(beyond) else ""
