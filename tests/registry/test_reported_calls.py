"""What a gateway decided alone by a bundle is told afterwards, held against the grants of then, and counted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from apps.accounts import operations as accounts
from apps.catalog.models import AccessRecord
from apps.kernel import clock
from apps.registry import operations
from apps.registry.operations import counters

from .test_call_decisions import ai_model, app, gateway, grants, patient_counters, use_case  # noqa: F401

PATH = "/api/v1/model-access/calls"


def told(grant="", *, decision=True, at=None, **more):
    at = at or clock.now()
    return {"id": str(uuid4()), "at": at.isoformat(), "decision": decision, "grant": grant, "model": "Urgency",
            "environment": "test", "code": "allowed" if decision else "rate", "bundle": "b-1"} | more  # fmt: skip


def report(client, token, calls):
    return client.post(PATH, {"calls": calls}, "application/json", headers={"authorization": f"Bearer {token}"})


def test_each_call_is_logged_once_however_often_it_is_told(client, grants, gateway):  # noqa: F811
    grant = grants()
    calls = [told(grant.key), told(grant.key, decision=False), told("", decision=False)]
    assert report(client, gateway, calls).json() == {"taken": 3, "known": 0, "without_grant": []}
    assert report(client, gateway, [*calls, told(grant.key)]).json()["taken"] == 1
    rules = sorted(AccessRecord.objects.filter(kind="call").values_list("rule", "outcome"))
    assert rules == [("MCL-020", "allowed")] * 2 + [("MCL-022", "denied")] * 2


def test_a_call_after_the_revocation_is_one_without_a_grant(client, grants, gateway, model_owner):  # noqa: F811
    grant = grants()
    before = clock.now()
    operations.revoke_model_grant(actor=model_owner.as_actor(), grant=grant, reason="Not needed any more.")
    late, early = told(grant.key, at=clock.now() + timedelta(seconds=1)), told(grant.key, at=before)
    elsewhere = told(grant.key, at=before, environment="production")
    made_up = told("MGR-9999")
    said = report(client, gateway, [late, early, elsewhere, made_up]).json()
    assert said["taken"] == 4 and set(said["without_grant"]) == {late["id"], elsewhere["id"], made_up["id"]}


def test_a_call_of_another_model_is_one_without_a_grant(client, grants, gateway, ai_model):  # noqa: F811
    grant, version = grants(), ai_model.versions.get()
    named = [ai_model.key, ai_model.name, f"{ai_model.name}@champion", f"{ai_model.name}:1.0", version.key, ""]
    other = told(grant.key, model="gpt-5")
    said = report(client, gateway, [other, *(told(grant.key, model=name) for name in named)]).json()
    assert said["without_grant"] == [other["id"]]
    assert AccessRecord.objects.get(rule="MCL-021").dataset_label == "gpt-5"


def test_what_it_cost_counts_in_the_budget_of_its_day(client, grants, gateway):  # noqa: F811
    grant = grants(budget=Decimal("1.00"), budget_period="day")
    report(client, gateway, [told(grant.key, cost="0.30"), told(grant.key, cost="0.45", decision=False)])
    assert counters.spent_of(str(grant.pk), "day", clock.now()) == Decimal("0.30")


@pytest.mark.parametrize(
    "change",
    [{"id": "x"}, {"at": "yesterday"}, {"at": "2026-01-01T00:00:00"}, {"at": "2020-01-01T00:00:00Z"}, {"decision": "yes"},
     {"cost": "NaN"}, {"cost": "-1"}, {"grant": 5}, {"model": "x" * 201}],
)  # fmt: skip
def test_one_bad_row_is_named_and_none_is_taken(client, grants, gateway, change):  # noqa: F811
    answer = report(client, gateway, [told(), told() | change])
    assert answer.status_code == 422 and "calls.1" in answer.content.decode() and not AccessRecord.objects.exists()


def test_only_a_gateway_may_tell(client, grants, employee):  # noqa: F811
    token = accounts.issue_token(actor=employee.as_actor(), name="Mine", scopes=["registry.access.request"]).text
    assert report(client, token, [told()]).status_code == 403
