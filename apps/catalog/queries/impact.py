"""What breaks if a dataset changes: everything downstream, by kind, and who should hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.accounts.models import Person
from apps.catalog.models import Dataset, Job, NodeKind
from apps.inventory.models import AISystem, UseCase

from .lineage import DOWN, Walk, walk

OPEN_USES = ("proposed", "active")


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody who answers for a record downstream."""

    person: Person
    record: Any


@dataclass(frozen=True, slots=True)
class Impact:
    """What stands downstream, as far as somebody may know of it, and how much they may not."""

    walk: Walk
    datasets: list[tuple[Dataset, int]]
    jobs: list[tuple[Job, int]]
    systems: list[tuple[AISystem, int]]
    use_cases: list[UseCase]
    hidden: dict[str, int]
    people: list[Concerned]
    hidden_people: int


def downstream(dataset: Dataset) -> Walk:
    """Return everything downstream of a dataset, bounded."""
    return walk(dataset.pk, NodeKind.DATASET, DOWN)


def impact_of(dataset: Dataset, person: Any) -> Impact:
    """Return what stands downstream of a dataset as a person may know of it; bounded as every walk is."""
    found = downstream(dataset)
    far = {step.node: step.distance for step in found.steps}
    ids = {kind: found.nodes(kind) for kind in (NodeKind.DATASET, NodeKind.JOB, NodeKind.SYSTEM)}
    datasets = _near(
        Dataset.objects.visible_to(person).filter(pk__in=ids[NodeKind.DATASET]).select_related("owner", "steward"), far
    )
    jobs = _near(Job.objects.visible_to(person).filter(pk__in=ids[NodeKind.JOB]).select_related("system"), far)
    systems = _near(
        AISystem.objects.visible_to(person).filter(pk__in=ids[NodeKind.SYSTEM]).select_related("owner"), far
    )
    served = UseCase.objects.filter(systems__in=ids[NodeKind.SYSTEM], status__in=OPEN_USES).distinct()
    use_cases = list(served.filter(pk__in=UseCase.objects.visible_to(person).values("pk")).order_by("key"))
    everyone = concerned_by(found)
    visible = {record.pk for record, _far in [*datasets, *systems]}
    shown = [one for one in everyone if one.record.pk in visible]
    hidden = {
        NodeKind.DATASET: len(ids[NodeKind.DATASET]) - len(datasets),
        NodeKind.JOB: len(ids[NodeKind.JOB]) - len(jobs),
        NodeKind.SYSTEM: len(ids[NodeKind.SYSTEM]) - len(systems),
        "use_case": served.count() - len(use_cases),
    }
    return Impact(found, datasets, jobs, systems, use_cases, hidden, shown, len(everyone) - len(shown))


def concerned_by(found: Walk) -> list[Concerned]:
    """Return the active people who answer for systems and datasets downstream, each once, with their nearest record."""
    systems = AISystem.objects.current().filter(pk__in=found.nodes(NodeKind.SYSTEM)).select_related("owner", "deputy")
    datasets = Dataset.objects.current().filter(pk__in=found.nodes(NodeKind.DATASET))
    records: dict[UUID, Any] = {one.pk: one for one in systems}
    records |= {one.pk: one for one in datasets.filter(~Q(owner=None, steward=None)).select_related("owner", "steward")}
    people: dict[Any, Concerned] = {}
    for step in found.steps:
        record = records.get(step.node)
        if record is None:
            continue
        others = (record.owner, record.deputy if step.kind == NodeKind.SYSTEM else record.steward)
        for person in others:
            if person is not None and person.is_active:
                people.setdefault(person.pk, Concerned(person, record))
    return list(people.values())


def _near(rows: Any, far: dict[UUID, int]) -> list[tuple[Any, int]]:
    return sorted(((row, far[row.pk]) for row in rows), key=lambda pair: (pair[1], str(pair[0])))
