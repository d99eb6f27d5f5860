"""Service identities: registered by an administrator, given roles by somebody else than their owner, closed at once."""

from __future__ import annotations

import json

import pytest

from apps.accounts import operations
from apps.accounts.models import ApiToken, Role, ServiceIdentity
from apps.audit.models import Entry
from apps.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
EVALUATE = "catalog.access.evaluate"


@pytest.fixture
def service(admin, owner):
    return operations.register_service(actor=admin.as_actor(), name="loader", purpose="Loads claims", owner=owner)


def test_an_administrator_registers_it_and_its_owner_issues_its_token(service, admin, owner, claims):
    role = Role.objects.get(key="delivery-team")
    operations.assign_role(actor=admin.as_actor(), role=role, service=service, department=claims, reason="It loads")
    issued = operations.issue_token(actor=owner.as_actor(), name="P", scopes=[EVALUATE], service=service)
    assert issued.token.as_actor().id == str(service.pk) and issued.token.as_actor().kind == "service"
    assert Entry.objects.filter(event="accounts.service.registered", subject_id=str(service.pk)).exists()


def test_it_refuses_others_to_register_one(employee, owner):
    with pytest.raises(Refused):
        operations.register_service(actor=employee.as_actor(), name="x", purpose="x", owner=owner)


@pytest.mark.parametrize("wrong", [{"name": " "}, {"purpose": ""}, {"name": "loader"}, {"name": "x" * 121}])
def test_it_is_complete_and_its_name_its_own(service, admin, owner, wrong):
    values = {"name": "another", "purpose": "Loads", "owner": owner} | wrong
    with pytest.raises(Invalid):
        operations.register_service(actor=admin.as_actor(), **values)


def test_nobody_gives_a_role_to_a_service_of_their_own(admin, claims):
    mine = operations.register_service(actor=admin.as_actor(), name="mine", purpose="Loads", owner=admin)
    with pytest.raises(Refused, match="nobody gives a role to themselves"):
        operations.assign_role(
            actor=admin.as_actor(),
            role=Role.objects.get(key="delivery-team"),
            service=mine,
            reason="x",
            department=claims,
        )


def test_nobody_but_its_owner_issues_its_tokens(service, admin):
    with pytest.raises(Refused):
        operations.issue_token(actor=admin.as_actor(), name="P", scopes=[EVALUATE], service=service)


def test_a_token_of_a_service_is_no_wider_than_its_roles(service, owner):
    with pytest.raises(Invalid, match="None of the service"):
        operations.issue_token(actor=owner.as_actor(), name="P", scopes=[EVALUATE], service=service)


def test_closing_it_ends_its_tokens(service, admin, owner, claims):
    role = Role.objects.get(key="delivery-team")
    operations.assign_role(actor=admin.as_actor(), role=role, service=service, department=claims, reason="It loads")
    operations.issue_token(actor=owner.as_actor(), name="P", scopes=[EVALUATE], service=service)
    operations.close_service(actor=admin.as_actor(), service=service)
    assert ApiToken.objects.get().state == "revoked" and not ServiceIdentity.objects.get().is_active


def test_programs_do_all_of_it(client, admin, owner, claims):
    scopes = ["accounts.person.edit", "accounts.assignment.edit", "accounts.token.issue"]
    text = operations.issue_token(actor=admin.as_actor(), name="P", scopes=scopes).text
    headers = {"authorization": f"Bearer {text}"}

    def post(path, **body):
        return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    made = post("services", name="loader", purpose="Loads", owner=owner.email)
    assert made.status_code == 201
    number = made.json()["id"]
    given = {"role": "delivery-team", "department": claims.path, "reason": "It loads"}
    assert post(f"services/{number}/roles", **given).status_code == 201
    assert post(f"services/{number}/roles", role="nobody").status_code == 422
    assert client.get("/api/v1/services", headers=headers).json()["items"][0]["name"] == "loader"
    assert post(f"services/{number}/close").json()["is_active"] is False


def test_a_page_shows_the_owner_their_services_among_the_choices(client, as_person, service, owner):
    assert "For a service of yours" in as_person(client, owner).get("/tokens/").content.decode()
