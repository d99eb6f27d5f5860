"""The register of processing activities (GDPR Art. 30), linked to what it allows."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import reach
from apps.inventory.models import UseCase
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import ActivityStatus, AssessmentNeed, Category, DataAction, LawfulBasis
from .datasets import Dataset


class ProcessingActivityQuerySet(models.QuerySet["ProcessingActivity"]):
    """Entries of the register with named filters."""

    def visible_to(self, person: Any) -> ProcessingActivityQuerySet:
        """Return the entries in reach of a person's roles, and those a person owns."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(owner_id=person.pk) | reach(person, Permission.CATALOG_ACTIVITY_VIEW))

    def in_force(self) -> ProcessingActivityQuerySet:
        """Keep those that allow anything at this moment."""
        return self.filter(status=ActivityStatus.IN_FORCE)


class ProcessingActivity(models.Model):
    """One processing activity: what is done with whose data, why, on what basis, for whom and where."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=250)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="processing_activities")
    controller = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    joint_controllers = models.TextField(_("joint controllers"), blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_activities")
    last_author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_by = ArrayField(
        models.UUIDField(),
        default=list,
        blank=True,
        help_text="Everybody who wrote in it since somebody else put it into force.",
    )
    purposes = models.TextField(_("purposes of the processing"))
    purpose_codes = ArrayField(
        models.SlugField(max_length=60), default=list, blank=True, help_text=_("Short names that grants cite.")
    )
    actions = ArrayField(models.CharField(max_length=8, choices=DataAction), default=list, blank=True)
    lawful_basis = models.CharField(_("lawful basis"), max_length=22, choices=LawfulBasis, blank=True)
    basis_details = models.TextField(_("basis, in words"), blank=True)
    special_category_condition = models.CharField(
        _("condition for special categories"),
        max_length=200,
        blank=True,
        help_text=_("GDPR Art. 9(2), with its letter."),
    )
    data_subjects = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    data_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    data_described = models.TextField(_("categories of personal data, in words"), blank=True)
    recipients = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    regions = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text=_("Empty: anywhere in the EU.")
    )
    transfers = models.TextField(_("transfers to third countries, and their safeguards"), blank=True)
    erasure = models.TextField(_("time limits for erasure"), blank=True)
    security_measures = models.TextField(_("technical and organisational measures"), blank=True)
    impact_assessment = models.CharField(
        _("impact assessment (DPIA)"), max_length=14, choices=AssessmentNeed, default=AssessmentNeed.UNKNOWN
    )
    impact_assessment_reference = models.CharField(max_length=200, blank=True)
    automated_decisions = models.BooleanField(_("decides about persons by itself (Art. 22)"), default=False)
    objection = models.TextField(_("how a person objects or reaches a human"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ActivityStatus, default=ActivityStatus.DRAFT)
    use_cases = models.ManyToManyField(UseCase, blank=True, related_name="processing_activities")
    datasets = models.ManyToManyField(Dataset, blank=True, related_name="processing_activities")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects = ProcessingActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("processing activity")
        verbose_name_plural = _("processing activities")
        ordering = ["key"]
        indexes = [models.Index(fields=["status", "key"]), models.Index(fields=["department", "key"])]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str:
        """The department's path, on which role assignments are matched."""
        return self.department.path
