"""Who is told of which events, and how the telling goes."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock
from apps.kernel.identifiers import uuid7


class EventSubscriptionQuerySet(models.QuerySet["EventSubscription"]):
    """Subscriptions with named filters."""

    def visible_to(self, person: Any) -> EventSubscriptionQuerySet:
        """Return a person's own subscriptions: they carry what that person may see."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(owner_id=person.pk)


class EventSubscription(models.Model):
    """An address that hears of events about what its owner may see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("address"), max_length=500)
    patterns = ArrayField(models.CharField(max_length=80), verbose_name=_("events"))
    secret = models.TextField(editable=False, help_text="Encrypted; with it messages are signed.")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    position = models.BigIntegerField(default=0, help_text="A cache: how far the sealed ledger was read for it.")

    objects = EventSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription to events")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class SendingState(models.TextChoices):
    """How the telling of one event goes."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")


class EventDelivery(models.Model):
    """One event for one subscription, with its attempts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(EventSubscription, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.CharField(max_length=80)
    event = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=7, choices=SendingState, default=SendingState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_try = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["subscription", "-created_at"]),
            models.Index(fields=["next_try"], condition=models.Q(state="waiting"), name="integrations_to_send"),
        ]
        constraints = [models.UniqueConstraint(fields=["subscription", "event_id"], name="integrations_event_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.event_id}"
