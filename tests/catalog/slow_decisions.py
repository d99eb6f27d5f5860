"""The decision once more, written apart from the portal's and plainly: loops over every grant there is, no index, no cache.

It shares no code with apps/catalog: it is what the portal's answers are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class World:
    """Rows as dictionaries and tuples, as they lie in the tables."""

    subjects: dict[tuple[str, str], bool]
    datasets: dict[str, dict]
    activities: dict[str, dict]
    grants: list[tuple]


# subject kind, subject, dataset, then the terms of the grant as a dictionary.
PERSONAL = ("personal", "special_category", "health")
# The Union and its members as the product counts them, copied by hand.
MEMBERS = "EU EEA AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO"
ORDER = ["public", "internal", "confidential", "restricted"]


def slow_answer(world: World, asked: dict, now: datetime) -> tuple[bool, set[str]]:
    """Return whether it is allowed, and the keys of all grants that allow it."""
    kind, subject = asked["kind"], asked["subject"]
    if (kind, subject) not in world.subjects or asked["dataset"] not in world.datasets:
        return False, set()
    dataset = world.datasets[asked["dataset"]]
    if not world.subjects[(kind, subject)] or dataset["dropped"]:
        return False, set()
    about_people = any(one in PERSONAL for one in dataset["categories"])
    if dataset["level"] == "public" and not about_people and asked["action"] != "write":
        return True, set()
    if asked["purpose"] == "":
        return False, set()
    allowing = set()
    wanted = asked["dataset"]
    for of, who, what, grant in world.grants:
        if what != wanted or who != subject or of != kind:
            continue
        if _grant_allows(world, grant, dataset, asked, now):
            allowing.add(grant["key"])
    return bool(allowing), allowing


def _grant_allows(world: World, grant: dict, dataset: dict, asked: dict, now: datetime) -> bool:
    if grant["revoked"] or grant["held"]:
        return False
    if now < grant["from"] or now >= grant["until"]:
        return False
    if asked["action"] not in grant["actions"] or asked["purpose"] != grant["purpose"]:
        return False
    if asked["use_case"] and grant["use_case"] and asked["use_case"] != grant["use_case"]:
        return False
    if grant.get("stopped"):
        return False
    if asked["region"] and grant["region"] and asked["region"] != grant["region"]:
        return False
    kept = dataset["region"]
    if asked["region"] and not grant["region"] and kept and asked["region"] != kept:
        at_home = _union(asked["region"]) and _union(kept)
        if not at_home:
            return False
    if grant["fields"]:
        for name in asked["fields"]:
            covered = False
            for given in grant["fields"]:
                if name == given or name.startswith(given + "."):
                    covered = True
            if not covered:
                return False
    then, today = grant["level"] or "restricted", dataset["level"] or "restricted"
    if ORDER.index(today) > ORDER.index(then):
        return False
    return _register_allows(world, grant, dataset, asked)


def _union(region: str) -> bool:
    return region.upper() in MEMBERS.split() or region.lower().startswith("eu-")


def _register_allows(world: World, grant: dict, dataset: dict, asked: dict) -> bool:
    personal = [one for one in dataset["categories"] if one in PERSONAL]
    if grant["activity"] is None:
        return not personal
    entry = world.activities[grant["activity"]]
    use_case, region = asked["use_case"] or grant["use_case"], asked["region"] or grant["region"]
    return (
        entry["status"] == "in_force"
        and asked["purpose"] in entry["purposes"]
        and (not entry["datasets"] or asked["dataset"] in entry["datasets"])
        and (not use_case or not entry["use_cases"] or use_case in entry["use_cases"])
        and (not region or not entry["regions"] or region in entry["regions"])
        and (not entry["actions"] or asked["action"] in entry["actions"])
        and all(one in entry["categories"] for one in personal)
        and (not set(personal) & {"special_category", "health"} or entry["condition"] != "")
        and entry["assessment"] != "required"
        and (not personal or entry["basis"] != "")
    )
