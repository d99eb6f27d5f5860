"""The pages of access to models: asking keeps what was typed, deciding shows the policy, grants say their bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.inventory import operations as inventory
from apps.kernel.owed import owed_by
from apps.kernel.rules import rule_named
from apps.registry import operations
from apps.registry.models import BudgetSettlement, ModelAccessRequest, ModelGrant
from apps.registry.queries.access import period_of
from tests.catalog.runtime import bearer

from .access_world import ask, grant, make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ai_model(model_owner, claims):
    return make_model(model_owner, claims)


@pytest.fixture
def use_case(owner, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner,
        provisional_tier="T3",
    )  # fmt: skip
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


def typed(system, use_case, **changes):
    return {
        "subject": f"system:{system.key}", "use_case": use_case.key, "purpose_details": "Sort claims by urgency.",
        "purpose": "claims-triage", "which": "", "environment": "test", "days": "30", "data_level": "internal",
        "modalities": ["text"], "rate_window": "60", "budget_period": "month", "currency": "EUR", "tools": "search",
        "max_tokens": "500", "rate_limit": "60", "budget": "25.00",
    } | changes  # fmt: skip


def test_it_asks_from_the_page_of_a_system(client, as_person, owner, system, ai_model, use_case):
    as_person(client, owner)
    panel = client.get(reverse("inventory:system", args=[system.key])).content.decode()
    begin = f"{reverse('registry:access_begin')}?for={system.key}"
    assert begin in panel
    led = client.post(begin, {"ai_model": ai_model.key})
    assert led.status_code == 302 and led.url.endswith(f"/{ai_model.key}/?for={system.key}")
    shown = client.get(led.url).content.decode()
    assert f'value="system:{system.key}"' in shown and "checked" in shown
    answer = client.post(led.url, typed(system, use_case))
    made = ModelAccessRequest.objects.get()
    assert answer.status_code == 302 and made.key in answer.url
    assert (made.system, made.tools, made.budget, made.rate_limit) == (system, ["search"], Decimal(25), 60)
    assert made.key in client.get(reverse("registry:access_requests") + "?whose=mine").content.decode()


def test_it_says_which_rule_refuses_and_what_would_fit_and_keeps_what_was_typed(
    client, as_person, owner, system, ai_model, use_case
):
    as_person(client, owner)
    address = reverse("registry:access_ask", args=[ai_model.key])
    answer = client.post(address, typed(system, use_case, days="400", environment="production"))
    shown = answer.content.decode()
    assert answer.status_code == 403
    for expected in ("MAC-004", "MAC-007", "365 days or less.", "Sort claims by urgency.", "search"):
        assert expected in shown
    assert not ModelAccessRequest.objects.exists()


def test_it_is_decided_on_its_page_with_what_the_policy_says(
    client, as_person, owner, model_owner, system, ai_model, use_case
):
    request = ask(owner, ai_model, system, use_case)
    owed = owed_by(model_owner)
    assert any(request.key in item.title for item in owed)
    address = reverse("registry:access_request", args=[request.key])
    as_person(client, owner)
    assert "You asked for this" in client.get(address).content.decode()
    as_person(client, model_owner)
    assert "Nothing in the policy stands against it" in client.get(address).content.decode()
    ai_model.versions.update(stage="retired")
    assert "MAC-003" in client.get(address).content.decode()
    decision = {"seen": "waiting", "outcome": "approve", "reason": "Needed.", "days": "10", "budget": "5"}
    refused = client.post(address, decision)
    assert (
        refused.status_code == 403 and "MAC-003" in refused.content.decode() and "Needed." in refused.content.decode()
    )
    operations.register_version(
        actor=model_owner.as_actor(), ai_model=ai_model, name="2.0", artefact_digest=f"sha256:{2:064x}"
    )
    assert client.post(address, decision).status_code == 302
    assert ModelGrant.objects.get().budget == 5


def test_a_grant_says_its_bounds_and_what_was_spent(
    client, as_person, owner, model_owner, employee, system, ai_model, use_case
):
    made = grant(owner, model_owner, ai_model, system, use_case)
    BudgetSettlement.objects.create(grant=made, period=period_of("month"), spent=Decimal("10.5"))
    address = reverse("registry:grant", args=[made.key])
    as_person(client, owner)
    shown = client.get(address).content.decode()
    for expected in ("60 calls in a minute", "25.00 EUR a month", "10.50 EUR", "42 %", "claims-triage"):
        assert expected in shown
    as_person(client, employee)
    assert client.get(address).status_code == 404
    as_person(client, owner)
    extended = client.post(reverse("registry:grant_extend", args=[made.key]), {"days": "60", "reason": "Goes on."})
    assert extended.status_code == 302 and made.renewals.count() == 1
    assert client.get(reverse("registry:grant_hold_back", args=[made.key])).status_code == 403
    as_person(client, model_owner)
    for name, state in (("grant_hold_back", "held_back"), ("grant_revoke", "revoked")):
        assert client.post(reverse(f"registry:{name}", args=[made.key]), {"reason": "Because."}).status_code == 302
        made.refresh_from_db()
        assert made.state == state


def test_programs_ask_decide_and_end(client, owner, model_owner, system, ai_model, use_case):
    asks = bearer(owner, "registry.access.request")
    decides = bearer(model_owner, "registry.access.decide", "registry.access.request")
    document = {
        "ai_model": ai_model.key, "subject": system.key, "use_case": use_case.key, "environment": "test",
        "purpose": "sorting", "purpose_details": "Sort.", "days": 400,
    }  # fmt: skip

    def post(path, data, headers):
        return client.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)

    refused = post("model-access-requests", document, asks)
    assert refused.status_code == 403 and "MAC-007" in refused.content.decode()
    made = post("model-access-requests", document | {"days": 30, "budget": "9.99"}, asks)
    assert made.status_code == 201 and made.json()["status"] == "waiting"
    key = made.json()["key"]
    assert post(f"model-access-requests/{key}/decision", {"approve": True, "reason": "Yes."}, asks).status_code == 403
    done = post(f"model-access-requests/{key}/decision", {"approve": True, "reason": "Yes.", "days": 5}, decides).json()
    assert done["status"] == "approved"
    shown = client.get(f"/api/v1/model-grants/{done['grant']}", headers=asks).json()
    assert (shown["subject"], shown["budget"], shown["state"]) == (system.key, "9.9900", "valid")
    ended = post(f"model-grants/{done['grant']}/revocation", {"reason": "Over."}, asks)
    assert ended.json()["state"] == "revoked"


RULES = {
    "MAC-101": lambda made: type(made.use_case).objects.update(status="retired"),
    "MAC-102": lambda made: type(made.use_case).objects.update(tier="T1"),
    "MAC-103": lambda made: ModelGrant.objects.update(environment="production"),
    "MAC-104": lambda made: ModelGrant.objects.update(
        subject_kind="person", system=None, person=type(made.request.requester).objects.get(name="Emil Employee")
    ),
    "MAC-105": lambda made: BudgetSettlement.objects.create(grant=made, period=period_of("month"), spent=Decimal(26)),
}


def test_findings_tell_what_does_not_hold_any_more(owner, model_owner, employee, system, ai_model, use_case):
    made = grant(owner, model_owner, ai_model, system, use_case)
    type(employee).objects.filter(pk=employee.pk).update(is_active=False)
    assert [name for name in RULES if rule_named(name).failing().exists()] == []
    for name, breaks in RULES.items():
        breaks(made)
        found = rule_named(name).failing().get()
        assert found.finding_owner == model_owner.pk and found.explanation.endswith(".")
    ModelGrant.objects.update(revoked_at=made.created_at)
    assert [name for name in RULES if rule_named(name).failing().exists()] == []
