"""Owed work, talk about records, notices, and background jobs with their progress."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock, subjects
from apps.kernel.identifiers import uuid7
from apps.kernel.narrowing import about_visible
from apps.kernel.permissions import Permission


class ActionKind(models.TextChoices):
    """Why something is owed."""

    CONDITION = "condition", _("Condition of an approval")
    TREATMENT = "treatment", _("Treatment of a risk")
    REMEDY = "remedy", _("Remedy of a finding")
    PLAN = "plan", _("Planned work")


class ActionStatus(models.TextChoices):
    """How far owed work is."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done, waiting for acceptance")
    ACCEPTED = "accepted", _("Accepted")
    CANCELLED = "cancelled", _("Cancelled")


class SubjectQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows about any record, narrowed by whether the person may know of that record."""

    def visible_to(self, person: Any) -> SubjectQuerySet:
        """Return rows about records that the person may see."""
        return subjects.narrowed(self, person)

    def about(self, instance: Any) -> SubjectQuerySet:
        """Return rows about one record."""
        return self.filter(subject_type=subjects.type_name(instance), subject_id=str(instance.pk))


class ActionQuerySet(SubjectQuerySet):
    """Owed work."""

    def visible_to(self, person: Any) -> ActionQuerySet:
        """Return what the person owes or asked for, and what is owed about records they may see."""
        own = Q(owner_id=person.pk) | Q(asked_by_id=person.pk)
        return self.filter(own | Q(about_visible(person, self.model)))


class Action(models.Model):
    """Owed work with owner, due date and proof."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=ActionKind, default=ActionKind.PLAN)
    title = models.CharField(_("what is owed"), max_length=300)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="actions")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="asked_actions")
    source = models.CharField(max_length=120, blank=True, help_text="What made it owed, such as the key of a review.")
    due_at = models.DateTimeField(_("due"))
    status = models.CharField(max_length=10, choices=ActionStatus, default=ActionStatus.OPEN)
    proof = models.TextField(_("proof"), blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["owner", "status", "due_at"]),
            models.Index(fields=["subject_type", "subject_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("owner")), name="work_action_accepted_by_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class Comment(models.Model):
    """A remark on a record."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    anchor = models.CharField(max_length=120, blank=True, help_text="The question or field within the record.")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    mentions = models.ManyToManyField(Person, related_name="mentioned_in", blank=True)
    written_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SubjectQuerySet.as_manager()

    class Meta:
        ordering = ["written_at"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "written_at"])]

    def __str__(self) -> str:
        return self.text[:60]


class Notice(models.Model):
    """Something a person should know; read once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    text = models.CharField(max_length=300)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=20, default="notice", help_text="'mention', 'review', 'finding', 'notice'.")
    sent_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    once = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001 - null is "may be repeated"

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["person", "read_at", "-sent_at"])]

    def __str__(self) -> str:
        return self.text


class JobState(models.TextChoices):
    """How far a background job is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


class JobQuerySet(models.QuerySet["Job"]):
    """Background jobs."""

    def visible_to(self, person: Any) -> JobQuerySet:
        """Return one's own jobs, or all for those who may see all."""
        from apps.accounts.reach import holds

        if holds(person, Permission.WORK_JOB_VIEW_ALL):
            return self.all()
        return self.filter(asked_by_id=getattr(person, "pk", None))


class Job(models.Model):
    """Background work that somebody waits for, with its progress."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=200)
    task = models.CharField(max_length=120)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="jobs")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True, help_text="Where the result is.")
    asked_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"])]

    def __str__(self) -> str:
        return self.title
