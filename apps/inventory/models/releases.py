"""Releases: the exact set of parts that gates decide on, that permits name and that deployments run."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .systems import AISystem

PREFIX = b"gatehouse-release-v1\n"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases with named filters."""

    def visible_to(self, person: Any) -> ReleaseQuerySet:
        """Return those of systems a person may see."""
        return self.filter(system__in=narrowing.keys_visible(person, AISystem))

    def standing(self) -> ReleaseQuerySet:
        """Leave out what was withdrawn."""
        return self.filter(withdrawn_at=None)


class Release(models.Model):
    """The frozen set of component versions, configuration and datasets of a system.

    `content` is the canonical form (RFC 8785, prefixed), `digest` its SHA-256: a trigger compares them, and refuses
    every UPDATE but withdrawing, and every DELETE.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("As the pipeline calls it."))
    notes = models.TextField(_("what is new"), blank=True)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    frozen_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    frozen_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        ordering = ["-frozen_at", "-id"]
        indexes = [models.Index(fields=["digest"])]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="inventory_release_number"),
            models.UniqueConstraint(fields=["system", "digest"], name="inventory_release_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name or self.number}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path

    @property
    def items(self) -> list[dict[str, Any]]:
        """The parts: kind, name, version, digest, and the record behind each (subject_type, subject_id)."""
        return json.loads(bytes(self.content)[len(PREFIX) :])["items"]
