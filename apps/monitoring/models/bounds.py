"""What counts as wrong, and what was found to be."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.inventory.models import AISystem
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .choices import Aggregate, BoundAction, Comparison, Window
from .metrics import DIGITS, PLACES, Metric, OfMetricQuerySet


class Bound(models.Model):
    """Where a metric should stay, who answers, and what a breach leads to. An ended bound is history."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="bounds")
    data_slice = models.CharField(_("slice"), max_length=120, blank=True)
    window = models.CharField(_("looked at"), max_length=5, choices=Window, default=Window.POINT)
    aggregate = models.CharField(_("which number"), max_length=5, choices=Aggregate, default=Aggregate.MEAN)
    comparison = models.CharField(_("wrong when"), max_length=5, choices=Comparison)
    threshold = models.DecimalField(_("threshold"), max_digits=DIGITS, decimal_places=PLACES)
    consecutive = models.PositiveSmallIntegerField(
        _("windows in a row"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    silent_after = models.PositiveIntegerField(
        _("silent after (hours)"), default=48, validators=[MinValueValidator(1), MaxValueValidator(8760)]
    )
    action = models.CharField(_("a breach leads to"), max_length=16, choices=BoundAction, default=BoundAction.ALERT)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    baseline = models.TextField(_("where the threshold comes from"), blank=True)
    active = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    created_at = models.DateTimeField(default=clock.now)

    objects = OfMetricQuerySet.as_manager()

    class Meta:
        verbose_name = _("bound")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["metric"], condition=Q(active=True), name="monitoring_bound_active")]
        constraints = [
            models.CheckConstraint(condition=Q(consecutive__gte=1), name="monitoring_bound_windows"),
            models.CheckConstraint(
                condition=Q(active=True, ended_at=None) | Q(active=False, ended_at__isnull=False),
                name="monitoring_bound_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.metric.reach_path


class AlertQuerySet(models.QuerySet[Any]):
    """Alerts with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of systems a person may see."""
        return self.filter(bound__metric__system__in=narrowing.keys_visible(person, AISystem))

    def standing(self) -> Any:
        """Return those that are not closed."""
        return self.filter(closed_at=None)


class Alert(models.Model):
    """A bound was crossed for as many windows as it says; one stands for a bound at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    bound = models.ForeignKey(Bound, on_delete=models.PROTECT, related_name="alerts")
    opened_at = models.DateTimeField(default=clock.now)
    value = models.DecimalField(_("value"), max_digits=DIGITS + 6, decimal_places=PLACES)
    threshold = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, help_text="As it was then.")
    windows = models.JSONField(default=list, help_text="The windows that crossed it, with their values.")
    last_window = models.DateTimeField(help_text="The newest window that was looked at when it opened or closed.")
    acknowledged_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_reason = models.TextField(blank=True)
    closed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: it went back."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.TextField(blank=True)
    incident = models.ForeignKey(
        "monitoring.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["-opened_at", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["bound"], condition=Q(closed_at=None), name="monitoring_one_alert_stands"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(closed_reason=""), name="monitoring_alert_closed"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | ~Q(acknowledged_reason=""), name="monitoring_alert_acknowledged"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def system(self) -> AISystem:
        """The system whose metric it is about."""
        return self.bound.metric.system

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.bound.reach_path
