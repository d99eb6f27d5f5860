"""Who may call which model, written a second time and plainly: loops over rows, one grant after the other, no rule numbers.

It was written from what a grant promises (docs/models.md), not from the portal's code, and is only as fast as it has to be.
A row is a mapping; times are datetimes; what is not said is empty or None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ORDER = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
STRICT = {"T1": 3, "T2": 2, "T3": 1, "T4": 0}


@dataclass
class Calls:
    """Everything there is: subjects by kind and id, models, use cases, and grants."""

    subjects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    use_cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    grants: list[dict[str, Any]] = field(default_factory=list)


def slow_answer(world: Calls, asked: dict[str, Any], now: datetime) -> tuple[bool, set[str]]:
    """Return whether the call is allowed, and the keys of the grants that allow it."""
    subject = world.subjects.get((asked["kind"], asked["subject"]))
    model = world.models.get(asked["model"])
    if subject is None or model is None or not subject["fine"] or not asked["purpose"]:
        return False, set()
    wanted = asked["version"] or None
    if asked["alias"]:
        target = model["aliases"].get(asked["alias"])
        # Whoever names an alias and a version means both: they have to be the same.
        if target is None or wanted not in (None, target):
            return False, set()
        wanted = target
    if wanted is not None and (wanted not in model["versions"] or not model["versions"][wanted]):
        return False, set()
    found = set()
    for grant in world.grants:
        same = (grant["kind"], grant["subject"], grant["model"]) == (asked["kind"], asked["subject"], asked["model"])
        if same and _allows(world, subject, model, grant, asked, wanted, now):
            found.add(grant["key"])
    return bool(found), found


def _allows(
    world: Calls, subject: dict[str, Any], model: dict[str, Any], grant: dict[str, Any], asked: dict[str, Any],
    wanted: str | None, now: datetime,
) -> bool:  # fmt: skip
    if grant["revoked"] or grant["held"]:
        return False
    if now < grant["from"] or now >= grant["until"]:
        return False
    if asked["environment"] and asked["environment"] != grant["environment"]:
        return False
    if asked["region"] and grant["region"] and asked["region"] != grant["region"]:
        return False
    if asked["purpose"] != grant["purpose"]:
        return False
    if asked["use_case"] and asked["use_case"] != grant["use_case"]:
        return False
    use_case = world.use_cases[grant["use_case"]]
    if use_case["ended"]:
        return False
    if grant["kind"] == "system" and grant["subject"] not in use_case["systems"]:
        return False
    if STRICT[use_case["tier"]] > STRICT[grant["tier"]]:
        return False
    return _version_fits(model, grant, wanted) and _runs(world, subject, grant) and _within(grant, asked)


def _version_fits(model: dict[str, Any], grant: dict[str, Any], wanted: str | None) -> bool:
    """Whoever names no version means the one that is granted, or any that is left; a retired one is called by nobody."""
    left = [version for version, fine in model["versions"].items() if fine]
    if grant["version"]:
        return grant["version"] in left and wanted in (None, grant["version"])
    if grant["alias"]:
        target = model["aliases"].get(grant["alias"])
        return target in left and wanted in (None, target)
    return bool(left)


def _runs(world: Calls, subject: dict[str, Any], grant: dict[str, Any]) -> bool:
    """A system calls in pilot and production only where it is authorised to run; a service where a system of its use is."""
    if grant["kind"] == "person" or grant["environment"] not in ("pilot", "production"):
        return True
    if grant["kind"] == "system":
        return grant["environment"] in subject["authorised"]
    for system in world.use_cases[grant["use_case"]]["systems"]:
        standing = world.subjects["system", system]
        if standing["fine"] and grant["environment"] in standing["authorised"]:
            return True
    return False


def _within(grant: dict[str, Any], asked: dict[str, Any]) -> bool:
    if (
        asked["max_tokens"] is not None
        and grant["max_tokens"] is not None
        and asked["max_tokens"] > grant["max_tokens"]
    ):
        return False
    hot = asked["temperature"] is not None and grant["max_temperature"] is not None
    if hot and asked["temperature"] > grant["max_temperature"]:
        return False
    if not grant["any_tool"]:
        for tool in asked["tools"]:
            if tool not in grant["tools"]:
                return False
    for modality in asked["modalities"]:
        if modality not in grant["modalities"]:
            return False
    if asked["data_level"] and ORDER[asked["data_level"]] > ORDER[grant["data_level"]]:
        return False
    return all(category in grant["data_categories"] for category in asked["data_categories"])
