"""Monitoring's events, `monitoring.subject.verb`, in alphabetical order."""

from enum import StrEnum


class Event(StrEnum):
    """What happens in monitoring."""

    ALERT_ACKNOWLEDGED = "monitoring.alert.acknowledged"
    ALERT_CLOSED = "monitoring.alert.closed"
    ALERT_OPENED = "monitoring.alert.opened"
    ALERT_RECOVERED = "monitoring.alert.recovered"
    BOUND_EDITED = "monitoring.bound.edited"
    BOUND_ENDED = "monitoring.bound.ended"
    BOUND_SET = "monitoring.bound.set"
    INCIDENT_CLOSED = "monitoring.incident.closed"
    INCIDENT_CONTAINED = "monitoring.incident.contained"
    INCIDENT_EDITED = "monitoring.incident.edited"
    INCIDENT_LINKED = "monitoring.incident.linked"
    INCIDENT_OPENED = "monitoring.incident.opened"
    METRICS_PUSHED = "monitoring.metrics.pushed"
    ROLLUPS_KEPT = "monitoring.rollups.kept"
