"""Access for programs: asking, deciding, extending, revoking; a repeat with the same key does a thing once."""

from __future__ import annotations

import json

import pytest

from apps.accounts import operations as accounts
from apps.accounts.reach import held_permissions
from apps.catalog.models import AccessRequest, DataGrant

from .test_access import approved, asked, classified

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    """Call the API as a person, by a token as wide as its holder."""
    tokens = {}

    def call(person, method, path, body=None, key=""):
        if person.pk not in tokens:
            issued = accounts.issue_token(
                actor=person.as_actor(), name="Test", scopes=sorted(held_permissions(person)), days=1
            )
            tokens[person.pk] = issued.text
        headers = {"Authorization": f"Bearer {tokens[person.pk]}"} | ({"Idempotency-Key": key} if key else {})
        answer = client.generic(
            method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )
        return answer.status_code, json.loads(answer.content)

    return call


def wanted(about, **changes):
    values = {"dataset": about.key, "purpose": "claims-handling", "purpose_details": "Answer customers.", "days": 30}
    return values | changes


def test_from_request_to_revocation(api, employee, steward, dataset):
    classified(dataset, "confidential")
    status, made = api(employee, "POST", "/access-requests", wanted(dataset), key="one")
    assert status == 201 and made["status"] == "waiting" and made["subject"] == employee.email
    assert api(employee, "POST", "/access-requests", wanted(dataset), key="one")[1]["key"] == made["key"]
    assert AccessRequest.objects.count() == 1
    decision = {"outcome": "approve", "reason": "It is needed.", "days": 10}
    assert api(employee, "POST", f"/access-requests/{made['key']}/decision", decision)[0] == 403
    status, done = api(steward, "POST", f"/access-requests/{made['key']}/decision", decision, key="two")
    assert (status, done["status"]) == (200, "approved")
    assert api(steward, "POST", f"/access-requests/{made['key']}/decision", decision, key="two")[0] == 200
    assert api(steward, "POST", f"/access-requests/{made['key']}/decision", decision, key="three")[0] == 409
    grant = DataGrant.objects.get()
    path = f"/data-grants/{grant.key}"
    assert api(employee, "GET", path)[1]["state"] == "valid"
    assert api(steward, "POST", f"{path}/extension", {"days": 90, "reason": "Goes on"})[0] == 200
    assert api(steward, "POST", f"{path}/revocation", {"reason": "Ended"})[1]["state"] == "revoked"
    assert api(employee, "GET", "/data-grants?standing=true")[1]["items"] == []


def test_a_refusal_by_rule_is_a_problem_that_names_the_rule(api, employee, dataset):
    classified(dataset, "public")
    status, problem = api(employee, "POST", "/access-requests", wanted(dataset))
    assert status == 403 and "DAR-002" in problem["detail"]


@pytest.mark.parametrize(
    "field, value", [("dataset", "DST-9999"), ("subject", "AIS-9999"), ("activity", "PRA-9999"), ("use_case", "UC-9")]
)
def test_what_is_not_theirs_to_know_is_named_as_unknown(api, employee, dataset, field, value):
    classified(dataset, "confidential")
    status, problem = api(employee, "POST", "/access-requests", wanted(dataset, **{field: value}))
    assert status == 422 and field in problem["errors"]


def test_lists_show_what_is_theirs(api, employee, delivery, steward, dataset):
    classified(dataset, "confidential")
    approved(steward, asked(employee, dataset))
    assert [row["subject"] for row in api(employee, "GET", "/data-grants")[1]["items"]] == [employee.email]
    assert api(delivery, "GET", "/access-requests")[1]["items"] == []
    assert len(api(steward, "GET", f"/access-requests?dataset={dataset.key}")[1]["items"]) == 1
