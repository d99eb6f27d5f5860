"""Alert, finding, action and incident follow each other; one alert stands for a bound at a time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.compliance.engine import evaluate
from apps.compliance.models import Finding
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.rules import rule_named
from apps.monitoring import operations, tasks
from apps.monitoring.models import Alert
from apps.monitoring.queries.bounds import to_acknowledge
from apps.work.models import Action, Notice

from .conftest import BEAT, NOW, point


def test_a_breach_opens_one_alert_and_tells_its_owner_once(alert, bound, owner, push, watch):
    assert (alert.value, alert.threshold) == (Decimal("0.7"), Decimal("0.9")) and len(alert.windows) == 2
    push(point("0.6", minutes=10))
    watch(bound.metric)
    watch(bound.metric)
    assert Alert.objects.count() == 1 and list(to_acknowledge(owner)) == [alert]
    assert Notice.objects.filter(person=owner, kind="alert").count() == 1


def test_one_odd_value_opens_nothing(bound, push, watch):
    push(point("0.1", minutes=30), point("0.95", minutes=20), point("0.1", minutes=10))
    watch(bound.metric)
    assert not Alert.objects.exists()


def test_it_closes_by_itself_when_the_metric_is_back(alert, bound, push, watch):
    push(point("0.95", minutes=10))
    watch(bound.metric)
    alert.refresh_from_db()
    assert alert.closed_at is None
    push(point("0.96", minutes=5))
    watch(bound.metric)
    alert.refresh_from_db()
    assert alert.closed_by is None and "Back within its bound" in alert.closed_reason
    push(point("0.5", minutes=2), point("0.5", minutes=1))
    watch(bound.metric)
    assert Alert.objects.standing().get() != alert


def test_closed_by_hand_only_newer_windows_open_another(alert, bound, owner, push, watch):
    closed = operations.close_alert(actor=owner.as_actor(), alert=alert, reason="A test run was pushed")
    assert closed.closed_by == owner
    push(point("0.5", minutes=25), point("0.5", minutes=10))
    watch(bound.metric)
    assert not Alert.objects.standing().exists()
    push(point("0.5", minutes=5))
    watch(bound.metric)
    assert Alert.objects.standing().count() == 1


def test_it_is_dealt_with_by_its_owner_or_whose_role_says_so(alert, owner, employee, outsider, model_owner):
    for person in (employee, outsider):
        with pytest.raises(Refused):
            operations.acknowledge_alert(actor=person.as_actor(), alert=alert, reason="Mine now")
    with pytest.raises(Invalid):
        operations.acknowledge_alert(actor=owner.as_actor(), alert=alert, reason="")
    with pytest.raises(Refused):
        operations.acknowledge_alert(actor=BEAT, alert=alert, reason="The portal")
    done = operations.acknowledge_alert(actor=model_owner.as_actor(), alert=alert, reason="Looking at the new data")
    assert done.acknowledged_by == model_owner and not to_acknowledge(owner).exists()
    assert not Alert.objects.visible_to(outsider).exists()


def test_nobody_but_the_portal_opens_one(bound, owner):
    with pytest.raises(Refused):
        operations.open_alert(actor=owner.as_actor(), bound=bound, windows=[])


def test_nobody_deals_with_it_and_it_becomes_a_finding(alert, owner):
    rule = rule_named("MON-003")
    assert evaluate(rule).opened == 0
    with clock.travel(NOW + timedelta(days=4)):
        assert evaluate(rule).opened == 1
        assert Finding.objects.get(rule_id="MON-003").owner == owner
        operations.close_alert(actor=owner.as_actor(), alert=alert, reason="Retrained")
        assert evaluate(rule).closed == 1


def test_a_bound_may_propose_to_suspend(bound, push, watch, system, owner, lead, security):
    operations.edit_bound(
        actor=owner.as_actor(), bound=bound, changes={"action": "suspend_proposal"}, version=1, reason="People are hurt"
    )
    push(point("0.1", minutes=30), point("0.1", minutes=20))
    watch(bound.metric)
    found = Alert.objects.get()
    assert evaluate(rule_named("MON-003"), str(found.pk)).opened == 1
    assert Action.objects.get(owner=owner, source=found.key).due_at == NOW + timedelta(days=1)
    told = set(Notice.objects.filter(kind="alert").values_list("person", flat=True))
    assert told >= {owner.pk, lead.pk, security.pk}


def test_time_alone_crosses_a_daily_bound(metric, owner, push):
    operations.set_bound(
        actor=owner.as_actor(), metric=metric, comparison="above", threshold=Decimal("0.9"), window="day"
    )
    tasks.watch()
    assert not Alert.objects.exists()
    with clock.travel(NOW + timedelta(days=1)):
        tasks.watch()
        tasks.watch()
    assert Alert.objects.get().value == Decimal("0.95")


def test_an_incident_is_opened_from_it(alert, owner, system):
    made = operations.open_incident(
        actor=owner.as_actor(), system=system, title="Accuracy fell", severity="moderate", occurred_at=NOW, alert=alert
    )
    alert.refresh_from_db()
    assert alert.incident == made
