"""Rows into records: what each row says in our words, what stays in the source's words, and what speaks against taking it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.inventory.rules_pure.secrets import looks_like_secret

from . import values
from .catalogue import BY_KEY, SYSTEM_FIELDS, Kind
from .dates import day_first, read_date
from .shapes import EMAIL
from .wording import is_blank, normalised_name

LONGEST_NAME = 250
LONGEST_ID = 300
LONGEST_FACT_NAME = 60
# What a source must say of a system for it to count as running.
RUNNING = frozenset({"deployed", "pilot"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is not taken ("error"), or what to know about it ("warning", "note"); `column` is the source's header."""

    level: str
    code: str
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the reason as plain data."""
        return {"level": self.level, "code": self.code, "column": self.column, "values": dict(self.values)}


@dataclass(slots=True)
class Record:
    """One row as read. `facts` maps a name to (our reading, the source's words); `texts` are fields of a system."""

    row: int
    name: str = ""
    external_id: str = ""
    organisation: str = ""
    units: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    sourcing: str = ""
    vendor: str = ""
    personal_data: bool = False
    owner_email: str = ""
    contact_email: str = ""
    blank: bool = False
    secret_columns: tuple[int, ...] = ()
    reasons: list[Reason] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Tell whether something speaks against taking the row."""
        return any(reason.level == "error" for reason in self.reasons)

    @property
    def running(self) -> bool:
        """Tell whether the source reports the system as in use."""
        return self.facts.get("stage", ("", ""))[0] in RUNNING

    @property
    def key(self) -> tuple[str, str]:
        """What makes the row the same system again: organisation and id, or the normalised name in its unit."""
        return self.organisation[:200], self.external_id or named_key(self.units, self.name)


def named_key(units: Sequence[str], name: str) -> str:
    """Return the stand-in for an id: "name:", the unit and the normalised name; hashed where that is too long."""
    unit = normalised_name(" ".join(units))
    plain = f"name:{unit}|{normalised_name(name) or name.strip().casefold()}"
    if len(plain) <= LONGEST_ID:
        return plain
    return f"name:{hashlib.sha256(plain.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read: its header, what each column means (by place)."""

    header: Sequence[str]
    mapping: Mapping[int, str]
    days_first: bool | None = None
    # The name of the fact that each column becomes: our field's key, or "column:" and the header.
    names: tuple[str, ...] = ()

    def title(self, place: int) -> str:
        """Return a column's header on one line, or its number."""
        title = " ".join(self.header[place].split()) if place < len(self.header) else ""
        return title or f"#{place + 1}"


def days_first_in(mapping: Mapping[int, str], body: Sequence[Sequence[str]]) -> bool | None:
    """Tell from all date columns whether the day comes first; None when nothing tells."""
    places = [place for place, key in mapping.items() if key and BY_KEY[key].kind is Kind.DATE]
    return day_first([row[place] for place in places for row in body if place < len(row)])


def reading_of(header: Sequence[str], mapping: Mapping[int, str], days_first: bool | None = None) -> Reading:
    """Prepare the reading of a table."""
    names: list[str] = []
    for place, title in enumerate(header):
        names.append(mapping.get(place, "") or fact_name(" ".join(title.split()) or f"#{place + 1}", names))
    return Reading(header, mapping, days_first, tuple(names))


def read_row(row: Sequence[str], number: int, reading: Reading) -> Record:
    """Read one row; nothing raises, what is wrong becomes a reason."""
    record = Record(number)
    if not any(cell.strip() for cell in row):
        record.blank = True
        return record
    _check_width(row, record, reading)
    _refuse_secrets(row, record, reading)
    units: dict[str, str] = {}
    for place, cell in enumerate(row[: len(reading.header)]):
        if cell.strip() and place not in record.secret_columns:
            _take_cell(record, units, place, cell.strip(), reading)
    record.units = tuple(units[key] for key in ("unit", "subunit") if units.get(key))
    if not record.name:
        places = [place for place, key in reading.mapping.items() if key == "name"]
        record.reasons.append(Reason("error", "name_missing", reading.title(places[0]) if places else ""))
    return record


def _check_width(row: Sequence[str], record: Record, reading: Reading) -> None:
    width = len(reading.header)
    extra = [cell for cell in row[width:] if cell.strip()]
    if extra:
        record.reasons.append(Reason("error", "too_many_cells", "", {"cells": len(row), "columns": width}))


def _refuse_secrets(row: Sequence[str], record: Record, reading: Reading) -> None:
    found = []
    for place, cell in enumerate(row):
        if kind := looks_like_secret(cell):
            found.append(place)
            record.reasons.append(Reason("error", "secret", reading.title(place), {"kind": kind}))
    record.secret_columns = tuple(found)


def _take_cell(record: Record, units: dict[str, str], place: int, text: str, reading: Reading) -> None:
    key = reading.mapping.get(place, "")
    if not key:
        record.facts[reading.names[place]] = ("", text)
        return
    title = reading.title(place)
    if key == "name":
        record.name = " ".join(text.split())[:LONGEST_NAME] if not is_blank(text) else ""
        if len(" ".join(text.split())) > LONGEST_NAME:
            record.reasons.append(Reason("warning", "name_shortened", title, {"most": LONGEST_NAME}))
        record.facts["name"] = ("", text)
    elif key == "external_id":
        _take_id(record, text, title)
    elif key in ("organisation", "unit", "subunit"):
        _take_unit(record, units, key, text)
    elif key in ("owner_email", "contact_email"):
        _take_email(record, key, text, title)
    else:
        _take_fact(record, key, text, title, reading)


def _take_id(record: Record, text: str, title: str) -> None:
    if is_blank(text):
        return
    identifier = " ".join(text.split())
    if len(identifier) > LONGEST_ID or identifier.startswith("name:"):
        record.reasons.append(Reason("error", "id_unusable", title, {"most": LONGEST_ID}))
        return
    record.external_id = identifier
    record.facts["external_id"] = (identifier[:200], text)


def _take_unit(record: Record, units: dict[str, str], key: str, text: str) -> None:
    if is_blank(text):
        return
    said = " ".join(text.split())[:200]
    if key == "organisation":
        record.organisation = said
    else:
        units[key] = said
    record.facts[key] = ("", text)


def _take_email(record: Record, key: str, text: str, title: str) -> None:
    address = text.strip(" <>;,").removeprefix("mailto:").lower()
    record.facts[key] = (address[:200] if EMAIL.match(address) else "", text)
    if EMAIL.match(address) and len(address) <= 254:
        setattr(record, key, address)
    elif not is_blank(text):
        record.reasons.append(Reason("warning", "email_unread", title, {"text": text[:80]}))


def _take_fact(record: Record, key: str, text: str, title: str, reading: Reading) -> None:
    """Keep the source's words under our name, with our reading beside them where there is one."""
    value, problem = _read(key, text, reading)
    record.facts[key] = (value[:200], text)
    if problem:
        record.reasons.append(Reason("warning", problem, title, {"text": text[:80]}))
    if is_blank(text):
        return
    if key in SYSTEM_FIELDS:
        record.texts[SYSTEM_FIELDS[key]] = text
    elif key == "sourcing":
        record.sourcing = value
    elif key == "vendor":
        record.vendor = value
    elif key == "personal_data":
        record.personal_data = value == "yes"


def _read(key: str, text: str, reading: Reading) -> tuple[str, str]:
    """Return (our reading, the code of a problem)."""
    if is_blank(text):
        return "", ""
    target = BY_KEY[key]
    if key == "stage":
        value = values.read_stage(text)
    elif key == "high_impact":
        value = values.read_high_impact(text)
    elif key == "sourcing":
        value = values.read_sourcing(text)
    elif key == "vendor":
        return values.read_vendor(text), ""
    elif target.kind is Kind.YES_NO:
        value = values.read_yes_no(text)
    elif target.kind is Kind.DATE:
        return read_date(text, days_first=reading.days_first)
    elif target.kind is Kind.LIST:
        items, problem = values.read_list(text)
        return values.listed(items), problem
    else:
        return "", ""
    return value, "" if value else "answer_unread"


def fact_name(title: str, taken: Sequence[str]) -> str:
    """Name the fact of a column that is none of our fields: "column:" and its header, told apart where cut or repeated."""
    name = f"column:{title}"
    if len(name) <= LONGEST_FACT_NAME and name not in taken:
        return name
    repeated = sum(1 for other in taken if other.startswith(name[:40]))
    mark = hashlib.sha256(f"{title}{repeated}".encode()).hexdigest()[:8]
    return f"{name[: LONGEST_FACT_NAME - 10]}…#{mark}"
