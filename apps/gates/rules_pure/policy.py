"""Gate policy as versioned data: checks, questions, lanes and quorum by tier, validity. Pure; the text is YAML."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import yaml

from apps.kernel.permissions import Permission

TIERS = ("T1", "T2", "T3", "T4")
# A lane is a decision: no other permission opens one, or everybody who may read could approve.
DECIDING = frozenset(str(name) for name in Permission if name.startswith("gates.decision."))

WHEN = ("", "suspended", "change")


class BadPolicy(ValueError):
    """The text is no policy; the message names the place."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One discipline's voice in a review."""

    name: str
    title: str
    permission: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the submitter answers for the reviewers."""

    name: str
    text: str
    help: str = ""
    # "suspended" or "change": gate G5 is for both, and asks each its own questions.
    when: str = ""


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """One gate of a policy version."""

    gate: str
    title: str
    sources: tuple[str, ...]
    target: str
    environment: str
    checks: tuple[str, ...]
    questions: tuple[str, ...]
    quorum: dict[str, dict[str, int]]
    months: int | None = None

    def lanes(self, tier: str) -> dict[str, int]:
        """Return how many people of each lane a system of the tier needs; none means that it skips the gate."""
        return self.quorum.get(tier, {})


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole version."""

    version: str
    digest: str
    lanes: dict[str, Lane]
    gates: dict[str, GatePolicy]
    questions: dict[str, Question]
    months_valid: dict[str, int] = field(default_factory=dict)
    days_waiting: int = 30
    days_for_conditions: int = 180

    def lapses_at(self, submitted_at: datetime, *, conditions: bool) -> datetime:
        """Return when an open review lapses: waiting for decisions, or for conditions before use."""
        return submitted_at + timedelta(days=self.days_for_conditions if conditions else self.days_waiting)

    def valid_until(self, gate: str, tier: str, moment: datetime) -> datetime:
        """Return until when an authorisation of the gate holds: the gate's own months, else the tier's."""
        months = self.gates[gate].months or self.months_valid[tier]
        return moment + timedelta(days=round(months * 30.4375))

    def asked(self, gate: GatePolicy, *, suspended: bool) -> GatePolicy:
        """Return a gate with only the questions that fit: about a change, or about resuming."""
        unfit = "change" if suspended else "suspended"
        kept = tuple(name for name in gate.questions if self.questions[name].when != unfit)
        return replace(gate, questions=kept)

    def as_data(self) -> dict[str, Any]:
        """Return the quorum table in the form that the database reads: gate, tier, lane, number."""
        return {name: gate.quorum for name, gate in self.gates.items()}


def read_policy(text: str) -> Policy:
    """Read and check a policy; raise `BadPolicy` with the place of the first mistake."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise BadPolicy(f"This cannot be read: {problem}") from problem
    if not isinstance(data, dict) or not isinstance(data.get("version"), str):
        raise BadPolicy("A policy is a mapping with a version in quotes.")
    lanes = {name: Lane(name, row["title"], row["permission"]) for name, row in data["lanes"].items()}
    for lane in lanes.values():
        if lane.permission not in DECIDING:
            raise BadPolicy(f"lanes.{lane.name}.permission: {lane.permission} is no permission to decide at gates.")
    questions = {
        name: Question(name, row["text"], row.get("help", ""), row.get("when", ""))
        for name, row in data["questions"].items()
    }
    wrong = next((name for name, question in questions.items() if question.when not in WHEN), None)
    if wrong:
        raise BadPolicy(f"questions.{wrong}.when: write suspended or change, or leave it out.")
    gates = {name: _gate(name, row, lanes, questions) for name, row in data["gates"].items()}
    months = {str(tier): int(number) for tier, number in data["months_valid"].items()}
    if set(months) != set(TIERS):
        raise BadPolicy("months_valid: every tier needs its months.")
    days = [int(data.get("days_waiting", 30)), int(data.get("days_for_conditions", 180))]
    if min(days) < 1:
        raise BadPolicy("days_waiting and days_for_conditions: at least one day.")
    return Policy(data["version"], hashlib.sha256(text.encode()).hexdigest(), lanes, gates, questions, months, *days)


def _gate(name: str, row: dict[str, Any], lanes: dict[str, Lane], questions: dict[str, Question]) -> GatePolicy:
    quorum = {str(tier): {lane: int(number) for lane, number in row["quorum"][tier].items()} for tier in row["quorum"]}
    for tier, needed in quorum.items():
        if tier not in TIERS or not needed:
            raise BadPolicy(f"gates.{name}.quorum.{tier}: name a tier and at least one lane.")
        for lane, number in needed.items():
            if lane not in lanes or number < 1:
                raise BadPolicy(f"gates.{name}.quorum.{tier}.{lane}: an unknown lane, or nobody in it.")
    for question in row["questions"]:
        if question not in questions:
            raise BadPolicy(f"gates.{name}.questions: there is no question {question}.")
    return GatePolicy(
        gate=name,
        title=row["title"],
        sources=tuple(row["from"]),
        target=row["target"],
        environment=row["environment"],
        checks=tuple(row["checks"]),
        questions=tuple(row["questions"]),
        quorum=quorum,
        months=row.get("months"),
    )


def missing(needed: dict[str, int], approvals: dict[str, set[str]]) -> dict[str, int]:
    """Return how many people each lane still lacks; empty when the quorum is reached."""
    lacking = {lane: number - len(approvals.get(lane, set())) for lane, number in needed.items()}
    return {lane: number for lane, number in lacking.items() if number > 0}
