"""Whether data is good: checks, their results over time, and what a use needs of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import UseCase
from apps.kernel import clock
from apps.kernel.identifiers import uuid7

from .choices import CheckOutcome
from .datasets import Dataset, Field


class QualityCheck(models.Model):
    """A statement about a dataset or field that a tool checks again and again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="quality_checks")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, blank=True, related_name="quality_checks")
    name = models.CharField(_("check"), max_length=300)
    kind = models.CharField(_("kind"), max_length=120, blank=True, help_text="not_null, unique, expect_…")
    source = models.CharField(max_length=60, help_text="dbt, great_expectations, openlineage, contract, api.")
    external_id = models.CharField(max_length=500, help_text="What the source calls it.")
    expectation = models.JSONField(default=dict)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    outcome = models.CharField(max_length=8, choices=CheckOutcome, blank=True, help_text="Of the newest result.")
    outcome_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("quality check")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "source", "external_id"], name="catalog_quality_check")
        ]

    def __str__(self) -> str:
        return self.name


class QualityResult(models.Model):
    """What one run of a check found; a tool's observation, kept as it came."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    check_made = models.ForeignKey(QualityCheck, on_delete=models.PROTECT, related_name="results")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=CheckOutcome)
    observed = models.JSONField(default=dict, help_text="Counts and values as the tool reported them.")
    run_reference = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["check_made", "at", "run_reference"], name="catalog_quality_result")
        ]
        indexes = [models.Index(fields=["check_made", "-at"])]

    def __str__(self) -> str:
        return f"{self.check_made_id} {self.outcome}"


class Fitness(models.Model):
    """What one use needs of a dataset: it may be good enough for one use and not for another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="fitness")
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="fitness")
    least_score = models.PositiveSmallIntegerField(_("least score"), default=90, help_text=_("Of 100."))
    fresh_within_minutes = models.PositiveIntegerField(_("fresh within (minutes)"), null=True, blank=True)
    needed_checks = models.ManyToManyField(QualityCheck, blank=True, related_name="needed_by")

    class Meta:
        verbose_name_plural = "fitness"
        constraints = [models.UniqueConstraint(fields=["dataset", "use_case"], name="catalog_fitness_per_use")]

    def __str__(self) -> str:
        return f"{self.dataset_id} for {self.use_case_id}"
