"""Bounds and alerts for programs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.accounts.models import Person
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.models import Alert, Bound, Metric
from apps.web.api import Page, cursor_page, request_key

from .routing import router

VIEW = Permission.MONITORING_METRIC_VIEW
EDIT = Permission.MONITORING_BOUND_EDIT


class BoundIn(Schema):
    """Where a metric (its key) should stay; `owner` is an e-mail address, and the caller where it is missing."""

    metric: str
    comparison: str
    threshold: Decimal
    window: str = "point"
    aggregate: str = "mean"
    slice: str = ""
    consecutive: int = 1
    silent_after: int = 48
    action: str = "alert"
    owner: str = ""
    baseline: str = ""


class BoundChangesIn(Schema):
    """What changes, why, and which version of the bound was read."""

    version: int
    reason: str
    comparison: str | None = None
    threshold: Decimal | None = None
    window: str | None = None
    aggregate: str | None = None
    consecutive: int | None = None
    silent_after: int | None = None
    action: str | None = None
    owner: str | None = None
    baseline: str | None = None


class ReasonIn(Schema):
    """Why."""

    reason: str


class BoundOut(Schema):
    """A bound."""

    key: str
    metric: str
    slice: str
    window: str
    aggregate: str
    comparison: str
    threshold: Decimal
    consecutive: int
    silent_after: int
    action: str
    owner: str
    baseline: str
    active: bool
    ended_reason: str
    version: int

    @staticmethod
    def resolve_metric(row: Any) -> str:
        return row.metric.key

    @staticmethod
    def resolve_slice(row: Any) -> str:
        return row.data_slice

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email


class AlertOut(Schema):
    """An alert."""

    key: str
    bound: str
    metric: str
    system: str
    opened_at: datetime
    value: Decimal
    threshold: Decimal
    windows: list[dict[str, str]]
    acknowledged_at: datetime | None
    acknowledged_reason: str
    closed_at: datetime | None
    closed_reason: str
    incident: str

    @staticmethod
    def resolve_bound(row: Any) -> str:
        return row.bound.key

    @staticmethod
    def resolve_metric(row: Any) -> str:
        return row.bound.metric.key

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.bound.metric.system.key

    @staticmethod
    def resolve_incident(row: Any) -> str:
        return row.incident.key if row.incident else ""


def person_called(email: str) -> Person | None:
    """Return the active person with an address; nobody for an empty one."""
    if not email.strip():
        return None
    found = Person.objects.active().filter(email=email.strip().lower()).first()
    if found is None:
        raise Invalid({"owner": ["Nobody here has this address."]})
    return found


@router.get("/bounds", permission=VIEW, response=Page[BoundOut], summary="List bounds")
def bounds(
    request: Any, metric: str = "", system: str = "", active: bool | None = None, cursor: str = "", limit: int = 50
) -> Any:
    rows = Bound.objects.visible_to(request.user).select_related("metric", "owner")
    rows = rows.filter(metric__key=metric) if metric else rows
    rows = rows.filter(metric__system__key=system) if system else rows
    rows = rows.filter(active=active) if active is not None else rows
    return cursor_page(request, rows, BoundOut, order=("key",))


@router.post("/bounds", permission=EDIT, response={201: BoundOut}, summary="Say where a metric should stay")
def set_bound(request: Any, data: BoundIn) -> Any:
    metrics = Metric.objects.visible_to(request.user).select_related("system__department")
    values = data.dict()
    found = get_object_or_404(metrics, key=values.pop("metric"))
    values |= {"owner": person_called(values["owner"]), "data_slice": values.pop("slice")}
    return 201, operations.set_bound(actor=request.actor, metric=found, request_key=request_key(request), **values)


def _bound(request: Any, key: str) -> Bound:
    rows = Bound.objects.visible_to(request.user).select_related("metric__system__department", "owner")
    return get_object_or_404(rows, key=key)


@router.get("/bounds/{key}", permission=VIEW, response=BoundOut, summary="A bound")
def bound(request: Any, key: str) -> Any:
    return _bound(request, key)


@router.patch("/bounds/{key}", permission=EDIT, response=BoundOut, summary="Move a bound, or hand it over")
def edit_bound(request: Any, key: str, data: BoundChangesIn) -> Any:
    found = _bound(request, key)
    changes = data.dict(exclude={"version", "reason"}, exclude_none=True)
    if "owner" in changes:
        changes["owner"] = person_called(changes["owner"])
    return operations.edit_bound(
        actor=request.actor, bound=found, changes=changes, version=data.version, reason=data.reason,
        request_key=request_key(request),
    )  # fmt: skip


@router.post("/bounds/{key}/end", permission=EDIT, response=BoundOut, summary="End a bound")
def end_bound(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.end_bound(
        actor=request.actor, bound=_bound(request, key), reason=data.reason, request_key=request_key(request)
    )


@router.get("/alerts", permission=VIEW, response=Page[AlertOut], summary="List alerts")
def alerts(request: Any, system: str = "", standing: bool | None = None, cursor: str = "", limit: int = 50) -> Any:
    rows = Alert.objects.visible_to(request.user).select_related("bound__metric__system", "incident")
    rows = rows.filter(bound__metric__system__key=system) if system else rows
    rows = rows.filter(closed_at__isnull=standing) if standing is not None else rows
    return cursor_page(request, rows, AlertOut, order=("key",))


def _alert(request: Any, key: str) -> Alert:
    rows = Alert.objects.visible_to(request.user).select_related("bound__metric__system__department", "incident")
    return get_object_or_404(rows, key=key)


@router.get("/alerts/{key}", permission=VIEW, response=AlertOut, summary="An alert")
def alert(request: Any, key: str) -> Any:
    return _alert(request, key)


@router.post("/alerts/{key}/acknowledge", permission=VIEW, response=AlertOut, summary="Say that you look into it")
def alert_acknowledge(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.acknowledge_alert(
        actor=request.actor, alert=_alert(request, key), reason=data.reason, request_key=request_key(request)
    )


@router.post("/alerts/{key}/close", permission=VIEW, response=AlertOut, summary="Close an alert with the reason")
def alert_close(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.close_alert(
        actor=request.actor, alert=_alert(request, key), reason=data.reason, request_key=request_key(request)
    )
