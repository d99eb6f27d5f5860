"""Selection: candidates compared on a use case's needs, the choice and the dissent kept."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.catalog.models import Dataset
from apps.inventory.models import UseCase
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .aimodels import ModelVersion
from .choices import SelectionStatus


class SelectionQuerySet(models.QuerySet["Selection"]):
    """Selections with named filters."""

    def visible_to(self, person: Any) -> SelectionQuerySet:
        """Return a person's own, and those of use cases they may know of."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(opened_by_id=person.pk) | Q(use_case__in=narrowing.keys_visible(person, UseCase)))


class Selection(models.Model):
    """One comparison of candidates for one use case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="selections")
    title = models.CharField(_("title"), max_length=200)
    needs = models.JSONField(
        default=list,
        help_text="Each: criterion, weight (1 to 5), least or most (a number as text), and whether it is a must.",
    )
    calls_a_month = models.PositiveBigIntegerField(_("calls a month"), null=True, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens a call"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens a call"), null=True, blank=True)
    evaluation_dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evaluation_metric = models.CharField(_("quality is measured as"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    status = models.CharField(max_length=10, choices=SelectionStatus, default=SelectionStatus.OPEN)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    chosen = models.ForeignKey(
        "registry.Candidate", on_delete=models.PROTECT, null=True, blank=True, related_name="chosen_in"
    )
    reason = models.TextField(_("why this one"), blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    frozen = models.JSONField(null=True, blank=True, help_text="The table as it stood when it was decided.")
    version = models.PositiveIntegerField(default=1)

    objects = SelectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("selection")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["status", "-opened_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="decided") | (Q(chosen__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="registry_selection_reasoned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def reach_path(self) -> str | None:
        """The department's path of the use case."""
        return getattr(self.use_case, "reach_path", None)


class OfSelectionQuerySet(models.QuerySet[Any]):
    """Rows about a selection, with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of selections a person may know of."""
        return self.filter(selection__in=narrowing.keys_visible(person, Selection))


class Candidate(models.Model):
    """One candidate of a comparison, with what was measured and read about it; unknown stays empty."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="candidates")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="candidacies"
    )
    name = models.CharField(_("name"), max_length=200)
    quality = models.DecimalField(_("quality"), max_digits=12, decimal_places=6, null=True, blank=True)
    input_price = models.DecimalField(
        _("price of a million input tokens"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    output_price = models.DecimalField(
        _("price of a million output tokens"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    fixed_price = models.DecimalField(_("fixed price a month"), max_digits=14, decimal_places=2, null=True, blank=True)
    latency_ms = models.PositiveIntegerField(_("latency, 95th percentile, ms"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    terms = models.TextField(_("terms"), blank=True)
    trains_on_our_data = models.CharField(max_length=7, default="unknown")
    risk = models.PositiveSmallIntegerField(_("risk, 1 to 5"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    evidence = models.CharField(_("where this was measured"), max_length=500, blank=True)

    objects = OfSelectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["selection", "name"], name="registry_candidate_name")]

    def __str__(self) -> str:
        return self.name


class Dissent(models.Model):
    """Somebody's other view of a choice, in their own words. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="dissents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    preferred = models.ForeignKey(Candidate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("what you see differently"))
    said_at = models.DateTimeField(default=clock.now)

    objects = OfSelectionQuerySet.as_manager()

    class Meta:
        ordering = ["said_at"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="registry_dissent_said")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.text[:40]}"
