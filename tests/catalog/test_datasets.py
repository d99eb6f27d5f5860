"""Platforms, datasets and fields on record."""

from __future__ import annotations

import pytest

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import Dataset, Field, Standing
from apps.kernel.errors import Conflict, Invalid, Refused

pytestmark = pytest.mark.django_db


def test_a_steward_puts_a_dataset_on_record_with_its_fields(dataset, platform):
    assert dataset.key.startswith("DST-")
    assert dataset.namespace == platform.namespace
    assert [field.path for field in dataset.fields.all()][:2] == ["claim_id", "customer_id"]
    assert dataset.container.name == "claims.public"
    assert Entry.objects.filter(event="catalog.dataset.registered", subject_id=str(dataset.pk)).exists()
    assert "claims" in Dataset.objects.get().search_text


def test_it_refuses_an_employee(employee, platform, claims):
    with pytest.raises(Refused):
        operations.register_dataset(actor=employee.as_actor(), platform=platform, name="x.y", department=claims)


def test_it_refuses_a_second_dataset_of_the_same_name(dataset, steward, platform, claims):
    with pytest.raises(Invalid):
        operations.register_dataset(
            actor=steward.as_actor(), platform=platform, name="claims.public.claim", department=claims
        )


def test_two_stewards_at_once_do_not_overwrite_each_other(dataset, steward, second_steward):
    operations.edit_dataset(actor=steward.as_actor(), dataset=dataset, changes={"title": "All claims"}, version=1)
    with pytest.raises(Conflict):
        operations.edit_dataset(
            actor=second_steward.as_actor(), dataset=dataset, changes={"title": "Claims 2"}, version=1
        )


def test_nobody_types_in_what_a_tool_should_have_seen(steward):
    with pytest.raises(Refused):
        operations.observe_dataset(actor=steward.as_actor(), namespace="s3://bucket", name="folder/file")


def test_an_unclassified_dataset_is_hidden_from_employees_and_known_to_stewards(dataset, employee, steward, outsider):
    assert Dataset.objects.visible_to(steward).count() == 1
    assert not Dataset.objects.visible_to(employee).exists()
    assert not Dataset.objects.visible_to(outsider).exists()
    Dataset.objects.update(level="internal")
    assert Dataset.objects.visible_to(employee).exists()


def test_what_a_decision_depends_on_raises_the_access_version(dataset):
    before = Dataset.objects.get().access_version
    Dataset.objects.update(title="Another")
    assert Dataset.objects.get().access_version == before
    Dataset.objects.update(level="confidential")
    assert Dataset.objects.get().access_version == before + 1
    assert dataset.standing == Standing.DECLARED
    assert Field.objects.filter(dataset=dataset).count() == 5
