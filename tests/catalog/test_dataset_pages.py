"""The pages of datasets."""

from __future__ import annotations

import pytest

from apps.catalog import operations
from apps.catalog.models import Dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(client, as_person):
    def open_as(person, path: str):
        as_person(client, person)
        return client.get(path)

    return open_as


def _more_datasets(steward, platform, claims, number: int) -> None:
    have = Dataset.objects.count()
    for index in range(have, number):
        operations.register_dataset(
            actor=steward.as_actor(), platform=platform, name=f"claims.public.table_{index}", department=claims,
            steward=steward,
        )  # fmt: skip


def test_a_steward_finds_the_dataset_in_the_list_by_a_word_of_its_name(browse, steward, dataset):
    page = browse(steward, "/data/?q=claim").content.decode()
    assert dataset.key in page
    assert "Not classified" in page
    assert dataset.key not in browse(steward, "/data/?q=telematics").content.decode()


def test_the_page_shows_facts_fields_and_what_other_rooms_know(browse, steward, dataset):
    page = browse(steward, f"/data/{dataset.key}/").content.decode()
    for words in (
        "claims.public.claim",
        "Claims warehouse",
        "customer_email",
        "Not classified",
        "Activity",
        'id="fields"',
    ):
        assert words in page


def test_it_hides_a_restricted_dataset_from_an_employee(browse, employee, dataset):
    assert browse(employee, f"/data/{dataset.key}/").status_code == 404
    assert dataset.key not in browse(employee, "/data/").content.decode()


def test_the_list_costs_the_same_for_ten_and_for_twenty_rows(browse, steward, platform, dataset, claims):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for rows in (10, 20):
        _more_datasets(steward, platform, claims, rows)
        browse(steward, "/data/")
        with CaptureQueriesContext(connection) as queries:
            browse(steward, "/data/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
