"""What gateways really allow, as they told: their keys with limits. The keys themselves are never kept."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.reach import holds, reach
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .access import ModelGrant
from .choices import Environment


class GatewaySnapshotQuerySet(models.QuerySet["GatewaySnapshot"]):
    """Readings with named filters."""

    def visible_to(self, person: Any) -> GatewaySnapshotQuerySet:
        """Return the readings for those who compare gateways."""
        return self if holds(person, Permission.REGISTRY_GATEWAY_COMPARE) else self.none()


class GatewaySnapshot(models.Model):
    """One reading of a gateway; the same content again changes nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway = models.SlugField(_("gateway"), max_length=60)
    environment = models.CharField(_("environment"), max_length=12, choices=Environment)
    format = models.CharField(_("format"), max_length=40)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was understood, in one order.")
    number = models.PositiveIntegerField(default=0, help_text="How many keys were told.")
    current = models.BooleanField(default=True)
    read_by = models.CharField(max_length=200)
    read_at = models.DateTimeField(default=clock.now)

    objects = GatewaySnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a gateway")
        ordering = ["gateway", "-read_at"]
        constraints = [
            models.UniqueConstraint(fields=["gateway"], condition=Q(current=True), name="registry_gateway_one_current")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.read_at:%Y-%m-%d %H:%M}"


class GatewayKeyQuerySet(models.QuerySet["GatewayKey"]):
    """Keys of gateways with named filters."""

    def visible_to(self, person: Any) -> GatewayKeyQuerySet:
        """Return keys of grants on models in reach of whoever compares; those of no grant to whoever reaches all."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(reach(person, Permission.REGISTRY_GATEWAY_COMPARE, "grant__ai_model__department"))

    def present(self) -> GatewayKeyQuerySet:
        """Keep those that the newest reading of their gateway told of."""
        return self.filter(absent_since=None)


class GatewayKey(models.Model):
    """A key that a gateway knows: by its alias and the beginning of its hash, with what it allows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway = models.SlugField(max_length=60)
    environment = models.CharField(max_length=12, choices=Environment)
    identity = models.CharField(max_length=200, help_text="The hash's beginning, else the alias: one of its gateway.")
    alias = models.CharField(_("alias"), max_length=200, blank=True)
    hash_prefix = models.CharField(_("beginning of its hash"), max_length=12, blank=True)
    grant = models.ForeignKey(ModelGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="gateway_keys")
    grant_cited = models.CharField(max_length=60, blank=True, help_text="As the gateway wrote it.")
    model_names = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    every_model = models.BooleanField(default=False)
    calls_per_minute = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    budget = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    budget_days = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, blank=True, help_text="Empty with a budget: for good."
    )
    valid_until = models.DateTimeField(null=True, blank=True)
    blocked = models.BooleanField(default=False)
    differs = models.JSONField(default=dict, help_text="How it differs from its grant: kind and sentence. A cache.")
    first_seen_at = models.DateTimeField(default=clock.now)
    absent_since = models.DateTimeField(null=True, blank=True)

    objects = GatewayKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("key of a gateway")
        ordering = ["gateway", "alias", "identity"]
        indexes = [models.Index(fields=["grant"])]
        constraints = [models.UniqueConstraint(fields=["gateway", "identity"], name="registry_gateway_key")]

    def __str__(self) -> str:
        return f"{self.gateway}: {self.alias or self.hash_prefix}"

    @property
    def reach_path(self) -> str | None:
        """The path of the department of the grant's model; none without a grant."""
        return self.grant.reach_path if self.grant else None
