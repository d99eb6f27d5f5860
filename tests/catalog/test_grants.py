"""Grants: they end, are extended by a new decision, held back when data rises, resumed, revoked; rules find what is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounts import operations as accounts
from apps.catalog import operations, tasks
from apps.catalog.models import AccessRequest, DataGrant, Dataset, ProcessingActivity
from apps.catalog.queries.access import may_i
from apps.inventory import operations as inventory
from apps.inventory.models import UseCase, UseCaseSystem
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named
from apps.work.models import Notice
from tests.conftest import SETUP

from .test_access import approved, asked, classified

pytestmark = pytest.mark.django_db


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


@pytest.fixture
def grant(employee, steward, confidential):
    approved(steward, asked(employee, confidential, days=30))
    return DataGrant.objects.get()


def days_left(grant):
    grant.refresh_from_db()
    return round((grant.valid_until - clock.now()) / timedelta(days=1))


def failing(rule):
    return [str(row) for row in rule_named(rule).failing()]


def test_the_steward_extends_counted_from_now(steward, grant):
    operations.extend_grant(actor=steward.as_actor(), grant=grant, days=90, reason="The project goes on.")
    assert days_left(grant) == 90


def test_an_extension_is_bounded_like_a_request(steward, grant):
    with pytest.raises(Refused, match="DAR-006"):
        operations.extend_grant(actor=steward.as_actor(), grant=grant, days=181, reason="For ever")
    with pytest.raises(Invalid):
        operations.extend_grant(actor=steward.as_actor(), grant=grant, days=10, reason="Shorter")
    assert days_left(grant) == 30


def test_nobody_extends_their_own(employee, grant):
    with pytest.raises(Refused):
        operations.extend_grant(actor=employee.as_actor(), grant=grant, days=90, reason="More")


def test_the_holder_asks_for_more_time_and_it_is_decided_like_the_first_time(employee, steward, delivery, grant):
    with pytest.raises(Refused):
        operations.request_extension(actor=delivery.as_actor(), grant=grant, days=90, reason="Me too")
    request = operations.request_extension(actor=employee.as_actor(), grant=grant, days=90, reason="Not done yet")
    assert request.renews == grant and days_left(grant) == 30
    with pytest.raises(Conflict):
        operations.request_extension(actor=employee.as_actor(), grant=grant, days=60, reason="Again")
    approved(steward, request, days=60)
    assert days_left(grant) == 60 and DataGrant.objects.count() == 1


def test_extending_restricted_data_takes_a_second_person(employee, steward, second_steward, dataset):
    request = asked(employee, classified(dataset, "restricted"))
    approved(steward, request)
    operations.second_decision(actor=second_steward.as_actor(), request=request, outcome="approve", reason="Yes")
    grant = DataGrant.objects.get()
    operations.extend_grant(actor=steward.as_actor(), grant=grant, days=80, reason="Goes on")
    waiting = AccessRequest.objects.get(renews=grant)
    assert waiting.status == "second" and waiting.decided_by == steward and days_left(grant) == 30
    with pytest.raises(Refused):
        operations.second_decision(actor=steward.as_actor(), request=waiting, outcome="approve", reason="Me")
    operations.second_decision(actor=second_steward.as_actor(), request=waiting, outcome="approve", reason="Yes")
    assert days_left(grant) == 80


def test_revoking_holds_at_once_and_the_holder_is_told(employee, steward, confidential, grant):
    assert may_i(employee, confidential)
    operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="The project ended.")
    grant.refresh_from_db()
    assert grant.state == "revoked" and grant.revoked_by == steward and not may_i(employee, confidential)
    assert Notice.objects.filter(person=employee, text__startswith="Revoked").exists()
    with pytest.raises(Conflict):
        operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="Again")


def test_the_holder_gives_it_back_and_strangers_do_not_take_it(employee, delivery, analyst, grant):
    for person in (delivery, analyst):
        with pytest.raises(Refused):
            operations.revoke_grant(actor=person.as_actor(), grant=grant, reason="I do not like it")
    operations.revoke_grant(actor=employee.as_actor(), grant=grant, reason="Done")
    assert DataGrant.objects.get().state == "revoked"


def test_what_was_granted_is_held_back_when_the_data_rises_and_decided_anew(employee, steward, second_steward, grant):
    dataset = classified(grant.dataset, "restricted")
    held = operations.hold_back_grants(actor=steward.as_actor(), dataset=dataset, reason="Now restricted.")
    assert held == [grant.key] and not may_i(employee, dataset)
    grant.refresh_from_db()
    assert grant.state == "held_back" and grant.held_back_reason == "Now restricted."
    with pytest.raises(Invalid, match="anew"):
        operations.extend_grant(actor=steward.as_actor(), grant=grant, days=80, reason="x")
    operations.resume_grant(actor=steward.as_actor(), grant=grant, reason="Still needed")
    assert not may_i(employee, dataset)
    waiting = AccessRequest.objects.get(renews=grant)
    operations.second_decision(actor=second_steward.as_actor(), request=waiting, outcome="approve", reason="Yes")
    grant.refresh_from_db()
    assert grant.state == "valid" and grant.level_granted == "restricted" and may_i(employee, dataset)


def test_a_change_that_raises_nothing_holds_nothing_back(steward, grant):
    dataset = classified(grant.dataset, "internal")
    assert operations.hold_back_grants(actor=steward.as_actor(), dataset=dataset, reason="Now internal.") == []
    held = operations.hold_back_grants(actor=steward.as_actor(), dataset=dataset, reason="Health data.", every=True)
    assert held == [grant.key]
    operations.resume_grant(actor=steward.as_actor(), grant=grant, reason="Looked at")
    assert DataGrant.objects.get().state == "valid" and days_left(grant) in (29, 30)


def test_the_holder_hears_of_the_end_once(employee, grant):
    with clock.travel(clock.now() + timedelta(days=17)):
        for _ in range(2):
            tasks.access_nightly()
    assert Notice.objects.filter(person=employee, text__contains="ends on").count() == 1


def test_nothing_is_said_long_before_the_end(employee, grant):
    tasks.access_nightly()
    assert not Notice.objects.filter(text__contains="ends on").exists()


def test_grants_of_people_who_left_are_found_and_revoked_at_night(employee, grant):
    assert failing("ACC-003") == []
    accounts.deactivate_person(actor=SETUP, person=employee, reason="Left")
    assert failing("ACC-003") == [grant.key]
    tasks.access_nightly()
    assert failing("ACC-003") == [] and DataGrant.objects.get().state == "revoked"


def test_a_request_that_waits_more_than_five_working_days_is_a_finding(employee, confidential):
    request = asked(employee, confidential)
    monday = clock.now() + timedelta(days=7 - clock.now().weekday())
    AccessRequest.objects.update(requested_at=monday.replace(hour=12))
    with clock.travel(monday.replace(hour=13) + timedelta(days=6)):
        assert failing("ACC-002") == []
    with clock.travel(monday.replace(hour=13) + timedelta(days=7)):
        assert failing("ACC-002") == [request.key]


@pytest.fixture
def carried(employee, steward, dataset, entry_in_force):
    """A grant on personal data that stands on an entry of the register."""
    personal = classified(dataset, "confidential", "personal")
    approved(steward, asked(employee, personal, activity=entry_in_force))
    return DataGrant.objects.get()


CHANGES = {
    "ended": {"status": "ended"},
    "another purpose": {"purpose_codes": ["marketing"]},
    "other kinds of data": {"data_categories": ["financial"]},
    "other actions": {"actions": ["train"]},
    "assessment needed": {"impact_assessment": "required"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_grant_that_outlives_its_entry_is_found(carried, change):
    assert failing("ACC-001") == []
    ProcessingActivity.objects.update(**change)
    assert failing("ACC-001") == [carried.key]


def test_a_grant_on_data_that_the_entry_does_not_name_any_more_is_found(carried, steward, platform, claims):
    entry = carried.activity
    entry.datasets.add(carried.dataset)
    assert failing("ACC-001") == []
    other = operations.register_dataset(
        actor=steward.as_actor(), platform=platform, name="claims.public.other", department=claims
    )
    entry.datasets.set([other])
    assert failing("ACC-001") == [carried.key]


def test_a_grant_for_a_use_case_that_ended_is_found(owner, steward, claims, system, dataset):
    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort", purpose="Sort claims", department=claims, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=system)
    approved(steward, asked(owner, classified(dataset, "confidential"), subject=system, use_case=case))
    assert failing("ACC-001") == []
    UseCase.objects.filter(pk=case.pk).update(status="retired")
    assert failing("ACC-001") == [DataGrant.objects.get().key]


def test_a_grant_for_a_use_case_that_left_its_system_is_found(owner, steward, claims, system, dataset):
    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort", purpose="Sort claims", department=claims, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=system)
    approved(steward, asked(owner, classified(dataset, "confidential"), subject=system, use_case=case))
    assert failing("ACC-001") == []
    UseCaseSystem.objects.all().delete()
    assert failing("ACC-001") == [DataGrant.objects.get().key]


def test_a_grant_for_a_region_that_its_entry_names_no_more_is_found(carried):
    DataGrant.objects.update(region="EU")
    assert failing("ACC-001") == []
    ProcessingActivity.objects.update(regions=["DE"])
    assert failing("ACC-001") == [carried.key]


@pytest.mark.parametrize("rule", ["ACC-001", "ACC-002", "ACC-003"])
def test_each_rule_is_one_statement(rule, carried, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(rule_named(rule).failing())


def test_every_change_of_a_grant_moves_the_number_that_remembered_answers_are_compared_with(steward, grant):
    before = Dataset.objects.get(pk=grant.dataset_id).access_version
    operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="Ended")
    assert Dataset.objects.get(pk=grant.dataset_id).access_version > before


def test_a_grant_that_somebody_else_revokes_meanwhile_keeps_no_other_standing(
    employee, steward, confidential, grant, monkeypatch
):
    approved(steward, asked(employee, confidential, purpose="another-purpose"))
    as_read_before = list(DataGrant.objects.order_by("created_at"))
    operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="The project ended.")
    rows = DataGrant.objects.filter(pk__in=[one.pk for one in as_read_before])
    monkeypatch.setattr("apps.catalog.queries.access.orphaned", lambda: rows)
    tasks.access_nightly()
    assert not DataGrant.objects.filter(revoked_at=None).exists()
