"""Imports while they run: some rows in one transaction, with the place reached committed beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from apps.accounts import operations as accounts
from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.inventory.events import Event
from apps.inventory.importing.comparing import Change, compare, fields_of
from apps.inventory.importing.places import Places, code_of
from apps.inventory.importing.planning import OnRecord, mapping_of
from apps.inventory.models import (
    AISystem,
    DataClass,
    Import,
    ImportFile,
    ImportRow,
    ImportState,
    MatchDecision,
    OperatingStatus,
    Outcome,
    ReportedFact,
    SourceIdentity,
    Vendor,
)
from apps.inventory.rules_pure.importing.records import Reading, Reason, Record, read_row, reading_of
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.errors import GatehouseError
from apps.kernel.permissions import Permission
from apps.work import operations as work
from apps.work.models import Job

from .parts import register_vendor
from .systems import register_system

RUN = Permission.INVENTORY_IMPORT_RUN
ROWS_AT_ONCE = 40
# A system that ran before it was governed must be authorised or stopped by then; unknown tier counts as the highest.
LEGACY_DAYS = {"T1": 90, "T2": 180, "T3": 270, "T4": 365}


def may_advance(*, actor: Actor, batch: Import, **_arguments: Any) -> Decision:
    """Let an import that is under way go on."""
    return Allowed() if batch.is_under_way else Denied(_("This import is not under way."))


@dataclass(slots=True)
class Chunk:
    """What rows of one transaction share."""

    batch: Import
    actor: Actor
    reading: Reading
    places: Places
    known: OnRecord
    identities: list[SourceIdentity] = field(default_factory=list)
    facts: list[ReportedFact] = field(default_factory=list)
    running: list[AISystem] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    vendors: dict[str, Vendor] = field(default_factory=dict)


@operation(Event.IMPORT_ADVANCED, needs=RUN, subject="batch", may=may_advance)
def advance_import(*, actor: Actor, batch: Import, rows_at_once: int = ROWS_AT_ONCE) -> bool:
    """Take the next rows; tell whether there are more. A repeat after a crash begins with the first row not done."""
    lines = list(batch.lines.filter(outcome="").order_by("row_number")[:rows_at_once])
    reading = reading_of(batch.header, mapping_of(batch), batch.days_first)
    records = {
        line.pk: read_row(line.cells, line.row_number, reading)
        for line in lines
        if line.planned not in (Outcome.BLANK, Outcome.REJECTED, Outcome.DUPLICATE)
    }
    chunk = Chunk(batch, actor, reading, Places.of(batch), OnRecord.of(batch.source, records.values()))
    for line in lines:
        _take(chunk, line, records.get(line.pk))
    SourceIdentity.objects.bulk_create(chunk.identities)
    ReportedFact.objects.bulk_create(chunk.facts, batch_size=500)
    _mark_running(chunk)
    ImportRow.objects.bulk_update(lines, ["outcome", "system", "reasons", "problem", "columns"], batch_size=200)
    return _move_on(chunk, lines)


def _take(chunk: Chunk, line: ImportRow, record: Record | None) -> None:
    """Settle one row. What an operation refuses becomes the row's reason; nothing of that row stays."""
    if record is None:
        line.outcome = line.planned
        return
    before = (len(chunk.identities), len(chunk.facts), len(chunk.running))
    try:
        line.outcome, line.system = _apply(chunk, line, record)
    except (GatehouseError, DatabaseError) as problem:
        del chunk.identities[before[0] :], chunk.facts[before[1] :], chunk.running[before[2] :]
        because = problem.message if isinstance(problem, GatehouseError) else _("The database refused this row.")
        line.outcome, line.problem = Outcome.REJECTED, True
        line.reasons = [*line.reasons, Reason("error", "refused", "", {"because": because}).as_json()]


def _apply(chunk: Chunk, line: ImportRow, record: Record) -> tuple[str, AISystem]:
    known = chunk.known.systems.get(record.key)
    if known is not None:
        change = compare(known, record, chunk.known.facts_of(known), frozenset(chunk.reading.names))
        if not change:
            return Outcome.UNCHANGED, known
        report_again(actor=chunk.actor, system=known, source=chunk.batch.source, change=change)
        return Outcome.UPDATED, known
    if line.match is not None and line.decision == MatchDecision.SAME:
        system = line.match.merged_into or line.match
        _identify(chunk, system, record)
        if not ReportedFact.objects.filter(system=system, source=chunk.batch.source).exists():
            _report(chunk, system, record)
        line.reasons = [*line.reasons, Reason("note", "linked", "", {"system": str(system)}).as_json()]
        return Outcome.DUPLICATE, system
    system = _register(chunk, line, record)
    _identify(chunk, system, record)
    _report(chunk, system, record)
    if record.running:
        chunk.running.append(system)
    if line.match is not None and line.decision == MatchDecision.NEW:
        _settle_match_reason(line)
    return Outcome.CREATED, system


def _settle_match_reason(line: ImportRow) -> None:
    """Say that the question was answered, where it was asked."""
    kept = [reason for reason in line.reasons if reason["code"] != "likely_match"]
    line.reasons = [*kept, Reason("note", "told_apart", "", {"system": str(line.match)}).as_json()]
    line.problem = any(reason["level"] != "note" for reason in kept)


def _register(chunk: Chunk, line: ImportRow, record: Record) -> AISystem:
    batch, actor = chunk.batch, chunk.actor
    fields = {key: value for key, value in fields_of(record).items() if key != "name"}
    if record.personal_data:
        fields["data_classes"] = [DataClass.PERSONAL]
    if record.vendor:
        fields["vendor"] = _vendor(chunk, record.vendor)
    department = _department(chunk, record)
    owner = _person(chunk, record.owner_email, department)
    _person(chunk, record.contact_email, department)
    if owner is not None and not owner.is_active:
        line.reasons = [*line.reasons, Reason("warning", "owner_left", "", {"email": owner.email}).as_json()]
        line.problem, owner = True, None
    entity = batch.legal_entity or department.legal_entity
    return register_system(
        actor=actor, name=record.name, department=department, owner=owner, legal_entity=entity, **fields
    )


def _department(chunk: Chunk, record: Record) -> Department:
    """Return the row's department; what its source names and we do not have is put on record below the target."""
    places, department = chunk.places, chunk.batch.department
    for path, name in places.steps(record):
        step = places.by_path.get(path)
        if step is None:
            step = accounts.create_department(
                actor=chunk.actor,
                name=name,
                code=code_of(name),
                parent=department,
                legal_entity=chunk.batch.legal_entity,
            )
            places.know(step)
        department = step
    if department is None:
        raise GatehouseError(_("The row names no organisation, and no department was chosen for it."))
    return department


def _person(chunk: Chunk, email: str, department: Department) -> Person | None:
    if not email:
        return None
    if email not in chunk.people:
        known = Person.objects.filter(email=email).first()
        chunk.people[email] = known or accounts.expect_person(actor=chunk.actor, email=email, department=department)
    return chunk.people[email]


def _vendor(chunk: Chunk, name: str) -> Vendor:
    key = name.casefold()
    if key not in chunk.vendors:
        known = Vendor.objects.filter(name__iexact=name).first()
        chunk.vendors[key] = known or register_vendor(actor=chunk.actor, name=name)
    return chunk.vendors[key]


def _identify(chunk: Chunk, system: AISystem, record: Record) -> None:
    organisation, identifier = record.key
    chunk.identities.append(
        SourceIdentity(system=system, source=chunk.batch.source, organisation=organisation, external_id=identifier)
    )
    chunk.known.systems[record.key] = system


def _report(chunk: Chunk, system: AISystem, record: Record) -> None:
    moment = clock.now()
    chunk.facts += [
        ReportedFact(
            system=system, source=chunk.batch.source, name=name, value=value, original=original, reported_at=moment
        )
        for name, (value, original) in record.facts.items()
    ]


def _mark_running(chunk: Chunk) -> None:
    """Say of what its source reports as running that it runs, and by when it must be authorised or stopped."""
    if chunk.running:
        until = clock.today() + timedelta(days=LEGACY_DAYS["T1"])
        AISystem.objects.filter(pk__in=[system.pk for system in chunk.running]).update(
            operating_status=OperatingStatus.RUNNING, legacy_until=until
        )


def _move_on(chunk: Chunk, lines: Sequence[ImportRow]) -> bool:
    """Keep the place reached in the same transaction; close the import after its last row."""
    batch = chunk.batch
    following = batch.lines.filter(outcome="").order_by("row_number").values_list("row_number", flat=True).first()
    batch.advanced_at = clock.now()
    batch.next_row = following or batch.header_row + batch.rows + 1
    batch.state = ImportState.RUNNING if following else ImportState.DONE
    batch.finished_at = None if following else clock.now()
    batch.save(update_fields=["advanced_at", "next_row", "state", "finished_at"])
    if following is None:
        forget_secrets(batch)
    _tell_job(chunk, finished=following is None)
    return following is not None


def forget_secrets(batch: Import) -> None:
    """Let go of the bytes of a file that holds secrets once they are not needed; its hash stays."""
    if batch.lines.filter(reasons__contains=[{"code": "secret"}]).exists():
        ImportFile.objects.filter(pk=batch.file_id).update(content=b"")


def _tell_job(chunk: Chunk, *, finished: bool) -> None:
    batch = chunk.batch
    job = Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None
    if job is None:
        return
    done = batch.lines.exclude(outcome="").count()
    if job.started_at is None:
        work.start_job(actor=chunk.actor, job=job, total=batch.rows)
    work.move_job(actor=chunk.actor, job=job, done=done)
    if finished:
        work.finish_job(actor=chunk.actor, job=job, message=_("%(rows)s rows read.") % {"rows": batch.rows})


@operation(Event.SYSTEM_REPORTED, needs=RUN, subject="system")
def report_again(*, actor: Actor, system: AISystem, source: str, change: Change) -> AISystem:
    """Keep what a source says anew of a system it named before."""
    for name, value in change.fields.items():
        setattr(system, name, value)
    if change.fields.get("operating_status") == OperatingStatus.RUNNING and system.legacy_until is None:
        system.legacy_until = clock.today() + timedelta(days=LEGACY_DAYS[system.effective_tier])
    if change.fields:
        system.version += 1
        system.updated_at = clock.now()
        system.save(update_fields=[*change.fields, "legacy_until", "version", "updated_at"])
    facts = ReportedFact.objects.filter(system=system, source=source)
    facts.filter(name__in=change.dropped).delete()
    known = {fact.name: fact for fact in facts.filter(name__in=change.facts)}
    for name, (value, original) in change.facts.items():
        fact = known.get(name) or ReportedFact(system=system, source=source, name=name)
        fact.value, fact.original, fact.reported_at = value, original, clock.now()
        fact.save()
    return system


@operation(Event.IMPORT_STOPPED, needs=None, subject="batch", may=may_advance)
def stop_import(*, actor: Actor, batch: Import, because: str) -> Import:
    """Stop an import that cannot go on, and say why; what was taken stays, and it may be continued."""
    batch.state, batch.message = ImportState.STOPPED, because
    batch.save(update_fields=["state", "message"])
    job = Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None
    if job is not None:
        work.finish_job(actor=actor, job=job, message=because, failed=True)
    return batch
