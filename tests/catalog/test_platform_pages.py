"""The pages of platforms."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.catalog import operations
from apps.catalog.models import Platform

from .test_dataset_pages import cost, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


def test_everybody_who_may_browse_sees_where_data_is_kept_and_never_what_they_may_not_know(
    browse, employee, outsider, platform, dataset
):
    client = browse(employee)
    assert platform.key in client.get("/data/platforms/?kind=warehouse&q=claims").text
    page = client.get(f"/data/platforms/{platform.key}/").text
    assert platform.namespace in page and dataset.key not in page and "claims.public" not in page
    assert browse(outsider).get(f"/data/platforms/{platform.key}/").status_code == 200


def test_the_steward_sees_what_it_holds(browse, steward, platform, dataset):
    page = browse(steward).get(f"/data/platforms/{platform.key}/").text
    assert dataset.key in page and "claims.public" in page


def test_a_steward_registers_and_edits_a_platform(browse, steward, employee, claims):
    client, url = browse(steward), "/data/platforms/register/"
    data = form_of(client.get(url)) | {
        "name": "Lake", "namespace": "s3://lake", "kind": "lake", "department": claims.pk, "owner": steward.email,
        "transport_encrypted": "True",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    made = Platform.objects.get(namespace="s3://lake")
    assert made.owner == steward and made.transport_encrypted is True
    again = client.post(url, form_of(client.get(url)) | {**data, "submission": ""})
    assert again.status_code == 422 and "on record already" in again.text
    edit = f"/data/platforms/{made.key}/edit/"
    data = form_of(client.get(edit)) | {"region": "EU", "encryption": "own_key", "key_rotated_on": "2026-01-31"}
    assert client.post(edit, data).status_code == 302
    assert Platform.objects.get(key=made.key).encryption == "own_key"
    assert browse(employee).get(edit).status_code == 403
    assert browse(employee).get(url).status_code == 403


def test_a_stale_edit_shows_both_versions(browse, steward, platform):
    client, url = browse(steward), f"/data/platforms/{platform.key}/edit/"
    data = form_of(client.get(url)) | {"name": "Mine"}
    operations.edit_platform(actor=steward.as_actor(), platform=platform, changes={"name": "Theirs"}, version=1)
    answer = client.post(url, data)
    assert answer.status_code == 409 and "Theirs" in answer.text and "Mine" in answer.text


def test_an_observed_platform_says_so_until_somebody_declares_it(browse, steward, claims):
    from apps.catalog.models import Standing

    made = operations.register_platform(
        actor=steward.as_actor(), name="Seen", namespace="kafka://seen:9092", department=claims
    )
    Platform.objects.filter(pk=made.pk).update(standing=Standing.OBSERVED)
    client = browse(steward)
    assert "nobody has declared it" in client.get(f"/data/platforms/{made.key}/").text
    url = f"/data/platforms/{made.key}/edit/"
    assert client.post(url, form_of(client.get(url))).status_code == 302
    assert "nobody has declared it" not in client.get(f"/data/platforms/{made.key}/").text


def test_the_list_costs_the_same_for_ten_and_for_twenty_rows(browse, steward, claims):
    client, numbers = browse(steward), []
    for rows in (10, 20):
        for index in range(Platform.objects.count(), rows):
            operations.register_platform(
                actor=steward.as_actor(), name=f"P{index}", namespace=f"s3://p{index}", department=claims, owner=steward
            )
        numbers.append(cost(client, "/data/platforms/"))
    assert numbers[0] == numbers[1] <= 20
