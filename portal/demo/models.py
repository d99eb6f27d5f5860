"""The models of the fictional insurer: third parties' with their terms, its own with what they were made from."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from apps.accounts.models import Department
from apps.catalog.models import Dataset
from apps.inventory import operations as inventory
from apps.inventory.models import Vendor
from apps.kernel import clock
from apps.registry import operations as registry
from apps.registry.models import AIModel, ModelVersion

from .organisation import person

OF_VERSION = ("name", "snapshot", "source", "licence", "parameters")


def build_models() -> None:
    """Put models with their terms, versions, cards and aliases on record; once."""
    if AIModel.objects.exists():
        return
    rows = tomllib.loads((Path(__file__).parent / "models.toml").read_text(encoding="utf-8"))["model"]
    versions = []
    with clock.travel(clock.now() - timedelta(days=150)):
        for row in rows:
            terms, version_rows, base = row.pop("terms", None), row.pop("version"), row.pop("of", "")
            ai_model = _register(base=AIModel.objects.get(name=base) if base else None, **row)
            if terms:
                registry.record_terms(
                    actor=ai_model.owner.as_actor(), ai_model=ai_model, valid_from=clock.today(), **terms
                )
            versions += [(ai_model, version_row) for version_row in version_rows]
    for ai_model, row in sorted(versions, key=lambda pair: -pair[1]["days"]):
        with clock.travel(clock.now() - timedelta(days=row["days"])):
            _version(ai_model, row)
    with clock.travel(clock.now() - timedelta(days=100)):
        registry.retire_version(
            actor=person("Mila Horvat").as_actor(), model_version=version("Claims urgency", "1.3"),
            reason="Replaced by 1.4 wherever it ran.",
        )  # fmt: skip


def version(model: str, name: str) -> ModelVersion:
    """Return a version by its model's name and its own."""
    return ModelVersion.objects.select_related("ai_model").get(ai_model__name=model, name=name)


def announce_end() -> None:
    """Pass on the notice that a provider sent: whoever depends on the old snapshot is told, and owes a way out."""
    old = version("Northwind Large", "2025-09")
    if old.deprecated_at:
        return
    with clock.travel(clock.now() - timedelta(days=9)):
        registry.deprecate_version(
            actor=person("Jana Kovar").as_actor(), model_version=old, retires_on=clock.today() + timedelta(days=75),
            replaced_by=version("Northwind Large", "2026-06"),
            reason="Northwind AI ends this snapshot, as its letter says.",
        )  # fmt: skip


def digest_of(text: str) -> str:
    """Return a digest as an artefact's registry would state it; no weights are shipped with the demo."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _register(*, provider: str = "", department: str, owner: str, **fields: Any) -> AIModel:
    vendor = Vendor.objects.filter(name=provider).first() if provider else None
    if provider and vendor is None:
        vendor = inventory.register_vendor(actor=person("Greta Sommer").as_actor(), name=provider, country="FR")
    return registry.register_model(
        actor=person("Mila Horvat").as_actor(), provider=vendor, owner=person(owner),
        department=Department.objects.get(code=department), **fields,
    )  # fmt: skip


def _version(ai_model: AIModel, row: dict[str, Any]) -> None:
    actor = ai_model.owner.as_actor()
    made = registry.register_version(
        actor=actor, ai_model=ai_model, artefact_digest=digest_of(row["digest"]) if "digest" in row else "",
        released_on=clock.today(), **{name: row[name] for name in OF_VERSION if name in row},
        data=[
            {"dataset": Dataset.objects.get(name=name), "role": role, "notes": notes}
            for name, role, notes in row.get("data", ())
        ],
        metrics=[
            {"name": name, "value": value, "unit": unit, "data_slice": part, "source": "evaluation before approval"}
            for name, value, unit, part in row.get("metrics", ())
        ],
    )  # fmt: skip
    registry.write_card(actor=actor, model_version=made, content=row["card"])
    for alias in row.get("alias", ()):
        registry.set_alias(actor=actor, ai_model=ai_model, name=alias, model_version=made)
    if "candidate" not in row.get("alias", ()):
        registry.validate_version(
            actor=person("Vera Costa").as_actor(), model_version=made,
            reason="I ran the evaluation again on its data; the values agree with the card.",
        )  # fmt: skip
