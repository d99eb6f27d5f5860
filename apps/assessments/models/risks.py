"""The risk register and the dated legal outcomes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.inventory.models import AISystem, LegalClass, UseCase
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .assessments import Assessment

SIDES = ("likelihood", "impact")
LEVELS = tuple(f"{kind}_{side}" for kind in ("inherent", "current", "target", "residual") for side in SIDES)


class Treatment(models.TextChoices):
    """What is done about a risk."""

    MODIFY = "modify", _("Lower it")
    AVOID = "avoid", _("Avoid it")
    SHARE = "share", _("Share it")
    RETAIN = "retain", _("Accept it")


class RiskStatus(models.TextChoices):
    """Whether a risk still counts."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class OnSubjectQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows about a system or a use case."""

    def visible_to(self, person: Any) -> OnSubjectQuerySet:
        """Return rows about what a person may see."""
        systems = narrowing.keys_visible(person, AISystem)
        use_cases = narrowing.keys_visible(person, UseCase)
        return self.filter(Q(system__in=systems) | Q(use_case__in=use_cases))

    def about(self, subject: Any) -> OnSubjectQuerySet:
        """Keep those of one system or use case."""
        return self.filter(system=subject) if isinstance(subject, AISystem) else self.filter(use_case=subject)


class RiskScenario(models.Model):
    """A risk with cause, event and consequence; it outlives the assessment in which it was found."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="risks")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="risks")
    found_in = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="risks")
    title = models.CharField(_("title"), max_length=200)
    cause = models.TextField(_("cause"))
    event = models.TextField(_("event"))
    consequence = models.TextField(_("consequence"))
    category = models.CharField(_("category"), max_length=40)
    affected_group = models.CharField(_("who is affected"), max_length=200, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="owned_risks")
    inherent_likelihood = models.PositiveSmallIntegerField(_("inherent likelihood"))
    inherent_impact = models.PositiveSmallIntegerField(_("inherent impact"))
    current_likelihood = models.PositiveSmallIntegerField(_("current likelihood"))
    current_impact = models.PositiveSmallIntegerField(_("current impact"))
    target_likelihood = models.PositiveSmallIntegerField(_("target likelihood"))
    target_impact = models.PositiveSmallIntegerField(_("target impact"))
    residual_likelihood = models.PositiveSmallIntegerField(_("residual likelihood"))
    residual_impact = models.PositiveSmallIntegerField(_("residual impact"))
    treatment = models.CharField(_("treatment"), max_length=8, choices=Treatment, default=Treatment.MODIFY)
    treatment_text = models.TextField(_("what is done"), blank=True)
    status = models.CharField(max_length=8, choices=RiskStatus, default=RiskStatus.OPEN)
    created_at = models.DateTimeField(default=clock.now)

    objects = OnSubjectQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(use_case__isnull=False, system=None) | Q(use_case=None, system__isnull=False),
                name="assessments_risk_one_subject",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{kind}_{side}__gte": 1, f"{kind}_{side}__lte": 5}),
                    name=f"assessments_risk_{kind}_{side}",
                )
                for kind in ("inherent", "current", "target", "residual")
                for side in ("likelihood", "impact")
            ),
            models.CheckConstraint(
                condition=Q(
                    residual_likelihood__lte=F("inherent_likelihood"), residual_impact__lte=F("inherent_impact")
                ),
                name="assessments_risk_residual_not_above",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def subject(self) -> AISystem | UseCase:
        """What it is a risk of."""
        return self.system or self.use_case  # type: ignore[return-value]

    @property
    def reach_path(self) -> str:
        """The department's path of what it is about."""
        return self.subject.reach_path


class Classification(models.Model):
    """A dated legal outcome of a use: rule version, facts, and the person who confirmed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, related_name="classifications")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, related_name="classifications")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="classifications")
    proposed = models.CharField(max_length=12, choices=LegalClass)
    legal_class = models.CharField(max_length=12, choices=LegalClass)
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=20)
    rule_digest = models.CharField(max_length=64)
    law = models.CharField(max_length=200)
    citations = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    needs_person = models.BooleanField(default=False)
    decided_on = models.DateField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = OnSubjectQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_class=F("proposed")) | (Q(confirmed_by__isnull=False) & ~Q(reason="")),
                name="assessments_classification_changed_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_legal_class_display()} ({self.decided_on})"

    @property
    def subject(self) -> AISystem | UseCase:
        """What it classifies."""
        return self.system or self.use_case  # type: ignore[return-value]

    @property
    def reach_path(self) -> str:
        """The department's path of what it is about."""
        return self.subject.reach_path

    @property
    def is_confirmed(self) -> bool:
        """Tell whether it stands: no person was needed, or one confirmed it."""
        return not self.needs_person or self.confirmed_by_id is not None
