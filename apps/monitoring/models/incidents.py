"""What went wrong, or nearly did, and what was learned."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person, ServiceIdentity
from apps.inventory.models import AISystem
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .choices import Happened, IncidentState, Severity


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of systems a person may see."""
        return self.filter(system__in=narrowing.keys_visible(person, AISystem))

    def standing(self) -> Any:
        """Return those that are not closed."""
        return self.exclude(state=IncidentState.CLOSED)


class Incident(models.Model):
    """Something went wrong with a system, or nearly did: from the first word to the root cause and what was learned."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(_("what happened, in a sentence"), max_length=300)
    description = models.TextField(_("what is known"), blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    actual_or_near = models.CharField(_("did harm"), max_length=6, choices=Happened, default=Happened.ACTUAL)
    occurred_at = models.DateTimeField(_("happened at"))
    detected_at = models.DateTimeField(_("noticed at"))
    reference = models.CharField(
        _("reference"), max_length=120, blank=True, help_text=_("Its number elsewhere; the same is opened once.")
    )
    source = models.CharField(_("source"), max_length=120, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_incidents")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_by_service = models.ForeignKey(
        ServiceIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(default=clock.now)
    state = models.CharField(_("state"), max_length=9, choices=IncidentState, default=IncidentState.OPEN)
    contained_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contained_at = models.DateTimeField(null=True, blank=True)
    contained_how = models.TextField(blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    root_cause = models.TextField(_("root cause"), blank=True)
    lessons = models.TextField(_("what was learned, and what follows"), blank=True)
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        ordering = ["-occurred_at", "-id"]
        indexes = [
            models.Index(fields=["-occurred_at", "id"]),
            models.Index(fields=["system", "-occurred_at"]),
            models.Index(fields=["owner"], condition=~Q(state="closed"), name="monitoring_incident_owned"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "reference"], condition=~Q(reference=""), name="monitoring_incident_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(root_cause="") & Q(closed_by__isnull=False)),
                name="monitoring_incident_root_cause",
            ),
            # Who opened a grave incident or answers for it does not close it alone.
            models.CheckConstraint(
                condition=~Q(state="closed", severity__in=["high", "critical"])
                | ((Q(owner=None) | ~Q(closed_by=F("owner"))) & (Q(opened_by=None) | ~Q(closed_by=F("opened_by")))),
                name="monitoring_incident_closed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path
