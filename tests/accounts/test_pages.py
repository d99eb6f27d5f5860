"""The pages of people, departments, roles and tokens, in a browser without script."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import ApiToken, Department, LegalEntity, Person, Role, RoleAssignment
from apps.kernel import clock
from apps.kernel.owed import owed_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_admin(make_person):
    return make_person("Agnes Admin", "administrator")


@pytest.fixture
def at_desk(as_person, admin):
    return as_person(Client(), admin)


def test_people_are_listed_searched_and_narrowed(at_desk, employee, architect):
    page = at_desk.get("/people/").content.decode()
    assert "Emil Employee" in page
    assert "Ada Architect" in page
    page = at_desk.get("/people/", {"q": "emil"}).content.decode()
    assert "Ada Architect" not in page
    page = at_desk.get("/people/", {"role": "architect"}).content.decode()
    assert "Ada Architect" in page
    assert "Emil Employee" not in page


def test_a_person_is_added_and_edited(at_desk, claims, underwriting):
    response = at_desk.post("/people/new/", {"email": "New@Aurelia.example", "name": "New", "department": claims.pk})
    person = Person.objects.get(email="new@aurelia.example")
    assert response.url == f"/people/{person.pk}/"
    at_desk.post(f"/people/{person.pk}/edit/", {"name": "Newer", "department": underwriting.pk})
    person.refresh_from_db()
    assert (person.name, person.department) == ("Newer", underwriting)
    response = at_desk.post("/people/new/", {"email": "no address", "name": "x"})
    assert response.status_code == 422
    assert "no address" in response.content.decode()


def test_a_page_shows_permissions_with_their_origin(at_desk, architect):
    page = at_desk.get(f"/people/{architect.pk}/").content.decode()
    assert "gates.decision.architecture" in page
    assert "Architect (given directly, Aurelia)" in page


def test_everybody_sees_what_they_may_do_themselves(as_person, employee):
    page = as_person(Client(), employee).get("/me/").content.decode()
    assert "inventory.catalog.browse" in page
    assert "Close the account" not in page


def test_a_privileged_role_travels_from_giver_to_second_administrator(
    at_desk, as_person, second_admin, employee, enterprise
):
    form = {"role": Role.objects.get(key="auditor").pk, "department": enterprise.pk, "reason": "Audit plan"}
    response = at_desk.post(f"/people/{employee.pk}/roles/new/", form)
    assert response.status_code == 422
    assert "needs an end" in response.content.decode()
    at_desk.post(f"/people/{employee.pk}/roles/new/", form | {"until": clock.days_from_now(30).date().isoformat()})
    assignment = RoleAssignment.objects.get(person=employee, role__key="auditor")
    assert not assignment.is_standing
    assert "you gave this role yourself" in at_desk.get(f"/assignments/{assignment.pk}/").content.decode()
    assert [item.kind for item in owed_by(second_admin)] == ["accounts.assignment"]
    as_person(Client(), second_admin).post(f"/assignments/{assignment.pk}/confirm/")
    assignment.refresh_from_db()
    assert assignment.is_standing
    response = at_desk.post(f"/assignments/{assignment.pk}/end/", {"reason": "Done"})
    assignment.refresh_from_db()
    assert not assignment.is_open


def test_an_account_is_closed_and_opened(at_desk, as_person, employee):
    theirs = as_person(Client(), employee)
    assert theirs.get("/me/").status_code == 200
    at_desk.post(f"/people/{employee.pk}/close/", {"reason": "Left"})
    assert theirs.get("/me/").status_code == 302
    at_desk.post(f"/people/{employee.pk}/open/", {"reason": "Back"})
    employee.refresh_from_db()
    assert employee.is_active


def test_nobody_closes_their_own_account(at_desk, admin, second_admin):
    response = at_desk.post(f"/people/{admin.pk}/close/", {"reason": "Bye"})
    assert response.status_code == 403
    assert "Nobody closes their own account" in response.content.decode()


def test_one_signs_oneself_out_everywhere(as_person, employee):
    first, second = as_person(Client(), employee), as_person(Client(), employee)
    first.post(f"/people/{employee.pk}/sign-out/")
    assert second.get("/me/").status_code == 302


def test_departments_are_added_moved_and_headed(at_desk, claims, underwriting, owner):
    at_desk.post("/departments/new/", {"name": "Motor claims", "parent": claims.pk})
    motor = Department.objects.get(path="aurelia/claims/motor-claims/")
    at_desk.post(f"/departments/{motor.pk}/", {"name": "Motor claims", "parent": underwriting.pk, "head": owner.email})
    motor.refresh_from_db()
    assert (motor.path, motor.head) == ("aurelia/underwriting/motor-claims/", owner)
    response = at_desk.post(f"/departments/{underwriting.pk}/", {"name": "Underwriting", "parent": motor.pk})
    assert response.status_code == 422
    assert "below itself" in response.content.decode()
    assert "Motor claims" in at_desk.get("/departments/").content.decode()


def test_legal_entities_are_kept(at_desk):
    at_desk.post("/legal-entities/new/", {"code": "aurelia-fr", "name": "Aurelia France", "jurisdiction": "fr"})
    entity = LegalEntity.objects.get(code="aurelia-fr")
    assert entity.jurisdiction == "FR"
    at_desk.post(f"/legal-entities/{entity.pk}/", {"name": "Aurelia France SA", "jurisdiction": "FR"})
    entity.refresh_from_db()
    assert entity.name == "Aurelia France SA"


def test_roles_are_made_edited_and_given_to_groups(at_desk, enterprise):
    at_desk.post("/roles/new/", {"name": "Catalog reader", "permissions": ["inventory.catalog.browse"]})
    role = Role.objects.get(key="catalog-reader")
    at_desk.post("/roles/catalog-reader/edit/", {"name": "Catalog reader", "permissions": ["accounts.department.view"]})
    role.refresh_from_db()
    assert role.permissions == ["accounts.department.view"]
    form = {"group_name": "Staff", "role": role.pk, "department": enterprise.pk, "reason": "All staff"}
    at_desk.post("/roles/groups/new/", form)
    page = at_desk.get("/roles/").content.decode()
    assert "Staff" in page
    assert "Group Staff" in at_desk.get("/roles/catalog-reader/").content.decode()
    assert at_desk.get("/roles/nowhere/").status_code == 404


def test_a_token_is_shown_once_and_revoked(as_person, employee, second_admin):
    client = as_person(Client(), employee)
    form = {"name": "Pipeline", "days": "7", "scopes": ["inventory.catalog.browse"], "submission": "once"}
    page = client.post("/tokens/", form).content.decode()
    token = ApiToken.objects.get()
    assert f"gatehouse_{token.prefix}_" in page
    again = client.post("/tokens/", form).content.decode()
    assert f"gatehouse_{token.prefix}_" not in again
    assert f"gatehouse_{token.prefix}_" not in client.get("/tokens/").content.decode()
    assert as_person(Client(), second_admin).post(f"/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.state == "revoked"


def test_a_token_form_offers_only_what_one_may_do(as_person, employee):
    client = as_person(Client(), employee)
    assert "accounts.role.edit" not in client.get("/tokens/").content.decode()
    response = client.post("/tokens/", {"name": "x", "days": "91", "scopes": ["accounts.role.edit"]})
    assert response.status_code == 422
    assert not ApiToken.objects.exists()
