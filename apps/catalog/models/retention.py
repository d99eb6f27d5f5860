"""How long data is kept, what must not go, and the proof that the rest went."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.accounts.reach import reach
from apps.evidence.models import Evidence
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import RetentionEnd, RetentionSource
from .datasets import Dataset


class RetentionPolicy(models.Model):
    """How long the rows of a dataset are kept, counted from a field or from their load; one stands per dataset."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="retention_policies")
    days = models.PositiveIntegerField(_("kept for (days)"))
    counted_from = models.CharField(_("counted from"), max_length=200, blank=True, help_text=_("A field, or the load."))
    at_the_end = models.CharField(_("at the end"), max_length=10, choices=RetentionEnd, default=RetentionEnd.DELETE)
    source = models.CharField(_("set by"), max_length=10, choices=RetentionSource)
    basis = models.TextField(_("why"), blank=True)
    due_on = models.DateField(_("next deletion due on"))
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=clock.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on"]
        indexes = [models.Index(fields=["due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(replaced_at=None), name="catalog_retention_one_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.days}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Legal holds with named filters."""

    def visible_to(self, person: Any) -> LegalHoldQuerySet:
        """Return holds on datasets in reach; who placed one sees it."""
        if not getattr(person, "is_active", False):
            return self.none()
        inside = Dataset.objects.filter(
            Q(owner_id=person.pk) | Q(steward_id=person.pk) | reach(person, Permission.CATALOG_RETENTION_VIEW)
        )
        return self.filter(Q(placed_by_id=person.pk) | Q(datasets__in=inside)).distinct()

    def standing(self) -> LegalHoldQuerySet:
        """Keep those that were not released."""
        return self.filter(released_at=None)


class LegalHold(models.Model):
    """Nothing of these datasets may go, whatever their policy says, until the hold is released."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    matter = models.CharField(_("matter"), max_length=250)
    reason = models.TextField(_("reason"))
    datasets = models.ManyToManyField(Dataset, related_name="legal_holds")
    placed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=clock.now)
    released_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_reason = models.TextField(blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        ordering = ["-placed_at"]

    def __str__(self) -> str:
        return f"{self.key} {self.matter}"


class Deletion(models.Model):
    """Somebody attests, with proof, that rows of a dataset went (or were anonymised)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="deletions")
    up_to = models.DateField(_("rows up to"))
    rows_before = models.BigIntegerField(_("rows before"))
    rows_deleted = models.BigIntegerField(_("rows deleted"))
    rows_after = models.BigIntegerField(_("rows after"))
    job_reference = models.CharField(_("job"), max_length=200)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="deletions")
    copies = models.ManyToManyField(Dataset, blank=True, related_name="deleted_as_copy")
    remark = models.TextField(blank=True)
    attested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-attested_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rows_after=models.F("rows_before") - models.F("rows_deleted")),
                name="catalog_deletion_adds_up",
            ),
            models.CheckConstraint(condition=Q(rows_deleted__gte=0), name="catalog_deletion_positive"),
        ]

    def __str__(self) -> str:
        return self.key
