"""Budgets are settled whatever ends meanwhile, and what the counters lose is found again in the books."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.registry import operations
from apps.registry.models import BudgetSettlement
from apps.registry.operations import counters

from .test_call_decisions import (  # noqa: F401
    ai_model,
    app,
    evaluation,
    gateway,
    grants,
    patient_counters,
    question,
    use_case,
)
from .test_reported_calls import report, told

BEAT = Actor.system("beat")
EAST = timezone(timedelta(hours=14))


@pytest.fixture
def call(client, gateway, app, ai_model):  # noqa: F811
    """Ask for a call that may cost up to an amount; return the answer's context."""

    def ask_for(cost):
        return evaluation(client, gateway, question(app, ai_model.key, max_cost=cost)).json()["context"]

    return ask_for


@pytest.fixture
def no_counters(settings):
    """Let Valkey be gone for as long as it is not put back."""
    there = settings.VALKEY_URL

    def switch(*, back):
        settings.VALKEY_URL = there if back else "unix:///nowhere/at/all.sock"
        counters._client.cache_clear()

    yield switch
    switch(back=True)


def lose(grant, kind="month"):
    counters.client().delete(counters.budget_key(str(grant.pk), kind, clock.now()))


def settled():
    return list(BudgetSettlement.objects.values_list("period", "spent"))


def test_the_last_minute_of_a_day_is_settled_on_the_next(call, grants):  # noqa: F811
    grants(budget=Decimal("5.00"), budget_period="day")
    late = (clock.now() + timedelta(days=1)).replace(hour=23, minute=59, second=30)
    with clock.travel(late):
        assert call("0.90")["rule"] == "MCL-000"
    with clock.travel(late + timedelta(minutes=1)):
        assert operations.settle_budgets(actor=BEAT) == 1
    assert settled() == [(f"{late:%Y-%m-%d}", Decimal("0.90"))]


def test_the_budget_of_a_revoked_grant_is_settled_once(call, grants, model_owner):  # noqa: F811
    grant = grants(budget=Decimal("5.00"))
    call("0.90")
    operations.revoke_model_grant(actor=model_owner.as_actor(), grant=grant, reason="Misused")
    assert [operations.settle_budgets(actor=BEAT) for _ in range(2)] == [1, 0]
    assert settled()[0][1] == Decimal("0.90")


def test_nothing_is_read_of_budgets_that_did_not_change(call, grants):  # noqa: F811
    for purpose in ("one", "two", "claims-triage"):
        grants(budget=Decimal("5.00"), purpose=purpose)
    call("0.90")
    operations.settle_budgets(actor=BEAT)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        operations.settle_budgets(actor=BEAT)
    assert len([one for one in asked if "registry_modelgrant" in one["sql"]]) <= 1


def test_counters_that_are_lost_before_they_are_settled_lose_no_money(call, grants):  # noqa: F811
    grant = grants(budget=Decimal("1.00"))
    assert call("0.30")["rule"] == "MCL-000"
    operations.settle_budgets(actor=BEAT)
    assert call("0.60")["rule"] == "MCL-000"
    lose(grant)
    assert call("0.11")["rule"] == "MCL-017"
    assert call("0.10")["rule"] == "MCL-000"
    assert counters.spent_of(str(grant.pk), "month", clock.now()) == Decimal("1.00")


def test_what_was_settled_is_not_counted_twice(call, grants):  # noqa: F811
    grant = grants(budget=Decimal("1.00"))
    call("0.40")
    operations.settle_budgets(actor=BEAT)
    lose(grant)
    assert call("0.60")["rule"] == "MCL-000"


def test_a_report_that_cannot_be_counted_is_told_again(client, grants, gateway, no_counters):  # noqa: F811
    grant = grants(budget=Decimal("1.00"), budget_period="day")
    calls = [told(grant.key, cost="0.30"), told(grant.key, cost="0.15")]
    no_counters(back=False)
    assert report(client, gateway, calls).status_code == 503
    no_counters(back=True)
    assert [report(client, gateway, calls).json()["taken"] for _ in range(2)] == [2, 0]
    assert counters.spent_of(str(grant.pk), "day", clock.now()) == Decimal("0.45")
    assert operations.settle_budgets(actor=BEAT) == 1


def test_usage_that_cannot_be_counted_is_told_again(client, gateway, no_counters):  # noqa: F811
    no_counters(back=False)
    body, headers = {"usage": [{"call_id": "c1", "cost": "1"}]}, {"authorization": f"Bearer {gateway}"}
    answer = client.post("/api/v1/model-access/usage", body, "application/json", headers=headers)
    assert answer.status_code == 503 and "later" in answer.json()["detail"]


def test_a_long_report_takes_no_more_statements_than_a_short_one(client, grants, gateway):  # noqa: F811
    grant = grants(budget=Decimal("100.00"), budget_period="day")
    report(client, gateway, [told(grant.key, cost="0.01")])
    asked = []
    for number in (2, 20):
        with CaptureQueriesContext(connection) as statements:
            report(client, gateway, [told(grant.key, cost="0.01") for _ in range(number)])
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_call_counts_in_the_day_of_the_portal_wherever_the_gateway_stands(client, grants, gateway):  # noqa: F811
    grant = grants(budget=Decimal("1.00"), budget_period="day")
    with clock.travel(clock.now().replace(hour=12)):
        there = clock.now().astimezone(EAST)
        report(client, gateway, [told(grant.key, cost="0.30", at=there)])
        assert counters.spent_of(str(grant.pk), "day", clock.now()) == Decimal("0.30")
