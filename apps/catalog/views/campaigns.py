"""Recertification campaigns: starting one, answering in bulk, how far it is."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.catalog import operations
from apps.catalog.filters.access import CampaignFilters
from apps.catalog.forms.access import AnswerForm, CampaignForm
from apps.catalog.models import Campaign, CampaignItem, Level
from apps.catalog.queries import access as queries
from apps.catalog.tables.access import CampaignTable, state_badge
from apps.inventory.forms.actions import RemarkForm
from apps.kernel import authorisation
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .access import access_buttons

ITEMS_SHOWN = 200


class Campaigns(ListPage):
    """The campaigns that a person started or answers in."""

    permission = None
    title = gettext_lazy("Recertification campaigns")
    intro = gettext_lazy("Rounds in which grants are asked about again. What nobody decides on is held back.")
    table = CampaignTable
    filters = CampaignFilters
    empty_text = gettext_lazy("You see campaigns with grants that you may see.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see, with how far each is."""
        rows = Campaign.objects.visible_to(request.user)
        return rows.annotate(asked=Count("items"), decided=Count("items", filter=~Q(items__keep=None)))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to start one."""
        buttons = access_buttons("campaigns")
        if authorisation.holds(request.actor, Permission.CATALOG_CAMPAIGN_RUN):
            url = reverse("catalog:campaign_start")
            buttons.append({"label": _("Start a campaign"), "url": url, "primary": True})
        return {"buttons": buttons}


@page(permission=Permission.CATALOG_CAMPAIGN_RUN)
def start(request: HttpRequest) -> HttpResponse:
    """Start a campaign."""
    form = CampaignForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.start_campaign(actor=request.actor, request_key=form.request_key, **form.values())
            return redirect_after(request, "catalog:campaign", _("Under way."), key=made.key)
    context = {"form": form, "title": _("Start a campaign"), "label": _("Start")}
    context |= {"back": reverse("catalog:campaigns")}
    context |= {"text": _("Every grant on the data of this scope is asked about; its steward keeps or revokes it.")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def campaign(request: HttpRequest, key: str) -> HttpResponse:
    """Show how far a campaign is; stewards answer for their grants here."""
    found = get_object_or_404(Campaign.objects.visible_to(request.user).select_related("started_by"), key=key)
    around = ("grant__dataset__platform", "grant__person", "grant__system", "grant__service", "decided_by")
    mine = queries.items_to_decide(request.user).filter(campaign=found).select_related(*around).order_by("grant__key")
    posted = request.method == "POST"
    listed = list(mine[:ITEMS_SHOWN])
    form: Any = AnswerForm(request.POST if posted else None, items=listed) if posted or listed else None
    if posted and form.is_valid():
        with form.problems():
            operations.decide_items(
                actor=request.actor,
                campaign=found,
                items=form.chosen(),
                keep=form.cleaned_data["outcome"] == "keep",
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:campaign", _("Recorded."), key=found.key)
    items = CampaignItem.objects.visible_to(request.user).filter(campaign=found).select_related(*around)
    rows = [(item, state_badge(item.grant)) for item in items.order_by("keep", "grant__key")[:ITEMS_SHOWN]]
    context = {"campaign": found, "form": form, "rows": rows, "scope": _scope(found), **_progress(found)}
    context["may_close"] = not found.closed_at and may_do(request.actor, operations.close_campaign, campaign=found)
    return render_page(request, "catalog/campaign_detail.html", context, status=form.status if form else 200)


def _progress(found: Campaign) -> dict[str, int]:
    counted = found.items.aggregate(
        asked=Count("pk"), kept=Count("pk", filter=Q(keep=True)), revoked=Count("pk", filter=Q(keep=False))
    )
    decided = counted["kept"] + counted["revoked"]
    return {**counted, "decided": decided, "open": counted["asked"] - decided}


def _scope(found: Campaign) -> list[str]:
    labels = dict(Level.choices)
    named = [str(labels.get(level, level)) for level in found.scope.get("levels", [])]
    named += found.scope.get("platforms", [])
    return named + list(
        Department.objects.filter(path__in=found.scope.get("departments", [])).values_list("name", flat=True)
    )


@page(permission=Permission.CATALOG_CAMPAIGN_RUN)
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close a campaign before its day."""
    found = get_object_or_404(Campaign.objects.visible_to(request.user), key=key)
    may = may_do(request.actor, operations.close_campaign, campaign=found)
    if not may:
        raise Refused(may)
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.close_campaign(
                actor=request.actor, campaign=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:campaign", _("Closed."), key=found.key)
    context = {"form": form, "title": _("Close %(key)s") % {"key": found.key}, "label": _("Close"), "danger": True}
    context |= {"back": reverse("catalog:campaign", args=[found.key])}
    context |= {"text": _("Grants that nobody has decided on are held back at once.")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
