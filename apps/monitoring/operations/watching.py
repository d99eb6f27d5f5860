"""Watching bounds: what was crossed opens an alert, what went back closes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.kernel.actors import Actor
from apps.monitoring.models import Alert, Bound
from apps.monitoring.queries import bounds as queries
from apps.monitoring.rules_pure.watching import verdict

from .alerts import open_alert, recover_alert


def watch(*, actor: Actor, bounds: Iterable[Bound]) -> list[Alert]:
    """Look at bounds; return the alerts that were opened or taken back."""
    return [alert for bound in bounds if (alert := watch_bound(actor=actor, bound=bound)) is not None]


def watch_bound(*, actor: Actor, bound: Bound) -> Alert | None:
    """Look at one bound; only a change is an operation, so that quiet bounds leave nothing in the ledger."""
    newest: Any = bound.alerts.order_by("-opened_at", "-id").first()
    standing = newest if newest is not None and newest.closed_at is None else None
    # What an earlier alert was about does not open the next one.
    seen = queries.windows(bound, bound.consecutive, after=newest.last_window if newest is not None else None)
    said = verdict(seen, bound.comparison, bound.threshold, bound.consecutive, stands=standing is not None)
    if said == "breach":
        return open_alert(actor=actor, bound=bound, windows=seen)
    if said == "back" and standing is not None:
        return recover_alert(actor=actor, alert=standing, windows=seen)
    return None
