"""The decision over plain facts: one case for each rule, and the reason that people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.catalog.rules_pure import asking
from apps.catalog.rules_pure.asking import Malformed
from apps.catalog.rules_pure.deciding import DatasetFacts, Facts, GrantFacts, Question, Rate, SubjectFacts, decide
from apps.catalog.rules_pure.fitting import ActivityTerms

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SYSTEM = SubjectFacts("system", "s", "AIS-0001")
DATA = DatasetFacts("d", "DST-0001", "confidential", ask="Stella Steward")
ENTRY = ActivityTerms(
    "PRA-0001", purposes=frozenset({"claims"}), actions=frozenset({"read"}), categories=frozenset({"personal"}),
    lawful_basis="contract", impact_assessment="done", regions=frozenset({"EU"}),
)  # fmt: skip


def grant(**changes):
    values = {
        "id": "g", "key": "GRT-0001", "actions": frozenset({"read"}), "fields": frozenset(), "purpose": "claims",
        "use_case": "", "region": "", "level": "confidential", "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=1),
    }  # fmt: skip
    return GrantFacts(**(values | changes))


def answer(*grants, subject=SYSTEM, dataset=DATA, left=1, **asked):
    question = Question(**({"action": "read", "purpose": "claims"} | asked))
    return decide(Facts(subject, dataset, grants), question, NOW, lambda _grant: Rate(left))


def data(level="confidential", *categories, **changes):
    return DatasetFacts("d", "DST-0001", level, frozenset(categories), **changes)


CASES = [
    ("a grant allows", answer(grant()), "ACC-000"),
    ("public data", answer(dataset=data("public")), "ACC-005"),
    ("public data is not written without a grant", answer(dataset=data("public"), action="write"), "ACC-007"),
    ("public data about people", answer(dataset=data("public", "personal")), "ACC-007"),
    ("nobody known", answer(grant(), subject=None), "ACC-001"),
    ("somebody who left", answer(grant(), subject=SubjectFacts("person", "p", "", "This person has left.")), "ACC-002"),
    ("suspended, and the data public", answer(subject=SubjectFacts("system", "s", "", "It is suspended."), dataset=data("public")),
     "ACC-002"),
    ("no such data", answer(dataset=None), "ACC-003"),
    ("data that is gone", answer(grant(), dataset=data(dropped=True)), "ACC-004"),
    ("no purpose said", answer(grant(), purpose=""), "ACC-006"),
    ("no grant", answer(), "ACC-007"),
    ("revoked", answer(grant(revoked=True)), "ACC-008"),
    ("ended this very moment", answer(grant(valid_until=NOW)), "ACC-008"),
    ("not begun", answer(grant(valid_from=NOW + timedelta(seconds=1))), "ACC-008"),
    ("begins this very moment", answer(grant(valid_from=NOW)), "ACC-000"),
    ("held back", answer(grant(held_back=True)), "ACC-009"),
    ("the data rose", answer(grant(level="internal")), "ACC-009"),
    ("the data lost its class", answer(grant(), dataset=data("")), "ACC-009"),
    ("given while unclassified", answer(grant(level=""), dataset=data("")), "ACC-000"),
    ("another action", answer(grant(), action="train"), "ACC-010"),
    ("a field that is not granted", answer(grant(fields=frozenset({"a"})), fields=frozenset({"a", "b"})), "ACC-011"),
    ("a field below a granted one", answer(grant(fields=frozenset({"a"})), fields=frozenset({"a.city"})), "ACC-000"),
    ("a field that only begins alike", answer(grant(fields=frozenset({"a"})), fields=frozenset({"ab"})), "ACC-011"),
    ("another purpose", answer(grant(), purpose="marketing"), "ACC-012"),
    ("another use case", answer(grant(use_case="u"), use_case="v"), "ACC-012"),
    ("the use case is not said", answer(grant(use_case="u")), "ACC-000"),
    ("another region", answer(grant(region="EU"), region="US"), "ACC-013"),
    ("the rate is used up", answer(grant(rate_per_hour=5), left=-1), "ACC-014"),
    ("the last of the rate", answer(grant(rate_per_hour=5), left=0), "ACC-000"),
    ("nobody counts, closed", answer(grant(rate_per_hour=5), left=None), "ACC-014"),
    ("nobody counts, last known", answer(grant(rate_per_hour=5, fail_mode="last_known"), left=None), "ACC-000"),
    ("personal data without an entry", answer(grant(), dataset=data("internal", "personal")), "PRA-001"),
    ("within its entry", answer(grant(activity=ENTRY), dataset=data("internal", "personal")), "ACC-000"),
    ("outside the categories of its entry", answer(grant(activity=ENTRY), dataset=data("internal", "health")), "PRA-006"),
    ("outside the regions of its entry", answer(grant(activity=ENTRY), dataset=data("internal", "personal"), region="US"),
     "PRA-009"),
]  # fmt: skip


@pytest.mark.parametrize("verdict, rule", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_rule_decides(verdict, rule):
    assert verdict.rule == rule
    assert verdict.allowed == (rule in ("ACC-000", "ACC-005"))
    assert verdict.reason.endswith(".")


def test_of_several_grants_any_that_allows_wins():
    assert (
        answer(grant(revoked=True), grant(key="GRT-0002"), grant(key="GRT-0003", purpose="x")).grant.key == "GRT-0002"
    )


def test_the_nearest_miss_gives_the_reason():
    verdict = answer(
        grant(key="GRT-0001", revoked=True), grant(key="GRT-0002", fields=frozenset({"a"})), fields=frozenset("b")
    )
    assert (verdict.rule, verdict.grant.key, verdict.ask) == ("ACC-011", "GRT-0002", "Stella Steward")
    assert "GRT-0002 does not cover: b." in verdict.reason


def test_no_use_is_counted_of_a_grant_that_does_not_cover():
    counted = []
    facts = Facts(SYSTEM, DATA, (grant(rate_per_hour=5, purpose="x"), grant(key="GRT-0002", rate_per_hour=5)))
    decide(facts, Question("read", "claims"), NOW, lambda one: counted.append(one.key) or Rate(4))
    assert counted == ["GRT-0002"]


def test_an_allowance_says_what_it_is_bound_to():
    bounds = answer(grant(fields=frozenset({"b", "a"}), rate_per_hour=5, region="EU"), left=3).obligations
    assert bounds["fields"] == ["a", "b"] and bounds["rate_left"] == 3 and bounds["region"] == "EU"
    assert bounds["until"].startswith("2026-11-24T12:00") and bounds["fail_mode"] == "closed"


GOOD = {
    "subject": {"type": "system", "id": "AIS-0001"},
    "action": {"name": "read"},
    "resource": {"type": "dataset", "id": "DST-0001"},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": None},
        {"subject": "AIS-0001"},
        {"subject": {"type": "robot", "id": "x"}},
        {"subject": {"type": "system"}},
        {"subject": {"type": "system", "id": 7}},
        {"subject": {"type": "system", "id": " "}},
        {"subject": {"type": "system", "id": "a\x00"}},
        {"subject": {"type": "system", "id": "\ud800"}},
        {"action": {"name": "drop"}},
        {"action": []},
        {"resource": {"type": "table", "id": "x"}},
        {"resource": {"type": "field", "id": "DST-0001"}},
        {"resource": {"type": "dataset", "id": "x" * 2_000}},
        {"resource": {"type": "dataset", "id": "x", "properties": {"fields": "a"}}},
        {"resource": {"type": "dataset", "id": "x", "properties": {"fields": [1]}}},
        {"context": "x"},
        {"context": {"purpose": 1}},
    ],
)
def test_what_is_malformed_is_not_decided(wrong):
    assert asking.read_question(GOOD).subject == "AIS-0001"
    with pytest.raises(Malformed):
        asking.read_question(GOOD | wrong)
