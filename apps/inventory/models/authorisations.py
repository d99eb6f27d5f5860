"""Authorisation lives low: stage and deployment triggers, permits and rollback look only at this table."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock
from apps.kernel.identifiers import uuid7

from .choices import AuthorisationKind
from .releases import Release
from .systems import AISystem


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Authorisations with named filters."""

    def visible_to(self, person: Any) -> AuthorisationQuerySet:
        """Return those of systems the person may see."""
        return self.filter(system__in=AISystem.objects.visible_to(person))

    def valid(self) -> AuthorisationQuerySet:
        """Return those that hold now: begun, not ended, not revoked, and on the system's present content."""
        moment = clock.now()
        return self.filter(
            revoked_at=None,
            valid_from__lte=moment,
            valid_until__gt=moment,
            material_revision=F("system__material_revision"),
        )


class Authorisation(models.Model):
    """A decision's effect: a system's frozen content may enter a stage, from-until, under conditions.

    A trigger refuses an INSERT that no quorum, exception or pair of signatures stands behind, and every UPDATE but
    revoking and using.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="authorisations")
    kind = models.CharField(max_length=10, choices=AuthorisationKind)
    gate = models.CharField(max_length=2)
    environment = models.CharField(
        max_length=12, help_text="The stage that may be entered, or 'operation' for resuming."
    )
    release = models.ForeignKey(
        Release,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorisations",
        help_text="What may be deployed under it; empty: decided before the system had releases.",
    )
    material_revision = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    conditions = models.JSONField(default=list, help_text="Text of each condition; the owed work is an action.")
    review_id = models.UUIDField(null=True, blank=True)
    exception_id = models.UUIDField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    countersigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.TextField(blank=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["system", "gate", "-valid_until"]), models.Index(fields=["valid_until"])]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="inventory_authorisation_period"),
            models.CheckConstraint(
                condition=~Q(kind="decision") | Q(review_id__isnull=False), name="inventory_authorisation_decided"
            ),
            models.CheckConstraint(
                condition=~Q(kind="exception") | Q(exception_id__isnull=False), name="inventory_authorisation_excepted"
            ),
            models.CheckConstraint(
                condition=~Q(kind="legacy")
                | (Q(signed_by__isnull=False, countersigned_by__isnull=False) & ~Q(signed_by=F("countersigned_by"))),
                name="inventory_authorisation_two_signatures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.gate}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path

    def status(self) -> tuple[str, str]:
        """Return the status as it stands now and its label: valid, stale, expired, revoked or future."""
        moment = clock.now()
        if self.revoked_at:
            return "revoked", _("Revoked")
        if self.material_revision != self.system.material_revision:
            return "stale", _("Stale: the content changed")
        if self.valid_until <= moment:
            return "expired", _("Expired")
        if self.valid_from > moment:
            return "future", _("Not yet in force")
        return "valid", _("Valid")


class MaterialField(models.Model):
    """The table of material fields: a change in one makes authorisations stale. Policy data."""

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(max_length=63)
    column_name = models.CharField(max_length=63)
    label = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_name", "column_name"], name="inventory_material_field")]

    def __str__(self) -> str:
        return f"{self.table_name}.{self.column_name}"


class MaterialChange(models.Model):
    """What raised a system's material revision; written by a trigger, so that staleness can name the fields."""

    id = models.BigAutoField(primary_key=True)
    system = models.ForeignKey(
        AISystem, on_delete=models.DO_NOTHING, db_constraint=False, related_name="material_changes"
    )
    revision = models.PositiveIntegerField()
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    column_name = models.CharField(max_length=63)
    before = models.TextField(null=True)  # noqa: DJ001 - null is "there was none"
    after = models.TextField(null=True)  # noqa: DJ001 - null is "there is none"
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["system", "revision"])]

    def __str__(self) -> str:
        return f"{self.system_id} {self.revision} {self.column_name}"


class StageTransition(models.Model):
    """The steps between stages as the database enforces them. Policy data; `gate` empty means free for the tiers."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    gate = models.CharField(max_length=2, blank=True)
    tiers = models.CharField(max_length=20, help_text="Comma-separated.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target", "gate"], name="inventory_stage_transition")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target} ({self.gate or 'free'})"
