"""Reads about people and roles that join several models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel import clock
from apps.kernel.owed import OwedItem
from apps.kernel.permissions import Permission

from . import permissions, reach
from .models import Department, Person, RoleAssignment


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a permission comes from: which role, through whom, where, until when."""

    role: str
    role_key: str
    through: str
    where: str
    until: datetime | None
    assignment_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """One permission that a person has now, with every origin of it."""

    permission: str
    origins: tuple[Origin, ...]


def standing_assignments(person: Person) -> list[RoleAssignment]:
    """Return the assignments that count for a person now, their own first."""
    found = RoleAssignment.objects.counting_for(person)
    return list(
        found.select_related("role", "department", "group", "person").order_by("group__name", "role__name", "id")
    )


def effective_permissions(person: Person) -> list[Held]:
    """Return what a person may do now and why; nothing for a closed account."""
    if not person.is_active:
        return []
    origins: dict[str, list[Origin]] = {}
    for assignment in standing_assignments(person):
        origin = Origin(
            role=assignment.role.name,
            role_key=assignment.role.key,
            through=_("group %(name)s") % {"name": assignment.group.name} if assignment.group else _("given directly"),
            where=assignment.department.name if assignment.department else _("everywhere"),
            until=assignment.until,
            assignment_id=str(assignment.pk),
        )
        for name in assignment.role.permissions:
            origins.setdefault(name, []).append(origin)
    return [Held(name, tuple(found)) for name, found in sorted(origins.items())]


def person_assignments(person: Person) -> list[RoleAssignment]:
    """Return every direct assignment of a person, open ones first."""
    found = person.role_assignments.select_related("role", "department", "granted_by", "confirmed_by")
    return sorted(found, key=lambda a: (not a.is_open, a.role.name, str(a.pk)))


@dataclass(frozen=True, slots=True)
class Branch:
    """A department in the tree, with how deep it lies and how many people work in it."""

    department: Department
    depth: int
    people: int


def tree(person: Any) -> list[Branch]:
    """Return the departments in the order of the tree."""
    found = Department.objects.visible_to(person).select_related("head", "legal_entity")
    counted = found.annotate(active=Count("people", filter=Q(people__is_active=True))).order_by("path")
    return [Branch(d, d.path.count("/") - 1, d.active) for d in counted]


def group_assignments() -> Any:
    """Return the mapping from the provider's groups to roles, open assignments only."""
    found = RoleAssignment.objects.filter(Q(until=None) | Q(until__gt=clock.now()), group__isnull=False)
    return found.select_related("role", "group", "department", "confirmed_by").order_by("group__name", "role__name")


def role_holders(role: Any) -> Any:
    """Return who holds a role now or waits for it."""
    found = RoleAssignment.objects.filter(Q(until=None) | Q(until__gt=clock.now()), role=role)
    return found.select_related("person", "group", "service", "department").order_by(
        "person__name", "group__name", "id"
    )


def waiting_for_confirmation(person: Any) -> Iterable[OwedItem]:
    """Name the privileged roles that this person may confirm as the second administrator."""
    if not reach.holds(person, Permission.ACCOUNTS_ASSIGNMENT_EDIT):
        return
    for assignment in RoleAssignment.objects.waiting().select_related("role", "person", "group", "department"):
        if permissions.may_confirm(actor=person.as_actor(), assignment=assignment):
            yield OwedItem(
                kind="accounts.assignment",
                title=_("Confirm the role “%(role)s” for %(holder)s")
                % {"role": assignment.role.name, "holder": assignment.person or assignment.group},
                url=reverse("accounts:assignment", args=[assignment.pk]),
                why=_("A privileged role counts only once a second administrator confirmed it."),
            )
