"""Reading points and rollups: the series of a page, the newest values, and what ran when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Subquery

from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.monitoring.models import Metric, MetricPoint, Rollup
from apps.registry.models import Deployment, Side

MOST_POINTS = 400
# What the page of a metric shows: (name, how far back, from which rows).
RANGES = {
    "day": (timedelta(days=1), "point"),
    "week": (timedelta(days=7), "hour"),
    "quarter": (timedelta(days=90), "day"),
}


def releases_then(system: AISystem, environment: str, region: str) -> Callable[[datetime], Any]:
    """Return the function that says which release (its id) should have run in a place at a moment."""
    spans = list(
        Deployment.objects.filter(system=system, environment=environment, region=region, side=Side.DESIRED)
        .order_by("-valid_from")
        .values_list("valid_from", "valid_until", "release_id")[:500]
    )

    def find(moment: datetime) -> Any:
        return next((key for since, until, key in spans if since <= moment and (until is None or moment < until)), None)

    return find


def with_newest(metrics: Any) -> Any:
    """Annotate metrics with their newest value over everything (no slice), or of any slice where there is no other."""
    points = MetricPoint.objects.current().filter(metric=OuterRef("pk"))
    newest = points.order_by(F("data_slice"), F("window_start").desc(), "-id")
    return metrics.annotate(
        newest=Subquery(newest.values("value")[:1]), newest_at=Subquery(newest.values("window_start")[:1])
    )


def slices_of(metric: Metric) -> list[str]:
    """Return the slices in which a metric is measured, the whole first."""
    rows = Rollup.objects.filter(metric=metric, period="day").order_by().values_list("data_slice", flat=True)
    return sorted(rows.distinct())


def series(metric: Metric, data_slice: str, span: str) -> list[dict[str, Any]]:
    """Return what a page draws, from old to new: the values of a day, or the hours or days of a longer time."""
    back, kind = RANGES[span]
    since = clock.now() - back
    if kind == "point":
        rows = MetricPoint.objects.current().filter(metric=metric, data_slice=data_slice, window_start__gte=since)
        rows = rows.order_by("-window_start", "-id").values("window_start", "value", "count", "source", "release__key")
        return [
            {"start": row["window_start"], "value": row["value"], "count": row["count"], "source": row["source"],
             "release": row["release__key"] or ""}
            for row in rows[:MOST_POINTS]
        ][::-1]  # fmt: skip
    rows = Rollup.objects.filter(metric=metric, data_slice=data_slice, period=kind, start__gte=since)
    then = releases_then(metric.system, metric.environment, metric.region)
    names = dict(metric.system.releases.values_list("pk", "key"))
    return [
        {"start": row.start, "value": row.mean, "count": row.count, "minimum": row.minimum, "maximum": row.maximum,
         "release": names.get(then(row.start), "")}
        for row in rows.order_by("-start")[:MOST_POINTS]
    ][::-1]  # fmt: skip


def newest_values(metrics: list[Metric], number: int = 24) -> dict[Any, list[Any]]:
    """Return the newest values of several metrics over everything, from old to new; one statement for all of them."""
    if not metrics:
        return {}
    found: dict[Any, list[Any]] = {metric.pk: [] for metric in metrics}
    rows = MetricPoint.objects.raw(
        "SELECT p.id, p.metric_id, p.value, p.window_start FROM unnest(%s::uuid[]) AS wanted(id) CROSS JOIN LATERAL ("
        "SELECT id, metric_id, value, window_start FROM monitoring_metricpoint AS q WHERE q.metric_id = wanted.id AND q.data_slice = '' "
        "AND NOT EXISTS (SELECT 1 FROM monitoring_metricpoint AS later WHERE later.corrects_id = q.id) "
        "ORDER BY q.window_start DESC, q.id DESC LIMIT %s) AS p ORDER BY p.window_start, p.id",
        [[one.pk for one in metrics], number],
    )
    for row in rows:
        found[row.metric_id].append(row.value)
    return found
