"""The policy of access to models, rule by rule, without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.registry.rules_pure.access_policy import (
    AccessFacts,
    RefusedByPolicy,
    Wanted,
    has_risen,
    longest_days,
    needs_second,
    refusals,
    region_fits,
    usual_fail_mode,
)

WANTED = Wanted(environment="test", days=30)
FITTING = AccessFacts(wanted=WANTED, model_key="MDL-0001", tier="T3", use_case_key="UC-0001", subject_name="scoring")
BOUNDED = {"rate": True, "budget": True, "max_tokens": 500}


def rules(facts: AccessFacts, **wanted: object) -> list[str]:
    return [one.rule for one in refusals(replace(facts, wanted=replace(facts.wanted, **wanted)))]


def test_it_lets_pass_what_fits():
    assert refusals(FITTING) == []


@pytest.mark.parametrize(
    ("facts", "wanted", "rule"),
    [
        ({"use_case_key": ""}, {}, "MAC-001"),
        ({"use_case_status": "retired"}, {}, "MAC-001"),
        ({"use_case_status": "refused"}, {}, "MAC-001"),
        ({"legal_class": "prohibited"}, {}, "MAC-001"),
        ({"subject_kind": "system", "on_system": False}, {}, "MAC-002"),
        ({"versions": 0, "usable_versions": 0}, {}, "MAC-003"),
        ({"versions": 2, "usable_versions": 0}, {}, "MAC-003"),
        ({"version_gone": "retired"}, {}, "MAC-003"),
        ({"alias_known": False}, {"alias": "champion"}, "MAC-003"),
        ({"subject_kind": "system"}, {"environment": "production"}, "MAC-004"),
        ({"subject_kind": "system"}, {"environment": "pilot"}, "MAC-004"),
        ({"subject_kind": "service"}, {"environment": "production"}, "MAC-004"),
        ({"regions": ("EU",)}, {"region": "US"}, "MAC-005"),
        ({"third_party": True, "trains": "yes"}, {"data_level": "confidential"}, "MAC-006"),
        ({"third_party": True, "trains": "unknown"}, {"data_level": "restricted"}, "MAC-006"),
        ({"third_party": True}, {"data_categories": frozenset({"personal"})}, "MAC-006"),
        ({"third_party": True}, {"data_categories": frozenset({"health"})}, "MAC-006"),
        ({}, {"days": 366}, "MAC-007"),
        ({"tier": "T2"}, {**BOUNDED, "days": 181}, "MAC-007"),
        ({"tier": "T1"}, {**BOUNDED, "days": 91}, "MAC-007"),
        ({"tier": ""}, {**BOUNDED, "days": 91}, "MAC-007"),
        ({"tier": "T2"}, {**BOUNDED, "rate": False}, "MAC-008"),
        ({"tier": "T1"}, {**BOUNDED, "budget": False}, "MAC-008"),
        ({"tier": "T1"}, {**BOUNDED, "max_tokens": None}, "MAC-009"),
        ({"tier": "T2", "last_known_agreed": False}, {**BOUNDED, "fail_mode": "last_known"}, "MAC-010"),
        ({"model_modalities": frozenset({"text"})}, {"modalities": frozenset({"image"})}, "MAC-011"),
        ({"subject_gone": "retired"}, {}, "MAC-012"),
    ],
)
def test_it_refuses_with_the_name_of_the_rule(facts, wanted, rule):
    assert rules(replace(FITTING, **facts), **wanted) == [rule]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"subject_kind": "system", "authorised": True}, {"environment": "production"}),
        ({"subject_kind": "service", "authorised": True}, {"environment": "production"}),
        ({"subject_kind": "person"}, {"environment": "production"}),
        ({"regions": ("EU",)}, {"region": "DE"}),
        ({"regions": ("EU",)}, {"region": "eu-central-1"}),
        ({"regions": ()}, {"region": "US"}),
        ({"third_party": True, "trains": "no"}, {"data_level": "restricted"}),
        ({"third_party": True, "trains": "yes"}, {"data_level": "internal"}),
        ({"third_party": False}, {"data_level": "restricted"}),
        ({}, {"days": 365}),
        ({"tier": "T1"}, {**BOUNDED, "days": 90}),
        ({"tier": "T1"}, {**BOUNDED, "fail_mode": "last_known"}),
        ({"tier": "T4", "last_known_agreed": False}, {"fail_mode": "last_known"}),
    ],
)
def test_it_lets_pass_what_the_rule_leaves_open(facts, wanted):
    assert rules(replace(FITTING, **facts), **wanted) == []


def test_it_names_every_rule_at_once_and_says_what_would_fit():
    found = refusals(replace(FITTING, tier="T1", wanted=replace(WANTED, days=400)))
    assert [one.rule for one in found] == ["MAC-007", "MAC-008", "MAC-009"]
    assert found[0].fits == "90 days or less."
    assert "MAC-008" in RefusedByPolicy(found).message


def test_it_knows_the_tiers():
    assert [longest_days(tier) for tier in ("T1", "T2", "T3", "T4", "")] == [90, 180, 365, 365, 90]
    assert [needs_second(tier) for tier in ("T1", "T2", "T3", "T4", "")] == [True, True, False, False, True]
    assert [usual_fail_mode(tier) for tier in ("T1", "T2", "T3", "T4")] == [
        "closed",
        "closed",
        "last_known",
        "last_known",
    ]
    assert has_risen("T1", "T2") and has_risen("T2", "T4")
    assert not has_risen("T2", "T2") and not has_risen("T3", "T1")
    assert region_fits("fr", ["EU"]) and not region_fits("CH", ["EU"])
