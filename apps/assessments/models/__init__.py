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
from .risks import LEVELS, SIDES, Classification, RiskScenario, RiskStatus, Treatment

__all__ = [
    "LEVELS",
    "SIDES",
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
