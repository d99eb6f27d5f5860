"""A world of grants to call models, made by chance from a seed, as rows to COPY and as the plain implementation reads it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.registry.slow_calls import Calls

PURPOSES = ("claims-handling", "pricing", "fraud", "reporting", "marketing")
ENVIRONMENTS = ("development", "test", "pilot", "production")
REGIONS = ("", "EU", "DE", "US")
LEVELS = ("public", "internal", "confidential", "restricted")
CATEGORIES = ("personal", "financial", "health")
TOOLS = ("search", "calculate", "send_mail", "read_claim")
MODALITIES = ("text", "image", "audio")
ALIASES = ("champion", "challenger", "stable")
TIERS = ("T1", "T2", "T3", "T4")
ORDER = (
    "accounts_person", "accounts_serviceidentity", "inventory_aisystem", "inventory_usecase", "inventory_usecasesystem",
    "inventory_authorisation", "registry_aimodel", "registry_modelversion", "registry_modelalias",
    "registry_modelaccessrequest", "registry_modelgrant",
)  # fmt: skip
ZERO = {"text": "", "character varying": "", "boolean": False, "integer": 0, "bigint": 0, "ARRAY": [], "jsonb": "{}"}


@dataclass
class MadeCalls:
    """Rows by table, the world they make, and the names that questions use."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    world: Calls = field(default_factory=Calls)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append(row)


def make(seed: int, grants: int, now: datetime, known: dict[str, Any]) -> MadeCalls:
    """Make a world with so many grants; `known` names the department and the person that rows hang on."""
    chance, made = random.Random(seed), MadeCalls()

    def new() -> str:
        return str(UUID(int=chance.getrandbits(128), version=4))

    size = max(20, grants // 50)
    _subjects(made, chance, new, size, now, known)
    _models(made, chance, new, max(10, size // 5), now, known)
    subjects, models = sorted(made.world.subjects), sorted(made.world.models)
    for number in range(max(5, size // 5)):
        systems = set(chance.sample([pk for kind, pk in subjects if kind == "system"], 8))
        pk, ended, tier = new(), chance.random() < 0.1, chance.choice(TIERS)
        made.world.use_cases[pk] = {"ended": ended, "tier": tier, "systems": systems}
        made.add("inventory_usecase", id=pk, key=f"UC-B{number:06}", name=f"Use {number}", created_at=now, tier=tier,
                 department_id=known["department"], version=1, status="retired" if ended else "active")  # fmt: skip
        for one in sorted(systems):
            made.add("inventory_usecasesystem", id=new(), use_case_id=pk, system_id=one)
    cases = sorted(made.world.use_cases)
    by_system = {
        one: [c for c in cases if one in made.world.use_cases[c]["systems"]]
        for kind, one in subjects
        if kind == "system"
    }
    request = new()
    made.add("registry_modelaccessrequest", id=request, key="MAR-B1", requester_id=known["person"], requested_at=now, days=30,
             status="approved", subject_kind="person", person_id=known["person"], ai_model_id=models[0], use_case_id=cases[0],
             environment="test", modalities=["text"], data_level="internal", purpose="x", purpose_details="x", fail_mode="closed",
             rate_window=60, budget_period="month", currency="EUR")  # fmt: skip
    for number in range(grants):
        _grant(
            made, chance, new, number, now, request, chance.choice(subjects), chance.choice(models), by_system, cases
        )
    return made


def _grant(
    made: MadeCalls, chance: random.Random, new: Any, number: int, now: datetime, request: str, who: tuple[str, str],
    model: str, by_system: dict[str, list[str]], cases: list[str],
) -> None:  # fmt: skip
    kind, subject = who
    fitting = by_system.get(subject) or cases
    begins = now - timedelta(days=chance.randint(-2, 60))
    versions, some = sorted(made.world.models[model]["versions"]), chance.random()
    terms = {
        "key": f"MGR-B{number:06}", "kind": kind, "subject": subject, "model": model,
        "use_case": chance.choice(fitting if chance.random() < 0.9 else cases),
        "version": chance.choice(versions) if some < 0.2 else "", "alias": chance.choice(ALIASES) if 0.2 <= some < 0.4 else "",
        "environment": chance.choice(ENVIRONMENTS), "region": chance.choice(REGIONS) if chance.random() < 0.3 else "",
        "max_tokens": chance.choice((None, 256, 1024, 4096)), "max_temperature": chance.choice((None, Decimal("0.20"), Decimal("1.00"))),
        "tools": sorted(chance.sample(TOOLS, chance.randint(0, 3))), "any_tool": chance.random() < 0.1,
        "modalities": sorted(chance.sample(MODALITIES, chance.randint(1, 3))), "data_level": chance.choice(LEVELS),
        "data_categories": sorted(chance.sample(CATEGORIES, chance.randint(0, 2))), "purpose": chance.choice(PURPOSES),
        "from": begins, "until": begins + timedelta(days=chance.randint(20, 120)), "held": chance.random() < 0.04,
        "revoked": chance.random() < 0.08, "tier": chance.choice(("T1", "T1", *TIERS)),
    }  # fmt: skip
    made.world.grants.append(terms)
    made.add(
        "registry_modelgrant", id=new(), key=terms["key"], request_id=request, tier_granted=terms["tier"], created_at=now,
        valid_from=begins, valid_until=terms["until"], held_back_at=now if terms["held"] else None,
        revoked_at=now if terms["revoked"] else None, subject_kind=kind, ai_model_id=model, use_case_id=terms["use_case"],
        alias=terms["alias"], model_version_id=terms["version"] or None, environment=terms["environment"], region=terms["region"],
        max_tokens=terms["max_tokens"], max_temperature=terms["max_temperature"], tools=terms["tools"], any_tool=terms["any_tool"],
        modalities=terms["modalities"], data_level=terms["data_level"], data_categories=terms["data_categories"],
        rate_limit=1_000_000 if chance.random() < 0.05 else None, rate_window=60, budget=None, budget_period="month",
        currency="EUR", purpose=terms["purpose"], purpose_details="x", fail_mode=chance.choice(("closed", "last_known")),
        **{f"{name}_id": subject if name == kind else None for name in ("person", "system", "service")},
    )  # fmt: skip


def _models(made: MadeCalls, chance: random.Random, new: Any, count: int, now: datetime, known: dict[str, Any]) -> None:
    for number in range(count):
        pk = new()
        made.names[pk] = f"MDL-B{number:05}"
        versions = {new(): chance.random() > 0.15 for _one in range(3)}
        aliases = {name: chance.choice(sorted(versions)) for name in ALIASES if chance.random() < 0.8}
        made.world.models[pk] = {"versions": versions, "aliases": aliases}
        made.add("registry_aimodel", id=pk, key=made.names[pk], name=f"model-{number}", owner_id=known["person"], version=1,
                 derivation="none", hosting="own", access_version=1, created_at=now, updated_at=now)  # fmt: skip
        for place, (one, stands) in enumerate(sorted(versions.items())):
            made.add("registry_modelversion", id=one, key=f"MDV-B{number:05}{place}", ai_model_id=pk, name=f"{place}.0",
                     snapshot=f"s{place}", stage="candidate" if stands else "retired", registered_at=now)  # fmt: skip
        for name, one in sorted(aliases.items()):
            made.add("registry_modelalias", id=new(), ai_model_id=pk, name=name, model_version_id=one, set_at=now)


def _subjects(
    made: MadeCalls, chance: random.Random, new: Any, size: int, now: datetime, known: dict[str, Any]
) -> None:
    for number in range(size):
        kind, pk, fine = chance.choice(("person", "system", "system", "service")), new(), chance.random() > 0.03
        where = {name for name in ("pilot", "production") if kind == "system" and chance.random() < 0.7}
        made.world.subjects[kind, pk] = {"fine": fine, "authorised": where}
        if kind == "person":
            made.names[pk] = f"bench{number}@aurelia.example"
            made.add(
                "accounts_person", id=pk, email=made.names[pk], name=f"Person {number}", is_active=fine, created_at=now
            )
        elif kind == "system":
            made.names[pk] = f"AIS-B{number:06}"
            made.add("inventory_aisystem", id=pk, key=made.names[pk], name=f"System {number}", created_at=now, updated_at=now,
                     department_id=known["department"], stage="proposed", operating_status="not_running", currency="EUR",
                     sourcing="build", person_effect="none", network_perimeter="private", material_revision=1, version=1,
                     suspended_at=None if fine else now)  # fmt: skip
        else:
            made.names[pk] = f"bench-service-{number}"
            made.add("accounts_serviceidentity", id=pk, name=made.names[pk], owner_id=known["person"], is_active=fine)
        for name in sorted(where):
            made.add("inventory_authorisation", id=new(), key=f"AUTH-B{number}{name[:2]}", system_id=pk, kind="legacy", gate="G4",
                     environment=name, material_revision=1, content_hash="0" * 64, valid_from=now - timedelta(days=1),
                     valid_until=now + timedelta(days=90), conditions="[]", issued_at=now, signed_by_id=known["person"],
                     countersigned_by_id=known["second"])  # fmt: skip


def load(cursor: Any, made: MadeCalls) -> None:
    """COPY the rows, in the order in which they refer to each other; columns without a value get their type's zero."""
    for table in ORDER:
        rows = made.rows.get(table, [])
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        )
        zero = {name: ZERO[kind] for name, kind in cursor.fetchall() if rows and name not in rows[0]}
        columns = [*rows[0], *zero] if rows else []
        if rows:
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([row[name] if name in row else zero[name] for name in columns])


def questions(made: MadeCalls, seed: int, count: int) -> list[dict[str, Any]]:
    """Make questions by chance: most near a grant with something changed, some about anything, some about nobody."""
    chance = random.Random(seed)
    subjects, models = sorted(made.world.subjects), sorted(made.world.models)
    found = []
    for _number in range(count):
        terms = chance.choice(made.world.grants)
        asked = {
            "kind": terms["kind"], "subject": terms["subject"], "model": terms["model"], "alias": terms["alias"], "version": terms["version"],
            "environment": terms["environment"], "region": terms["region"], "purpose": terms["purpose"], "use_case": terms["use_case"],
            "max_tokens": terms["max_tokens"], "temperature": terms["max_temperature"], "tools": terms["tools"],
            "modalities": terms["modalities"], "data_level": terms["data_level"], "data_categories": terms["data_categories"],
        }  # fmt: skip
        for _change in range(chance.choice((0, 0, 0, 1, 1, 2))):
            _change_one(made, chance, asked, subjects, models)
        found.append(asked)
    return found


def _change_one(
    made: MadeCalls, chance: random.Random, asked: dict[str, Any], subjects: list[Any], models: list[str]
) -> None:
    nobody = str(UUID(int=chance.getrandbits(128), version=4))
    other: dict[str, Any] = {
        "alias": chance.choice(("", *ALIASES)), "version": chance.choice(["", *sorted(made.world.models[chance.choice(models)]["versions"])]),
        "environment": chance.choice(("", *ENVIRONMENTS)), "region": chance.choice(REGIONS), "purpose": chance.choice((*PURPOSES, "")),
        "use_case": chance.choice(("", chance.choice(made.world.grants)["use_case"])), "max_tokens": chance.choice((None, 1, 300, 99_999)),
        "temperature": chance.choice((None, Decimal("0.10"), Decimal("1.50"))), "tools": sorted(chance.sample(TOOLS, chance.randint(0, 3))),
        "modalities": sorted(chance.sample(MODALITIES, chance.randint(0, 3))), "data_level": chance.choice(("", *LEVELS)),
        "data_categories": sorted(chance.sample(CATEGORIES, chance.randint(0, 3))), "model": chance.choice([*models, nobody]),
    }  # fmt: skip
    what = chance.choice((*other, "subject", "nobody"))
    if what == "subject":
        asked["kind"], asked["subject"] = chance.choice(subjects)
    elif what == "nobody":
        asked["subject"] = nobody
    else:
        asked[what] = other[what]


def as_authzen(made: MadeCalls, asked: dict[str, Any], by_name: bool) -> dict[str, Any]:
    """Write a question as gateways send it, by ids or by names."""
    names = made.names if by_name else {}
    said = ("environment", "region", "purpose", "use_case", "data_level")
    properties: dict[str, Any] = {name: asked[name] for name in said if asked[name]}
    properties |= {name: asked[name] for name in ("tools", "modalities", "data_categories")}
    properties |= {"max_tokens": asked["max_tokens"]} if asked["max_tokens"] is not None else {}
    properties |= {"temperature": str(asked["temperature"])} if asked["temperature"] is not None else {}
    return {
        "subject": {"type": asked["kind"], "id": names.get(asked["subject"], asked["subject"])},
        "action": {"name": "invoke", "properties": properties},
        "resource": {
            "type": "model", "id": names.get(asked["model"], asked["model"]),
            "properties": {name: asked[name] for name in ("alias", "version") if asked[name]},
        },
    }  # fmt: skip
