"""Incidents: the list, one incident, and what happens to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.filters import IncidentFilters
from apps.monitoring.forms import CloseForm, ContainForm, IncidentEditForm, IncidentForm
from apps.monitoring.models import GRAVE, Alert, Incident
from apps.monitoring.queries.bounds import explained
from apps.monitoring.tables import IncidentTable, alert_badge, severity_badge, state_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

from .acting import act, given, insist

VIEW = Permission.MONITORING_INCIDENT_VIEW


class Incidents(ListPage):
    """What went wrong, or nearly did."""

    permission = VIEW
    title = gettext_lazy("Incidents")
    intro = gettext_lazy("What went wrong with AI systems, or nearly did, what caused it and what was learned.")
    table = IncidentTable
    filters = IncidentFilters
    export_name = "incidents"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("No incidents")
    empty_text = gettext_lazy("An incident is opened from its system's page, from an alert, or by API.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return Incident.objects.visible_to(request.user).select_related("system", "owner")


def _find(request: HttpRequest, key: str) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related(
        "system__department", "owner", "opened_by", "opened_by_service", "contained_by", "closed_by"
    )
    return get_object_or_404(rows, key=key)


@page(permission=VIEW, methods=("GET",))
def incident(request: HttpRequest, key: str) -> HttpResponse:
    """Show one incident from what happened to what was learned."""
    found = _find(request, key)
    ways = [
        (_("Contained"), operations.contain_incident, "incident_contain"),
        (_("Close"), operations.close_incident, "incident_close"),
        (_("Edit"), operations.edit_incident, "incident_edit"),
    ]
    offers = [
        Offer(label, reverse(f"monitoring:{name}", args=[found.key]), may_do(request.actor, does, incident=found))
        for label, does, name in ways
    ]
    shown = [(panel, panel.context(request, found)) for panel in panels_for("monitoring.incident")]
    closing = offers[1].decision
    context = {
        "incident": found, "state": state_badge(found), "severity": severity_badge(found),
        "offers": [offer for offer in offers if offer.decision],
        # Whoever may work on it but not close it reads why.
        "why_not": closing.reason if not closing and offers[2].decision else "",
        "alerts": [(one, alert_badge(one), explained(one.bound)) for one in found.alerts.select_related("bound__metric")],
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }  # fmt: skip
    return render_page(request, "monitoring/incident_detail.html", context)


@page(permission=None)
def open_one(request: HttpRequest, key: str) -> HttpResponse:
    """Open an incident of a system, also from an alert."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user).select_related("department"), key=key)
    insist(may_do(request.actor, operations.open_incident, system=system))
    alerts = Alert.objects.visible_to(request.user).filter(bound__metric__system=system)
    alert = alerts.select_related("bound__metric").filter(key=request.GET.get("alert", "")[:20]).first()
    initial: dict[str, Any] = {"occurred_at": clock.now()}
    if alert is not None:
        title = _("%(metric)s beyond its bound") % {"metric": alert.bound.metric.name}
        initial = {"title": title, "occurred_at": alert.opened_at, "description": explained(alert.bound)}
    form = IncidentForm(given(request), initial=initial)

    def does() -> Any:
        return operations.open_incident(
            actor=request.actor, system=system, alert=alert, request_key=form.request_key, **form.values()
        )

    return act(
        request, form, does, back=("inventory:system", system.key), then="monitoring:incident",
        title=_("Open an incident"), label=_("Open"), system=system,
        text=_("Write what is known now; it can be completed. Its owner and the owner of the system are told."),
    )  # fmt: skip


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is written about an incident."""
    found = _find(request, key)
    insist(may_do(request.actor, operations.edit_incident, incident=found))
    names = ("title", "severity", "actual_or_near", "occurred_at", "detected_at", "description", "owner", "version")
    form = IncidentEditForm(given(request), initial={name: getattr(found, name) for name in names})

    def does() -> Any:
        values = {name: value for name, value in form.values().items() if _differs(found, name, value)}
        return operations.edit_incident(
            actor=request.actor, incident=found, changes=values, version=form.cleaned_data["version"],
            request_key=form.request_key,
        )  # fmt: skip

    title = _("Edit %(key)s") % {"key": found.key}
    return act(request, form, does, back=("monitoring:incident", found.key), title=title, label=_("Save"))


def _differs(found: Incident, name: str, value: Any) -> bool:
    """Tell whether a field was changed; the form shows moments to the minute, so that is what counts."""
    known = getattr(found, name)
    if name.endswith("_at"):
        return bool(known.replace(second=0, microsecond=0) != value)
    return bool(known != value)


@page(permission=None)
def contain(request: HttpRequest, key: str) -> HttpResponse:
    """Say that an incident does no more harm."""
    found = _find(request, key)
    insist(may_do(request.actor, operations.contain_incident, incident=found))
    form = ContainForm(given(request))

    def does() -> Any:
        return operations.contain_incident(
            actor=request.actor, incident=found, reason=form.cleaned_data["reason"], request_key=form.request_key
        )

    title = _("%(key)s is contained") % {"key": found.key}
    return act(request, form, does, back=("monitoring:incident", found.key), title=title, label=_("Contained"))


@page(permission=None)
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close an incident with its root cause."""
    found = _find(request, key)
    insist(may_do(request.actor, operations.close_incident, incident=found))
    form = CloseForm(given(request))

    def does() -> Any:
        return operations.close_incident(
            actor=request.actor, incident=found, root_cause=form.cleaned_data["root_cause"],
            lessons=form.cleaned_data["lessons"], request_key=form.request_key,
        )  # fmt: skip

    text = (
        _("You neither opened it nor answer for it, so you may say that this explains it.")
        if found.severity in GRAVE
        else ""
    )
    title = _("Close %(key)s") % {"key": found.key}
    return act(request, form, does, back=("monitoring:incident", found.key), title=title, label=_("Close"), text=text)


def panel_of_system(request: HttpRequest, system: AISystem) -> dict[str, Any] | None:
    """Show a system's newest incidents on its page, and offer to open one."""
    rows = list(Incident.objects.filter(system=system).order_by("-occurred_at", "-id")[:6])
    may_open = may_do(request.actor, operations.open_incident, system=system)
    if not rows and not may_open:
        return None
    return {
        "system": system, "more": len(rows) > 5, "may_open": may_open,
        "incidents": [(one, severity_badge(one), state_badge(one)) for one in rows[:5]],
    }  # fmt: skip
