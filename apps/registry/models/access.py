"""Access to models: requests, grants that end, and budgets settled."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person, ServiceIdentity
from apps.accounts.reach import reach
from apps.catalog.models import Level, RequestStatus, SubjectKind
from apps.catalog.models.choices import FailMode
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .aimodels import AIModel, ModelVersion
from .choices import BudgetPeriod, Environment, Modality

ONE_SUBJECT = (
    Q(subject_kind="person", person__isnull=False, system=None, service=None)
    | Q(subject_kind="system", person=None, system__isnull=False, service=None)
    | Q(subject_kind="service", person=None, system=None, service__isnull=False)
)


def _concerned(person: Any) -> Q:
    """Return the condition of rows about a person, their systems and services, or models they answer for or reach."""
    systems = AISystem.objects.filter(Q(owner_id=person.pk) | Q(deputy_id=person.pk)).values("pk")
    services = ServiceIdentity.objects.filter(owner_id=person.pk).values("pk")
    models_reached = AIModel.objects.filter(
        Q(owner_id=person.pk) | reach(person, Permission.REGISTRY_ACCESS_VIEW)
    ).values("pk")
    return Q(person_id=person.pk) | Q(system__in=systems) | Q(service__in=services) | Q(ai_model__in=models_reached)


class ModelAccessTerms(models.Model):
    """What is asked for, and what is granted: who may call what, where, within which bounds, how often, for how much."""

    subject_kind = models.CharField(_("for"), max_length=8, choices=SubjectKind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="+")
    ai_model = models.ForeignKey(AIModel, on_delete=models.PROTECT, related_name="+")
    alias = models.CharField(_("alias"), max_length=120, blank=True, help_text=_("Only what this alias points at."))
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Only this version; empty with no alias: every version that is not retired."),
    )  # fmt: skip
    environment = models.CharField(_("environment"), max_length=12, choices=Environment)
    region = models.CharField(_("region"), max_length=40, blank=True, help_text=_("Empty: wherever the model runs."))
    max_tokens = models.PositiveIntegerField(_("most output tokens a call"), null=True, blank=True)
    max_temperature = models.DecimalField(
        _("highest temperature"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    tools = ArrayField(
        models.CharField(max_length=200), null=True, blank=True, help_text=_("Tools it may use; empty: none.")
    )
    any_tool = models.BooleanField(_("any tool"), default=False)
    modalities = ArrayField(models.CharField(max_length=10, choices=Modality), default=list)
    data_level = models.CharField(_("input at most"), max_length=12, choices=Level, default=Level.INTERNAL)
    data_categories = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    rate_limit = models.PositiveIntegerField(_("calls in a window"), null=True, blank=True)
    rate_window = models.PositiveIntegerField(_("window in seconds"), default=60)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=4, null=True, blank=True)
    budget_period = models.CharField(_("budget for"), max_length=5, choices=BudgetPeriod, default=BudgetPeriod.MONTH)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    purpose = models.CharField(_("purpose"), max_length=60)
    purpose_details = models.TextField(_("what for, in words"))
    fail_mode = models.CharField(
        _("without the portal"), max_length=10, choices=FailMode, default=FailMode.CLOSED,
        help_text=_("Closed for T1 and T2, last known for T3 and T4, unless it is said otherwise."),
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def subject(self) -> Any:
        """The person, system or service."""
        return self.person or self.system or self.service

    @property
    def reach_path(self) -> str | None:
        """The path of the model's department."""
        return self.ai_model.reach_path


class ModelAccessRequestQuerySet(models.QuerySet["ModelAccessRequest"]):
    """Requests with named filters."""

    def visible_to(self, person: Any) -> ModelAccessRequestQuerySet:
        """Return a person's own requests, those for their systems, and those on models they answer for or reach."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(requester_id=person.pk) | _concerned(person))

    def waiting(self) -> ModelAccessRequestQuerySet:
        """Keep those that wait for somebody's decision."""
        return self.filter(status__in=[RequestStatus.WAITING, RequestStatus.SECOND])


class ModelAccessRequest(ModelAccessTerms):
    """Somebody asks that something may call a model."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="model_access_requests")
    requested_at = models.DateTimeField(default=clock.now)
    days = models.PositiveIntegerField(_("for how many days"))
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.WAITING)
    tier_seen = models.CharField(max_length=2, blank=True, help_text="The use case's tier when it was decided.")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    second_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_reason = models.TextField(blank=True)
    renews = models.ForeignKey(
        "registry.ModelGrant", on_delete=models.PROTECT, null=True, blank=True, related_name="renewals"
    )

    objects = ModelAccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a model")
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["status", "requested_at"]), models.Index(fields=["ai_model", "status"])]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="registry_request_one_subject"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requester")), name="registry_request_not_own"
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | (~Q(second_by=F("decided_by")) & ~Q(second_by=F("requester"))),
                name="registry_request_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ModelGrantQuerySet(models.QuerySet["ModelGrant"]):
    """Grants with named filters."""

    def visible_to(self, person: Any) -> ModelGrantQuerySet:
        """Return grants of a person and their systems, and those on models they answer for or reach."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(_concerned(person))

    def standing(self) -> ModelGrantQuerySet:
        """Keep those that allow anything at this moment."""
        now = clock.now()
        return self.filter(revoked_at=None, held_back_at=None, valid_from__lte=now, valid_until__gt=now)


class ModelGrant(ModelAccessTerms):
    """Permission to call a model: for a use case and purpose, bounded, and ending."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    request = models.ForeignKey(ModelAccessRequest, on_delete=models.PROTECT, related_name="grants")
    tier_granted = models.CharField(max_length=2, help_text="The use case's tier when it was decided.")
    valid_from = models.DateTimeField(default=clock.now)
    valid_until = models.DateTimeField()
    held_back_at = models.DateTimeField(null=True, blank=True)
    held_back_reason = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ModelGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("model grant")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["ai_model", "person"]),
            models.Index(fields=["ai_model", "system"]),
            models.Index(fields=["ai_model", "service"]),
            models.Index(fields=["person"]),
            models.Index(fields=["system"]),
            models.Index(fields=["service"]),
            models.Index(fields=["valid_until"]),
            models.Index(fields=["-created_at", "id"]),
        ]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="registry_grant_one_subject"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="registry_grant_ends"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def state(self) -> str:
        """How it stands now: valid, held_back, revoked, expired or ahead."""
        now = clock.now()
        if self.revoked_at:
            return "revoked"
        if self.valid_until <= now:
            return "expired"
        if self.held_back_at:
            return "held_back"
        return "ahead" if self.valid_from > now else "valid"


class BudgetSettlement(models.Model):
    """What was spent of a grant's budget in a period, settled from the counters; money is Decimal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    grant = models.ForeignKey(ModelGrant, on_delete=models.PROTECT, related_name="settlements")
    period = models.CharField(max_length=10, help_text="2026-11-23, 2026-11 or total.")
    spent = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    calls = models.PositiveBigIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    settled_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-period"]
        constraints = [models.UniqueConstraint(fields=["grant", "period"], name="registry_settlement_period")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.period} {self.spent}"
