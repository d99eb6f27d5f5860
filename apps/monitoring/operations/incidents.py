"""Incidents: opened once, contained, closed with a root cause."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.inventory.models import AISystem
from apps.inventory.operations.checks import check_fields, check_known, check_words, need_reason
from apps.inventory.operations.systems import look_again
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import next_key
from apps.monitoring import permissions
from apps.monitoring.events import Event
from apps.monitoring.models import GRAVE, Alert, Happened, Incident, IncidentState
from apps.work.operations import send_notice

# A clock beside ours may run a little ahead.
AHEAD = timedelta(minutes=5)
EDITABLE = ("title", "description", "severity", "actual_or_near", "occurred_at", "detected_at", "source", "owner")


@operation(Event.INCIDENT_OPENED, needs=None, subject="system", may=permissions.may_open_incident)
def open_incident(
    *,
    actor: Actor,
    system: AISystem,
    title: str,
    severity: str,
    occurred_at: datetime,
    detected_at: datetime | None = None,
    description: str = "",
    actual_or_near: str = Happened.ACTUAL,
    reference: str = "",
    source: str = "",
    owner: Person | None = None,
    alert: Alert | None = None,
) -> Incident:
    """Open an incident of a system; the same reference again is the same incident."""
    reference = reference.strip()
    known = Incident.objects.filter(system=system, reference=reference).first() if reference else None
    if known is not None:
        return known
    values = {
        "title": title.strip(), "severity": severity, "description": description.strip(), "reference": reference,
        "actual_or_near": actual_or_near, "source": source.strip(),
    }  # fmt: skip
    _check(values, occurred_at, detected_at or clock.now())
    owner = owner or system.owner or system.deputy
    _check_owner(system, owner)
    made = Incident.objects.create(
        key=next_key("INC"), system=system, **values, occurred_at=occurred_at, detected_at=detected_at or clock.now(),
        owner=owner, opened_by_id=actor.id if actor.is_person else None,
        opened_by_service_id=actor.id if actor.kind is ActorKind.SERVICE else None, opened_at=clock.now(),
    )  # fmt: skip
    if alert is not None:
        link_alert(actor=actor, alert=alert, incident=made)
    _tell(actor, made, _("%(incident)s: an incident of %(system)s: %(title)s"))
    _look(made)
    return made


@operation(Event.INCIDENT_EDITED, needs=None, subject="incident", may=permissions.may_edit_incident)
def edit_incident(*, actor: Actor, incident: Incident, changes: dict[str, Any], version: int) -> Incident:
    """Change what is written about an incident; who answers for it does not make a grave one slight."""
    check_known(changes, EDITABLE)
    if version != incident.version:
        raise Conflict(_("Somebody else changed this incident meanwhile."), theirs=incident)
    slighter = incident.severity in GRAVE and changes.get("severity", incident.severity) not in GRAVE
    may_close = permissions.may_close_incident(actor=actor, incident=incident)
    if slighter and not may_close:
        raise Refused(_("Whoever answers for it does not make a high or critical incident less: somebody else does."))
    values = {name: value for name, value in changes.items() if name not in ("occurred_at", "detected_at", "owner")}
    _check(
        {"title": incident.title} | values,
        changes.get("occurred_at", incident.occurred_at),
        changes.get("detected_at", incident.detected_at),
    )
    if "owner" in changes:
        _check_owner(incident.system, changes["owner"])
    handed = changes.get("owner", incident.owner) != incident.owner
    for name, value in changes.items():
        setattr(incident, name, value.strip() if isinstance(value, str) else value)
    incident.version += 1
    incident.save(update_fields=[*changes, "version"])
    if handed:
        _tell(actor, incident, _("%(incident)s of %(system)s is yours now: %(title)s"))
    _look(incident)
    return incident


@operation(Event.INCIDENT_CONTAINED, needs=None, subject="incident", may=permissions.may_contain_incident)
def contain_incident(*, actor: Actor, incident: Incident, reason: str) -> Incident:
    """Say that an incident does no more harm, and what was done."""
    incident.contained_how = need_reason(reason, _("Say what was done, so that it does no more harm."))
    incident.state, incident.contained_by_id, incident.contained_at = IncidentState.CONTAINED, actor.id, clock.now()
    incident.save(update_fields=["contained_how", "state", "contained_by", "contained_at"])
    _look(incident)
    return incident


@operation(Event.INCIDENT_CLOSED, needs=None, subject="incident", may=permissions.may_close_incident)
def close_incident(*, actor: Actor, incident: Incident, root_cause: str, lessons: str = "") -> Incident:
    """Close an incident with its root cause and what was learned."""
    if not root_cause.strip():
        raise Invalid({"root_cause": [_("Say what caused it, not only what happened.")]})
    if incident.severity in GRAVE and not lessons.strip():
        raise Invalid({"lessons": [_("Say what was learned: a high or critical incident changes something.")]})
    check_words({"root_cause": root_cause, "lessons": lessons})
    incident.root_cause, incident.lessons = root_cause.strip(), lessons.strip()
    incident.state, incident.closed_by_id, incident.closed_at = IncidentState.CLOSED, actor.id, clock.now()
    incident.save(update_fields=["root_cause", "lessons", "state", "closed_by", "closed_at"])
    _tell(actor, incident, _("%(incident)s of %(system)s was closed"))
    _look(incident)
    return incident


@operation(Event.INCIDENT_LINKED, needs=None, subject="incident", may=permissions.may_edit_incident)
def link_alert(*, actor: Actor, alert: Alert, incident: Incident) -> Incident:
    """Say that an alert belongs to an incident of the same system."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("bound__metric").get(pk=alert.pk)
    if alert.bound.metric.system_id != incident.system_id:
        raise Invalid({"alert": [_("This alert is about another system.")]})
    alert.incident = incident
    alert.save(update_fields=["incident"])
    return incident


def _check(values: dict[str, Any], occurred_at: datetime, detected_at: datetime) -> None:
    if not str(values.get("title", "")).strip():
        raise Invalid({"title": [_("Say in a sentence what happened.")]})
    check_fields(Incident, values)
    check_words({name: value for name, value in values.items() if isinstance(value, str)})
    if occurred_at > clock.now() + AHEAD:
        raise Invalid({"occurred_at": [_("Nothing happened in the future.")]})
    if detected_at > clock.now() + AHEAD:
        raise Invalid({"detected_at": [_("Nothing was noticed in the future.")]})
    if detected_at < occurred_at:
        raise Invalid({"detected_at": [_("It was noticed after it happened, not before.")]})


def _check_owner(system: AISystem, owner: Person | None) -> None:
    """Refuse to give an incident to somebody who is gone or may not see the system."""
    if owner is None or system.is_responsible(owner.pk):
        return
    if not AISystem.objects.visible_to(owner).filter(pk=system.pk).exists():
        raise Invalid({"owner": [_("%(name)s cannot see this system.") % {"name": owner.name}]})


def _tell(actor: Actor, incident: Incident, sentence: str) -> None:
    system = incident.system
    text = sentence % {"incident": incident.key, "system": system.key, "title": incident.title}
    told = {incident.owner, system.owner, system.deputy} - {None}
    for person in sorted(told, key=lambda one: str(one.pk)):
        if str(person.pk) != actor.id:
            send_notice(actor=actor, person=person, text=text, about=incident, kind="incident")


def _look(incident: Incident) -> None:
    look_again(incident.system)
    defer("compliance.evaluate", subject_type="monitoring.incident", subject_id=str(incident.pk))
