"""The risk register."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import authorisation
from apps.kernel.decision import first_denial
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .. import filters, forms, operations, permissions, tables
from ..models import LEVELS, RiskScenario
from ..texts import pack_of, questionnaire_offered
from .lists import subject_from


class Risks(ListPage):
    """All risks of what the person may see."""

    permission = Permission.ASSESSMENTS_ASSESSMENT_VIEW
    title = gettext_lazy("Risk register")
    intro = gettext_lazy("Risks with cause, event and consequence; likelihood times impact, from 1 to 5 each.")
    table = tables.RiskTable
    filters = filters.RiskFilters
    export_name = "risks"
    empty_text = gettext_lazy("A risk is recorded on the page of a system or a use case.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the risks the person may see."""
        return RiskScenario.objects.visible_to(request.user).select_related("system", "use_case", "owner")


@page(permission=Permission.ASSESSMENTS_RISK_EDIT)
def record(request: HttpRequest) -> HttpResponse:
    """Put a risk of a system or use case on the register."""
    about = subject_from(request)
    first = {"owner": about.owner.email if about.owner else ""}
    form = forms.RiskForm(request.POST or None, categories=_categories(), initial=first)
    if request.method == "POST" and form.is_valid():
        fields = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
        with form.problems():
            made = operations.record_risk(actor=request.actor, about=about, request_key=form.request_key, **fields)
            return redirect_after(request, "assessments:risk", _("On the register."), key=made.key)
    return render_page(request, "assessments/risk_form.html", {"about": about, "form": form}, status=form.status)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW)
def risk(request: HttpRequest, key: str) -> HttpResponse:
    """Show a risk; people with the role rate it anew or close it."""
    rows = RiskScenario.objects.visible_to(request.user).select_related("system", "use_case", "owner", "found_in")
    found = get_object_or_404(rows, key=key)
    names = [*LEVELS, "treatment", "treatment_text"]
    form = forms.RatingForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        closing = request.POST.get("do") == "close"
        reason = form.cleaned_data["reason"]
        with form.problems():
            if closing:
                operations.close_risk(actor=request.actor, risk=found, reason=reason, request_key=form.request_key)
            else:
                changes = {name: form.cleaned_data[name] for name in names}
                operations.rate_risk(
                    actor=request.actor, risk=found, reason=reason, request_key=form.request_key, **changes
                )
            return redirect_after(request, "assessments:risk", _("Saved."), key=key)
    may_rate = first_denial(
        authorisation.decide(request.actor, Permission.ASSESSMENTS_RISK_EDIT, found),
        permissions.may_rate(actor=request.actor, risk=found),
    )
    kinds = (
        (_("Without controls"), "inherent"),
        (_("Today"), "current"),
        (_("Aimed at"), "target"),
        (_("Remains"), "residual"),
    )
    levels = [(label, getattr(found, f"{kind}_likelihood"), getattr(found, f"{kind}_impact")) for label, kind in kinds]
    context = {"risk": found, "form": form, "may_rate": may_rate, "levels": levels}
    return render_page(request, "assessments/risk_detail.html", context, status=form.status)


def _categories() -> list[tuple[str, str]]:
    offered = questionnaire_offered()
    return list(pack_of(offered).categories.items()) if offered else []
