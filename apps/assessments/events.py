"""Event names of assessments: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to questionnaires, assessments, risks and legal outcomes."""

    ANSWER_CONFIRMED = "assessments.answer.confirmed"
    ANSWER_GIVEN = "assessments.answer.given"
    ASSESSMENT_ASSIGNED = "assessments.assessment.assigned"
    ASSESSMENT_EXPIRED = "assessments.assessment.expired"
    ASSESSMENT_REASSIGNED = "assessments.assessment.reassigned"
    ASSESSMENT_RETURNED = "assessments.assessment.returned"
    ASSESSMENT_SIGNED = "assessments.assessment.signed"
    ASSESSMENT_SUBMITTED = "assessments.assessment.submitted"
    CLASSIFICATION_CONFIRMED = "assessments.classification.confirmed"
    EVIDENCE_ATTACHED = "assessments.evidence.attached"
    EVIDENCE_DETACHED = "assessments.evidence.detached"
    POLICY_PUBLISHED = "assessments.policy.published"
    QUESTIONNAIRE_PUBLISHED = "assessments.questionnaire.published"
    RISK_CLOSED = "assessments.risk.closed"
    RISK_RATED = "assessments.risk.rated"
    RISK_RECORDED = "assessments.risk.recorded"
