"""What was granted held against what a gateway really allows: every difference, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .gateway_formats import ReadKey

MONTH = Decimal(30)
# Differences that let somebody do more than was decided; the others only stop what was granted.
WIDER = frozenset({"key_without_grant", "models", "rate", "budget", "end", "open"})


@dataclass(frozen=True, slots=True)
class DesiredKey:
    """What a key of a grant should allow."""

    grant: str
    names: frozenset[str]
    counts: bool = True
    calls_per_minute: Decimal | None = None
    budget: Decimal | None = None
    budget_period: str = "month"
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what kind, and the sentence for people."""

    kind: str
    sentence: str

    @property
    def is_wider(self) -> bool:
        """Tell whether the gateway allows more than was decided."""
        return self.kind in WIDER


def differences(desired: DesiredKey | None, actual: ReadKey | None, now: datetime) -> list[Difference]:
    """Return how a grant and its key differ; a key that allows nothing any more cannot allow too much."""
    shut = actual is None or actual.blocked or (actual.valid_until is not None and actual.valid_until <= now)
    if desired is None or not desired.counts:
        return [] if shut or actual is None else [_too_open(desired, actual)]
    if actual is None:
        return [Difference("grant_without_key", f"{desired.grant} stands, and no key of the gateway is for it.")]
    if shut:
        return [Difference("blocked", f"{desired.grant} stands, and its key is blocked or has ended.")]
    found = (_models(desired, actual), _rate(desired, actual), _budget(desired, actual), _end(desired, actual))
    return [one for one in found if one is not None]


def _too_open(desired: DesiredKey | None, actual: ReadKey) -> Difference:
    if desired is None:
        cited = f" {actual.grant} is no grant of ours." if actual.grant else ""
        return Difference("key_without_grant", f"No grant stands behind this key.{cited}")
    return Difference("open", f"{desired.grant} allows nothing any more, and its key is open.")


def _models(desired: DesiredKey, actual: ReadKey) -> Difference | None:
    if actual.every_model:
        return Difference("models", "The key may call every model of the gateway.")
    wider = sorted(set(actual.model_names) - desired.names)
    return Difference("models", f"The key may also call {', '.join(wider)[:300]}.") if wider else None


def _rate(desired: DesiredKey, actual: ReadKey) -> Difference | None:
    if desired.calls_per_minute is None:
        return None
    granted = _plain(desired.calls_per_minute)
    if actual.calls_per_minute is None:
        return Difference("rate", f"Granted are {granted} calls a minute, and the key has no limit.")
    # Gateways that count whole calls a minute cannot say less than one.
    if actual.calls_per_minute > max(desired.calls_per_minute, Decimal(1)):
        return Difference(
            "rate", f"Granted are {granted} calls a minute, the key has {_plain(actual.calls_per_minute)}."
        )
    return None


def _budget(desired: DesiredKey, actual: ReadKey) -> Difference | None:
    if desired.budget is None:
        return None
    if actual.budget is None:
        return Difference("budget", f"Granted are {_plain(desired.budget)}, and the key has no budget.")
    days = {"day": Decimal(1), "month": MONTH}.get(desired.budget_period)
    words = f"Granted are {_plain(desired.budget)} {_period(days)}, the key has {_plain(actual.budget)} "
    wider = actual.budget > desired.budget
    if actual.budget_days is not None:
        # Money that comes again is more than money once; else what matters is how much there is in a time.
        wider = days is None or actual.budget * days > desired.budget * actual.budget_days
    return Difference("budget", f"{words}{_period(actual.budget_days)}.") if wider else None


def _end(desired: DesiredKey, actual: ReadKey) -> Difference | None:
    if desired.valid_until is None:
        return None
    ends = f"{desired.grant} ends on {desired.valid_until:%d %B %Y}"
    if actual.valid_until is None:
        return Difference("end", f"{ends}, and the key never does.")
    # Up to a minute is rounding, not a longer life.
    if (actual.valid_until - desired.valid_until).total_seconds() > 60:
        return Difference("end", f"{ends}, and the key on {actual.valid_until:%d %B %Y}.")
    return None


def _period(days: Decimal | None) -> str:
    known = {None: "in all", Decimal(1): "a day", MONTH: "a month"}
    return known.get(days.normalize() if days is not None and days != MONTH else days) or f"in {_plain(days)} days"


def _plain(number: Decimal | None) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_wider(found: Iterable[Difference]) -> bool:
    """Tell whether any of the differences lets somebody do more than was decided."""
    return any(one.is_wider for one in found)
