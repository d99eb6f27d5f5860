"""Answering: each field by itself, never over somebody else's text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.assessments import permissions
from apps.assessments.events import Event
from apps.assessments.models import Answer, AnswerState, Assessment
from apps.assessments.rules_pure import progress
from apps.assessments.rules_pure.questionnaire import Question, QuestionType
from apps.assessments.texts import pack_of
from apps.audit.operation import operation
from apps.evidence.models import Evidence, EvidenceLink
from apps.evidence.operations import add_evidence, link_evidence, unlink_evidence
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.permissions import Permission


@operation(
    Event.ANSWER_GIVEN,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_answer,
)
def answer_question(
    *, actor: Actor, assessment: Assessment, question: str, value: Any, version: int, editor: str = ""
) -> Answer:
    """Answer one question; `version` is what the answerer saw (0: nothing), anything else there now is a clash.

    `editor` names the open page: what it wrote itself a moment ago is no clash with what it writes next.
    """
    asked = _question(assessment, question)
    if asked.type is QuestionType.EVIDENCE:
        raise Invalid({question: [_("Add a file here.")]})
    return _write(actor, assessment, asked, _clean(asked, value), version, editor)


@operation(
    Event.ANSWER_CONFIRMED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_answer,
)
def confirm_answers(*, actor: Actor, assessment: Assessment, questions: Iterable[str]) -> int:
    """Confirm answers that were carried over from the assessment before; return how many."""
    carried = assessment.answers.filter(question__in=list(questions), state=AnswerState.CARRIED)
    return carried.update(state=AnswerState.CONFIRMED, answered_by_id=actor.id, answered_at=clock.now())


@operation(
    Event.EVIDENCE_ATTACHED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_answer,
)
def attach_evidence(
    *,
    actor: Actor,
    assessment: Assessment,
    question: str,
    filename: str,
    content: bytes,
    title: str = "",
    expires_on: date | None = None,
) -> Evidence:
    """Take a file as proof of an answer."""
    asked = _question(assessment, question)
    evidence = add_evidence(
        actor=actor,
        about=assessment,
        filename=filename,
        content=content,
        title=title,
        anchor=question,
        expires_on=expires_on,
    )
    _follow_links(actor, assessment, asked)
    return evidence


@operation(
    Event.EVIDENCE_ATTACHED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_answer,
)
def reuse_evidence(*, actor: Actor, assessment: Assessment, question: str, evidence: Evidence) -> Evidence:
    """Use a file that is there already as proof of an answer."""
    asked = _question(assessment, question)
    if evidence.is_expired:
        raise Invalid({"evidence": [_("%(key)s has expired and proves nothing any more.") % {"key": evidence.key}]})
    link_evidence(actor=actor, evidence=evidence, about=assessment, anchor=question)
    _follow_links(actor, assessment, asked)
    return evidence


@operation(
    Event.EVIDENCE_DETACHED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_answer,
)
def detach_evidence(*, actor: Actor, assessment: Assessment, link: EvidenceLink) -> Assessment:
    """Take a file off an answer; the file stays in the library."""
    if not EvidenceLink.objects.about(assessment).filter(pk=link.pk).exists():
        raise Invalid(_("This file is not attached here."))
    unlink_evidence(actor=actor, link=link)
    _follow_links(actor, assessment, _question(assessment, link.anchor))
    return assessment


def _question(assessment: Assessment, identifier: str) -> Question:
    question = pack_of(assessment.questionnaire).question(identifier)
    if question is None:
        raise Invalid(_("There is no such question in this questionnaire."))
    return question


def _clean(question: Question, value: Any) -> Any:
    try:
        cleaned = progress.clean(question, value)
    except progress.BadAnswer as problem:
        raise Invalid({question.id: [_(str(problem))]}) from problem
    if question.type is QuestionType.PERSON and cleaned is not None:
        person = Person.objects.active().filter(pk=cleaned).first() if _is_id(cleaned) else None
        if person is None:
            raise Invalid({question.id: [_("Choose a colleague.")]})
    return cleaned


def _is_id(text: str) -> bool:
    return len(text) == 36 and all(part.isalnum() for part in text.split("-"))


def _write(
    actor: Actor, assessment: Assessment, question: Question, value: Any, version: int | None, editor: str = ""
) -> Answer:
    row = Answer.objects.filter(assessment=assessment, question=question.id).select_related("answered_by").first()
    if row is None:
        if version:
            raise Conflict(_("There is no earlier answer of that version."))
        if value is None:
            return Answer(assessment=assessment, question=question.id, version=0)
        row = Answer(assessment=assessment, question=question.id, version=0)
    elif row.value != value and _clashes(row, version, editor):
        raise Conflict(_("Somebody else changed this answer after you opened it."), theirs=row)
    same = row.version > 0 and row.value == value
    if same and row.state != AnswerState.CARRIED:
        return row
    if same:
        row.state = AnswerState.CONFIRMED
    else:
        came_over = row.state in (AnswerState.CARRIED, AnswerState.CONFIRMED, AnswerState.CHANGED)
        row.state = AnswerState.CHANGED if came_over else AnswerState.ANSWERED
        row.value, row.version, row.problem = value, row.version + 1, ""
    row.answered_by_id, row.answered_at, row.editor = actor.id, clock.now(), editor
    row.save()
    return row


def _clashes(row: Answer, version: int | None, editor: str) -> bool:
    """Tell whether an answer would go over words that its writer has not seen."""
    if version in (None, row.version) or (editor and editor == row.editor):
        return False
    # Nobody has written here yet: what was carried over stands in the assessment or intake it came from.
    return not (row.state == AnswerState.CARRIED and version == 0)


def _follow_links(actor: Actor, assessment: Assessment, question: Question) -> None:
    """Keep the answer of a question for evidence equal to what is attached to it."""
    if question.type is QuestionType.EVIDENCE:
        links = EvidenceLink.objects.about(assessment, question.id).order_by("evidence__key")
        keys = list(links.values_list("evidence__key", flat=True))
        _write(actor, assessment, question, keys or None, None)
