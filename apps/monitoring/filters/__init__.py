"""What monitoring's lists can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.monitoring.models import Happened, IncidentState, MetricKind, Severity
from apps.registry.models import Environment
from apps.web.filters import Facet, Filters, Search


def _standing(queryset: Any, values: list[str]) -> Any:
    condition = Q(pk__in=[])
    for value in values:
        condition |= {"crossed": Q(alerting=True), "within": Q(alerting=False, bounded=True), "none": Q(bounded=False)}[
            value
        ]
    return queryset.filter(condition)


def _alert_state(queryset: Any, values: list[str]) -> Any:
    condition = Q(pk__in=[])
    for value in values:
        condition |= {
            "open": Q(closed_at=None, acknowledged_at=None),
            "acknowledged": Q(closed_at=None, acknowledged_at__isnull=False),
            "closed": Q(closed_at__isnull=False),
        }[value]
    return queryset.filter(condition)


class MetricFilters(Filters):
    """Name or system, kind, place, how it stands."""

    search = Search(("name", "key", "system__search_text", "region"), _("Metric or system"))
    facets = (
        Facet("kind", _("Kind"), MetricKind.choices),
        Facet("environment", _("Environment"), Environment.choices),
        Facet("bounds", _("Bounds"), [("crossed", _("Crossed")), ("within", _("Within")), ("none", _("No bound"))],
              apply=_standing),
    )  # fmt: skip


class AlertFilters(Filters):
    """Metric or system, and state."""

    search = Search(("key", "bound__metric__name", "bound__metric__system__search_text"), _("Alert, metric or system"))
    facets = (
        Facet("state", _("State"),
              [("open", _("Open")), ("acknowledged", _("Acknowledged")), ("closed", _("Closed"))], apply=_alert_state),
    )  # fmt: skip


class IncidentFilters(Filters):
    """Words, severity, state, harm."""

    search = Search(("key", "title", "reference", "system__search_text"), _("Incident or system"))
    facets = (
        Facet("severity", _("Severity"), Severity.choices),
        Facet("state", _("State"), IncidentState.choices),
        Facet("actual_or_near", _("Harm"), Happened.choices),
    )
