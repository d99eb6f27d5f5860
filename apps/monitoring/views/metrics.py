"""Metrics: the list, the page of one with its trend, and the panel on a system's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.filters import MetricFilters
from apps.monitoring.models import Alert, Bound, Metric
from apps.monitoring.queries import points as queries
from apps.monitoring.queries.bounds import explained, shown
from apps.monitoring.rules_pure.trend_drawing import Value, draw
from apps.monitoring.tables import MetricTable, alert_badge
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

VIEW = Permission.MONITORING_METRIC_VIEW
SPANS = {"day": gettext_lazy("24 hours"), "week": gettext_lazy("7 days"), "quarter": gettext_lazy("90 days")}
SHOWN_ROWS = 100
PANEL_METRICS = 12
# Fewer values than these are no trend.
ENOUGH = 8


def with_standing(metrics: Any) -> Any:
    """Annotate metrics with whether a bound is set and whether one is crossed."""
    bounds = Bound.objects.filter(metric=OuterRef("pk"), active=True)
    alerts = Alert.objects.standing().filter(bound__metric=OuterRef("pk"))
    return metrics.annotate(bounded=Exists(bounds), alerting=Exists(alerts))


class Metrics(ListPage):
    """What systems measure of themselves."""

    permission = VIEW
    title = gettext_lazy("Monitoring")
    intro = gettext_lazy("What systems push about themselves, and where it should stay.")
    table = MetricTable
    filters = MetricFilters
    export_name = "metrics"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("Nothing is measured")
    empty_text = gettext_lazy("A pipeline or gateway pushes values with POST /api/v1/metrics.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        rows = Metric.objects.visible_to(request.user).select_related("system")
        return queries.with_newest(with_standing(rows))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to alerts and incidents."""
        links = ((_("Alerts"), "alerts"), (_("Incidents"), "incidents"))
        return {"buttons": [{"label": label, "url": reverse(f"monitoring:{name}")} for label, name in links]}


@page(permission=VIEW, methods=("GET",))
def metric(request: HttpRequest, key: str) -> HttpResponse:
    """Show one metric: its newest value, its trend with the bounds and releases, and the same as numbers."""
    rows = Metric.objects.visible_to(request.user).select_related("system__department")
    found = get_object_or_404(rows, key=key)
    slices = queries.slices_of(found) or [""]
    part = request.GET.get("slice", slices[0])
    part = part if part in slices else slices[0]
    span, series = _series(found, part, request.GET.get("range", ""))
    bounds = [_with(one, found) for one in found.bounds.filter(active=True).select_related("owner")]
    across = [(one.comparison, one.threshold) for one in bounds if one.data_slice == part]
    alerts = Alert.objects.filter(bound__metric=found).select_related("bound__owner")[:10]
    context = {
        "metric": found, "series": series[::-1][:SHOWN_ROWS], "cut": len(series) > SHOWN_ROWS, "part": part,
        "trend": draw([Value(one["start"], one["value"], one["release"]) for one in series], across),
        "words": _in_words(found, series), "newest": series[-1] if series else None,
        "slices": _choices(request, "slice", part, [(one, one or _("Everything")) for one in slices]),
        "spans": _choices(request, "range", span, list(SPANS.items())),
        "bounds": [(one, explained(one)) for one in bounds], "hourly": span != "day",
        "alerts": [(one, alert_badge(one)) for one in alerts],
        "may_set": may_do(request.actor, operations.set_bound, metric=found),
    }  # fmt: skip
    return render_page(request, "monitoring/metric_detail.html", context)


def _series(found: Metric, part: str, asked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the time that was asked for and its values; else the shortest in which there is something to see."""
    if asked in SPANS:
        return asked, queries.series(found, part, asked)
    silent = clock.now() - found.last_window_start if found.last_window_start else timedelta(days=2)
    for span, (back, _kind) in queries.RANGES.items():
        series = queries.series(found, part, span) if silent < back or span == "quarter" else []
        if len(series) >= ENOUGH:
            break
    return span, series


def _with(bound: Bound, found: Metric) -> Bound:
    bound.metric = found
    return bound


def _choices(request: HttpRequest, name: str, chosen: str, options: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Return links that change one parameter of the address; nothing where there is no choice."""
    found = []
    for value, label in options if len(options) > 1 else ():
        query = request.GET.copy()
        query[name] = value
        found.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
    return found


def _in_words(found: Metric, series: list[dict[str, Any]]) -> str:
    """Say what the picture shows to those who do not see it."""
    if not series:
        return ""
    values = [one["value"] for one in series]
    return _("%(metric)s: %(count)s values, the newest %(last)s, least %(least)s, most %(most)s. The table holds them all.") % {
        "metric": found.name, "count": len(values), "last": shown(values[-1], found.unit),
        "least": shown(min(values), found.unit), "most": shown(max(values), found.unit),
    }  # fmt: skip


def panel_of_system(request: HttpRequest, system: Any) -> dict[str, Any] | None:
    """Show a system's metrics on its page, those with bounds first."""
    rows = with_standing(Metric.objects.filter(system=system)).order_by("-alerting", "-bounded", "name", "pk")
    metrics = list(rows[: PANEL_METRICS + 1])
    if not metrics:
        return None
    values = queries.newest_values(metrics[:PANEL_METRICS])
    bounds: dict[Any, list[str]] = {}
    for one in Bound.objects.filter(active=True, metric__in=metrics).select_related("metric").order_by("created_at"):
        bounds.setdefault(one.metric_id, []).append(explained(one))
    return {
        "system": system, "more": len(metrics) > PANEL_METRICS,
        "metrics": [
            {"metric": one, "newest": shown(values[one.pk][-1], one.unit) if values[one.pk] else "",
             "trend": [round(float(value), 4) for value in values[one.pk]], "bounds": bounds.get(one.pk, [])}
            for one in metrics[:PANEL_METRICS]
        ],
    }  # fmt: skip
