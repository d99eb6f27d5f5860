"""The use case: one intended purpose, the unit of legal classification and tier."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import reach
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import DataClass, LegalClass, PersonEffect, Tier, UseCaseStatus
from .systems import AISystem


class UseCaseQuerySet(models.QuerySet["UseCase"]):
    """Use cases with named filters."""

    def visible_to(self, person: Any) -> UseCaseQuerySet:
        """Return those a person may know of: their own, those in reach, and those of systems they may see.

        A use case of a restricted system is only seen by those who may see that system.
        """
        if not getattr(person, "is_active", False):
            return self.none()
        links = UseCaseSystem.objects.filter(use_case_id=OuterRef("pk"))
        on_restricted = Exists(links.filter(system__restricted=True))
        on_visible = Exists(links.filter(system__in=narrowing.keys_visible(person, AISystem)))
        own = Q(owner_id=person.pk) | Q(proposer_id=person.pk)
        return self.filter(own | on_visible | (reach(person, Permission.INVENTORY_SYSTEM_VIEW) & ~Q(on_restricted)))


class UseCase(models.Model):
    """One intended purpose, for a process, a user group and affected people, on one or more AI systems."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=250)
    purpose = models.TextField(_("intended purpose"))
    process = models.CharField(_("process"), max_length=200, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="use_cases")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_use_cases")
    proposer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="proposed_use_cases")
    systems = models.ManyToManyField(AISystem, through="UseCaseSystem", related_name="use_cases")
    user_group = models.TextField(_("who uses it"), blank=True)
    people_affected = models.TextField(_("people affected"), blank=True)
    person_effect = models.CharField(
        _("effect on persons"), max_length=10, choices=PersonEffect, default=PersonEffect.UNKNOWN
    )
    data_classes = ArrayField(models.CharField(max_length=20, choices=DataClass), default=list, blank=True)
    screening = models.JSONField(_("screening answers"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=UseCaseStatus, default=UseCaseStatus.PROPOSED)
    legal_class = models.CharField(_("legal class"), max_length=12, choices=LegalClass, blank=True)
    legal_class_confirmed = models.BooleanField(default=False)
    provisional_tier = models.CharField(_("provisional tier"), max_length=2, choices=Tier, blank=True)
    tier = models.CharField(_("tier"), max_length=2, choices=Tier, blank=True)
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")
    search_text = models.TextField(blank=True, editable=False, help_text="Kept by a trigger, in lower case.")
    created_at = models.DateTimeField(default=clock.now)

    objects = UseCaseQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        indexes = [
            models.Index(fields=["status", "key"]),
            models.Index(fields=["department", "key"]),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="inventory_use_case_search"),
        ]
        constraints = [
            # A prohibited practice is never in use, whoever asks and by whatever route.
            models.CheckConstraint(
                condition=~Q(legal_class="prohibited") | ~Q(status="active"), name="inventory_use_case_prohibited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str:
        """The department's path, on which role assignments are matched."""
        return self.department.path

    @property
    def effective_tier(self) -> str:
        """The tier that counts: the assessed one, else the provisional one, else the worst."""
        return self.tier or self.provisional_tier or Tier.T1


class UseCaseSystem(models.Model):
    """A use case runs on a system."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="system_links")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="use_case_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "system"], name="inventory_use_case_system")]

    def __str__(self) -> str:
        return f"{self.use_case_id} on {self.system_id}"
