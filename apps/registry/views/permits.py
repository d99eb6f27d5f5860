"""Deployment permits: the list, one permit, issuing, taking back; keys and refused permits for whoever checks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.forms.permits import PermitForm
from apps.registry.models import DeploymentPermit
from apps.registry.operations import permits
from apps.registry.queries import permits as queries
from apps.registry.tables.permits import PermitTable, state_badge
from apps.web.filters import Facet, Filters, Search
from apps.web.offers import may_do
from apps.web.pages import ListPage, page, public
from apps.web.responses import redirect_after, render_page

VIEW = Permission.REGISTRY_DEPLOYMENT_VIEW


class PermitFilters(Filters):
    """System and environment."""

    search = Search(("key", "system__search_text"), gettext_lazy("Key or system"))
    facets = (
        Facet("environment", gettext_lazy("Environment"), [("pilot", gettext_lazy("Pilot")), ("production", gettext_lazy("Production"))]),
    )  # fmt: skip


class Permits(ListPage):
    """Who was told that what may be deployed where, until when."""

    permission = VIEW
    title = gettext_lazy("Deployment permits")
    intro = gettext_lazy(
        "Signed statements that pipelines and clusters check by themselves: this release, there, until then."
    )
    table = PermitTable
    filters = PermitFilters
    export_name = "permits"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_title = gettext_lazy("No permit was issued")
    empty_text = gettext_lazy("A pipeline asks for one before it deploys; so can you, on a system's page.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return queries.around(DeploymentPermit.objects.visible_to(request.user))


def _find(request: HttpRequest, key: str) -> DeploymentPermit:
    rows = DeploymentPermit.objects.visible_to(request.user)
    return get_object_or_404(queries.around(rows).select_related("system__department", "revoked_by"), key=key)


@page(permission=VIEW, methods=("GET",))
def permit(request: HttpRequest, key: str) -> HttpResponse:
    """Show a permit: for what, under which authorisation, and whether it still counts."""
    found = _find(request, key)
    context = {
        "permit": found, "state": state_badge(found), "why": queries.objection(found),
        "may_revoke": may_do(request.actor, operations.revoke_permit, permit=found),
    }  # fmt: skip
    return render_page(request, "registry/permit_detail.html", context)


@page(permission=None)
def issue(request: HttpRequest, key: str) -> HttpResponse:
    """Issue a permit; its text is shown once."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    _check(may_do(request.actor, operations.issue_permit, system=system))
    releases = list(system.releases.filter(withdrawn_at=None).order_by("-number")[:20])
    form = PermitForm(request.POST if request.method == "POST" else None, releases=releases)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.issue_permit(actor=request.actor, system=system, **form.values())
            return render_page(request, "registry/permit_issued.html", {"permit": made, "text": made.text})
    context = {"form": form, "title": _("Issue a permit for %(system)s") % {"system": system}, "label": _("Issue")}
    context |= {"back": reverse("inventory:system", args=[system.key])}
    context["text"] = _(
        "Whoever deploys shows it; it is checked with our public keys, without the portal. It is shown once."
    )
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Take a permit back."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.revoke_permit, permit=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.revoke_permit(
                actor=request.actor, permit=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "registry:permit", _("Revoked."), key=found.key)
    context = {"form": form, "title": _("Revoke %(key)s") % {"key": found.key}, "label": _("Revoke"), "danger": True}
    context |= {"back": reverse("registry:permit", args=[found.key])}
    context["text"] = _("It is on the list of refused permits at once; what runs already goes on.")
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@public(reason="Public keys, with which anybody checks a permit.")
def keys(request: HttpRequest) -> HttpResponse:
    """Answer with the public keys of permits (RFC 7517)."""
    return JsonResponse({"keys": permits.public_keys()})


@public(reason="Which permits count no more; ids and one word each, signed.")
def status(request: HttpRequest) -> HttpResponse:
    """Answer with the signed list of refused permits."""
    return HttpResponse(permits.status_list(), content_type="application/jose")


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
