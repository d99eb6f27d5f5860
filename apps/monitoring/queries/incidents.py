"""Incidents that wait for somebody."""

from __future__ import annotations

from typing import Any

from apps.monitoring.models import Incident


def owned_by(person: Any) -> Any:
    """Return the incidents that a person answers for and that are not closed."""
    rows = Incident.objects.standing().filter(owner_id=person.pk)
    return rows.filter(pk__in=Incident.objects.visible_to(person).values("pk")).order_by("occurred_at")
