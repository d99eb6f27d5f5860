"""The API of people, departments and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Schema

from apps.accounts import operations, reach
from apps.accounts.models import Department, Person, Role, RoleAssignment, ServiceIdentity
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page, request_key

router = Router(tags=["People and roles"])


class DepartmentOut(Schema):
    """A unit of the organisation; `path` lists the codes from the root."""

    id: UUID
    code: str
    name: str
    path: str
    parent_id: UUID | None
    legal_entity_id: UUID | None
    head_id: UUID | None


class PersonOut(Schema):
    """A person; `expected` until they first signed in."""

    id: UUID
    name: str
    email: str
    department_id: UUID | None
    is_active: bool
    expected: bool


class RoleOut(Schema):
    """A named set of permissions."""

    id: UUID
    key: str
    name: str
    description: str
    permissions: list[str]
    privileged: bool


class AssignmentOut(Schema):
    """A role held by a person or a provider's group; no department means everywhere."""

    id: UUID
    role_id: UUID
    person_id: UUID | None
    group_name: str | None
    department_id: UUID | None
    until: datetime | None
    needs_confirmation: bool
    confirmed_by_id: UUID | None
    standing: bool

    @staticmethod
    def resolve_group_name(assignment: RoleAssignment) -> str | None:
        """Name the provider's group."""
        return assignment.group.name if assignment.group else None

    @staticmethod
    def resolve_standing(assignment: RoleAssignment) -> bool:
        """Tell whether it counts now."""
        return assignment.is_standing


class MeOut(PersonOut):
    """The holder of the token, with what the token may do now."""

    permissions: list[str]


@router.get("/me", permission=None, response=MeOut, summary="Who am I, and what may I do?")
def me(request: Any) -> Any:
    person = request.user
    if not request.actor.is_person:
        raise Refused(_("This token is a service's: it is nobody on record as a person."))
    allowed = reach.held_permissions(person) & (request.actor.scopes or frozenset())
    return {**PersonOut.from_orm(person).dict(), "permissions": sorted(allowed)}


@router.get("/people", permission=Permission.ACCOUNTS_PERSON_VIEW, response=Page[PersonOut], summary="List people")
def people(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, Person.objects.visible_to(request.user), PersonOut)


@router.get(
    "/people/{uuid:person_id}", permission=Permission.ACCOUNTS_PERSON_VIEW, response=PersonOut, summary="A person"
)
def person(request: Any, person_id: UUID) -> Any:
    return get_object_or_404(Person.objects.visible_to(request.user), pk=person_id)


@router.get(
    "/departments",
    permission=Permission.ACCOUNTS_DEPARTMENT_VIEW,
    response=Page[DepartmentOut],
    summary="List departments, each before what lies below it",
)
def departments(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, Department.objects.visible_to(request.user), DepartmentOut, order=("path",))


@router.get("/roles", permission=Permission.ACCOUNTS_ROLE_VIEW, response=Page[RoleOut], summary="List roles")
def roles(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, Role.objects.all(), RoleOut, order=("key",))


@router.get(
    "/assignments",
    permission=Permission.ACCOUNTS_ROLE_VIEW,
    response=Page[AssignmentOut],
    summary="List who holds which role where",
)
def assignments(request: Any, cursor: str = "", limit: int = 50) -> Any:
    found = RoleAssignment.objects.visible_to(request.user).select_related("group")
    return cursor_page(request, found, AssignmentOut)


class ServiceIn(Schema):
    """A new service identity; the owner by e-mail, who then issues its tokens."""

    name: str
    purpose: str
    owner: str


class ServiceOut(Schema):
    """A technical account, and who answers for it."""

    id: UUID
    name: str
    purpose: str
    owner_id: UUID
    is_active: bool


class ServiceRoleIn(Schema):
    """A role for a service, by its key; in a department (its path), or everywhere."""

    role: str
    department: str = ""
    reason: str = ""


@router.get("/services", permission=None, response=Page[ServiceOut], summary="List service identities")
def services(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, ServiceIdentity.objects.visible_to(request.user), ServiceOut, order=("name",))


@router.post(
    "/services",
    permission=Permission.ACCOUNTS_PERSON_EDIT,
    response={201: ServiceOut},
    summary="Put a service identity on record",
)
def register_service(request: Any, data: ServiceIn) -> Any:
    owner = Person.objects.visible_to(request.user).filter(email=data.owner.strip().lower()).first()
    if owner is None:
        raise Invalid({"owner": [_("Nobody has this e-mail address.")]})
    made = operations.register_service(
        actor=request.actor, name=data.name, purpose=data.purpose, owner=owner, request_key=request_key(request)
    )
    return 201, made


@router.post(
    "/services/{uuid:service_id}/roles",
    permission=Permission.ACCOUNTS_ASSIGNMENT_EDIT,
    response={201: AssignmentOut},
    summary="Give a service identity a role",
)
def give_service_role(request: Any, service_id: UUID, data: ServiceRoleIn) -> Any:
    service = get_object_or_404(ServiceIdentity.objects.visible_to(request.user), pk=service_id)
    role = Role.objects.filter(key=data.role).first()
    path = f"{data.department.strip('/')}/"
    department = Department.objects.filter(path=path).first() if data.department else None
    if role is None or (data.department and department is None):
        raise Invalid({"role" if role is None else "department": [_("There is nothing of this name.")]})
    made = operations.assign_role(
        actor=request.actor,
        role=role,
        service=service,
        department=department,
        reason=data.reason,
        request_key=request_key(request),
    )
    return 201, made


@router.post(
    "/services/{uuid:service_id}/close",
    permission=Permission.ACCOUNTS_PERSON_EDIT,
    response=ServiceOut,
    summary="Close a service identity; its tokens end at once",
)
def close_service(request: Any, service_id: UUID) -> Any:
    service = get_object_or_404(ServiceIdentity.objects.visible_to(request.user), pk=service_id)
    return operations.close_service(actor=request.actor, service=service, request_key=request_key(request))
