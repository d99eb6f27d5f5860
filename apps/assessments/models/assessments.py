"""Assessments: answers about a use case or a system, submitted by one person and signed by another."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.accounts.reach import reach
from apps.inventory.models import AISystem, LegalClass, Tier, UseCase
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .policies import Questionnaire


class AssessmentStatus(models.TextChoices):
    """How far an assessment is."""

    DRAFT = "draft", _("Being filled in")
    SUBMITTED = "submitted", _("Waiting for signature")
    CHANGES_REQUESTED = "changes", _("Changes requested")
    SIGNED = "signed", _("Signed")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")


OPEN = (AssessmentStatus.DRAFT, AssessmentStatus.CHANGES_REQUESTED)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Assessments with named filters."""

    def visible_to(self, person: Any) -> AssessmentQuerySet:
        """Return those assigned to a person, and those of systems and uses they may see and read assessments of."""
        if not getattr(person, "is_active", False):
            return self.none()
        own = Q(assigned_to_id=person.pk) | Q(submitted_by_id=person.pk) | Q(assigned_by_id=person.pk)
        systems = narrowing.keys_visible(person, AISystem)
        use_cases = narrowing.keys_visible(person, UseCase)
        permission = Permission.ASSESSMENTS_ASSESSMENT_VIEW
        on_system = Q(system__in=systems) & reach(person, permission, department="system__department")
        on_use_case = Q(use_case__in=use_cases) & reach(person, permission, department="use_case__department")
        responsible = Q(system__owner_id=person.pk) | Q(system__deputy_id=person.pk) | Q(use_case__owner_id=person.pk)
        return self.filter(own | responsible | on_system | on_use_case)

    def open(self) -> AssessmentQuerySet:
        """Keep those that are being filled in."""
        return self.filter(status__in=OPEN)

    def in_force(self) -> AssessmentQuerySet:
        """Keep those that are signed and have not expired."""
        return self.filter(status=AssessmentStatus.SIGNED, expires_on__gte=clock.today())

    def about(self, subject: Any) -> AssessmentQuerySet:
        """Keep those of one system or use case."""
        return self.filter(system=subject) if isinstance(subject, AISystem) else self.filter(use_case=subject)


class Assessment(models.Model):
    """A questionnaire about one use case or one system, assigned to a person with a day by which it is due."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="assessments")
    status = models.CharField(_("status"), max_length=10, choices=AssessmentStatus, default=AssessmentStatus.DRAFT)
    assigned_to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assigned_assessments")
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(_("due on"))
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors")
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text="Of the answers as submitted.")
    result = models.JSONField(default=dict, blank=True, help_text="Verdicts with their explanations, as submitted.")
    tier = models.CharField(_("tier"), max_length=2, choices=Tier, blank=True)
    legal_class = models.CharField(_("legal class"), max_length=12, choices=LegalClass, blank=True)
    inherent_band = models.CharField(max_length=20, blank=True)
    residual_band = models.CharField(max_length=20, blank=True)
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-assigned_at"]
        indexes = [
            models.Index(fields=["status", "due_on"]),
            models.Index(fields=["assigned_to", "status"]),
            models.Index(fields=["-assigned_at", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(use_case__isnull=False, system=None) | Q(use_case=None, system__isnull=False),
                name="assessments_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(status="signed")
                | Q(signed_by__isnull=False, signed_at__isnull=False, expires_on__isnull=False)
                & ~Q(signed_by=F("submitted_by"))
                & ~Q(signed_by=F("assigned_to")),
                name="assessments_signed_by_another",
            ),
            models.UniqueConstraint(
                fields=["use_case", "questionnaire"],
                condition=Q(status__in=["draft", "submitted", "changes"]),
                name="assessments_one_open_per_use_case",
            ),
            models.UniqueConstraint(
                fields=["system", "questionnaire"],
                condition=Q(status__in=["draft", "submitted", "changes"]),
                name="assessments_one_open_per_system",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.subject.name}"

    @property
    def subject(self) -> AISystem | UseCase:
        """What it is about."""
        return self.system or self.use_case  # type: ignore[return-value]

    @property
    def reach_path(self) -> str:
        """The department's path of what it is about."""
        return self.subject.reach_path

    @property
    def is_open(self) -> bool:
        """Tell whether it may be filled in."""
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        """Tell whether it should have been submitted by now."""
        return self.is_open and self.due_on < clock.today()


class AnswerState(models.TextChoices):
    """How an answer came to stand there."""

    ANSWERED = "answered", _("Answered")
    CARRIED = "carried", _("Carried over, to confirm")
    CONFIRMED = "confirmed", _("Carried over and confirmed")
    CHANGED = "changed", _("Changed since last time")


class Answer(models.Model):
    """The answer to one question; `version` is for compare-and-set, `problem` is what the signer wants changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.ANSWERED)
    problem = models.TextField(blank=True)
    editor = models.CharField(max_length=40, blank=True, help_text="The open page that wrote it last.")
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "question"], name="assessments_one_answer")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.question}"


class SignOffOutcome(models.TextChoices):
    """What the signer decided."""

    SIGNED = "signed", _("Signed")
    CHANGES_REQUESTED = "changes", _("Changes requested")


class SignOff(models.Model):
    """A person's verdict on the answers as submitted; never changed. A trigger refuses who may not sign."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sign_offs")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_offs")
    outcome = models.CharField(max_length=8, choices=SignOffOutcome)
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["decided_at"]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.outcome} by {self.person_id}"
