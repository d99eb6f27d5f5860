"""Findings, the sweeps that make them, and the exceptions that end."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel import clock, subjects
from apps.kernel.identifiers import uuid7
from apps.work.models import SubjectQuerySet


class Severity(models.TextChoices):
    """How bad a finding is."""

    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class FindingStatus(models.TextChoices):
    """What became of a finding."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Being worked on")
    WAIVED = "waived", _("Waived by an exception")
    CLOSED = "closed", _("Closed")


class FindingQuerySet(SubjectQuerySet):
    """Findings with named filters."""

    def visible_to(self, person: Any) -> FindingQuerySet:
        """Return findings about records the person may see, and those they own."""
        from .subjects import findings_visible_to

        return self.filter(pk__in=findings_visible_to(person).values("pk"))

    def standing(self) -> FindingQuerySet:
        """Leave out what is closed."""
        return self.exclude(status=FindingStatus.CLOSED)


class Finding(models.Model):
    """A requirement shown unmet. Rules close what rules opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    rule_id = models.CharField(max_length=20)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    severity = models.CharField(max_length=8, choices=Severity)
    title = models.CharField(max_length=200)
    explanation = models.TextField(blank=True)
    source = models.CharField(max_length=200, help_text="The law, standard or policy that asks for it.")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="findings")
    status = models.CharField(max_length=12, choices=FindingStatus, default=FindingStatus.OPEN)
    remedy = models.TextField(_("what is being done"), blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    settled = models.BooleanField(
        default=False, help_text="Closed for good by a person, where no rule can see the cure."
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_id", "subject_type", "subject_id"],
                condition=~Q(status="closed"),
                name="compliance_finding_once",
            )
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "status"]),
            models.Index(fields=["owner", "status", "due_at"]),
            models.Index(fields=["status", "severity", "-opened_at"]),
            models.Index(fields=["-opened_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class Sweep(models.Model):
    """One run of the rules over everything."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    trigger = models.CharField(max_length=40)
    rules = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    failed_rules = models.JSONField(default=dict, help_text="Rule id to the error, for rules that could not be run.")

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"


class ExceptionKind(models.TextChoices):
    """What is excepted."""

    WAIVER = "waiver", _("Waiver of a rule or gate check")
    DEVIATION = "deviation", _("Deviation from a standard")
    RISK_ACCEPTANCE = "risk_acceptance", _("Acceptance of a risk")


class ExceptionStatus(models.TextChoices):
    """Where a requested exception stands."""

    REQUESTED = "requested", _("Requested")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended early")


class ExceptionQuerySet(SubjectQuerySet):
    """Exceptions with named filters."""

    def visible_to(self, person: Any) -> ExceptionQuerySet:
        """Return exceptions about records the person may see, and those they asked for."""
        from .subjects import exceptions_visible_to

        return self.filter(pk__in=exceptions_visible_to(person).values("pk"))

    def standing(self) -> ExceptionQuerySet:
        """Return those granted and not ended, at this moment."""
        return self.filter(status=ExceptionStatus.GRANTED, until__gt=clock.now())


class PolicyException(models.Model):
    """A waiver, deviation or risk acceptance: reason, compensating control, two people, always an end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=15, choices=ExceptionKind, default=ExceptionKind.WAIVER)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    concerns = models.CharField(
        _("what is excepted"), max_length=60, help_text="A rule's id, or a gate and check, such as G4:exit."
    )
    reason = models.TextField(_("reason"))
    compensating_control = models.TextField(_("compensating control"))
    until = models.DateTimeField(_("until"))
    status = models.CharField(max_length=10, choices=ExceptionStatus, default=ExceptionStatus.REQUESTED)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requested_exceptions")
    first_approver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    second_approver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception")
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "status"]),
            models.Index(fields=["-requested_at", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="granted")
                | (
                    Q(first_approver__isnull=False, second_approver__isnull=False)
                    & ~Q(first_approver=F("second_approver"))
                ),
                name="compliance_exception_two_people",
            ),
            models.CheckConstraint(
                condition=(Q(first_approver=None) | ~Q(first_approver=F("requested_by")))
                & (Q(second_approver=None) | ~Q(second_approver=F("requested_by"))),
                name="compliance_exception_not_by_requester",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("requested_at")), name="compliance_exception_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.concerns}"

    @property
    def reach_path(self) -> str:
        """The department's path of what it is about; without one (AttributeError) the role is asked anywhere."""
        return str(subjects.find(self.subject_type, self.subject_id).reach_path)
