"""Rules about retention."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, DateField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Dataset, LegalHold, RetentionPolicy
from apps.catalog.queries.retention import copies_left_behind, overdue
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register

# A hold that nobody looked at for a year may have outlived its matter.
HOLD_LOOKED_AT_DAYS = 365


@register
class DeletionOverdue(Rule):
    """Rows of this dataset are older than they may be, and nobody attested that they went.

    Delete or anonymise them, then attest it with the counts, the job and its report. If they must stay, set the policy right
    and say why, or have a legal hold placed.
    """

    id: ClassVar[str] = "RET-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 5(1)(e): storage limitation"
    title = _("Deletion overdue")

    def failing(self) -> Any:
        """Return datasets whose day has passed and that no hold keeps."""
        due = overdue().filter(dataset_id=OuterRef("pk"))
        return (
            Dataset.objects.current()
            .filter(Exists(due))
            .annotate(
                due=Subquery(due.values("due_on")[:1], output_field=DateField()),
            )
            .annotate(
                explanation=Concat(Value("Due on "), Cast("due", CharField()), output_field=CharField()),
                finding_owner=F("steward_id"),
            )
        )


@register
class CopyLeftBehind(Rule):
    """Rows were deleted upstream, but lineage knows this dataset as a copy, and nobody attested that they went here too.

    Delete them here and attest it, or name this copy where the upstream deletion is attested.
    """

    id: ClassVar[str] = "RET-002"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 17(1) and 5(1)(e): erasure covers every copy"
    title = _("Copy of deleted data")

    def failing(self) -> Any:
        """Return copies that neither an upstream deletion names nor a deletion of their own covers."""
        return copies_left_behind().annotate(
            explanation=Value("Deleted upstream, not here."), finding_owner=F("steward_id")
        )


@register
class PersonalDataForEver(Rule):
    """This dataset holds personal data, and nobody said how long it is kept.

    Set its retention: from the contract, the law or the need.
    """

    id: ClassVar[str] = "RET-003"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "GDPR Art. 5(1)(e) and 30(1)(f)"
    title = _("Personal data without retention")

    def failing(self) -> Any:
        """Return datasets with personal data and no standing policy."""
        policy = RetentionPolicy.objects.filter(dataset_id=OuterRef("pk"), replaced_at=None)
        return (
            Dataset.objects.current()
            .filter(categories__overlap=["personal", "special_category", "health"])
            .filter(~Exists(policy))
            .annotate(explanation=Value("No retention is set."), finding_owner=F("steward_id"))
        )


@register
class HoldForgotten(Rule):
    """This legal hold has stood for more than a year. What it keeps cannot be deleted, whatever the law of retention says.

    Ask whether the matter still needs it, and release it if not.
    """

    id: ClassVar[str] = "RET-004"
    subject: ClassVar[str] = "catalog.legal_hold"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "GDPR Art. 5(1)(e): storage limitation"
    title = _("Legal hold older than a year")

    def failing(self) -> Any:
        """Return holds that stand for more than a year."""
        old = clock.now() - timedelta(days=HOLD_LOOKED_AT_DAYS)
        return (
            LegalHold.objects.standing()
            .filter(placed_at__lt=old)
            .annotate(explanation=Value("Placed more than a year ago."), finding_owner=F("placed_by_id"))
        )
