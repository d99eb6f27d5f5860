"""The intake: what somebody would like to use AI for, before it is a record of its own."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import reach
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import IntakeOutcome, Tier
from .systems import AISystem
from .usecases import UseCase


class IntakeQuerySet(models.QuerySet["Intake"]):
    """Intakes with named filters."""

    def visible_to(self, person: Any) -> IntakeQuerySet:
        """Return a person's own and those they may triage."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(proposer_id=person.pk) | reach(person, Permission.INVENTORY_INTAKE_TRIAGE))

    def waiting(self) -> IntakeQuerySet:
        """Return those that nobody has decided."""
        return self.filter(outcome=IntakeOutcome.WAITING)


class Intake(models.Model):
    """Nine answers about a wished use of AI, the portal's first reading of them, and what triage made of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=250)
    purpose = models.TextField(_("purpose"))
    answers = models.JSONField(_("answers"), default=dict)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="intakes")
    proposer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="intakes")
    provisional_tier = models.CharField(_("provisional tier"), max_length=2, choices=Tier, blank=True)
    tier_rules = models.JSONField(_("rules that set the tier"), default=list)
    prohibited = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    transparency = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=IntakeOutcome, default=IntakeOutcome.WAITING)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes")
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes")
    proposed_at = models.DateTimeField(default=clock.now)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at"]
        indexes = [models.Index(fields=["outcome", "proposed_at"]), models.Index(fields=["proposer", "-proposed_at"])]
        constraints = [
            # A prohibited practice is accepted by nobody: not by triage, not by an exception, not in psql.
            models.CheckConstraint(
                condition=Q(prohibited=[]) | ~Q(outcome="accepted"), name="inventory_intake_prohibited"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["waiting", "blocked", "withdrawn"])
                | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="inventory_intake_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("proposer")),
                name="inventory_intake_not_own_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str:
        """The department's path, on which role assignments are matched."""
        return self.department.path
