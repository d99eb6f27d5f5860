"""The list of decided calls: whose calls one sees, what it is narrowed by, and the same for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.inventory import operations as inventory
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.registry import operations
from apps.registry.queries.called import calls_visible_to
from apps.registry.rules_pure.call_questions import read_call
from tests.catalog.runtime import bearer

from .access_world import grant, make_model

pytestmark = pytest.mark.django_db
LIST = "/model-access/calls/"


@pytest.fixture
def ai_model(model_owner, claims):
    return make_model(model_owner, claims)


@pytest.fixture
def granted(owner, model_owner, system, ai_model):
    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner,
        provisional_tier="T3",
    )  # fmt: skip
    inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=system)
    return grant(owner, model_owner, ai_model, system, case, budget=None, rate_limit=None)


@pytest.fixture
def call(delivery):
    """Ask about a call as a gateway does."""

    def make(kind, subject, model, **properties):
        return operations.evaluate_call(
            actor=delivery.as_actor(),
            about_all=True,
            asked=read_call({
                "subject": {"type": kind, "id": subject}, "resource": {"type": "model", "id": model},
                "action": {"name": "invoke", "properties": properties},
                "context": {"purpose": "claims-triage", "environment": "test"},
            }),
        )  # fmt: skip

    return make


@pytest.fixture
def called(call, granted, system, ai_model, employee):
    """One call allowed, one beyond its bound, one of a person without a grant, one of nobody for nothing."""
    call("system", system.key, ai_model.key, max_tokens=100)
    call("system", system.key, ai_model.key, max_tokens=5_000)
    call("person", employee.email, ai_model.key)
    call("service", "nobody-knows", "no-such-model")


def rules(person):
    return sorted(calls_visible_to(person).values_list("rule", flat=True))


def test_a_restricted_system_is_not_named_to_the_owner_of_the_model(client, as_person, called, system, model_owner):
    page = as_person(client, model_owner).get(LIST).content.decode()
    assert system.name in page
    AISystem.objects.filter(pk=system.pk).update(restricted=True)
    page = client.get(LIST).content.decode()
    assert system.key in page and system.name not in page
    # Nor is its name guessed by what the search finds.
    word = system.name.split()[0]
    assert system.key not in client.get(LIST, {"q": word}).content.decode()
    AISystem.objects.filter(pk=system.pk).update(restricted=False)
    assert system.key in client.get(LIST, {"q": word}).content.decode()


def test_people_see_their_own_calls_those_of_their_systems_and_of_their_models(
    called, owner, second_owner, model_owner, employee, outsider, auditor, ai_model
):
    assert rules(owner) == ["MCL-000", "MCL-014"]
    assert rules(second_owner) == [] and rules(outsider) == []
    operations.edit_model(actor=model_owner.as_actor(), ai_model=ai_model, changes={"owner": second_owner})
    assert rules(second_owner) == ["MCL-000", "MCL-006", "MCL-014"]
    assert rules(employee) == ["MCL-006"]
    assert rules(auditor) == ["MCL-000", "MCL-001", "MCL-006", "MCL-014"]


def test_the_page_says_who_called_what_and_why_not(
    client, as_person, called, granted, owner, system, ai_model, employee
):
    as_person(client, owner)
    shown = client.get(LIST).content.decode()
    for expected in (system.key, f"{ai_model.key} Urgency", granted.key, "beyond a bound", "Test, 5000 tokens"):
        assert expected in shown
    assert employee.name not in shown
    for narrowed, rows in (
        (f"?model={ai_model.key}", 2), ("?outcome=denied", 1), (f"?application={system.key}", 2), ("?within=1", 2),
        (f"?q={granted.key}", 2), (f"?q={system.key}", 2), ("?q=nothing-of-this-name", 0), ("?rule=MCL-014&outcome=allowed", 0),
        ("?model=MDL-9999", 2), ("?outcome=%00", 2),
    ):  # fmt: skip
        assert client.get(LIST + narrowed).content.decode().count('data-label="Why"') == rows, narrowed
    with clock.travel(clock.now() + timedelta(days=2)):
        assert 'data-label="Why"' not in client.get(f"{LIST}?within=24").content.decode()


def test_models_grants_and_systems_lead_to_their_calls(
    client, as_person, granted, model_owner, owner, system, ai_model
):
    as_person(client, model_owner)
    assert (
        f"{LIST}?model={ai_model.key}" in client.get(reverse("registry:ai_model", args=[ai_model.key])).content.decode()
    )
    assert f"{LIST}?q={granted.key}" in client.get(reverse("registry:grant", args=[granted.key])).content.decode()
    as_person(client, owner)
    assert f"{LIST}?q={system.key}" in client.get(reverse("inventory:system", args=[system.key])).content.decode()


def test_twenty_calls_cost_as_many_statements_as_ten(client, as_person, call, granted, model_owner, system, ai_model):
    as_person(client, model_owner)
    counted = []
    for _round in range(2):
        for _number in range(10):
            call("system", system.key, ai_model.key, max_tokens=100)
        client.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(LIST).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 16


def test_programs_follow_the_calls_in_their_order(client, called, model_owner, owner, system, ai_model):
    headers = bearer(model_owner, "registry.access.request")
    first = client.get("/api/v1/model-access/calls?limit=2", headers=headers).json()
    rest = client.get(f"/api/v1/model-access/calls?limit=2&cursor={first['next']}", headers=headers).json()
    assert [one["rule"] for one in first["items"] + rest["items"]] == ["MCL-000", "MCL-014", "MCL-006", "MCL-001"]
    assert first["items"][0] | {"subject": system.key, "model": ai_model.key, "outcome": "allowed"} == first["items"][0]
    assert "max_tokens=100" in first["items"][0]["parameters"] and rest["next"] is None

    def keys(query):
        return [
            one["rule"] for one in client.get(f"/api/v1/model-access/calls?{query}", headers=headers).json()["items"]
        ]

    later = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert keys(f"application={system.key}&outcome=denied") == ["MCL-014"]
    assert keys(f"since={later}") == [] and len(keys(f"until={later}")) == 4 and len(keys(f"model={ai_model.key}")) == 3
    for wrong in ("outcome=maybe", "since=2026-11-23T12:00:00", "limit=0"):
        assert client.get(f"/api/v1/model-access/calls?{wrong}", headers=headers).status_code == 422, wrong


def test_a_model_leads_employees_to_asking_for_it(client, as_person, ai_model, employee):
    as_person(client, employee)
    assert (
        reverse("registry:access_ask", args=[ai_model.key]) in client.get(f"/models/{ai_model.key}/").content.decode()
    )
    asked = client.get(reverse("registry:access_ask", args=[ai_model.key])).content.decode()
    assert "Propose a use" in asked and reverse("inventory:intake") in asked
