"""Who stands behind what the portal does later: whoever had a hand in a fall is no second person for it."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import ServiceIdentity
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.deferral import defer


def hand_of(actor: Actor) -> str:
    """Return the person behind an actor: themselves, or who owns the service; empty where there is none."""
    if actor.kind is ActorKind.SERVICE:
        return str(ServiceIdentity.objects.filter(pk=actor.id).values_list("owner_id", flat=True).first() or "")
    return actor.id if actor.is_person else ""


def defer_suggesting(actor: Actor, dataset: Any) -> None:
    """Have a dataset's fields suggested anew, on behalf of whoever changed what is said of them."""
    defer("catalog.suggest", dataset=str(dataset), by=hand_of(actor))


def defer_carrying(by: str, dataset: Any) -> None:
    """Have lineage carry on what changed in a dataset, on behalf of whoever changed it."""
    defer("catalog.carry", dataset=str(dataset), by=by)
