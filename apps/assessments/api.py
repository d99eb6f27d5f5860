"""Assessments for programs: to read, and the verbs that people have in the browser, through the same operations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ninja
from django.shortcuts import get_object_or_404

from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page, request_key

from . import operations
from .models import Assessment, RiskScenario
from .queries import standing_of

router = Router(tags=["Assessments"])


class AssessmentOut(ninja.Schema):
    """An assessment with what it found."""

    key: str
    about: str
    questionnaire: str
    status: str
    assigned_to: str
    due_on: date
    tier: str
    legal_class: str
    inherent_band: str
    residual_band: str
    content_hash: str
    signed_at: datetime | None
    expires_on: date | None

    @staticmethod
    def resolve_about(row: Any) -> str:
        """Give the key of the system or use case."""
        return str(row.subject.key)

    @staticmethod
    def resolve_questionnaire(row: Any) -> str:
        """Give questionnaire and version."""
        return f"{row.questionnaire.key} {row.questionnaire.version}"

    @staticmethod
    def resolve_assigned_to(row: Any) -> str:
        """Give the e-mail."""
        return str(row.assigned_to.email)


class QuestionOut(ninja.Schema):
    """A question that counts now, with its answer and the version to send back with the next."""

    id: str
    section: str
    type: str
    label: str
    help: str
    required: bool
    options: list[str]
    value: Any = None
    version: int
    state: str


class AnswerIn(ninja.Schema):
    """An answer, and the version of the one it replaces (0: there was none)."""

    value: Any = None
    version: int = 0


class AnswerOut(ninja.Schema):
    """What stands now."""

    question: str
    value: Any = None
    version: int
    state: str


class VerdictIn(ninja.Schema):
    """The signer's words, and the hash of what was read."""

    content_hash: str = ""
    reason: str = ""


class RiskOut(ninja.Schema):
    """A risk with its ratings."""

    key: str
    about: str
    title: str
    cause: str
    event: str
    consequence: str
    category: str
    status: str
    treatment: str
    inherent_likelihood: int
    inherent_impact: int
    residual_likelihood: int
    residual_impact: int

    @staticmethod
    def resolve_about(row: Any) -> str:
        """Give the key of the system or use case."""
        return str(row.subject.key)


@router.get("/assessments", permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, response=Page[AssessmentOut])
def assessments(request: Any, status: str = "", about: str = "") -> Any:
    """List the assessments the holder may see; narrow by status, or by the key of a system or use case."""
    rows = _rows(request)
    if status:
        rows = rows.filter(status=status)
    if about:
        rows = rows.filter(system__key=about) | rows.filter(use_case__key=about)
    return cursor_page(request, rows, AssessmentOut, order=("key",))


@router.get("/assessments/{key}", permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, response=AssessmentOut)
def assessment(request: Any, key: str) -> Any:
    """Show one assessment."""
    return get_object_or_404(_rows(request), key=key)


@router.get(
    "/assessments/{key}/questions", permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, response=list[QuestionOut]
)
def questions(request: Any, key: str) -> Any:
    """List the questions that count now with their answers."""
    standing = standing_of(get_object_or_404(_rows(request), key=key))
    found = []
    for question in standing.asked():
        row = standing.rows.get(question.id)
        found.append(
            {
                "id": question.id,
                "section": question.section,
                "type": str(question.type),
                "label": question.label,
                "help": question.help,
                "required": question.required,
                "options": list(question.values),
                "value": row.value if row else None,
                "version": row.version if row else 0,
                "state": row.state if row else "",
            }
        )
    return found


@router.get("/assessments/{key}/result", permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, response=dict[str, Any])
def result(request: Any, key: str) -> Any:
    """Show tier, legal class and ratings with their explanations, as submitted or by the answers so far."""
    found = get_object_or_404(_rows(request), key=key)
    return found.result or standing_of(found).result()


@router.put(
    "/assessments/{key}/answers/{question}", permission=Permission.ASSESSMENTS_ASSESSMENT_ANSWER, response=AnswerOut
)
def answer(request: Any, key: str, question: str, data: AnswerIn) -> Any:
    """Answer a question; 409 when somebody else did since that version."""
    if not isinstance(data.value, str | int | float | list | None):
        raise Invalid({"value": ["A text, a number or a list of texts is expected."]})
    return operations.answer_question(
        actor=request.actor,
        assessment=get_object_or_404(_rows(request), key=key),
        question=question,
        value=data.value,
        version=data.version,
        request_key=request_key(request),
    )


@router.post(
    "/assessments/{key}/submission", permission=Permission.ASSESSMENTS_ASSESSMENT_ANSWER, response=AssessmentOut
)
def submit(request: Any, key: str) -> Any:
    """Submit complete answers for signature."""
    found = get_object_or_404(_rows(request), key=key)
    return operations.submit_assessment(actor=request.actor, assessment=found, request_key=request_key(request))


@router.post("/assessments/{key}/signature", permission=Permission.ASSESSMENTS_ASSESSMENT_SIGN, response=AssessmentOut)
def sign(request: Any, key: str, data: VerdictIn) -> Any:
    """Sign what was submitted; `content_hash` says what was read."""
    return operations.sign_off(
        actor=request.actor,
        assessment=get_object_or_404(_rows(request), key=key),
        content_hash=data.content_hash,
        reason=data.reason,
        request_key=request_key(request),
    )


@router.post("/assessments/{key}/changes", permission=Permission.ASSESSMENTS_ASSESSMENT_SIGN, response=AssessmentOut)
def request_changes(request: Any, key: str, data: VerdictIn) -> Any:
    """Return an assessment with what has to change."""
    return operations.request_changes(
        actor=request.actor,
        assessment=get_object_or_404(_rows(request), key=key),
        reason=data.reason,
        request_key=request_key(request),
    )


@router.get("/risks", permission=Permission.ASSESSMENTS_ASSESSMENT_VIEW, response=Page[RiskOut])
def risks(request: Any) -> Any:
    """List the risks of what the holder may see."""
    rows = RiskScenario.objects.visible_to(request.user).select_related("system", "use_case")
    return cursor_page(request, rows, RiskOut, order=("key",))


def _rows(request: Any) -> Any:
    return Assessment.objects.visible_to(request.user).select_related(
        "system__department", "use_case__department", "questionnaire", "assigned_to", "assigned_by"
    )
