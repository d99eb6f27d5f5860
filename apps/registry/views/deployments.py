"""What runs where: the list, one deployment, deploying, and the question for a date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.deployments import DeploymentFilters
from apps.registry.forms.deployments import AsOfForm, DeployForm
from apps.registry.models import GATED, Deployment
from apps.registry.queries import asof
from apps.registry.queries import deployments as queries
from apps.registry.tables.deployments import DeploymentTable, approval_badge, what
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

VIEW = Permission.REGISTRY_DEPLOYMENT_VIEW


class Deployments(ListPage):
    """What should run and what was seen, of the systems a person may see."""

    permission = VIEW
    title = gettext_lazy("Deployments")
    intro = gettext_lazy("Which release should run where, and what was seen running there.")
    table = DeploymentTable
    filters = DeploymentFilters
    export_name = "deployments"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("Nothing is deployed")
    empty_text = gettext_lazy("A release that a gate approved is deployed from its system's page, or by a pipeline.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        rows = Deployment.objects.visible_to(request.user).select_related("system", "release")
        return queries.beside(rows)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the question for a date."""
        return {
            "buttons": [
                {"label": _("What ran on a date"), "url": reverse("registry:as_of")},
                {"label": _("Rollbacks"), "url": reverse("registry:rollbacks")},
            ]
        }


@page(permission=VIEW, methods=("GET",))
def deployment(request: HttpRequest, key: str) -> HttpResponse:
    """Show one deployment, the approval behind it, what it is made of and what may be done."""
    rows = Deployment.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("system", "release", "authorisation", "rollback", "person", "service"), key=key
    )
    systems = AISystem.objects.filter(pk=found.system_id)
    moment = (found.valid_until and found.valid_from) or clock.now()
    then = next(
        (one for one in asof.as_of(moment, systems=systems, environment=found.environment, region=found.region, side=found.side,
                               person=request.user)
         if one.deployment.pk == found.pk), None,
    )  # fmt: skip
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.deployment")]
    context = {
        "deployment": found, "what": what(found), "then": then,
        "approval": approval_badge(then.standing) if then else "",
        "offers": _offers(request, found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }  # fmt: skip
    return render_page(request, "registry/deployment_detail.html", context)


def _offers(request: HttpRequest, found: Deployment) -> list[Offer]:
    if found.valid_until is not None or found.side != "desired":
        return []
    place = [found.system.key, found.environment, found.region]
    ways = [
        (_("Roll back"), may_do(request.actor, operations.roll_back, system=found.system), reverse("registry:roll_back", args=place), True),
        (_("End"), may_do(request.actor, operations.end_deployment, deployment=found), reverse("registry:deployment_end", args=[found.key]), False),
    ]  # fmt: skip
    return [Offer(label, url, decision, danger) for label, decision, url, danger in ways if decision]


@page(permission=None)
def deploy(request: HttpRequest, key: str) -> HttpResponse:
    """Deploy a release of a system."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    _check(may_do(request.actor, operations.deploy, system=system))
    releases = list(system.releases.filter(withdrawn_at=None).order_by("-number")[:20])
    form = DeployForm(request.POST if request.method == "POST" else None, releases=releases)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.deploy(actor=request.actor, system=system, request_key=form.request_key, **form.values())
            return redirect_after(request, "registry:deployment", _("It should run there from now on."), key=made.key)
    context = {"form": form, "title": _("Deploy a release of %(system)s") % {"system": system}, "label": _("Deploy")}
    context |= {"back": reverse("inventory:system", args=[system.key])}
    context["text"] = _(
        "Pilot and production take a release that a gate approved; it takes the place of what should run there."
    )
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def end(request: HttpRequest, key: str) -> HttpResponse:
    """Say that nothing should run in a place any more."""
    found = get_object_or_404(Deployment.objects.visible_to(request.user).select_related("system"), key=key)
    _check(may_do(request.actor, operations.end_deployment, deployment=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.end_deployment(
                actor=request.actor, deployment=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "registry:deployment", _("Ended."), key=found.key)
    context = {"form": form, "title": _("End %(key)s") % {"key": found.key}, "label": _("End"), "danger": True}
    context |= {"back": reverse("registry:deployment", args=[found.key])}
    context["text"] = _("From now on nothing should run there. What is seen there all the same is a finding.")
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=VIEW, methods=("GET",))
def as_of(request: HttpRequest) -> HttpResponse:
    """Answer what ran where at a moment, under which approval, made from which data, classified how then."""
    asked = {name: request.GET.get(name, "") for name in ("at", "system", "environment")}
    # The minute that has just begun would leave out what happened in it.
    soon = clock.now() + timedelta(minutes=1)
    form = AsOfForm(asked | {"at": asked["at"] or soon.strftime("%Y-%m-%dT%H:%M")})
    rows: list[dict[str, Any]] = []
    moment = clock.now()
    if form.is_valid():
        # Not asked for a moment: this very one, not the minute that the form shows.
        moment = form.cleaned_data["at"] if asked["at"] and form.cleaned_data["at"] else moment
        systems = asof.visible_systems(request.user, form.cleaned_data["system"])
        found = asof.as_of(moment, systems=systems, environment=form.cleaned_data["environment"], person=request.user)
        rows = [{"ran": one, "what": what(one.deployment), "approval": approval_badge(one.standing)} for one in found]
    context = {"form": form, "rows": rows, "moment": moment, "cut": len(rows) >= asof.MOST}
    return render_page(request, "registry/as_of.html", context, status=200 if form.is_valid() else 422)


def panel_of_system(request: HttpRequest, system: AISystem) -> dict[str, Any] | None:
    """Show where a system runs, on its page."""
    places = queries.places_of(system)
    may_deploy = may_do(request.actor, operations.deploy, system=system)
    if not places and not may_deploy:
        return None
    may_go_back = bool(may_do(request.actor, operations.roll_back, system=system))
    first = system.releases.filter(withdrawn_at=None).order_by("number").values_list("number", flat=True).first()
    return {
        "system": system,
        "places": [
            {
                "place": one, "environment": dict(_environments()).get(one.environment, one.environment),
                "desired": what(one.desired) if one.desired else "", "observed": what(one.observed) if one.observed else "",
                "covered": one.environment not in GATED or (
                    one.desired is not None and not queries.why_not(one.desired.release, one.environment)
                ),
                "back": may_go_back and one.desired and first is not None and first < one.desired.release.number,
            }
            for one in places
        ],
        "may_deploy": may_deploy,
        "has_releases": first is not None,
    }  # fmt: skip


def _environments() -> list[tuple[str, Any]]:
    return Deployment._meta.get_field("environment").choices or []


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
