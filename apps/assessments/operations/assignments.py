"""Assigning an assessment, giving it to somebody else, starting the next one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.accounts.reach import holds_on
from apps.assessments import permissions
from apps.assessments.events import Event
from apps.assessments.models import Answer, AnswerState, Assessment, Questionnaire
from apps.assessments.rules_pure import progress
from apps.assessments.texts import pack_of, questionnaire_offered
from apps.audit.operation import operation
from apps.evidence.models import EvidenceLink
from apps.evidence.operations import link_evidence
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.work.operations import send_notice

# Questions here that the intake asks under another name.
INTAKE_NAMES = {"data": "data_classes"}


@operation(
    Event.ASSESSMENT_ASSIGNED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN,
    within_reach_of="about",
    may=permissions.may_assign,
)
def assign_assessment(
    *,
    actor: Actor,
    about: AISystem | UseCase,
    assigned_to: Person,
    due_on: date,
    questionnaire: Questionnaire | None = None,
) -> Assessment:
    """Ask a person to assess a use case or a system by a day; what the intake said is carried over."""
    assessment = _begin(actor, about, assigned_to, due_on, questionnaire or questionnaire_offered(), None)
    if isinstance(about, UseCase):
        _carry_intake(assessment, about)
    return assessment


@operation(
    Event.ASSESSMENT_ASSIGNED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN,
    subject="assessment",
    may=permissions.may_renew,
)
def start_next(*, actor: Actor, assessment: Assessment, assigned_to: Person, due_on: date) -> Assessment:
    """Start the next assessment with the answers of this one, each to be confirmed or changed."""
    newest = questionnaire_offered(assessment.questionnaire.key) or assessment.questionnaire
    following = _begin(actor, assessment.subject, assigned_to, due_on, newest, assessment)
    pack = pack_of(newest)
    for answer in assessment.answers.all():
        question = pack.question(answer.question)
        if question is None or not _still_fits(question, answer.value):
            continue
        Answer.objects.create(
            assessment=following,
            question=answer.question,
            value=answer.value,
            state=AnswerState.CARRIED,
            answered_by_id=answer.answered_by_id,
            answered_at=answer.answered_at,
        )
    for link in EvidenceLink.objects.about(assessment).select_related("evidence"):
        link_evidence(actor=actor, evidence=link.evidence, about=following, anchor=link.anchor)
    return following


@operation(
    Event.ASSESSMENT_REASSIGNED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ASSIGN,
    subject="assessment",
    may=permissions.may_reassign,
)
def reassign_assessment(*, actor: Actor, assessment: Assessment, assigned_to: Person, due_on: date) -> Assessment:
    """Give an open assessment to another person, or move its day."""
    _check_assignee(assigned_to, assessment.subject)
    assessment.assigned_to, assessment.due_on = assigned_to, due_on
    assessment.save(update_fields=["assigned_to", "due_on"])
    _tell(actor, assessment)
    return assessment


def _begin(
    actor: Actor,
    about: AISystem | UseCase,
    assigned_to: Person,
    due_on: date,
    questionnaire: Questionnaire | None,
    based_on: Assessment | None,
) -> Assessment:
    if questionnaire is None:
        raise Invalid(_("No questionnaire is offered."))
    _check_assignee(assigned_to, about)
    if due_on < clock.today():
        raise Invalid({"due_on": [_("This day has passed.")]})
    waiting = Assessment.objects.about(about).filter(
        questionnaire=questionnaire, status__in=["draft", "changes", "submitted"]
    )
    if found := waiting.first():
        raise Invalid(_("%(key)s about this is not finished yet.") % {"key": found.key})
    assessment = Assessment.objects.create(
        key=next_key("ASM"),
        use_case=about if isinstance(about, UseCase) else None,
        system=about if isinstance(about, AISystem) else None,
        questionnaire=questionnaire,
        assigned_to=assigned_to,
        assigned_by_id=actor.id,
        assigned_at=clock.now(),
        due_on=due_on,
        based_on=based_on,
    )
    _tell(actor, assessment)
    return assessment


def _check_assignee(person: Person, about: Any) -> None:
    may_answer = person.is_active and holds_on(person, Permission.ASSESSMENTS_ASSESSMENT_ANSWER, about)
    if may_answer and _is_restricted(about):
        may_answer = type(about).objects.visible_to(person).filter(pk=about.pk).exists()
    if not may_answer:
        raise Invalid({"assigned_to": [_("%(name)s may not answer questions about this.") % {"name": person}]})


def _is_restricted(about: AISystem | UseCase) -> bool:
    return about.restricted if isinstance(about, AISystem) else about.systems.filter(restricted=True).exists()


def _carry_intake(assessment: Assessment, use_case: UseCase) -> None:
    """Take over what the proposer said already, wherever it is an answer to a question here; each is confirmed."""
    said_by = use_case.proposer_id or use_case.owner_id
    if not use_case.screening or said_by is None or said_by == assessment.assigned_by_id:
        return
    said = {**use_case.screening, "purpose_text": use_case.purpose}
    for question in pack_of(assessment.questionnaire).questions():
        value = said.get(INTAKE_NAMES.get(question.id, question.fact or question.id))
        if _still_fits(question, value):
            Answer.objects.create(
                assessment=assessment,
                question=question.id,
                value=value,
                state=AnswerState.CARRIED,
                answered_by_id=said_by,
                answered_at=clock.now(),
            )


def _tell(actor: Actor, assessment: Assessment) -> None:
    if actor.id != str(assessment.assigned_to_id):
        text = _("Please fill in %(key)s about %(name)s.") % {"key": assessment.key, "name": assessment.subject.name}
        send_notice(actor=actor, person=assessment.assigned_to, text=text, about=assessment)


def _still_fits(question: Any, value: Any) -> bool:
    try:
        return progress.clean(question, value) == value and not progress.is_blank(value)
    except progress.BadAnswer:
        return False
