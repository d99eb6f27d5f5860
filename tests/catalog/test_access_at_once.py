"""Several people at the same moment, with committed transactions: one decision stands, one grant comes of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from apps.catalog import operations
from apps.catalog.models import AccessRequest, CampaignItem, DataGrant, Dataset
from apps.kernel import clock
from apps.kernel.errors import Conflict

from .test_access import approved, asked, classified

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do everything at the same moment, each on a connection of its own; return results or refusals."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return deed()
        except Conflict as conflict:
            return conflict
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_of_two_stewards_one_decides_and_the_other_reads_who(employee, steward, second_steward, dataset):
    request = asked(employee, classified(dataset, "confidential"))
    said = at_once(lambda: approved(steward, request), lambda: approved(second_steward, request))
    (conflict,) = (one for one in said if isinstance(one, Conflict))
    assert "decided already: approved by" in conflict.message
    assert DataGrant.objects.count() == 1 and AccessRequest.objects.get().status == "approved"


def test_of_two_first_decisions_on_restricted_data_one_counts(employee, steward, second_steward, dataset):
    request = asked(employee, classified(dataset, "restricted"))
    said = at_once(lambda: approved(steward, request), lambda: approved(second_steward, request))
    assert sum(isinstance(one, Conflict) for one in said) == 1
    assert not DataGrant.objects.exists() and AccessRequest.objects.get().status == "second"


def test_a_double_click_in_the_same_moment_makes_one_grant(employee, steward, dataset):
    request = asked(employee, classified(dataset, "confidential"))
    click = lambda: approved(steward, request, request_key="click")  # noqa: E731
    said = at_once(click, click, click)
    assert [one.pk for one in said] == [request.pk] * 3 and DataGrant.objects.count() == 1


def test_approval_and_a_rise_at_once_leave_no_grant_that_allows_more_than_was_decided(employee, steward, dataset):
    for number in range(5):
        classified(dataset, "internal")
        request = asked(employee, dataset, purpose=f"purpose-{number}")

        def rise() -> object:
            from django.db import transaction

            with transaction.atomic():
                locked = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
                Dataset.objects.filter(pk=locked.pk).update(level="restricted")
                return operations.hold_back_grants(actor=steward.as_actor(), dataset=locked, reason="Now restricted.")

        at_once(lambda request=request: approved(steward, request), rise)
    assert not [grant.key for grant in DataGrant.objects.standing() if grant.level_granted != "restricted"]


def test_revoking_and_classifying_at_once_do_not_wait_for_each_other_for_ever(employee, steward, dataset):
    for number in range(4):
        classified(dataset, "internal")
        approved(steward, asked(employee, dataset, purpose=f"purpose-{number}"))
        grant = DataGrant.objects.get(purpose=f"purpose-{number}")

        def revoke(grant: DataGrant = grant) -> object:
            return operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="Ended.")

        def raise_level() -> object:
            changed = classified(dataset, "confidential")
            return operations.hold_back_grants(actor=steward.as_actor(), dataset=changed, reason="Risen.")

        revoked, _keys = at_once(revoke, raise_level)
        assert revoked.revoked_at


def test_two_stewards_answer_a_campaign_at_once(employee, lead, steward, second_steward, dataset):
    approved(steward, asked(employee, classified(dataset, "confidential")))
    due = clock.days_from_now(9).date()
    campaign = operations.start_campaign(actor=lead.as_actor(), name="Round", due_on=due)

    def answer(person: object, keep: bool) -> object:
        items = list(campaign.items.all())
        return operations.decide_items(
            actor=person.as_actor(), campaign=campaign, items=items, keep=keep, reason="Looked at."
        )

    said = at_once(lambda: answer(steward, True), lambda: answer(second_steward, False))
    assert sum(isinstance(one, Conflict) for one in said) == 1
    item = CampaignItem.objects.get()
    assert (DataGrant.objects.get().revoked_at is None) == item.keep
