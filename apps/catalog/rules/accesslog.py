"""Rules about what was really read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Case, CharField, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import AccessKind, AccessOutcome, AccessRecord, Dataset, DatasetUse
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.kernel.rules import Rule, Severity, register

# What was read longer ago is history: the finding has told it by then.
LATELY = timedelta(days=30)


def _reads() -> Any:
    """Return the reads reported lately."""
    return AccessRecord.objects.filter(kind=AccessKind.READ, at__gte=clock.now() - LATELY)


@register
class ReadWithoutGrant(Rule):
    """This data was read in the last 30 days by somebody who held no grant for it then.

    Find out who it was on the page “Access log”. Stop it in the platform, or have them ask for access, and settle the
    finding with what you found.
    """

    id: ClassVar[str] = "LOG-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 32(1)(b); ISO/IEC 27001 A.5.15"
    title = _("Read without a grant")
    due_days: ClassVar[int] = 7
    # A read cannot be undone: somebody who decides about access settles it.
    settled_by: ClassVar[Permission | None] = Permission.CATALOG_ACCESS_DECIDE

    def failing(self) -> Any:
        """Return datasets with a reported read that no grant allowed."""
        reads = _reads().filter(dataset_id=OuterRef("pk"), outcome=AccessOutcome.NO_GRANT).order_by("-at")
        who = Case(When(subject_label="", then=Value("a person")), default=F("subject_label"), output_field=CharField())
        return (
            Dataset.objects.filter(Exists(reads))
            .annotate(by=Subquery(reads.annotate(who=who).values("who")[:1]))
            .annotate(explanation=Concat(Value("Read without a grant, last by "), F("by"), Value(".")))
            .annotate(
                finding_owner=Case(When(steward=None, then=F("owner_id")), default=F("steward_id")),
            )
        )


@register
class ReadOutsideDeclaredUse(Rule):
    """This system read data in the last 30 days that its record does not name.

    What a system works with belongs on record: its assessments stand on it. Declare the use, or stop the reading.
    """

    id: ClassVar[str] = "LOG-002"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "EU AI Act Art. 10(2)(b): origin of data"
    title = _("Reads data that it does not declare")

    def failing(self) -> Any:
        """Return systems with a reported read of a dataset without an open declared use."""
        declared = DatasetUse.objects.filter(
            system_id=OuterRef("subject_id"), dataset_id=OuterRef("dataset_id"), ended_at=None
        )
        reads = (
            _reads()
            .filter(subject_kind="system", subject_id=OuterRef("pk"), dataset_id__isnull=False)
            .filter(~Exists(declared))
            .order_by("-at")
        )
        return (
            AISystem.objects.filter(Exists(reads))
            .annotate(of=Subquery(reads.values("dataset_label")[:1]))
            .annotate(explanation=Concat(Value("It read "), F("of"), Value(", which it does not declare.")))
            .annotate(finding_owner=F("owner_id"))
        )
