"""A world of grants made by chance from a seed, as rows to COPY and as the independent implementation reads it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.catalog.slow_decisions import World

LEVELS = ("", "public", "internal", "confidential", "restricted")
CATEGORIES = ("personal", "special_category", "financial", "health")
PURPOSES = ("claims-handling", "pricing", "fraud", "reporting", "marketing")
ACTIONS = ("read", "train", "write")
REGIONS = ("", "EU", "DE", "US")
FIELDS = ("id", "email", "amount", "address", "address.city", "diagnosis")
ZERO = {"text": "", "character varying": "", "boolean": False, "integer": 0, "bigint": 0, "ARRAY": [], "jsonb": "{}"}


@dataclass
class Made:
    """Rows by table, the world they make, and the names that questions use."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    world: World = field(default_factory=lambda: World({}, {}, {}, []))
    names: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append(row)


def make(seed: int, grants: int, now: datetime, departments: dict[str, Any]) -> Made:
    """Make a world with so many grants; `departments` names the department and the person that rows hang on."""
    chance = random.Random(seed)
    made = Made()
    pick = chance.choice

    def new() -> str:
        return str(UUID(int=chance.getrandbits(128), version=4))

    def some(values: Iterable[str], most: int) -> list[str]:
        return sorted(chance.sample(list(values), chance.randint(0, most)))

    size = max(20, grants // 50)
    platforms = [new() for _number in range(4)]
    for number, pk in enumerate(platforms):
        made.add("catalog_platform", id=pk, key=f"PLT-B{number}", name=f"P{number}", namespace=f"bench://{number}",
                 kind="database", encryption="unknown", standing="declared", version=1, created_at=now, region="EU")  # fmt: skip
    use_cases = [new() for _number in range(max(5, size // 10))]
    ended = {pk for pk in use_cases if chance.random() < 0.1}
    for number, pk in enumerate(use_cases):
        made.add("inventory_usecase", id=pk, key=f"UC-B{number:06}", name=f"Use {number}", created_at=now,
                 department_id=departments["department"], version=1, status="retired" if pk in ended else "active")  # fmt: skip
    datasets = [new() for _number in range(size * 2)]
    for number, pk in enumerate(datasets):
        level, categories, dropped = pick(LEVELS), some(CATEGORIES, 1), chance.random() < 0.02
        made.names[pk] = f"DST-B{number:06}"
        region = pick(("", "", "DE", "US"))
        made.world.datasets[pk] = {
            "level": level,
            "categories": categories,
            "dropped": dropped,
            "region": region or "EU",
        }
        made.add("catalog_dataset", id=pk, key=made.names[pk], platform_id=pick(platforms), namespace=f"bench://{number % 4}",
                 name=f"d{number}", title=f"Data {number}", standing="declared", level=level, categories=categories,
                 dropped_at=now if dropped else None, access_version=1, version=1, created_at=now, updated_at=now, region=region)  # fmt: skip
    entries = [new() for _number in range(max(5, size // 10))]
    for number, pk in enumerate(entries):
        entry = {
            "status": pick(("in_force",) * 8 + ("draft", "ended")), "purposes": some(PURPOSES, 4), "actions": some(ACTIONS, 2),
            "categories": sorted({*some(CATEGORIES, 4), "personal"}), "basis": pick(("contract",) * 6 + ("",)),
            "condition": pick(("Art. 9(2)(f)", "")), "assessment": pick(("done",) * 6 + ("required",)),
            "regions": some(REGIONS[1:], 2), "datasets": set(chance.sample(datasets, 12)) if chance.random() < 0.2 else set(),
            "use_cases": set(chance.sample(use_cases, 2)) if chance.random() < 0.3 else set(),
        }  # fmt: skip
        made.world.activities[pk] = entry
        made.add("catalog_processingactivity", id=pk, key=f"PRA-B{number:06}", name=f"Entry {number}",
                 department_id=departments["department"], purpose_codes=entry["purposes"], actions=entry["actions"],
                 data_categories=entry["categories"], lawful_basis=entry["basis"], regions=entry["regions"],
                 special_category_condition=entry["condition"], impact_assessment=entry["assessment"], status=entry["status"],
                 version=1, created_at=now, updated_at=now)  # fmt: skip
        for one in sorted(entry["datasets"]):
            made.add("catalog_processingactivity_datasets", processingactivity_id=pk, dataset_id=one)
        for one in sorted(entry["use_cases"]):
            made.add("catalog_processingactivity_use_cases", processingactivity_id=pk, usecase_id=one)
    subjects = _subjects(made, chance, new, size, now, departments)
    request = new()
    made.add("catalog_accessrequest", id=request, key="DAR-B1", requester_id=departments["person"], requested_at=now, days=30,
             status="approved", subject_kind="person", person_id=departments["person"], dataset_id=datasets[0], purpose="x",
             purpose_details="x", fail_mode="closed")  # fmt: skip
    runs: dict[tuple[str, str], bool] = {}
    for number in range(grants):
        kind, subject = pick(subjects)
        dataset = pick(datasets)
        begins = now - timedelta(days=chance.randint(-2, 60))
        terms = {
            "key": f"GRT-B{number:06}", "actions": some(ACTIONS, 2) or ["read"], "fields": some(FIELDS, 3) * (chance.random() < 0.4),
            "purpose": pick(PURPOSES), "use_case": pick(use_cases) if chance.random() < 0.3 else "",
            "region": pick(REGIONS) if chance.random() < 0.3 else "", "level": pick(LEVELS[2:]) if chance.random() < 0.6 else "",
            "from": begins, "until": begins + timedelta(days=chance.randint(20, 120)), "held": chance.random() < 0.04,
            "revoked": chance.random() < 0.08, "activity": pick(entries) if chance.random() < 0.7 else None,
        }  # fmt: skip
        if terms["use_case"] and kind == "system" and (terms["use_case"], subject) not in runs:
            runs[terms["use_case"], subject] = chance.random() < 0.8
            if runs[terms["use_case"], subject]:
                made.add("inventory_usecasesystem", id=new(), use_case_id=terms["use_case"], system_id=subject)
        terms["stopped"] = terms["use_case"] in ended or not runs.get((terms["use_case"], subject), True)
        made.world.grants.append((kind, subject, dataset, terms))
        made.add("catalog_datagrant", id=new(), key=terms["key"], request_id=request, level_granted=terms["level"],
                 valid_from=begins, valid_until=terms["until"], held_back_at=now if terms["held"] else None,
                 revoked_at=now if terms["revoked"] else None, created_at=now, subject_kind=kind, dataset_id=dataset,
                 fields=terms["fields"], actions=terms["actions"], purpose=terms["purpose"], purpose_details="x",
                 use_case_id=terms["use_case"] or None, activity_id=terms["activity"], region=terms["region"],
                 rate_per_hour=1_000_000 if chance.random() < 0.05 else None, fail_mode=pick(("closed", "last_known")),
                 **{f"{name}_id": subject if name == kind else None for name in ("person", "system", "service")})  # fmt: skip
    return made


def _subjects(
    made: Made, chance: random.Random, new: Any, size: int, now: datetime, departments: dict[str, Any]
) -> list[tuple[str, str]]:
    found = []
    for number in range(size):
        kind, pk, fine = chance.choice(("person", "system", "system", "service")), new(), chance.random() > 0.03
        found.append((kind, pk))
        made.world.subjects[(kind, pk)] = fine
        if kind == "person":
            made.names[pk] = f"bench{number}@aurelia.example"
            made.add(
                "accounts_person", id=pk, email=made.names[pk], name=f"Person {number}", is_active=fine, created_at=now
            )
        elif kind == "system":
            made.names[pk] = f"AIS-B{number:06}"
            made.add("inventory_aisystem", id=pk, key=made.names[pk], name=f"System {number}", created_at=now, updated_at=now,
                     department_id=departments["department"], stage="proposed", operating_status="not_running", currency="EUR",
                     sourcing="build", person_effect="none", network_perimeter="private", material_revision=1, version=1,
                     suspended_at=None if fine else now)  # fmt: skip
        else:
            made.names[pk] = f"bench-service-{number}"
            made.add(
                "accounts_serviceidentity", id=pk, name=made.names[pk], owner_id=departments["person"], is_active=fine
            )
    return found


def load(cursor: Any, made: Made) -> None:
    """COPY the rows, in the order in which they refer to each other; columns without a value get their type's zero."""
    order = ("accounts_person", "accounts_serviceidentity", "inventory_aisystem", "inventory_usecase")
    for table in (*order, *(name for name in made.rows if name not in order)):
        rows = made.rows.get(table, [])
        if not rows:
            continue
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        )
        needed = cursor.fetchall()
        moment = made.rows["catalog_platform"][0]["created_at"]
        zero = {name: moment if "timestamp" in kind else ZERO[kind] for name, kind in needed if name not in rows[0]}
        columns = [*rows[0], *zero]
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[name] if name in row else zero[name] for name in columns])


def questions(made: Made, seed: int, count: int) -> list[dict[str, Any]]:
    """Make questions by chance: most near a grant with something changed, some about anything, some about nobody."""
    chance = random.Random(seed)
    subjects, datasets = sorted(made.world.subjects), sorted(made.world.datasets)
    found = []
    for _number in range(count):
        kind, subject, dataset, terms = chance.choice(made.world.grants)
        asked = {
            "kind": kind, "subject": subject, "dataset": dataset, "action": chance.choice(terms["actions"]), "region": "",
            "purpose": terms["purpose"], "fields": terms["fields"][:1], "use_case": terms["use_case"],
        }  # fmt: skip
        for _change in range(chance.choice((0, 0, 0, 1, 1, 2))):
            what = chance.choice(("action", "purpose", "fields", "use_case", "region", "subject", "dataset", "nobody"))
            other: dict[str, Any] = {
                "action": chance.choice(ACTIONS), "purpose": chance.choice((*PURPOSES, "")),
                "fields": sorted(chance.sample(FIELDS, chance.randint(0, 3))), "dataset": chance.choice(datasets),
                "use_case": chance.choice(("", chance.choice(made.world.grants)[3]["use_case"])),
                "region": chance.choice(REGIONS), "nobody": str(UUID(int=chance.getrandbits(128), version=4)),
            }  # fmt: skip
            if what == "subject":
                asked["kind"], asked["subject"] = chance.choice(subjects)
            elif what == "nobody":
                asked[chance.choice(("subject", "dataset"))] = other["nobody"]
            else:
                asked[what] = other[what]
        found.append(asked)
    return found


def as_authzen(made: Made, asked: dict[str, Any], by_name: bool) -> dict[str, Any]:
    """Write a question as programs send it, by ids or by names."""
    names = made.names if by_name else {}
    return {
        "subject": {"type": asked["kind"], "id": names.get(asked["subject"], asked["subject"])},
        "action": {"name": asked["action"]},
        "resource": {
            "type": "dataset",
            "id": names.get(asked["dataset"], asked["dataset"]),
            "properties": {"fields": asked["fields"]},
        },
        "context": {name: asked[name] for name in ("purpose", "use_case", "region") if asked[name]},
    }
