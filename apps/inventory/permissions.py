"""Who may do what in the inventory, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied

from .models import AISystem


def may_edit(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for a system edit it, and nobody else."""
    if system.is_responsible(actor.id):
        return Allowed()
    return Denied(_("Only the system's owner or deputy may edit its record."))
