"""Where data is kept: platforms and their containers."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import holds, reach
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import Criticality, Encryption, PlatformKind, Standing


class PlatformQuerySet(models.QuerySet["Platform"]):
    """Platforms with named filters."""

    def visible_to(self, person: Any) -> PlatformQuerySet:
        """Return the platforms: where data is kept is no secret among those who may browse the catalog."""
        if holds(person, Permission.CATALOG_DATASET_BROWSE):
            return self.all()
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(owner_id=person.pk) | reach(person, Permission.CATALOG_DATASET_VIEW))


class Platform(models.Model):
    """A place where data is kept and served (DCAT 3: data service); known to tools by its namespace."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=PlatformKind, default=PlatformKind.UNKNOWN)
    namespace = models.CharField(
        _("namespace"),
        max_length=500,
        unique=True,
        help_text=_("As OpenLineage names it, for example postgres://db:5432."),
    )
    description = models.TextField(_("description"), blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="platforms"
    )
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_platforms")
    location = models.CharField(_("location"), max_length=200, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True, help_text=_("For example EU, DE, US."))
    criticality = models.CharField(_("criticality"), max_length=10, choices=Criticality, blank=True)
    encryption = models.CharField(
        _("encryption at rest"), max_length=14, choices=Encryption, default=Encryption.UNKNOWN
    )
    key_reference = models.CharField(
        _("key reference"), max_length=300, blank=True, help_text=_("Where the key is kept, never the key.")
    )
    key_rotated_on = models.DateField(_("key rotated on"), null=True, blank=True)
    transport_encrypted = models.BooleanField(_("only over TLS"), null=True, blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.DECLARED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        verbose_name = _("platform")
        ordering = ["key"]
        indexes = [models.Index(fields=["name", "id"])]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str | None:
        """The department's path; None takes somebody whose role holds everywhere."""
        return self.department.path if self.department else None


class Container(models.Model):
    """A schema, bucket or topic group inside a platform."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="containers")
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["platform", "name"], name="catalog_container_name")]

    def __str__(self) -> str:
        return self.name


class PermissionSnapshotQuerySet(models.QuerySet["PermissionSnapshot"]):
    """Snapshots with named filters."""

    def visible_to(self, person: Any) -> PermissionSnapshotQuerySet:
        """Return the snapshots of platforms in reach of those who keep them, and of their owners."""
        if not getattr(person, "is_active", False):
            return self.none()
        inside = Platform.objects.filter(
            Q(owner_id=person.pk)
            | reach(person, Permission.CATALOG_PLATFORM_EDIT)
            | reach(person, Permission.CATALOG_ACCESS_VIEW)
        )
        return self.filter(platform__in=inside)


class PermissionSnapshot(models.Model):
    """What a platform said, at one moment, about who may do what in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="permission_snapshots")
    taken_at = models.DateTimeField(default=clock.now)
    source = models.CharField(max_length=40, help_text="postgresql (read from the server) or file.")
    digest = models.CharField(max_length=64)
    store = models.JSONField(
        default=dict, help_text="What it said of itself: encryption, key_reference, transport_encrypted, version."
    )
    current = models.BooleanField(default=True)

    objects = PermissionSnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        constraints = [
            models.UniqueConstraint(fields=["platform"], condition=Q(current=True), name="catalog_snapshot_one_current")
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.taken_at}"


class ActualPermission(models.Model):
    """One permission as a platform really gives it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    snapshot = models.ForeignKey(PermissionSnapshot, on_delete=models.PROTECT, related_name="permissions")
    principal = models.CharField(max_length=200)
    object_name = models.CharField(max_length=1000, help_text="As datasets of the platform are named.")
    privileges = ArrayField(models.CharField(max_length=20), default=list)
    fields = ArrayField(models.CharField(max_length=500), default=list, help_text="Empty: the whole object.")
    through = models.CharField(max_length=300, blank=True, help_text="The role it is inherited from.")

    class Meta:
        ordering = ["principal", "object_name"]
        indexes = [models.Index(fields=["snapshot", "object_name"])]

    def __str__(self) -> str:
        return f"{self.principal} {self.object_name}"


class PlatformPrincipal(models.Model):
    """Which person, system or service stands behind a login of a platform."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="principals")
    principal = models.CharField(_("login"), max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    system = models.ForeignKey("inventory.AISystem", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(
        "accounts.ServiceIdentity", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    administrative = models.BooleanField(
        _("administrative"), default=False, help_text=_("Runs the platform itself; needs no grant of ours.")
    )

    class Meta:
        ordering = ["principal"]
        constraints = [models.UniqueConstraint(fields=["platform", "principal"], name="catalog_principal")]

    def __str__(self) -> str:
        return self.principal
