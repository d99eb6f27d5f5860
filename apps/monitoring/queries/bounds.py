"""What a bound looks at, how it stands, and how it reads as a sentence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.reach import holds, reach
from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.monitoring.models import Aggregate, Alert, Bound, Comparison, MetricPoint, Rollup, Window
from apps.monitoring.rules_pure.watching import Seen

COLUMNS = {
    Aggregate.MEAN: "mean", Aggregate.MINIMUM: "minimum", Aggregate.MAXIMUM: "maximum", Aggregate.P95: "p95",
    Aggregate.TOTAL: "total",
}  # fmt: skip
LENGTH = {Window.HOUR: timedelta(hours=1), Window.DAY: timedelta(days=1)}


def windows(bound: Bound, number: int, after: Any = None) -> list[Seen]:
    """Return the newest windows of a bound, from old to new; an hour or day counts once it is over."""
    if bound.window == Window.POINT:
        rows = MetricPoint.objects.current().filter(metric_id=bound.metric_id, data_slice=bound.data_slice)
        rows = rows.filter(window_start__gt=after) if after else rows
        found = rows.order_by("-window_start", "-id").values_list("window_start", "value")[:number]
    else:
        over = clock.now() - LENGTH[Window(bound.window)]
        column = COLUMNS[Aggregate(bound.aggregate)]
        rows = Rollup.objects.filter(
            metric_id=bound.metric_id, data_slice=bound.data_slice, period=bound.window, start__lte=over
        )
        rows = rows.filter(start__gt=after) if after else rows
        found = rows.order_by("-start").values_list("start", column)[:number]
    return [Seen(start, value) for start, value in found][::-1]


def shown(value: Decimal, unit: str = "") -> str:
    """Return a number as people read it, with its unit: the fewer digits behind the point, the larger it is."""
    size = abs(value)
    places = 1 if size >= 10_000 else 2 if size >= 10 else 3 if size >= 1 else 4
    text = f"{value:,.{places}f}" if size >= Decimal("0.001") or not value else f"{value:.3g}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}".strip()


def explained(bound: Bound) -> str:
    """Return a bound as a sentence."""
    words = {
        "number": Aggregate(bound.aggregate).label.lower(), "side": Comparison(bound.comparison).label.lower(),
        "threshold": shown(bound.threshold, bound.metric.unit), "windows": bound.consecutive,
    }  # fmt: skip
    if bound.window == Window.POINT:
        one, many = _("wrong %(side)s %(threshold)s"), _("wrong %(side)s %(threshold)s, %(windows)s values in a row")
    elif bound.window == Window.HOUR:
        one = _("wrong when the %(number)s of an hour is %(side)s %(threshold)s")
        many = _("wrong when the %(number)s of %(windows)s hours in a row is %(side)s %(threshold)s")
    else:
        one = _("wrong when the %(number)s of a day is %(side)s %(threshold)s")
        many = _("wrong when the %(number)s of %(windows)s days in a row is %(side)s %(threshold)s")
    return (one if bound.consecutive == 1 else many) % words


def to_watch() -> Any:
    """Return the bounds that time alone may cross: those over hours and days whose metric still speaks."""
    recent = clock.now() - timedelta(days=3)
    return Bound.objects.filter(active=True, metric__last_received_at__gte=recent).select_related("metric__system")


def to_acknowledge(person: Any) -> Any:
    """Return the alerts that wait for a person: of bounds that they answer for, standing, not yet acknowledged."""
    rows = Alert.objects.standing().filter(acknowledged_at=None, bound__owner_id=person.pk)
    return rows.filter(pk__in=Alert.objects.visible_to(person).values("pk")).order_by("opened_at")


def may_edit_somewhere(person: Any) -> Any:
    """Return the condition on metrics where a person may set bounds."""
    wanted = Permission.MONITORING_BOUND_EDIT
    return reach(person, wanted, "system__department") if holds(person, wanted) else None
