"""Home per persona, portfolio and search."""

import pytest

from apps.inventory.models import AISystem

pytestmark = pytest.mark.django_db


def test_home_greets_every_persona(client, as_person, request):
    for name in ("employee", "owner", "analyst", "architect", "auditor", "admin", "lead", "sponsor"):
        as_person(client, request.getfixturevalue(name))
        assert client.get("/").status_code == 200


def test_the_owner_sees_their_systems_on_home(client, as_person, owner, system):
    as_person(client, owner)
    assert system.key in client.get("/").content.decode()


def test_the_portfolio_counts_only_what_the_person_may_see(client, as_person, lead, system, outsider):
    as_person(client, lead)
    assert client.get("/portfolio/").context["numbers"][0].value == 1
    as_person(client, outsider)
    assert client.get("/portfolio/").context["numbers"][0].value == 0


def test_an_employee_has_no_portfolio(client, as_person, employee):
    as_person(client, employee)
    assert client.get("/portfolio/").status_code == 403


def test_every_number_of_the_portfolio_opens_a_page(client, as_person, lead, system):
    AISystem.objects.update(operating_status="running")
    as_person(client, lead)
    context = client.get("/portfolio/").context
    urls = [number.url for number in context["numbers"]] + [
        row[2] for name in ("stages", "tiers") for row in context[name]
    ]
    for url in filter(None, urls):
        assert client.get(url).status_code == 200, url


def test_search_ignores_what_is_no_text(client, as_person, owner):
    as_person(client, owner)
    assert client.get("/search/?q=%00%00x").status_code == 200
