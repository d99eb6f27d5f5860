"""Who may do what in the registry, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from apps.audit.operation import current
from apps.kernel.actors import Actor
from apps.kernel.decision import Decision
from apps.kernel.permissions import Permission


def inside(*rooms: str) -> bool:
    """Tell whether an operation of one of these rooms ("integrations.") is going on around this one."""
    outer = current()
    return outer is not None and outer.event.startswith(rooms)


def holds_here(actor: Actor, permission: Permission, subject: Any) -> Decision:
    """Ask for a role permission on one record."""
    from apps.kernel import authorisation

    return authorisation.decide(actor, permission, subject)
