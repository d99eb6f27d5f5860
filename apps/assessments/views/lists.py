"""The list of assessments, assigning them, and the texts behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.models import AISystem, UseCase
from apps.kernel import authorisation, clock
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .. import filters, forms, operations, tables
from ..models import Assessment, PolicyText, Questionnaire


def find(request: HttpRequest, key: str) -> Assessment:
    """Return an assessment that the person may see."""
    rows = Assessment.objects.visible_to(request.user).select_related(
        "system__department", "use_case__department", "questionnaire", "assigned_to", "assigned_by", "submitted_by",
        "signed_by", "based_on",
    )  # fmt: skip
    return get_object_or_404(rows, key=key)


def subject_from(request: HttpRequest) -> AISystem | UseCase:
    """Return the system or use case that the address names."""
    for parameter, model in (("system", AISystem), ("use_case", UseCase)):
        key = request.GET.get(parameter, "")
        if key:
            return get_object_or_404(model.objects.visible_to(request.user), key=key)
    raise Http404


class Assessments(ListPage):
    """All assessments that the person may see."""

    permission = Permission.ASSESSMENTS_ASSESSMENT_VIEW
    title = gettext_lazy("Assessments")
    intro = gettext_lazy("Questions about uses and systems, answered by one person and signed by another.")
    table = tables.AssessmentTable
    filters = filters.AssessmentFilters
    export_name = "assessments"
    empty_text = gettext_lazy("An assessment starts on the page of a system or a use case.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the assessments the person may see."""
        return Assessment.objects.visible_to(request.user).select_related("system", "use_case", "assigned_to")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the risk register and the policies."""
        buttons = [
            {"label": _("Risk register"), "url": reverse("assessments:risks")},
            {"label": _("Questionnaires and policies"), "url": reverse("assessments:policies")},
        ]
        return {"buttons": buttons}


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN)
def assign(request: HttpRequest) -> HttpResponse:
    """Ask a person to assess a system or a use case."""
    about = subject_from(request)
    form = forms.AssignForm(request.POST or None, initial=_first_guess(about))
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.assign_assessment(
                actor=request.actor,
                about=about,
                assigned_to=form.cleaned_data["assigned_to"],
                due_on=form.cleaned_data["due_on"],
                request_key=form.request_key,
            )
            return redirect_after(request, "assessments:assessment", _("The assessment is assigned."), key=made.key)
    context = {"about": about, "form": form, "title": _("Assess %(name)s") % {"name": about.name}}
    return render_page(request, "assessments/assign.html", context, status=form.status)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN)
def reassign(request: HttpRequest, key: str) -> HttpResponse:
    """Give an open assessment to somebody else."""
    assessment = find(request, key)
    first = {"assigned_to": assessment.assigned_to.email, "due_on": assessment.due_on}
    form = forms.AssignForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.reassign_assessment(
                actor=request.actor,
                assessment=assessment,
                assigned_to=form.cleaned_data["assigned_to"],
                due_on=form.cleaned_data["due_on"],
                request_key=form.request_key,
            )
            return redirect_after(request, "assessments:assessment", _("It is given to them."), key=key)
    context = {"about": assessment.subject, "form": form, "title": _("Give %(key)s to somebody") % {"key": key}}
    return render_page(request, "assessments/assign.html", context, status=form.status)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN)
def start_next(request: HttpRequest, key: str) -> HttpResponse:
    """Start the next assessment with the answers carried over."""
    assessment = find(request, key)
    form = forms.AssignForm(request.POST or None, initial=_first_guess(assessment.subject))
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.start_next(
                actor=request.actor,
                assessment=assessment,
                assigned_to=form.cleaned_data["assigned_to"],
                due_on=form.cleaned_data["due_on"],
                request_key=form.request_key,
            )
            message = _("Started with the answers of last time. Each is confirmed or changed.")
            return redirect_after(request, "assessments:assessment", message, key=made.key)
    context = {
        "about": assessment.subject,
        "form": form,
        "title": _("Start the next assessment"),
        "carries": assessment.answers.count(),
    }
    return render_page(request, "assessments/assign.html", context, status=form.status)


@page(permission=Permission.ASSESSMENTS_QUESTIONNAIRE_VIEW, methods=("GET",))
def policies(request: HttpRequest) -> HttpResponse:
    """Show the questionnaires and policies in all their versions."""
    context = {
        "questionnaires": Questionnaire.objects.all(),
        "policies": PolicyText.objects.all(),
        "may_publish": authorisation.holds(request.actor, Permission.ASSESSMENTS_QUESTIONNAIRE_EDIT),
        "chosen": _chosen_text(request.GET.get("show", "")),
    }
    return render_page(request, "assessments/policies.html", context)


@page(permission=Permission.ASSESSMENTS_QUESTIONNAIRE_EDIT)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a new version of a questionnaire or a policy."""
    form = forms.TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, reason = form.cleaned_data["text"], form.cleaned_data["reason"]
        is_policy = any(line.startswith("kind:") for line in text.splitlines())
        do = operations.publish_policy if is_policy else operations.publish_questionnaire
        with form.problems():
            do(actor=request.actor, text=text, reason=reason, request_key=form.request_key)
            return redirect_after(request, "assessments:policies", _("Published."))
    return render_page(request, "assessments/publish.html", {"form": form}, status=form.status)


def _chosen_text(digest: str) -> Any:
    if not digest:
        return None
    return Questionnaire.objects.filter(digest=digest).first() or PolicyText.objects.filter(digest=digest).first()


def _first_guess(about: AISystem | UseCase) -> dict[str, Any]:
    owner = about.owner
    return {"assigned_to": owner.email if owner else "", "due_on": clock.today() + timedelta(days=21)}
