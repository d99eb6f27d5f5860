"""The records of assessments."""

from .assessments import (
    Answer,
    AnswerState,
    Assessment,
    AssessmentQuerySet,
    AssessmentStatus,
    SignOff,
    SignOffOutcome,
)
from .policies import PolicyKind, PolicyText, Questionnaire
from .risks import Classification, RiskScenario, RiskStatus, Treatment

__all__ = [
    "Answer",
    "AnswerState",
    "Assessment",
    "AssessmentQuerySet",
    "AssessmentStatus",
    "Classification",
    "PolicyKind",
    "PolicyText",
    "Questionnaire",
    "RiskScenario",
    "RiskStatus",
    "SignOff",
    "SignOffOutcome",
    "Treatment",
]
