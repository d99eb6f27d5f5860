"""The employee's catalogue: what may be used, for what, with which data, by whom, until when."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person, RoleAssignment
from apps.kernel import clock
from apps.kernel.identifiers import uuid7

from .authorisations import Authorisation
from .choices import ApprovedUseStatus, DataClass, OperatingStatus, Stage
from .systems import AISystem
from .usecases import UseCase


class ApprovedUseQuerySet(models.QuerySet["ApprovedUse"]):
    """Approved uses with named filters."""

    def in_force(self) -> ApprovedUseQuerySet:
        """Return those that hold now: decided, not ended, on an authorised system that is not suspended."""
        moment = clock.now()
        return self.filter(
            Q(until=None) | Q(until__gte=moment.date()),
            status=ApprovedUseStatus.IN_FORCE,
            authorisation__revoked_at=None,
            authorisation__valid_from__lte=moment,
            authorisation__valid_until__gt=moment,
            authorisation__material_revision=F("system__material_revision"),
            system__stage__in=[Stage.PILOT, Stage.PRODUCTION],
        ).exclude(system__operating_status=OperatingStatus.SUSPENDED)

    def for_audience(self, person: Any) -> ApprovedUseQuerySet:
        """Return those meant for a person: for everyone, for their department's line, or for a role they hold."""
        if not getattr(person, "is_active", False):
            return self.none()
        audience = Q(for_everyone=True)
        path = person.department.path if person.department_id else ""
        if path:
            line = ApprovedUseDepartment.objects.filter(approved_use_id=OuterRef("pk"))
            above = line.annotate(own_path=Value(path, output_field=models.CharField()))
            audience |= Exists(above.filter(own_path__startswith=F("department__path")))
        groups = Person.groups.through.objects.filter(person_id=person.pk).values("group_id")
        held = RoleAssignment.objects.standing().filter(Q(person_id=person.pk) | Q(group_id__in=groups))
        roles = sorted(set(held.values_list("role__key", flat=True)))
        return self.filter(audience | Q(roles__overlap=roles)) if roles else self.filter(audience)

    def offered_to(self, person: Any) -> ApprovedUseQuerySet:
        """Return what the person may use today."""
        return self.in_force().for_audience(person)

    def visible_to(self, person: Any) -> ApprovedUseQuerySet:
        """Return what a person may know of: what is offered to them, and all uses of the systems they may see."""
        if not getattr(person, "is_active", False):
            return self.none()
        offered = ApprovedUse.objects.offered_to(person).filter(pk=OuterRef("pk"))
        return self.filter(Exists(offered) | Q(system__in=AISystem.objects.visible_to(person)))


class ApprovedUse(models.Model):
    """One use that may be made of a system: proposed by its owner, decided at the gate, withdrawn with the approval."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="approved_uses")
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="approved_uses")
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("purpose"))
    data_classes = ArrayField(models.CharField(max_length=20, choices=DataClass), default=list)
    conditions = models.TextField(_("conditions"), blank=True)
    how_to_get = models.TextField(_("how to get access"), blank=True)
    for_everyone = models.BooleanField(_("for everyone"), default=False)
    departments = models.ManyToManyField(Department, through="ApprovedUseDepartment", related_name="approved_uses")
    roles = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    status = models.CharField(max_length=12, choices=ApprovedUseStatus, default=ApprovedUseStatus.PROPOSED)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    authorisation = models.ForeignKey(
        Authorisation, on_delete=models.PROTECT, null=True, blank=True, related_name="approved_uses"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    search_text = models.TextField(blank=True, editable=False, help_text="Kept by a trigger, in lower case.")

    objects = ApprovedUseQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["system", "status"]),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="inventory_approved_use_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="in_force") | Q(authorisation__isnull=False), name="inventory_approved_use_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path


class ApprovedUseDepartment(models.Model):
    """A department, with everything below it, that an approved use is meant for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    approved_use = models.ForeignKey(ApprovedUse, on_delete=models.PROTECT, related_name="department_links")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approved_use", "department"], name="inventory_approved_use_department")
        ]

    def __str__(self) -> str:
        return f"{self.approved_use_id} for {self.department_id}"
