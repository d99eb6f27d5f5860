"""Registering and editing AI systems."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

# What the edit form and the API may write; stage, tier, revision and authorisation are never among them.
EDITABLE = (
    "name", "summary", "legal_entity", "deputy", "sponsor", "problem", "benefit", "benefit_measure", "outputs",
    "people_affected", "intended_users", "expected_users", "expected_daily_requests", "expected_concurrency",
    "security_needs", "regulation", "data_classes", "autonomy", "human_involvement", "person_effect", "sourcing", "vendor",
    "approved_platform", "regions", "network_perimeter", "isolation", "secret_references", "master_data", "one_off_cost",
    "yearly_run_cost", "currency",
)  # fmt: skip


@operation(Event.SYSTEM_REGISTERED, needs=Permission.INVENTORY_SYSTEM_REGISTER, within_reach_of="department")
def register_system(
    *, actor: Actor, name: str, department: Department, owner: Person | None = None, **fields: Any
) -> AISystem:
    """Put a system on record as proposed; `fields` are among those that may be edited, plus `proposer`."""
    unknown = set(fields) - set(EDITABLE) - {"proposer", "provisional_tier", "restricted"}
    if unknown:
        raise Invalid({field: ["This field cannot be set here."] for field in sorted(unknown)})
    system = AISystem(key=next_key("AIS"), name=name, department=department, owner=owner, **fields)
    system.created_at = system.updated_at = clock.now()
    system.save(force_insert=True)
    defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(system.pk))
    return system


@operation(Event.SYSTEM_EDITED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def edit_system(*, actor: Actor, system: AISystem, changes: dict[str, Any], version: int | None = None) -> AISystem:
    """Change fields of a record; `version` is what the editor saw, an older one is a conflict."""
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise Invalid({field: ["This field cannot be set here."] for field in sorted(unknown)})
    if version is not None and version != system.version:
        raise Conflict("Somebody else changed this record after you opened it.", theirs=system)
    for field, value in changes.items():
        setattr(system, field, value)
    system.version += 1
    system.updated_at = clock.now()
    system.save(update_fields=[*changes, "version", "updated_at"])
    system.refresh_from_db(fields=["material_revision"])
    defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(system.pk))
    return system
