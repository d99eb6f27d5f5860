"""What a system is made of, what it is joined to, and the vendors behind it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, Component, Dependency, Vendor
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .checks import check_fields, check_known, check_words
from .systems import look_again

COMPONENT_FIELDS = ("kind", "name", "version", "sourcing", "vendor", "exit_substitute", "exit_tested_on")
VENDOR_FIELDS = ("name", "country", "website", "notes")


@operation(Event.COMPONENT_ADDED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def add_component(*, actor: Actor, system: AISystem, kind: str, name: str, **fields: Any) -> Component:
    """Put a part of a system on record."""
    values = {"kind": kind, "name": name, **fields}
    check_known(values, COMPONENT_FIELDS)
    check_words(values)
    check_fields(Component, values)
    component = Component.objects.create(system=system, **values)
    look_again(system)
    return component


@operation(Event.COMPONENT_EDITED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def edit_component(*, actor: Actor, system: AISystem, component: Component, changes: dict[str, Any]) -> Component:
    """Change what is on record about a part."""
    check_known(changes, COMPONENT_FIELDS)
    check_words(changes)
    check_fields(Component, changes)
    _belongs(component, system)
    for field, value in changes.items():
        setattr(component, field, value)
    component.save(update_fields=list(changes))
    look_again(system)
    return component


@operation(Event.COMPONENT_REMOVED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def remove_component(*, actor: Actor, system: AISystem, component: Component, reason: str = "") -> AISystem:
    """Take a part off the record; the ledger keeps it."""
    _belongs(component, system)
    component.delete()
    look_again(system)
    return system


@operation(Event.DEPENDENCY_ADDED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def add_dependency(
    *,
    actor: Actor,
    system: AISystem,
    kind: str,
    on_system: AISystem | None = None,
    on_name: str = "",
    purpose: str = "",
) -> Dependency:
    """Put on record what a system needs, by which kind of interface."""
    check_words({"on_name": on_name, "purpose": purpose})
    check_fields(Dependency, {"kind": kind, "on_name": on_name, "purpose": purpose})
    if on_system is None and not on_name.strip():
        raise Invalid({"on_name": [_("Say on which system or application it depends.")]})
    if on_system is not None and on_system.pk == system.pk:
        raise Invalid({"on_system": [_("A system does not depend on itself.")]})
    dependency = Dependency.objects.create(
        system=system, kind=kind, on_system=on_system, on_name=on_name.strip(), purpose=purpose.strip()
    )
    look_again(system)
    return dependency


@operation(Event.DEPENDENCY_REMOVED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def remove_dependency(*, actor: Actor, system: AISystem, dependency: Dependency, reason: str = "") -> AISystem:
    """Take a dependency off the record; the ledger keeps it."""
    _belongs(dependency, system)
    dependency.delete()
    look_again(system)
    return system


@operation(Event.VENDOR_REGISTERED, needs=Permission.INVENTORY_VENDOR_EDIT)
def register_vendor(*, actor: Actor, name: str, **fields: Any) -> Vendor:
    """Put a supplier of AI on record."""
    values = {"name": name.strip(), **fields}
    _check_vendor(values)
    if Vendor.objects.filter(name__iexact=values["name"]).exists():
        raise Invalid({"name": [_("This vendor is on record already.")]})
    return Vendor.objects.create(**values)


@operation(Event.VENDOR_EDITED, needs=Permission.INVENTORY_VENDOR_EDIT, subject="vendor")
def edit_vendor(*, actor: Actor, vendor: Vendor, changes: dict[str, Any]) -> Vendor:
    """Change what is on record about a supplier."""
    _check_vendor(changes)
    name = changes.get("name", vendor.name)
    if Vendor.objects.filter(name__iexact=name).exclude(pk=vendor.pk).exists():
        raise Invalid({"name": [_("Another vendor has this name.")]})
    for field, value in changes.items():
        setattr(vendor, field, value)
    vendor.save(update_fields=list(changes))
    return vendor


def _check_vendor(values: dict[str, Any]) -> None:
    check_known(values, VENDOR_FIELDS)
    if not str(values.get("name", "x")).strip():
        raise Invalid({"name": [_("Give the vendor's name.")]})
    check_words(values)
    check_fields(Vendor, values)


def _belongs(part: Component | Dependency, system: AISystem) -> None:
    if part.system_id != system.pk:
        raise Invalid(_("This belongs to another system."))
