"""Legacy periods: a system that ran before it was governed may go on for a while, by two signatures."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock
from apps.kernel.identifiers import uuid7

from .authorisations import Authorisation
from .systems import AISystem


class LegacyPeriodQuerySet(models.QuerySet["LegacyPeriod"]):
    """Legacy periods with named filters."""

    def visible_to(self, person: Any) -> LegacyPeriodQuerySet:
        """Return those of systems the person may see."""
        return self.filter(system__in=AISystem.objects.visible_to(person))


class LegacyPeriod(models.Model):
    """What a first person signed: until when, under which interim controls; in force once a second one signs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="legacy_periods")
    until = models.DateField(_("until"))
    interim_controls = models.TextField(_("interim controls"))
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now)
    countersigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LegacyPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | ~Q(countersigned_by=F("signed_by")),
                name="inventory_legacy_two_people",
            ),
            models.UniqueConstraint(
                fields=["system"], condition=Q(countersigned_by=None), name="inventory_legacy_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"Legacy period until {self.until:%-d %b %Y}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path
