"""How good data is: the score of its checks, its freshness, and whether that is enough for a use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# A warning counts half: the data is there, and somebody should look.
CREDIT = {"passed": 1.0, "warned": 0.5, "failed": 0.0, "error": 0.0}


def score(outcomes: Iterable[tuple[str, int]]) -> int | None:
    """Return the weighted share of what passed, in whole percent rounded down; None when nothing was checked.

    `outcomes` are pairs of outcome and weight. Skipped checks say nothing; one that could not run did not pass.
    """
    counted = [(CREDIT[outcome], weight) for outcome, weight in outcomes if outcome in CREDIT and weight > 0]
    total = sum(weight for _credit, weight in counted)
    return int(100 * sum(credit * weight for credit, weight in counted) / total) if total else None


def is_fresh(last_loaded: datetime | None, within_minutes: int | None, now: datetime) -> bool | None:
    """Tell whether a promise of freshness is kept; None where nothing is promised; never loaded is not fresh."""
    if within_minutes is None:
        return None
    return last_loaded is not None and now - last_loaded <= timedelta(minutes=within_minutes)


@dataclass(frozen=True, slots=True)
class Need:
    """What a use needs."""

    least_score: int
    fresh_within_minutes: int | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """How a dataset stands: its score, its last load, and the outcome of each check by name."""

    score: int | None
    last_loaded: datetime | None
    outcomes: dict[str, str]


def unfit_because(need: Need, state: State, now: datetime) -> list[str]:
    """Return every reason for which data is not good enough for a use; empty when it is."""
    reasons = []
    if state.score is None:
        reasons.append("Nothing was checked.")
    elif state.score < need.least_score:
        reasons.append(f"The score is {state.score}, the use needs {need.least_score}.")
    if is_fresh(state.last_loaded, need.fresh_within_minutes, now) is False:
        reasons.append(f"It was not loaded within {need.fresh_within_minutes} minutes.")
    reasons += [
        f"“{name}” did not pass." for name in need.checks if state.outcomes.get(name) not in ("passed", "warned")
    ]
    return reasons
