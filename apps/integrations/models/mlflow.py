"""MLflow servers, what they told us, and what of theirs stands for what of ours."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import reach
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelVersion


class MLflowServerQuerySet(models.QuerySet["MLflowServer"]):
    """Servers with named filters."""

    def visible_to(self, person: Any) -> MLflowServerQuerySet:
        """Return the servers of departments in which a person sees the intake, and their own."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(owner_id=person.pk) | reach(person, Permission.INTEGRATIONS_INTAKE_VIEW))


class MLflowServer(models.Model):
    """A tracking server whose registered models are followed here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    url = models.URLField(_("address"), max_length=500)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    secret = models.TextField(editable=False, help_text="Encrypted; with it the server signs what it sends.")
    bearer = models.TextField(blank=True, editable=False, help_text="Encrypted; with it the portal reads there.")
    active = models.BooleanField(default=True)
    registered_at = models.DateTimeField(default=clock.now)
    polled_at = models.DateTimeField(null=True, blank=True, help_text="A cache: when it last answered in full.")
    problem = models.CharField(max_length=300, blank=True, help_text="A cache: why it did not answer last time.")
    refused = models.PositiveBigIntegerField(default=0, help_text="A cache: messages that were forged, late or known.")

    objects = MLflowServerQuerySet.as_manager()

    class Meta:
        verbose_name = _("MLflow server")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def reach_path(self) -> str:
        """The department's path, on which role assignments are matched."""
        return self.department.path


class DeliveryState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("Waiting")
    TAKEN = "taken", _("Taken over")
    IGNORED = "ignored", _("Nothing to take over")
    REFUSED = "refused", _("Could not be read")


class MLflowDelivery(models.Model):
    """One signed message of a server, known by its id: it counts once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    server = models.ForeignKey(MLflowServer, on_delete=models.CASCADE, related_name="deliveries")
    delivery_id = models.CharField(max_length=120)
    entity = models.CharField(max_length=60)
    action = models.CharField(max_length=40)
    name = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    digest = models.CharField(max_length=71)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["server", "-received_at"])]
        constraints = [models.UniqueConstraint(fields=["server", "delivery_id"], name="integrations_mlflow_once")]

    def __str__(self) -> str:
        return f"{self.entity}.{self.action} {self.name}"


class MappingState(models.TextChoices):
    """How theirs and ours stand to one another."""

    LINKED = "linked", _("Linked")
    CONFLICT = "conflict", _("Conflict")
    IGNORED = "ignored", _("Ignored")
    GONE = "gone", _("Gone there")


class MLflowMappingQuerySet(models.QuerySet["MLflowMapping"]):
    """Mappings with named filters."""

    def visible_to(self, person: Any) -> MLflowMappingQuerySet:
        """Return those of servers a person may know of."""
        return self.filter(server__in=narrowing.keys_visible(person, MLflowServer))


class MLflowMapping(models.Model):
    """A registered model there (without a version), or one of its versions, and what stands for it here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    server = models.ForeignKey(MLflowServer, on_delete=models.CASCADE, related_name="mappings")
    name = models.CharField(max_length=300)
    version = models.CharField(max_length=40, blank=True)
    ai_model = models.ForeignKey(AIModel, on_delete=models.PROTECT, null=True, related_name="+")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=MappingState, default=MappingState.LINKED)
    why = models.CharField(max_length=500, blank=True)
    taken = models.JSONField(default=dict, help_text="What was there when it was last taken over.")
    there = models.JSONField(default=dict, help_text="What is there now.")
    since = models.DateTimeField(default=clock.now, help_text="Since when the state stands.")
    pulled_at = models.DateTimeField(default=clock.now, help_text="A cache: when it was last read there.")

    objects = MLflowMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("model of an MLflow server")
        ordering = ["name", "version"]
        indexes = [models.Index(fields=["state", "since"])]
        constraints = [models.UniqueConstraint(fields=["server", "name", "version"], name="integrations_mapping_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    @property
    def reach_path(self) -> str:
        """The path of the server's department."""
        return self.server.reach_path
