"""What the portal does by itself about grants on models: end what has no ground, hold back what has risen, warn."""

from __future__ import annotations

from apps.kernel.actors import Actor
from apps.registry.queries import access as queries

from .grants import announce_end, hold_back_grant, revoke_model_grant

GONE = "The use case has ended, or whoever it was given to is gone."
RISEN = "The use case is of a higher tier now than when this was decided."


def sweep_grants(use_case: str = "") -> int:
    """Revoke grants without use case or holder, hold back those of use cases that rose; return how many."""
    beat, number = Actor.system("beat"), 0
    for rows, does, reason in (
        (queries.ended_with_cause(), revoke_model_grant, GONE),
        (queries.risen(), hold_back_grant, RISEN),
    ):
        found = rows.filter(use_case_id=use_case) if use_case else rows
        for grant in found.select_related("ai_model").order_by("pk"):
            does(actor=beat, grant=grant, reason=reason)
            number += 1
    return number


def announce_ends() -> None:
    """Tell those who hold grants that end within two weeks, once for each end."""
    for grant in queries.ending_soon().select_related("ai_model").order_by("pk"):
        announce_end(actor=Actor.system("beat"), grant=grant)
