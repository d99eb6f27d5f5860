"""What somebody who looks after data sees first: how much, and what of it is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from apps.catalog.models import Dataset, QualityCheck

from . import retention
from .classification import waiting_fields
from .quality import BROKEN


@dataclass(frozen=True, slots=True)
class LookedAfter:
    """The numbers of the datasets that a person answers for."""

    datasets: int
    to_confirm: int
    without_class: int
    broken: int
    overdue: int


def looked_after_by(person: Any) -> LookedAfter | None:
    """Count what a person answers for, as steward or owner; nobody's: None. Two statements."""
    mine = Dataset.objects.visible_to(person).current().filter(Q(steward=person) | Q(owner=person))
    counted = mine.annotate(
        waits=Exists(waiting_fields().filter(dataset_id=OuterRef("pk"))),
        breaks=Exists(QualityCheck.objects.filter(dataset_id=OuterRef("pk"), outcome__in=BROKEN)),
    ).aggregate(
        datasets=Count("pk"),
        to_confirm=Count("pk", filter=Q(waits=True)),
        without_class=Count("pk", filter=Q(level="")),
        broken=Count("pk", filter=Q(breaks=True)),
    )
    if not counted["datasets"]:
        return None
    return LookedAfter(**counted, overdue=retention.overdue().filter(dataset__in=mine).count())
