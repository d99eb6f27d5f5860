"""Metrics, bounds, alerts, incidents."""

from .bounds import Alert, Bound
from .choices import (
    GRAVE,
    Aggregate,
    BoundAction,
    Comparison,
    Happened,
    HigherIs,
    IncidentState,
    MetricKind,
    Period,
    Severity,
    Window,
)
from .incidents import Incident
from .metrics import Metric, MetricPoint, Rollup, TouchedHour

__all__ = [
    "GRAVE",
    "Aggregate",
    "Alert",
    "Bound",
    "BoundAction",
    "Comparison",
    "Happened",
    "HigherIs",
    "Incident",
    "IncidentState",
    "Metric",
    "MetricKind",
    "MetricPoint",
    "Period",
    "Rollup",
    "Severity",
    "TouchedHour",
    "Window",
]
