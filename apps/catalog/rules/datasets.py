"""Rules about datasets on record."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Dataset, Standing
from apps.kernel.rules import Rule, Severity, register


@register
class NobodyAnswersForData(Rule):
    """Nobody answers for this dataset: it has neither an owner nor a steward who still works here.

    Nobody decides who gets access to it, what class it has and how long it is kept. Name a steward on its page.
    """

    id: ClassVar[str] = "DAT-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "GDPR Art. 5(2): accountability; DAMA-DMBOK: data governance"
    title = _("Data without owner and steward")

    def failing(self) -> Any:
        """Return declared datasets whose owner and steward are nobody, or have left."""
        no_owner = Q(owner=None) | Q(owner__is_active=False)
        no_steward = Q(steward=None) | Q(steward__is_active=False)
        return (
            Dataset.objects.current()
            .filter(no_owner, no_steward, standing=Standing.DECLARED)
            .annotate(explanation=Value("No active owner and no active steward."))
            .annotate(finding_owner=F("department__head_id"))
        )
