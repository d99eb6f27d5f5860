"""Evidence: a stable record with versions of a file, linked to what it proves."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock, subjects
from apps.kernel.identifiers import uuid7
from apps.kernel.narrowing import about_visible

# What evidence may be linked to; permission on a file is permission on one of these.
LINKABLE = (
    "assessments.assessment",
    "catalog.dataset",
    "gates.review",
    "inventory.system",
    "inventory.use_case",
    "work.action",
)


class EvidenceLinkQuerySet(models.QuerySet["EvidenceLink"]):
    """Links with named filters."""

    def visible_to(self, person: Any) -> EvidenceLinkQuerySet:
        """Return links to records that the person may know of."""
        return self.filter(about_visible(person, self.model))

    def about(self, instance: Any, anchor: str | None = None) -> EvidenceLinkQuerySet:
        """Return links to one record, or to one place in it."""
        found = self.filter(subject_type=subjects.type_name(instance), subject_id=str(instance.pk))
        return found if anchor is None else found.filter(anchor=anchor)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence with named filters."""

    def visible_to(self, person: Any) -> EvidenceQuerySet:
        """Return what a person added, and what is linked to a record they may see."""
        if not getattr(person, "is_active", False):
            return self.none()
        links = EvidenceLink.objects.visible_to(person).filter(evidence_id=OuterRef("pk"))
        return self.filter(Q(owner_id=person.pk) | Exists(links))

    def valid(self) -> EvidenceQuerySet:
        """Leave out what has expired."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=clock.today()))


class Evidence(models.Model):
    """A proof with a stable key; its file may be replaced by a newer version, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="evidence")
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    latest = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "id"]), models.Index(fields=["expires_on"])]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def is_expired(self) -> bool:
        """Tell whether it proves nothing any more."""
        return self.expires_on is not None and self.expires_on < clock.today()

    @property
    def current(self) -> EvidenceVersion:
        """The newest version of the file."""
        return next(version for version in self.versions.all() if version.number == self.latest)


class EvidenceVersion(models.Model):
    """One file as it came: never changed, never deleted, encrypted where it rests."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    filename = models.CharField(max_length=160)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200)
    key_name = models.CharField(max_length=60)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="evidence_version_number")]

    def __str__(self) -> str:
        return f"{self.filename} ({self.number})"


class EvidenceLink(models.Model):
    """Evidence proves something about a record, or about one place in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    anchor = models.CharField(max_length=120, blank=True)
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=clock.now)

    objects = EvidenceLinkQuerySet.as_manager()

    class Meta:
        ordering = ["linked_at"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "subject_type", "subject_id", "anchor"], name="evidence_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.evidence_id} → {self.subject_type} {self.subject_id} {self.anchor}"
