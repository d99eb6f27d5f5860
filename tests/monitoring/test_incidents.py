"""Incidents: opened once, contained, and closed with a root cause by somebody who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from apps.compliance.engine import failing_rows
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named
from apps.monitoring import operations, tasks
from apps.monitoring.models import Incident
from apps.monitoring.queries.incidents import owned_by
from apps.work.models import Notice

from .conftest import NOW

ROLLED_BACK = {"title": "Rolled back", "severity": "high", "reference": "RBK-0001", "occurred_at": NOW.isoformat()}


@pytest.fixture
def opened(system, security):
    """A grave incident that security opened; the system's owner answers for it."""
    return operations.open_incident(
        actor=security.as_actor(), system=system, title="Fraud was sorted to the end", severity="high",
        occurred_at=NOW - timedelta(hours=2),
    )  # fmt: skip


def test_the_portal_opens_one_incident_for_a_rollback_however_often_it_is_told(system, owner):
    for _time in range(2):
        tasks.open_incident(system=str(system.pk), **ROLLED_BACK)
    found = Incident.objects.get(reference="RBK-0001")
    assert found.owner == owner and found.opened_by is None and found.occurred_at == NOW
    assert list(owned_by(owner)) == [found]
    assert Notice.objects.filter(person=owner, kind="incident").count() == 1


def test_a_task_for_a_system_that_is_none_does_nothing(db):
    tasks.open_incident(system="0190a000-0000-7000-8000-000000000000", **ROLLED_BACK)
    assert not Incident.objects.exists()


def test_it_is_contained_and_closed_with_its_root_cause(opened, owner, lead):
    contained = operations.contain_incident(actor=owner.as_actor(), incident=opened, reason="Rolled back by hand")
    assert contained.state == "contained" and contained.contained_by == owner
    with pytest.raises(Invalid, match="what caused it"):
        operations.close_incident(actor=lead.as_actor(), incident=opened, root_cause=" ", lessons="Test fraud")
    with pytest.raises(Invalid, match="what was learned"):
        operations.close_incident(actor=lead.as_actor(), incident=opened, root_cause="No fraud in the test set")
    closed = operations.close_incident(
        actor=lead.as_actor(), incident=opened, root_cause="No fraud in the test set", lessons="Test fraud"
    )
    assert closed.state == "closed" and closed.closed_by == lead
    with pytest.raises(Refused, match="closed"):
        operations.contain_incident(actor=owner.as_actor(), incident=closed, reason="Again")


def test_whoever_opened_or_answers_for_a_grave_incident_does_not_close_it(opened, owner, security):
    for person, said in ((owner, "You answer"), (security, "You opened")):
        with pytest.raises(Refused, match=said):
            operations.close_incident(actor=person.as_actor(), incident=opened, root_cause="Nobody knows", lessons="-")
    with pytest.raises(Refused, match="somebody else does"):
        operations.edit_incident(actor=owner.as_actor(), incident=opened, changes={"severity": "low"}, version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=opened.pk).update(
            state="closed", root_cause="x", closed_by=security, closed_at=clock.now()
        )


def test_its_owner_closes_a_slight_one(system, owner):
    made = operations.open_incident(
        actor=owner.as_actor(), system=system, title="A page was slow", severity="low", actual_or_near="near",
        occurred_at=NOW,
    )  # fmt: skip
    closed = operations.close_incident(actor=owner.as_actor(), incident=made, root_cause="A cold cache")
    assert closed.state == "closed"


def test_others_neither_open_nor_see_it(opened, system, employee, outsider):
    with pytest.raises(Refused):
        operations.open_incident(
            actor=employee.as_actor(), system=system, title="Something", severity="low", occurred_at=NOW
        )
    with pytest.raises(Refused):
        operations.contain_incident(actor=outsider.as_actor(), incident=opened, reason="Not mine")
    assert not Incident.objects.visible_to(outsider).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": " "}, "title"), ({"occurred_at": NOW + timedelta(hours=1)}, "occurred_at"), ({"severity": "awful"}, "severity")],
)  # fmt: skip
def test_it_refuses_what_cannot_be(system, owner, change, field):
    values = {"title": "Something", "severity": "low", "occurred_at": NOW} | change
    with pytest.raises(Invalid) as refused:
        operations.open_incident(actor=owner.as_actor(), system=system, **values)
    assert list(refused.value.problems) == [field]


def test_it_is_edited_against_the_version_that_was_read(opened, owner, lead, outsider):
    done = operations.edit_incident(
        actor=owner.as_actor(), incident=opened, changes={"description": "It began at noon", "owner": lead}, version=1
    )
    assert done.owner == lead and done.version == 2
    with pytest.raises(Conflict):
        operations.edit_incident(actor=owner.as_actor(), incident=opened, changes={"title": "Other"}, version=1)
    with pytest.raises(Invalid, match="cannot see"):
        operations.edit_incident(actor=owner.as_actor(), incident=opened, changes={"owner": outsider}, version=2)


def test_what_stays_open_becomes_a_finding(opened, owner):
    assert not failing_rows(rule_named("MON-004")).exists()
    with clock.travel(NOW + timedelta(days=8)):
        row = failing_rows(rule_named("MON-004")).get()
        assert str(row["rule_owner"]) == str(owner.pk)
        operations.contain_incident(actor=owner.as_actor(), incident=opened, reason="Rolled back")
        assert not failing_rows(rule_named("MON-004")).exists()
    with clock.travel(NOW + timedelta(days=30)):
        assert failing_rows(rule_named("MON-005")).count() == 1
