"""Writes about roles: their permissions, who holds them, and how the first administrator comes into being."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts import permissions as rules
from apps.accounts.events import Event
from apps.accounts.models import Department, Person, Role, RoleAssignment, ServiceIdentity
from apps.accounts.rules_pure import separation
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .people import expect_person

LONGEST_PRIVILEGED_DAYS = 366


@operation(Event.ASSIGNMENT_GRANTED, needs=Permission.ACCOUNTS_ASSIGNMENT_EDIT, may=rules.may_assign)
def assign_role(
    *,
    actor: Actor,
    role: Role,
    person: Person | None = None,
    group: Group | None = None,
    service: ServiceIdentity | None = None,
    department: Department | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a role to a person, a provider's group or a service identity, in a department's subtree or everywhere.

    A privileged role given by a person needs an end, and counts only once a second administrator confirmed it.
    """
    giver = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    confirm = role.privileged and giver is not None
    _check_end(until, needed=confirm)
    return RoleAssignment.objects.create(
        role=role,
        person=person,
        group=group,
        service=service,
        department=department,
        until=until,
        reason=reason,
        granted_by=giver,
        granted_at=clock.now(),
        needs_confirmation=confirm,
    )


@operation(
    Event.ASSIGNMENT_CONFIRMED,
    needs=Permission.ACCOUNTS_ASSIGNMENT_EDIT,
    subject="assignment",
    may=rules.may_confirm,
)
def confirm_assignment(*, actor: Actor, assignment: RoleAssignment) -> RoleAssignment:
    """Confirm a privileged role as the second administrator; from now on it counts."""
    assignment.confirmed_by = Person.objects.get(pk=actor.id)
    assignment.confirmed_at = clock.now()
    assignment.save(update_fields=["confirmed_by", "confirmed_at"])
    return assignment


@operation(Event.ASSIGNMENT_ENDED, needs=Permission.ACCOUNTS_ASSIGNMENT_EDIT, subject="assignment", may=rules.may_end)
def end_assignment(*, actor: Actor, assignment: RoleAssignment, reason: str) -> RoleAssignment:
    """End an assignment, or refuse one that waits for confirmation, from this moment."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the role ends.")]})
    assignment.until = clock.now()
    assignment.save(update_fields=["until"])
    return assignment


@operation(Event.ROLE_CREATED, needs=Permission.ACCOUNTS_ROLE_EDIT, may=rules.may_create_role)
def create_role(
    *, actor: Actor, name: str, permissions: list[str], description: str = "", privileged: bool = False
) -> Role:
    """Put a new named set of permissions on record."""
    key = slugify(name)[:60]
    if not key or Role.objects.filter(key=key).exists():
        raise Invalid({"name": [_("Choose another name: this one is empty or taken.")]})
    return Role.objects.create(
        key=key,
        name=name,
        description=description,
        permissions=_known(permissions),
        privileged=privileged or separation.is_privileged(permissions),
    )


@operation(Event.ROLE_EDITED, needs=Permission.ACCOUNTS_ROLE_EDIT, subject="role", may=rules.may_edit_role)
def edit_role(
    *, actor: Actor, role: Role, permissions: list[str], name: str = "", description: str | None = None
) -> Role:
    """Change what a role allows; whoever holds it feels it with their next request."""
    role.permissions = _known(permissions)
    role.name = name or role.name
    role.description = role.description if description is None else description
    role.save(update_fields=["permissions", "name", "description"])
    return role


@operation(Event.GROUP_MAPPED, needs=Permission.ACCOUNTS_ASSIGNMENT_EDIT)
def map_group(
    *,
    actor: Actor,
    group_name: str,
    role: Role,
    department: Department | None = None,
    until: datetime | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Let a group of the identity provider hold a role; its members get it with their next sign-in."""
    group_name = group_name.strip()
    if not group_name or len(group_name) > 150:
        raise Invalid({"group_name": [_("Write the group exactly as the identity provider names it.")]})
    group, _created = Group.objects.get_or_create(name=group_name)
    return assign_role(actor=actor, role=role, group=group, department=department, until=until, reason=reason)


@operation(Event.PERSON_APPOINTED, needs=None, may=rules.may_appoint)
def appoint(*, actor: Actor, email: str, name: str = "", again: bool = False) -> Person:
    """Make somebody an administrator from the command line, so that a new installation has one."""
    person = expect_person(actor=actor, email=email, name=name)
    role = Role.objects.get(key="administrator")
    if not person.is_active:
        raise Invalid(_("This account is closed."))
    if not person.role_assignments.standing().filter(role=role).exists():
        assign_role(actor=actor, role=role, person=person, reason=_("Appointed from the command line"))
    return person


def _known(names: list[str]) -> list[str]:
    unknown = sorted(set(names) - {str(name) for name in Permission})
    if unknown:
        raise Invalid({"permissions": [_("Unknown permission: %(names)s.") % {"names": ", ".join(unknown)}]})
    return sorted(set(names))


def _check_end(until: datetime | None, *, needed: bool) -> None:
    if until is not None and until <= clock.now():
        raise Invalid({"until": [_("The end lies in the past.")]})
    if not needed:
        return
    if until is None:
        raise Invalid({"until": [_("A privileged role needs an end.")]})
    if until > clock.days_from_now(LONGEST_PRIVILEGED_DAYS):
        raise Invalid({"until": [_("A privileged role ends within a year; it can be given again.")]})
