"""Bounds: set on a metric, moved, ended."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.inventory.forms.actions import ReasonForm
from apps.kernel.permissions import Permission
from apps.monitoring import operations
from apps.monitoring.forms import BoundEditForm, BoundForm
from apps.monitoring.models import Bound, HigherIs, Metric
from apps.monitoring.queries.bounds import explained
from apps.monitoring.tables import alert_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import page
from apps.web.responses import render_page

from .acting import act, given, insist


@page(permission=None)
def set_bound(request: HttpRequest, key: str) -> HttpResponse:
    """Say where a metric should stay."""
    metric = get_object_or_404(Metric.objects.visible_to(request.user).select_related("system__department"), key=key)
    insist(may_do(request.actor, operations.set_bound, metric=metric))
    side = {HigherIs.BETTER: "below", HigherIs.WORSE: "above"}.get(HigherIs(metric.higher_is), "")
    form = BoundForm(
        given(request),
        initial={"owner": request.user, "comparison": side, "data_slice": request.GET.get("slice", "")[:120]},
    )

    def does() -> Any:
        return operations.set_bound(actor=request.actor, metric=metric, request_key=form.request_key, **form.values())

    title = _("Where should %(metric)s stay?") % {"metric": metric.name}
    text = _("%(system)s, %(environment)s, %(region)s.") % {
        "system": metric.system, "environment": metric.get_environment_display(), "region": metric.region,
    }  # fmt: skip
    if metric.unit:
        text += " " + _("In %(unit)s.") % {"unit": metric.unit}
    back = ("monitoring:metric", metric.key)
    return act(request, form, does, back=back, title=title, label=_("Set the bound"), text=text)


def _find(request: HttpRequest, key: str) -> Bound:
    rows = Bound.objects.visible_to(request.user).select_related("metric__system__department", "owner")
    return get_object_or_404(rows, key=key)


@page(permission=Permission.MONITORING_METRIC_VIEW, methods=("GET",))
def bound(request: HttpRequest, key: str) -> HttpResponse:
    """Show one bound, and the alerts it led to."""
    found = _find(request, key)
    ways = [
        (_("Move it"), operations.edit_bound, "bound_edit", False),
        (_("End it"), operations.end_bound, "bound_end", True),
    ]
    offers = [
        Offer(label, reverse(f"monitoring:{name}", args=[found.key]), may_do(request.actor, does, bound=found), danger)
        for label, does, name, danger in ways
    ]
    context = {
        "bound": found, "words": explained(found), "offers": [offer for offer in offers if offer.decision],
        "alerts": [(one, alert_badge(one)) for one in found.alerts.all()[:20]],
    }  # fmt: skip
    return render_page(request, "monitoring/bound_detail.html", context)


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Move a bound, or hand it over."""
    found = _find(request, key)
    insist(may_do(request.actor, operations.edit_bound, bound=found))
    names = (
        "comparison",
        "threshold",
        "window",
        "aggregate",
        "consecutive",
        "action",
        "silent_after",
        "owner",
        "baseline",
        "version",
    )
    initial = {name: getattr(found, name) for name in names}
    initial["threshold"] = f"{found.threshold.normalize():f}"
    form = BoundEditForm(given(request), initial=initial)

    def does() -> Any:
        values = {name: value for name, value in form.values().items() if value != getattr(found, name)}
        return operations.edit_bound(
            actor=request.actor, bound=found, changes=values, version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"], request_key=form.request_key,
        )  # fmt: skip

    title = _("Move the bound of %(metric)s") % {"metric": found.metric.name}
    return act(request, form, does, back=("monitoring:bound", found.key), title=title, label=_("Save"))


@page(permission=None)
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End a bound."""
    found = _find(request, key)
    insist(may_do(request.actor, operations.end_bound, bound=found))
    form = ReasonForm(given(request))

    def does() -> Any:
        return operations.end_bound(
            actor=request.actor, bound=found, reason=form.cleaned_data["reason"], request_key=form.request_key
        )

    return act(
        request, form, does, back=("monitoring:bound", found.key), title=_("End %(key)s") % {"key": found.key},
        label=_("End it"), text=_("Nobody is told any more when it is crossed. It stays on record."), danger=True,
    )  # fmt: skip
