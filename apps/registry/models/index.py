"""Which model versions stand in which release: read from the frozen parts by a trigger, so that nobody can forget to."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.inventory.models import Release
from apps.kernel import narrowing

from .aimodels import ModelVersion


class ReleaseVersionQuerySet(models.QuerySet["ReleaseVersion"]):
    """Rows of the index with named filters."""

    def visible_to(self, person: Any) -> ReleaseVersionQuerySet:
        """Return those of releases a person may see."""
        return self.filter(release__in=narrowing.keys_visible(person, Release))


class ReleaseVersion(models.Model):
    """A model version is a part of a release."""

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="model_links")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="release_links")

    objects = ReleaseVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "model_version"], name="registry_release_version")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.model_version_id}"
