"""A questionnaire: sections of questions, the first ones screening, the others modules that the screening chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .conditions import Condition


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    DATE = "date"
    EVIDENCE = "evidence"
    MULTIPLE = "multiple"
    NUMBER = "number"
    PERSON = "person"
    SCALE = "scale"
    SINGLE = "single"
    TEXT = "text"


CHOICE_TYPES = {QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.SCALE}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; `points` is what it earns as a control."""

    value: str
    label: str
    help: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to answer.

    `raises` says per axis ("privacy.impact") which level each answer brings; `lowers` names the axes on which the
    answer earns points as a control; `fact` is the name under which policies know the answer.
    """

    id: str
    section: str
    number: int
    type: QuestionType
    label: str
    help: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    ordered: bool = False
    when: Condition | None = None
    fact: str = ""
    raises: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lowers: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The values that may be chosen."""
        return tuple(option.value for option in self.options)

    @property
    def most_points(self) -> int:
        """What the best answer earns as a control."""
        return max((option.points for option in self.options), default=0)

    def option(self, value: object) -> Option | None:
        """Return the option of a value."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class Section:
    """A page of questions; `tiers` and `when` choose a module, both empty for the screening."""

    id: str
    title: str
    questions: tuple[Question, ...]
    intro: str = ""
    screening: bool = False
    tiers: tuple[str, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of a questionnaire, known by the hash of its text."""

    key: str
    version: str
    title: str
    sections: tuple[Section, ...]
    categories: Mapping[str, str]
    digest: str
    valid_months: Mapping[str, int] = field(default_factory=dict)

    def questions(self) -> Iterator[Question]:
        """Yield every question in order."""
        for section in self.sections:
            yield from section.questions

    def question(self, identifier: str) -> Question | None:
        """Return the question of that id."""
        return next((question for question in self.questions() if question.id == identifier), None)

    def section(self, identifier: str) -> Section | None:
        """Return the section of that id."""
        return next((section for section in self.sections if section.id == identifier), None)
