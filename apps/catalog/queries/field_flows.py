"""Where fields come from and where their values end up, with the steps that mask them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from apps.catalog.models import Dataset, Field, FieldEdge, Job, LineageEdge, NodeKind
from apps.inventory.models import AISystem

MOST_FIELDS = 1000
DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Flow:
    """A line into a field of the dataset; the source is None where the person may not know of it."""

    target: Field
    source: Field | None
    edge: FieldEdge


@dataclass(slots=True)
class Reached:
    """A field that values get to: how far away, by which line, and whether they were masked on every way there."""

    field_id: UUID
    distance: int
    masked: bool
    edge: FieldEdge
    field: Field | None = None


@dataclass(slots=True)
class Reach:
    """Everywhere that a field's values end up."""

    rows: list[Reached] = field(default_factory=list)
    cut: bool = False
    hidden: int = 0
    systems: list[tuple[AISystem, bool]] = field(default_factory=list)
    hidden_systems: int = 0
    unknown: list[Dataset] = field(default_factory=list)
    hidden_unknown: int = 0


def flows_into(dataset: Dataset, person: Any, most: int = 500) -> tuple[list[Flow], bool]:
    """Return from where each field of a dataset comes and how, and whether lines were left out."""
    lines = (
        FieldEdge.objects.filter(target__dataset=dataset)
        .select_related("source__dataset", "target", "job")
        .order_by("target__position", "target__path", "kind", "source__path")
    )
    found = list(lines[: most + 1])
    seen = _visible(person, {line.source.dataset_id for line in found})
    shown = found[:most]
    return [Flow(line.target, line.source if line.source.dataset_id in seen else None, line) for line in shown], len(
        found
    ) > most


def reach_of(start: Field, person: Any, *, indirect: bool = False) -> Reach:
    """Walk down from a field along its values; a way without masking counts before one with it."""
    reached, cut = _walk(start, indirect)
    found = Reach(cut=cut)
    fields = Field.objects.select_related("dataset").in_bulk(list(reached))
    seen = _visible(person, {one.dataset_id for one in fields.values()})
    for row in sorted(reached.values(), key=lambda one: (one.distance, one.masked)):
        record = fields.get(row.field_id)
        if record is not None and record.dataset_id in seen:
            row.field = record
            found.rows.append(row)
        else:
            found.hidden += 1
    datasets = {start.dataset_id: False}
    for row in reached.values():
        masked = datasets.get(fields[row.field_id].dataset_id, True)
        datasets[fields[row.field_id].dataset_id] = masked and row.masked
    _systems(found, datasets, person)
    _unknown(found, datasets, person)
    return found


def _walk(start: Field, indirect: bool) -> tuple[dict[UUID, Reached], bool]:
    """Return the fields reached, level by level, each by its least masked and then shortest way."""
    best: dict[UUID, Reached] = {}
    frontier: dict[UUID, bool] = {start.pk: False}
    for distance in range(1, DEEPEST + 1):
        lines = FieldEdge.objects.filter(source_id__in=list(frontier)).select_related("job")
        if not indirect:
            lines = lines.filter(kind="DIRECT")
        following: dict[UUID, bool] = {}
        for line in lines.order_by("masking")[: 4 * MOST_FIELDS]:
            masked = frontier[line.source_id] or line.masking
            known = best.get(line.target_id)
            if line.target_id == start.pk or (known is not None and known.masked <= masked):
                continue
            best[line.target_id] = Reached(line.target_id, distance, masked, line)
            following[line.target_id] = masked
        if len(best) > MOST_FIELDS:
            return dict(list(best.items())[:MOST_FIELDS]), True
        if not following:
            return best, False
        frontier = following
    return best, True


def _systems(found: Reach, datasets: dict[UUID, bool], person: Any) -> None:
    """Add the systems that read a dataset reached, directly or by a job of theirs."""
    reading = LineageEdge.objects.filter(source_id__in=list(datasets), ended_at=None)
    direct = reading.filter(target_kind=NodeKind.SYSTEM).values_list("source_id", "target_id")
    jobs = dict(
        Job.objects.filter(
            pk__in=reading.filter(target_kind=NodeKind.JOB).values("target_id"), system__isnull=False
        ).values_list("pk", "system_id")
    )
    by_job = reading.filter(target_id__in=list(jobs)).values_list("source_id", "target_id")
    masked: dict[UUID, bool] = {}
    for dataset, system in [*direct, *((data, jobs[job]) for data, job in by_job)]:
        masked[system] = masked.get(system, True) and datasets[dataset]
    seen = AISystem.objects.visible_to(person).filter(pk__in=list(masked)).select_related("owner").order_by("key")
    found.systems = [(one, masked[one.pk]) for one in seen]
    found.hidden_systems = len(masked) - len(found.systems)


def _unknown(found: Reach, datasets: dict[UUID, bool], person: Any) -> None:
    """Add the datasets filled from one reached whose own columns nobody described: whether values get there is unknown."""
    jobs = LineageEdge.objects.filter(source_id__in=list(datasets), target_kind=NodeKind.JOB, ended_at=None)
    filled = LineageEdge.objects.filter(
        source_id__in=jobs.values("target_id"), target_kind=NodeKind.DATASET, ended_at=None
    )
    described = FieldEdge.objects.filter(target__dataset_id=OuterRef("pk"))
    rows = Dataset.objects.current().filter(~Exists(described), Q(pk__in=filled.values("target_id")))
    rows = rows.exclude(pk__in=list(datasets))
    number = rows.count()
    found.unknown = list(rows.filter(pk__in=Dataset.objects.visible_to(person).values("pk")).order_by("key")[:50])
    found.hidden_unknown = number - len(found.unknown)


def _visible(person: Any, datasets: set[UUID]) -> set[UUID]:
    return set(Dataset.objects.visible_to(person).filter(pk__in=datasets).values_list("pk", flat=True))
