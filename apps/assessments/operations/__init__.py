"""Every write about assessments, risks and legal outcomes."""

from .answers import answer_question, attach_evidence, confirm_answers, detach_evidence, reuse_evidence
from .assignments import assign_assessment, reassign_assessment, start_next
from .decisions import confirm_classification, expire_assessment, request_changes, sign_off, submit_assessment
from .publishing import publish_policy, publish_questionnaire
from .risks import close_risk, rate_risk, record_risk

__all__ = [
    "answer_question",
    "assign_assessment",
    "attach_evidence",
    "close_risk",
    "confirm_answers",
    "confirm_classification",
    "detach_evidence",
    "expire_assessment",
    "publish_policy",
    "publish_questionnaire",
    "rate_risk",
    "reassign_assessment",
    "record_risk",
    "request_changes",
    "reuse_evidence",
    "sign_off",
    "start_next",
    "submit_assessment",
]
