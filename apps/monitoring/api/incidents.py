"""Incidents for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.inventory.models import AISystem
from apps.kernel.errors import Invalid, Missing
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.models import Incident
from apps.monitoring.permissions import may_open_incident
from apps.web.api import Page, cursor_page, request_key

from .bounds import ReasonIn, person_called
from .routing import router

VIEW = Permission.MONITORING_INCIDENT_VIEW
EDIT = Permission.MONITORING_INCIDENT_EDIT


class IncidentIn(Schema):
    """What went wrong with a system (its key); the same `reference` again is the same incident."""

    system: str
    title: str
    severity: str
    occurred_at: datetime
    detected_at: datetime | None = None
    description: str = ""
    actual_or_near: str = "actual"
    reference: str = ""
    source: str = ""
    owner: str = ""


class IncidentChangesIn(Schema):
    """What changes, and which version of the incident was read."""

    version: int
    title: str | None = None
    severity: str | None = None
    description: str | None = None
    actual_or_near: str | None = None
    occurred_at: datetime | None = None
    detected_at: datetime | None = None
    owner: str | None = None


class ClosingIn(Schema):
    """What caused it and what was learned."""

    root_cause: str
    lessons: str = ""


class IncidentOut(Schema):
    """An incident."""

    key: str
    system: str
    title: str
    description: str
    severity: str
    actual_or_near: str
    occurred_at: datetime
    detected_at: datetime
    opened_at: datetime
    reference: str
    source: str
    owner: str
    state: str
    contained_at: datetime | None
    contained_how: str
    closed_at: datetime | None
    root_cause: str
    lessons: str
    version: int

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""


def _zoned(name: str, moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Invalid({name: ["Give the moment with its zone, for example 2026-11-23T10:00:00Z."]})
    return moment


def _system(request: Any, key: str) -> AISystem:
    systems = AISystem.objects.select_related("department")
    seen = systems.visible_to(request.user).filter(key=key).first()
    found = seen or systems.filter(key=key).first()
    if found is None or not (seen or may_open_incident(actor=request.actor, system=found)):
        raise Missing
    return found


@router.get("/incidents", permission=VIEW, response=Page[IncidentOut], summary="List incidents")
def incidents(
    request: Any, system: str = "", state: str = "", severity: str = "", cursor: str = "", limit: int = 50
) -> Any:
    rows = Incident.objects.visible_to(request.user).select_related("system", "owner")
    rows = rows.filter(system__key=system) if system else rows
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(severity=severity) if severity else rows
    return cursor_page(request, rows, IncidentOut, order=("key",))


@router.post("/incidents", permission=EDIT, response={201: IncidentOut}, summary="Open an incident of a system")
def open_incident(request: Any, data: IncidentIn) -> Any:
    values = data.dict()
    system = _system(request, values.pop("system"))
    values["owner"] = person_called(values["owner"])
    for name in ("occurred_at", "detected_at"):
        _zoned(name, values[name])
    return 201, operations.open_incident(actor=request.actor, system=system, request_key=request_key(request), **values)


def _incident(request: Any, key: str) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related("system__department", "owner")
    return get_object_or_404(rows, key=key)


@router.get("/incidents/{key}", permission=VIEW, response=IncidentOut, summary="An incident")
def incident(request: Any, key: str) -> Any:
    return _incident(request, key)


@router.patch("/incidents/{key}", permission=VIEW, response=IncidentOut, summary="Change what is written about it")
def edit_incident(request: Any, key: str, data: IncidentChangesIn) -> Any:
    found = _incident(request, key)
    changes = data.dict(exclude={"version"}, exclude_none=True)
    for name in ("occurred_at", "detected_at"):
        _zoned(name, changes.get(name))
    if "owner" in changes:
        changes["owner"] = person_called(changes["owner"])
    return operations.edit_incident(
        actor=request.actor, incident=found, changes=changes, version=data.version, request_key=request_key(request)
    )


@router.post("/incidents/{key}/contain", permission=VIEW, response=IncidentOut, summary="It does no more harm")
def incident_contain(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.contain_incident(
        actor=request.actor, incident=_incident(request, key), reason=data.reason, request_key=request_key(request)
    )


@router.post("/incidents/{key}/close", permission=VIEW, response=IncidentOut, summary="Close it with its root cause")
def incident_close(request: Any, key: str, data: ClosingIn) -> Any:
    return operations.close_incident(
        actor=request.actor, incident=_incident(request, key), root_cause=data.root_cause, lessons=data.lessons,
        request_key=request_key(request),
    )  # fmt: skip
