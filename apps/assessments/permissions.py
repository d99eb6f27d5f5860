"""Who may do what with assessments, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.evidence.models import EvidenceLink
from apps.inventory.models import AISystem, UseCase
from apps.kernel import authorisation, clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from .models import Assessment, AssessmentStatus, Classification, RiskScenario


def responsible_for(subject: AISystem | UseCase) -> set[str]:
    """Return the ids of those who answer for a system, or for a use case and the systems it runs on."""
    if isinstance(subject, AISystem):
        people = {subject.owner_id, subject.deputy_id}
    else:
        pairs = AISystem.objects.filter(use_cases=subject).values_list("owner_id", "deputy_id")
        people = {subject.owner_id, *(person for pair in pairs for person in pair)}
    return {str(person) for person in people if person}


def may_assign(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a person assign: the role was asked already."""
    return Allowed() if actor.is_person else Denied(_("An assessment is assigned by a person."))


def may_reassign(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let an open assessment be given to somebody else."""
    if not assessment.is_open:
        return Denied(_("It is not being filled in any more."))
    return may_assign(actor=actor)


def may_answer(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let people with the role answer while it is being filled in."""
    if not actor.is_person:
        return Denied(_("Questions are answered by a person."))
    if not assessment.is_open:
        return Denied(_("The assessment is not being filled in: its answers stand."))
    person = Person.objects.active().filter(pk=actor.id).first()
    if person is None or not Assessment.objects.visible_to(person).filter(pk=assessment.pk).exists():
        return Denied(_("You may not see this assessment."))
    return Allowed()


def may_submit(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let the person it is assigned to submit it, or those who answer for what it is about."""
    answering = may_answer(actor=actor, assessment=assessment)
    if not answering:
        return answering
    if actor.id == str(assessment.assigned_to_id) or actor.id in responsible_for(assessment.subject):
        return Allowed()
    return Denied(
        _("Only %(name)s, to whom it is assigned, or the owner submits it.") % {"name": assessment.assigned_to}
    )


def may_decide(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let a person sign, or ask for changes, who neither filled it in nor answers for what it is about."""
    if not actor.is_person:
        return Denied(_("An assessment is signed by a person."))
    if assessment.status != AssessmentStatus.SUBMITTED:
        return Denied(_("It has not been submitted for signature."))
    if actor.id in {str(assessment.assigned_to_id), str(assessment.submitted_by_id)}:
        return Denied(_("You filled it in; somebody else signs it."))
    if assessment.answers.filter(answered_by_id=actor.id).exists():
        return Denied(_("You answered a question in it; somebody else signs it."))
    if _attached_evidence(actor, assessment):
        return Denied(_("You attached evidence to it; somebody else signs it."))
    if actor.id in responsible_for(assessment.subject):
        return Denied(_("You answer for what it is about; somebody else signs it."))
    return Allowed()


def _attached_evidence(actor: Actor, assessment: Assessment) -> bool:
    """Tell whether somebody attached a file; what was carried over from the assessment before is not of their making."""
    links = EvidenceLink.objects.about(assessment).filter(linked_by_id=actor.id)
    if assessment.based_on is not None:
        links = links.exclude(evidence__in=EvidenceLink.objects.about(assessment.based_on).values("evidence"))
    return bool(links.exists())


def may_renew(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let the next assessment start once this one is signed or over."""
    if assessment.status in (AssessmentStatus.SIGNED, AssessmentStatus.EXPIRED, AssessmentStatus.SUPERSEDED):
        return may_assign(actor=actor)
    return Denied(_("This one is not finished."))


def may_expire(*, actor: Actor, assessment: Assessment, **_arguments: Any) -> Decision:
    """Let the scheduler mark what is past its day."""
    if actor.kind is not ActorKind.SYSTEM:
        return Denied(_("An assessment expires by its date, not by a person."))
    if assessment.status != AssessmentStatus.SIGNED or assessment.expires_on >= clock.today():
        return Denied(_("It has not expired."))
    return Allowed()


def may_confirm(*, actor: Actor, classification: Classification, **_arguments: Any) -> Decision:
    """Let a person confirm a legal class who neither answered nor answers for the use."""
    if not actor.is_person:
        return Denied(_("A legal class is confirmed by a person."))
    if classification.confirmed_by_id is not None:
        return Denied(_("It is confirmed already."))
    if classification.assessment.answers.filter(answered_by_id=actor.id).exists():
        return Denied(_("You answered a question behind it; somebody else confirms it."))
    if actor.id in responsible_for(classification.subject):
        return Denied(_("You answer for what it is about; somebody else confirms it."))
    return Allowed()


def may_publish(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a person publish a text who has the role everywhere: the text holds everywhere."""
    if not actor.is_person:
        return Denied(_("Questionnaires and policies are published by a person."))
    return authorisation.decide(actor, Permission.ASSESSMENTS_QUESTIONNAIRE_EDIT, authorisation.EVERYWHERE)


def may_rate(*, actor: Actor, risk: RiskScenario, **_arguments: Any) -> Decision:
    """Let people with the role rate a risk that is open."""
    if risk.status != "open":
        return Denied(_("This risk is closed."))
    return Allowed() if actor.is_person else Denied(_("A risk is rated by a person."))
