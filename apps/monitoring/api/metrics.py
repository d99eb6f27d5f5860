"""Metrics for programs: pushing, and reading back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.inventory.models import AISystem, Release
from apps.kernel.errors import Invalid, Missing
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.models import Metric, MetricPoint, Rollup
from apps.monitoring.permissions import may_push
from apps.web.api import Page, cursor_page, request_key

from .routing import router

VIEW = Permission.MONITORING_METRIC_VIEW


class PushIn(Schema):
    """Values of one system in one place.

    Each point has `name`, `value` and `window_start` (with its zone); and may have `window_end`, `count` (observations
    behind it), `slice`, `source`, `release` (a key), `correction`; a new metric says its `kind` (quality, latency, drift,
    cost, usage), `unit` and `higher_is` (better, worse, neither). Exact numbers such as costs go as texts.
    """

    system: str
    environment: str
    region: str
    points: list[Any]
    release: str = ""
    partial: bool = False


class ProblemOut(Schema):
    """What is wrong with a row; rows count from 1."""

    row: int
    column: str
    problem: str


class PushOut(Schema):
    """What became of a batch."""

    system: str
    taken: int
    repeated: int
    refused: int
    digest: str
    errors: list[ProblemOut]


class MetricOut(Schema):
    """A metric."""

    key: str
    system: str
    environment: str
    region: str
    name: str
    kind: str
    unit: str
    higher_is: str
    last_received_at: datetime | None
    last_window_start: datetime | None

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key


class PointOut(Schema):
    """A value as it was pushed; `corrected` tells that a later one takes its place."""

    id: str
    window_start: datetime
    window_end: datetime
    value: Decimal
    count: int
    slice: str
    source: str
    release: str
    received_at: datetime
    corrected: bool

    @staticmethod
    def resolve_id(row: Any) -> str:
        return str(row.pk)

    @staticmethod
    def resolve_slice(row: Any) -> str:
        return row.data_slice

    @staticmethod
    def resolve_release(row: Any) -> str:
        return row.release.key if row.release else ""

    @staticmethod
    def resolve_corrected(row: Any) -> bool:
        return hasattr(row, "corrected_by")


class RollupOut(Schema):
    """What an hour or day comes to."""

    period: str
    start: datetime
    slice: str
    points: int
    count: int
    minimum: Decimal
    maximum: Decimal
    mean: Decimal
    p95: Decimal
    total: Decimal
    last: Decimal

    @staticmethod
    def resolve_slice(row: Any) -> str:
        return row.data_slice


def system_named(request: Any, key: str) -> AISystem:
    """Return a system that the caller may see, or may push for: services see none, delivery teams only some."""
    systems = AISystem.objects.select_related("department")
    seen = systems.visible_to(request.user).filter(key=key).first()
    found = seen or systems.filter(key=key).first()
    if found is None or not (seen or may_push(actor=request.actor, system=found)):
        raise Missing
    return found


@router.post(
    "/metrics", permission=Permission.MONITORING_METRIC_PUSH, response=PushOut,
    summary="Push values of a system: all or none, or with `partial` those that can be taken; 1,000 at most",
)  # fmt: skip
def push(request: Any, data: PushIn) -> Any:
    system = system_named(request, data.system)
    release = Release.objects.filter(system=system, key=data.release).first() if data.release else None
    if data.release and release is None:
        raise Invalid({"release": ["This system has no such release."]})
    return operations.push_metrics(
        actor=request.actor, system=system, environment=data.environment, region=data.region, points=data.points,
        release=release, partial=data.partial, request_key=request_key(request),
    )  # fmt: skip


@router.get("/metrics", permission=VIEW, response=Page[MetricOut], summary="List metrics")
def metrics(
    request: Any, system: str = "", environment: str = "", kind: str = "", name: str = "", cursor: str = "", limit: int = 50
) -> Any:  # fmt: skip
    rows = Metric.objects.visible_to(request.user).select_related("system")
    rows = rows.filter(system__key=system) if system else rows
    rows = rows.filter(environment=environment) if environment else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(name=name) if name else rows
    return cursor_page(request, rows, MetricOut, order=("key",))


def _metric(request: Any, key: str) -> Metric:
    return get_object_or_404(Metric.objects.visible_to(request.user).select_related("system__department"), key=key)


@router.get("/metrics/{key}", permission=VIEW, response=MetricOut, summary="A metric")
def metric(request: Any, key: str) -> Any:
    return _metric(request, key)


@router.get("/metrics/{key}/points", permission=VIEW, response=Page[PointOut], summary="Values as they were pushed")
def points(
    request: Any, key: str, slice: str | None = None, since: datetime | None = None, cursor: str = "", limit: int = 50
) -> Any:  # fmt: skip
    rows = MetricPoint.objects.filter(metric=_metric(request, key)).select_related("release", "corrected_by")
    rows = rows.filter(data_slice=slice) if slice is not None else rows
    rows = rows.filter(window_start__gte=_zoned(since)) if since else rows
    return cursor_page(request, rows, PointOut, order=("window_start", "id"))


@router.get("/metrics/{key}/rollups", permission=VIEW, response=Page[RollupOut], summary="Hours or days of a metric")
def rollups(
    request: Any, key: str, period: str = "hour", slice: str | None = None, since: datetime | None = None,
    cursor: str = "", limit: int = 50,
) -> Any:  # fmt: skip
    rows = Rollup.objects.filter(metric=_metric(request, key), period=period)
    rows = rows.filter(data_slice=slice) if slice is not None else rows
    rows = rows.filter(start__gte=_zoned(since)) if since else rows
    return cursor_page(request, rows, RollupOut, order=("start", "id"))


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Invalid({"since": ["Give the moment with its zone, for example 2026-11-23T10:00:00Z."]})
    return moment
