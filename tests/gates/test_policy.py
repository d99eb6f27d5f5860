"""The policy as data: what is no policy says where, what is one counts right."""

from pathlib import Path

import pytest

from apps.gates.checks import CHECKS
from apps.gates.rules_pure.policy import TIERS, BadPolicy, missing, read_policy

SHIPPED = Path("apps/gates/policies/gates-2026.2.yaml").read_text()


def test_the_shipped_policy_has_every_gate_and_only_known_checks():
    policy = read_policy(SHIPPED)
    assert list(policy.gates) == ["G1", "G2", "G3", "G4", "G5", "G7"]
    assert {name for gate in policy.gates.values() for name in gate.checks} <= set(CHECKS)
    assert policy.gates["G2"].lanes("T4") == {}
    assert set(policy.gates["G4"].lanes("T1")) >= {"architecture", "security", "privacy", "legal", "validation", "sponsor", "committee"}  # fmt: skip
    assert [policy.months_valid[tier] for tier in TIERS] == [12, 18, 24, 36]
    assert policy.gates["G3"].months == 6


def test_the_newest_policy_asks_nobody_less_than_the_one_before():
    before = read_policy(Path("apps/gates/policies/gates-2026.1.yaml").read_text())
    after = read_policy(SHIPPED)
    for name, gate in before.gates.items():
        assert set(gate.checks) <= set(after.gates[name].checks), name
        for tier in TIERS:
            for lane, number in gate.lanes(tier).items():
                assert after.gates[name].lanes(tier).get(lane, 0) >= number, (name, tier, lane)


def test_a_change_and_a_resumption_are_asked_their_own_questions():
    policy = read_policy(SHIPPED)
    asked = {s: policy.asked(policy.gates["G5"], suspended=s).questions for s in (True, False)}
    assert asked == {True: ("rollback", "cause", "remedy"), False: ("what_changed", "change_tested", "rollback")}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("T1: {triage: 1}", "T1: {nobody: 1}", "gates.G1.quorum.T1"),
        ("T1: {triage: 1}", "T1: {triage: 0}", "gates.G1.quorum.T1"),
        ("T1: {triage: 1}", "T9: {triage: 1}", "gates.G1.quorum.T9"),
        ("questions: [scale,", "questions: [depth,", "depth"),
        ("T4: 36}", "T5: 36}", "months_valid"),
        ("days_waiting: 30", "days_waiting: 0", "days_waiting"),
        ("when: change", "when: never", "questions.what_changed.when"),
        ('version: "2026.2"', "version: 2026.2", "version"),
    ],
)
def test_a_mistake_is_named_by_its_place(old, new, place):
    assert old in SHIPPED
    with pytest.raises(BadPolicy, match=place):
        read_policy(SHIPPED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ({}, {"a": 2, "b": 1}),
        ({"a": {"1"}}, {"a": 1, "b": 1}),
        ({"a": {"1", "2"}, "b": {"3"}}, {}),
        ({"a": {"1", "2", "3"}, "c": {"4"}}, {"b": 1}),
    ],
)
def test_a_quorum_counts_people_in_each_lane(said, lacking):
    assert missing({"a": 2, "b": 1}, said) == lacking
