"""What runs where, on the pages."""

from __future__ import annotations

from apps.registry import operations

PLACE = {"environment": "production", "region": "EU"}


def test_the_page_and_the_api_say_the_same_and_only_what_one_may_see(client, as_person, live, owner, outsider, auditor):
    operations.deploy(actor=owner.as_actor(), system=live, release=live.releases.get(), **PLACE)
    page = as_person(client, auditor).get("/deployments/as-of/").content.decode()
    assert live.name in page and "Approved" in page
    assert client.get("/deployments/as-of/", {"at": "yesterday"}).status_code == 422
    assert live.name not in as_person(client, outsider).get("/deployments/as-of/").content.decode()


def test_an_owner_deploys_and_rolls_back_on_the_pages(client, as_person, live, second_release, owner, employee):
    as_person(client, owner)
    first = live.releases.get(number=1)
    for release in (first, second_release):
        answer = client.post(
            f"/systems/{live.key}/deploy/", {"release": release.key, "environment": "production", "region": "EU"}
        )
        assert answer.status_code == 302
        # Only where there is an earlier release to go back to.
        offered = f"/systems/{live.key}/roll-back/" in client.get(f"/systems/{live.key}/").content.decode()
        assert offered == (release == second_release)
    assert "Roll back" in client.get(f"/systems/{live.key}/").content.decode()
    address = f"/systems/{live.key}/roll-back/production/EU/"
    assert "May run" in client.get(address).content.decode()
    assert client.post(address, {"to_release": first.key, "reason": ""}).status_code == 422
    answer = client.post(address, {"to_release": first.key, "reason": "It sorts fraud last", "do": "back"})
    assert answer.status_code == 302 and "It sorts fraud last" in client.get(answer.url).content.decode()
    assert as_person(client, employee).get(address).status_code in (403, 404)
