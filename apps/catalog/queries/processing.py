"""What the register says of a dataset, a use case, a use."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from apps.catalog.models import DataGrant, Dataset, ProcessingActivity
from apps.catalog.rules_pure.fitting import ActivityTerms, Objection, Wanted, objections
from apps.inventory.models import UseCase


def terms_of(activity: ProcessingActivity) -> ActivityTerms:
    """Return an entry as the pure rules read it; two statements unless its links were prefetched."""
    return ActivityTerms(
        key=activity.key,
        status=activity.status,
        purposes=frozenset(activity.purpose_codes),
        actions=frozenset(activity.actions),
        categories=frozenset(activity.data_categories),
        lawful_basis=activity.lawful_basis,
        special_category_condition=activity.special_category_condition,
        impact_assessment=activity.impact_assessment,
        regions=frozenset(activity.regions),
        datasets=frozenset(str(dataset.pk) for dataset in activity.datasets.all()),
        use_cases=frozenset(str(use_case.pk) for use_case in activity.use_cases.all()),
        automated_decisions=activity.automated_decisions,
        objection=activity.objection,
    )


def objections_to_use(dataset: Dataset, use_case: UseCase | None, action: str, region: str = "") -> list[Objection]:
    """Return what the register holds against a use case's work with a dataset: empty when any of its entries fits.

    The purpose is that of the entry: a use case stands under the entries that name it.
    """
    wanted = Wanted(
        purpose="",
        actions=frozenset({action}),
        dataset=str(dataset.pk),
        categories=frozenset(dataset.categories),
        use_case=str(use_case.pk) if use_case else "",
        region=region,
        subject_kind="system",
    )
    entries = entries_for(use_case) if use_case else []
    nearest: list[Objection] | None = None
    for activity in entries:
        terms = terms_of(activity)
        found = [one for one in objections(terms, wanted) if one.rule != "PRA-003"]
        if not found:
            return []
        nearest = found if nearest is None or len(found) < len(nearest) else nearest
    return nearest if nearest is not None else objections(None, wanted)


def entries_for(use_case: UseCase) -> list[ProcessingActivity]:
    """Return the entries that name a use case, those in force first."""
    found = ProcessingActivity.objects.filter(use_cases=use_case).prefetch_related("datasets", "use_cases")
    return sorted(found, key=lambda one: (one.status != "in_force", one.key))


def covering(dataset: Dataset) -> Any:
    """Return the entries that name a dataset."""
    return ProcessingActivity.objects.filter(datasets=dataset)


def standing_grants(activity: ProcessingActivity) -> Any:
    """Return the grants that cite an entry and hold now."""
    return DataGrant.objects.filter(activity=activity).standing()


def uncovered_personal_use_cases() -> Any:
    """Return use cases with personal data that no entry in force names."""
    entry = ProcessingActivity.objects.in_force().filter(use_cases=OuterRef("pk"))
    personal = Q(data_classes__overlap=["personal", "special_category"])
    return UseCase.objects.filter(personal, status="active").filter(~Exists(entry))
