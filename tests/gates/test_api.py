"""The pipeline asks, people decide: the same verbs and refusals for programs."""

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.reach import held_permissions
from apps.inventory.models import AISystem, Authorisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    def ask(person, method, path, data=None):
        token = accounts.issue_token(actor=person.as_actor(), name="Test", scopes=sorted(held_permissions(person)))
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {token.text}"}, **body)

    return ask


def test_a_dry_run_says_what_is_missing_and_where_to_mend_it(ready, owner, program):
    assert program(owner, "get", f"/systems/{ready.key}/gates/G1").json()["allowed"] is True
    AISystem.objects.filter(pk=ready.pk).update(sponsor=None)
    answer = program(owner, "get", f"/systems/{ready.key}/gates/G1").json()
    missing = [check for check in answer["checks"] if not check["passed"]]
    assert [(check["name"], check["where"]) for check in missing] == [("sponsor", f"/systems/{ready.key}/edit/")]
    assert program(owner, "get", f"/systems/{ready.key}/gates/G9").status_code == 404


def test_a_review_passes_through_the_api(in_design, owner, architect, second_architect, privacy, program):
    body = {"system": in_design.key, "gate": "G2", "answers": {"scale": "Ten a second"}}
    made = program(owner, "post", "/reviews", body)
    assert made.status_code == 201
    review = made.json()
    assert program(owner, "post", "/reviews", body).status_code == 422
    word = {"outcome": "approve", "reason": "Sound", "content_hash": review["content_hash"]}
    path = f"/reviews/{review['key']}/decisions"
    assert program(owner, "post", path, {**word, "lane": "architecture"}).status_code == 403
    stale = program(architect, "post", path, {**word, "lane": "architecture", "content_hash": "0" * 64})
    assert stale.status_code == 409
    for person, lane in ((architect, "architecture"), (second_architect, "architecture"), (privacy, "privacy")):
        assert program(person, "post", path, {**word, "lane": lane}).status_code == 201
    assert program(architect, "get", f"/reviews/{review['key']}").json()["state"] == "approved"
    assert Authorisation.objects.get(gate="G2").status()[0] == "valid"


def test_an_outsider_learns_nothing(design_review, outsider, program):
    assert program(outsider, "get", f"/reviews/{design_review.key}").status_code == 404
    assert program(outsider, "get", "/reviews").json()["items"] == []


def test_the_queue_narrows_to_what_waits_for_me(design_review, architect, lead, client, as_person):
    as_person(client, architect)
    assert "Waiting for my word (1)" in client.get("/reviews/").content.decode()
    assert design_review.key in client.get("/reviews/?scope=mine").content.decode()
    as_person(client, lead)
    assert design_review.key not in client.get("/reviews/?scope=mine").content.decode()
