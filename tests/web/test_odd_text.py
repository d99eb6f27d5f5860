"""Text that the database cannot hold is answered at the edge, by people's pages and by the API."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts import operations as accounts
from apps.audit.models import Entry
from apps.gates.rules_pure.policy import BadPolicy, read_policy
from apps.kernel import recording, subjects
from apps.kernel.permissions import Permission
from tests.gates.conftest import TEST_POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(owner):
    """A program with the owner's token."""
    scopes = [Permission.INVENTORY_SYSTEM_EDIT, Permission.INVENTORY_CATALOG_BROWSE]
    text = accounts.issue_token(actor=owner.as_actor(), name="Test", scopes=scopes).text
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800"])
def test_a_document_with_unkeepable_text_is_refused(api, system, odd):
    body = json.dumps({"summary": odd})
    assert api.patch(f"/api/v1/systems/{system.key}", body, "application/json").status_code == 400


@pytest.mark.parametrize("path", ["systems?stage=%00", "systems/%00", "systems?cursor=WyJcdTAwMDAiXQ"])
def test_an_address_with_a_nul_is_refused(api, path):
    assert api.get(f"/api/v1/{path}").status_code in (400, 404, 422)


@pytest.mark.parametrize("query", ["system=%00", "system=%%0000", "use_case=%00AIS"])
def test_a_page_ignores_a_nul_in_its_address(client, as_person, lead, query):
    assert as_person(client, lead).get(f"/assessments/assign/?{query}").status_code in (200, 404)


def test_a_path_with_a_nul_is_refused(client, as_person, lead):
    assert as_person(client, lead).get("/systems/AIS%00/").status_code == 400


def test_a_remark_on_an_impossible_record_finds_nothing(client, as_person, lead):
    sent = {"subject_type": "inventory.system", "subject_id": "no-such-id", "text": "Hello"}
    assert as_person(client, lead).post(reverse("work:comment"), sent).status_code == 404
    assert subjects.find("inventory.system", "no-such-id") is None


def test_what_was_attempted_with_odd_text_is_kept(owner):
    recording.record(event="web.request.refused", actor=owner.as_actor(), details={"because": "a\x00b\ud800"})
    assert Entry.objects.order_by("-id").first().details["because"].startswith("a\N{REPLACEMENT CHARACTER}b")


@pytest.mark.parametrize(
    "text",
    ["'unfinished", TEST_POLICY.replace("gates.decision.privacy", "inventory.catalog.browse")],
    ids=["no YAML", "a lane for everybody"],
)
def test_a_policy_that_cannot_be_is_refused_in_words(text):
    with pytest.raises(BadPolicy):
        read_policy(text)
