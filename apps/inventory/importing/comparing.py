"""What a row would change in a system that is on record already: three sides, so that people's edits are not undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.inventory.models import AISystem, OperatingStatus, Sourcing, Stage
from apps.inventory.rules_pure.importing.catalogue import SYSTEM_FIELDS
from apps.inventory.rules_pure.importing.records import LONGEST_NAME, RUNNING, Record
from apps.inventory.rules_pure.importing.wording import is_blank

SOURCING = {
    "build": Sourcing.BUILD,
    "mixed": Sourcing.BUILD,
    "buy": Sourcing.BUY,
    "managed": Sourcing.MANAGED,
}
Facts = Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Change:
    """What is different: fields of the system, facts said anew, facts that the source says no longer."""

    fields: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.facts or self.dropped)


def compare(system: AISystem, record: Record, before: Facts, columns: frozenset[str]) -> Change:
    """Return what the source says otherwise than before; a field that a person has edited since stays as it is."""
    change = Change()
    for name, said in record.facts.items():
        if before.get(name) != said:
            change.facts[name] = said
    change.dropped = sorted(name for name in before if name not in record.facts and name in columns)
    for key, text in fields_of(record).items():
        if getattr(system, key) == text:
            continue
        if getattr(system, key) in ("", None, [], Sourcing.UNKNOWN, _said_before(key, before)) and _said_anew(
            key, change
        ):
            change.fields[key] = text
    status = _operating_status(system, record, before)
    if status:
        change.fields["operating_status"] = status
    return change


def fields_of(record: Record) -> dict[str, Any]:
    """Return the fields of a system that a row fills."""
    found: dict[str, Any] = {"name": record.name, **record.texts}
    if SOURCING.get(record.sourcing):
        found["sourcing"] = SOURCING[record.sourcing]
    return found


def _fact_of(key: str) -> str:
    return next((name for name, field_name in SYSTEM_FIELDS.items() if field_name == key), key)


def _said_before(key: str, before: Facts) -> Any:
    """Return what the source said of a field last time, as it was written then."""
    value, original = before.get(_fact_of(key), ("", ""))
    if key == "name":
        return " ".join(original.split())[:LONGEST_NAME]
    if key == "sourcing":
        return SOURCING.get(value, Sourcing.UNKNOWN)
    return "" if is_blank(original) else original


def _said_anew(key: str, change: Change) -> bool:
    return _fact_of(key) in change.facts


def _operating_status(system: AISystem, record: Record, before: Facts) -> str:
    """Say that a system runs when its source newly says so, and that it does not when the source takes that back."""
    was = before.get("stage", ("", ""))[0] in RUNNING
    if record.running and not was and system.operating_status == OperatingStatus.NOT_RUNNING:
        return str(OperatingStatus.RUNNING)
    governed = system.stage in (Stage.PILOT, Stage.PRODUCTION, Stage.RETIRING)
    if was and not record.running and system.operating_status == OperatingStatus.RUNNING and not governed:
        return str(OperatingStatus.NOT_RUNNING)
    return ""
