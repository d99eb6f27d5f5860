"""The first reading of an intake: DOMAIN's examples, and that unknown is never better than known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.inventory.rules_pure.tiering import HIGH_RISK_AREAS, PROHIBITED, TIERS, highest, read

HARMLESS = {
    "technique": "generates",
    "person_effect": "none",
    "data_classes": ["internal"],
    "audience": "reviewed",
    "actions": "none",
    "areas": ["none"],
    "practices": ["none"],
    "platform": "approved",
}
EXAMPLES = [
    (
        "life-insurance pricing",
        {"person_effect": "decides", "areas": ["life_health_insurance", "pricing"]},
        "T1",
        "high_risk",
    ),
    ("motor pricing", {"technique": "predicts", "person_effect": "decides", "areas": ["pricing"]}, "T1", "none"),
    ("claims-fraud referral", {"technique": "predicts", "person_effect": "advises", "areas": ["fraud"]}, "T2", "none"),
    ("CV screening", {"technique": "predicts", "person_effect": "decides", "areas": ["employment"]}, "T1", "high_risk"),
    ("staff emotion detection", {"technique": "predicts", "practices": ["workplace_emotion"]}, "", "prohibited"),
    ("customer chatbot", {"audience": "outside", "data_classes": ["personal"]}, "T2", "transparency"),
    ("payout agent", {"technique": "acts", "actions": "irreversible"}, "T1", "none"),
    ("internal summaries", {}, "T4", "none"),
    ("internal summaries of personal data", {"data_classes": ["personal"]}, "T3", "none"),
    ("internal summaries, not on a platform", {"platform": "buy"}, "T3", "none"),
]


@pytest.mark.parametrize(("name", "changes", "tier", "legal"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_the_examples_stay_right(name, changes, tier, legal):
    reading = read({**HARMLESS, **changes})
    assert (reading.tier, reading.legal_hint) == (tier, legal)
    if tier not in ("", "T4"):
        assert reading.rule.tier == tier and reading.rule.sentence


def test_nothing_answered_is_the_worst_that_is_not_prohibited():
    reading = read({})
    assert reading.tier == "T1" and not reading.is_prohibited and reading.notes


answer = {
    "technique": st.sampled_from(["generates", "predicts", "acts", "imitates", "unknown"]),
    "person_effect": st.sampled_from(["none", "advises", "decides", "unknown"]),
    "data_classes": st.lists(
        st.sampled_from(["public", "internal", "confidential", "personal", "special_category", "unknown"]), min_size=1
    ),
    "audience": st.sampled_from(["reviewed", "inside", "outside", "unknown"]),
    "actions": st.sampled_from(["none", "writes", "irreversible", "unknown"]),
    "areas": st.lists(st.sampled_from([*HIGH_RISK_AREAS, "pricing", "fraud", "critical_function", "unknown", "none"])),
    "practices": st.just(["none"]),
    "platform": st.sampled_from(["approved", "buy", "build", "unknown"]),
}


@given(st.fixed_dictionaries(answer), st.sampled_from(sorted(answer)))
def test_not_knowing_never_lowers_the_tier(answers, question):
    known = read(answers).tier
    unknown = read({**answers, question: None}).tier
    worse = TIERS.index(unknown) <= TIERS.index(known)
    # Data has a worst class below T1, areas and effects reach T1: only what names a worse fact may outrank unknown.
    assert worse or question in ("data_classes", "audience", "platform")


@given(st.fixed_dictionaries(answer), st.sampled_from(sorted(PROHIBITED)))
def test_a_prohibited_practice_is_blocked_whatever_else_is_said(answers, practice):
    reading = read({**answers, "practices": [practice]})
    assert reading.is_prohibited and reading.tier == "" and reading.legal_hint == "prohibited"


@given(st.fixed_dictionaries(answer))
def test_the_tier_is_the_highest_floor(answers):
    reading = read(answers)
    assert reading.tier == (highest([floor.tier for floor in reading.floors]) or "T4")


def test_the_highest_of_none_is_nothing_and_an_unknown_tier_counts_as_the_worst():
    assert highest([]) == "" and highest(["T3", "?"]) == "T1" and highest(["T4", "T2"]) == "T2"
