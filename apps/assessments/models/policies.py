"""Versioned texts: questionnaires and policies, never changed once they are there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.kernel.identifiers import uuid7


class PolicyKind(models.TextChoices):
    """What a policy text decides."""

    TIERS = "tiers", _("Tiers by floors")
    LEGAL_CLASS = "legal_class", _("Legal class")
    RISK_MATRIX = "risk_matrix", _("Risk matrix")


class Questionnaire(models.Model):
    """A version of a questionnaire. Its text, key, version and hash never change; a trigger holds that."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    offered = models.BooleanField(default=True, help_text=_("New assessments may use it."))
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["key", "-published_at"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="assessments_questionnaire_version")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class PolicyText(models.Model):
    """A version of a policy; the newest one of its kind is in force."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=PolicyKind)
    version = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["kind", "-published_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="assessments_policy_version")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"
