"""What systems measure of themselves: metrics, their points, and rollups by hour and day."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AISystem, Release
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.registry.models import Environment

from .choices import HigherIs, MetricKind, Period

DIGITS, PLACES = 30, 10


class MetricQuerySet(models.QuerySet[Any]):
    """Metrics with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of systems a person may see."""
        return self.filter(system__in=narrowing.keys_visible(person, AISystem))


class Metric(models.Model):
    """One number of a system in a place, by name; registered with its first push."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="metrics")
    environment = models.CharField(_("environment"), max_length=12, choices=Environment)
    region = models.CharField(_("region"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=MetricKind)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    higher_is = models.CharField(_("a rising value is"), max_length=8, choices=HigherIs, default=HigherIs.NEITHER)
    registered_at = models.DateTimeField(default=clock.now)
    last_received_at = models.DateTimeField(null=True, blank=True, help_text="A cache: when the newest push arrived.")
    last_window_start = models.DateTimeField(null=True, blank=True, help_text="A cache: the newest window on record.")

    objects = MetricQuerySet.as_manager()

    class Meta:
        verbose_name = _("metric")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"]), models.Index(fields=["last_received_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "environment", "region", "name"], name="monitoring_metric_named_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path


class OfMetricQuerySet(models.QuerySet[Any]):
    """Rows of metrics, with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of systems a person may see."""
        return self.filter(metric__system__in=narrowing.keys_visible(person, AISystem))

    def current(self) -> Any:
        """Return points that no later one corrects.

        Asked as "there is none": of a join that finds nothing the planner believes that it leaves one row.
        """
        return self.filter(~Exists(self.model._base_manager.filter(corrects=OuterRef("pk"))))


class MetricPoint(models.Model):
    """A value over a window of time, as it was pushed. Never changed: a correction is a new point that names the old one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="points")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Which release ran there then, as far as it is known.",
    )  # fmt: skip
    window_start = models.DateTimeField(_("from"))
    window_end = models.DateTimeField(_("until"))
    value = models.DecimalField(_("value"), max_digits=DIGITS, decimal_places=PLACES)
    count = models.BigIntegerField(_("observations"), default=1)
    data_slice = models.CharField(_("slice"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=120, blank=True)
    received_at = models.DateTimeField(default=clock.now)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )

    objects = OfMetricQuerySet.as_manager()

    class Meta:
        verbose_name = _("value")
        ordering = ["-window_start", "-id"]
        indexes = [
            models.Index(fields=["metric", "data_slice", "-window_start", "-id"], name="monitoring_point_newest")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "window_start", "data_slice", "source"], condition=Q(corrects=None),
                name="monitoring_point_once",
            ),
            models.CheckConstraint(condition=Q(window_end__gte=F("window_start")), name="monitoring_point_window"),
            models.CheckConstraint(condition=Q(count__gte=1), name="monitoring_point_counts"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.window_start:%Y-%m-%d %H:%M} {self.value}"


class Rollup(models.Model):
    """What a metric's current points of an hour or day come to; computed from them, any number of times."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="rollups")
    data_slice = models.CharField(max_length=120, blank=True)
    period = models.CharField(max_length=4, choices=Period)
    start = models.DateTimeField()
    points = models.PositiveIntegerField()
    count = models.BigIntegerField(help_text="Observations behind the points.")
    minimum = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    maximum = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    mean = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, help_text="Weighted by observations.")
    p95 = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, help_text="Of the points.")
    total = models.DecimalField(max_digits=DIGITS + 6, decimal_places=PLACES)
    last = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)

    objects = OfMetricQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollup")
        ordering = ["-start", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "data_slice", "period", "start"], name="monitoring_rollup_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.start:%Y-%m-%d %H:%M}"


class TouchedHour(models.Model):
    """An hour of a metric whose rollups have to be computed anew."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    data_slice = models.CharField(max_length=120, blank=True)
    hour = models.DateTimeField()
    touched_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["touched_at"]
        constraints = [models.UniqueConstraint(fields=["metric", "data_slice", "hour"], name="monitoring_touched_once")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M}"
