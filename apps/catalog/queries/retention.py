"""What is due to go, what holds it, and the copies that lineage knows of."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from apps.accounts.reach import reach
from apps.catalog.models import Dataset, LegalHold, RetentionPolicy
from apps.kernel import clock
from apps.kernel.permissions import Permission

# A copy is one that values flow into as they are: not only counts and sums of them, and not only masked. A dataset whose
# columns nobody described is taken for a copy: unknown counts as the worse answer.
COPIES = """
WITH RECURSIVE flow(start, node, kind, steps) AS (
    SELECT start, start, 'dataset'::varchar, 0 FROM ({starts}) AS begun(start)
    UNION
    SELECT flow.start, edge.target_id, edge.target_kind, flow.steps + 1
    FROM flow JOIN catalog_lineageedge AS edge ON edge.source_id = flow.node
    WHERE flow.steps < 12 AND edge.ended_at IS NULL AND edge.target_kind IN ('job', 'dataset')
)
SELECT DISTINCT flow.start, flow.node FROM flow
WHERE flow.kind = 'dataset' AND flow.node <> flow.start AND (
    NOT EXISTS (SELECT 1 FROM catalog_fieldedge AS f JOIN catalog_field AS t ON t.id = f.target_id WHERE t.dataset_id = flow.node)
    OR EXISTS (
        SELECT 1 FROM catalog_fieldedge AS f JOIN catalog_field AS t ON t.id = f.target_id
        WHERE t.dataset_id = flow.node AND f.kind = 'DIRECT' AND NOT f.masking AND f.subtype <> 'AGGREGATION'
    )
)
"""


def told_to(person: Any) -> Any:
    """Return the datasets of which a person may know how long they are kept: those they answer for, and those in reach."""
    if not getattr(person, "is_active", False):
        return Dataset.objects.none()
    mine = Q(owner_id=person.pk) | Q(steward_id=person.pk) | reach(person, Permission.CATALOG_RETENTION_VIEW)
    return Dataset.objects.visible_to(person).filter(mine)


def copies_of(dataset: Dataset) -> Any:
    """Return the datasets that hold the same rows, as lineage tells; at most six jobs away."""
    nodes = RawSQL(f"SELECT node FROM ({COPIES.format(starts='SELECT %s::uuid')}) AS copies", [dataset.pk])  # noqa: S611 - fixed text
    return Dataset.objects.current().filter(pk__in=nodes)


def holds_on(dataset: Dataset) -> Any:
    """Return the legal holds that keep a dataset."""
    return LegalHold.objects.standing().filter(datasets=dataset)


def standing_policy(dataset: Dataset) -> RetentionPolicy | None:
    """Return how long a dataset is kept, if anybody said so."""
    return RetentionPolicy.objects.filter(dataset=dataset, replaced_at=None).select_related("set_by").first()


def due_list() -> Any:
    """Return the standing policies with whether a hold keeps their dataset."""
    held = LegalHold.objects.standing().filter(datasets=OuterRef("dataset_id"))
    return RetentionPolicy.objects.filter(replaced_at=None, dataset__dropped_at=None).annotate(held=Exists(held))


def overdue() -> Any:
    """Return the standing policies whose day has passed and that no hold keeps."""
    return due_list().filter(due_on__lt=clock.today(), held=False)


def copies_left_behind() -> Any:
    """Return datasets that still hold what was deleted upstream of them: neither named as cleaned nor deleted since."""
    starts = "SELECT DISTINCT dataset_id FROM catalog_deletion"
    left = f"""
        SELECT copies.node FROM ({COPIES.format(starts=starts)}) AS copies
        JOIN LATERAL (
            SELECT id, up_to FROM catalog_deletion WHERE dataset_id = copies.start ORDER BY up_to DESC LIMIT 1
        ) AS gone ON true
        WHERE NOT EXISTS (
            SELECT 1 FROM catalog_deletion_copies AS named WHERE named.deletion_id = gone.id AND named.dataset_id = copies.node
        ) AND NOT EXISTS (
            SELECT 1 FROM catalog_deletion AS own WHERE own.dataset_id = copies.node AND own.up_to >= gone.up_to
        )
    """
    held = LegalHold.objects.standing().filter(datasets=OuterRef("pk"))
    found = Dataset.objects.current().filter(pk__in=RawSQL(left, []))  # noqa: S611 - fixed text
    return found.filter(~Exists(held))
