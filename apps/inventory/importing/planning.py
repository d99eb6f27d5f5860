"""The dry run: what would become of each row, with the reasons; nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.inventory.models import AISystem, Import, ImportRow, MatchDecision, Outcome, ReportedFact, SourceIdentity
from apps.inventory.rules_pure.importing.matching import Index, Known, Match
from apps.inventory.rules_pure.importing.reading import read_book
from apps.inventory.rules_pure.importing.records import Reading, Reason, Record, days_first_in, read_row, reading_of
from apps.inventory.rules_pure.importing.sheets import Book, Sheet, Unreadable

from .comparing import Facts, compare
from .places import Places, unit_label

WITHHELD = "[withheld: it looks like a secret]"
LOOKED_UP_AT_ONCE = 500


def open_book(batch: Import) -> Book:
    """Read the batch's file as it is to be read."""
    return read_book(bytes(batch.file.content), encoding=batch.encoding, delimiter=batch.delimiter)


def header_and_body(sheet: Sheet, header_row: int, *, delimited: bool = False) -> tuple[list[str], list[list[str]]]:
    """Cut a sheet at its header; columns without a title are columns too, unless only a few broken rows have them."""
    if not 0 <= header_row <= len(sheet.rows):
        raise Unreadable("no_such_row", row=header_row, rows=len(sheet.rows))
    header = list(sheet.rows[header_row - 1]) if header_row else []
    body = sheet.rows[header_row:]
    wider = [row for row in body if any(cell.strip() for cell in row[len(header) :])]
    if wider and (not delimited or not header or len(wider) > 0.2 * len(body)):
        header += [""] * (max(len(row) for row in wider) - len(header))
    return header, body


def mapping_of(batch: Import) -> dict[int, str]:
    """Return the columns that mean something to us, by place."""
    return {place: key for place, key in enumerate(batch.mapping) if key}


@dataclass(slots=True)
class OnRecord:
    """What the inventory knows of some rows: system and last report by key."""

    systems: dict[tuple[str, str], AISystem] = field(default_factory=dict)
    facts: dict[Any, Facts] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, records: Iterable[Record]) -> OnRecord:
        """Look the keys of records up, a few hundred at once."""
        found = cls()
        keys = {record.key for record in records if not record.blank}
        by_organisation: dict[str, list[str]] = defaultdict(list)
        for organisation, identifier in keys:
            by_organisation[organisation].append(identifier)
        for organisation, identifiers in by_organisation.items():
            for start in range(0, len(identifiers), LOOKED_UP_AT_ONCE):
                some = identifiers[start : start + LOOKED_UP_AT_ONCE]
                identities = SourceIdentity.objects.filter(
                    source=source, organisation=organisation, external_id__in=some
                )
                for identity in identities.select_related("system__merged_into"):
                    found.systems[organisation, identity.external_id] = identity.system.merged_into or identity.system
        found._read_facts(source)
        return found

    def _read_facts(self, source: str) -> None:
        ids = [system.pk for system in self.systems.values()]
        for start in range(0, len(ids), LOOKED_UP_AT_ONCE):
            rows = ReportedFact.objects.filter(source=source, system_id__in=ids[start : start + LOOKED_UP_AT_ONCE])
            for system_id, name, value, original in rows.values_list("system_id", "name", "value", "original"):
                facts = self.facts.setdefault(system_id, {})
                facts[name] = (value, original)  # type: ignore[index]

    def facts_of(self, system: AISystem) -> Facts:
        """Return what the source said of a system last time."""
        return self.facts.get(system.pk, {})


def records_of(batch: Import, rows: Sequence[Sequence[str]], first_number: int) -> tuple[Reading, list[Record]]:
    """Read rows of the table into records."""
    reading = reading_of(batch.header, mapping_of(batch), batch.days_first)
    return reading, [read_row(row, number, reading) for number, row in enumerate(rows, start=first_number)]


def plan(batch: Import, person: Any) -> list[ImportRow]:
    """Return what would become of each row of the batch (its `days_first` is set); `person` limits what likely matches may be named."""
    sheet = open_book(batch).sheet(batch.sheet)
    _header, body = header_and_body(sheet, batch.header_row, delimited=batch.kind == "csv")
    batch.days_first = days_first_in(mapping_of(batch), body)
    reading, records = records_of(batch, body, batch.header_row + 1)
    known, places = OnRecord.of(batch.source, records), Places.of(batch)
    seen: dict[tuple[str, str], Record] = {}
    lines, new = [], []
    for record, cells in zip(records, body, strict=True):
        line = ImportRow(batch=batch, row_number=record.row, cells=_kept(cells, record))
        _outcome(line, record, known, places, seen, frozenset(reading.names))
        if line.planned == Outcome.CREATED:
            new.append((line, record))
        lines.append(line)
    _find_matches(batch, new, places, person)
    return lines


def _kept(cells: Sequence[str], record: Record) -> list[str]:
    return [WITHHELD if place in record.secret_columns else cell for place, cell in enumerate(cells)]


def _outcome(
    line: ImportRow,
    record: Record,
    known: OnRecord,
    places: Places,
    seen: dict[tuple[str, str], Record],
    columns: frozenset[str],
) -> None:
    line.name, line.organisation = record.name, record.organisation[:200]
    line.unit = unit_label(record)[:410]
    if record.blank:
        line.planned = Outcome.BLANK
        return
    line.identity = record.key[1][:300]
    _check_place(record, places)
    if record.rejected:
        line.planned = Outcome.REJECTED
    elif record.key in seen:
        first = seen[record.key]
        line.planned, line.duplicate_of = Outcome.DUPLICATE, first.row
        same_name = first.name.casefold() == record.name.casefold()
        code = "already_here" if same_name else "already_here_named"
        record.reasons.append(
            Reason("note" if same_name else "warning", code, "", {"row": first.row, "name": first.name})
        )
    else:
        seen[record.key] = record
        line.system = known.systems.get(record.key)
        if line.system is None:
            line.planned = Outcome.CREATED
        else:
            change = compare(line.system, record, known.facts_of(line.system), columns)
            line.planned = Outcome.UPDATED if change else Outcome.UNCHANGED
            if change:
                fields = ", ".join([*change.fields, *change.facts, *change.dropped][:12])
                record.reasons.append(Reason("note", "changed", "", {"fields": fields}))
    _keep_reasons(line, record)


def _check_place(record: Record, places: Places) -> None:
    missing = places.missing_plan(record)
    if missing:
        record.reasons.append(Reason("error", "unknown_department", "", {"path": missing}))
    elif not places.path(record):
        record.reasons.append(Reason("error", "no_place"))


def _keep_reasons(line: ImportRow, record: Record) -> None:
    line.reasons = [reason.as_json() for reason in record.reasons]
    line.columns = sorted({reason.column for reason in record.reasons if reason.column})
    line.problem = any(reason.level != "note" for reason in record.reasons)


def _find_matches(batch: Import, new: Sequence[tuple[ImportRow, Record]], places: Places, person: Any) -> None:
    """Ask of each new row whether it sounds like a system on record that this source does not name."""
    if not new:
        return
    index = Index.of(_known_systems(person))
    found: list[tuple[ImportRow, Match]] = []
    for line, record in new:
        match = index.likeliest(record.name, places.path(record), batch.source)
        if match:
            found.append((line, match))
    systems = AISystem.objects.in_bulk([match.system for _line, match in found])
    for line, match in found:
        system = next((s for s in systems.values() if str(s.pk) == match.system), None)
        if system is not None:
            line.match, line.likeness, line.problem = system, match.likeness, True
            said = Reason("warning", "likely_match", "", {"system": str(system), "likeness": match.likeness})
            line.reasons = [*line.reasons, said.as_json()]


def _known_systems(person: Any) -> Iterable[Known]:
    # An import is read by colleagues of whoever brought it: it names no system that is kept from them.
    systems = AISystem.objects.current().filter(merged_into=None, restricted=False)
    if person is not None:
        systems = systems.visible_to(person)
    sources: dict[Any, set[str]] = defaultdict(set)
    for system_id, source in SourceIdentity.objects.values_list("system_id", "source"):
        sources[system_id].add(source)
    for pk, name, path in systems.order_by().values_list("pk", "name", "department__path").iterator(chunk_size=2000):
        yield Known(str(pk), name, path, frozenset(sources.get(pk, ())))


__all__ = ["WITHHELD", "MatchDecision", "OnRecord", "header_and_body", "mapping_of", "open_book", "plan", "records_of"]
