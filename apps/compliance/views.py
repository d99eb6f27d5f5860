"""Findings, exceptions, and the rules behind them."""

from __future__ import annotations

import inspect
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit import queries as ledger
from apps.audit.models import Entry
from apps.kernel import authorisation, subjects
from apps.kernel.deferral import defer
from apps.kernel.permissions import Permission
from apps.kernel.rules import all_rules, rule_named
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from . import filters, forms, operations, permissions, tables
from .models import Finding, PolicyException, Sweep


class Findings(ListPage):
    """All findings about what the person may see."""

    permission = Permission.COMPLIANCE_FINDING_VIEW
    title = gettext_lazy("Findings")
    intro = gettext_lazy("Requirements shown unmet. A rule opens a finding and closes it once it is true.")
    table = tables.FindingTable
    filters = filters.FindingFilters
    export_name = "findings"
    empty_text = gettext_lazy("No rule found anything wrong among what you may see, or no finding fits the filters.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the findings the person may see."""
        return Finding.objects.visible_to(request.user).select_related("owner")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the rules, and a sweep to those who may run one."""
        buttons = [{"label": _("Rules"), "url": reverse("compliance:rules")}]
        if authorisation.holds(request.actor, Permission.COMPLIANCE_SWEEP_RUN):
            buttons.append({"label": _("Check everything now"), "url": reverse("compliance:sweep"), "primary": True})
        return {"buttons": buttons}


class Exceptions(ListPage):
    """All exceptions about what the person may see."""

    permission = Permission.COMPLIANCE_EXCEPTION_VIEW
    title = gettext_lazy("Exceptions")
    intro = gettext_lazy("Each has a reason, a compensating control, two people who granted it, and an end.")
    table = tables.ExceptionTable
    filters = filters.ExceptionFilters
    export_name = "exceptions"

    def queryset(self, request: HttpRequest) -> Any:
        """Return the exceptions the person may see."""
        return PolicyException.objects.visible_to(request.user).select_related("requested_by")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to ask for one."""
        if not authorisation.holds(request.actor, Permission.COMPLIANCE_EXCEPTION_REQUEST):
            return {}
        return {
            "buttons": [
                {"label": _("Ask for an exception"), "url": reverse("compliance:request_exception"), "primary": True}
            ]
        }


@page(permission=Permission.COMPLIANCE_FINDING_VIEW, methods=("GET",))
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule with what it says and when everything was last checked."""
    described = [(rule, inspect.cleandoc(type(rule).__doc__ or "").split("\n\n")) for rule in all_rules()]
    return render_page(request, "compliance/rules.html", {"rules": described, "sweeps": Sweep.objects.all()[:10]})


@page(permission=Permission.COMPLIANCE_SWEEP_RUN)
def sweep_now(request: HttpRequest) -> HttpResponse:
    """Ask for a sweep; the worker runs it."""
    if request.method == "POST":
        defer("compliance.sweep", trigger=f"asked by {request.user.name}"[:40])
        return redirect_after(request, "compliance:rules", _("The rules are being run; the result appears here."))
    return render_page(request, "compliance/sweep.html", {})


def _subject(request: HttpRequest, row: Any) -> Any:
    return subjects.find_visible(row.subject_type, row.subject_id, request.user)


def _history(row: Any) -> list[dict[str, Any]]:
    found = Entry.objects.filter(subject_type=subjects.type_name(row), subject_id=str(row.pk), kind="operation")
    entries = list(found.order_by("-id")[:30])
    names = ledger.actor_labels(entries)
    return [
        {"title": ledger.event_title(entry.event), "who": ledger.actor_label(entry, names), "at": entry.occurred_at}
        for entry in entries
    ]


FINDING_FORMS: dict[str, Any] = {"remedy": forms.RemedyForm, "assign": forms.OwnerForm, "settle": forms.ReasonForm}


@page(permission=None)
def finding(request: HttpRequest, key: str) -> HttpResponse:
    """Show a finding: what is wrong, why it matters, what to do; say what is done, or give it to somebody."""
    found = get_object_or_404(Finding.objects.visible_to(request.user).select_related("owner"), key=key)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    shown = {
        name: kind(request.POST if name == asked else None, auto_id=f"{name}_%s")
        for name, kind in FINDING_FORMS.items()
    }
    form = shown.get(asked)
    if form is not None and form.is_valid():
        with form.problems():
            _act_on_finding(request, found, asked, form)
            return redirect_after(request, "compliance:finding", _("Saved."), key=key)
    rule = rule_named(found.rule_id)
    context = {
        "finding": found,
        "about": _subject(request, found),
        "rule": rule,
        "tones": {"severity": tables.SEVERITY_TONES[found.severity], "status": tables.STATUS_TONES[found.status]},
        "paragraphs": inspect.cleandoc(type(rule).__doc__ or "").split("\n\n") if rule else [],
        "forms": shown,
        "form": form,
        "may_work": permissions.may_work_on(actor=request.actor, finding=found)
        and authorisation.holds(request.actor, Permission.COMPLIANCE_FINDING_EDIT),
        "may_settle": permissions.may_settle(actor=request.actor, finding=found),
        "history": _history(found),
    }
    return render_page(request, "compliance/finding_detail.html", context, status=form.status if form else 200)


def _act_on_finding(request: HttpRequest, found: Finding, asked: str, form: Any) -> None:
    data, actor, key = form.cleaned_data, request.actor, form.request_key
    if asked == "remedy":
        operations.acknowledge_finding(actor=actor, finding=found, remedy=data["remedy"], request_key=key)
    elif asked == "assign":
        operations.assign_finding(actor=actor, finding=found, owner=data["owner"], request_key=key)
    else:
        operations.settle_finding(actor=actor, finding=found, reason=data["reason"], request_key=key)


@page(permission=Permission.COMPLIANCE_EXCEPTION_REQUEST)
def request_exception(request: HttpRequest) -> HttpResponse:
    """Ask for an exception."""
    first = {name: request.GET.get(name, "")[:60] for name in ("about", "concerns")}
    form = forms.ExceptionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        known = subjects.named("inventory.system")
        about = known.visible(request.user).filter(key=data.pop("about").upper()).first() if known else None
        if about is None:
            form.add_error("about", _("There is no such system among those you may see."))
        else:
            data.pop("submission")
            with form.problems():
                made = operations.request_exception(
                    actor=request.actor, about=about, request_key=form.request_key, **data
                )
                return redirect_after(
                    request, "compliance:exception", _("Asked. Two people outside your line decide."), key=made.key
                )
    return render_page(request, "compliance/exception_form.html", {"form": form}, status=form.status)


@page(permission=None)
def exception(request: HttpRequest, key: str) -> HttpResponse:
    """Show an exception and decide on it."""
    found = get_object_or_404(PolicyException.objects.visible_to(request.user).select_related("requested_by"), key=key)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts = {
            "approve": operations.approve_exception,
            "refuse": operations.refuse_exception,
            "end": operations.end_exception,
        }
        act = acts.get(request.POST.get("do", ""))
        with form.problems():
            if act is not None:
                act(
                    actor=request.actor,
                    exception=found,
                    reason=form.cleaned_data["reason"],
                    request_key=form.request_key,
                )
            return redirect_after(request, "compliance:exception", _("Recorded."), key=key)
    decision = permissions.may_decide_exception(actor=request.actor, exception=found)
    if decision:
        decision = authorisation.decide(request.actor, Permission.COMPLIANCE_EXCEPTION_DECIDE, found)
    may_end = permissions.may_end_exception(actor=request.actor, exception=found) and authorisation.holds(
        request.actor, Permission.COMPLIANCE_EXCEPTION_DECIDE
    )
    context = {
        "exception": found,
        "about": _subject(request, found),
        "form": form,
        "decision": decision,
        "may_end": may_end,
    }
    return render_page(request, "compliance/exception_detail.html", context, status=form.status)
