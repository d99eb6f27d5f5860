"""The same verbs for programs, with the same refusals."""

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.kernel.permissions import Permission

pytestmark = pytest.mark.django_db
SCOPES = [
    Permission.ASSESSMENTS_ASSESSMENT_ANSWER,
    Permission.ASSESSMENTS_ASSESSMENT_SIGN,
    Permission.ASSESSMENTS_ASSESSMENT_VIEW,
]


@pytest.fixture
def program():
    def ask(person, method, path, data=None):
        held = [scope for scope in SCOPES if scope in _held(person)]
        token = accounts.issue_token(actor=person.as_actor(), name="Test", scopes=held)
        send = getattr(Client(), method)
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return send(f"/api/v1{path}", headers={"Authorization": f"Bearer {token.text}"}, **body)

    def _held(person):
        from apps.accounts.reach import held_permissions

        return held_permissions(person)

    return ask


def test_a_program_answers_submits_and_another_person_signs(assessment, answer, delivery, analyst, program):
    path = f"/assessments/{assessment.key}"
    for question, value in (("effect", "advises"), ("platform", "approved"), ("purpose", "Help"), ("appeal", "no")):
        response = program(delivery, "put", f"{path}/answers/{question}", {"value": value, "version": 0})
        assert (response.status_code, response.json()["version"]) == (200, 1)
    submitted = program(delivery, "post", f"{path}/submission")
    assert submitted.json()["status"] == "submitted"
    refused = program(delivery, "post", f"{path}/signature", {})
    assert refused.status_code == 403
    stale = program(analyst, "post", f"{path}/signature", {"content_hash": "what I never read"})
    assert stale.status_code == 409
    signed = program(analyst, "post", f"{path}/signature", {"content_hash": submitted.json()["content_hash"]})
    assert (signed.status_code, signed.json()["status"]) == (200, "signed")


def test_a_clash_is_a_409_problem(assessment, answer, delivery, program):
    answer("effect", "none")
    response = program(
        delivery, "put", f"/assessments/{assessment.key}/answers/effect", {"value": "decides", "version": 0}
    )
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"


def test_a_bad_value_is_a_422_problem(assessment, delivery, program):
    path = f"/assessments/{assessment.key}/answers/effect"
    for value in ("sideways", {"a": 1}):
        assert program(delivery, "put", path, {"value": value, "version": 0}).status_code == 422


def test_a_program_reads_what_its_holder_may_see(signed, analyst, outsider, program):
    listed = program(analyst, "get", "/assessments").json()["items"]
    assert [one["key"] for one in listed] == [signed.key]
    assert program(analyst, "get", f"/assessments/{signed.key}/result").json()["tier"]["tier"] == signed.tier
    assert len(program(analyst, "get", f"/assessments/{signed.key}/questions").json()) == 4
    assert program(outsider, "get", "/assessments").json()["items"] == []
    assert program(outsider, "get", f"/assessments/{signed.key}").status_code == 404
