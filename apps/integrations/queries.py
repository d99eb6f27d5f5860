"""What the intakes remember."""

from __future__ import annotations

from apps.accounts.models import Person
from apps.catalog.models import DataContract, Dataset, Job, LineageEdge, NodeKind, Platform
from apps.integrations.rules_pure.recognising import Recognised


def platform_of(person: Person, recognised: Recognised) -> Platform | None:
    """Return the platform that a dbt project or a contract was taken over into last, if the person may see it."""
    if not recognised.name:
        return None
    if recognised.kind == "dbt":
        lines = LineageEdge.objects.filter(target_kind=NodeKind.JOB, source_kind=NodeKind.DATASET)
        jobs = Job.objects.filter(namespace=f"dbt://{recognised.name}").values("pk")
        found = lines.filter(target_id__in=jobs).order_by("-last_seen").values_list("source_id", flat=True).first()
    elif recognised.kind == "contract":
        known = DataContract.objects.filter(contract_id=recognised.name, datasets__isnull=False)
        found = known.order_by("-taken_over_at").values_list("datasets", flat=True).first()
    else:
        found = None
    dataset = Dataset.objects.filter(pk=found).first() if found else None
    return Platform.objects.visible_to(person).filter(pk=dataset.platform_id).first() if dataset else None
