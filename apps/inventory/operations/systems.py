"""Registering and editing AI systems, their people, and who may see them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission as ObjectPermission
from django.utils.translation import gettext as _

from apps.accounts import operations as accounts
from apps.accounts.models import Department, Person, Role
from apps.accounts.reach import holds_on
from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, AISystemUserObjectPermission, OperatingStatus, ReportedFact
from apps.kernel import clock, reading
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .checks import check_fields, check_known, check_words, need_reason

# What the edit form and the API may write; stage, tier, revision and authorisation are never among them.
EDITABLE = (
    "name", "summary", "legal_entity", "deputy", "sponsor", "problem", "benefit", "benefit_measure", "outputs",
    "people_affected", "intended_users", "expected_users", "expected_daily_requests", "expected_concurrency",
    "security_needs", "regulation", "data_classes", "autonomy", "human_involvement", "person_effect", "sourcing", "vendor",
    "approved_platform", "regions", "network_perimeter", "isolation", "secret_references", "master_data", "one_off_cost",
    "yearly_run_cost", "currency",
)  # fmt: skip
AT_REGISTRATION = (*EDITABLE, "proposer", "provisional_tier", "restricted")


@operation(Event.SYSTEM_REGISTERED, needs=Permission.INVENTORY_SYSTEM_REGISTER, within_reach_of="department")
def register_system(
    *, actor: Actor, name: str, department: Department, owner: Person | None = None, **fields: Any
) -> AISystem:
    """Put a system on record as proposed; `fields` are among those that may be edited, plus `proposer`."""
    check_known(fields, AT_REGISTRATION)
    _check({"name": name, **fields})
    system = AISystem(key=next_key("AIS"), name=name.strip(), department=department, owner=owner, **fields)
    system.created_at = system.updated_at = clock.now()
    system.save(force_insert=True)
    look_again(system)
    return system


@operation(Event.SYSTEM_EDITED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_edit)
def edit_system(*, actor: Actor, system: AISystem, changes: dict[str, Any], version: int | None = None) -> AISystem:
    """Change fields of a record; `version` is what the editor saw, an older one is a conflict."""
    check_known(changes, EDITABLE)
    if version is not None and version != system.version:
        raise Conflict(_("Somebody else changed this record after you opened it."), theirs=system)
    _check(changes)
    for field, value in changes.items():
        setattr(system, field, value)
    system.version += 1
    system.updated_at = clock.now()
    system.save(update_fields=[*changes, "version", "updated_at"])
    system.refresh_from_db(fields=["material_revision"])
    look_again(system)
    return system


@operation(Event.SYSTEM_PEOPLE_CHANGED, needs=None, subject="system", may=permissions.may_change_people)
def change_people(
    *,
    actor: Actor,
    system: AISystem,
    owner: Person | None = None,
    deputy: Person | None = None,
    sponsor: Person | None = None,
    reason: str,
) -> AISystem:
    """Name another owner, deputy or sponsor (who is not named stays); a new owner gets the role if it is missing."""
    need_reason(reason)
    named = {"owner": owner, "deputy": deputy, "sponsor": sponsor}
    changed = {role: person for role, person in named.items() if person is not None}
    for role, person in changed.items():
        if not person.is_active:
            raise Invalid({role: [_("%(name)s has left.") % {"name": person}]})
        setattr(system, role, person)
    if system.owner_id and system.owner_id in (system.deputy_id, system.sponsor_id):
        raise Invalid(_("The owner cannot be their own deputy or sponsor."))
    system.version += 1
    system.updated_at = clock.now()
    system.save(update_fields=[*changed, "version", "updated_at"])
    for person in (owner, deputy):
        if person is not None:
            make_owner(person, system.department, reason=f"{system.key}: {reason}")
    look_again(system)
    return system


@operation(
    Event.SYSTEM_RESTRICTED, needs=Permission.INVENTORY_SYSTEM_GRANT, subject="system", may=permissions.may_restrict
)
def mark_restricted(*, actor: Actor, system: AISystem, restricted: bool, reason: str) -> AISystem:
    """Hide a system from all but its people and those named, or open it again."""
    need_reason(reason)
    system.restricted = restricted
    system.save(update_fields=["restricted"])
    return system


@operation(
    Event.SYSTEM_ACCESS_GRANTED,
    needs=Permission.INVENTORY_SYSTEM_GRANT,
    subject="system",
    may=permissions.may_grant_access,
)
def grant_system_access(*, actor: Actor, system: AISystem, person: Person, reason: str) -> AISystem:
    """Let one person see a restricted system."""
    need_reason(reason)
    AISystemUserObjectPermission.objects.get_or_create(
        user=person, permission=_view_permission(), content_object=system
    )
    return system


@operation(
    Event.SYSTEM_ACCESS_WITHDRAWN,
    needs=Permission.INVENTORY_SYSTEM_GRANT,
    subject="system",
    may=permissions.may_restrict,
)
def withdraw_system_access(*, actor: Actor, system: AISystem, person: Person, reason: str) -> AISystem:
    """Take back what let one person see a restricted system."""
    need_reason(reason)
    AISystemUserObjectPermission.objects.filter(user=person, content_object=system).delete()
    return system


@operation(Event.SYSTEM_OBSERVED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="system", may=permissions.may_observe)
def report_operating_status(*, actor: Actor, system: AISystem, status: str, reason: str = "") -> AISystem:
    """Write down whether a system runs. A suspended one stays suspended: that it runs all the same is kept as a fact."""
    if status not in (OperatingStatus.RUNNING, OperatingStatus.NOT_RUNNING):
        raise Invalid({"status": [_("Say running or not running; suspending is an action of its own.")]})
    ReportedFact.objects.update_or_create(
        system=system,
        source="observation",
        name="operating_status",
        defaults={"value": status, "original": reason or status, "reported_at": clock.now()},
    )
    if system.operating_status != OperatingStatus.SUSPENDED:
        system.operating_status = status
        system.updated_at = clock.now()
        system.save(update_fields=["operating_status", "updated_at"])
    look_again(system)
    return system


def look_again(system: AISystem) -> None:
    """Ask the rules to look at a system once this write stands."""
    defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(system.pk))


def make_owner(person: Person, department: Department, *, reason: str) -> None:
    """Give a person the system owner's role in a department unless they hold what it takes there already."""
    if holds_on(person, Permission.INVENTORY_SYSTEM_EDIT, department):
        return
    accounts.assign_role(
        actor=Actor.system("intake"),
        role=Role.objects.get(key="system-owner"),
        person=person,
        department=department,
        reason=reason,
    )
    reading.forget(person)


def _check(values: dict[str, Any]) -> None:
    if not str(values.get("name", "x")).strip():
        raise Invalid({"name": [_("Give the system a name.")]})
    check_words(values)
    check_fields(AISystem, {k: v for k, v in values.items() if k != "restricted"})
    for field in ("one_off_cost", "yearly_run_cost"):
        if values.get(field) is not None and values[field] < 0:
            raise Invalid({field: [_("A cost is not negative.")]})


def _view_permission() -> ObjectPermission:
    return ObjectPermission.objects.get(content_type__app_label="inventory", codename="view_aisystem")
