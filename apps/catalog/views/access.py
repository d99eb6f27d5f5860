"""Asking for data, and deciding: the list of requests, the form that says at once what forbids it, the request itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations, permissions
from apps.catalog.filters.access import RequestFilters
from apps.catalog.forms.access import AskForm, DecideForm
from apps.catalog.models import AccessRequest, Dataset, ProcessingActivity, RequestStatus
from apps.catalog.queries import access as queries
from apps.catalog.rules_pure.access_policy import RefusedByRule, longest_days
from apps.catalog.tables.access import RequestTable, actions_in_words, status_badge
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.inventory.forms.actions import RemarkForm
from apps.kernel.decision import Denied
from apps.kernel.errors import Conflict, Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

AROUND = ("dataset__platform", "dataset__department", "person", "system", "service", "use_case", "activity")


class Requests(ListPage):
    """The requests a person may see: their own, and those on data they answer for."""

    permission = None
    title = gettext_lazy("Requests for access")
    intro = gettext_lazy("Who asked for which data, what for, and what was decided.")
    table = RequestTable
    filters = RequestFilters
    export_name = "access-requests"
    export_permission = Permission.CATALOG_ACCESS_VIEW
    empty_text = gettext_lazy("Ask for access on the page of a dataset.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return AccessRequest.objects.visible_to(request.user).select_related(*AROUND)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to one's own first."""
        return {"buttons": access_buttons("requests")}


def access_buttons(here: str) -> list[dict[str, Any]]:
    """Return the ways between the lists about access, one's own first."""
    requests, grants = reverse("catalog:access_requests"), reverse("catalog:grants")
    ways = {
        "requests": [(_("Mine"), f"{requests}?whose=mine"), (_("For me to decide"), f"{requests}?whose=to-decide")],
        "grants": [(_("Mine"), f"{grants}?whose=mine"), (_("On my data"), f"{grants}?whose=answer")],
        "campaigns": [],
    }[here]
    lists = [("requests", _("Requests"), requests), ("grants", _("Grants"), grants)]
    lists.append(("campaigns", _("Campaigns"), reverse("catalog:campaigns")))
    ways += [(label, url) for name, label, url in lists if name != here]
    return [{"label": label, "url": url} for label, url in ways]


@page(permission=Permission.CATALOG_ACCESS_REQUEST)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for access to a dataset; what a rule forbids is said at once, and what was typed stays."""
    rows = Dataset.objects.visible_to(request.user).select_related("platform", "owner", "steward", "department")
    dataset = get_object_or_404(rows, key=key)
    wanted = request.GET.get("for", "")
    form = AskForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": f"system:{wanted}"} if wanted else {},
        dataset=dataset,
        person=request.user,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.request_access(
                actor=request.actor, dataset=dataset, request_key=form.request_key, **form.request()
            )
            message = _("%(key)s waits for a decision.") % {"key": made.key}
            return redirect_after(request, "catalog:access_request", message, key=made.key)
    context = {"form": form, "dataset": dataset, **about_dataset(dataset), "refused": _refused(request, form)}
    return render_page(request, "catalog/access_ask.html", context, status=form.status)


def about_dataset(dataset: Dataset) -> dict[str, Any]:
    """Return what decides about access to a dataset, in words."""
    return {
        "level": level_badge(dataset.level),
        "categories": category_badges(dataset.categories),
        "longest": longest_days(dataset.level),
        "two": queries.needs_second(dataset),
    }


def _refused(request: HttpRequest, form: Any) -> list[tuple[Any, Any]]:
    """Return each rule that was broken, with the entry it stands in when the person may open it."""
    found = form.failed.objections if isinstance(form.failed, RefusedByRule) else []
    entries = ProcessingActivity.objects.visible_to(request.user).filter(key__in={one.entry for one in found})
    seen = {entry.key: entry for entry in entries}
    return [(one, seen.get(one.entry)) for one in found]


@page(permission=None)
def access_request(request: HttpRequest, key: str) -> HttpResponse:
    """Show a request with what was asked and said; those who may decide, decide here."""
    people = ("requester", "decided_by", "second_by", "renews", "dataset__owner", "dataset__steward")
    rows = AccessRequest.objects.visible_to(request.user).select_related(*AROUND, *people)
    found = get_object_or_404(rows, key=key)
    may = _may_decide(request, found)
    if request.method == "POST" and not may:
        raise Refused(may)
    form = DecideForm(request.POST if request.method == "POST" else None, request=found) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        with form.problems():
            second = form.cleaned_data["seen"] == RequestStatus.SECOND
            decide = operations.second_decision if second else operations.decide_request
            done = decide(actor=request.actor, request=found, request_key=form.request_key, **form.decision())
            return redirect_after(request, "catalog:access_request", _said(done), key=found.key)
        if isinstance(form.failed, Conflict):
            found, form = _as_it_stands(request, found, form)
    context = {
        "found": found,
        "form": form,
        "may_decide": may,
        "may_withdraw": found.status in ("waiting", "second") and _may_withdraw(request, found),
        "status": status_badge(found),
        "actions": actions_in_words(found),
        "grant": found.renews or found.grants.first(),
        "refused": _refused(request, form) if form else [],
        "panels": _panels(request, found),
        **about_dataset(found.dataset),
    }
    return render_page(request, "catalog/access_request.html", context, status=form.status if form else 200)


def _panels(request: HttpRequest, found: AccessRequest) -> list[tuple[Any, dict[str, Any]]]:
    shown = [(panel, panel.context(request, found)) for panel in panels_for("catalog.access_request")]
    return [(panel, inner) for panel, inner in shown if inner is not None]


def _as_it_stands(request: HttpRequest, found: AccessRequest, form: DecideForm) -> tuple[AccessRequest, DecideForm]:
    """Return the request as somebody else left it, with what was typed: a second try decides on that."""
    found.refresh_from_db(fields=["status", "decided_by", "decided_at", "decided_reason", "days", "fields"])
    typed = request.POST.copy()
    typed["seen"] = found.status if found.status in (RequestStatus.WAITING, RequestStatus.SECOND) else "waiting"
    again = DecideForm(typed, request=found)
    again.is_valid()
    again.failed = form.failed
    again.add_error(None, form.failed.message)  # type: ignore[union-attr]
    return found, again


def _may_decide(request: HttpRequest, found: AccessRequest) -> Any:
    if found.status not in (RequestStatus.WAITING, RequestStatus.SECOND) and request.method != "POST":
        return Denied("")
    return permissions.may_decide_request(actor=request.actor, request=found)


def _may_withdraw(request: HttpRequest, found: AccessRequest) -> bool:
    return bool(may_do(request.actor, operations.withdraw_request, request=found))


def _said(done: AccessRequest) -> str:
    if done.status == RequestStatus.SECOND:
        return _("Recorded. Somebody else gives the second decision.")
    return _("Approved.") if done.status == RequestStatus.APPROVED else _("Refused.")


@page(permission=None)
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a request back."""
    found = get_object_or_404(AccessRequest.objects.visible_to(request.user).select_related("dataset"), key=key)
    may = may_do(request.actor, operations.withdraw_request, request=found)
    if not may:
        raise Refused(may)
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.withdraw_request(
                actor=request.actor, request=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:access_request", _("Taken back."), key=found.key)
    context = {"form": form, "title": _("Take %(key)s back") % {"key": found.key}, "label": _("Take it back")}
    context |= {"back": reverse("catalog:access_request", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
