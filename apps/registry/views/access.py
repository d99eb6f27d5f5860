"""Asking for models, and deciding: the list, the form that says at once what forbids it, the request itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import RequestStatus
from apps.inventory.forms.actions import RemarkForm
from apps.kernel import authorisation
from apps.kernel.decision import Denied
from apps.kernel.errors import Conflict, Refused
from apps.kernel.permissions import Permission
from apps.registry import operations, permissions
from apps.registry.filters.access import RequestFilters
from apps.registry.forms.access import AskModelForm, BeginForm, DecideModelForm
from apps.registry.models import AIModel, ModelAccessRequest
from apps.registry.queries import access as queries
from apps.registry.rules_pure.access_policy import RefusedByPolicy, longest_days, needs_second
from apps.registry.tables.access import RequestTable, bounds_in_words, status_badge, which_in_words
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

OPEN = (RequestStatus.WAITING, RequestStatus.SECOND)


class Requests(ListPage):
    """The requests a person may see: their own, and those on models they answer for."""

    permission = None
    title = gettext_lazy("Requests for models")
    intro = gettext_lazy("Who asked to call which model, what for, and what was decided.")
    table = RequestTable
    filters = RequestFilters
    export_name = "model-access-requests"
    export_permission = Permission.REGISTRY_ACCESS_VIEW
    empty_text = gettext_lazy("Ask for a model: its owner decides.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return ModelAccessRequest.objects.visible_to(request.user).select_related(*queries.AROUND)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to one's own first."""
        return {"buttons": access_buttons(request, "requests")}


def access_buttons(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """Return the ways between the lists about access to models, one's own first."""
    requests, grants = reverse("registry:access_requests"), reverse("registry:grants")
    ways = {
        "requests": [(_("Mine"), f"{requests}?whose=mine"), (_("For me to decide"), f"{requests}?whose=to-decide")],
        "grants": [(_("Mine"), f"{grants}?whose=mine"), (_("On my models"), f"{grants}?whose=answer")],
        "gateways": [],
    }[here]
    lists = [
        ("requests", _("Requests"), requests),
        ("grants", _("Grants"), grants),
        ("calls", _("Calls"), reverse("registry:calls")),
    ]
    if authorisation.holds(request.actor, Permission.REGISTRY_GATEWAY_COMPARE):
        lists.append(("gateways", _("Gateways"), reverse("registry:gateways")))
    ways += [(label, url) for name, label, url in lists if name != here]
    if authorisation.holds(request.actor, Permission.REGISTRY_ACCESS_REQUEST) and here != "gateways":
        ways.append((_("Ask for a model"), reverse("registry:access_begin")))
    return [{"label": label, "url": url} for label, url in ways]


@page(permission=Permission.REGISTRY_ACCESS_REQUEST)
def begin(request: HttpRequest) -> HttpResponse:
    """Choose the model to ask for."""
    form = BeginForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        wanted = {name: request.GET[name] for name in ("for", "use_case") if request.GET.get(name)}
        address = reverse("registry:access_ask", args=[form.cleaned_data["ai_model"].key])
        return redirect(f"{address}?{urlencode(wanted)}" if wanted else address)
    context = {"form": form, "title": _("Ask for a model"), "label": _("Go on")}
    context["back"] = reverse("registry:access_requests")
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=Permission.REGISTRY_ACCESS_REQUEST)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for a model; what the policy forbids is said at once, with what would fit, and what was typed stays."""
    rows = AIModel.objects.visible_to(request.user).select_related("provider", "owner", "department")
    ai_model = get_object_or_404(rows, key=key)
    form = AskModelForm(
        request.POST if request.method == "POST" else None, initial=_wanted(request), ai_model=ai_model,
        person=request.user,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.request_model_access(
                actor=request.actor, ai_model=ai_model, request_key=form.request_key, **form.request()
            )
            message = _("%(key)s waits for a decision.") % {"key": made.key}
            return redirect_after(request, "registry:access_request", message, key=made.key)
    context = {
        "form": form,
        "ai_model": ai_model,
        "terms": queries.terms_in_force(ai_model),
        "refused": refused_by(form),
    }
    return render_page(request, "registry/access_ask.html", context, status=form.status)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """Return what the address says already: ?for=AIS-0001&use_case=UC-0001."""
    given: dict[str, Any] = {}
    if request.GET.get("for"):
        given["subject"] = f"system:{request.GET['for'][:20]}"
    if request.GET.get("use_case"):
        given["use_case"] = request.GET["use_case"][:20]
    return given


def refused_by(form: Any) -> list[Any]:
    """Return each rule of the policy that an attempt broke."""
    failed = form.failed if form is not None else None
    return failed.objections if isinstance(failed, RefusedByPolicy) else []


@page(permission=None)
def access_request(request: HttpRequest, key: str) -> HttpResponse:
    """Show a request with what was asked and what the policy says; those who may decide, decide here."""
    people = ("requester", "decided_by", "second_by", "renews", "ai_model__owner", "ai_model__provider")
    rows = ModelAccessRequest.objects.visible_to(request.user).select_related(*queries.AROUND, *people)
    found = get_object_or_404(rows, key=key)
    may = _may_decide(request, found)
    if request.method == "POST" and not may:
        raise Refused(may)
    form = DecideModelForm(request.POST if request.method == "POST" else None, request=found) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        with form.problems():
            done = operations.decide_model_request(
                actor=request.actor, request=found, request_key=form.request_key, **form.decision()
            )
            return redirect_after(request, "registry:access_request", _said(done), key=found.key)
        if isinstance(form.failed, Conflict):
            found.refresh_from_db()
    context = {
        "found": found,
        "form": form,
        "may_decide": may,
        "may_withdraw": found.status in OPEN
        and may_do(request.actor, operations.withdraw_model_request, request=found),
        "status": status_badge(found),
        "grant": found.renews or found.grants.first(),
        "refused": refused_by(form),
        "says": queries.refusals_for(found, found.days) if found.status in OPEN else [],
        "waits": found.status in OPEN,
        **in_words(found),
    }
    return render_page(request, "registry/access_request.html", context, status=form.status if form else 200)


def in_words(terms: Any) -> dict[str, Any]:
    """Return what a request or grant says, as its pages print it."""
    tier = terms.use_case.effective_tier
    return {
        "bounds": bounds_in_words(terms),
        "which": which_in_words(terms),
        "tier": tier,
        "longest": longest_days(tier),
        "two": needs_second(tier),
    }


def _may_decide(request: HttpRequest, found: ModelAccessRequest) -> Any:
    if found.status not in OPEN and request.method != "POST":
        return Denied("")
    return permissions.may_decide_model_request(actor=request.actor, request=found)


def _said(done: ModelAccessRequest) -> str:
    if done.status == RequestStatus.SECOND:
        return _("Recorded. Somebody else gives the second decision.")
    return _("Approved.") if done.status == RequestStatus.APPROVED else _("Refused.")


@page(permission=None)
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a request back."""
    found = get_object_or_404(ModelAccessRequest.objects.visible_to(request.user).select_related("ai_model"), key=key)
    may = may_do(request.actor, operations.withdraw_model_request, request=found)
    if not may:
        raise Refused(may)
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.withdraw_model_request(
                actor=request.actor, request=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "registry:access_request", _("Taken back."), key=found.key)
    context = {"form": form, "title": _("Take %(key)s back") % {"key": found.key}, "label": _("Take it back")}
    context |= {"back": reverse("registry:access_request", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
