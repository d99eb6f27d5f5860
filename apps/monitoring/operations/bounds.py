"""Bounds: where a metric should stay, who answers, and what a breach leads to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.inventory.models import AISystem
from apps.inventory.operations.checks import check_fields, check_known, check_words, need_reason
from apps.inventory.operations.systems import look_again
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.monitoring import permissions
from apps.monitoring.events import Event
from apps.monitoring.models import Bound, Metric, Window
from apps.monitoring.rules_pure.reading import MOST

EDITABLE = (
    "window",
    "aggregate",
    "comparison",
    "threshold",
    "consecutive",
    "silent_after",
    "action",
    "owner",
    "baseline",
)


@operation(Event.BOUND_SET, needs=Permission.MONITORING_BOUND_EDIT, subject="metric", may=permissions.may_set_bound)
def set_bound(
    *,
    actor: Actor,
    metric: Metric,
    comparison: str,
    threshold: Decimal,
    window: str = Window.POINT,
    aggregate: str = "mean",
    data_slice: str = "",
    consecutive: int = 1,
    silent_after: int = 48,
    action: str = "alert",
    owner: Person | None = None,
    baseline: str = "",
) -> Bound:
    """Say where a metric should stay from now on."""
    if owner is None:
        owner = Person.objects.filter(pk=actor.id).first() if actor.is_person else metric.system.owner
    values = {
        "comparison": comparison, "threshold": threshold, "window": window, "aggregate": aggregate,
        "data_slice": data_slice.strip(), "consecutive": consecutive, "silent_after": silent_after, "action": action,
        "owner": owner, "baseline": baseline.strip(),
    }  # fmt: skip
    _check(metric, values)
    made = Bound.objects.create(key=next_key("BND"), metric=metric, created_at=clock.now(), **values)
    _look(made)
    return made


@operation(Event.BOUND_EDITED, needs=Permission.MONITORING_BOUND_EDIT, subject="bound", may=permissions.may_edit_bound)
def edit_bound(*, actor: Actor, bound: Bound, changes: dict[str, Any], version: int, reason: str) -> Bound:
    """Move a bound, or hand it over; why is kept, because a moved bound hides what it would have found."""
    need_reason(reason, _("Say why the bound moves: a moved bound hides what it would have found."))
    check_known(changes, EDITABLE)
    if version != bound.version:
        raise Conflict(_("Somebody else changed this bound meanwhile."), theirs=bound)
    _check(bound.metric, {name: getattr(bound, name) for name in EDITABLE} | changes)
    for name, value in changes.items():
        setattr(bound, name, value)
    bound.version += 1
    bound.save(update_fields=[*changes, "version"])
    _look(bound)
    return bound


@operation(Event.BOUND_ENDED, needs=Permission.MONITORING_BOUND_EDIT, subject="bound", may=permissions.may_edit_bound)
def end_bound(*, actor: Actor, bound: Bound, reason: str) -> Bound:
    """End a bound; an alert that stands ends with it."""
    bound.ended_reason = need_reason(reason, _("Say why nobody has to watch this any more."))
    bound.active, bound.ended_at = False, clock.now()
    bound.save(update_fields=["active", "ended_at", "ended_reason"])
    for alert in bound.alerts.standing():
        alert.closed_at, alert.closed_by_id = clock.now(), actor.id if actor.is_person else None
        alert.closed_reason = _("The bound was ended: %(why)s") % {"why": bound.ended_reason}
        alert.save(update_fields=["closed_at", "closed_by", "closed_reason"])
        defer("compliance.evaluate", subject_type="monitoring.alert", subject_id=str(alert.pk))
    _look(bound)
    return bound


def _check(metric: Metric, values: dict[str, Any]) -> None:
    owner = values.get("owner")
    if owner is None:
        raise Invalid({"owner": [_("Say who answers when it is crossed.")]})
    if not owner.is_active or not AISystem.objects.visible_to(owner).filter(pk=metric.system_id).exists():
        raise Invalid({"owner": [_("%(name)s cannot see this system.") % {"name": owner.name}]})
    if not isinstance(values["threshold"], Decimal) or not values["threshold"].is_finite():
        raise Invalid({"threshold": [_("Give a number.")]})
    if abs(values["threshold"]) > MOST:
        raise Invalid({"threshold": [_("This number is too large.")]})
    check_fields(Bound, {name: value for name, value in values.items() if name != "owner"})
    check_words({"baseline": values["baseline"]})


def _look(bound: Bound) -> None:
    look_again(bound.metric.system)
    defer("monitoring.watch_metric", metric=str(bound.metric_id))
    defer("compliance.evaluate", subject_type="monitoring.metric", subject_id=str(bound.metric_id))
