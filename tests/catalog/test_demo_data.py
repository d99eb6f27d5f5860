"""The data of the demo enterprise: built by operations, twice without harm."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.catalog.models import (
    Dataset,
    DatasetUse,
    Field,
    GlossaryTerm,
    LineageEdge,
    MasterEntity,
    Platform,
    ProcessingActivity,
)
from apps.catalog.rules.masterdata import MisalignedIdentifiers
from apps.inventory import operations as inventory
from apps.kernel.clock import now, travel
from tests.catalog.test_retention import own_storage

__all__ = ["own_storage"]
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture
def enterprise_with_data(db):
    from datetime import timedelta

    from portal.demo.data import build_data
    from portal.demo.organisation import build_organisation

    with travel(now() - timedelta(days=380)):
        build_organisation()
        build_data()


def test_the_demo_has_data_worth_looking_at(enterprise_with_data, as_person):
    from portal.demo.data import build_data, report_loads
    from portal.demo.organisation import person

    assert Platform.objects.count() == 5 and MasterEntity.objects.count() == 4
    assert Dataset.objects.count() >= 35 and GlossaryTerm.objects.count() >= 20
    assert {row.name for row in MisalignedIdentifiers().failing()} == {
        "aurelia.life.application", "aurelia.life.contract", "aurelia.hr.absence", "claims.reported",
        "telematics/trips", "/treaties",
    }  # fmt: skip
    assert Dataset.objects.exclude(level="").count() > 30 and Dataset.objects.filter(level="restricted").count() > 3
    counts = [model.objects.count() for model in (Dataset, Field, GlossaryTerm, MasterEntity, Platform)]
    build_data()
    assert counts == [model.objects.count() for model in (Dataset, Field, GlossaryTerm, MasterEntity, Platform)]
    report_loads()
    client = as_person(Client(), person("Stefan Maurer"))
    for dataset in Dataset.objects.filter(name__in=["aurelia.claims.claim", "telematics/driving-scores"]):
        assert client.get(f"/data/{dataset.key}/").status_code == 200


def test_owners_of_the_demo_declare_what_their_systems_work_with(enterprise_with_data):
    from portal.demo.data import declare_uses
    from portal.demo.organisation import person

    owner = person("Oscar Lindner")
    system = inventory.register_system(
        actor=owner.as_actor(), name="Claims triage", department=owner.department, owner=owner
    )
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Claims triage", purpose="Sort claims.", department=owner.department, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    declare_uses(system)
    declare_uses(system)
    assert DatasetUse.objects.filter(system=system).count() == 2 == LineageEdge.objects.count()


def test_more_use_cases_come_under_an_entry_of_the_demo_that_stays_in_force(enterprise_with_data):
    from portal.demo.organisation import person
    from portal.demo.register import stand_under

    owner = person("Oscar Lindner")
    for name in ("Claims triage", "Claims letters", "Claims photos"):
        made = inventory.register_use_case(
            actor=owner.as_actor(), name=name, purpose="Work on claims.", department=owner.department, owner=owner
        )
        stand_under(made, "claims")
    entry = ProcessingActivity.objects.get(name="Handling of claims")
    assert (entry.status, entry.use_cases.count()) == ("in_force", 3)


def test_the_demo_shows_who_may_what_and_how_long_data_is_kept(enterprise_with_data, own_storage):
    from apps.catalog.models import AccessRecord, AccessRequest, DataGrant, Deletion, LegalHold, RetentionPolicy
    from apps.catalog.queries.classification import mine_to_confirm
    from portal.demo.access import build_access, build_retention
    from portal.demo.data import declare_uses, suggest_the_rest
    from portal.demo.organisation import person

    owner = person("Oscar Lindner")
    system = inventory.register_system(
        actor=owner.as_actor(), name="Claims triage", department=owner.department, owner=owner
    )
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Claims triage", purpose="Sort claims.", department=owner.department, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    declare_uses(system)
    suggest_the_rest()
    for _time in range(2):
        build_retention()
        build_access()
        assert sorted(AccessRequest.objects.values_list("status", flat=True)) == [
            "approved", "approved", "refused", "second", "waiting",
        ]  # fmt: skip
        assert DataGrant.objects.count() == 2 and RetentionPolicy.objects.filter(replaced_at=None).count() == 6
        assert Deletion.objects.count() == LegalHold.objects.count() == 1
        assert AccessRecord.objects.filter(outcome="no_grant").count() == 1
    assert 3 <= mine_to_confirm(person("Stefan Maurer")).count() <= 5
    assert not Dataset.objects.filter(name="geo/flood-zones", categories__len__gt=0).exists()
