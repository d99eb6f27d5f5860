"""What is asked, what is answered, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from .conditions import NONE, UNKNOWN, holds
from .questionnaire import Question, Questionnaire, QuestionType, Section

Answers = Mapping[str, Any]
LONGEST_TEXT = 10_000


class SectionStatus(StrEnum):
    """How far a section is, in the words of the task list."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANNOT_START = "cannot_start"
    PROBLEM = "problem"


class BadAnswer(ValueError):
    """The value is no answer to the question; the text says why."""


def is_blank(value: Any) -> bool:
    """Tell whether nothing was answered; "I do not know" is an answer."""
    return value is None or value in ("", []) or (isinstance(value, str) and not value.strip())


def clean(question: Question, value: Any) -> Any:
    """Return the value as it is kept, None when blank; raise `BadAnswer` when it is no answer to the question."""
    if is_blank(value):
        return None
    if question.type is QuestionType.MULTIPLE:
        return _clean_multiple(question, value)
    if question.type in {QuestionType.SINGLE, QuestionType.SCALE}:
        if str(value) not in question.values:
            raise BadAnswer("Choose one of the answers.")
        return str(value)
    if question.type is QuestionType.NUMBER:
        try:
            number = Decimal(str(value).replace(" ", "").replace("\u00a0", ""))
        except InvalidOperation as error:
            raise BadAnswer("Enter a number, such as 1200 or 0.5.") from error
        if not number.is_finite() or abs(number) > Decimal("1e15"):
            raise BadAnswer("Enter a number, such as 1200 or 0.5.")
        return format(number, "f")
    if question.type is QuestionType.DATE:
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError as error:
            raise BadAnswer("Enter a date as year-month-day, such as 2026-12-02.") from error
    if question.type is QuestionType.EVIDENCE:
        return sorted({str(item) for item in (value if isinstance(value, list | tuple) else [value])})
    text = str(value).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise BadAnswer(f"Keep the answer under {LONGEST_TEXT:,} characters.")
    return text


def _clean_multiple(question: Question, value: Any) -> list[str] | None:
    chosen = [str(item) for item in (value if isinstance(value, list | tuple) else [value]) if str(item)]
    if set(chosen) - set(question.values):
        raise BadAnswer("Choose among the answers.")
    if len(set(chosen)) > 1 and NONE in chosen:
        raise BadAnswer("“None” cannot stand beside other answers.")
    return [option for option in question.values if option in chosen] or None


def shown(question: Question, value: Any) -> str:
    """Return an answer in words."""
    if is_blank(value):
        return ""
    values = value if isinstance(value, list | tuple) else [value]
    labels = [(option.label if (option := question.option(item)) else str(item)) for item in values]
    return "; ".join(labels)


def visible_questions(section: Section, answers: Answers) -> list[Question]:
    """Return the questions of a section that the answers so far call for."""
    return [question for question in section.questions if holds(question.when, answers)]


def screening_is_complete(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Tell whether everything that chooses the modules is answered."""
    return not any(missing(section, answers) for section in questionnaire.sections if section.screening)


def is_chosen(section: Section, answers: Answers, tier: str) -> bool:
    """Tell whether the screening calls for a module; what is not known calls for it."""
    if section.screening:
        return True
    if section.tiers and tier not in section.tiers:
        return False
    return holds(section.when, answers, unknown=True)


def chosen_sections(questionnaire: Questionnaire, answers: Answers, tier: str) -> list[Section]:
    """Return the sections that count; before the screening is complete that is the screening alone."""
    complete = screening_is_complete(questionnaire, answers)
    return [
        section
        for section in questionnaire.sections
        if section.screening or (complete and is_chosen(section, answers, tier))
    ]


def asked(questionnaire: Questionnaire, answers: Answers, tier: str) -> list[Question]:
    """Return every question that counts now."""
    sections = chosen_sections(questionnaire, answers, tier)
    return [question for section in sections for question in visible_questions(section, answers)]


def missing(section: Section, answers: Answers) -> list[Question]:
    """Return the required questions of a section that wait for an answer."""
    return [q for q in visible_questions(section, answers) if q.required and is_blank(answers.get(q.id))]


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """A row of the task list."""

    section: Section
    status: SectionStatus
    answered: int
    total: int
    unconfirmed: int = 0


def progress_of(
    questionnaire: Questionnaire, answers: Answers, tier: str, problems: set[str], carried: set[str]
) -> list[SectionProgress]:
    """Return the task list: the sections that count, then the modules that wait for the screening.

    `problems` are the ids of questions sent back, `carried` those taken over and not yet confirmed.
    """
    complete = screening_is_complete(questionnaire, answers)
    rows = []
    for section in questionnaire.sections:
        if complete and not is_chosen(section, answers, tier):
            continue
        startable = section.screening or complete
        rows.append(_section_progress(section, answers, startable, problems, carried))
    return rows


def _section_progress(
    section: Section, answers: Answers, startable: bool, problems: set[str], carried: set[str]
) -> SectionProgress:
    questions = visible_questions(section, answers)
    answered = [question for question in questions if not is_blank(answers.get(question.id))]
    unconfirmed = sum(1 for question in answered if question.id in carried)
    if not startable:
        status = SectionStatus.CANNOT_START
    elif any(question.id in problems for question in questions):
        status = SectionStatus.PROBLEM
    elif not answered:
        status = SectionStatus.NOT_STARTED if any(q.required for q in questions) else SectionStatus.COMPLETED
    elif missing(section, answers) or unconfirmed:
        status = SectionStatus.IN_PROGRESS
    else:
        status = SectionStatus.COMPLETED
    return SectionProgress(section, status, len(answered), len(questions), unconfirmed)


def facts_of(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    """Return what policies may know: the answers of questions that state a fact, unknown where nothing is said."""
    facts: dict[str, Any] = {}
    for question in questionnaire.questions():
        if question.fact:
            value = answers.get(question.id) if holds(question.when, answers) else None
            facts[question.fact] = UNKNOWN if is_blank(value) else value
    return facts
