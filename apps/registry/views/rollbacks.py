"""Going back: one page that works under a thumb, the list, one rollback, and what follows it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.deployments import RollbackFilters
from apps.registry.forms.deployments import BackForm, ReviewForm
from apps.registry.models import Environment, Rollback, Side
from apps.registry.queries import deployments as queries
from apps.registry.tables.deployments import RollbackTable, kind_badge, state_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

STEPS = {
    "look": gettext_lazy("Look for what may run"),
    "check": gettext_lazy("Check the approval"),
    "write": gettext_lazy("Change what should run"),
}
DOES = {
    "back": operations.roll_back,
    "emergency": operations.call_emergency,
    "alone": operations.break_glass,
    "drill": operations.run_drill,
}


class Rollbacks(ListPage):
    """What went back, and what was practised."""

    permission = Permission.REGISTRY_DEPLOYMENT_VIEW
    title = gettext_lazy("Rollbacks")
    intro = gettext_lazy("What went back to an earlier release, by which right, how fast, and what was learned.")
    table = RollbackTable
    filters = RollbackFilters
    export_name = "rollbacks"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("Nothing went back yet")
    empty_text = gettext_lazy("Practise it: a drill measures how long it takes and changes nothing.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return Rollback.objects.visible_to(request.user).select_related("system", "to_release")


@page(permission=None)
def roll_back(request: HttpRequest, key: str, environment: str, region: str) -> HttpResponse:
    """Go back in one action; where nothing is approved any more, call an emergency."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    _check(may_do(request.actor, operations.roll_back, system=system))
    now = queries.standing(system, environment, region, Side.DESIRED)
    if environment not in Environment.values or now is None:
        raise Http404
    choices = queries.choices_back(system, environment, region)
    form = BackForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and form.is_valid():
        does = DOES.get(request.POST.get("do", "back"), operations.roll_back)
        with form.problems():
            made = does(
                actor=request.actor, system=system, environment=environment, region=region,
                to_release=form.choices[form.cleaned_data["to_release"]].release, reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:rollback", _("Written down."), key=made.key)
    context = {
        "form": form, "system": system, "now": now, "choices": choices, "region": region,
        "options": [*zip(form["to_release"], choices, strict=True)],
        "environment": Environment(environment).label, "ready": [one for one in choices if not one.why_not],
        "once": [one for one in choices if one.why_not and one.once_approved],
        "may_call": may_do(request.actor, operations.call_emergency, system=system),
    }  # fmt: skip
    return render_page(request, "registry/roll_back.html", context, status=form.status)


def _find(request: HttpRequest, key: str) -> Rollback:
    rows = Rollback.objects.visible_to(request.user).select_related(
        "system__department", "from_release", "to_release", "asked_by", "asked_by_service", "second_by", "reviewed_by"
    )
    return get_object_or_404(rows, key=key)


@page(permission=Permission.REGISTRY_DEPLOYMENT_VIEW, methods=("GET",))
def rollback(request: HttpRequest, key: str) -> HttpResponse:
    """Show one rollback from the call to what was learned, with the seconds between."""
    found = _find(request, key)
    seconds = (found.observed_at - found.ordered_at).total_seconds() if found.observed_at and found.ordered_at else None
    ways = [
        (_("Confirm"), operations.confirm_emergency, "rollback_confirm", False),
        (_("Refuse"), operations.refuse_emergency, "rollback_refuse", True),
        (_("Review"), operations.review_rollback, "rollback_review", False),
    ]
    offers = [
        Offer(label, reverse(f"registry:{name}", args=[found.key]), may_do(request.actor, does, rollback=found), danger)
        for label, does, name, danger in ways
    ]
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.rollback")]
    context = {
        "rollback": found, "state": state_badge(found), "kind": kind_badge(found), "seconds": seconds,
        "offers": [offer for offer in offers if offer.decision], "deployments": found.deployments.all(),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
        "steps": [(STEPS.get(step["step"], step["step"]), step["milliseconds"]) for step in found.drill_steps],
        "drill_total": sum(step["milliseconds"] for step in found.drill_steps),
    }  # fmt: skip
    return render_page(request, "registry/rollback_detail.html", context)


@page(permission=None)
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Confirm an emergency as the second person."""
    text = _("It goes back at once. You answer for this together with whoever called it.")
    return _second(request, key, operations.confirm_emergency, _("Confirm"), text, danger=True)


@page(permission=None)
def refuse(request: HttpRequest, key: str) -> HttpResponse:
    """Refuse an emergency as the second person."""
    return _second(request, key, operations.refuse_emergency, _("Refuse"), _("Nothing changes."))


def _second(request: HttpRequest, key: str, does: Any, title: str, text: str, danger: bool = False) -> HttpResponse:
    found = _find(request, key)
    _check(may_do(request.actor, does, rollback=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            does(actor=request.actor, rollback=found, reason=form.cleaned_data["reason"], request_key=form.request_key)
            return redirect_after(request, "registry:rollback", _("Written down."), key=found.key)
    said = _("%(system)s in %(environment)s, %(region)s, back to %(release)s: %(reason)s") % {
        "system": found.system, "environment": found.get_environment_display(), "region": found.region,
        "release": found.to_release, "reason": found.reason,
    }  # fmt: skip
    context = {"form": form, "title": f"{title}: {found.key}", "label": title, "danger": danger}
    context |= {"text": f"{said} {text}", "back": reverse("registry:rollback", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Say afterwards what was learned."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.review_rollback, rollback=found))
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.review_rollback(
                actor=request.actor, rollback=found, review=form.cleaned_data["review"], request_key=form.request_key
            )
            return redirect_after(request, "registry:rollback", _("Reviewed."), key=found.key)
    context = {
        "form": form,
        "title": _("Review %(key)s") % {"key": found.key},
        "label": _("Review"),
        "text": found.reason,
    }
    context |= {"back": reverse("registry:rollback", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
