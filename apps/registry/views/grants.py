"""Model grants: the list, the page of one with everything about it, and what may be done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.kernel import authorisation, clock
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.access import GrantFilters
from apps.registry.forms.access import MoreTimeForm
from apps.registry.models import ModelAccessRequest, ModelGrant
from apps.registry.queries import access as queries
from apps.registry.tables.access import GrantTable, state_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .access import access_buttons, in_words
from .calls import calls_url


class Grants(ListPage):
    """The grants a person may see: their own and their systems', and those on models they answer for."""

    permission = None
    title = gettext_lazy("Model grants")
    intro = gettext_lazy("Who may call which model, for what, within which bounds, until when.")
    table = GrantTable
    filters = GrantFilters
    export_name = "model-grants"
    export_permission = Permission.REGISTRY_ACCESS_VIEW
    empty_text = gettext_lazy(
        "You see your own grants, those of your systems, and those on models that you answer for."
    )

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return ModelGrant.objects.visible_to(request.user).select_related(*queries.AROUND)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to one's own first."""
        return {"buttons": access_buttons(request, "grants")}


def _find(request: HttpRequest, key: str) -> ModelGrant:
    rows = ModelGrant.objects.visible_to(request.user).select_related(
        *queries.AROUND, "ai_model__owner", "ai_model__provider", "request__requester", "request__decided_by",
        "request__second_by", "revoked_by",
    )  # fmt: skip
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def grant(request: HttpRequest, key: str) -> HttpResponse:
    """Show a grant: what it allows, what was spent, who decided, and what may be done."""
    found = _find(request, key)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.model_grant")]
    context = {
        "grant": found,
        "state": state_badge(found),
        "spending": queries.spending(found),
        "calls_url": calls_url(q=found.key),
        "periods": list(found.settlements.all()[:12]),
        "renewals": found.renewals.select_related("decided_by", "second_by").order_by("requested_at"),
        "offers": _offers(request, found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
        **in_words(found),
    }
    return render_page(request, "registry/grant_detail.html", context)


def _offers(request: HttpRequest, found: ModelGrant) -> list[Offer]:
    if found.state in ("revoked", "expired"):
        return []
    ways = [(_("Ask for more time"), operations.request_extension, "grant_extend", False)]
    if found.held_back_at:
        ways = [(_("Decide anew"), operations.resume_grant, "grant_resume", False)]
    else:
        ways.append((_("Hold back"), operations.hold_back_grant, "grant_hold_back", False))
    ways.append((_("Revoke"), operations.revoke_model_grant, "grant_revoke", True))
    offers = [
        Offer(label, reverse(f"registry:{name}", args=[found.key]), may_do(request.actor, does, grant=found), danger)
        for label, does, name, danger in ways
    ]
    return [offer for offer in offers if offer.decision]


@page(permission=None)
def extend(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for more time on a grant of one's own."""
    found = _found_for(request, key, operations.request_extension)
    form = MoreTimeForm(request.POST if request.method == "POST" else None, tier=found.use_case.effective_tier)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            given = {"days": form.cleaned_data["days"], "reason": form.cleaned_data["reason"]}
            made = operations.request_extension(actor=request.actor, grant=found, request_key=form.request_key, **given)
            message = _("%(key)s waits for a decision.") % {"key": made.key}
            return redirect_after(request, "registry:access_request", message, key=made.key)
    text = _("The model's owner decides, as for the first time. The grant ends as it would until then.")
    return _action(request, found, form, _("Ask for more time"), text)


@page(permission=None)
def hold_back(request: HttpRequest, key: str) -> HttpResponse:
    """Let a grant allow nothing until it is decided anew."""
    text = _("Nothing is allowed until somebody decides anew. Whoever holds the grant is told, with your reason.")
    return _with_reason(request, key, operations.hold_back_grant, _("Hold back"), text, _("Held back."))


@page(permission=None)
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Decide anew on a grant that was held back."""
    text = _("It holds again for the rest of its time. Where two people decide it waits for the second decision.")
    return _with_reason(request, key, operations.resume_grant, _("Decide anew"), text, _("Decided."))


@page(permission=None)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """End a grant at once."""
    text = _("At once: the next call is refused. Whoever holds the grant is told, with your reason.")
    return _with_reason(request, key, operations.revoke_model_grant, _("Revoke"), text, _("Revoked."), danger=True)


def _with_reason(
    request: HttpRequest, key: str, does: Any, title: str, text: str, done: str, danger: bool = False
) -> HttpResponse:
    found = _found_for(request, key, does)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            does(actor=request.actor, grant=found, reason=form.cleaned_data["reason"], request_key=form.request_key)
            return redirect_after(request, "registry:grant", done, key=found.key)
    return _action(request, found, form, title, text, danger=danger)


def _found_for(request: HttpRequest, key: str, does: Any) -> ModelGrant:
    found = _find(request, key)
    may = may_do(request.actor, does, grant=found)
    if not may:
        raise Refused(may)
    return found


def _action(
    request: HttpRequest, found: ModelGrant, form: Any, title: str, text: str, danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": f"{title}: {found.key}", "text": text, "label": title, "danger": danger}
    context |= {"back": reverse("registry:grant", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def panel_of_system(request: HttpRequest, system: Any) -> dict[str, Any] | None:
    """Show which models a system may call, as far as the person may know of the grants, and lead to the asking."""
    rows = ModelGrant.objects.visible_to(request.user).filter(system=system, revoked_at=None)
    rows = rows.filter(valid_until__gt=clock.now()).select_related("ai_model", "system").order_by("valid_until")
    waiting = ModelAccessRequest.objects.visible_to(request.user).waiting().filter(system=system)
    found = [(one, state_badge(one)) for one in rows[:50]]
    responsible = system.is_responsible(request.user.pk)
    may_ask = responsible and authorisation.holds(request.actor, Permission.REGISTRY_ACCESS_REQUEST)
    if not (found or responsible):
        return None
    ask_url = f"{reverse('registry:access_begin')}?{urlencode({'for': system.key})}" if may_ask else ""
    return {
        "grants": found,
        "waiting": list(waiting.select_related("ai_model")[:20]),
        "ask_url": ask_url,
        "calls_url": calls_url(q=system.key),
    }
