"""Reading, signing and comparing assessments; confirming legal classes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel import authorisation
from apps.kernel.decision import first_denial
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .. import forms, operations, permissions
from ..models import Classification
from ..queries import compare, standing_of
from .filling import answered_sections
from .lists import find


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW)
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Show what was submitted, how each verdict came about, what changed, and take the signer's verdict."""
    found = find(request, key)
    standing = standing_of(found)
    may_decide = first_denial(
        authorisation.decide(request.actor, Permission.ASSESSMENTS_ASSESSMENT_SIGN, found),
        permissions.may_decide(actor=request.actor, assessment=found),
    )
    form = forms.ReviewForm(request.POST or None, initial={"content_hash": found.content_hash})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            message = _decide(request, found, form)
            return redirect_after(request, "assessments:assessment", message, key=key)
    sections = answered_sections(standing)
    context = {
        "assessment": found,
        "result": found.result,
        "sections": sections,
        "differences": [one for one in compare(found.based_on, found) if one.changed] if found.based_on else None,
        "form": form,
        "may_decide": may_decide,
        "facts": _facts(found),
    }
    return render_page(request, "assessments/review.html", context, status=form.status)


def _decide(request: HttpRequest, found: Any, form: forms.ReviewForm) -> str:
    sent = form.cleaned_data
    if sent["outcome"] == "sign":
        operations.sign_off(
            actor=request.actor,  # type: ignore[attr-defined]
            assessment=found,
            content_hash=sent["content_hash"],
            reason=sent["reason"],
            request_key=form.request_key,
        )
        return _("Signed.")
    problems = {
        name.removeprefix("problem-"): text.strip()[:2000]
        for name, text in request.POST.items()
        if name.startswith("problem-") and text.strip()
    }
    operations.request_changes(
        actor=request.actor,  # type: ignore[attr-defined]
        assessment=found,
        reason=sent["reason"],
        problems=problems,
        request_key=form.request_key,
    )
    return _("Returned with what has to change.")


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, methods=("GET",))
def result(request: HttpRequest, key: str) -> HttpResponse:
    """Show tier, legal class and ratings; every number opens into the answers behind it."""
    found = find(request, key)
    kept = found.result or standing_of(found).result()
    context = {"assessment": found, "result": kept, "provisional": not found.result, "facts": _facts(found)}
    return render_page(request, "assessments/result.html", context)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, methods=("GET",))
def comparison(request: HttpRequest, key: str, other: str) -> HttpResponse:
    """Show two assessments question by question, first what changed."""
    after, before = find(request, key), find(request, other)
    differences = compare(before, after)
    changed = [one for one in differences if one.changed]
    context = {
        "assessment": after,
        "other": before,
        "changed": changed,
        "unchanged": [one for one in differences if not one.changed],
        "total": len(differences),
    }
    return render_page(request, "assessments/compare.html", context)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW)
def classification(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show a legal outcome with its rule and facts; a person confirms or corrects it."""
    rows = Classification.objects.visible_to(request.user).select_related("assessment", "system", "use_case")
    found = get_object_or_404(rows, pk=identifier)
    may_confirm = first_denial(
        authorisation.decide(request.actor, Permission.ASSESSMENTS_CLASSIFICATION_CONFIRM, found),
        permissions.may_confirm(actor=request.actor, classification=found),
    )
    form = forms.ClassificationForm(request.POST or None, initial={"legal_class": found.proposed})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.confirm_classification(
                actor=request.actor,
                classification=found,
                legal_class=form.cleaned_data["legal_class"],
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "assessments:classification", _("Confirmed."), identifier=identifier)
    context = {
        "classification": found,
        "explanation": found.assessment.result["legal"]["explanation"],
        "form": form,
        "may_confirm": may_confirm,
    }
    return render_page(request, "assessments/classification.html", context, status=form.status)


def _facts(found: Any) -> dict[str, str]:
    """Return where the question behind each fact is answered."""
    from ..texts import pack_of

    links = {}
    for question in pack_of(found.questionnaire).questions():
        url = reverse("assessments:section", args=[found.key, question.section]) + f"#q-{question.id}"
        links[question.id] = url
        if question.fact:
            links[f"fact:{question.fact}"] = url
    return links
