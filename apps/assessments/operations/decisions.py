"""Submitting, signing, returning, expiring; confirming legal classes; writing results down the layers."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.assessments import permissions
from apps.assessments.events import Event
from apps.assessments.models import (
    Answer,
    Assessment,
    AssessmentStatus,
    Classification,
    SignOff,
    SignOffOutcome,
)
from apps.assessments.queries import content_hash, standing_of
from apps.assessments.rules_pure.policies import OUTCOMES
from apps.assessments.rules_pure.verdicts import decide_tier
from apps.assessments.texts import policy_with
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.permissions import Permission
from apps.work.operations import send_notice

from .results import write_down


@operation(
    Event.ASSESSMENT_SUBMITTED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    subject="assessment",
    may=permissions.may_submit,
)
def submit_assessment(*, actor: Actor, assessment: Assessment) -> Assessment:
    """Submit complete answers for signature; tier, legal class and ratings are worked out and kept."""
    standing = standing_of(assessment)
    missing = standing.missing()
    if missing:
        raise Invalid({question.id: [_("Answer “%(label)s”") % {"label": question.label}] for question in missing})
    problems = [row.question for row in standing.rows.values() if row.problem]
    if problems:
        raise Invalid({name: [_("Change what the signer asked for.")] for name in problems})
    ratings = standing.ratings()
    assessment.status = AssessmentStatus.SUBMITTED
    assessment.submitted_by_id, assessment.submitted_at = actor.id, clock.now()
    assessment.content_hash, assessment.result = content_hash(standing), standing.result()
    assessment.tier, assessment.legal_class = standing.tier.tier, standing.legal.outcome
    assessment.inherent_band, assessment.residual_band = ratings.inherent.band, ratings.residual.band
    assessment.save()
    _tell(actor, assessment, assessment.assigned_by, _("%(key)s waits for a signature."))
    return assessment


@operation(
    Event.ASSESSMENT_RETURNED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_SIGN,
    subject="assessment",
    may=permissions.may_decide,
)
def request_changes(
    *, actor: Actor, assessment: Assessment, reason: str, problems: dict[str, str] | None = None
) -> Assessment:
    """Return an assessment with what has to change, as a whole or question by question."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say what has to change.")]})
    for name, text in (problems or {}).items():
        if text.strip() and not Answer.objects.filter(assessment=assessment, question=name).update(
            problem=text.strip()
        ):
            raise Invalid({"reason": [_("There is no answer to “%(name)s”.") % {"name": name}]})
    _sign(actor, assessment, SignOffOutcome.CHANGES_REQUESTED, reason)
    assessment.status = AssessmentStatus.CHANGES_REQUESTED
    assessment.save(update_fields=["status"])
    _tell(actor, assessment, assessment.assigned_to, _("Changes are asked for in %(key)s."))
    return assessment


@operation(
    Event.ASSESSMENT_SIGNED,
    needs=Permission.ASSESSMENTS_ASSESSMENT_SIGN,
    subject="assessment",
    may=permissions.may_decide,
)
def sign_off(*, actor: Actor, assessment: Assessment, content_hash: str | None = None, reason: str = "") -> Assessment:
    """Sign an assessment as submitted; its results go down to the use case and its systems."""
    if content_hash is not None and content_hash != assessment.content_hash:
        raise Conflict(_("It was submitted anew after you opened it. Look at it again."), theirs=assessment)
    _sign(actor, assessment, SignOffOutcome.SIGNED, reason)
    earlier = Assessment.objects.about(assessment.subject).filter(
        status__in=[AssessmentStatus.SIGNED, AssessmentStatus.EXPIRED],
        questionnaire__key=assessment.questionnaire.key,
    )
    earlier.update(status=AssessmentStatus.SUPERSEDED)
    assessment.status, assessment.signed_by_id, assessment.signed_at = AssessmentStatus.SIGNED, actor.id, clock.now()
    months = policy_with(assessment.result["policies"]["tiers"]["digest"]).months_valid[assessment.tier]
    assessment.expires_on = months_after(clock.today(), months)
    assessment.save()
    classification = _classify(assessment)
    write_down(actor, classification, assessment.tier)
    _tell(actor, assessment, assessment.assigned_to, _("%(key)s is signed."))
    defer("compliance.evaluate", subject_type="assessments.assessment", subject_id=str(assessment.pk))
    return assessment


@operation(
    Event.CLASSIFICATION_CONFIRMED,
    needs=Permission.ASSESSMENTS_CLASSIFICATION_CONFIRM,
    subject="classification",
    may=permissions.may_confirm,
)
def confirm_classification(
    *, actor: Actor, classification: Classification, legal_class: str, reason: str = ""
) -> Classification:
    """Confirm the proposed legal class, or set another with the reason; the tier follows."""
    if legal_class not in OUTCOMES:
        raise Invalid({"legal_class": [_("Choose one of the classes.")]})
    if legal_class != classification.proposed and not reason.strip():
        raise Invalid({"reason": [_("Say why it is another class than the rules propose.")]})
    classification.legal_class, classification.reason = legal_class, reason.strip()
    classification.confirmed_by_id, classification.confirmed_at = actor.id, clock.now()
    classification.save(update_fields=["legal_class", "reason", "confirmed_by", "confirmed_at"])
    policy = policy_with(classification.assessment.result["policies"]["tiers"]["digest"])
    tier = decide_tier(policy, {**classification.facts, "legal_class": legal_class}).tier
    if classification.assessment.status == AssessmentStatus.SIGNED:
        write_down(actor, classification, tier)
    return classification


@operation(Event.ASSESSMENT_EXPIRED, needs=None, subject="assessment", may=permissions.may_expire)
def expire_assessment(*, actor: Actor, assessment: Assessment) -> Assessment:
    """Mark an assessment as expired once its day has passed."""
    assessment.status = AssessmentStatus.EXPIRED
    assessment.save(update_fields=["status"])
    _tell(actor, assessment, assessment.assigned_by, _("%(key)s has expired."))
    return assessment


def months_after(day: date, months: int) -> date:
    """Return the day that many months later, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _sign(actor: Actor, assessment: Assessment, outcome: str, reason: str) -> SignOff:
    return SignOff.objects.create(
        assessment=assessment,
        person_id=actor.id,
        outcome=outcome,
        content_hash=assessment.content_hash,
        reason=reason.strip(),
        decided_at=clock.now(),
    )


def _classify(assessment: Assessment) -> Classification:
    legal, policies = assessment.result["legal"], assessment.result["policies"]
    policy = policy_with(policies["legal_class"]["digest"])
    parts = legal["explanation"].get("parts", [])
    return Classification.objects.create(
        use_case=assessment.use_case,
        system=assessment.system,
        assessment=assessment,
        proposed=legal["outcome"],
        legal_class=legal["outcome"],
        rule=legal["rule"],
        rule_version=policy.version,
        rule_digest=policy.digest,
        law=policy.law,
        citations=[part["citation"] for part in parts if part.get("citation")],
        facts=assessment.result["facts"],
        needs_person=legal["needs_person"],
        decided_on=clock.today(),
    )


def _tell(actor: Actor, assessment: Assessment, person: Person, text: Any) -> None:
    if actor.id != str(person.pk):
        send_notice(actor=actor, person=person, text=text % {"key": assessment}, about=assessment)
