"""Who may take a permit back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.registry.models import DeploymentPermit

from .holding import holds_here


def may_revoke_permit(*, actor: Actor, permit: DeploymentPermit, **_arguments: Any) -> Decision:
    """Let those who revoke permits, whoever it was issued to, and those who answer for the system take it back."""
    if permit.revoked_at is not None:
        return Denied(_("This permit is revoked already."))
    if permit.issued_to == actor.id or permit.system.is_responsible(actor.id):
        return Allowed()
    return holds_here(actor, Permission.REGISTRY_PERMIT_REVOKE, permit)
