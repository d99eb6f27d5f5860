"""Tier and legal class: the examples that every change must get right, and what no answer may ever do."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.assessments.rules_pure.policies import OUTCOMES, TIERS, load_policy
from apps.assessments.rules_pure.texts import PackProblems
from apps.assessments.rules_pure.verdicts import decide_tier, propose_legal_class

from .examples import EXAMPLES, KNOWN

POLICIES = Path("apps/assessments/policies")
TIER_TEXT = (POLICIES / "tiers-2026.1.yaml").read_text()
LEGAL_TEXT = (POLICIES / "legal-class-2026.1.yaml").read_text()
TIER, LEGAL = load_policy(TIER_TEXT), load_policy(LEGAL_TEXT)
TODAY = date(2026, 11, 23)

ORDERED = {
    "person_effect": ["none", "advises", "decides"],
    "critical_function": ["no", "yes"],
    "actions": ["none", "reads", "writes", "irreversible"],
    "platform": ["approved", "other"],
}
SETS = {
    "practices": ["manipulates", "emotions_at_work", "intimate_images"],
    "areas": ["employment", "pricing", "fraud_detection", "credit", "life_health_insurance", "regulated_product"],
    "people": ["staff", "customers", "vulnerable"],
    "data": ["public", "internal", "confidential", "personal", "special_category"],
    "interaction": ["talks_outside", "talks_inside", "publishes", "deep_fake"],
}
ALTERED = {
    "is_ai": st.sampled_from(["yes", "unknown"]),
    "narrow_task": st.sampled_from(["narrow", "more", "unknown"]),
    "profiling": st.sampled_from(["yes", "no", "unknown"]),
    **{name: st.sampled_from([*order, "unknown"]) for name, order in ORDERED.items()},
    **{name: st.lists(st.sampled_from(values), unique=True, max_size=3) for name, values in SETS.items()},
}


@st.composite
def harmless_but_for_a_few(draw):
    """Draw facts that are harmless but for at most three, so that no floor hides behind another."""
    names = draw(st.lists(st.sampled_from(sorted(ALTERED)), unique=True, max_size=3))
    return {**KNOWN, **{name: draw(ALTERED[name]) for name in names}}


FACTS = harmless_but_for_a_few()


def verdict(facts, on=TODAY):
    legal = propose_legal_class(LEGAL, facts, on)
    return legal.outcome, decide_tier(TIER, {**facts, "legal_class": legal.outcome}).tier


def rank(result):
    outcome, tier = result
    return -OUTCOMES.index(outcome), -TIERS.index(tier)


def no_better(worse, better):
    return all(a >= b for a, b in zip(rank(worse), rank(better), strict=True))


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_gets_the_examples_of_the_domain_right(name):
    facts, outcome, tiers = EXAMPLES[name]
    found_outcome, found_tier = verdict({**KNOWN, **facts})
    assert (found_outcome, found_tier in tiers) == (outcome, True), found_tier


@given(FACTS, st.sampled_from(sorted(ORDERED)))
def test_a_worse_answer_never_lowers_tier_or_class(facts, name):
    results = [verdict({**facts, name: value}) for value in ORDERED[name]]
    assert all(no_better(worse, better) for better, worse in pairwise(results))


@given(FACTS, st.sampled_from(sorted(SETS)), st.data())
def test_one_more_thing_never_lowers_tier_or_class(facts, name, data):
    more = data.draw(st.sampled_from(SETS[name]))
    before = {**facts, name: facts[name] or ["none"]}
    assert no_better(verdict({**facts, name: [*facts[name], more]}), verdict(before))


@given(FACTS, st.sampled_from(sorted(ALTERED)), st.data())
def test_not_knowing_is_never_better_than_knowing(facts, name, data):
    known = {**facts, name: data.draw(ALTERED[name]) or ["none"]}
    for nothing in ("unknown", None):
        assert no_better(verdict({**facts, name: nothing}), verdict(known))


@pytest.mark.parametrize(("name", "worst"), [(name, order[-1]) for name, order in ORDERED.items()])
def test_not_knowing_one_thing_counts_as_its_worst_answer(name, worst):
    assert verdict({**KNOWN, name: "unknown"}) == verdict({**KNOWN, name: worst})


@given(FACTS, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(facts, random):
    shuffled = list(facts.items())
    random.shuffle(shuffled)
    turned = {name: value[::-1] if isinstance(value, list) else value for name, value in shuffled}
    assert verdict(turned) == verdict(facts)


def test_nothing_answered_is_the_worst_of_all():
    assert verdict({}) == ("prohibited", "T1")


def test_a_prohibition_counts_from_its_day_and_is_announced_before():
    facts = {**KNOWN, "practices": ["intimate_images"]}
    before = propose_legal_class(LEGAL, facts, date(2026, 12, 1))
    assert before.outcome == "none"
    assert [rule.id for rule in before.coming] == ["LAW-PROHIBITED-2026"]
    assert propose_legal_class(LEGAL, facts, date(2026, 12, 2)).outcome == "prohibited"


def test_high_risk_counts_before_its_day_since_what_is_built_now_is_used_then():
    assert verdict({**KNOWN, "areas": ["employment"]}) == ("high_risk", "T1")


def test_a_small_task_is_exempted_but_never_when_it_profiles():
    small = {**KNOWN, "areas": ["employment"], "narrow_task": "prepares"}
    assert verdict(small) == ("exempted", "T2")
    assert verdict({**small, "profiling": "yes"})[0] == "high_risk"
    assert verdict({**small, "profiling": "unknown"})[0] == "high_risk"


def test_what_is_no_ai_stays_out_only_when_somebody_said_so():
    assert verdict({**KNOWN, "is_ai": "no", "areas": ["employment"]})[0] == "not_ai"


def test_the_tier_shows_the_rule_and_the_answer_that_hit_it():
    explanation = decide_tier(TIER, {**KNOWN, "legal_class": "none", "actions": "unknown"}).explanation
    floor = next(part for part in explanation.parts if part.label.startswith("T1-IRREVERSIBLE"))
    assert floor.parts[0].question == "fact:actions"
    assert "worse answer" in floor.parts[0].detail


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("at_least: decides", "equals: decides", "floors[1]"),
        ("when: {fact: people, in: [vulnerable]}", "when: {not: {fact: people, in: [staff]}}", "floors[7]"),
        ("tier: T3", "tier: T9", "T9"),
        ("fact: critical_function", "fact: weather", "weather"),
    ],
)
def test_it_refuses_a_floor_that_could_lower_a_tier_and_says_where(old, new, place):
    with pytest.raises(PackProblems) as raised:
        load_policy(TIER_TEXT.replace(old, new, 1))
    assert place in str(raised.value)
