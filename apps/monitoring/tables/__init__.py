"""What monitoring's lists look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.monitoring.queries.bounds import explained, shown
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

SEVERITY_TONES = {"low": "neutral", "moderate": "warning", "high": "bad", "critical": "bad"}
STATE_TONES = {"open": "bad", "contained": "warning", "closed": "good"}


def severity_badge(incident: Any) -> Any:
    """Show how bad it is."""
    return badge(incident.get_severity_display(), SEVERITY_TONES[incident.severity])


def state_badge(incident: Any) -> Any:
    """Show where an incident stands."""
    return badge(incident.get_state_display(), STATE_TONES[incident.state])


def alert_badge(alert: Any) -> Any:
    """Show where an alert stands."""
    if alert.closed_at is not None:
        return badge(_("Closed"), "good")
    return badge(_("Acknowledged"), "warning") if alert.acknowledged_at else badge(_("Open"), "bad")


def _newest(row: Any) -> str:
    return shown(row.newest, row.unit) if row.newest is not None else ""


class MetricTable(Table):
    """Metrics with their newest value."""

    caption = gettext_lazy("Metrics")
    default_order = "name"
    columns = (
        Column("name", gettext_lazy("Metric"), order="name"),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.system), value=lambda r: r.system.key),
        Column("where", gettext_lazy("Where"), cell=lambda r: f"{r.get_environment_display()}, {r.region}",
               value=lambda r: f"{r.environment} {r.region}"),
        Column("kind", gettext_lazy("Kind"), cell=lambda r: r.get_kind_display(), value=lambda r: r.kind),
        Column("newest", gettext_lazy("Newest value"), cell=_newest, value=lambda r: r.newest, numeric=True),
        Column("standing", gettext_lazy("Bounds"),
               cell=lambda r: badge(_("Crossed"), "bad") if r.alerting else badge(_("Within"), "good") if r.bounded
               else badge(_("No bound"), "neutral"),
               value=lambda r: "crossed" if r.alerting else "within" if r.bounded else "none"),
        Column("received", gettext_lazy("Received"), cell=lambda r: moment(r.last_received_at),
               order="last_received_at", value=lambda r: r.last_received_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the metric."""
        return reverse("monitoring:metric", args=[row.key])


class AlertTable(Table):
    """Alerts, the newest first."""

    caption = gettext_lazy("Alerts")
    default_order = "-opened"
    columns = (
        Column("key", gettext_lazy("Key")),
        Column("state", gettext_lazy("State"), cell=alert_badge,
               value=lambda r: "closed" if r.closed_at else "acknowledged" if r.acknowledged_at else "open"),
        Column("metric", gettext_lazy("Metric"), cell=lambda r: r.bound.metric.name, value=lambda r: r.bound.metric.name),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.bound.metric.system),
               value=lambda r: r.bound.metric.system.key),
        Column("value", gettext_lazy("Value"), cell=lambda r: shown(r.value, r.bound.metric.unit),
               value=lambda r: r.value, numeric=True),
        Column("bound", gettext_lazy("Bound"), cell=lambda r: explained(r.bound), value=lambda r: explained(r.bound)),
        Column("owner", gettext_lazy("Owner"), cell=lambda r: r.bound.owner.name, value=lambda r: r.bound.owner.name),
        Column("opened", gettext_lazy("Opened"), cell=lambda r: moment(r.opened_at), order="opened_at",
               value=lambda r: r.opened_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the alert."""
        return reverse("monitoring:alert", args=[row.key])


class IncidentTable(Table):
    """Incidents, the newest first."""

    caption = gettext_lazy("Incidents")
    default_order = "-occurred"
    columns = (
        Column("key", gettext_lazy("Key")),
        Column("title", gettext_lazy("What happened")),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.system), value=lambda r: r.system.key),
        Column("severity", gettext_lazy("Severity"), cell=severity_badge, value=lambda r: r.severity),
        Column("state", gettext_lazy("State"), cell=state_badge, value=lambda r: r.state),
        Column("harm", gettext_lazy("Harm"), cell=lambda r: r.get_actual_or_near_display(),
               value=lambda r: r.actual_or_near),
        Column("owner", gettext_lazy("Owner"), cell=lambda r: r.owner.name if r.owner else "",
               value=lambda r: r.owner.name if r.owner else ""),
        Column("occurred", gettext_lazy("Happened"), cell=lambda r: moment(r.occurred_at), order="occurred_at",
               value=lambda r: r.occurred_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the incident."""
        return reverse("monitoring:incident", args=[row.key])
