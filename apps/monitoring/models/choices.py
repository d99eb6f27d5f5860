"""The closed lists of monitoring."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MetricKind(models.TextChoices):
    """What a metric is about."""

    QUALITY = "quality", _("Quality")
    LATENCY = "latency", _("Latency")
    DRIFT = "drift", _("Drift")
    COST = "cost", _("Cost")
    USAGE = "usage", _("Usage")


class HigherIs(models.TextChoices):
    """What a rising value means."""

    BETTER = "better", _("Better")
    WORSE = "worse", _("Worse")
    NEITHER = "neither", _("Neither")


class Period(models.TextChoices):
    """The length of a rollup."""

    HOUR = "hour", _("Hour")
    DAY = "day", _("Day")


class Window(models.TextChoices):
    """Over what a bound looks."""

    POINT = "point", _("Each value")
    HOUR = "hour", _("Each hour")
    DAY = "day", _("Each day")


class Aggregate(models.TextChoices):
    """Which number of a window a bound looks at."""

    MEAN = "mean", _("Mean")
    MINIMUM = "min", _("Smallest")
    MAXIMUM = "max", _("Largest")
    P95 = "p95", _("95th percentile")
    TOTAL = "total", _("Total")


class Comparison(models.TextChoices):
    """On which side of the threshold it is wrong."""

    ABOVE = "above", _("Above")
    BELOW = "below", _("Below")


class BoundAction(models.TextChoices):
    """What a breach leads to."""

    ALERT = "alert", _("An alert; a finding when nobody deals with it")
    FINDING = "finding", _("An alert and a finding at once")
    SUSPEND_PROPOSAL = "suspend_proposal", _("A finding at once, and whoever answers decides on suspending the system")


class Severity(models.TextChoices):
    """How bad an incident is."""

    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class Happened(models.TextChoices):
    """Whether harm was done."""

    ACTUAL = "actual", _("It happened")
    NEAR = "near", _("It nearly happened")


class IncidentState(models.TextChoices):
    """Where an incident stands."""

    OPEN = "open", _("Open")
    CONTAINED = "contained", _("Contained")
    CLOSED = "closed", _("Closed")


# These are closed by somebody who neither opened nor answers for them.
GRAVE = (Severity.HIGH, Severity.CRITICAL)
