"""Platforms: registering, editing, and those that tools speak of first."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Platform, Standing
from apps.catalog.rules_pure.names import kind_of_namespace, title_of_namespace
from apps.inventory.operations.checks import check_fields, check_known, check_words
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

EDITABLE = (
    "name", "kind", "description", "owner", "location", "region", "criticality", "encryption", "key_reference",
    "key_rotated_on", "transport_encrypted",
)  # fmt: skip


@operation(Event.PLATFORM_REGISTERED, needs=Permission.CATALOG_PLATFORM_EDIT, within_reach_of="department")
def register_platform(
    *, actor: Actor, name: str, namespace: str, department: Department, owner: Person | None = None, **fields: Any
) -> Platform:
    """Put a platform on record; its namespace is the name by which tools know it."""
    check_known(fields, EDITABLE)
    _check({"name": name, "namespace": namespace, **fields})
    namespace = namespace.strip()
    if Platform.objects.filter(namespace=namespace).exists():
        raise Invalid({"namespace": [_("A platform of this namespace is on record already.")]})
    return Platform.objects.create(
        key=next_key("PLT"), name=name.strip(), namespace=namespace, department=department, owner=owner, **fields
    )


@operation(Event.PLATFORM_EDITED, needs=None, subject="platform", may=permissions.may_edit_platform)
def edit_platform(*, actor: Actor, platform: Platform, changes: dict[str, Any], version: int | None = None) -> Platform:
    """Change fields of a platform; a platform that was only observed becomes declared. An older `version` conflicts."""
    check_known(changes, (*EDITABLE, "department"))
    if version is not None and version != platform.version:
        raise Conflict(_("Somebody else changed this platform after you opened it."), theirs=platform)
    _check(changes)
    for field, value in changes.items():
        setattr(platform, field, value)
    platform.standing = Standing.DECLARED
    platform.version += 1
    platform.save(update_fields=[*changes, "standing", "version"])
    return platform


@operation(Event.PLATFORM_OBSERVED, needs=None, may=permissions.may_observe)
def observe_platform(*, actor: Actor, namespace: str) -> Platform:
    """Return the platform of a namespace, put on record as observed when nobody declared it."""
    known = Platform.objects.filter(namespace=namespace).first()
    if known is not None:
        return known
    return Platform.objects.create(
        key=next_key("PLT"),
        name=title_of_namespace(namespace)[:200],
        kind=kind_of_namespace(namespace),
        namespace=namespace,
        standing=Standing.OBSERVED,
    )


def _check(values: dict[str, Any]) -> None:
    problems = {
        name: [_("This cannot be empty.")]
        for name in ("name", "namespace")
        if name in values and not str(values[name]).strip()
    }
    if problems:
        raise Invalid(problems)
    check_fields(Platform, values)
    check_words(values)
