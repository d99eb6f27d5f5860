"""Findings and exceptions as people use them in the browser."""

from datetime import timedelta

import pytest

from apps.compliance import operations
from apps.compliance.models import Finding, PolicyException
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(system):
    AISystem.objects.filter(pk=system.pk).update(operating_status="running")
    operations.sweep(actor=Actor.system("beat"))
    return Finding.objects.get(rule_id="INV-002")


def test_the_owner_sees_the_finding_and_says_what_they_do(client, as_person, owner, found):
    as_person(client, owner)
    assert found.key in client.get("/findings/").content.decode()
    assert "Submit it for review now" in client.get(f"/findings/{found.key}/").content.decode()
    answer = client.post(f"/findings/{found.key}/", {"do": "remedy", "remedy": "Submitted today"})
    assert answer.status_code == 302
    found.refresh_from_db()
    assert found.status == "acknowledged"


def test_an_empty_remedy_is_refused_with_the_page(client, as_person, owner, found):
    as_person(client, owner)
    answer = client.post(f"/findings/{found.key}/", {"do": "remedy", "remedy": ""})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_an_outsider_does_not_know_of_it(client, as_person, outsider, found):
    as_person(client, outsider)
    assert found.key not in client.get("/findings/").content.decode()
    assert client.get(f"/findings/{found.key}/").status_code == 404


def test_an_exception_is_asked_for_and_granted_in_the_browser(client, as_person, owner, lead, legal, found, system):
    as_person(client, owner)
    answer = client.post(
        "/exceptions/request/",
        {
            "about": system.key,
            "kind": "waiver",
            "concerns": "INV-002",
            "reason": "Test report arrives soon",
            "compensating_control": "A person checks",
            "until": (clock.today() + timedelta(days=20)).isoformat(),
        },
    )
    exception = PolicyException.objects.get()
    assert answer.url == f"/exceptions/{exception.key}/"
    assert client.post(answer.url, {"do": "approve", "reason": "Mine"}).status_code == 403
    for person in (lead, legal):
        as_person(client, person)
        assert client.post(answer.url, {"do": "approve", "reason": "Bounded"}).status_code == 302
    exception.refresh_from_db()
    assert exception.status == "granted"


def test_the_export_opens_as_text_only(client, as_person, lead, found):
    Finding.objects.filter(pk=found.pk).update(title="=HYPERLINK(1)")
    as_person(client, lead)
    body = b"".join(client.get("/findings/?export=csv").streaming_content).decode()
    assert "'=HYPERLINK(1)" in body


@pytest.mark.parametrize(
    "query", ["after=%00", "after=!!!", "sort=password", "status=nonsense", "q=%00%27", "after=W251bGwsICJ4Il0"]
)
def test_hostile_parameters_give_a_page(client, as_person, lead, found, query):
    as_person(client, lead)
    assert client.get(f"/findings/?{query}").status_code == 200
