"""The inventory's part of the dossier: everything about a system that a gate decides on."""

from __future__ import annotations

from typing import Any

from apps.kernel.dossier import register

from . import queries
from .models import Release
from .operations.systems import EDITABLE

LINKS = {"legal_entity": "legal_entity_id", "deputy": "deputy_id", "sponsor": "sponsor_id", "vendor": "vendor_id"}
ROLES = {"owner": "owner_id", "department": "department_id"}


def part(system: Any) -> dict[str, Any]:
    """Return what the inventory says of a system: its record, components, dependencies, use cases, proposed uses."""
    fields = {name: getattr(system, LINKS.get(name, name)) for name in EDITABLE}
    fields |= {name: getattr(system, column) for name, column in ROLES.items()}
    fields["data_classes"] = sorted(fields["data_classes"])
    fields["regions"] = sorted(fields["regions"])
    fields["master_data"] = sorted(f"{key}: {value}" for key, value in (fields["master_data"] or {}).items())
    return {
        "key": system.key,
        "revision": system.material_revision,
        "tier": system.effective_tier,
        "system": fields,
        "components": _components(system),
        "dependencies": _dependencies(system),
        "use_cases": [_use_case(use_case) for use_case in system.use_cases.order_by("key")],
        "uses": [_use(use) for use in system.approved_uses.exclude(status="withdrawn").order_by("key")],
        "release": _release(queries.candidate_release(system)),
    }


def _release(release: Release | None) -> dict[str, Any] | None:
    """Return the release that a gate would decide on; its digest stands for every byte of it."""
    if release is None:
        return None
    return {"key": release.key, "name": release.name, "digest": release.digest, "items": release.items}


def _components(system: Any) -> list[dict[str, Any]]:
    names = ("kind", "name", "version", "sourcing", "vendor_id", "exit_substitute", "exit_tested_on")
    rows = system.components.order_by("id").values("id", *names)
    return [dict(row) for row in rows]


def _dependencies(system: Any) -> list[dict[str, Any]]:
    return [
        dict(row)
        for row in system.dependencies.order_by("id").values("id", "kind", "on_system_id", "on_name", "purpose")
    ]


def _use_case(use_case: Any) -> dict[str, Any]:
    names = (
        "key",
        "name",
        "purpose",
        "process",
        "user_group",
        "people_affected",
        "person_effect",
        "legal_class",
        "status",
    )
    content = {name: getattr(use_case, name) for name in names}
    return content | {"tier": use_case.effective_tier, "data_classes": sorted(use_case.data_classes)}


def _use(use: Any) -> dict[str, Any]:
    departments = sorted(str(identifier) for identifier in use.department_links.values_list("department_id", flat=True))
    return {
        "key": use.key,
        "title": use.title,
        "purpose": use.purpose,
        "data_classes": sorted(use.data_classes),
        "conditions": use.conditions,
        "for_everyone": use.for_everyone,
        "departments": departments,
        "roles": sorted(use.roles),
        "until": use.until,
    }


def register_all() -> None:
    """Contribute to every dossier."""
    register("inventory", part)
