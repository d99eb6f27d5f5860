"""Filling an assessment in: task list, a section a page, saving field by field, files, check, submit."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.evidence.forms import EvidenceForm
from apps.evidence.models import Evidence, EvidenceLink
from apps.kernel import authorisation, clock
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import uuid7
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page, wants_fragment

from .. import forms, operations, permissions
from ..models import Answer, Assessment
from ..queries import Standing, shown_answer, standing_of
from ..rules_pure import progress
from ..rules_pure.progress import SectionStatus
from ..rules_pure.questionnaire import Question, Section
from .known_data import known_data
from .lists import find

STATUS = {
    SectionStatus.NOT_STARTED: (gettext_lazy("Not yet started"), "info"),
    SectionStatus.IN_PROGRESS: (gettext_lazy("In progress"), "warning"),
    SectionStatus.COMPLETED: (gettext_lazy("Completed"), ""),
    SectionStatus.CANNOT_START: (gettext_lazy("Cannot start yet"), ""),
    SectionStatus.PROBLEM: (gettext_lazy("There is a problem"), "bad"),
}


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, methods=("GET",))
def assessment(request: HttpRequest, key: str) -> HttpResponse:
    """Show the task list, who does what, and what happens next."""
    found = find(request, key)
    standing = standing_of(found)
    rows = [(row, *STATUS[row.status]) for row in standing.sections()]
    done = sum(1 for row, _label, _tone in rows if row.status is SectionStatus.COMPLETED)
    actor = request.actor
    panels = [(panel, panel.context(request, found)) for panel in panels_for("assessments.assessment")]
    context = {
        "assessment": found,
        "rows": rows,
        "done": done,
        "standing": standing,
        "may_answer": permissions.may_answer(actor=actor, assessment=found),
        "may_submit": permissions.may_submit(actor=actor, assessment=found),
        "may_decide": permissions.may_decide(actor=actor, assessment=found),
        "may_renew": permissions.may_renew(actor=actor, assessment=found),
        "may_assign": authorisation.decide(actor, Permission.ASSESSMENTS_ASSESSMENT_ASSIGN, found),
        "sign_offs": found.sign_offs.select_related("person"),
        "classifications": found.classifications.select_related("confirmed_by"),
        "panels": [(p, render_to_string(p.template, more, request)) for p, more in panels if more is not None],
    }
    return render_page(request, "assessments/assessment_detail.html", context)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW)
def section(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """Show one section; without JavaScript its answers are saved together, each by itself."""
    found = find(request, key)
    standing = standing_of(found)
    chosen = _chosen(standing, section)
    fields = _fields(request, standing, chosen)
    status = 200
    if request.method == "POST":
        fields, problems = _save(request, found, fields)
        if request.POST.get("confirm"):
            names = [field.id for field in fields]
            operations.confirm_answers(actor=request.actor, assessment=found, questions=names)
        status = max((problem.status for problem in problems), default=200)
        if not problems:
            return _after_section(request, found, chosen)
    return render_page(
        request, "assessments/section.html", _section_context(request, standing, chosen, fields), status=status
    )


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ANSWER, methods=("POST",))
def autosave(request: HttpRequest, key: str, question: str) -> HttpResponse:
    """Save one answer and say so; where somebody was faster show both texts."""
    found = find(request, key)
    standing = standing_of(found)
    asked = standing.pack.question(question)
    if asked is None:
        raise Http404
    chosen = _chosen(standing, asked.section)
    before = [one.id for one in progress.visible_questions(chosen, standing.answers)]
    fields, problems = _save(request, found, [_field(request, standing, asked)])
    status = max((problem.status for problem in problems), default=200)
    if not wants_fragment(request):
        return redirect_after(request, "assessments:section", key=key, section=chosen.id)
    context = {"assessment": found, "field": fields[0], "saved_at": None if problems else clock.now()}
    after = standing_of(found)
    if not problems and [one.id for one in progress.visible_questions(chosen, after.answers)] != before:
        more = _section_context(request, after, chosen, _fields(request, after, chosen)) | context
        response = render_page(request, "assessments/section.html", more, fragment="questions")
        response["HX-Retarget"] = "#questions"
        return response
    return render_page(request, "assessments/section.html", context, fragment="state", status=status)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ANSWER)
def evidence(request: HttpRequest, key: str, question: str) -> HttpResponse:
    """Prove an answer: by a file that is there already, or by a new one."""
    found = find(request, key)
    standing = standing_of(found)
    asked = standing.pack.question(question)
    if asked is None:
        raise Http404
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and request.POST.get("reuse"):
        chosen = get_object_or_404(Evidence.objects.visible_to(request.user), key=request.POST["reuse"])
        operations.reuse_evidence(actor=request.actor, assessment=found, question=question, evidence=chosen)
        return redirect_after(request, _section_url(found, asked), _("Used here as well."))
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        with form.problems():
            operations.attach_evidence(
                actor=request.actor,
                assessment=found,
                question=question,
                filename=sent["file"].name,
                content=sent["file"].read(),
                title=sent["title"],
                expires_on=sent["expires_on"],
                request_key=form.request_key,
            )
            return redirect_after(request, _section_url(found, asked), _("The file is kept."))
    here = EvidenceLink.objects.about(found, question).values("evidence_id")
    known = Evidence.objects.visible_to(request.user).valid().exclude(pk__in=here).select_related("owner")
    context = {
        "assessment": found,
        "question": asked,
        "form": form,
        "known": known[:20],
        "back": _section_url(found, asked),
    }
    return render_page(request, "assessments/evidence.html", context, status=form.status)


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_ANSWER, methods=("POST",))
def remove_evidence(request: HttpRequest, key: str, link: str) -> HttpResponse:
    """Take a file off an answer."""
    found = find(request, key)
    attached = get_object_or_404(EvidenceLink.objects.about(found), pk=link)
    asked = standing_of(found).pack.question(attached.anchor)
    operations.detach_evidence(actor=request.actor, assessment=found, link=attached)
    url = _section_url(found, asked) if asked else reverse("assessments:assessment", args=[key])
    return redirect_after(request, url, _("Taken off. The file stays among the evidence."))


@page(permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW)
def check(request: HttpRequest, key: str) -> HttpResponse:
    """Show every answer with a way to change it, what is missing, and submit."""
    found = find(request, key)
    standing = standing_of(found)
    form = forms.SubmitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.submit_assessment(actor=request.actor, assessment=found, request_key=form.request_key)
            return redirect_after(
                request, "assessments:assessment", _("Submitted. Somebody else signs it now."), key=key
            )
    context = {
        "assessment": found,
        "standing": standing,
        "form": form,
        "sections": answered_sections(standing),
        "missing": [(question, _section_url(found, question)) for question in standing.missing()],
        "may_submit": permissions.may_submit(actor=request.actor, assessment=found),
        "ratings": standing.ratings(),
    }
    return render_page(request, "assessments/check.html", context, status=form.status)


def answered_sections(standing: Standing) -> list[tuple[Section, list[tuple[Question, str, Answer | None]]]]:
    """Return the sections that count with every question, its answer in words and its row."""
    chosen = progress.chosen_sections(standing.pack, standing.answers, standing.tier.tier)
    return [
        (
            one,
            [
                (q, shown_answer(q, standing.answers.get(q.id)), standing.rows.get(q.id))
                for q in progress.visible_questions(one, standing.answers)
            ],
        )
        for one in chosen
    ]


def _chosen(standing: Standing, name: str) -> Section:
    chosen = progress.chosen_sections(standing.pack, standing.answers, standing.tier.tier)
    found = next((one for one in chosen if one.id == name), None)
    if found is None:
        raise Http404
    return found


def _section_url(found: Assessment, question: Question) -> str:
    return reverse("assessments:section", args=[found.key, question.section]) + f"#q-{question.id}"


def _field(request: HttpRequest, standing: Standing, question: Question) -> forms.QuestionField:
    links = EvidenceLink.objects.about(standing.assessment, question.id).select_related("evidence")
    row = standing.rows.get(question.id)
    known = known_data(request.user, standing.assessment, question)
    return forms.QuestionField(question, row, row.value if row else None, list(links), known=known)


def _fields(request: HttpRequest, standing: Standing, chosen: Section) -> list[forms.QuestionField]:
    files: dict[str, list[Any]] = {}
    for link in EvidenceLink.objects.about(standing.assessment).select_related("evidence"):
        files.setdefault(link.anchor, []).append(link)
    questions = progress.visible_questions(chosen, standing.answers)
    rows = standing.rows
    return [
        forms.QuestionField(
            q,
            rows.get(q.id),
            rows[q.id].value if q.id in rows else None,
            files.get(q.id, []),
            known=known_data(request.user, standing.assessment, q),
        )
        for q in questions
    ]


def _section_context(
    request: HttpRequest, standing: Standing, chosen: Section, fields: list[forms.QuestionField]
) -> dict[str, Any]:
    problems = [(f"q-{field.id}", field.error) for field in fields if field.error]
    problems += [
        (f"q-{field.id}", _("Somebody else changed “%(label)s”.") % {"label": field.question.label})
        for field in fields
        if field.theirs
    ]
    return {
        "assessment": standing.assessment,
        "section": chosen,
        "fields": fields,
        "items": problems,
        "editor": request.POST.get("editor", "")[:40] or str(uuid7()),
        "carried": sum(1 for field in fields if field.carried),
        "may_answer": permissions.may_answer(actor=request.actor, assessment=standing.assessment),
    }


def _save(
    request: HttpRequest, found: Assessment, fields: list[forms.QuestionField]
) -> tuple[list[forms.QuestionField], list[Any]]:
    """Save what was touched, each answer by itself; return the fields as they stand and what went wrong."""
    problems: list[Any] = []
    post = request.POST
    for field in fields:
        question = field.question
        if f"version-{question.id}" not in post or question.type == "evidence":
            continue
        value = forms.posted_value(question, post)
        resolved = post.get("resolve", "") if post.get("resolve", "").endswith(f":{question.id}") else ""
        if resolved == f"take:{question.id}":
            continue
        if resolved == f"merge:{question.id}":
            theirs = field.row.value if field.row else ""
            field.value = "\n\n".join(str(part) for part in (theirs, value) if part)
            problems.append(Conflict(""))
            continue
        if not resolved and forms.is_untouched(question, post, value):
            continue
        try:
            field.row = operations.answer_question(
                actor=request.actor,
                assessment=found,
                question=question.id,
                value=value,
                version=forms.seen_version(question, post),
                editor=post.get("editor", "")[:40],
            )
            field.value = field.row.value
        except Conflict as problem:
            field.value, field.theirs = value, problem.theirs
            problems.append(problem)
        except Invalid as problem:
            field.value, field.error = value, " ".join(problem.problems.get(question.id, [problem.message]))
            problems.append(problem)
    return fields, problems


def _after_section(request: HttpRequest, found: Assessment, chosen: Section) -> HttpResponse:
    if request.POST.get("resolve"):
        return redirect_after(request, "assessments:section", _("Settled."), key=found.key, section=chosen.id)
    standing = standing_of(found)
    state = next(row for row in standing.sections() if row.section.id == chosen.id)
    if state.status is SectionStatus.COMPLETED:
        return redirect_after(
            request, "assessments:assessment", _("“%(title)s” is completed.") % {"title": chosen.title}, key=found.key
        )
    return redirect_after(
        request,
        "assessments:assessment",
        _("Saved. “%(title)s” is not complete yet.") % {"title": chosen.title},
        key=found.key,
    )
