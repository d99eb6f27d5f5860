"""Imports until they run: a file comes in, is arranged, checked, its likely matches are decided on, and it is started."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import holds_on
from apps.audit.operation import operation
from apps.inventory.events import Event
from apps.inventory.importing import planning
from apps.inventory.importing.sentences import unreadable
from apps.inventory.models import Import, ImportFile, ImportRow, ImportState, MatchDecision, Outcome
from apps.inventory.rules_pure.importing import guessing
from apps.inventory.rules_pure.importing.catalogue import BY_KEY
from apps.inventory.rules_pure.importing.reading import media_type, read_book
from apps.inventory.rules_pure.importing.sheets import Book, Unreadable
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.work import operations as work

from .import_rows import forget_secrets
from .merging import merge_systems

RUN = Permission.INVENTORY_IMPORT_RUN


def may_arrange(*, actor: Actor, batch: Import, **_arguments: Any) -> Decision:
    """Let an import be changed until it is started."""
    return (
        Allowed() if batch.is_open else Denied(_("This import was started already; nothing about it can be changed."))
    )


@operation(Event.IMPORT_RECEIVED, needs=RUN)
def receive_import(
    *, actor: Actor, file_name: str, content: bytes, source: str = "", department: Department | None = None
) -> Import:
    """Take a file in and guess how it is to be read; a file that is no table is refused and nothing is kept."""
    name = PurePath(file_name.replace("\\", "/").replace("\x00", "")).name[:255] or "file"
    try:
        book = read_book(content)
    except Unreadable as problem:
        raise unreadable(problem) from problem
    file = ImportFile.objects.create(
        name=name,
        media_type=media_type(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        received_at=clock.now(),
    )
    person = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    batch = Import(
        key=next_key("IMP"),
        file=file,
        source=(source.strip() or PurePath(name).stem)[:120],
        requested_by=person,
        requester="" if person else actor.label,
        department=department,
        created_at=clock.now(),
    )
    layout = guessing.guess_layout(book)
    _lay_out(batch, book, layout.sheet, layout.header_row)
    batch.save(force_insert=True)
    return batch


def _lay_out(batch: Import, book: Book, sheet_name: str, header_row: int) -> None:
    """Set how the file is read, and guess anew what its columns mean."""
    sheet = book.sheet(sheet_name)
    header, body = planning.header_and_body(sheet, header_row, delimited=book.kind == "csv")
    guesses = guessing.guess_mapping(header, body[:2000])
    batch.kind, batch.encoding, batch.delimiter = book.kind, book.encoding, book.delimiter
    batch.sheet, batch.header_row, batch.header = sheet.name, header_row, header
    batch.sheets = [{"name": s.name, "hidden": s.hidden, "rows": len(s.rows)} for s in book.sheets]
    batch.notices = [{"code": notice.code, "values": notice.values} for notice in book.notices]
    batch.guesses = [{"field": g.field, "score": g.score, "reason": g.reason} for g in guesses]
    batch.mapping = [guess.field for guess in guesses]
    batch.rows = len(body)


@operation(Event.IMPORT_ARRANGED, needs=RUN, subject="batch", may=may_arrange)
def lay_out_import(
    *,
    actor: Actor,
    batch: Import,
    sheet: str = "",
    header_row: int | None = None,
    encoding: str = "",
    delimiter: str = "",
) -> Import:
    """Read the file another way: another sheet, header row, encoding or delimiter; the columns are guessed anew."""
    try:
        book = read_book(bytes(batch.file.content), encoding=encoding, delimiter=delimiter)
        chosen = book.sheet(sheet or batch.sheet)
        row = guessing.guess_header(chosen).header_row if header_row is None else header_row
        _lay_out(batch, book, chosen.name, row)
    except Unreadable as problem:
        field = {"no_such_sheet": "sheet", "no_such_row": "header_row", "unknown_encoding": "encoding"}
        raise unreadable(problem, field.get(problem.code, "")) from problem
    _open_again(batch)
    batch.save()
    return batch


@operation(Event.IMPORT_ARRANGED, needs=RUN, subject="batch", may=may_arrange)
def arrange_import(
    *,
    actor: Actor,
    batch: Import,
    mapping: list[str],
    source: str,
    department: Department | None,
    legal_entity: LegalEntity | None = None,
    organisation: str = "",
    create_departments: bool = True,
    department_plan: dict[str, str] | None = None,
) -> Import:
    """Say what each column means, and where the systems go."""
    _check_mapping(batch, mapping)
    if not source.strip():
        raise Invalid({"source": [_("Name the source, so that its systems are known again the next time.")]})
    batch.department = department
    if actor.is_person and not holds_on(Person.objects.filter(pk=actor.id).first(), RUN, batch):
        raise Invalid({"department": [_("You may not import into this part of the organisation.")]})
    for place, key in enumerate(mapping):
        if key != batch.mapping[place] and key:
            batch.guesses[place] = {"field": key, "score": 100, "reason": "chosen"}
    batch.mapping, batch.source = mapping, source.strip()[:120]
    batch.legal_entity, batch.organisation = legal_entity, organisation.strip()[:200]
    batch.create_departments = create_departments
    batch.department_plan = {unit: path for unit, path in (department_plan or {}).items() if path}
    _open_again(batch)
    batch.save()
    return batch


def _check_mapping(batch: Import, mapping: list[str]) -> None:
    problems: list[str] = []
    if len(mapping) != len(batch.header):
        problems.append(_("The mapping does not fit the columns of the file."))
    chosen = [key for key in mapping if key]
    problems += [_("“%(field)s” is no field.") % {"field": key} for key in chosen if key not in BY_KEY]
    for key in sorted({key for key in chosen if chosen.count(key) > 1}):
        problems.append(_("Two columns are taken for “%(field)s”; choose one.") % {"field": key})
    if "name" not in chosen:
        problems.append(_("Say which column holds the name; without it no row can be taken."))
    if problems:
        raise Invalid({"mapping": problems})


def _open_again(batch: Import) -> None:
    """Throw an older check away: it was made with other settings."""
    batch.state, batch.checked_at = ImportState.PREPARING, None
    batch.lines.all().delete()


@operation(Event.IMPORT_CHECKED, needs=RUN, subject="batch", may=may_arrange)
def check_import(*, actor: Actor, batch: Import) -> Import:
    """Run dry: keep what would become of each row, with the reasons; nothing of the inventory changes."""
    _check_mapping(batch, batch.mapping)
    person = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    decided = {line.row_number: line.decision for line in batch.lines.exclude(decision=MatchDecision.OPEN)}
    batch.lines.all().delete()
    try:
        lines = planning.plan(batch, person)
    except Unreadable as problem:
        raise unreadable(problem, "") from problem
    for line in lines:
        line.decision = decided.get(line.row_number, MatchDecision.OPEN) if line.match_id else MatchDecision.OPEN
    ImportRow.objects.bulk_create(lines, batch_size=500)
    batch.state, batch.checked_at, batch.rows = ImportState.CHECKED, clock.now(), len(lines)
    batch.next_row = batch.header_row + 1
    batch.save()
    return batch


def may_match(*, actor: Actor, batch: Import, **_arguments: Any) -> Decision:
    """Let likely matches be decided before the import runs."""
    return (
        Allowed()
        if batch.state == ImportState.CHECKED
        else Denied(_("The import runs already; decide on its possible duplicates."))
    )


@operation(Event.IMPORT_MATCHED, needs=RUN, subject="batch", may=may_match)
def decide_matches(*, actor: Actor, batch: Import, decisions: dict[int, str]) -> dict[str, str]:
    """Say for rows (by number) whether their likely match is the same system ("same") or another one ("new")."""
    told: dict[str, str] = {}
    for line in batch.lines.filter(row_number__in=decisions, match__isnull=False).select_related("match"):
        decision = decisions[line.row_number]
        if decision not in MatchDecision.values:
            raise Invalid({"": [_("Say whether it is the same system or another one.")]})
        line.decision = decision
        line.save(update_fields=["decision"])
        told[str(line.row_number)] = f"{decision}: {line.match.key}" if line.match else decision
    return told


def may_settle(*, actor: Actor, batch: Import, row_number: int, **_arguments: Any) -> Decision:
    """Let a possible duplicate that a batch left be decided once."""
    waits = batch.lines.possible_duplicates().filter(row_number=row_number).exists()
    return Allowed() if waits else Denied(_("Nothing waits for a decision there."))


@operation(Event.IMPORT_MATCHED, needs=Permission.INVENTORY_INTAKE_TRIAGE, subject="batch", may=may_settle)
def settle_duplicate(*, actor: Actor, batch: Import, row_number: int, decision: str, reason: str = "") -> Import:
    """Decide on a possible duplicate: another system, or the same, which merges the new record into the older one."""
    line = batch.lines.select_related("system", "match").get(row_number=row_number)
    if decision == MatchDecision.SAME:
        said = reason or _("Row %(row)s of %(key)s describes the same system.") % {"row": row_number, "key": batch.key}
        merge_systems(actor=actor, duplicate=line.system, survivor=line.match, reason=said)
    elif decision != MatchDecision.NEW:
        raise Invalid({"": [_("Say whether it is the same system or another one.")]})
    line.decision = decision
    line.save(update_fields=["decision"])
    return batch


def may_start(*, actor: Actor, batch: Import, **_arguments: Any) -> Decision:
    """Let a checked import be started, once."""
    if batch.is_under_way or batch.state == ImportState.DONE:
        return Denied(_("This import was started already."))
    return Allowed() if batch.state == ImportState.CHECKED else Denied(_("Check the import before it is run."))


@operation(Event.IMPORT_STARTED, needs=RUN, subject="batch", may=may_start)
def start_import(*, actor: Actor, batch: Import, only_good: bool = False, in_background: bool = True) -> Import:
    """Start taking the rows: all of them, or only the good ones; a person decides on likely matches first."""
    rejected = batch.lines.filter(planned=Outcome.REJECTED).count()
    if rejected and not only_good:
        sentence = _("%(count)s rows cannot be taken, so nothing was. Mend them, or take only the good rows.")
        raise Invalid({"only_good": [sentence % {"count": rejected}]})
    open_matches = batch.lines.filter(match__isnull=False, decision=MatchDecision.OPEN).count()
    if open_matches and actor.is_person:
        sentence = _("%(count)s rows sound like systems on record. Say for each whether it is the same.")
        raise Invalid({"": [sentence % {"count": open_matches}]})
    batch.only_good, batch.started_at, batch.advanced_at = only_good, clock.now(), clock.now()
    batch.state = ImportState.WAITING if in_background else ImportState.RUNNING
    if in_background:
        job = work.ask_for_job(
            actor=actor, title=_("Import %(key)s: %(source)s") % {"key": batch.key, "source": batch.source},
            task="inventory.run_import", url=f"/imports/{batch.key}/", batch=str(batch.pk),
        )  # fmt: skip
        batch.job_id = job.pk
    batch.save()
    return batch


def may_continue(*, actor: Actor, batch: Import, **_arguments: Any) -> Decision:
    """Let an import that was started and has not ended be taken up again."""
    if batch.is_under_way or batch.state == ImportState.STOPPED:
        return Allowed()
    return Denied(_("This import is not under way."))


@operation(Event.IMPORT_CONTINUED, needs=RUN, subject="batch", may=may_continue)
def continue_import(*, actor: Actor, batch: Import, in_background: bool = True) -> Import:
    """Take an import up where it stopped; no row that is done is done again."""
    batch.state, batch.message, batch.advanced_at = ImportState.RUNNING, "", clock.now()
    batch.save(update_fields=["state", "message", "advanced_at"])
    if in_background:
        defer("inventory.run_import", batch=str(batch.pk), job=str(batch.job_id) if batch.job_id else None)
    return batch


@operation(Event.IMPORT_DISCARDED, needs=RUN, subject="batch", may=may_arrange)
def discard_import(*, actor: Actor, batch: Import) -> Import:
    """Throw an import away before it runs; the file stays, hashed, as it came."""
    forget_secrets(batch)
    batch.lines.all().delete()
    batch.state, batch.finished_at = ImportState.DISCARDED, clock.now()
    batch.save(update_fields=["state", "finished_at"])
    return batch


__all__ = [
    "arrange_import",
    "check_import",
    "continue_import",
    "decide_matches",
    "discard_import",
    "lay_out_import",
    "receive_import",
    "settle_duplicate",
    "start_import",
]
