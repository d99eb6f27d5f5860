"""Risk ratings: per category an inherent and a residual place on the matrix, each number made of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import is_known
from .explanation import Node
from .policies import MatrixPolicy
from .progress import shown
from .questionnaire import Question

SIDES = ("likelihood", "impact")


@dataclass(frozen=True, slots=True)
class Rating:
    """A place on the matrix."""

    likelihood: int
    impact: int
    band: str

    @property
    def score(self) -> int:
        """Likelihood times impact, to rank within a band."""
        return self.likelihood * self.impact


@dataclass(frozen=True, slots=True)
class CategoryRating:
    """A category's inherent and residual rating."""

    category: str
    inherent: Rating
    residual: Rating
    explanation: Node


@dataclass(frozen=True, slots=True)
class RiskRatings:
    """All categories, and the worst of them as the whole."""

    inherent: Rating
    residual: Rating
    categories: tuple[CategoryRating, ...]
    explanation: Node


@dataclass(frozen=True, slots=True)
class _Side:
    inherent: int
    residual: int
    node: Node


def rate(
    policy: MatrixPolicy, categories: Mapping[str, str], asked: Sequence[Question], answers: Mapping[str, Any]
) -> RiskRatings:
    """Rate every category from the questions that count; what is not known raises like the worst answer."""
    rated = tuple(_category(policy, name, label, asked, answers) for name, label in categories.items())
    order = list(policy.bands)
    inherent = max((c.inherent for c in rated), key=lambda r: (order.index(r.band), r.score))
    residual = max((c.residual for c in rated), key=lambda r: (order.index(r.band), r.score))
    parts = tuple(category.explanation for category in rated)
    value = f"{policy.bands[inherent.band]}, residual {policy.bands[residual.band]}"
    return RiskRatings(
        inherent, residual, rated, Node("Risk", value, "The worst category stands for the whole.", parts=parts)
    )


def _category(
    policy: MatrixPolicy, name: str, label: str, asked: Sequence[Question], answers: Mapping[str, Any]
) -> CategoryRating:
    likelihood, impact = (_side(policy, f"{name}.{side}", side, asked, answers) for side in SIDES)
    inherent = _rating(policy, likelihood.inherent, impact.inherent)
    residual = _rating(policy, likelihood.residual, impact.residual)
    value = f"{policy.bands[inherent.band]} {inherent.score}, residual {policy.bands[residual.band]} {residual.score}"
    return CategoryRating(name, inherent, residual, Node(label, value, parts=(likelihood.node, impact.node)))


def _rating(policy: MatrixPolicy, likelihood: int, impact: int) -> Rating:
    return Rating(likelihood, impact, policy.band(likelihood, impact))


def _side(policy: MatrixPolicy, axis: str, side: str, asked: Sequence[Question], answers: Mapping[str, Any]) -> _Side:
    raising = [
        (question, *_raised(question, axis, answers.get(question.id))) for question in asked if axis in question.raises
    ]
    start = policy.start.get(side, 1)
    inherent = max([start, *(level for _question, level, _node in raising)])
    controls = [question for question in asked if axis in question.lowers]
    earned = sum(_points(question, answers.get(question.id)) for question in controls)
    possible = sum(question.most_points for question in controls)
    steps = max((steps for share, steps in policy.steps if possible and earned * 100 >= share * possible), default=0)
    residual = max(1, inherent - steps)
    words = getattr(policy, side)
    raised = tuple(node for _question, _level, node in sorted(raising, key=lambda item: -item[1]))
    lowered = tuple(_control_node(question, answers.get(question.id)) for question in controls)
    up = Node("Inherent", str(inherent), f"The worst of these; never under {start}.", parts=raised)
    said = f"{earned} of {possible} points for controls lower it by {steps}." if possible else "No control lowers it."
    down = Node("Residual", str(residual), said, parts=lowered)
    return _Side(
        inherent,
        residual,
        Node(side.capitalize(), f"{inherent} ({words[inherent - 1]}), residual {residual}", parts=(up, down)),
    )


def _raised(question: Question, axis: str, value: Any) -> tuple[int, Node]:
    """Return the level an answer brings; silence and "I do not know" bring the worst of the question's levels."""
    levels = question.raises[axis]
    given = list(value) if isinstance(value, list | tuple) else [value]
    level = max([levels.get(str(item), 1) for item in given if is_known(item)] or [1])
    detail = ""
    if not is_known(value):
        level = max([level, *levels.values()])
        detail = "Not known, so it counts as the worse answer."
    return level, Node(question.label, str(level), detail or shown(question, value), question=question.id)


def _points(question: Question, value: Any) -> int:
    given = list(value) if isinstance(value, list | tuple) else [value]
    return max([option.points for item in given if (option := question.option(item))] or [0])


def _control_node(question: Question, value: Any) -> Node:
    points = _points(question, value)
    said = shown(question, value) or "Not answered."
    return Node(question.label, f"{points} of {question.most_points}", said, question=question.id)
