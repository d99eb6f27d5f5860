"""The inventory for programs."""

import json

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.reach import held_permissions
from apps.inventory import operations
from apps.inventory.models import AISystem

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    tokens = {}

    def ask(person, path, data=None, method=None, **headers):
        if person.pk not in tokens:
            scopes = sorted(held_permissions(person))
            tokens[person.pk] = accounts.issue_token(actor=person.as_actor(), name="Test", scopes=scopes, days=1).text
        headers = {"Authorization": f"Bearer {tokens[person.pk]}", **headers}
        method = method or ("post" if data is not None else "get")
        options = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        return getattr(Client(), method)(f"/api/v1{path}", headers=headers, **options)

    return ask


def test_a_program_registers_reads_edits_and_is_told_of_conflicts(call, owner, claims):
    facts = {"name": "Fraud pointer", "department": claims.path, "summary": "Points at claims to look at"}
    made = call(owner, "/systems", facts, **{"Idempotency-Key": "one"})
    assert made.status_code == 201
    assert call(owner, "/systems", facts, **{"Idempotency-Key": "one"}).json()["key"] == made.json()["key"]
    key = made.json()["key"]
    assert call(owner, f"/systems/{key}", {"benefit": "Faster", "version": 1}, "patch").json()["version"] == 2
    assert call(owner, f"/systems/{key}", {"benefit": "Slower", "version": 1}, "patch").status_code == 409
    assert call(owner, "/systems?q=pointer").json()["items"][0]["key"] == key
    assert call(owner, f"/systems/{key}", {"isolation": "AKIAIOSFODNN7EXAMPLE"}, "patch").status_code == 422
    assert call(owner, "/systems", {**facts, "department": "nowhere"}).status_code == 422


def test_it_hides_and_refuses_as_the_pages_do(call, system, employee, second_owner, analyst):
    assert call(employee, f"/systems/{system.key}").status_code == 404
    assert call(employee, f"/systems/{system.key}/suspend", {"reason": "x"}).status_code == 403
    assert call(analyst, f"/systems/{system.key}").status_code == 200
    assert call(analyst, f"/systems/{system.key}", {"benefit": "Mine"}, "patch").status_code == 403


def test_the_stage_moves_by_the_decision_only(call, system, owner, issue):
    refused = call(owner, f"/systems/{system.key}/stage", {"target": "design"})
    assert refused.status_code == 403 and "none stands yet" in refused.json()["detail"]
    issue(system)
    assert call(owner, f"/systems/{system.key}/stage", {"target": "design"}).json()["stage"] == "design"
    assert call(owner, f"/systems/{system.key}/authorisations").json()[0]["standing"] == "valid"


def test_it_suspends_withdraws_observes_and_takes_components(call, system, owner):
    assert call(owner, f"/systems/{system.key}/operating-status", {"status": "running"}).status_code == 200
    assert call(owner, f"/systems/{system.key}/components", {"kind": "model", "name": "GPT"}).status_code == 201
    assert call(owner, f"/systems/{system.key}/components").json()[0]["name"] == "GPT"
    assert call(owner, f"/systems/{system.key}/suspend", {"reason": "Wrong"}).json()["operating_status"] == "suspended"
    assert call(owner, f"/systems/{system.key}/resume", {}).status_code == 403
    assert call(owner, f"/systems/{system.key}/withdraw", {"reason": "Over"}).json()["stage"] == "withdrawn"


def test_intake_and_triage(call, employee, analyst, answers):
    made = call(employee, "/intakes", {"purpose": "Summarise long letters", **answers})
    assert made.status_code == 201 and made.json()["provisional_tier"] == "T4"
    assert call(employee, "/intakes", {"purpose": "Do something unknown"}).json()["provisional_tier"] == "T1"
    key = made.json()["key"]
    assert call(employee, f"/intakes/{key}/triage", {"outcome": "accepted", "reason": "Me"}).status_code == 403
    done = call(analyst, f"/intakes/{key}/triage", {"outcome": "accepted", "reason": "Good", "name": "Letters"})
    assert done.json()["outcome"] == "accepted"
    assert AISystem.objects.get(name="Letters").key == call(employee, f"/intakes/{key}").json()["system"]
    assert len(call(analyst, "/intakes").json()["items"]) == 2


def test_use_cases_and_vendors(call, owner, system, claims, analyst):
    data = {"name": "Sort", "purpose": "Sort claims", "department": claims.path, "systems": [system.key]}
    key = call(owner, "/use-cases", data).json()["key"]
    assert call(owner, f"/use-cases/{key}").json()["status"] == "active"
    assert call(owner, "/use-cases?status=active").json()["items"]
    operations.register_vendor(actor=analyst.as_actor(), name="Modelworks")
    assert call(owner, "/vendors").json()["items"][0]["name"] == "Modelworks"


def test_the_catalogue_answers_programs_too(call, employee, owner, system, advance):
    operations.propose_use_of(
        actor=owner.as_actor(), system=system, title="Translate contracts", purpose="Into English",
        data_classes=["internal"], for_everyone=True,
    )  # fmt: skip
    advance(system, "pilot")
    found = call(employee, "/catalog?q=translate&data=public").json()[0]
    assert found["answer"] == "yes" and found["decision"].startswith("AUTH-")
    assert call(employee, "/catalog?data=personal").json()[0]["answer"] == "no"
    assert call(employee, "/catalog?data=odd").status_code == 422
