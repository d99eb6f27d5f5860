"""Gates as people use them in the browser."""

import pytest

from apps.inventory.models import Authorisation

pytestmark = pytest.mark.django_db


def test_the_owner_submits_and_the_reviewers_decide_in_the_browser(
    client, as_person, in_design, owner, architect, second_architect, privacy
):
    as_person(client, owner)
    page = client.get(f"/systems/{in_design.key}/submit/G2/")
    assert "How does it scale?" in page.content.decode()
    answer = client.post(f"/systems/{in_design.key}/submit/G2/", {"scale": "Ten a second, then more workers"})
    assert answer.status_code == 302
    url = answer.url
    from apps.gates.models import Review

    review = Review.objects.get(gate="G2")
    for person, lane in ((architect, "architecture"), (second_architect, "architecture"), (privacy, "privacy")):
        as_person(client, person)
        assert "Your decision" in client.get(url).content.decode()
        data = {"lane": lane, "outcome": "approve", "reason": "Sound", "content_hash": review.content_hash}
        assert client.post(url, data).status_code == 302
    assert Authorisation.objects.get(gate="G2").status()[0] == "valid"


def test_an_empty_answer_keeps_what_was_typed(client, as_person, in_design, owner):
    as_person(client, owner)
    answer = client.post(f"/systems/{in_design.key}/submit/G2/", {"scale": ""})
    assert answer.status_code == 422


def test_the_page_says_why_somebody_cannot_decide(client, as_person, design_review, architect, approve):
    approve(architect, design_review, "architecture")
    as_person(client, architect)
    assert "a decision is never changed" in client.get(f"/reviews/{design_review.key}/").content.decode()


def test_a_post_without_the_right_is_refused_and_recorded(client, as_person, design_review, lead):
    from apps.audit.models import Entry

    as_person(client, lead)
    data = {"lane": "architecture", "outcome": "approve", "reason": "x", "content_hash": design_review.content_hash}
    assert client.post(f"/reviews/{design_review.key}/", data).status_code == 403
    assert Entry.objects.filter(event="audit.operation.refused", actor_id=str(lead.pk)).exists()


@pytest.mark.parametrize("path", ["", "dossier/", "changes/", "withdraw/"])
def test_every_page_of_a_review_opens_for_its_owner_and_not_for_outsiders(
    client, as_person, design_review, owner, outsider, path
):
    as_person(client, owner)
    assert client.get(f"/reviews/{design_review.key}/{path}").status_code == 200
    as_person(client, outsider)
    assert client.get(f"/reviews/{design_review.key}/{path}").status_code == 404


def test_the_policy_page_shows_who_decides(client, as_person, architect, lead):
    as_person(client, architect)
    assert "Independent validation" in client.get("/gate-policy/").content.decode()
    assert client.get("/gate-policy/publish/").status_code == 403
    as_person(client, lead)
    assert client.post("/gate-policy/publish/", {"text": "version: 1", "reason": "x"}).status_code == 422


def test_home_and_my_work_name_the_review(client, as_person, design_review, architect, owner):
    for person in (architect, owner):
        as_person(client, person)
        assert design_review.key in client.get("/work/").content.decode()
