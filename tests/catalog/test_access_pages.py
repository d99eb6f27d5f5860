"""The pages of access, as people use them: asking, deciding, extending, revoking, recertifying."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import AccessRequest, Campaign, DataGrant
from apps.kernel import clock
from apps.kernel.owed import owed_by

from .test_access import approved, asked, classified

pytestmark = pytest.mark.django_db
TYPED = {
    "subject": "me", "actions": ["read"], "purpose": "claims-handling", "purpose_details": "Answer customers.",
    "days": "30", "fail_mode": "closed", "region": "", "use_case": "", "activity": "",
}  # fmt: skip


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


def text_of(answer):
    return answer.content.decode()


def test_an_employee_asks_on_the_page_and_the_steward_decides_there(client, as_person, employee, steward, confidential):
    as_person(client, employee)
    page = text_of(client.get(f"/data/{confidential.key}/"))
    assert "You have no access to this data." in page and f"/data/requests/ask/{confidential.key}/" in page
    answer = client.post(f"/data/requests/ask/{confidential.key}/", TYPED)
    request = AccessRequest.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/data/requests/{request.key}/"
    assert "Stella Steward" in text_of(client.get(answer["Location"]))

    as_person(client, steward)
    assert request.key in text_of(client.get("/data/requests/?whose=to-decide"))
    assert any(request.key in item.title and item.action == "Decide" for item in owed_by(steward))
    page = text_of(client.get(f"/data/requests/{request.key}/"))
    assert "Record my decision" in page
    decision = {"seen": "waiting", "outcome": "approve", "reason": "It is needed.", "days": "20", "rate_per_hour": ""}
    assert client.post(f"/data/requests/{request.key}/", decision).status_code == 302
    grant = DataGrant.objects.get()

    as_person(client, employee)
    page = text_of(client.get(f"/data/{confidential.key}/"))
    assert grant.key in page and "Valid" in page and "You have no access" not in page
    assert grant.key in text_of(client.get("/data/grants/?whose=mine"))


def test_what_a_rule_forbids_is_said_at_once_and_what_was_typed_stays(client, as_person, employee, dataset):
    personal = classified(dataset, "confidential", "personal")
    as_person(client, employee)
    answer = client.post(f"/data/requests/ask/{personal.key}/", TYPED | {"region": "US", "days": "400"})
    page = text_of(answer)
    assert answer.status_code == 403 and "Refused, and nothing is kept of it" in page
    assert all(rule in page for rule in ("PRA-001", "DAR-005", "DAR-006")) and "Answer customers." in page
    assert not AccessRequest.objects.exists()
    assert Entry.objects.filter(event="audit.operation.refused", details__attempted="catalog.access.requested").exists()


def test_bad_input_is_kept_and_explained(client, as_person, employee, confidential):
    as_person(client, employee)
    bad = TYPED | {"purpose": "Two Words", "days": "0", "fields_wanted": ["nope"], "subject": "system:AIS-9999"}
    answer = client.post(f"/data/requests/ask/{confidential.key}/", bad)
    assert answer.status_code == 422 and "Answer customers." in text_of(answer)
    assert not AccessRequest.objects.exists()


def test_restricted_data_is_unknown_to_an_employee(client, as_person, employee, dataset):
    as_person(client, employee)
    assert client.get(f"/data/requests/ask/{classified(dataset, 'restricted').key}/").status_code == 404


def test_two_stewards_at_once_the_second_reads_who_was_first(client, as_person, employee, steward, second_steward,
                                                             confidential):  # fmt: skip
    request = asked(employee, confidential)
    as_person(client, second_steward)
    assert "Record my decision" in text_of(client.get(f"/data/requests/{request.key}/"))
    approved(steward, request)
    decision = {"seen": "waiting", "outcome": "approve", "reason": "It is needed.", "days": "20", "rate_per_hour": ""}
    answer = client.post(f"/data/requests/{request.key}/", decision)
    assert answer.status_code == 409 and "This is decided already: approved by Stella Steward." in text_of(answer)
    assert DataGrant.objects.count() == 1


def test_on_restricted_data_the_second_of_two_at_once_decides_again_as_the_second(client, as_person, owner, steward,
                                                                                 second_steward, dataset):  # fmt: skip
    request = asked(owner, classified(dataset, "restricted"))
    approved(steward, request)
    as_person(client, second_steward)
    decision = {"seen": "waiting", "outcome": "approve", "reason": "It is needed.", "days": "20", "rate_per_hour": ""}
    answer = client.post(f"/data/requests/{request.key}/", decision)
    assert answer.status_code == 409 and 'name="seen" value="second"' in text_of(answer)
    assert not DataGrant.objects.exists()
    assert client.post(f"/data/requests/{request.key}/", decision | {"seen": "second"}).status_code == 302
    assert DataGrant.objects.count() == 1


def test_a_double_click_on_the_pages_asks_once(client, as_person, employee, confidential):
    as_person(client, employee)
    form = text_of(client.get(f"/data/requests/ask/{confidential.key}/"))
    submission = re.search(r'name="submission" value="([^"]+)"', form)[1]
    for _ in range(2):
        assert (
            client.post(f"/data/requests/ask/{confidential.key}/", TYPED | {"submission": submission}).status_code
            == 302
        )
    assert AccessRequest.objects.count() == 1


def test_the_steward_extends_and_revokes_on_the_page(client, as_person, employee, steward, confidential):
    approved(steward, asked(employee, confidential))
    grant = DataGrant.objects.get()
    as_person(client, steward)
    page = text_of(client.get(f"/data/grants/{grant.key}/"))
    assert "/extend/" in page and "/revoke/" in page and f"/data/grants/{grant.key}/ask/" not in page
    assert client.post(f"/data/grants/{grant.key}/extend/", {"days": "90", "reason": "Goes on"}).status_code == 302
    too_long = client.post(f"/data/grants/{grant.key}/extend/", {"days": "500", "reason": "Goes on"})
    assert too_long.status_code == 403 and "DAR-006" in text_of(too_long) and "Goes on" in text_of(too_long)
    assert client.post(f"/data/grants/{grant.key}/revoke/", {"reason": "Ended"}).status_code == 302
    grant.refresh_from_db()
    assert grant.state == "revoked" and grant.valid_until > clock.now() + timedelta(days=80)
    assert "Ended" in text_of(client.get(f"/data/grants/{grant.key}/"))


def test_the_holder_asks_for_more_time_on_the_page(client, as_person, employee, steward, confidential):
    approved(steward, asked(employee, confidential, days=5))
    grant = DataGrant.objects.get()
    as_person(client, employee)
    assert any("Grant ends" in item.kind for item in owed_by(employee))
    page = text_of(client.get(f"/data/grants/{grant.key}/"))
    assert "/ask/" in page and "/extend/" not in page
    assert client.get(f"/data/grants/{grant.key}/extend/").status_code == 403
    assert client.post(f"/data/grants/{grant.key}/ask/", {"days": "30", "reason": "Not done"}).status_code == 302
    assert AccessRequest.objects.get(renews=grant).status == "waiting"


def test_an_outsider_knows_of_neither(client, as_person, employee, steward, outsider, confidential):
    approved(steward, asked(employee, confidential))
    as_person(client, outsider)
    assert client.get(f"/data/grants/{DataGrant.objects.get().key}/").status_code == 404
    assert client.get(f"/data/requests/{AccessRequest.objects.get().key}/").status_code == 404
    assert DataGrant.objects.get().key not in text_of(client.get("/data/grants/"))


def test_a_system_shows_its_data_and_its_owner_may_ask(client, as_person, owner, steward, system, confidential):
    approved(steward, asked(owner, confidential, subject=system))
    as_person(client, owner)
    page = text_of(client.get(f"/systems/{system.key}/"))
    assert "Data it may use" in page and DataGrant.objects.get().key in page and "Find data to ask for" in page


def test_all_that_are_listed_are_answered_with_one_tick(client, as_person, lead, steward, employee, delivery,
                                                        confidential):  # fmt: skip
    for person in (employee, delivery):
        approved(steward, asked(person, confidential))
    campaign = operations.start_campaign(actor=lead.as_actor(), name="Autumn", due_on=clock.today() + timedelta(days=3))
    as_person(client, steward)
    typed = {"everything": "on", "outcome": "revoke", "reason": "The project ended."}
    assert client.post(f"/data/campaigns/{campaign.key}/", typed).status_code == 302
    assert {grant.state for grant in DataGrant.objects.all()} == {"revoked"}
    assert "2 / 2" in text_of(client.get(f"/data/campaigns/{campaign.key}/"))


def test_a_campaign_from_start_to_close_on_the_pages(
    client, as_person, lead, steward, employee, delivery, confidential
):
    for person in (employee, delivery):
        approved(steward, asked(person, confidential))
    as_person(client, lead)
    due = (clock.today() + timedelta(days=14)).isoformat()
    assert client.post("/data/campaigns/start/", {"name": "Autumn", "due_on": due}).status_code == 302
    campaign = Campaign.objects.get()
    assert "0 / 2" in text_of(client.get("/data/campaigns/"))

    as_person(client, steward)
    assert any(campaign.key in item.title for item in owed_by(steward))
    page = text_of(client.get(f"/data/campaigns/{campaign.key}/"))
    assert page.count('name="items"') == 2
    item = campaign.items.order_by("grant__key").first()
    url = f"/data/campaigns/{campaign.key}/"
    assert client.post(url, {"outcome": "keep", "reason": "x"}).status_code == 422
    assert client.post(url, {"items": [item.pk], "outcome": "keep", "reason": "Still needed"}).status_code == 302
    assert "Still needed" in text_of(client.get(url))
    assert client.post(url, {"everything": "on", "outcome": "revoke", "reason": ""}).status_code == 422

    as_person(client, lead)
    assert client.post(f"{url}close/", {"reason": "Early"}).status_code == 302
    assert DataGrant.objects.filter(held_back_at=None).count() == 1


@pytest.mark.parametrize("address", ["/data/requests/", "/data/grants/", "/data/campaigns/"])
def test_each_list_costs_the_same_for_one_row_and_for_ten(
    client, as_person, employee, lead, steward, confidential, address
):
    def row(number):
        approved(steward, asked(employee, confidential, purpose=f"purpose-{number}"))
        due = clock.today() + timedelta(days=3)
        operations.start_campaign(actor=lead.as_actor(), name=f"Round {number}", due_on=due)

    row(0)
    as_person(client, steward)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(1, 10):
        row(number)
    with CaptureQueriesContext(connection) as ten:
        client.get(address)
    assert len(one) == len(ten)


def test_the_lists_are_exported_and_the_export_is_recorded(client, as_person, steward, employee, confidential):
    approved(steward, asked(employee, confidential))
    as_person(client, steward)
    text = b"".join(client.get("/data/grants/?export=csv").streaming_content).decode("utf-8-sig")
    assert "Emil Employee" in text and "claims-handling" in text
    assert Entry.objects.filter(event="web.list.exported").exists()
