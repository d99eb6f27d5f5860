"""Writes about people: expected, edited, closed and opened again."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts import permissions
from apps.accounts.events import Event
from apps.accounts.models import ApiToken, Department, Person
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@operation(Event.PERSON_EXPECTED, needs=Permission.ACCOUNTS_PERSON_EDIT, within_reach_of="department")
def expect_person(*, actor: Actor, email: str, name: str = "", department: Department | None = None) -> Person:
    """Expect a person known by e-mail only; the first sign-in with that verified e-mail binds them. Existing: returned."""
    email = email.strip().lower()
    known = Person.objects.filter(email=email).first()
    if known is not None:
        return known
    return Person.objects.create(email=email, name=name or email.split("@")[0], department=department)


@operation(
    Event.PERSON_EDITED, needs=Permission.ACCOUNTS_PERSON_EDIT, subject="person", may=permissions.may_edit_person
)
def edit_person(*, actor: Actor, person: Person, changes: dict[str, Any]) -> Person:
    """Change a person's name or department."""
    unknown = set(changes) - {"name", "department"}
    if unknown:
        raise Invalid({field: [_("This field cannot be set here.")] for field in sorted(unknown)})
    for field, value in changes.items():
        setattr(person, field, value)
    person.save(update_fields=list(changes))
    return person


@operation(
    Event.PERSON_DEACTIVATED, needs=Permission.ACCOUNTS_PERSON_EDIT, subject="person", may=permissions.may_deactivate
)
def deactivate_person(*, actor: Actor, person: Person, reason: str) -> Person:
    """Close an account: every session and token ends at once; what the person did stays."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the account is closed.")]})
    person.is_active = False
    person.session_generation = F("session_generation") + 1
    person.save(update_fields=["is_active", "session_generation"])
    ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=clock.now())
    person.refresh_from_db()
    return person


@operation(
    Event.PERSON_REACTIVATED, needs=Permission.ACCOUNTS_PERSON_EDIT, subject="person", may=permissions.may_reactivate
)
def reactivate_person(*, actor: Actor, person: Person, reason: str) -> Person:
    """Open a closed account again; ended tokens stay ended."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


@operation(Event.SESSION_ENDED, needs=None, subject="person", may=permissions.may_end_sessions)
def end_sessions(*, actor: Actor, person: Person, reason: str = "") -> Person:
    """Sign a person out everywhere, at once."""
    Person.objects.filter(pk=person.pk).update(session_generation=F("session_generation") + 1)
    person.refresh_from_db()
    return person
