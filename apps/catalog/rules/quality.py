"""Rules about quality: broken checks, broken promises of freshness, data that is not good enough for its use."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, StringAgg, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Dataset, QualityCheck
from apps.catalog.queries.quality import BROKEN, stale, unfit
from apps.inventory.models import UseCase
from apps.kernel.rules import Rule, Severity, register


@register
class CheckBroken(Rule):
    """A quality check of this dataset fails, or cannot run. Whoever works with the data works with what the check warns of.

    Repair the data or the load; the next passing run closes this by itself.
    """

    id: ClassVar[str] = "QUA-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "EU AI Act Art. 10(3); ISO/IEC 5259-3: data quality management"
    title = _("Quality check broken")

    def failing(self) -> Any:
        """Return datasets with checks whose newest result is broken."""
        broken = QualityCheck.objects.filter(dataset_id=OuterRef("pk"), outcome__in=BROKEN).order_by()
        names = broken.values("dataset_id").annotate(names=StringAgg("name", Value("; "), order_by="name"))
        return (
            Dataset.objects.current()
            .annotate(broken=Subquery(names.values("names")[:1], output_field=CharField()))
            .filter(broken__isnull=False)
            .annotate(explanation=F("broken"), finding_owner=F("steward_id"))
        )


@register
class FreshnessBroken(Rule):
    """This dataset was promised to be fresh, and its last load is older than that, or none was ever seen.

    Repair the load, or change the promise with those who rely on it.
    """

    id: ClassVar[str] = "QUA-002"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "The dataset's contract (service level: freshness)"
    title = _("Not as fresh as promised")

    def failing(self) -> Any:
        """Return datasets whose promise is broken."""
        promised = Concat(Value("Promised within minutes: "), F("fresh_within_minutes"), output_field=CharField())
        return stale().annotate(explanation=promised, finding_owner=F("steward_id"))


@register
class NotFitForUse(Rule):
    """A dataset that this use case works with is not good enough for it: its score, its freshness or a check that it needs.

    Repair the data, or decide with the steward that the use needs less, and say so where the need is written down.
    """

    id: ClassVar[str] = "QUA-003"
    subject: ClassVar[str] = "inventory.use_case"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "EU AI Act Art. 10(3): data sets are fit for the intended purpose"
    title = _("Data not fit for the use")

    def failing(self) -> Any:
        """Return use cases with a dataset that is not good enough."""
        short = unfit().filter(use_case_id=OuterRef("pk"))
        return (
            UseCase.objects.filter(Exists(short))
            .exclude(status__in=["retired", "refused", "merged"])
            .annotate(
                explanation=Concat(
                    Value("For example "), Subquery(short.order_by("dataset__key").values("dataset__key")[:1]),
                    output_field=CharField(),
                ),
                finding_owner=F("owner_id"),
            )
        )  # fmt: skip
