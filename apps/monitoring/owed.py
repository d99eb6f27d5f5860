"""What monitoring adds to My work: alerts to acknowledge, incidents to bring to an end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.owed import OwedItem, register

from .models import GRAVE
from .queries import bounds, incidents

SHOWN = 50
ACKNOWLEDGE_WITHIN = timedelta(days=1)


def _alerts(person: Any) -> Iterable[OwedItem]:
    for one in bounds.to_acknowledge(person).select_related("bound__metric__system")[:SHOWN]:
        yield OwedItem(
            kind=_("Alert"),
            title=f"{one.key}: {one.bound.metric.name}, {one.bound.metric.system.name}",
            url=reverse("monitoring:alert_acknowledge", args=[one.key]),
            why=bounds.explained(one.bound),
            due=one.opened_at + ACKNOWLEDGE_WITHIN,
            action=_("Acknowledge"),
        )


def _incidents(person: Any) -> Iterable[OwedItem]:
    for one in incidents.owned_by(person).select_related("system")[:SHOWN]:
        days = 7 if one.severity in GRAVE else 30
        yield OwedItem(
            kind=_("Incident"),
            title=f"{one.key}: {one.title}"[:200],
            url=reverse("monitoring:incident", args=[one.key]),
            why=f"{one.get_severity_display()}, {one.get_state_display().lower()}",
            due=one.opened_at + timedelta(days=days),
            action=_("Contain") if one.state == "open" else _("See"),
        )


def register_all() -> None:
    """Offer what waits for owners of bounds and incidents."""
    register("monitoring.alerts", _alerts, lambda person: bounds.to_acknowledge(person).count())
    register("monitoring.incidents", _incidents, lambda person: incidents.owned_by(person).count())
