"""Writes about the organisation: companies and the tree of departments."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts import permissions
from apps.accounts.events import Event
from apps.accounts.models import Department, LegalEntity, Person
from apps.audit.operation import operation
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@operation(Event.LEGAL_ENTITY_CREATED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def create_legal_entity(*, actor: Actor, code: str, name: str, jurisdiction: str) -> LegalEntity:
    """Put a company of the enterprise on record; `jurisdiction` is an ISO 3166 country of two letters."""
    if LegalEntity.objects.filter(code=code).exists():
        raise Invalid({"code": [_("There is already a legal entity “%(code)s”.") % {"code": code}]})
    return LegalEntity.objects.create(code=code, name=name, jurisdiction=jurisdiction.upper())


@operation(Event.LEGAL_ENTITY_EDITED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT, subject="entity")
def edit_legal_entity(*, actor: Actor, entity: LegalEntity, name: str, jurisdiction: str) -> LegalEntity:
    """Correct a company's name or country."""
    entity.name, entity.jurisdiction = name, jurisdiction.upper()
    entity.save(update_fields=["name", "jurisdiction"])
    return entity


@operation(Event.DEPARTMENT_CREATED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT, within_reach_of="parent")
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
        raise Invalid({"name": [_("A department needs a name with letters or digits.")]})
    path = f"{parent.path if parent else ''}{code}/"
    _insist_free(path, code)
    return Department.objects.create(
        name=name,
        code=code,
        parent=parent,
        path=path,
        head=head,
        legal_entity=legal_entity or (parent.legal_entity if parent else None),
    )


@operation(Event.DEPARTMENT_EDITED, needs=Permission.ACCOUNTS_DEPARTMENT_EDIT, subject="department")
def edit_department(*, actor: Actor, department: Department, changes: dict[str, Any]) -> Department:
    """Change a department's name, head or legal entity; its place in the tree is changed by `move_department`."""
    unknown = set(changes) - {"name", "head", "legal_entity"}
    if unknown:
        raise Invalid({field: [_("This field cannot be set here.")] for field in sorted(unknown)})
    for field, value in changes.items():
        setattr(department, field, value)
    department.save(update_fields=list(changes))
    return department


@operation(
    Event.DEPARTMENT_MOVED,
    needs=Permission.ACCOUNTS_DEPARTMENT_EDIT,
    subject="department",
    may=permissions.may_move_department,
)
def move_department(*, actor: Actor, department: Department, parent: Department | None) -> Department:
    """Hang a department and everything below it under another parent; role assignments there follow the tree."""
    if parent is not None and parent.path.startswith(department.path):
        raise Invalid({"parent": [_("A department cannot lie below itself.")]})
    before, after = department.path, f"{parent.path if parent else ''}{department.code}/"
    if before == after:
        return department
    _insist_free(after, department.code)
    Department.objects.filter(path__startswith=before).update(
        path=Concat(Value(after), Substr(F("path"), len(before) + 1))
    )
    Department.objects.filter(pk=department.pk).update(parent=parent)
    department.refresh_from_db()
    return department


def _insist_free(path: str, code: str) -> None:
    if Department.objects.filter(path=path).exists():
        raise Invalid({"code": [_("There is already a department “%(code)s” here.") % {"code": code}]})
