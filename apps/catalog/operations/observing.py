"""What tools observe: schemas, jobs and flows. The same observation again changes nothing; an older one never wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Dataset, DatasetName, Field, Job, NodeKind, Standing
from apps.kernel.actors import Actor
from apps.kernel.identifiers import uuid7

from .datasets import look_again
from .hands import defer_carrying, defer_suggesting, hand_of

# A line that comes again widens its times; one that was ended and is seen later is there again.
LINES = """
INSERT INTO catalog_lineageedge AS line
    (id, source_id, source_kind, target_id, target_kind, standing, first_seen, last_seen)
VALUES {places}
ON CONFLICT (source_id, target_id) DO UPDATE SET
    first_seen = least(line.first_seen, excluded.first_seen),
    last_seen = greatest(line.last_seen, excluded.last_seen),
    ended_at = CASE WHEN excluded.last_seen > line.ended_at THEN NULL ELSE line.ended_at END
WHERE excluded.first_seen < line.first_seen OR excluded.last_seen > line.last_seen
    OR excluded.last_seen > line.ended_at
"""
# Returns whether a way is new, or masks otherwise than the newest known one did.
FIELD_LINE = """
WITH given (id, source_id, target_id, kind, subtype, masking, description, job_id, first_seen, last_seen) AS (
    VALUES (%s::uuid, %s::uuid, %s::uuid, %s, %s, %s, %s, %s::uuid, %s::timestamptz, %s::timestamptz)
), known AS (
    SELECT line.masking, line.last_seen FROM catalog_fieldedge AS line JOIN given USING (source_id, target_id, kind, subtype)
), written AS (
    INSERT INTO catalog_fieldedge AS line
        (id, source_id, target_id, kind, subtype, masking, description, job_id, first_seen, last_seen)
    SELECT * FROM given
    ON CONFLICT (source_id, target_id, kind, subtype) DO UPDATE SET
        first_seen = least(line.first_seen, excluded.first_seen),
        last_seen = greatest(line.last_seen, excluded.last_seen),
        masking = CASE WHEN excluded.last_seen >= line.last_seen THEN excluded.masking ELSE line.masking END,
        description = CASE WHEN excluded.last_seen >= line.last_seen THEN excluded.description ELSE line.description END,
        job_id = CASE WHEN excluded.last_seen >= line.last_seen THEN excluded.job_id ELSE line.job_id END
)
SELECT NOT EXISTS (SELECT 1 FROM known) OR EXISTS (
    SELECT 1 FROM known, given WHERE given.last_seen >= known.last_seen AND given.masking <> known.masking
)
"""


# Later than every moment.
BY_A_PERSON = "~"


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
    """Take over a dataset's fields as of a moment; an older schema than the known one only fills what is empty.

    `complete` says that fields which are not named are gone (they stay on record, marked absent). Words that people
    wrote are kept unless `overwrite`; empty ones never replace any.
    """
    known = {field.path: field for field in Field.objects.filter(dataset=dataset)}
    if dataset.schema_as_of is not None and as_of < dataset.schema_as_of:
        if _fill(known, fields):
            defer_suggesting(actor, dataset.pk)
        return dataset
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
        defer_suggesting(actor, dataset.pk)
        look_again(dataset)
    return dataset


def _fill(known: dict[str, Field], fields: Sequence[FieldSeen]) -> bool:
    """Add the tags of an older schema, and its words where newer ones left them empty; tell whether any were."""
    filled = False
    for seen in fields:
        field = known.get(seen.path[:500])
        if field is None:
            continue
        values = {
            "data_type": field.data_type or seen.data_type[:200],
            "description": field.description or seen.description,
            "tags": sorted({tag[:120] for tag in (*seen.tags, *field.tags)}) if seen.tags else field.tags,
        }
        different = [name for name, value in values.items() if getattr(field, name) != value]
        for name in different:
            setattr(field, name, values[name])
        if different:
            field.save(update_fields=different)
            filled = True
    return filled


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


@operation(Event.DATASET_OBSERVED, needs=None, subject="dataset", may=permissions.may_observe)
def observe_facts(
    *,
    actor: Actor,
    dataset: Dataset,
    at: datetime,
    description: str = "",
    tags: Iterable[str] = (),
    loaded: bool = False,
    row_count: int | None = None,
    dropped: bool = False,
) -> Dataset:
    """Take over what a tool says of a dataset as of a moment, in whatever order it arrives.

    The newest description counts, unless a person declared the dataset and wrote one; tags add up; the newest load and the
    newest drop count, and a load after a drop says that it is there again.
    """
    values: dict[str, Any] = {}
    written = dataset.standing == Standing.DECLARED and dataset.description and dataset.described_as_of is None
    if description and not written and (dataset.described_as_of is None or at >= dataset.described_as_of):
        values |= {"description": description, "described_as_of": at}
    if set(tags) - set(dataset.tags):
        values["tags"] = sorted({*dataset.tags, *(tag[:120] for tag in tags)})
    if loaded and (dataset.last_loaded_at is None or at > dataset.last_loaded_at):
        values["last_loaded_at"] = at
    if row_count is not None and (dataset.counted_as_of is None or at >= dataset.counted_as_of):
        values |= {"row_count": row_count, "counted_as_of": at}
    loaded_at = values.get("last_loaded_at", dataset.last_loaded_at)
    gone_at = max([moment for moment in (dataset.dropped_at, at if dropped else None) if moment], default=None)
    values["dropped_at"] = gone_at if gone_at and (loaded_at is None or loaded_at <= gone_at) else None
    different = [name for name, value in values.items() if getattr(dataset, name) != value]
    for name in different:
        setattr(dataset, name, values[name])
    if different:
        dataset.save(update_fields=different)
        look_again(dataset)
    return dataset


@operation(Event.DATASET_OBSERVED, needs=None, subject="dataset", may=permissions.may_observe)
def observe_title(*, actor: Actor, dataset: Dataset, title: str) -> Dataset:
    """Call a dataset as its catalog does, unless a person declared it."""
    if dataset.standing == Standing.OBSERVED and title.strip():
        dataset.title = title.strip()[:250]
        dataset.save(update_fields=["title"])
    return dataset


@operation(Event.DATASET_OBSERVED, needs=None, subject="dataset", may=permissions.may_observe)
def promise_freshness(*, actor: Actor, dataset: Dataset, minutes: int) -> Dataset:
    """Take over a promise of freshness from a contract; one that a person set stays."""
    if dataset.fresh_within_minutes is None:
        dataset.fresh_within_minutes = minutes
        dataset.save(update_fields=["fresh_within_minutes"])
        look_again(dataset)
    return dataset


@operation(Event.LINEAGE_OBSERVED, needs=None, may=permissions.may_observe)
def observe_job(
    *, actor: Actor, namespace: str, name: str, at: datetime | None = None, ran: bool = True, **values: Any
) -> Job:
    """Return the job that tools call so, with what was seen of it (kind, integration, description, last_outcome, system).

    For each value the newest word counts, in whatever order they arrive; a system that a person named stays.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""
    values = {name: value for name, value in values.items() if value}
    said = dict.fromkeys(values, moment)
    run_at = at if ran else None
    job, made = Job.objects.get_or_create(
        namespace=namespace, name=name, defaults=values | {"last_run_at": run_at, "seen_as_of": said}
    )
    if made:
        return job
    wanted = {
        name: value
        for name, value in values.items()
        if not _stands(job, name) or moment >= job.seen_as_of.get(name, BY_A_PERSON if name == "system" else "")
    }
    newest = {name: moment for name in wanted if moment > job.seen_as_of.get(name, "")}
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if getattr(job, name) != value}
    if newest:
        changes["seen_as_of"] = job.seen_as_of | newest
    if run_at is not None and (job.last_run_at is None or run_at > job.last_run_at):
        changes["last_run_at"] = run_at
    for name, value in changes.items():
        setattr(job, name, value)
    if changes:
        job.save(update_fields=list(changes))
    return job


def _stands(job: Job, name: str) -> bool:
    """Tell whether a value was given, which only a newer word replaces."""
    return bool(getattr(job, f"{name}_id" if name == "system" else name))


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
    reads = [(dataset.pk, NodeKind.DATASET, job.pk, NodeKind.JOB) for dataset in inputs]
    writes = [(job.pk, NodeKind.JOB, dataset.pk, NodeKind.DATASET) for dataset in outputs]
    draw_lines([*reads, *writes], at, standing)
    return job


@operation(Event.LINEAGE_OBSERVED, needs=None, may=permissions.may_observe)
def observe_field_flows(*, actor: Actor, job: Job | None, flows: Sequence[FlowSeen], at: datetime) -> Job | None:
    """Draw lines between fields; a field that nobody described yet comes into being with its line."""
    ends = [
        (flow, _field(flow.source, flow.source_path, at), _field(flow.target, flow.target_path, at)) for flow in flows
    ]
    rows = {}
    for flow, source, target in ends:
        key = (str(source.pk), str(target.pk), flow.kind[:10].upper(), flow.subtype[:40].upper())
        rows[key] = (uuid7(), *key, flow.masking, flow.description, job.pk if job else None, at, at)
    changed = set()
    with connection.cursor() as cursor:
        for key in sorted(rows):
            cursor.execute(FIELD_LINE, rows[key])
            if cursor.fetchone()[0]:
                changed.add(key[1])
    for dataset_id in sorted({str(target.dataset_id) for _flow, _source, target in ends if str(target.pk) in changed}):
        defer_carrying(hand_of(actor), dataset_id)
    return job


def draw_lines(lines: Iterable[tuple[Any, str, Any, str]], at: datetime, standing: str) -> None:
    """Draw lines (source, its kind, target, its kind) in one statement; lines that exist only widen their times."""
    rows = {(str(source), str(target)): (source, kind, target, to) for source, kind, target, to in lines}
    if not rows:
        return
    values = [(uuid7(), *rows[key], standing, at, at) for key in sorted(rows)]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(places=places), [item for row in values for item in row])


def _field(dataset: Dataset, path: str, at: datetime) -> Field:
    """Return the field; one that only an older word than the newest schema speaks of is gone already."""
    newer = dataset.schema_as_of if dataset.schema_as_of is not None and dataset.schema_as_of > at else None
    return Field.objects.get_or_create(dataset=dataset, path=path[:500], defaults={"absent_since": newer})[0]
