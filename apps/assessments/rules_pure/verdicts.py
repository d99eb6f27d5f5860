"""Tier and legal class from facts: the highest floor hit, the worst rule of law that holds, each with its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .conditions import hits, holds, is_known, names_in
from .explanation import Node
from .policies import OUTCOMES, TIERS, Fact, LegalPolicy, LegalRule, TierPolicy

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LegalVerdict:
    """A proposed legal class: the rule that gave it, all that hold now, those that will, and what is not known."""

    outcome: str
    rule: LegalRule
    holding: tuple[LegalRule, ...]
    coming: tuple[LegalRule, ...]
    unknown: tuple[str, ...]
    needs_person: bool
    explanation: Node


@dataclass(frozen=True, slots=True)
class TierVerdict:
    """A tier with the floors that were hit."""

    tier: str
    floors: tuple[str, ...]
    unknown: tuple[str, ...]
    months_valid: int
    validation: str
    explanation: Node


def propose_legal_class(policy: LegalPolicy, facts: Facts, on: date) -> LegalVerdict:
    """Propose the legal class of a use on a day.

    Rules of high-risk that apply from a later day count already: what is built now is used then. Other rules count from
    their day; before it they are named as coming.
    """
    holding: list[LegalRule] = []
    coming: list[LegalRule] = []
    for rule in policy.rules:
        if (rule.applies_until and on > rule.applies_until) or not _rule_holds(rule, facts):
            continue
        later = on < rule.applies_from
        if later:
            coming.append(rule)
        if not later or rule.outcome in {"high_risk", "exempted"}:
            holding.append(rule)
        if rule.settles and not later:
            break
    decisive = min(holding, key=lambda rule: OUTCOMES.index(rule.outcome), default=policy.otherwise)
    needs_person = decisive.outcome in policy.confirmed_by_a_person
    asked = names_in(decisive.when) | names_in(decisive.only_if_known)
    unknown = tuple(sorted(name for name in asked if not is_known(facts.get(name))))
    parts = tuple(_rule_node(rule, policy.facts, facts) for rule in holding or [policy.otherwise])
    parts += tuple(_rule_node(rule, policy.facts, facts, coming=True) for rule in coming if rule not in holding)
    explanation = Node(
        "Legal class", in_words(decisive.outcome), decisive.plain, citation=decisive.citation, parts=parts
    )
    return LegalVerdict(decisive.outcome, decisive, tuple(holding), tuple(coming), unknown, needs_person, explanation)


def in_words(value: str) -> str:
    """Return a value's name as words."""
    return {"high_risk": "high-risk", "not_ai": "not AI"}.get(value, value.replace("_", " "))


def _rule_holds(rule: LegalRule, facts: Facts) -> bool:
    if rule.only_if_known is not None and not holds(rule.only_if_known, facts, unknown=False):
        return False
    if rule.when is not None and not holds(rule.when, facts, unknown=True):
        return False
    return rule.unless is None or not holds(rule.unless, facts, unknown=False)


def _rule_node(rule: LegalRule, labels: Mapping[str, Fact], facts: Facts, *, coming: bool = False) -> Node:
    names = hits(rule.only_if_known, facts, unknown=False) + hits(rule.when, facts)
    detail = (
        f"Applies from {rule.applies_from.isoformat()}. {rule.plain}" if rule.applies_from > date.min else rule.plain
    )
    return Node(
        f"{rule.id} {rule.title}", "coming" if coming else in_words(rule.outcome), detail, citation=rule.citation,
        parts=tuple(_fact_node(name, labels, facts) for name in names),
    )  # fmt: skip


def _fact_node(name: str, labels: Mapping[str, Fact], facts: Facts) -> Node:
    value = facts.get(name)
    known = is_known(value)
    words = ", ".join(
        in_words(str(item)) for item in (value if isinstance(value, list | tuple) else [value or "unknown"])
    )
    detail = "" if known else "Not known, so it counts as the worse answer."
    return Node(labels[name].label, words, detail, question=f"fact:{name}")


def decide_tier(policy: TierPolicy, facts: Facts) -> TierVerdict:
    """Return the highest tier whose floor is hit; what is not known counts as the worse answer."""
    hit = [floor for floor in policy.floors if holds(floor.when, facts, unknown=True)]
    tier = min([floor.tier for floor in hit] or [policy.lowest], key=TIERS.index)
    decisive = [floor for floor in hit if floor.tier == tier]
    others = [floor for floor in hit if floor.tier != tier]
    unknown = sorted({name for floor in decisive for name in hits(floor.when, facts) if not is_known(facts.get(name))})
    parts = tuple(
        Node(
            f"{floor.id} {floor.title}", floor.tier, floor.why,
            parts=tuple(_fact_node(name, policy.facts, facts) for name in hits(floor.when, facts)),
        )
        for floor in decisive + others
    )  # fmt: skip
    detail = "The highest floor hit gives the tier." if hit else "No floor was hit."
    return TierVerdict(
        tier, tuple(floor.id for floor in decisive), tuple(unknown), policy.months_valid.get(tier, 12),
        policy.validation.get(tier, ""), Node("Tier", tier, detail, parts=parts),
    )  # fmt: skip
