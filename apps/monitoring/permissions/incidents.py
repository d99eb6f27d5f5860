"""Who may open, contain and close incidents."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.inventory.models import AISystem
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.monitoring.models import GRAVE, Incident, IncidentState


def may_open_incident(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let whose role says so here open an incident, also of a retired system; the portal opens them after a rollback."""
    if actor.kind is ActorKind.SYSTEM:
        return Allowed()
    return authorisation.decide(actor, Permission.MONITORING_INCIDENT_EDIT, system)


def _holds(actor: Actor, incident: Incident) -> Decision:
    if not actor.is_person:
        return Denied(_("A person answers for an incident."))
    if incident.state == IncidentState.CLOSED:
        return Denied(_("This incident is closed."))
    scoped = actor.scopes is None or str(Permission.MONITORING_INCIDENT_EDIT) in actor.scopes
    if scoped and str(incident.owner_id) == actor.id:
        return Allowed()
    return authorisation.decide(actor, Permission.MONITORING_INCIDENT_EDIT, incident)


def may_edit_incident(*, actor: Actor, incident: Incident, **_arguments: Any) -> Decision:
    """Let its owner write about an incident until it is closed, and whose role says so here."""
    return _holds(actor, incident)


def may_contain_incident(*, actor: Actor, incident: Incident, **_arguments: Any) -> Decision:
    """Let an open incident be called contained."""
    if incident.state == IncidentState.CONTAINED:
        return Denied(_("This incident is contained already."))
    return _holds(actor, incident)


def may_close_incident(*, actor: Actor, incident: Incident, **_arguments: Any) -> Decision:
    """Let an incident be closed; a grave one by somebody who neither opened it nor answers for it."""
    decision = _holds(actor, incident)
    if not decision or incident.severity not in GRAVE:
        return decision
    if actor.id == str(incident.opened_by_id):
        return Denied(_("You opened this incident: somebody else closes one that is high or critical."))
    if actor.id == str(incident.owner_id):
        return Denied(_("You answer for this incident: somebody else closes one that is high or critical."))
    if incident.system.is_responsible(actor.id):
        return Denied(_("You answer for this system: somebody else closes what is high or critical."))
    return Allowed()
