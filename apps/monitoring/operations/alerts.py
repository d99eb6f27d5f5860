"""Alerts: opened and taken back by the portal, acknowledged and closed by people."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.accounts.reach import holds_on
from apps.audit.operation import operation
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.monitoring import permissions
from apps.monitoring.events import Event
from apps.monitoring.models import Alert, Bound, BoundAction
from apps.monitoring.queries.bounds import explained, shown
from apps.monitoring.rules_pure.watching import Seen
from apps.work.operations import owe_action, send_notice

DECIDE_WITHIN = timedelta(days=1)
KEPT_WINDOWS = 30


@operation(Event.ALERT_OPENED, needs=None, subject="bound", may=permissions.may_watch)
def open_alert(*, actor: Actor, bound: Bound, windows: list[Seen]) -> Alert:
    """Open an alert for a bound that was crossed; one stands at a time."""
    standing = bound.alerts.standing().first()
    if standing is not None:
        return standing
    made = Alert.objects.create(
        key=next_key("ALR"), bound=bound, opened_at=clock.now(), value=windows[-1].value, threshold=bound.threshold,
        windows=[{"start": one.start.isoformat(), "value": str(one.value)} for one in windows[-KEPT_WINDOWS:]],
        last_window=windows[-1].start,
    )  # fmt: skip
    text = _("%(alert)s: %(metric)s of %(system)s is %(value)s: %(bound)s") % {
        "alert": made.key, "metric": bound.metric.name, "system": bound.metric.system.key,
        "value": shown(made.value, bound.metric.unit), "bound": explained(bound),
    }  # fmt: skip
    for person in _told(bound):
        send_notice(actor=actor, person=person, text=text, about=made, kind="alert")
    if bound.action == BoundAction.SUSPEND_PROPOSAL:
        _propose_suspension(actor, made)
    defer("compliance.evaluate", subject_type="monitoring.alert", subject_id=str(made.pk))
    return made


@operation(Event.ALERT_RECOVERED, needs=None, subject="alert", may=permissions.may_watch)
def recover_alert(*, actor: Actor, alert: Alert, windows: list[Seen]) -> Alert:
    """Close an alert whose metric went back within its bound for as many windows as it takes to cross it."""
    if alert.closed_at is None:
        reason = _("Back within its bound for %(windows)s windows in a row, the last at %(value)s.") % {
            "windows": len(windows), "value": shown(windows[-1].value, alert.bound.metric.unit),
        }  # fmt: skip
        alert.last_window = windows[-1].start
        _close(alert, reason)
    return alert


@operation(Event.ALERT_ACKNOWLEDGED, needs=None, subject="alert", may=permissions.may_deal_with_alert)
def acknowledge_alert(*, actor: Actor, alert: Alert, reason: str) -> Alert:
    """Say that somebody looks into an alert, and what they do."""
    alert.acknowledged_reason = need_reason(reason, _("Say what you do about it."))
    alert.acknowledged_by_id, alert.acknowledged_at = actor.id, clock.now()
    alert.save(update_fields=["acknowledged_reason", "acknowledged_by", "acknowledged_at"])
    return alert


@operation(Event.ALERT_CLOSED, needs=None, subject="alert", may=permissions.may_deal_with_alert)
def close_alert(*, actor: Actor, alert: Alert, reason: str) -> Alert:
    """Close an alert by hand, with the reason; only newer windows open another one."""
    reason = need_reason(reason, _("Say why this needs no more attention."))
    newest = alert.bound.metric.last_window_start
    alert.last_window = max(alert.last_window, newest) if newest else alert.last_window
    alert.closed_by_id = actor.id
    _close(alert, reason)
    return alert


def _close(alert: Alert, reason: str) -> None:
    alert.closed_at, alert.closed_reason = clock.now(), reason
    alert.save(update_fields=["closed_at", "closed_reason", "closed_by", "last_window"])
    defer("compliance.evaluate", subject_type="monitoring.alert", subject_id=str(alert.pk))


def _told(bound: Bound) -> list[Person]:
    people = {bound.owner}
    if bound.action != BoundAction.ALERT:
        people |= {bound.metric.system.owner, bound.metric.system.deputy} - {None}
    if bound.action == BoundAction.SUSPEND_PROPOSAL:
        wanted = Permission.INVENTORY_SYSTEM_SUSPEND
        holders = Person.objects.active().filter(role_assignments__role__permissions__contains=[str(wanted)])
        people |= {one for one in holders.distinct() if holds_on(one, wanted, bound.metric.system)}
    return sorted(people, key=lambda one: str(one.pk))


def _propose_suspension(actor: Actor, alert: Alert) -> None:
    system = alert.bound.metric.system
    title = _("Decide whether %(system)s is suspended: %(alert)s") % {"system": system.key, "alert": alert.key}
    owner = system.owner or alert.bound.owner
    due = clock.now() + DECIDE_WITHIN
    owe_action(actor=actor, about=system, title=title, owner=owner, due_at=due, source=alert.key)
