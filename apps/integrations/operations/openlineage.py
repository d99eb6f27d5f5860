"""OpenLineage events: taken over once each, whatever their order; the whole event is kept."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import rfc8785
from django.db import connection

from apps.audit.operation import operation
from apps.catalog import operations as catalog
from apps.catalog.models import Dataset, DatasetName, Field, Job
from apps.integrations.events import Event
from apps.integrations.rules_pure.openlineage import ENDED_BADLY, BadEvent, DatasetSeen, EventSeen, read
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

KEEP = """
INSERT INTO catalog_lineageevent
    (id, digest, kind, event_type, event_time, run_id, job_namespace, job_name, producer, body, received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, gatehouse_now())
ON CONFLICT (digest) DO NOTHING RETURNING 1
"""
Name = tuple[str, str]
# Clocks differ, and zones are left out.
AHEAD = timedelta(days=1)


@operation(Event.LINEAGE_RECEIVED, needs=Permission.INTEGRATIONS_INTAKE_SEND)
def receive_event(*, actor: Actor, event: dict[str, Any]) -> bool:
    """Take over one event; return whether it was new. A bad one is refused with its place and leaves nothing."""
    try:
        seen = read(event)
    except BadEvent as problem:
        raise Invalid({problem.place: [problem.reason]}) from None
    if seen.time > clock.now() + AHEAD:
        # It would count as the newest until then: every true schema and load in between would be older.
        raise Invalid({"/eventTime": ["it lies more than a day ahead"]})
    if not _keep(seen, event):
        return False
    known = _datasets(actor, seen)
    for said in seen.datasets:
        _take_over(actor, seen, said, known[said.namespace, said.name])
    if seen.job is not None:
        _draw(actor, seen, known)
    elif seen.dataset is not None:
        _draw_ways(actor, seen, None, (seen.dataset,), known)
    return True


def _keep(seen: EventSeen, event: dict[str, Any]) -> bool:
    """Write the event down; tell whether it was not there. Two at once: the second waits, and is a repeat."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    job = seen.job or ("", "")
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            [
                uuid7(),
                digest_of(event),
                seen.kind,
                seen.event_type,
                seen.time,
                seen.run_id,
                *job,
                seen.producer[:500],
                text,
            ],
        )
        return cursor.fetchone() is not None


def digest_of(event: dict[str, Any]) -> str:
    """Return the SHA-256 of an event's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(_as_doubles(event))).hexdigest()


def _as_doubles(value: Any) -> Any:
    """Turn whole numbers beyond 2**53 into doubles, which is what RFC 8785 takes every number for."""
    if isinstance(value, dict):
        return {name: _as_doubles(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    large = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53
    try:
        return float(value) if large else value
    except OverflowError:
        # Beyond every double: told apart by its digits, as a text would be.
        return str(value)


def _datasets(actor: Actor, seen: EventSeen) -> dict[Name, Dataset]:
    """Return every dataset the event names, also as the source of a column; unknown ones come on record as observed."""
    wanted = {(said.namespace, said.name) for said in seen.datasets}
    wanted |= {flow.source[:2] for said in seen.datasets for flow in said.flows}
    known = _known(wanted)
    if len(known) < len(wanted):
        # Two senders at once may speak of the same new dataset: one creates it, the other finds it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('integrations.new_datasets', 0))")
        known = _known(wanted)
        for namespace, name in sorted(wanted - set(known)):
            known[namespace, name] = catalog.observe_dataset(actor=actor, namespace=namespace, name=name)
    return known


def _known(wanted: set[Name]) -> dict[Name, Dataset]:
    names = {name for _namespace, name in wanted}
    found = {
        (one.namespace, one.name): one
        for one in Dataset.objects.filter(name__in=names)
        if (one.namespace, one.name) in wanted
    }
    if len(found) < len(wanted):
        others = DatasetName.objects.filter(name__in=names).select_related("dataset")
        found |= {
            (one.namespace, one.name): one.dataset
            for one in others
            if (one.namespace, one.name) in wanted and (one.namespace, one.name) not in found
        }
    return found


def _take_over(actor: Actor, seen: EventSeen, said: DatasetSeen, dataset: Dataset) -> None:
    """Take over what the event says of one dataset, asking for a write only where something is new."""
    if said.fields is not None and _schema_is_new(dataset, said, seen):
        fields = [catalog.FieldSeen(one.path, one.data_type, one.description, tags=one.tags) for one in said.fields]
        catalog.observe_schema(actor=actor, dataset=dataset, fields=fields, as_of=seen.time)
    for namespace, name, kind in said.other_names:
        if (namespace, name) != (dataset.namespace, dataset.name):
            catalog.observe_name(actor=actor, dataset=dataset, namespace=namespace, name=name, kind=kind)
    loaded = seen.event_type == "COMPLETE" and said in seen.outputs
    dropped = said.lifecycle.upper() == "DROP"
    counted = said.row_count is not None and seen.event_type not in ENDED_BADLY
    if loaded or dropped or counted or said.description or set(said.tags) - set(dataset.tags):
        catalog.observe_facts(
            actor=actor,
            dataset=dataset,
            at=seen.time,
            description=said.description,
            tags=said.tags,
            loaded=loaded and not dropped,
            row_count=said.row_count if counted else None,
            dropped=dropped,
        )
    if said.lifecycle.upper() == "RENAME" and said.previous is not None:
        _rename(actor, seen, said.previous, dataset)
    for one in said.assertions:
        label = f"{one.name} ({one.field})" if one.field else one.name
        check = catalog.define_check(
            actor=actor,
            dataset=dataset,
            source="openlineage",
            external_id=label,
            name=label,
            kind=one.name,
            field=one.field,
        )
        outcome = "passed" if one.success else "failed"
        catalog.report_result(actor=actor, check=check, at=seen.time, outcome=outcome, run_reference=seen.run_id)


def _rename(actor: Actor, seen: EventSeen, previous: Name, dataset: Dataset) -> None:
    """Know a renamed dataset by its old name too; a record of the old name that stands by itself is gone."""
    before = Dataset.objects.filter(namespace=previous[0], name=previous[1]).first()
    if before is None:
        catalog.observe_name(actor=actor, dataset=dataset, namespace=previous[0], name=previous[1], kind="RENAMED")
    elif before.pk != dataset.pk:
        catalog.observe_facts(actor=actor, dataset=before, at=seen.time, dropped=True)


def _schema_is_new(dataset: Dataset, said: DatasetSeen, seen: EventSeen) -> bool:
    """Tell whether a schema says anything that the record does not.

    A newer one that repeats what is known does: it holds from then on, against older ones that come later.
    """
    if dataset.schema_as_of is None or said.fields is None or seen.time > dataset.schema_as_of:
        return True
    known = {
        field.path: field
        for field in Field.objects.filter(dataset=dataset, absent_since=None).only(
            "path", "position", "data_type", "description", "tags"
        )
    }
    if seen.time < dataset.schema_as_of:
        return _adds_to(known, said)
    if [one.path for one in said.fields] != sorted(known, key=lambda path: (known[path].position, path)):
        return True
    return any(
        (one.data_type and one.data_type != known[one.path].data_type)
        or (one.description and one.description != known[one.path].description)
        or set(one.tags) - set(known[one.path].tags)
        for one in said.fields
    )


def _adds_to(known: dict[str, Field], said: DatasetSeen) -> bool:
    """Tell whether an older schema says something of a field that the newer ones left open."""
    pairs = [(one, known[one.path]) for one in said.fields or () if one.path in known]
    return any(
        (one.data_type and not field.data_type)
        or (one.description and not field.description)
        or set(one.tags) - set(field.tags)
        for one, field in pairs
    )


def _draw(actor: Actor, seen: EventSeen, known: dict[Name, Dataset]) -> None:
    """Draw the lines of the job: data that flowed, and the ways from column to column."""
    namespace, name = seen.job or ("", "")
    values = {"kind": seen.job_kind, "integration": seen.integration, "description": seen.job_description}
    if seen.event_type in ("COMPLETE", "FAIL", "ABORT"):
        values["last_outcome"] = seen.event_type
    job = _job(actor, seen, namespace, name, {key: value for key, value in values.items() if value})
    if not seen.draws:
        return
    inputs = [known[said.namespace, said.name] for said in seen.inputs]
    outputs = [known[said.namespace, said.name] for said in seen.outputs]
    if inputs or outputs:
        catalog.observe_flow(actor=actor, job=job, inputs=inputs, outputs=outputs, at=seen.time)
    _draw_ways(actor, seen, job, seen.outputs, known)


def _draw_ways(
    actor: Actor, seen: EventSeen, job: Job | None, described: tuple[DatasetSeen, ...], known: dict[Name, Dataset]
) -> None:
    """Draw the ways from column to column into the datasets that describe them."""
    flows = [
        catalog.FlowSeen(
            known[flow.source[:2]],
            flow.source[2],
            known[said.namespace, said.name],
            flow.target_path,
            flow.kind,
            flow.subtype,
            flow.masking,
            flow.description,
        )
        for said in described
        for flow in said.flows
    ]
    if flows:
        catalog.observe_field_flows(actor=actor, job=job, flows=flows, at=seen.time)


def _job(actor: Actor, seen: EventSeen, namespace: str, name: str, values: dict[str, str]) -> Job:
    if seen.system_key:
        system = AISystem.objects.filter(key=seen.system_key).first()
        values = values | ({"system": system} if system is not None else {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"{namespace}\n{name}"])
    ran = seen.kind == "run"
    job: Job = catalog.observe_job(actor=actor, namespace=namespace, name=name, at=seen.time, ran=ran, **values)
    return job
