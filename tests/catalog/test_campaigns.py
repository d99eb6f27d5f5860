"""Campaigns: every grant of a scope is asked about again, kept or revoked in bulk, and silence holds it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.catalog import operations, tasks
from apps.catalog.models import Campaign, CampaignItem, DataGrant
from apps.catalog.queries.access import items_to_decide
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.work.models import Notice

from .test_access import approved, asked, classified

pytestmark = pytest.mark.django_db


@pytest.fixture
def grants(employee, delivery, steward, dataset):
    classified(dataset, "confidential")
    for person in (employee, delivery):
        approved(steward, asked(person, dataset, days=100))
    return list(DataGrant.objects.order_by("key"))


@pytest.fixture
def campaign(lead, grants):
    return started(lead)


def started(person, **changes):
    values = {"name": "Autumn", "due_on": clock.today() + timedelta(days=21), "levels": ["confidential"]}
    return operations.start_campaign(actor=person.as_actor(), **(values | changes))


def decided(person, campaign, items, keep, reason="Looked at."):
    return operations.decide_items(actor=person.as_actor(), campaign=campaign, items=items, keep=keep, reason=reason)


def test_it_asks_the_steward_about_every_grant_of_its_scope(campaign, grants, steward):
    assert campaign.key.startswith("RCC-") and campaign.items.count() == 2
    assert {item.grant for item in items_to_decide(steward)} == set(grants)
    assert Notice.objects.filter(person=steward, text__contains="2 grants").exists()


@pytest.mark.parametrize("scope", [{"levels": ["restricted"]}, {"departments": ["underwriting"]}])
def test_a_scope_without_grants_is_no_campaign(lead, grants, underwriting, scope):
    if "departments" in scope:
        scope = {"departments": [underwriting]}
    with pytest.raises(Invalid, match="No grant"):
        started(lead, **scope)
    assert not Campaign.objects.exists()


def test_scope_by_platform_and_department(lead, grants, platform, claims):
    assert started(lead, platforms=[platform], departments=[claims]).items.count() == 2


def test_bad_input_is_named(lead, grants):
    with pytest.raises(Invalid) as bad:
        started(lead, name=" ", due_on=clock.today(), levels=["secret"])
    assert set(bad.value.problems) == {"name", "due_on", "levels"}


def test_a_steward_keeps_and_revokes_in_bulk_with_a_reason(campaign, grants, steward):
    items = list(campaign.items.order_by("grant__key"))
    with pytest.raises(Invalid):
        decided(steward, campaign, items, True, " ")
    decided(steward, campaign, items[:1], True)
    decided(steward, campaign, items[1:], False, "Moved to another team.")
    first, second = (DataGrant.objects.get(pk=grant.pk) for grant in grants)
    assert first.recertified_at and first.state == "valid"
    assert second.state == "revoked" and second.revoked_reason == "Moved to another team."
    assert not items_to_decide(steward).exists()


def test_nobody_recertifies_what_they_hold(campaign, lead, employee, analyst):
    for person in (employee, analyst):
        with pytest.raises(Refused):
            decided(person, campaign, list(campaign.items.all()), True)
    assert not CampaignItem.objects.exclude(keep=None).exists()


def test_what_is_decided_stays_decided(campaign, steward, second_steward):
    items = list(campaign.items.all())
    decided(steward, campaign, items, True)
    with pytest.raises(Conflict, match="Stella Steward"):
        decided(second_steward, campaign, items, False)
    assert DataGrant.objects.filter(revoked_at=None).count() == 2


def test_silence_holds_back_on_the_day_after_and_the_owner_is_told(campaign, grants, steward, delivery, employee):
    decided(steward, campaign, list(campaign.items.filter(grant=grants[0])), True)
    tasks.campaigns_due()
    assert Campaign.objects.get().closed_at is None
    with clock.travel(clock.now() + timedelta(days=22)):
        tasks.campaigns_due()
        tasks.campaigns_due()
    assert Campaign.objects.get().closed_at
    first, second = (DataGrant.objects.get(pk=grant.pk) for grant in grants)
    assert first.held_back_at is None
    assert second.held_back_reason == f"Not recertified in {campaign.key}."
    assert Notice.objects.filter(person=second.person, text__contains="Held back").exists()
    operations.resume_grant(actor=steward.as_actor(), grant=second, reason="Still needed")
    assert DataGrant.objects.get(pk=second.pk).state == "valid"


def test_a_closed_campaign_takes_no_more_answers(campaign, lead, steward):
    operations.close_campaign(actor=lead.as_actor(), campaign=campaign)
    with pytest.raises(Conflict):
        decided(steward, campaign, list(campaign.items.all()), True)
    with pytest.raises(Conflict):
        operations.close_campaign(actor=lead.as_actor(), campaign=campaign)


def test_only_those_who_run_campaigns_start_and_close_them(campaign, employee, owner):
    with pytest.raises(Refused):
        started(owner)
    with pytest.raises(Refused):
        operations.close_campaign(actor=employee.as_actor(), campaign=campaign)
