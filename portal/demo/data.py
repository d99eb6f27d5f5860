"""The data of the fictional insurer: its platforms, words, master data and datasets, and what its systems work with."""

from __future__ import annotations

import csv
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from apps.accounts.models import Department
from apps.catalog import operations as catalog
from apps.catalog.models import Dataset, DatasetUse, GlossaryTerm, MasterEntity, Platform
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Refused

from .organisation import person
from .register import build_register, stand_under

# Short name, kind, namespace, name, department, owner, location, region, criticality, encryption, key, only over TLS.
PLATFORMS = (
    ("warehouse", "warehouse", "postgres://warehouse.aurelia.example:5432", "Core warehouse", "technology", "Felix Roth",
     "Data centre Frankfurt", "DE", "critical", "own_key", "vault:keys/warehouse", True),
    ("lake", "lake", "s3://aurelia-lake", "Data lake", "data-office", "Peter Wolff",
     "eu-central-1", "EU", "high", "provider_key", "", True),
    ("kafka", "stream", "kafka://events.aurelia.example:9092", "Event streams", "technology", "Felix Roth",
     "Data centre Frankfurt", "DE", "high", "none", "", True),
    ("snowflake", "warehouse", "snowflake://aurelia-eu", "Marts for analysts", "data-office", "Peter Wolff",
     "aurelia-eu, region Ireland", "EU", "moderate", "own_key", "vault:keys/marts", True),
    ("reinsurer", "api", "https://api.reinsurer.example", "Interface of the reinsurer", "finance", "Anita Gruber",
     "Zurich", "CH", "low", "unknown", "", True),
)  # fmt: skip
ENTITIES = (
    ("Customer", "customer_id", "A person or company we insure or might.", "Sofia Ricci"),
    ("Policy", "policy_id", "A contract of insurance.", "Theo Arnold"),
    ("Product", "product_id", "What is sold.", "Hanna Krause"),
    ("Employee", "employee_id", "Somebody employed by the group.", "Lukas Baum"),
)
# Where the steward has not confirmed the classes yet: they are suggested and wait.
WAITING = ("telematics/trips", "telematics/driving-scores", "chat.messages", "web.visits", "claims.reported")
# Where a name misleads: what is suggested for a zone's postcode is meant for somebody's address.
NOT_PERSONAL = ("aurelia.life.mortality", "weather/storm-forecast", "geo/flood-zones")
# Loads that came late, so that the pages show what that looks like.
LATE = ("telematics/driving-scores", "aurelia.claims.medical_invoice", "MARTS.CLAIMS_KPI")


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (Path(__file__).parent / f"{name}.csv").open(newline="", encoding="utf-8") as source:
        return tuple(csv.DictReader(source))


def build_data() -> None:
    """Put the catalog on record; what is there already stays as it is."""
    steward = person("Stefan Maurer")
    terms = _glossary(steward)
    entities = {name: _entity(steward, name, *rest) for name, *rest in ENTITIES}
    platforms = {row[0]: _platform(steward, *row[1:]) for row in PLATFORMS}
    fields = {row["name"]: row for row in _rows("fields")}
    for row in _rows("datasets"):
        _dataset(row, platforms[row["platform"]], fields, terms, entities)
    build_register()


def _glossary(steward: Any) -> dict[str, GlossaryTerm]:
    actor, found = steward.as_actor(), {term.name: term for term in GlossaryTerm.objects.all()}
    for row in _rows("glossary"):
        if row["term"] not in found:
            found[row["term"]] = catalog.define_term(
                actor=actor, name=row["term"], definition=row["meaning"], synonyms=_several(row["synonyms"]),
                level=row["level"], categories=_several(row["categories"]), steward=steward,
            )  # fmt: skip
    if any(term.relations.exists() for term in found.values()):
        return found
    for row in _rows("glossary"):
        for kind in ("broader", "related"):
            if row[kind]:
                catalog.relate_terms(actor=actor, term=found[row["term"]], kind=kind, other=found[row[kind]])
    return found


def _entity(steward: Any, name: str, identifier: str, description: str, owner: str) -> MasterEntity:
    known = MasterEntity.objects.filter(name=name).first()
    return known or catalog.define_entity(
        actor=steward.as_actor(), name=name, identifier=identifier, description=description, owner=person(owner)
    )


def _platform(steward: Any, kind: str, namespace: str, name: str, department: str, owner: str, *rest: Any) -> Platform:
    known = Platform.objects.filter(namespace=namespace).first()
    if known is not None:
        return known
    location, region, criticality, encryption, key_reference, transport_encrypted = rest
    return catalog.register_platform(
        actor=steward.as_actor(), kind=kind, namespace=namespace, name=name, owner=person(owner),
        department=Department.objects.get(code=department), location=location, region=region, criticality=criticality,
        encryption=encryption, key_reference=key_reference, transport_encrypted=transport_encrypted,
        key_rotated_on=clock.today() - timedelta(days=90) if key_reference else None,
    )  # fmt: skip


def _dataset(row: dict[str, str], platform: Platform, fields: Any, terms: Any, entities: Any) -> None:
    if Dataset.objects.filter(namespace=platform.namespace, name=row["name"]).exists():
        return
    actor = person("Stefan Maurer").as_actor()
    named = [fields[path] for path in row["fields"].split()]
    made = catalog.register_dataset(
        actor=actor, platform=platform, name=row["name"], title=row["title"], description=row["description"],
        department=Department.objects.get(code=row["department"]), steward=person(row["steward"]),
        owner=person(row["owner"]), criticality=row["criticality"], master_entity=entities.get(row["entity"]),
        fresh_within_minutes=int(row["fresh"]) if row["fresh"] else None,
        fields=[
            {"path": one["name"], "data_type": one["type"], "description": one["meaning"], "primary_key": number == 0,
             "master_entity": entities.get(one["entity"])}
            for number, one in enumerate(named)
        ],
    )  # fmt: skip
    changes = {
        one["name"]: {"terms": [terms[name] for name in _several(one["terms"])]} for one in named if one["terms"]
    }
    if row["terms"]:
        about = [terms[name] for name in _several(row["terms"])]
        catalog.edit_dataset(actor=actor, dataset=made, changes={}, terms=about)
    if changes:
        catalog.edit_fields(actor=actor, dataset=made, changes=changes)
    if row["name"] not in WAITING:
        catalog.suggest_fields(actor=Actor.system("beat"), dataset=made)
        _classify(made)


def suggest_the_rest() -> None:
    """Suggest classes where the steward has not been yet."""
    for dataset in Dataset.objects.filter(name__in=WAITING):
        catalog.suggest_fields(actor=Actor.system("beat"), dataset=dataset)


def _classify(dataset: Dataset) -> None:
    """Let the steward confirm what is suggested; what nothing is suggested for is internal."""
    believed = dataset.name not in NOT_PERSONAL
    said = [
        catalog.Confirmation(field.path, field.suggested_level or "internal", field.suggested_categories)
        if believed
        else catalog.Confirmation(field.path, "internal")
        for field in dataset.fields.all()
    ]
    reason = "" if believed else "Zones and ages, nobody in particular."
    catalog.confirm_fields(actor=person("Stefan Maurer").as_actor(), dataset=dataset, confirmations=said, reason=reason)


def declare_uses(system: AISystem) -> None:
    """Let the owner of a system say what it works with; what the processing register has no entry for stays open."""
    use_case = system.use_cases.order_by("key").first()
    if use_case is not None:
        stand_under(use_case, system.department.code)
    for row in _rows("uses"):
        dataset = Dataset.objects.filter(name=row["dataset"]).first() if row["system"] == system.name else None
        if dataset is None or DatasetUse.objects.filter(dataset=dataset, system=system, action=row["action"]).exists():
            continue
        try:
            catalog.declare_use(
                actor=system.owner.as_actor(), dataset=dataset, system=system, use_case=use_case, action=row["action"]
            )
        except Refused:
            continue


def report_loads() -> None:
    """Say when data was loaded last, as the jobs that load it do: most in time, a few late."""
    named = {row["name"]: row for row in _rows("datasets")}
    for dataset in Dataset.objects.filter(name__in=named).exclude(fresh_within_minutes=None):
        promised = dataset.fresh_within_minutes * (3.0 if dataset.name in LATE else 0.3)
        rows = named[dataset.name]["rows"]
        catalog.report_load(
            actor=Actor.system("beat"),
            dataset=dataset,
            at=clock.now() - timedelta(minutes=promised),
            rows=int(rows) if rows else None,
        )


def _several(text: str) -> list[str]:
    return [part for part in text.split("|") if part]
