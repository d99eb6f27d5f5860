"""Who reaches what: role assignments as SQL, and the authoriser that the kernel's port answers with."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.kernel import reading
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.authorisation import EVERYWHERE
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from .models import Department, Person, RoleAssignment, ServiceIdentity

# What parts of the portal that act by themselves may do; nothing else, whatever a role says.
SYSTEM_GRANTS: dict[str, frozenset[Permission]] = {
    "beat": frozenset(
        {
            Permission.COMPLIANCE_SWEEP_RUN,
            Permission.INTEGRATIONS_INTAKE_SEND,
            Permission.COMPLIANCE_FINDING_EDIT,
            Permission.AUDIT_INTEGRITY_VERIFY,
            Permission.INVENTORY_IMPORT_RUN,
        }
    ),
    # Answers for the identity provider: binds and admits people by operations with checks of their own.
    "sign-in": frozenset({Permission.ACCOUNTS_PERSON_EDIT}),
    # Sets up an installation (the demo enterprise, tests): departments, people and their roles, nothing that is decided.
    "installation": frozenset(
        {
            Permission.ACCOUNTS_ASSIGNMENT_EDIT,
            Permission.ACCOUNTS_DEPARTMENT_EDIT,
            Permission.ACCOUNTS_PERSON_EDIT,
            Permission.ACCOUNTS_ROLE_EDIT,
        }
    ),
}
# The command line may import, sweep, verify, export and appoint; it never owns, answers, signs or decides.
OPERATOR_GRANTS = frozenset(
    {
        Permission.INTEGRATIONS_INTAKE_SEND,
        Permission.INVENTORY_IMPORT_RUN,
        Permission.INVENTORY_SYSTEM_REGISTER,
        Permission.INVENTORY_VENDOR_EDIT,
        Permission.ACCOUNTS_DEPARTMENT_EDIT,
        Permission.ACCOUNTS_PERSON_EDIT,
        Permission.COMPLIANCE_SWEEP_RUN,
        Permission.AUDIT_INTEGRITY_VERIFY,
        Permission.AUDIT_ENTRY_EXPORT,
    }
)


def assignments(person: Person, permission: Permission) -> QuerySet[RoleAssignment]:
    """Return the person's standing assignments, direct or through provider groups, of roles with the permission."""
    return RoleAssignment.objects.counting_for(person).filter(role__permissions__contains=[str(permission)])


def reach(person: Any, permission: Permission, department: str = "department") -> Q:
    """Return the condition that a row's department lies where the person holds the permission.

    The person's departments are read once a request and written into the condition as paths: one short subquery over
    departments, none at all for those who hold it everywhere. Rows without department need an assignment that holds
    everywhere. An inactive or anonymous person reaches nothing.
    """
    if not getattr(person, "is_active", False) or not isinstance(person, Person):
        return Q(pk__in=[])
    scopes = {path for permissions, path in _standing(person) if str(permission) in permissions}
    if None in scopes:
        return ~Q(pk__in=[])
    inside = Q(pk__in=[])
    for scope in sorted(scopes):
        inside |= Q(path__startswith=scope)
    return Q(**{f"{department}__in": Department.objects.filter(inside)}) if scopes else inside


def _standing(person: Person) -> list[tuple[frozenset[str], str | None]]:
    """Return the permissions of each standing assignment and the department's path where it counts (none: everywhere)."""

    def find() -> list[tuple[frozenset[str], str | None]]:
        held = RoleAssignment.objects.counting_for(person).values_list("role__permissions", "department__path")
        return [(frozenset(permissions), path) for permissions, path in held]

    return reading.once(person, "standing assignments", find)


def holds(person: Any, permission: Permission) -> bool:
    """Tell whether the person holds the permission anywhere at all."""
    if not isinstance(person, Person) or not person.is_active:
        return False
    return permission in held_permissions(person)


def held_permissions(person: Person) -> frozenset[str]:
    """Return every permission the person holds anywhere."""
    return frozenset().union(*(permissions for permissions, _path in _standing(person)))


def service_reach(actor: Actor, permission: Permission, department: str = "department") -> Q:
    """Return the condition that a row's department lies where a service holds the permission, within its token's scopes.

    A service sees nothing as a person does; this is what it may ask about because it may act there.
    """
    if actor.kind is not ActorKind.SERVICE or (actor.scopes is not None and str(permission) not in actor.scopes):
        return Q(pk__in=[])
    scopes = _scopes(_held_by(actor, permission))
    if None in scopes:
        return ~Q(pk__in=[])
    inside = Q(pk__in=[])
    for scope in sorted(set(scopes)):
        inside |= Q(path__startswith=scope)
    return Q(**{f"{department}__in": Department.objects.filter(inside)}) if scopes else inside


def _held_by(actor: Actor, permission: Permission) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.standing().filter(
        service__in=ServiceIdentity.objects.filter(pk=actor.id, is_active=True),
        role__permissions__contains=[str(permission)],
    )


def held_by_service(service: ServiceIdentity) -> frozenset[str]:
    """Return every permission a service holds anywhere by its roles."""
    held = RoleAssignment.objects.standing().filter(service=service).values_list("role__permissions", flat=True)
    return frozenset().union(*held)


def holds_on(person: Any, permission: Permission, subject: Any) -> bool:
    """Tell whether the person holds the permission where the subject is: its `reach_path` (a department's path)."""
    if not isinstance(person, Person) or not person.is_active:
        return False
    if not hasattr(subject, "reach_path"):
        return holds(person, permission)
    scopes = [path for permissions, path in _standing(person) if str(permission) in permissions]
    return _cover_everything(scopes) if subject is EVERYWHERE else _cover(scopes, subject.reach_path)


def _scopes(held: QuerySet[RoleAssignment]) -> list[str | None]:
    return list(held.values_list("department__path", flat=True))


def _cover_everything(scopes: list[str | None]) -> bool:
    """Tell whether scopes reach every department there is: by none in particular, or by the roots of the tree."""
    if not scopes or None in scopes:
        return bool(scopes)
    inside = Q(pk__in=[])
    for scope in scopes:
        inside |= Q(path__startswith=scope)
    return not Department.objects.exclude(inside).exists()


def _cover(scopes: list[str | None], path: str | None) -> bool:
    return any(scope is None or (path is not None and path.startswith(scope)) for scope in scopes)


def decide(actor: Actor, permission: Permission, subject: Any = None) -> Decision:
    """Answer the kernel's port: may this actor use the permission on the subject, or anywhere?"""
    if actor.scopes is not None and str(permission) not in actor.scopes:
        return Denied(_("This token was not issued for “%(permission)s”.") % {"permission": permission})
    if actor.kind is ActorKind.SYSTEM:
        granted = permission in SYSTEM_GRANTS.get(actor.id, frozenset())
        return Allowed() if granted else Denied(_("The portal itself may not do this."))
    if actor.kind is ActorKind.OPERATOR:
        granted = permission in OPERATOR_GRANTS
        return Allowed() if granted else Denied(_("The command line may not do this: it takes a person."))
    if actor.kind is ActorKind.SERVICE:
        return _decide_for_service(actor, permission, subject)
    if actor.kind is not ActorKind.PERSON:
        return Denied(_("Sign in first."))
    # Whoever only reads is asked about many times on one page, and is as they were when it began.
    person = reading.reader(actor.id) or Person.objects.filter(pk=actor.id).first()
    if person is None or not person.is_active:
        return Denied(_("This account is not active."))
    allowed = holds(person, permission) if subject is None else holds_on(person, permission, subject)
    return (
        Allowed()
        if allowed
        else Denied(_("None of your roles allows “%(permission)s” here.") % {"permission": permission})
    )


def _decide_for_service(actor: Actor, permission: Permission, subject: Any) -> Decision:
    held = _held_by(actor, permission)
    path = getattr(subject, "reach_path", None) if subject is not None else None
    allowed = held.exists() if subject is None or not hasattr(subject, "reach_path") else _cover(_scopes(held), path)
    return Allowed() if allowed else Denied(_("None of this service's roles allows it here."))
