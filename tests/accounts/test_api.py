"""The API's base: tokens, permissions, problems, cursors, and its page."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts import operations
from apps.accounts.models import ApiToken
from apps.kernel.permissions import Permission

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    def ask(person, path, *, scopes=None, method="get", **options):
        token = operations.issue_token(
            actor=person.as_actor(), name="Test", scopes=scopes or [Permission.ACCOUNTS_TOKEN_ISSUE]
        )
        return getattr(Client(enforce_csrf_checks=True), method)(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {token.text}"}, **options
        )

    return ask


def test_it_asks_for_a_token(client, admin, as_person):
    for visitor in (client, as_person(client, admin)):
        response = visitor.get("/api/v1/people")
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"] == "Bearer"


def test_it_says_who_one_is_and_what_the_token_may_do(call, admin):
    content = call(admin, "/me", scopes=[Permission.ACCOUNTS_PERSON_VIEW]).json()
    assert content["email"] == admin.email
    assert content["permissions"] == ["accounts.person.view"]


def test_a_scope_narrows_its_holder(call, admin):
    refused = call(admin, "/people", scopes=[Permission.ACCOUNTS_ROLE_VIEW])
    assert refused.status_code == 403
    assert refused.json()["status"] == 403
    assert "accounts.person.view" in refused.json()["detail"]
    assert call(admin, "/people", scopes=[Permission.ACCOUNTS_PERSON_VIEW]).status_code == 200


def test_it_pages_with_a_cursor(call, admin, make_person):
    for number in range(5):
        make_person(f"Person {number}", None)
    seen, cursor = [], ""
    while True:
        page = call(admin, f"/people?limit=2&cursor={cursor}", scopes=[Permission.ACCOUNTS_PERSON_VIEW]).json()
        seen += [item["email"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=WyJub3QgYW4gaWQiXQ", "cursor=W10"]
)
def test_it_explains_bad_input(call, admin, query):
    response = call(admin, f"/people?{query}", scopes=[Permission.ACCOUNTS_PERSON_VIEW])
    assert response.status_code == 422
    assert response.json()["errors"]


def test_it_answers_404_as_a_problem(call, admin):
    scopes = [Permission.ACCOUNTS_PERSON_VIEW]
    response = call(admin, "/people/00000000-0000-7000-8000-000000000000", scopes=scopes)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_it_lists_departments_roles_and_assignments(call, auditor, claims):
    paths = [
        d["path"] for d in call(auditor, "/departments", scopes=[Permission.ACCOUNTS_DEPARTMENT_VIEW]).json()["items"]
    ]
    assert paths == sorted(paths)
    assert "aurelia/claims/" in paths
    roles = call(auditor, "/roles?limit=200", scopes=[Permission.ACCOUNTS_ROLE_VIEW]).json()["items"]
    assert "architect" in {role["key"] for role in roles}
    found = call(auditor, "/assignments", scopes=[Permission.ACCOUNTS_ROLE_VIEW]).json()["items"]
    assert found[0]["standing"] is True


def test_it_documents_itself(client, employee, as_person):
    as_person(client, employee)
    page = client.get("/api/").content.decode()
    assert "/api/v1/people" in page
    assert "<script" not in page.split("<main")[-1]
    document = json.loads(client.get("/api/openapi.json").content)
    assert document["openapi"].startswith("3.")


def test_the_token_itself_is_nowhere_in_an_answer(call, admin):
    response = call(admin, "/me")
    token = ApiToken.objects.latest("created_at")
    assert token.digest not in response.content.decode()
