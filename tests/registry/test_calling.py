"""The decision about a call, over plain facts: each bound stops by itself, and nothing else may widen it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.registry.rules_pure.calling import Counted, Facts, GrantFacts, ModelFacts, Question, SubjectFacts, decide

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRANT = GrantFacts(
    id="g", key="MGR-1", alias="", version="", environment="production", region="EU", max_tokens=500,
    max_temperature=Decimal("0.7"), tools=frozenset({"search"}), any_tool=False, modalities=frozenset({"text"}),
    data_level="internal", data_categories=frozenset({"financial"}), rate_limit=10, rate_window=60,
    budget=Decimal("5.00"), budget_period="month", currency="EUR", purpose="claims", use_case="u", fail_mode="closed",
    tier_granted="T3", tier_now="T3", valid_from=NOW - timedelta(days=1), valid_until=NOW + timedelta(days=1),
)  # fmt: skip
MODEL = ModelFacts(
    "m",
    "MDL-1",
    "urgency",
    "Milo",
    {"v1": ("1.0", ""), "v2": ("2.0", ""), "old": ("0.9", "It is retired.")},
    {"champion": "v2"},
)
SUBJECT = SubjectFacts("system", "s", "AIS-1", "", frozenset({"production"}))
ASKED = Question(environment="production", region="EU", purpose="claims", use_case="u", max_tokens=500, temperature=Decimal("0.7"),
                 tools=frozenset({"search"}), modalities=frozenset({"text"}), data_level="internal",
                 data_categories=frozenset({"financial"}))  # fmt: skip


def told(grant=GRANT, asked=ASKED, subject=SUBJECT, model=MODEL, counted=None):
    grants = () if grant is None else (grant,)
    return decide(Facts(subject, model, grants), asked, NOW, lambda *_: counted or Counted("", 9, Decimal(5)))


def test_what_keeps_every_bound_is_allowed_with_the_bounds_as_obligations():
    verdict = told()
    assert (verdict.allowed, verdict.rule) == (True, "MCL-000")
    assert verdict.obligations["max_tokens"] == 500 and verdict.obligations["calls_left"] == 9
    assert verdict.obligations["tools"] == ["search"] and verdict.obligations["budget_left"] == "5"


@pytest.mark.parametrize(
    "rule, changes",
    [
        ("MCL-007", {"revoked": True}),
        ("MCL-007", {"valid_until": NOW}),
        ("MCL-007", {"valid_from": NOW + timedelta(seconds=1)}),
        ("MCL-008", {"held_back": True}),
        ("MCL-008", {"tier_now": "T2"}),
        ("MCL-008", {"tier_now": "?"}),
        ("MCL-009", {"environment": "test"}),
        ("MCL-010", {"purpose": "marketing"}),
        ("MCL-010", {"use_case": "other"}),
        ("MCL-010", {"stopped": "USE-1 is retired."}),
        ("MCL-011", {"region": "US"}),
        ("MCL-012", {"alias": "gone"}),
        ("MCL-014", {"max_tokens": 499}),
        ("MCL-014", {"max_temperature": Decimal("0.69")}),
        ("MCL-014", {"tools": frozenset()}),
        ("MCL-015", {"modalities": frozenset({"image"})}),
        ("MCL-015", {"data_level": "public"}),
        ("MCL-015", {"data_categories": frozenset()}),
    ],
)
def test_each_bound_stops_by_itself_and_names_the_grant_and_whom_to_ask(rule, changes):
    verdict = told(replace(GRANT, **changes))
    assert (verdict.allowed, verdict.rule) == (False, rule)
    assert "MGR-1" in verdict.reason and verdict.ask == "Milo"


@pytest.mark.parametrize(
    "rule, given",
    [
        ("MCL-001", {"subject": None}),
        ("MCL-002", {"subject": replace(SUBJECT, stopped="AIS-1 is suspended.")}),
        ("MCL-003", {"model": None}),
        ("MCL-004", {"asked": replace(ASKED, alias="none")}),
        ("MCL-004", {"asked": replace(ASKED, version="old")}),
        ("MCL-004", {"asked": replace(ASKED, version="never")}),
        ("MCL-005", {"asked": replace(ASKED, purpose="")}),
        ("MCL-006", {"grant": None}),
        ("MCL-004", {"grant": replace(GRANT, version="old")}),
        ("MCL-004", {"grant": replace(GRANT, alias="oldest"), "model": replace(MODEL, aliases={"oldest": "old"})}),
        ("MCL-004", {"model": replace(MODEL, versions={"old": ("0.9", "It is retired.")})}),
        ("MCL-012", {"grant": replace(GRANT, version="v1"), "asked": replace(ASKED, alias="champion")}),
        ("MCL-013", {"subject": replace(SUBJECT, authorised=frozenset({"pilot"}))}),
        ("MCL-016", {"counted": Counted("rate")}),
        ("MCL-016", {"counted": Counted("away")}),
        ("MCL-017", {"counted": Counted("budget")}),
    ],
)
def test_what_no_grant_helps_is_refused(rule, given):
    assert (told(**given).allowed, told(**given).rule) == (False, rule)


def test_a_gateway_that_knows_the_key_only_asks_for_the_purpose_of_the_grant():
    assert told(asked=replace(ASKED, purpose="", purpose_of_grant=True)).allowed


def test_last_known_goes_on_without_the_counters_and_closed_does_not():
    assert told(replace(GRANT, fail_mode="last_known"), counted=Counted("away")).allowed
    assert not told(counted=Counted("away")).allowed


def test_an_alias_covers_what_it_points_at_now():
    by_alias = replace(GRANT, alias="champion")
    assert told(by_alias, replace(ASKED, version="v2")).allowed
    assert told(by_alias, replace(ASKED, version="v1")).rule == "MCL-012"
    assert told(by_alias, replace(ASKED, alias="champion")).allowed


def test_a_grant_that_stops_nothing_is_found_behind_one_that_does():
    grants = (replace(GRANT, key="MGR-0", revoked=True, valid_until=NOW + timedelta(days=9)), GRANT)
    assert decide(Facts(SUBJECT, MODEL, grants), ASKED, NOW, lambda *_: Counted("", 1, Decimal(1))).grant == GRANT


def test_nothing_is_counted_for_what_is_refused_anyway():
    counted = []
    facts = Facts(SUBJECT, MODEL, (replace(GRANT, max_tokens=1),))
    assert not decide(facts, ASKED, NOW, lambda *one: counted.append(one)).allowed and not counted


narrower = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": st.integers(0, 499), "tools": st.just(frozenset()), "modalities": st.just(frozenset()),
        "data_level": st.just("public"), "data_categories": st.just(frozenset()), "region": st.just("US"),
        "max_temperature": st.decimals("0", "0.6", places=2), "held_back": st.just(True), "revoked": st.just(True),
    },
)  # fmt: skip


@given(narrower)
def test_no_narrowing_ever_allows_what_the_wider_grant_refused(changes):
    assert told(replace(GRANT, **changes)).allowed is (not changes)
