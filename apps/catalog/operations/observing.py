"""What tools observe: schemas, jobs and flows. The same observation again changes nothing; an older one never wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Dataset, DatasetName, Field, FieldEdge, Job, LineageEdge, NodeKind, Standing
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer

from .datasets import look_again


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A field as a tool describes it; None and empty say nothing."""

    path: str
    data_type: str = ""
    description: str = ""
    nullable: bool | None = None
    primary_key: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """One field's way into another (OpenLineage columnLineage); `kind` is DIRECT or INDIRECT."""

    source: Dataset
    source_path: str
    target: Dataset
    target_path: str
    kind: str = "DIRECT"
    subtype: str = ""
    masking: bool = False
    description: str = ""


@operation(Event.DATASET_OBSERVED, needs=None, subject="dataset", may=permissions.may_observe)
def observe_schema(
    *,
    actor: Actor,
    dataset: Dataset,
    fields: Sequence[FieldSeen],
    as_of: datetime,
    complete: bool = True,
    overwrite: bool = True,
) -> Dataset:
    """Take over a dataset's fields as of a moment; an older schema than the known one changes nothing.

    `complete` says that fields which are not named are gone (they stay on record, marked absent). Words that people
    wrote are kept unless `overwrite`; empty ones never replace any.
    """
    if dataset.schema_as_of is not None and as_of < dataset.schema_as_of:
        return dataset
    known = {field.path: field for field in Field.objects.filter(dataset=dataset)}
    changed = False
    for position, seen in enumerate(fields):
        field = known.pop(seen.path[:500], None)
        changed |= _take_over(dataset, field, seen, position, overwrite)
    for field in known.values() if complete else ():
        if field.absent_since is None:
            field.absent_since = as_of
            field.save(update_fields=["absent_since"])
            changed = True
    if dataset.schema_as_of is None or dataset.schema_as_of < as_of:
        dataset.schema_as_of = as_of
        dataset.save(update_fields=["schema_as_of"])
    if changed:
        defer("catalog.suggest", dataset=str(dataset.pk))
        look_again(dataset)
    return dataset


def _take_over(dataset: Dataset, field: Field | None, seen: FieldSeen, position: int, overwrite: bool) -> bool:
    """Write what is new about one field; tell whether anything was."""
    values: dict[str, Any] = {"position": position, "absent_since": None, "primary_key": seen.primary_key}
    if seen.data_type:
        values["data_type"] = seen.data_type[:200]
    if seen.description and (overwrite or field is None or not field.description):
        values["description"] = seen.description
    if seen.nullable is not None:
        values["nullable"] = seen.nullable
    if seen.tags:
        values["tags"] = sorted({tag[:120] for tag in (*seen.tags, *(field.tags if field else ()))})
    if field is None:
        Field.objects.create(dataset=dataset, path=seen.path[:500], **values)
        return True
    if field.primary_key:
        values["primary_key"] = True
    different = [name for name, value in values.items() if getattr(field, name) != value]
    for name in different:
        setattr(field, name, values[name])
    if different:
        field.save(update_fields=different)
    return bool(different)


@operation(Event.DATASET_OBSERVED, needs=None, subject="dataset", may=permissions.may_observe)
def observe_name(*, actor: Actor, dataset: Dataset, namespace: str, name: str, kind: str = "") -> Dataset:
    """Remember another name under which tools know a dataset, unless it is taken."""
    taken = Dataset.objects.filter(namespace=namespace, name=name).exists()
    if not taken and not DatasetName.objects.filter(namespace=namespace, name=name).exists():
        DatasetName.objects.create(dataset=dataset, namespace=namespace, name=name, kind=kind[:60])
    return dataset


@operation(Event.LINEAGE_OBSERVED, needs=None, may=permissions.may_observe)
def observe_job(*, actor: Actor, namespace: str, name: str, at: datetime | None = None, **values: Any) -> Job:
    """Return the job that tools call so, with what was seen of it (kind, integration, description, last_outcome)."""
    job, made = Job.objects.get_or_create(namespace=namespace, name=name, defaults=values | {"last_run_at": at})
    if made:
        return job
    newer = at is not None and (job.last_run_at is None or at >= job.last_run_at)
    wanted = {name: value for name, value in values.items() if value and (newer or not getattr(job, name))}
    if newer:
        wanted["last_run_at"] = at
    different = [name for name, value in wanted.items() if getattr(job, name) != value]
    for name in different:
        setattr(job, name, wanted[name])
    if different:
        job.save(update_fields=different)
    return job


@operation(Event.LINEAGE_OBSERVED, needs=None, subject="job", may=permissions.may_observe)
def observe_flow(
    *,
    actor: Actor,
    job: Job,
    inputs: Iterable[Dataset],
    outputs: Iterable[Dataset],
    at: datetime,
    standing: str = Standing.OBSERVED,
) -> Job:
    """Draw the lines dataset → job → dataset; lines that exist only widen their times."""
    for dataset in inputs:
        _draw(dataset.pk, NodeKind.DATASET, job.pk, NodeKind.JOB, at, standing)
    for dataset in outputs:
        _draw(job.pk, NodeKind.JOB, dataset.pk, NodeKind.DATASET, at, standing)
    return job


@operation(Event.LINEAGE_OBSERVED, needs=None, subject="job", may=permissions.may_observe)
def observe_field_flows(*, actor: Actor, job: Job, flows: Sequence[FlowSeen], at: datetime) -> Job:
    """Draw lines between fields; a field that nobody described yet comes into being with its line."""
    reached = set()
    for flow in flows:
        source, target = _field(flow.source, flow.source_path), _field(flow.target, flow.target_path)
        values = {"kind": flow.kind[:10].upper(), "subtype": flow.subtype[:40].upper()}
        edge, made = FieldEdge.objects.get_or_create(
            source=source,
            target=target,
            **values,
            defaults={
                "masking": flow.masking, "description": flow.description, "job": job, "first_seen": at, "last_seen": at,
            },
        )  # fmt: skip
        masking_changed = not made and at >= edge.last_seen and edge.masking != flow.masking
        if masking_changed:
            edge.masking = flow.masking
        if not made and (masking_changed or at < edge.first_seen or at > edge.last_seen):
            edge.first_seen, edge.last_seen = min(edge.first_seen, at), max(edge.last_seen, at)
            edge.save(update_fields=["first_seen", "last_seen", "masking"])
        if made or masking_changed:
            reached.add(target.dataset_id)
    for dataset_id in sorted(reached):
        defer("catalog.carry", dataset=str(dataset_id))
    return job


def _field(dataset: Dataset, path: str) -> Field:
    return Field.objects.get_or_create(dataset=dataset, path=path[:500])[0]


def _draw(source: Any, source_kind: str, target: Any, target_kind: str, at: datetime, standing: str) -> None:
    edge, made = LineageEdge.objects.get_or_create(
        source_id=source,
        target_id=target,
        defaults={
            "source_kind": source_kind, "target_kind": target_kind, "standing": standing, "first_seen": at,
            "last_seen": at,
        },
    )  # fmt: skip
    if not made and (at < edge.first_seen or at > edge.last_seen or edge.ended_at is not None):
        if edge.ended_at is not None and at > edge.ended_at:
            edge.ended_at = None
        edge.first_seen, edge.last_seen = min(edge.first_seen, at), max(edge.last_seen, at)
        edge.save(update_fields=["first_seen", "last_seen", "ended_at"])
