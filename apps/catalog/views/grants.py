"""Grants: the list, the page of one with everything about it, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations
from apps.catalog.filters.access import GrantFilters
from apps.catalog.forms.access import MoreTimeForm
from apps.catalog.models import CampaignItem, DataGrant
from apps.catalog.tables.access import GrantTable, actions_in_words, state_badge
from apps.catalog.tables.datasets import level_badge
from apps.inventory.forms.actions import ReasonForm
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .access import AROUND, about_dataset, access_buttons


class Grants(ListPage):
    """The grants a person may see: their own and their systems', and those on data they answer for."""

    permission = None
    title = gettext_lazy("Grants")
    intro = gettext_lazy("Who may do what with which data, for what, until when.")
    table = GrantTable
    filters = GrantFilters
    export_name = "data-grants"
    export_permission = Permission.CATALOG_ACCESS_VIEW
    empty_text = gettext_lazy("You see your own grants, those of your systems, and those on data that you answer for.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return DataGrant.objects.visible_to(request.user).select_related(*AROUND)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to one's own first."""
        return {"buttons": access_buttons("grants")}


def _find(request: HttpRequest, key: str) -> DataGrant:
    rows = DataGrant.objects.visible_to(request.user).select_related(
        *AROUND, "dataset__owner", "dataset__steward", "request__requester", "request__decided_by",
        "request__second_by", "revoked_by",
    )  # fmt: skip
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def grant(request: HttpRequest, key: str) -> HttpResponse:
    """Show a grant: what it allows, who decided, what became of it, and what may be done."""
    found = _find(request, key)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("catalog.data_grant")]
    items = CampaignItem.objects.filter(grant=found).select_related("campaign", "decided_by")
    context = {
        "grant": found,
        "state": state_badge(found),
        "actions": actions_in_words(found),
        "level_then": level_badge(found.level_granted),
        "renewals": found.renewals.select_related("decided_by", "second_by").order_by("requested_at"),
        "items": items.order_by("campaign__key"),
        "offers": [offer for offer in _offers(request, found) if offer.decision or offer.decision.reason],
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
        **about_dataset(found.dataset),
    }
    return render_page(request, "catalog/grant_detail.html", context)


def _offers(request: HttpRequest, found: DataGrant) -> list[Offer]:
    if found.state in ("revoked", "expired"):
        return []
    ways = [(_("Ask for more time"), operations.request_extension, "grant_ask", False)]
    if found.held_back_at:
        ways = [(_("Decide anew"), operations.resume_grant, "grant_resume", False)]
    else:
        ways.append((_("Extend"), operations.extend_grant, "grant_extend", False))
    ways.append((_("Revoke"), operations.revoke_grant, "grant_revoke", True))
    offers = [
        Offer(label, reverse(f"catalog:{name}", args=[found.key]), may_do(request.actor, does, grant=found), danger)
        for label, does, name, danger in ways
    ]
    return [offer for offer in offers if offer.decision]


@page(permission=None)
def ask_for_time(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for more time on a grant of one's own."""
    text = _("The steward decides, as for the first time. The grant ends as it would until then.")
    return _more_time(request, key, operations.request_extension, _("Ask for more time"), text, _("Asked."))


@page(permission=None)
def extend(request: HttpRequest, key: str) -> HttpResponse:
    """Let a grant end later."""
    text = _("Counted from now. Where two people decide it waits for the second decision.")
    return _more_time(request, key, operations.extend_grant, _("Extend"), text, _("Decided."))


@page(permission=None)
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Decide anew on a grant that was held back."""
    text = _("It holds again for the rest of its time. Where two people decide it waits for the second decision.")
    return _with_reason(request, key, operations.resume_grant, _("Decide anew"), text, _("Decided."))


@page(permission=None)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """End a grant at once."""
    text = _("At once: the next decision is no. Whoever holds the grant is told, with your reason.")
    return _with_reason(request, key, operations.revoke_grant, _("Revoke"), text, _("Revoked."), danger=True)


def _more_time(request: HttpRequest, key: str, does: Any, title: str, text: str, done: str) -> HttpResponse:
    found = _found_for(request, key, does)
    form = MoreTimeForm(request.POST if request.method == "POST" else None, level=found.dataset.level)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            given = {"days": form.cleaned_data["days"], "reason": form.cleaned_data["reason"]}
            does(actor=request.actor, grant=found, request_key=form.request_key, **given)
            return redirect_after(request, "catalog:grant", done, key=found.key)
    return _action(request, found, form, title, text)


def _with_reason(
    request: HttpRequest, key: str, does: Any, title: str, text: str, done: str, danger: bool = False
) -> HttpResponse:
    found = _found_for(request, key, does)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            does(actor=request.actor, grant=found, reason=form.cleaned_data["reason"], request_key=form.request_key)
            return redirect_after(request, "catalog:grant", done, key=found.key)
    return _action(request, found, form, title, text, danger=danger)


def _found_for(request: HttpRequest, key: str, does: Any) -> DataGrant:
    found = _find(request, key)
    may = may_do(request.actor, does, grant=found)
    if not may:
        raise Refused(may)
    return found


def _action(
    request: HttpRequest, found: DataGrant, form: Any, title: str, text: str, danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": f"{title}: {found.key}", "text": text, "label": title, "danger": danger}
    context |= {"back": reverse("catalog:grant", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
