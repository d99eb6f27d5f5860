"""The AI system, the unit of operation and of authorisation, and what it is made of."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import reach
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import (
    Autonomy,
    ComponentKind,
    DataClass,
    DependencyKind,
    NetworkPerimeter,
    OperatingStatus,
    PersonEffect,
    Sourcing,
    Stage,
    Tier,
)


class Vendor(models.Model):
    """A legal supplier of AI."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    website = models.URLField(_("website"), blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Upper("name"), name="inventory_vendor_name")]

    def __str__(self) -> str:
        return self.name


class AISystemQuerySet(models.QuerySet["AISystem"]):
    """AI systems with named filters."""

    def visible_to(self, person: Any) -> AISystemQuerySet:
        """Return the systems a person may know of: by role and department, by relation, or by an object grant."""
        if not getattr(person, "is_active", False):
            return self.none()
        granted = Exists(
            AISystemUserObjectPermission.objects.filter(
                content_object_id=OuterRef("pk"), user_id=person.pk, permission__codename="view_aisystem"
            )
        )
        own = Q(owner_id=person.pk) | Q(deputy_id=person.pk) | Q(sponsor_id=person.pk) | Q(proposer_id=person.pk)
        by_role = Q(restricted=False) & reach(person, Permission.INVENTORY_SYSTEM_VIEW)
        trusted = Q(restricted=True) & reach(person, Permission.INVENTORY_SYSTEM_VIEW_RESTRICTED)
        return self.filter(by_role | trusted | own | granted)

    def current(self) -> AISystemQuerySet:
        """Leave out what never came to be or is gone."""
        return self.exclude(stage__in=[Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED])


class AISystem(models.Model):
    """A machine-based system that infers outputs (EU AI Act, Art. 3(1))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=250)
    summary = models.TextField(_("what it does"), blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="systems")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_systems")
    deputy = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="deputised_systems"
    )
    sponsor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="sponsored_systems"
    )
    proposer = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="proposed_systems"
    )
    restricted = models.BooleanField(_("restricted"), default=False)

    # Business requirements come first.
    problem = models.TextField(_("the problem"), blank=True)
    benefit = models.TextField(_("the benefit"), blank=True)
    benefit_measure = models.TextField(_("how the benefit is measured"), blank=True)
    outputs = models.TextField(_("what it puts out"), blank=True)
    people_affected = models.TextField(_("people affected"), blank=True)
    intended_users = models.TextField(_("who uses it"), blank=True)
    expected_users = models.PositiveIntegerField(_("expected users"), null=True, blank=True)
    expected_daily_requests = models.PositiveIntegerField(_("expected requests a day"), null=True, blank=True)
    expected_concurrency = models.PositiveIntegerField(_("expected requests at the same time"), null=True, blank=True)
    security_needs = models.TextField(_("security needs"), blank=True)
    regulation = models.TextField(_("laws and rules that apply"), blank=True)

    # What it works with and how far it goes.
    data_classes = ArrayField(models.CharField(max_length=20, choices=DataClass), default=list, blank=True)
    autonomy = models.CharField(_("autonomy"), max_length=20, choices=Autonomy, blank=True)
    human_involvement = models.TextField(_("human involvement"), blank=True)
    person_effect = models.CharField(
        _("effect on persons"), max_length=10, choices=PersonEffect, default=PersonEffect.UNKNOWN
    )
    sourcing = models.CharField(_("sourcing"), max_length=10, choices=Sourcing, default=Sourcing.UNKNOWN)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="systems")
    approved_platform = models.BooleanField(_("runs on an approved platform"), default=False)
    regions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    network_perimeter = models.CharField(
        _("network perimeter"), max_length=10, choices=NetworkPerimeter, default=NetworkPerimeter.UNKNOWN
    )
    isolation = models.TextField(_("isolation"), blank=True)
    secret_references = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    master_data = models.JSONField(_("master-data references"), default=dict, blank=True)
    one_off_cost = models.DecimalField(_("one-off cost"), max_digits=14, decimal_places=2, null=True, blank=True)
    yearly_run_cost = models.DecimalField(_("run cost a year"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")

    # Three fields, never one: stage here, authorisation in its own table, operating status as observed.
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.PROPOSED)
    operating_status = models.CharField(
        _("operating status"), max_length=12, choices=OperatingStatus, default=OperatingStatus.NOT_RUNNING
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.TextField(_("why it was suspended"), blank=True)
    legacy_until = models.DateField(
        _("legacy until"),
        null=True,
        blank=True,
        help_text=_("It ran before it was governed; by this day it must be authorised or stopped."),
    )
    provisional_tier = models.CharField(_("provisional tier"), max_length=2, choices=Tier, blank=True)
    tier = models.CharField(_("tier"), max_length=2, choices=Tier, blank=True)
    material_revision = models.PositiveIntegerField(default=1, help_text="Raised by a trigger; never written by code.")
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from")
    search_text = models.TextField(blank=True, editable=False, help_text="Kept by a trigger, in lower case.")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects = AISystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("AI system")
        ordering = ["key"]
        indexes = [
            models.Index(fields=["name", "id"]),
            models.Index(fields=["stage", "key"]),
            models.Index(fields=["tier", "key"]),
            models.Index(fields=["-updated_at", "id"]),
            models.Index(fields=["department", "key"]),
            models.Index(fields=["owner"]),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="inventory_system_search"),
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

    def is_responsible(self, person_id: Any) -> bool:
        """Tell whether somebody answers for the system as owner or deputy."""
        return str(person_id) in {str(self.owner_id), str(self.deputy_id)}


class AISystemUserObjectPermission(UserObjectPermissionBase):
    """A grant on one system to one person, for restricted systems (django-guardian, direct foreign key)."""

    content_object = models.ForeignKey(AISystem, on_delete=models.CASCADE)


class Component(models.Model):
    """Part of a system with its own sourcing and exit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="components")
    kind = models.CharField(_("kind"), max_length=16, choices=ComponentKind)
    name = models.CharField(_("name"), max_length=200)
    version = models.CharField(_("version"), max_length=80, blank=True)
    sourcing = models.CharField(_("sourcing"), max_length=10, choices=Sourcing, default=Sourcing.UNKNOWN)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="components")
    exit_substitute = models.CharField(_("substitute"), max_length=200, blank=True)
    exit_tested_on = models.DateField(_("exit last tested on"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """An interface between a system and another system or application."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="dependencies")
    kind = models.CharField(_("kind"), max_length=8, choices=DependencyKind)
    on_system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="dependants")
    on_name = models.CharField(_("application"), max_length=200, blank=True, help_text=_("Name or id in the CMDB."))
    purpose = models.CharField(_("what flows"), max_length=300, blank=True)

    class Meta:
        ordering = ["kind", "on_name"]
        verbose_name_plural = "dependencies"
        constraints = [
            models.CheckConstraint(
                condition=Q(on_system__isnull=False) | ~Q(on_name=""), name="inventory_dependency_on_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system_id} → {self.on_system_id or self.on_name}"


class SourceIdentity(models.Model):
    """What another inventory calls a system; the key by which an import knows it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="source_identities")
    source = models.CharField(max_length=120)
    organisation = models.CharField(max_length=200)
    external_id = models.CharField(max_length=300, help_text="The source's id, or 'name:' and the normalised name.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "organisation", "external_id"], name="inventory_source_identity")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.organisation} {self.external_id}"


class ReportedFact(models.Model):
    """What a source says of a system, in its own words; a fact about the report, never an approval."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="reported_facts")
    source = models.CharField(max_length=120)
    name = models.CharField(
        max_length=60, help_text="Our name: stage, high_impact, testing, … or 'column:' and theirs."
    )
    value = models.TextField(
        blank=True, help_text="Our reading, for example 'deployed'; empty when it was not readable."
    )
    original = models.TextField(blank=True, help_text="The words of the source.")
    reported_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "source", "name"], name="inventory_reported_fact")]
        indexes = [models.Index(fields=["name", "value", "system"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.original[:60]}"
