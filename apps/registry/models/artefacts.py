"""What is versioned beside models: prompts, retrieval indexes, guardrails and parameter sets."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.inventory.models import AISystem
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .choices import ArtefactKind


class ArtefactQuerySet(models.QuerySet["Artefact"]):
    """Artefacts with named filters."""

    def visible_to(self, person: Any) -> ArtefactQuerySet:
        """Return those of systems a person may see."""
        return self.filter(system__in=narrowing.keys_visible(person, AISystem))


class Artefact(models.Model):
    """A prompt, retrieval index, guardrail or parameter set of a system."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="artefacts")
    kind = models.CharField(_("kind"), max_length=16, choices=ArtefactKind)
    name = models.CharField(_("name"), max_length=200)
    purpose = models.CharField(_("what it is for"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ArtefactQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["system", "kind", "name"], name="registry_artefact_name")]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path


class ArtefactVersionQuerySet(models.QuerySet["ArtefactVersion"]):
    """Versions of artefacts with named filters."""

    def visible_to(self, person: Any) -> ArtefactVersionQuerySet:
        """Return those of artefacts a person may see."""
        return self.filter(artefact__in=narrowing.keys_visible(person, Artefact))


class ArtefactVersion(models.Model):
    """One immutable version of an artefact. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    artefact = models.ForeignKey(Artefact, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField(
        help_text="A prompt or guardrail as text; parameters and the description of an index as JSON with sorted keys."
    )
    digest = models.CharField(max_length=71, help_text="sha256: of the content's UTF-8 bytes.")
    notes = models.CharField(_("what changed"), max_length=500, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = ArtefactVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["artefact", "number"], name="registry_artefact_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.artefact} v{self.number}"
