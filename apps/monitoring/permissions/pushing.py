"""Who may push metrics of a system."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import ServiceIdentity
from apps.inventory.models import AISystem
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.registry.permissions.deployments import GONE


def may_push(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those push whose role says so here, and services with that role whose owner answers for the system."""
    if system.merged_into_id or system.stage in GONE:
        return Denied(_("This system is closed: nothing is measured of it."))
    here = authorisation.decide(actor, Permission.MONITORING_METRIC_PUSH, system)
    if here or actor.kind is not ActorKind.SERVICE:
        return here
    anywhere = authorisation.decide(actor, Permission.MONITORING_METRIC_PUSH)
    owner = ServiceIdentity.objects.filter(pk=actor.id).values_list("owner_id", flat=True).first()
    return Allowed() if anywhere and system.is_responsible(owner) else here
