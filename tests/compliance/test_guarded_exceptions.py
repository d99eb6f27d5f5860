"""An exception opens gates: the database holds its two people, also where somebody writes past the portal."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.compliance import operations
from apps.compliance.models import PolicyException
from apps.kernel import clock
from apps.kernel.errors import Refused
from apps.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(system, owner):
    """An exception from the fourth gate that waits."""
    return operations.request_exception(
        actor=owner.as_actor(), about=system, concerns="G4", reason="Late", compensating_control="People check",
        until=clock.days_from_now(30),
    )  # fmt: skip


def as_if(person):
    """Claim in the transaction's context to be a person."""
    context = {"actor_kind": "person", "actor_id": str(person.pk), "event": "compliance.exception.approved"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gatehouse.context', %s, true)", [json.dumps(context)])


def refused(**changes):
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyException.objects.update(**changes)
    return True


def test_a_granted_exception_cannot_be_written_down(system, owner, lead, legal):
    as_if(owner)
    with pytest.raises(DatabaseError, match="begins as a request"), transaction.atomic():
        PolicyException.objects.create(
            id=uuid7(), key="EXC-9999", subject_type="inventory.system", subject_id=str(system.pk), concerns="G4",
            reason="x", compensating_control="x", until=clock.now() + timedelta(days=9), requested_by=owner,
            first_approver=lead, second_approver=legal, status="granted", requested_at=clock.now(),
        )  # fmt: skip


def test_nobody_approves_for_another_nor_for_both(asked, lead, legal):
    as_if(lead)
    assert refused(first_approver=legal)
    assert refused(first_approver=lead, second_approver=legal, status="granted")
    PolicyException.objects.update(first_approver=lead)
    assert refused(second_approver=legal, status="granted")
    assert refused(second_approver=lead, status="granted")
    as_if(legal)
    PolicyException.objects.update(second_approver=legal, status="granted")


def test_nobody_who_profits_approves(asked, sponsor, owner):
    for person in (sponsor, owner):
        as_if(person)
        assert refused(first_approver=person)


def test_what_was_asked_for_does_not_change(asked, lead, legal):
    for person in (lead, legal):
        operations.approve_exception(actor=person.as_actor(), exception=asked)
    as_if(lead)
    assert refused(concerns="G3")
    assert refused(until=clock.days_from_now(360))
    with pytest.raises(DatabaseError), transaction.atomic():
        PolicyException.objects.all().delete()
    operations.end_exception(actor=lead.as_actor(), exception=asked, reason="Done")
    assert refused(status="granted")


def test_who_decides_elsewhere_does_not_decide_here(asked, make_person, underwriting, system):
    partial = make_person("Paul Partial", "governance-lead", reach=underwriting)
    with pytest.raises(Refused):
        operations.approve_exception(actor=partial.as_actor(), exception=asked)
