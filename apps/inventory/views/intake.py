"""Proposing a use of AI, following what became of it, and triage."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from apps.inventory import operations, permissions, queries
from apps.inventory.forms import intake as forms
from apps.inventory.models import AISystem, ApprovedUse, DataClass, Intake, IntakeOutcome, UseCase
from apps.inventory.rules_pure import tiering
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

ANSWER_LABELS: dict[str, tuple[Any, dict[str, Any]]] = {
    name: (forms.IntakeForm.base_fields[name].label, dict(forms.IntakeForm.base_fields[name].choices))
    for name in ("technique", "person_effect", "data_classes", "audience", "actions", "areas", "practices", "platform")
}


@page(permission=Permission.INVENTORY_INTAKE_PROPOSE)
def intake(request: HttpRequest) -> HttpResponse:
    """Ask the nine questions; the words of a search in the catalogue are carried along."""
    form_class = forms.IntakeForm if request.user.department_id else forms.IntakeWithDepartmentForm
    initial = {"purpose": request.GET.get("purpose", "")[:2000]}
    initial["data_classes"] = [value for value in request.GET.getlist("data") if value in DataClass.values]
    form = form_class(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.propose(
                actor=request.actor,
                purpose=form.cleaned_data["purpose"],
                answers=form.answers(),
                department=form.cleaned_data.get("department"),
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:intake_detail", _("Sent."), key=made.key)
    words = (request.POST or request.GET).get("purpose", "")
    context = {"form": form, **_similar(request, words)}
    context["mine"] = Intake.objects.filter(proposer=request.user).order_by("-proposed_at")[:5]
    return render_page(request, "inventory/intake_form.html", context, status=form.status)


@page(permission=Permission.INVENTORY_INTAKE_PROPOSE, methods=("GET",))
def similar(request: HttpRequest) -> HttpResponse:
    """Show what sounds alike, while somebody types."""
    context = _similar(request, request.GET.get("purpose", ""))
    return render_page(request, "inventory/intake_similar.html", context)


def _similar(request: HttpRequest, words: str) -> dict[str, Any]:
    """Return approved uses and known use cases that sound alike, of those the person may know of."""
    uses = queries.matching(
        ApprovedUse.objects.offered_to(request.user).select_related("authorisation", "system"), words, 3
    )
    cases = UseCase.objects.visible_to(request.user).filter(merged_into=None).exclude(status="refused")
    return {"similar_uses": uses, "similar_cases": queries.matching(cases, words, 3), "words": words}


@page(permission=None, methods=("GET", "POST"))
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show a proposal: the tier at once, what happens next, and later what was decided."""
    found = get_object_or_404(
        Intake.objects.visible_to(request.user).select_related(
            "department", "proposer", "decided_by", "system", "use_case"
        ),
        key=key,
    )
    if request.method == "POST":
        operations.withdraw_intake(actor=request.actor, intake=found)
        return redirect_after(request, "inventory:intake_detail", _("Taken back."), key=found.key)
    context = _shown(request, found)
    context["may_withdraw"] = permissions.may_withdraw_intake(actor=request.actor, intake=found)
    context |= _similar(request, found.purpose) if found.outcome == IntakeOutcome.WAITING else {}
    return render_page(request, "inventory/intake_detail.html", context)


def _shown(request: HttpRequest, found: Intake) -> dict[str, Any]:
    reading = tiering.read(found.answers)
    visible = AISystem.objects.visible_to(request.user)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("inventory.intake")]
    return {
        "intake": found,
        "answers": [
            (label, _answer(found.answers.get(name), choices)) for name, (label, choices) in ANSWER_LABELS.items()
        ],
        "floors": found.tier_rules,
        "notes": reading.notes,
        "prohibited": [tiering.PROHIBITED[name] for name in found.prohibited if name in tiering.PROHIBITED],
        "transparency": [tiering.TRANSPARENCY[name] for name in found.transparency if name in tiering.TRANSPARENCY],
        "system": visible.filter(pk=found.system_id).first() if found.system_id else None,
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }


def _answer(given: Any, choices: dict[str, Any]) -> str:
    values = given if isinstance(given, list) else [given] if given else []
    return ", ".join(str(choices.get(value, value)) for value in values) or _("Not answered")


@page(permission=Permission.INVENTORY_INTAKE_TRIAGE)
def triage(request: HttpRequest, key: str) -> HttpResponse:
    """Decide an intake, with what sounds alike beside it."""
    found = get_object_or_404(
        Intake.objects.visible_to(request.user).select_related(
            "department", "proposer", "decided_by", "system", "use_case"
        ),
        key=key,
    )
    decision = may_do(request.actor, operations.close_intake, intake=found)
    form = forms.TriageForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and not decision:
        form.is_valid()
        form.add_error(None, decision.reason)
    elif request.method == "POST" and form.is_valid():
        with form.problems():
            _decide(request, found, form)
            return redirect_after(request, "inventory:triage", _("%(key)s is decided.") % {"key": found.key})
    systems = AISystem.objects.visible_to(request.user).filter(merged_into=None)
    context = _shown(request, found) | _similar(request, found.purpose)
    context |= {"form": form, "decision": decision, "similar_systems": queries.matching(systems, found.purpose, 5)}
    return render_page(request, "inventory/intake_triage.html", context, status=form.status)


def _decide(request: HttpRequest, found: Intake, form: Any) -> None:
    cleaned, key = form.cleaned_data, form.request_key
    if cleaned["outcome"] == IntakeOutcome.ACCEPTED:
        operations.accept_intake(
            actor=request.actor,
            intake=found,
            reason=cleaned["reason"],
            name=cleaned["name"],
            system=cleaned["system"],
            owner=cleaned["owner"],
            request_key=key,
        )
    else:
        operations.close_intake(
            actor=request.actor,
            intake=found,
            outcome=cleaned["outcome"],
            reason=cleaned["reason"],
            system=cleaned["system"],
            request_key=key,
        )
