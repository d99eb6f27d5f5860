"""Every write about people, departments and roles."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.utils.text import slugify

from apps.audit.operation import operation
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .events import Event
from .models import Department, LegalEntity, Person, Role, RoleAssignment, ServiceIdentity


@operation(Event.LEGAL_ENTITY_CREATED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def create_legal_entity(*, actor: Actor, code: str, name: str, jurisdiction: str) -> LegalEntity:
    """Put a company of the enterprise on record; `jurisdiction` is an ISO 3166 country of two letters."""
    return LegalEntity.objects.create(code=code, name=name, jurisdiction=jurisdiction.upper())


@operation(Event.DEPARTMENT_CREATED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def create_department(
    *,
    actor: Actor,
    name: str,
    code: str = "",
    parent: Department | None = None,
    legal_entity: LegalEntity | None = None,
    head: Person | None = None,
) -> Department:
    """Put a department on record below its parent; its code is unique there."""
    code = slugify(code or name)[:60]
    if not code:
        raise Invalid({"name": ["A department needs a name with letters or digits."]})
    path = f"{parent.path if parent else ''}{code}/"
    if Department.objects.filter(path=path).exists():
        raise Invalid({"code": [f"There is already a department “{code}” here."]})
    return Department.objects.create(
        name=name,
        code=code,
        parent=parent,
        path=path,
        head=head,
        legal_entity=legal_entity or (parent.legal_entity if parent else None),
    )


@operation(Event.PERSON_EXPECTED, needs=Permission.ACCOUNTS_PERSON_EDIT)
def expect_person(*, actor: Actor, email: str, name: str = "", department: Department | None = None) -> Person:
    """Expect a person known by e-mail only; the first sign-in with that verified e-mail binds them. Existing: returned."""
    email = email.strip().lower()
    known = Person.objects.filter(email=email).first()
    if known is not None:
        return known
    return Person.objects.create(email=email, name=name or email.split("@")[0], department=department)


@operation(Event.ASSIGNMENT_GRANTED, needs=Permission.ACCOUNTS_ASSIGNMENT_EDIT)
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
    """Give a role to a person, a provider's group or a service identity, in a department's subtree or everywhere."""
    granted_by = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    if person is not None and granted_by is not None and person.pk == granted_by.pk:
        raise Invalid("Nobody gives a role to themselves.")
    return RoleAssignment.objects.create(
        role=role,
        person=person,
        group=group,
        service=service,
        department=department,
        until=until,
        reason=reason,
        granted_by=granted_by,
    )
