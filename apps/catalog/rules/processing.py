"""Rules about the register of processing activities."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import ActivityStatus, AssessmentNeed, DatasetUse, ProcessingActivity
from apps.catalog.queries.processing import uncovered_personal_use_cases
from apps.kernel.rules import Rule, Severity, register


@register
class UseCaseWithoutEntry(Rule):
    """This use case works with personal data, and no entry of the processing register in force names it.

    Whoever processes personal data keeps a record of it. Name the use case in an entry, or have one put into force.
    """

    id: ClassVar[str] = "ROP-001"
    subject: ClassVar[str] = "inventory.use_case"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 30(1)"
    title = _("Personal data without an entry of the register")

    def failing(self) -> Any:
        """Return active use cases with personal data that no entry in force names."""
        return uncovered_personal_use_cases().annotate(
            explanation=Value("No entry in force names it."), finding_owner=F("owner_id")
        )


@register
class UseOutsideEntry(Rule):
    """A system works with a dataset of personal data for this use case, but no entry in force covers that dataset.

    Data collected for one purpose is not used for another by silence. Widen the entry if the law allows it, or end the use.
    """

    id: ClassVar[str] = "ROP-002"
    subject: ClassVar[str] = "inventory.use_case"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 5(1)(b): purpose limitation"
    title = _("Data used outside the register")

    def failing(self) -> Any:
        """Return use cases with a declared use of a personal dataset that none of their entries in force covers."""
        from apps.inventory.models import UseCase

        entries = ProcessingActivity.objects.in_force().filter(use_cases=OuterRef("use_case_id"))
        whole = entries.filter(datasets=None)
        naming = entries.filter(datasets=OuterRef("dataset_id"))
        uses = DatasetUse.objects.filter(
            ended_at=None,
            use_case_id=OuterRef("pk"),
            dataset__categories__overlap=["personal", "special_category", "health"],
        ).filter(~Exists(whole) & ~Exists(naming))
        known = ProcessingActivity.objects.in_force().filter(use_cases=OuterRef("pk"))
        return (
            UseCase.objects.filter(Exists(uses), Exists(known))
            .exclude(status__in=["retired", "refused", "merged"])
            .annotate(explanation=Value("An entry in force names the use case, but not the dataset."))
            .annotate(finding_owner=F("owner_id"))
        )


@register
class ImpactAssessmentMissing(Rule):
    """This entry is in force, but the impact assessment that it needs is not done.

    Do it before the processing goes on; ask data protection to hold the entry back until then.
    """

    id: ClassVar[str] = "ROP-003"
    subject: ClassVar[str] = "catalog.processing_activity"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 35(1)"
    title = _("Impact assessment missing")
    waivable: ClassVar[bool] = False

    def failing(self) -> Any:
        """Return entries in force whose assessment is required and not done, or never considered."""
        return (
            ProcessingActivity.objects.in_force()
            .filter(impact_assessment__in=[AssessmentNeed.REQUIRED, AssessmentNeed.UNKNOWN])
            .annotate(
                explanation=Concat(Value("Impact assessment: "), F("impact_assessment"), output_field=CharField()),
                finding_owner=F("owner_id"),
            )
        )


@register
class NobodyAnswersForEntry(Rule):
    """Nobody answers for this processing activity: its entry names no owner, or its owner has left.

    Name somebody who knows what is done with the data.
    """

    id: ClassVar[str] = "ROP-004"
    subject: ClassVar[str] = "catalog.processing_activity"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "GDPR Art. 5(2): accountability"
    title = _("Processing activity without owner")

    def failing(self) -> Any:
        """Return entries that did not end and have no active owner."""
        gone = Q(owner=None) | Q(owner__is_active=False)
        return (
            ProcessingActivity.objects.exclude(status=ActivityStatus.ENDED)
            .filter(gone)
            .annotate(explanation=Value("No active owner."), finding_owner=F("department__head_id"))
        )
