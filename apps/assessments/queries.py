"""Where an assessment stands: its answers read through its questionnaire and the policies in force."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from apps.accounts.models import Person
from apps.evidence.models import EvidenceLink
from apps.kernel import clock, dossier

from .models import Answer, AnswerState, Assessment
from .rules_pure import progress
from .rules_pure.progress import SectionProgress
from .rules_pure.questionnaire import Question, Questionnaire, QuestionType
from .rules_pure.ratings import RiskRatings, rate
from .rules_pure.verdicts import LegalVerdict, TierVerdict, decide_tier, propose_legal_class
from .texts import Policies, pack_of, policies_in_force


@dataclass(frozen=True)
class Standing:
    """An assessment as it stands: answers, verdicts and what is missing."""

    assessment: Assessment
    pack: Questionnaire
    policies: Policies
    rows: dict[str, Answer]
    answers: dict[str, Any]
    facts: dict[str, Any]
    legal: LegalVerdict
    tier: TierVerdict

    def asked(self) -> list[Question]:
        """Return the questions that count."""
        return progress.asked(self.pack, self.answers, self.tier.tier)

    def ratings(self) -> RiskRatings:
        """Return the risk ratings."""
        return rate(self.policies.matrix, self.pack.categories, self.asked(), self.answers)

    def sections(self) -> list[SectionProgress]:
        """Return the task list."""
        problems = {row.question for row in self.rows.values() if row.problem}
        carried = {row.question for row in self.rows.values() if row.state == AnswerState.CARRIED}
        return progress.progress_of(self.pack, self.answers, self.tier.tier, problems, carried)

    def missing(self) -> list[Question]:
        """Return the required questions without an answer, and those carried over that nobody confirmed."""
        sections = progress.chosen_sections(self.pack, self.answers, self.tier.tier)
        found = [question for section in sections for question in progress.missing(section, self.answers)]
        rows = self.rows
        return found + [q for q in self.asked() if q.id in rows and rows[q.id].state == AnswerState.CARRIED]

    def result(self) -> dict[str, Any]:
        """Return the verdicts with their explanations as plain data, for the record."""
        ratings = self.ratings()
        return {
            "tier": {
                "tier": self.tier.tier,
                "floors": list(self.tier.floors),
                "unknown": list(self.tier.unknown),
                "validation": self.tier.validation,
                "explanation": self.tier.explanation.as_data(),
            },
            "legal": {
                "outcome": self.legal.outcome,
                "rule": self.legal.rule.id,
                "needs_person": self.legal.needs_person,
                "unknown": list(self.legal.unknown),
                "explanation": self.legal.explanation.as_data(),
            },
            "risk": {
                "inherent": ratings.inherent.band,
                "residual": ratings.residual.band,
                "categories": {
                    c.category: {
                        "inherent": [c.inherent.likelihood, c.inherent.impact, c.inherent.band],
                        "residual": [c.residual.likelihood, c.residual.impact, c.residual.band],
                    }
                    for c in ratings.categories
                },
                "explanation": ratings.explanation.as_data(),
            },
            "facts": self.facts,
            "policies": self.policies.versions(),
        }


def standing_of(assessment: Assessment) -> Standing:
    """Read an assessment's answers through its questionnaire and the policies in force."""
    pack, policies = pack_of(assessment.questionnaire), policies_in_force()
    rows = {row.question: row for row in assessment.answers.select_related("answered_by")}
    answers = {name: row.value for name, row in rows.items()}
    facts = progress.facts_of(pack, answers)
    legal = propose_legal_class(policies.legal, facts, clock.today())
    tier = decide_tier(policies.tiers, {**facts, "legal_class": legal.outcome})
    return Standing(assessment, pack, policies, rows, answers, facts, legal, tier)


def content_hash(standing: Standing) -> str:
    """Return the hash of what is submitted: the questionnaire, the answers that count, and the files behind them."""
    links = EvidenceLink.objects.about(standing.assessment).select_related("evidence")
    files = sorted([link.anchor, link.evidence.key, link.evidence.latest] for link in links)
    asked = {question.id for question in standing.asked()}
    content = {
        "questionnaire": standing.pack.digest,
        "answers": {name: value for name, value in standing.answers.items() if name in asked},
        "evidence": files,
    }
    return hashlib.sha256(b"gatehouse-answers-v1\n" + rfc8785.dumps(dossier.plain(content))).hexdigest()


def shown_answer(question: Question, value: Any) -> str:
    """Return an answer in words; people by name."""
    if question.type is QuestionType.PERSON and value:
        person = Person.objects.filter(pk=value).first()
        return str(person) if person else ""
    return progress.shown(question, value)


@dataclass(frozen=True, slots=True)
class Difference:
    """One question in two assessments."""

    question: Question
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Tell whether the answers differ."""
        return self.before != self.after


def compare(before: Assessment, after: Assessment) -> list[Difference]:
    """Return every question that either of two assessments answered, in the newer one's order."""
    packs = [pack_of(one.questionnaire) for one in (before, after)]
    values = [dict(one.answers.values_list("question", "value")) for one in (before, after)]
    questions = list(packs[1].questions())
    known = {question.id for question in questions}
    questions += [question for question in packs[0].questions() if question.id not in known]
    return [
        Difference(
            q,
            *(
                shown_answer(pack.question(q.id) or q, found.get(q.id))
                for pack, found in zip(packs, values, strict=True)
            ),
        )
        for q in questions
        if not all(progress.is_blank(found.get(q.id)) for found in values)
    ]
