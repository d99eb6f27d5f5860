"""Policy versions, reviews and the immutable decisions of people."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.accounts.reach import reach
from apps.inventory.models import AISystem, Release, Tier
from apps.kernel import clock, dossier
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission


class PolicyVersion(models.Model):
    """A version of the gate policy; never changed, only followed by the next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    quorum = models.JSONField(help_text="Gate, tier, lane, number: what the database counts by.")
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return self.version


class ReviewState(models.TextChoices):
    """Where a review stands."""

    WAITING = "waiting", _("Waiting for decisions")
    CONDITIONS = "conditions", _("Approved, conditions before use open")
    APPROVED = "approved", _("Approved")
    CHANGES_REQUESTED = "changes", _("Changes requested")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


OPEN_STATES = (ReviewState.WAITING, ReviewState.CONDITIONS)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews with named filters."""

    def visible_to(self, person: Any) -> ReviewQuerySet:
        """Return the reviews of systems a person may see, where they may read reviews or answer for the system."""
        if not getattr(person, "is_active", False):
            return self.none()
        own = Q(system__owner_id=person.pk) | Q(system__deputy_id=person.pk) | Q(system__sponsor_id=person.pk)
        by_role = reach(person, Permission.GATES_REVIEW_VIEW, department="system__department")
        return self.filter(own | by_role, system__in=AISystem.objects.visible_to(person))

    def summarised(self) -> ReviewQuerySet:
        """Leave the frozen bytes where they are: lists do not show them."""
        return self.defer(*self.model.FROZEN)

    def waiting(self) -> ReviewQuerySet:
        """Keep those that wait for decisions."""
        return self.filter(state=ReviewState.WAITING)


class Review(models.Model):
    """One passage of a system through a gate: what was frozen, what was answered, what became of it."""

    FROZEN = ("dossier",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="reviews")
    gate = models.CharField(max_length=2)
    environment = models.CharField(max_length=12)
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews", help_text="What was frozen."
    )
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="reviews")
    tier = models.CharField(max_length=2, choices=Tier)
    dossier = models.BinaryField(help_text="The frozen bytes; never rebuilt to check their hash.")
    content_hash = models.CharField(max_length=64)
    material_revision = models.PositiveIntegerField()
    checks = models.JSONField(default=list, help_text="Each check as it stood at submission.")
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.WAITING)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="submitted_reviews")
    submitted_at = models.DateTimeField(default=clock.now)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at"]
        indexes = [
            models.Index(fields=["state", "submitted_at"]),
            models.Index(fields=["system", "gate", "-submitted_at"]),
            models.Index(fields=["-submitted_at", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "gate"],
                condition=Q(state__in=["waiting", "conditions"]),
                name="gates_review_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.gate} {self.system.name}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path

    def content(self) -> dict[str, Any]:
        """Return the frozen dossier, read from its stored bytes."""
        return json.loads(bytes(self.dossier)[len(dossier.PREFIX) :])


class Outcome(models.TextChoices):
    """What a person says in their lane."""

    APPROVE = "approve", _("Approve")
    APPROVE_WITH_CONDITIONS = "conditions", _("Approve with conditions")
    REQUEST_CHANGES = "changes", _("Request changes")
    REJECT = "reject", _("Reject")


APPROVING = (Outcome.APPROVE, Outcome.APPROVE_WITH_CONDITIONS)


class Decision(models.Model):
    """A person's immutable word on a content hash. Append-only in the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decisions")
    lane = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome)
    content_hash = models.CharField(max_length=64)
    reason = models.TextField()
    conditions = models.JSONField(default=list, help_text='Each: text, when ("before" or "after"), due (a date).')
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="gates_decision_one_per_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="gates_decision_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} by {self.person}"
