"""Alerts: the list, one alert, and dealing with it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.filters import AlertFilters
from apps.monitoring.models import Alert
from apps.monitoring.queries.bounds import explained, shown
from apps.monitoring.tables import AlertTable, alert_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

from .acting import act, given, insist

VIEW = Permission.MONITORING_METRIC_VIEW


class Alerts(ListPage):
    """What left its bound."""

    permission = VIEW
    title = gettext_lazy("Alerts")
    intro = gettext_lazy(
        "A bound was crossed. One alert stands for a bound at a time; it closes when the metric is back."
    )
    table = AlertTable
    filters = AlertFilters
    export_name = "alerts"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("No alerts")
    empty_text = gettext_lazy("Everything that has a bound is within it, or nothing has one yet.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return Alert.objects.visible_to(request.user).select_related("bound__metric__system", "bound__owner")


def _find(request: HttpRequest, key: str) -> Alert:
    rows = Alert.objects.visible_to(request.user).select_related(
        "bound__metric__system__department", "bound__owner", "acknowledged_by", "closed_by", "incident"
    )
    return get_object_or_404(rows, key=key)


@page(permission=VIEW, methods=("GET",))
def alert(request: HttpRequest, key: str) -> HttpResponse:
    """Show one alert from the first window to its end, and what may be done."""
    found = _find(request, key)
    system = found.bound.metric.system
    ways = [
        (_("Acknowledge"), may_do(request.actor, operations.acknowledge_alert, alert=found), reverse("monitoring:alert_acknowledge", args=[found.key]), found.acknowledged_at is None),
        (_("Open an incident"), may_do(request.actor, operations.open_incident, system=system), f"{reverse('monitoring:incident_open', args=[system.key])}?alert={found.key}", found.incident is None),
        (_("Close"), may_do(request.actor, operations.close_alert, alert=found), reverse("monitoring:alert_close", args=[found.key]), True),
    ]  # fmt: skip
    shown_panels = [(panel, panel.context(request, found)) for panel in panels_for("monitoring.alert")]
    context = {
        "alert": found, "state": alert_badge(found), "words": explained(found.bound),
        "value": shown(found.value, found.bound.metric.unit),
        "windows": [
            (datetime.fromisoformat(one["start"]), shown(Decimal(one["value"]), found.bound.metric.unit))
            for one in found.windows
        ],
        "offers": [Offer(label, url, decision) for label, decision, url, wanted in ways if decision and wanted],
        "panels": [(panel, inner) for panel, inner in shown_panels if inner is not None],
    }  # fmt: skip
    return render_page(request, "monitoring/alert_detail.html", context)


def _deal(request: HttpRequest, key: str, does: Any, title: str, label: str, text: str) -> HttpResponse:
    found = _find(request, key)
    insist(may_do(request.actor, does, alert=found))
    form = ReasonForm(given(request))

    def done() -> Any:
        return does(actor=request.actor, alert=found, reason=form.cleaned_data["reason"], request_key=form.request_key)

    back = ("monitoring:alert", found.key)
    return act(request, form, done, back=back, title=title % {"key": found.key}, label=label, text=text)


@page(permission=None)
def acknowledge(request: HttpRequest, key: str) -> HttpResponse:
    """Say that somebody looks into it."""
    text = _("Say what you do about it. The alert stays open until the metric is back or somebody closes it.")
    return _deal(request, key, operations.acknowledge_alert, _("Acknowledge %(key)s"), _("Acknowledge"), text)


@page(permission=None)
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close an alert by hand."""
    text = _("It closes by itself when the metric is back. By hand, say why it needs no more attention.")
    return _deal(request, key, operations.close_alert, _("Close %(key)s"), _("Close"), text)
